"""Roots of many functions at once: one place of each a round, or several."""

from __future__ import annotations

import numpy as np
import pytest

from theory.arrays import Array, Index
from theory.numerics.bracketing import MAX_ROUNDS, Roots, find_roots, inverse

TOLERANCE, ROUNDING = 1e-10, 1e-15
# Changes of sign at r: analytic, steep, a jump, a triple root, the onset of a square root, a kink.
SHAPES = (
    lambda x, r: np.expm1(2 * (x - r)),
    lambda x, r: np.tanh(20 * (x - r)),
    lambda x, r: np.where(x > r, 1.0, -0.3),
    lambda x, r: (x - r) ** 3,
    lambda x, r: np.where(x > r, np.sqrt(np.abs(x - r)), 2 * (x - r)),
    lambda x, r: np.where(x > r, 1e-3, 1.0) * (x - r),
)


def found(shapes: Index, places: Array, at_once: int) -> tuple[Roots, int]:
    """The roots, and in how many rounds."""
    rounds = 0

    def function(index: Index, x: Array) -> tuple[Array, Array]:
        nonlocal rounds
        rounds += 1
        assert len(x) <= max(at_once, len(places))
        assert (np.abs(x) <= 1).all()
        value = [SHAPES[shapes[k]](t, places[k]) for k, t in zip(index, x, strict=True)]
        return np.array(value, float), np.full(len(x), ROUNDING)

    every, one = np.arange(len(places)), np.ones(len(places))
    ends = [np.array([SHAPES[shapes[k]](side, places[k]) for k in every], float) for side in (-1.0, 1.0)]
    return find_roots(function, -one, one, *ends, TOLERANCE, at_once), rounds


@pytest.mark.parametrize("count", [1, 3, 12, 40])
@pytest.mark.parametrize("at_once", [1, 16, 64, 300])
def test_roots_of_all_shapes(count: int, at_once: int) -> None:
    rng = np.random.default_rng(count)
    for trial in range(20):
        places = rng.uniform(-0.9, 0.9, count) if trial % 2 else np.round(rng.uniform(-0.9, 0.9, count), 1)
        shapes = rng.integers(len(SHAPES), size=count)
        roots, _rounds = found(shapes, places, at_once)
        # A value within its rounding of 0 ends the search: of a triple root that is far from it.
        slack = np.where(shapes == 3, 1.01 * ROUNDING ** (1 / 3), TOLERANCE)
        assert (np.abs(roots.at - places) <= slack).all()
        assert (np.abs(roots.value[shapes == 2]) >= 0.3).all()


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_several_places_take_fewer_rounds(shape: int) -> None:
    places, shapes = np.array([0.1234567]), np.array([shape])
    (one, single), (many, few) = (found(shapes, places, at_once) for at_once in (1, 64))
    assert few <= 10 < MAX_ROUNDS
    assert few < single
    assert abs(one.at[0] - many.at[0]) <= 2 * max(TOLERANCE, (shape == 3) * ROUNDING ** (1 / 3))


def test_a_value_that_is_not_known_ends_the_search() -> None:
    def function(_index: Index, x: Array) -> tuple[Array, Array]:
        return np.where(np.abs(x - 0.3) < 0.2, np.nan, x - 0.3), np.zeros(len(x))

    for at_once in (1, 64):
        roots = find_roots(function, np.zeros(1), np.ones(1), np.array([-0.3]), np.array([0.7]), TOLERANCE, at_once)
        assert np.isnan(roots.value[0]) or abs(roots.at[0] - 0.3) >= 0.2


def test_inverse_interpolation_is_exact_for_polynomials_in_the_value() -> None:
    value = np.array([[-3.0, -1.5, -1.0, 0.5, 1.0, 2.0], [-1.0, 0.0, -0.5, 1.0, 2.0, 3.0]])
    x = 0.25 + value - 0.1 * value**3 + 0.02 * value**5
    assert inverse(value, x)[0] == pytest.approx(0.25, abs=1e-14)
    assert np.isnan(inverse(value, x)[1])
