"""Zero curves: analytic ones, with crossings, corners, jumps and whole regions of zeros, and those of gains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import theory
from theory import regimes
from theory.arrays import Array
from theory.errors import ProblemError
from theory.numerics.bracketing import find_roots
from theory.numerics.continuation import zero_curve
from theory.risks.zero_gain import zero_gain_curve

SQUARE = (-1.0, 1.0)
# The rounding of the polynomials below, whose terms are of order 1.
ROUNDING = 1e-15
TOLERANCE = 1e-10
MAX_STEP = 0.05


def curves(f: Callable[[Array, Array], Array], **options: object) -> list[Array]:
    """The zero curves in the square, after checking that each point is one."""

    def function(x: Array, y: Array) -> tuple[Array, Array]:
        assert (np.abs(x) <= 1).all()
        assert (np.abs(y) <= 1).all()
        value = f(x, y)
        return value, np.full_like(value, ROUNDING)

    found = zero_curve(function, SQUARE, SQUARE, **options)
    line = np.linspace(*SQUARE, 101)
    scale = np.abs(f(*np.meshgrid(line, line))).max()
    for curve in found:
        assert np.abs(f(*curve.T)).max() <= TOLERANCE * scale + 2 * ROUNDING
        assert np.linalg.norm(np.diff(curve, axis=0), axis=1).max() <= 2 * MAX_STEP * 1.05
    return found


def closed(curve: Array) -> bool:
    return bool((curve[0] == curve[-1]).all())


def length(curve: Array) -> float:
    return float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())


@pytest.mark.parametrize("seeds", [4, 9, 33])
@pytest.mark.parametrize("radius", [0.6, 0.95])
def test_a_circle_is_one_closed_curve(seeds: int, radius: float) -> None:
    (circle,) = curves(lambda x, y: x**2 + y**2 - radius**2, seeds=seeds)
    assert closed(circle)
    assert length(circle) == pytest.approx(2 * np.pi * radius, rel=5e-3)


def test_orientation_has_the_positive_side_on_the_left() -> None:
    (circle,) = curves(lambda x, y: x**2 + y**2 - 0.36)
    x, y = circle[:-1].T
    assert 0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() < 0


def test_a_circle_that_touches_the_border_stays_whole() -> None:
    (circle,) = curves(lambda x, y: x**2 + y**2 - 1)
    assert length(circle) == pytest.approx(2 * np.pi, rel=5e-3)


def test_crossing_lines_are_covered_up_to_the_crossing() -> None:
    found = curves(lambda x, y: x**2 - y**2)
    assert sum(length(c) for c in found) == pytest.approx(4 * np.sqrt(2), rel=0.01)
    assert all(np.abs(np.abs(c[:, 0]) - np.abs(c[:, 1])).max() < 1e-6 for c in found)


@pytest.mark.parametrize(("shift", "count"), [(1e-3, 2), (-1e-3, 1)])
def test_a_figure_eight_that_just_misses_itself(shift: float, count: int) -> None:
    found = curves(lambda x, y: (x**2 + y**2) ** 2 - 0.8 * (x**2 - y**2) + shift)
    assert len(found) == count
    assert all(closed(c) for c in found)


@pytest.mark.parametrize("gap", [1e-4, -1e-4])
def test_arms_of_a_narrow_hyperbola_are_not_joined_across(gap: float) -> None:
    found = curves(lambda x, y: x**2 - y**2 - gap)
    assert len(found) == 2
    axis = 0 if gap > 0 else 1
    assert all((c[:, axis] > 0).all() or (c[:, axis] < 0).all() for c in found)


def test_many_components_none_twice() -> None:
    found = curves(lambda x, y: np.sin(7 * x) * np.cos(5 * y) - 0.2 * x - 0.1)
    points = np.concatenate([c[:-1] if closed(c) else c for c in found])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2) + np.eye(len(points))
    assert apart.min() > 1e-6
    assert len(found) == 12
    assert sum(closed(c) for c in found) == 5


def test_an_ending_at_a_jump() -> None:
    (line,) = curves(lambda x, y: np.where(x > 0.3, 1.0, y - 0.2 * x))
    assert line[0] == pytest.approx([-1, -0.2])
    assert 0.3 - 2 * MAX_STEP / 16 < line[-1, 0] <= 0.3


def test_a_jump_is_no_zero() -> None:
    assert curves(lambda x, y: np.where(x > 0.01, 1.0, -1.0)) == []


def test_the_border_of_a_region_of_zeros_is_no_curve() -> None:
    assert curves(lambda x, y: np.maximum(x - 0.31, 0) - np.maximum(-x, 0)) == []


def test_a_curve_that_runs_into_a_region_of_zeros_ends_there() -> None:
    (line,) = curves(lambda x, y: np.where(x > 0.3, 0.0, (y - 0.2 * x) * (0.3 - x)))
    assert 0.3 - 2 * MAX_STEP / 16 < line[-1, 0] <= 0.3


def test_a_corner_is_turned() -> None:
    (bent,) = curves(lambda x, y: y - np.abs(x - 0.013))
    assert length(bent) == pytest.approx(np.sqrt(2) * (0.987 + 1), rel=0.01)


def test_zeros_exactly_at_the_nodes_are_seeds() -> None:
    (line,) = curves(lambda x, y: y - x, seeds=17)
    assert length(line) == pytest.approx(2 * np.sqrt(2))


def test_seeds_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        zero_curve(lambda x, y: (x, x), SQUARE, SQUARE, (np.zeros(3), np.zeros(4), np.zeros((3, 4))))


def test_brackets_shrink_onto_roots_and_jumps() -> None:
    places = np.linspace(0.1, 0.9, 9)

    def function(index: np.ndarray, x: Array) -> tuple[Array, Array]:
        return np.where(index == 4, np.where(x > places[4], 1.0, -1.0), (x - places[index]) ** 3), np.zeros_like(x)

    low, high = np.full(9, -1.0), np.full(9, 2.0)
    index = np.arange(9)
    roots = find_roots(function, low, high, function(index, low)[0], function(index, high)[0], 1e-9)
    assert np.abs(roots.at - places).max() <= 1e-9
    assert np.abs(roots.value[4]) == 1


def gains_vanish(problem: theory.Problem, found: list[Array], eps: float = 0.0) -> None:
    for curve in found:
        beta, alpha = curve.T
        apart = theory.compare(problem, alpha, beta, eps)
        scale = float(np.abs(np.asarray(apart.baseline.value)).max())
        assert (np.abs(apart.gain.value) <= np.maximum(TOLERANCE * scale, 2 * np.asarray(apart.gain.error))).all()


def test_law_3_the_end_of_help_does_not_depend_on_the_smoothing_noise() -> None:
    problem = regimes.two_gaussians(separation=4.0, prior=0.2)
    (curve,) = zero_gain_curve(problem, ("beta", 0.1, 2.0), ("alpha", 0.05, 2.0), {"eps": 0.5})
    assert np.ptp(curve[:, 1]) < 1e-9
    assert curve[[0, -1], 0] == pytest.approx([2.0, 0.1])
    gains_vanish(problem, [curve], 0.5)


def test_a_key_in_the_place_of_a_noise() -> None:
    problem = regimes.two_gaussians(separation=4.0, prior=0.2)
    (curve,) = zero_gain_curve(problem, ("eps", 0.1, 1.9), ("alpha", 0.05, 2.0), {"beta": 0.5}, seeds=17)
    radius, alpha = curve.T
    gain = theory.certified_gain(problem, alpha, 0.5, radius)
    assert np.abs(gain.value).max() < 1e-11


def test_a_family_of_problems() -> None:
    def family(prior: float) -> theory.Problem:
        return regimes.two_gaussians(separation=4.0, prior=prior)

    fixed = {"eps": 0.5, "beta": 1.0}
    (curve,) = zero_gain_curve(family, ("prior", 0.1, 0.4), ("alpha", 0.2, 2.0), fixed, seeds=9)
    for prior, alpha in curve[::4]:
        assert abs(theory.certified_gain(family(prior), alpha, 1.0, 0.5).value) < 1e-11


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bumps", "stripes"])
def test_gain_maps_of_the_line(name: str) -> None:
    problem = regimes.build(name)
    found = zero_gain_curve(problem, ("beta", 0.05, 2.0), ("alpha", 0.05, 2.0), seeds=17)
    assert found
    gains_vanish(problem, found)


@pytest.mark.parametrize(
    ("x", "y", "fixed", "key"),
    [
        (("gap", 0.1, 1.0), ("alpha", 0.0, 1.0), {}, "gap"),
        (("beta", 1.0, 1.0), ("alpha", 0.0, 1.0), {}, "beta"),
        (("beta", 0.0, 1.0), ("alpha", 0.0, 1.0), {"alpha": 1.0}, "alpha"),
    ],
)
def test_senseless_axes_are_refused(
    x: tuple[str, float, float], y: tuple[str, float, float], fixed: dict[str, float], key: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        zero_gain_curve(regimes.stripes(), x, y, fixed)
    assert caught.value.key == key
