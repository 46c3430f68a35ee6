"""Sign changes against dense scans in extended precision: tiny bumps, near tangencies, edges, crowds of components."""

from __future__ import annotations

import numpy as np
import pytest

from theory import train
from theory.arrays import Array, Flags, Index
from theory.errors import NoExactRoute
from theory.numerics import isolate as module
from theory.numerics.isolate import isolate
from theory.numerics.terms import magnitude
from theory.problems.problem import Component, Gaussian, Laplace, Law, MixtureProblem, Training, Uniform


def long(value: object) -> np.longdouble:
    """The decimal that a number is written as, in extended precision."""
    return np.longdouble(repr(float(value)) if isinstance(value, float | int) else value)


# Over and above the stated error: edges close to 0 are stored as a centre and a half-width, which rounds them once.
REFERENCE = np.finfo(float).eps


def parts(problem: MixtureProblem, alpha: float) -> list[tuple[str, np.longdouble, np.longdouble, np.longdouble]]:
    """Law, centre, scale and signed weight of every component after Gaussian noise."""
    rows = []
    for sign, side, share in ((-1, problem.class0, 1 - long(problem.prior)), (1, problem.class1, long(problem.prior))):
        total = sum(long(c.weight) for c in side)
        for c in side:
            weight = sign * (share * long(c.weight) / total)
            if isinstance(c.law, Uniform):
                low, high = long(c.law.low), long(c.law.high)
                rows.append(("uniform", (low + high) / 2, (high - low) / 2, weight))
                continue
            assert isinstance(c.law, Gaussian | Laplace)
            kind = type(c.law).__name__.lower()
            scale = np.sqrt(long(c.law.scale) ** 2 + long(alpha) ** 2) if kind == "gaussian" else long(c.law.scale)
            rows.append((kind, long(c.law.mean), scale, weight))
    return rows


def signed(rows: list, x: np.ndarray) -> np.ndarray:
    """The signed density relative to the sum of the densities' sizes; only Gaussians may have had noise."""
    total, size = np.zeros(len(x), np.longdouble), np.zeros(len(x), np.longdouble)
    for kind, center, scale, weight in rows:
        z = (x - center) / scale
        if kind == "gaussian":
            value = np.exp(-z * z / 2) / np.sqrt(2 * long(np.pi)) / scale
        elif kind == "laplace":
            value = np.exp(-np.abs(z)) / (2 * scale)
        else:
            value = (np.abs(z) <= 1) / (2 * scale)
        total, size = total + weight * value, size + np.abs(weight) * value
    return total / np.where(size > 0, size, 1)


def scan(rows: list, cuts: list[float]) -> np.ndarray:
    """Sign changes on a grid that knows every centre, width and edge, bisected to the last place."""
    z = np.concatenate([np.linspace(-8, 8, 801), [-1, 1], *(s * np.geomspace(1e-7, 0.02, 40) for s in (-1, 1))])
    grid = [np.asarray(cuts, np.longdouble)] + [
        center + scale * z.astype(np.longdouble) for _kind, center, scale, _w in rows
    ]
    ends = [
        c + s * w * (1 + t) for kind, c, w, _ in rows if kind == "uniform" for s in (-1, 1) for t in (-1e-15, 1e-15)
    ]
    x = np.unique(np.concatenate([*grid, np.asarray(ends, np.longdouble)]))
    label = signed(rows, x) >= 0
    at = np.flatnonzero(label[1:] != label[:-1])
    low, high, first = x[at], x[at + 1], label[at]
    for _ in range(80):
        middle = (low + high) / 2
        same = (signed(rows, middle) >= 0) == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.asarray(low)


