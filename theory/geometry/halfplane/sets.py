"""Labelled balls with their centres on an axis: their union, and what training noise makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import betainc, betaln, gammaln

from theory.arrays import Array, Flags, Index
from theory.geometry.halfplane.shapes import BETTER, KEPT, VOTES, steps_to, traced
from theory.geometry.halfplane.signed import Extent
from theory.geometry.halfplane.votes import VoteField
from theory.geometry.plane.covers import SetCover
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.window import Window
from theory.geometry.radial.radial import BallTrainer
from theory.numerics.cubature import Cells

# Balls this far from each other, in noise scales, do not see each other: less than 1e-17 of the noise gets there.
APART = 9.0
# Arcs are cut into panels of at most this angle.
ANGLE = np.pi / 6


@dataclass(frozen=True)
class Balls:
    """The union of balls (n,) with `centers` on the axis and `radii`, in `dim` dimensions across it and one along.

    On a line across the axis it is a ball of radius rho(t), the largest of (R^2 - (t - c)^2)^(1/2).
    """

    dim: int
    centers: tuple[float, ...]
    radii: tuple[float, ...]

    @property
    def extent(self) -> Extent:
        """The rectangle that holds it."""
        c, r = np.array(self.centers), np.array(self.radii)
        return Extent(float((c - r).min()), float((c + r).max()), 0.0, float(r.max()))

    @cached_property
    def breaks(self) -> Array:
        """Places between two of which one ball is the widest, or there is none."""
        c, r = np.array(self.centers), np.array(self.radii)
        first, second = np.triu_indices(len(c), 1)
        apart = c[second] - c[first]
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = (r[first] - r[second]) * (r[first] + r[second]) / apart
            meet = 0.5 * (c[first] + c[second] + gain)
        return np.unique(np.concatenate([c - r, c + r, meet[np.isfinite(meet)]]))

    @cached_property
    def owners(self) -> Index:
        """The widest ball between breaks, -1 where there is none."""
        square = self._squares(0.5 * (self.breaks[1:] + self.breaks[:-1]))
        return np.where(square.max(axis=1) > 0, square.argmax(axis=1), -1)

    def _squares(self, t: Array) -> Array:
        c, r = np.array(self.centers), np.array(self.radii)
        return np.asarray((r - t[:, None] + c) * (r + t[:, None] - c))

    def radius(self, t: Array) -> Array:
        """rho at places (N,)."""
        return np.sqrt(np.maximum(self._squares(t).max(axis=1), 0.0))

    @cached_property
    def log_unit(self) -> float:
        """Logarithm of the measure that an integral of (r/R)^dim along the axis stands for, R the largest radius."""
        half = 0.5 * self.dim
        return half * float(np.log(np.pi)) - float(gammaln(half + 1)) + self.dim * float(np.log(max(self.radii)))

    def before(self, t: Array) -> Array:
        """The integral of (rho/R)^dim up to places (N,)."""
        low, high = self.breaks[:-1], self.breaks[1:]
        whole = np.concatenate([[0.0], np.cumsum(self._between(self.owners, low, high))])
        part = np.clip(np.searchsorted(self.breaks, t, side="right") - 1, 0, len(low) - 1)
        at = np.clip(t, self.breaks[0], self.breaks[-1])
        return np.asarray(whole[part] + self._between(self.owners[part], low[part], at))

    def _between(self, owner: Index, low: Array, high: Array) -> Array:
        c, r = np.array(self.centers)[owner], np.array(self.radii)[owner]
        half = 0.5 * self.dim + 1
        start, stop = (betainc(half, half, np.clip(0.5 * (1 + (at - c) / r), 0.0, 1.0)) for at in (low, high))
        size = r * (r / max(self.radii)) ** self.dim * np.exp((2 * half - 1) * np.log(2) + betaln(half, half))
        return np.where(owner >= 0, size * (stop - start), 0.0)

    @cached_property
    def whole(self) -> float:
        """The same over all of it."""
        return float(self.before(self.breaks[-1:])[0])

    def shrunk(self, alpha: float) -> Balls | None:
        """{h * p_alpha >= 1/2} where noise is so little that every ball shrinks by itself; None where it is not."""
        c, r = np.array(self.centers), np.array(self.radii)
        first, second = np.triu_indices(len(c), 1)
        gap = np.abs(c[first] - c[second]) - r[first] - r[second]
        if gap.min(initial=np.inf) < APART * alpha or r.min() < APART * alpha * np.sqrt(self.dim + 1):
            return None
        middle, noise = np.zeros(self.dim + 1), np.array([alpha])
        ends = [BallTrainer(self.dim + 1, middle, radius, ())(noise).region.ends[0, 0] for radius in self.radii]
        return Balls(self.dim, self.centers, tuple(float(end) for end in ends))

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        return np.asarray((self._squares(points[:, 0]) >= points[:, 1:] ** 2).any(axis=1))

    def outline(self, count: int) -> Outline:
        """Arcs above the axis, from right to left, and the axis below them from left to right."""
        at, weights = rule(count)
        points, steps = [], []
        for owner, a, b in zip(self.owners, self.breaks[:-1], self.breaks[1:], strict=True):
            if owner < 0:
                continue
            c, r = self.centers[owner], self.radii[owner]
            low, high = np.arccos(np.clip([(b - c) / r, (a - c) / r], -1.0, 1.0))
            parts = np.linspace(low, high, max(1, int(np.ceil((high - low) / ANGLE))) + 1)
            half = 0.5 * np.diff(parts)[:, None]
            angle = 0.5 * (parts[1:] + parts[:-1])[:, None] + half * at
            points.append(np.stack([c + r * np.cos(angle), r * np.sin(angle)], axis=-1))
            steps.append(r * (half * weights)[..., None] * np.stack([-np.sin(angle), np.cos(angle)], axis=-1))
            bottom = 0.5 * (a + b) + 0.5 * (b - a) * at
            points.append(np.stack([bottom, np.zeros(count)], axis=-1)[None])
            steps.append(np.stack([0.5 * (b - a) * weights, np.zeros(count)], axis=-1)[None])
        return Outline(np.concatenate(points), np.concatenate(steps))


@dataclass(frozen=True)
class SetBase:
    """{h >= 1/2} without noise: the labelled set itself."""

    held: Balls

    @property
    def dim(self) -> int:
        """Across the axis."""
        return self.held.dim

    def within(self, _window: Window, level: Refinement) -> Outline:
        """All of it."""
        return self.held.outline(level.nodes)

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        return self.held.contains(points)

    def amiss(self, points: Array, _steps: Array) -> Array:
        """It is exact."""
        return np.zeros(len(points))


@dataclass(frozen=True)
class Blurred:
    """{h * p_alpha >= 1/2}, which lies in the hull of the labelled set."""

    held: Balls
    alpha: float

    @property
    def dim(self) -> int:
        """Across the axis."""
        return self.held.dim

    def field(self, level: Refinement) -> VoteField:
        """h * p_alpha - 1/2."""
        return _field(self, level)

    def within(self, _window: Window, level: Refinement) -> Outline:
        """All of it."""
        return _drawn(self, level)

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        return np.asarray(self.field(BETTER).direct(points) >= 0)

    def amiss(self, points: Array, steps: Array) -> Array:
        """(N,) how far nodes of an outline are from the boundary; steps (N, 2): along it."""
        return steps_to(*self.field(BETTER).steepness(points, steps))


@lru_cache(KEPT)
def _field(base: Blurred, level: Refinement) -> VoteField:
    order = VOTES.order if level is not BETTER else VOTES.order + 4
    return VoteField(base.held.outline(level.nodes), base.dim, base.alpha, 0.5, order, level is BETTER)


@lru_cache(KEPT)
def _drawn(base: Blurred, level: Refinement) -> Outline:
    return traced(base.field(level), base.held.extent, base.alpha, level)


@dataclass(frozen=True)
class Covered:
    """Balls, or what is outside of them up to a margin, as patches of the half-plane."""

    held: SetCover
    balls: Balls

    @property
    def cells(self) -> Cells:
        """Those of the discs in the half-plane."""
        return self.held.cells

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """Points, and measure for an area of parameters 1."""
        points, law = self.held.place(patch, at)
        return points, law * density(self.balls, points[..., 1]) * np.exp(self.balls.log_unit)

    def longest(self, points: Array) -> Array:
        """A share of the largest radius over which the measure does not grow by much."""
        return np.full(len(points), 4 * max(self.balls.radii) / self.balls.dim)


def density(held: Balls, r: Array) -> Array:
    """The measure of an area at distances r, in units as of `log_unit`."""
    radius = max(held.radii)
    with np.errstate(over="ignore"):
        return np.asarray(held.dim / radius * (np.maximum(r, 0.0) / radius) ** (held.dim - 1))


def cover(held: Balls, label: int, margin: float) -> Covered:
    """Where a class lies: inside of balls, or outside as far as a margin."""
    discs = np.array([(c, 0.0, r) for c, r in zip(held.centers, held.radii, strict=True)])
    box = held.extent
    frame = np.array([box.first - margin, 0.0, box.last + margin, box.far + margin])
    if label:
        frame = np.array([box.first, 0.0, box.last, box.far])
    return Covered(SetCover(SetUnion(discs, np.empty((0, 4))), frame, bool(label), 1.0), held)
