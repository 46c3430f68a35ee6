"""Lattices against the definition, and adaptive maps against full ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.sweep.adaptive import STRIDES, sweep_adaptive
from simulate.sweep.axes import Axis, Family
from simulate.sweep.lattice import CUBIC, LINEAR, Lattice
from simulate.sweep.plane import phase
from simulate.sweep.sweep import sweep
from simulate.work.part import keeping
from simulate.work.pool import worker_pool
from theory.errors import NoExactRoute, ProblemError

SHAPES = st.tuples(st.integers(2, 36), st.integers(2, 36))
STRIDE = st.sampled_from(STRIDES)
SEEDS = st.integers(0, 2**32 - 1)
# What rounding does to sums of a few dozen numbers near 1.
ROUNDING = 1e-12
SIDE = 96
QUICK = settings(max_examples=40, deadline=None)
SMALL = Family("stripes"), Axis("beta", 0.1, 1.2, 40), Axis("alpha", 0.0, 1.0, 40)
Ends = tuple[str, float, float]
MAPS: list[tuple[Family, Ends, Ends, dict[str, float]]] = [
    (Family("bumps", {"spacing": 1.5}), ("beta", 0.02, 1.6), ("alpha", 0.0, 1.5), {}),
    (Family("stripes"), ("beta", 0.05, 1.2), ("gap", 0.05, 1.0), {"alpha": 0.6}),
    (Family("bumps", {"count": 2}), ("beta", 0.02, 1.6), ("alpha", 0.0, 1.5), {}),
    (Family("stripes"), ("beta", 0.02, 1.6), ("alpha", 0.0, 1.5), {}),
    (Family("concentric", {"dim": 10}), ("alpha", 0.3, 2.0), ("beta", 0.02, 1.6), {"eps": 0.1}),
]


def squares(lattice: Lattice) -> list[tuple[tuple[int, ...], slice, slice]]:
    """Each square of a lattice, and its rows and columns, edges included."""
    rows, columns = lattice.lines
    return [
        ((k, m), slice(rows[k], rows[k + 1] + 1), slice(columns[m], columns[m + 1] + 1))
        for k, m in np.ndindex(lattice.squares)
    ]


@QUICK
@given(SHAPES, STRIDE, SEEDS)
def test_squares_hold_what_lies_in_them(shape: tuple[int, int], stride: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    lattice, field = Lattice(shape, stride), draw.normal(size=shape)
    chosen = draw.random(lattice.squares) < 0.3
    covered, most = np.zeros(shape, bool), np.zeros(lattice.squares)
    for at, rows, columns in squares(lattice):
        covered[rows, columns] |= chosen[at]
        most[at] = field[rows, columns].max()
        ends = np.ix_([rows.start, rows.stop - 1], [columns.start, columns.stop - 1])
        assert sorted(part[at] for part in lattice.at_corners(field)) == sorted(field[ends].ravel())
        inner = np.zeros(shape, bool)
        inner[rows.start : rows.stop - 1, columns.start : columns.stop - 1] = True
        assert set(zip(*lattice.square_of(inner), strict=True)) == {at}
        assert (field[lattice.corners()][inner] == field[rows.stop - 1, columns.stop - 1]).all()
    assert (lattice.covered(chosen) == covered).all()
    assert (lattice.most(field) == most).all()
    assert lattice.points.sum() == np.prod([len(line) for line in lattice.lines])


@QUICK
@given(SHAPES, st.integers(1, len(STRIDES) - 1), SEEDS)
def test_parents_are_the_squares_around(shape: tuple[int, int], level: int, seed: int) -> None:
    coarse, fine = Lattice(shape, STRIDES[level - 1]), Lattice(shape, STRIDES[level])
    numbers = np.random.default_rng(seed).normal(size=coarse.squares)
    held = numbers[fine.parents(coarse)]
    around = {at: (rows, columns) for at, rows, columns in squares(coarse)}
    for at, rows, columns in squares(fine):
        (parent,) = np.argwhere(numbers == held[at])
        outer = around[tuple(parent)]
        for inner, part in zip((rows, columns), outer, strict=True):
            assert part.start <= inner.start < inner.stop <= part.stop


@QUICK
@given(SHAPES, STRIDE, SEEDS)
def test_polynomials_are_interpolated_exactly_and_said_to_be(shape: tuple[int, int], stride: int, seed: int) -> None:
    draw, lattice = np.random.default_rng(seed), Lattice(shape, stride)
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, size) for size in shape), indexing="ij")
    for count in (LINEAR, CUBIC):
        # Of fewer points than the polynomial needs there is none.
        degrees = [min(count, len(line)) - 1 for line in lattice.lines]
        weights = draw.normal(size=[degree + 1 for degree in degrees])
        field = np.polynomial.polynomial.polyval2d(rows, columns, weights)
        assert lattice.interpolated(field, count) == pytest.approx(field, abs=ROUNDING * 1e2)
        errors = lattice.errors(field)[(LINEAR, CUBIC).index(count)]
        if all(np.ptp(np.diff(line)) == 0 for line in lattice.lines) and min(lattice.squares) > CUBIC:
            assert errors == pytest.approx(0.0, abs=ROUNDING * 1e2)


def kinked(kind: str, distance: np.ndarray) -> np.ndarray:
    """What happens where a distance changes sign, along with what is smooth."""
    after = np.maximum(distance, 0.0)
    return {"jump": (distance > 0) * 1.0, "fold": after, "root": np.sqrt(after), "smooth": np.sin(distance / 9)}[kind]


# What estimates are at least, of the misses in squares where these are large: of linear and of cubic interpolation.
LEAST = {"jump": (1.0, 1.0), "fold": (1.0, 1.0), "root": (1 / 20, 0.9), "smooth": (1.0, 1.0)}


@pytest.mark.parametrize("kind", LEAST)
@QUICK
@given(st.sampled_from([0.0, 0.25, 0.5, 0.75]) | st.floats(0, 2), st.floats(-6, 6), st.sampled_from([2, 4]))
def test_estimates_hold_across_straight_curves(kind: str, angle: float, offset: float, stride: int) -> None:
    rows, columns = np.meshgrid(np.arange(33.0) - 16, np.arange(33.0) - 16, indexing="ij")
    field = kinked(kind, np.cos(np.pi * angle) * rows + np.sin(np.pi * angle) * columns + offset)
    lattice = Lattice(field.shape, stride)
    for count, stated, least in zip((LINEAR, CUBIC), lattice.errors(field), LEAST[kind], strict=True):
        missed = lattice.most(np.abs(lattice.interpolated(field, count) - field))
        worst = missed > 0.05 * missed.max()
        assert (stated >= least * missed - ROUNDING)[worst].all()


def test_what_has_no_number_says_nothing_of_errors() -> None:
    field = np.ones((33, 33))
    field[:, 16:] = np.nan
    linear, cubic = Lattice(field.shape, 4).errors(field)
    assert np.isinf([linear[:, 3:], cubic[:, 3:]]).all()
    assert (linear[:, :1] == 0).all()


@pytest.mark.parametrize("asked", MAPS, ids=lambda asked: asked[0].source)
def test_the_picture_is_that_of_the_full_map(asked: tuple[Family, Ends, Ends, dict[str, float]]) -> None:
    family, x, y, fixed = asked
    axes = Axis(*x, SIDE), Axis(*y, SIDE)
    full, found = sweep(family, *axes, fixed), sweep_adaptive(family, *axes, fixed)
    assert (found["label"] == full["label"]).all()
    evaluated = found["evaluated"] == 1
    assert 0.05 < evaluated.mean() < 0.4
    assert found.attrs["evaluations"] == evaluated.sum()
    for key in ("risk", "baseline", "gain"):
        assert (np.abs(found[key] - full[key]) <= found.attrs["tolerance"]).all(), key
    for key in ("risk", "gain"):
        exact = found[f"{key}_error"] < found.attrs["interpolation_error"]
        assert (exact == evaluated).all()
        assert (np.abs(found[key] - full[key]) <= found[f"{key}_error"] + full[f"{key}_error"]).all()
        same = (np.abs(found[key] - full[key]) <= ROUNDING) | ~evaluated
        assert same.all()
    signs = xr.where(found["label"] == "exact-help", 1, xr.where(found["label"] == "exact-hurt", -1, 0))
    assert (np.sign(found["gain"]).where(signs != 0, 0) == signs).all()


def test_a_wider_tolerance_costs_less() -> None:
    counts = [sweep_adaptive(*SMALL, tolerance=tolerance).attrs["evaluations"] for tolerance in (1e-9, 0.01, 0.3)]
    assert counts[0] > counts[1] > counts[2]


def up_to(target: Path, count: int) -> None:
    """A map whose disk is full after some pieces."""
    with keeping(target, {}, fresh=False) as part:
        assert part is not None
        put = part.put

        def some(stage: str, number: int, value: object) -> None:
            if len(part) >= count:
                raise OSError("the disk is full")
            put(stage, number, value)

        part.put = some  # type: ignore[method-assign]
        sweep_adaptive(*SMALL, kept=part)


def test_a_dead_run_goes_on_and_workers_change_nothing(tmp_path: Path) -> None:
    told = sweep_adaptive(*SMALL)
    target = tmp_path / "map.nc"

    for count in (1, 2, 4):
        with pytest.raises(OSError, match="full"):
            up_to(target, count)
    with worker_pool(2) as pool, keeping(target, {}, fresh=False) as part:
        assert part is not None
        assert len(part) == 4
        xr.testing.assert_identical(told, sweep_adaptive(*SMALL, executor=pool, kept=part))


def test_progress_rises_to_its_end() -> None:
    shares: list[float] = []
    sweep_adaptive(*SMALL, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_from_python() -> None:
    found = phase("stripes", "beta=0.1:1.2:40", "alpha=0:1:40", adaptive=True, tolerance=0.02)
    assert found.attrs["tolerance"] == 0.02
    assert "zero_gain_x" in found
    with pytest.raises(ProblemError, match="adaptive=True"):
        phase("stripes", "beta=0.1:1.2:40", "alpha=0:1:40", tolerance=0.02)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ProblemError, match="more than 16 along each axis"):
        sweep_adaptive(Family("bumps"), Axis("beta", 0.1, 1.0, 16), Axis("alpha", 0.0, 1.0, 200))
    with pytest.raises(ProblemError, match="positive"):
        sweep_adaptive(*SMALL, tolerance=0.0)
    with pytest.raises(NoExactRoute):
        sweep_adaptive(Family("discs", {"training.noise": "uniform"}), *SMALL[1:])
