"""Lines of changing sign: analytic ones, with crossings, corners, jumps and regions of zeros, and those of gains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import theory
from theory import regimes
from theory.arrays import Array
from theory.errors import ProblemError
from theory.numerics.bracketing import find_roots
from theory.numerics.zero_lines import ZeroLine, zero_curve
from theory.risks.zero_gain import zero_gain_curve

SQUARE = (-1.0, 1.0)
# The rounding of the polynomials below, whose terms are of order 1.
ROUNDING = 1e-15
TOLERANCE = 1e-10
MAX_STEP = 0.05
# At the onset of a square root the gain is 1e-9 away about a root of that.
STEEP = 1e-4
# Twice the share of a chord within which its line lies beside the middle of the chord.
BESIDE = 0.25
# A place that prints with ten digits and lies on no grid.
ONSET = 0.2223904535


def traced(f: Callable[[Array, Array], Array], **options: object) -> list[ZeroLine]:
    """The lines in the square, after checking that the function has its signs beside them."""

    def function(x: Array, y: Array) -> tuple[Array, Array]:
        assert (np.abs(x) <= 1).all()
        assert (np.abs(y) <= 1).all()
        value = f(x, y)
        return value, np.full_like(value, ROUNDING)

    found = zero_curve(function, SQUARE, SQUARE, **options)
    for line in found:
        middle, way = 0.5 * (line.points[1:] + line.points[:-1]), np.diff(line.points, axis=0)
        left = BESIDE * np.stack([-way[:, 1], way[:, 0]], axis=1)
        inside = np.abs(middle).max(axis=1) + np.abs(left).max(axis=1) <= 1
        assert (f(*(middle + left)[inside].T) >= -ROUNDING).all()
        assert (f(*(middle - left)[inside].T) <= ROUNDING).all()
    return found


def curves(f: Callable[[Array, Array], Array], **options: object) -> list[Array]:
    """The zero curves in the square, after checking that each point is one."""
    lines = traced(f, **options)
    assert all(line.kind == "zero" for line in lines)
    found = [line.points for line in lines]
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


def test_a_circle_that_touches_the_border_opens_only_there() -> None:
    found = np.concatenate(curves(lambda x, y: x**2 + y**2 - 1))
    angle = np.sort(np.arctan2(*found.T))
    open_ = np.flatnonzero(np.diff(angle) > MAX_STEP * 2.1)
    assert len(open_) == 0
    assert np.diff(angle, append=angle[0] + 2 * np.pi).max() < 2 * MAX_STEP


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


def test_a_zero_goes_on_as_a_jump() -> None:
    zero, jump = traced(lambda x, y: np.where(x > 0.3, 1.0, y - 0.2 * x))
    assert (zero.kind, jump.kind) == ("zero", "jump")
    assert zero.points[0] == pytest.approx([-1, -0.2])
    assert (zero.points[-1] == jump.points[0]).all()
    assert np.abs(jump.points[:, 0] - 0.3).max() < TOLERANCE
    assert jump.points[[0, -1], 1] == pytest.approx([0.06, -1], abs=2 * MAX_STEP / 16)


@pytest.mark.parametrize("size", [1.0, 1e-9, 1e-300])
def test_a_jump_is_no_zero(size: float) -> None:
    def function(x: Array, y: Array) -> tuple[Array, Array]:
        return np.where(x > 0.01 * y, size, -size), np.zeros_like(x)

    (line,) = zero_curve(function, SQUARE, SQUARE)
    assert line.kind == "jump"
    assert np.abs(line.points[:, 0] - 0.01 * line.points[:, 1]).max() < TOLERANCE
    assert np.abs(line.points[[0, -1], 1]).tolist() == [1, 1]


def test_a_small_jump_on_a_slope_is_a_jump() -> None:
    (line,) = traced(lambda x, y: x - 0.123 + 1e-7 * np.sign(x - 0.123))
    assert line.kind == "jump"


@pytest.mark.parametrize("power", [0.5, 1 / 3])
def test_the_onset_of_a_root_is_a_zero(power: float) -> None:
    (line,) = traced(lambda x, y: np.where(x > ONSET, np.abs(x - ONSET) ** power, (x - ONSET) * (2 + y)))
    assert line.kind == "zero"
    assert np.abs(line.points[:, 0] - ONSET).max() < TOLERANCE
    assert np.abs(line.points[[0, -1], 1]).tolist() == [1, 1]


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
    assert length(line) == pytest.approx(2 * np.sqrt(2), rel=1e-3)
    assert np.abs(line[:, 0] - line[:, 1]).max() < TOLERANCE


def test_a_tongue_thinner_than_a_cell_is_followed_out_of_the_cells_that_show_it() -> None:
    """Rows of the grid show it up to x = 0.05; where it is as thin as a sixteenth of a cell, x is 0.42."""
    (tongue,) = curves(lambda x, y: 0.1 * (0.5 - x) - np.abs(y - 0.045), seeds=9)
    assert tongue[:, 0].max() > 0.42


def test_values_that_are_not_known_end_a_line() -> None:
    (line,) = zero_curve(
        lambda x, y: (np.where(x > 0.31, np.nan, y - 0.2 * x), np.full_like(x, ROUNDING)), SQUARE, SQUARE
    )
    assert 0.31 - 2 * MAX_STEP / 16 < line.points[:, 0].max() <= 0.31


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


def gains_vanish(problem: theory.Problem, found: list[ZeroLine], eps: float = 0.0) -> None:
    for curve in found:
        assert curve.kind == "zero"
        beta, alpha = curve.points.T
        apart = theory.compare(problem, alpha, beta, eps)
        scale = float(np.abs(np.asarray(apart.baseline.value)).max())
        small = np.abs(apart.gain.value) <= np.maximum(TOLERANCE * scale, 2 * np.asarray(apart.gain.error))
        for a, b in zip(alpha[~small], beta[~small], strict=True):
            ends = theory.compare(problem, a, [b - 1e-9, b + 1e-9], eps).gain.value
            assert ends[0] * ends[1] < 0
            assert np.abs(ends).max() < STEEP * scale


def test_law_3_the_end_of_help_does_not_depend_on_the_smoothing_noise() -> None:
    problem = regimes.two_gaussians(separation=4.0, prior=0.2)
    (curve,) = zero_gain_curve(problem, ("beta", 0.1, 2.0), ("alpha", 0.05, 2.0), {"eps": 0.5})
    assert np.ptp(curve.points[:, 1]) < 1e-9
    assert curve.points[[0, -1], 0] == pytest.approx([2.0, 0.1])
    gains_vanish(problem, [curve], 0.5)


def test_a_key_in_the_place_of_a_noise() -> None:
    problem = regimes.two_gaussians(separation=4.0, prior=0.2)
    (curve,) = zero_gain_curve(problem, ("eps", 0.1, 1.9), ("alpha", 0.05, 2.0), {"beta": 0.5}, seeds=17)
    radius, alpha = curve.points.T
    gain = theory.certified_gain(problem, alpha, 0.5, radius)
    assert np.abs(gain.value).max() < 1e-11


def test_a_family_of_problems() -> None:
    def family(prior: float) -> theory.Problem:
        return regimes.two_gaussians(separation=4.0, prior=prior)

    fixed = {"eps": 0.5, "beta": 1.0}
    (curve,) = zero_gain_curve(family, ("prior", 0.1, 0.4), ("alpha", 0.2, 2.0), fixed, seeds=9)
    for prior, alpha in curve.points[::4]:
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