def check(problem: MixtureProblem, alpha: float, reach: float | None = None) -> int:
    """Boundaries of the classifier within `reach` are those of the scan, within their errors."""
    region = train(problem, alpha).region
    found, error = region.ends[0], region.error[0]
    rows = parts(problem, alpha)
    expected = scan(rows, [])
    if reach is not None:
        near = np.abs(found) < reach
        found, error, expected = found[near], error[near], expected[np.abs(expected) < reach]
    assert len(found) == len(expected), (found, expected)
    gap = np.abs(found - expected)
    assert (gap <= error + REFERENCE * (1 + np.abs(expected))).all(), (found, gap, error)
    return len(found)


@pytest.mark.parametrize("power", range(10))
@pytest.mark.parametrize("above", [True, False])
def test_bumps_that_just_touch(power: int, above: bool) -> None:
    """Narrow bumps 1 +- 10^-power times as high as the wide density around: two boundaries each, or none."""
    rng = np.random.default_rng(power)
    for width in (1e-6, 1e-4, 1e-2, 0.3):
        place, wide = float(rng.uniform(-2, 2)), float(rng.uniform(2, 4))
        share = np.exp(-(place**2) / (2 * wide**2)) * width / wide
        # The bump of weight p against 1 - p on the wide one; at its centre their ratio is 1 +- 10^-power, or twice.
        height = (1 + 10.0**-power) if above else (1 - 0.5 * 10.0**-power)
        odds = share * height
        prior = odds / (1 + odds)
        problem = MixtureProblem(prior, 1, (Component(Gaussian(0.0, wide)),), (Component(Gaussian(place, width)),))
        rows = parts(problem, 0.0)
        # The bump is highest relative to the slope of the wide one a little beside its own centre.
        offset = long(place) * long(width) ** 2 / (long(wide) ** 2 - long(width) ** 2)
        peak = signed(rows, np.array([long(place) + offset]))[0]
        count = check(problem, 0.0, 6.0)
        assert count == (2 if peak > 0 else 0)


@pytest.mark.parametrize("seed", range(5))
def test_crowds(seed: int) -> None:
    """Up to thirty components a class, widths over six decades, with and without Gaussian noise."""
    rng = np.random.default_rng(seed)
    sides = []
    for _ in range(2):
        count = int(rng.integers(5, 31))
        scale = np.exp(rng.uniform(np.log(1e-6), 0, count))
        sides.append(
            tuple(
                Component(Gaussian(float(m), float(s)), float(s))
                for m, s in zip(rng.normal(0, 2, count), scale, strict=True)
            )
        )
    wide = Component(Gaussian(0.0, 3.0), 0.5)
    problem = MixtureProblem(0.45, 1, (*sides[0], wide), sides[1])
    check(problem, 0.0, 6.0)
    check(problem, 1e-3, 6.0)
    check(problem, 0.1, 6.0)


@pytest.mark.parametrize("seed", range(12))
def test_mixed_laws_with_edges(seed: int) -> None:
    """Boundaries at edges of uniform components, at the peaks of Laplace ones, and between."""
    rng = np.random.default_rng(100 + seed)
    sides: list[list[Component]] = [[Component(Gaussian(0.0, 3.0))], [Component(Laplace(0.1, 2.0))]]
    for side in sides:
        for _ in range(int(rng.integers(2, 9))):
            center, scale = float(rng.normal(0, 1.5)), float(np.exp(rng.uniform(np.log(1e-5), 0)))
            kinds: tuple[Law, ...] = (
                Uniform(center - scale, center + scale),
                Laplace(center, scale),
                Gaussian(center, scale),
            )
            side.append(Component(kinds[int(rng.integers(3))], scale))
    check(MixtureProblem(0.5, 1, tuple(sides[0]), tuple(sides[1])), 0.0, 6.0)


def test_a_pair_of_edges_a_millionth_apart() -> None:
    """Two overlapping uniform densities whose difference changes sign at edges 1e-9 apart."""
    zero = (Component(Gaussian(0.0, 1.0)), Component(Uniform(0.3, 0.3 + 1e-9), 1e-6))
    problem = MixtureProblem(0.55, 1, zero, (Component(Gaussian(0.1, 1.0)),))
    region = train(problem, 0.0).region
    inside = region.ends[0][(region.ends[0] > 0.29) & (region.ends[0] < 0.31)]
    np.testing.assert_allclose(inside, [0.3, 0.3 + 1e-9], rtol=0, atol=1e-15)


class Ragged:
    """Terms that answer nothing and bound nothing, so that no interval can be settled."""

    positive = 1

    def __init__(self) -> None:
        self.modes = np.array([[np.inf, np.inf]])

    def values(self, row: Index, x: Array) -> Array:
        return np.full((len(x), 2), np.nan)

    def scores(self, row: Index, x: Array) -> Array:
        return np.full((len(x), 2), np.nan)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        return magnitude(values)


def test_hopeless_terms_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear line, as soon as more intervals are needed than are allowed; the limit is lowered to be quick."""
    monkeypatch.setattr(module, "MAX_INTERVALS", 20_000)
    with pytest.raises(NoExactRoute, match="more than 20000 intervals") as caught:
        isolate(Ragged(), np.zeros(64, np.intp), np.arange(64.0), np.arange(1.0, 65.0), np.ones(1))
    assert "\n" not in str(caught.value)


class Tilted:
    """D = tilt * x - level, in two exponentials: one root where it must be, whatever the bracket."""

    positive = 1

    def __init__(self, tilt: Array, level: Array) -> None:
        self.tilt, self.level = tilt, level
        self.modes = np.stack([np.copysign(np.inf, tilt), np.zeros_like(tilt)], axis=1)

    def values(self, row: Index, x: Array) -> Array:
        return np.stack([self.tilt[row] * x, self.level[row]], axis=1)

    def scores(self, row: Index, x: Array) -> Array:
        return np.stack([self.tilt[row], np.zeros_like(x)], axis=1)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        return magnitude(values)


def test_many_rows_at_once() -> None:
    rng = np.random.default_rng(5)
    tilt, root = rng.choice([-1, 1], 500) * 10 ** rng.uniform(-3, 3, 500), rng.uniform(-0.999, 0.999, 500)
    pieces = isolate(Tilted(tilt, tilt * root), np.arange(500), np.full(500, -1.0), np.full(500, 1.0), np.ones(500))
    real = np.isfinite(pieces.root)
    assert real.sum() == 500
    np.testing.assert_allclose(pieces.root[real][np.argsort(pieces.row[real])], root, rtol=1e-13, atol=1e-15)
    rising: Flags = pieces.right[real]
    assert (rising == (tilt > 0)[pieces.row[real]]).all()


def test_many_rows_need_no_more_room_than_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on intervals is that of one row: together too many, they are settled in groups, with equal results."""
    tilt = np.linspace(0.5, 2, 50)
    request = (Tilted(tilt, tilt * 0.3), np.arange(50), np.full(50, -1.0), np.full(50, 1.0), np.ones(50))
    whole = isolate(*request)
    monkeypatch.setattr(module, "MAX_INTERVALS", 7)
    parts = isolate(*request)
    for name in ("row", "low", "high", "left", "right", "root"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name), equal_nan=name == "root")


def test_nothing_to_do() -> None:
    empty = np.empty(0)
    pieces = isolate(Tilted(np.ones(1), np.ones(1)), np.empty(0, np.intp), empty, empty, np.ones(1))
    assert len(pieces.root) == 0


def test_ties_of_equal_classes_are_class_1() -> None:
    laws = (Component(Gaussian(0.0, 1.0), 0.3), Component(Gaussian(1.0, 2.0), 0.7))
    for noise in ("gaussian", "laplace", "uniform"):
        problem = MixtureProblem(0.5, 1, laws, laws[::-1], Training(noise=noise))
        for alpha in (0.0, 0.5):
            region = train(problem, alpha).region
            assert region.first[0]
            assert region.counts[0] == 0
