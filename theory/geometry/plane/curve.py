"""Closed curves of panels by arc length, and stretches of them told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.chains import chains, forward
from theory.geometry.plane.chebyshev import basis
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import panel_ends

# Panels of what is drawn that meet under a larger angle make a corner; those of exact outlines do where angles or
# curvatures differ by more than rounding. It counts as a turn. Places on panels are no arc lengths where the pace
# varies by more than a share.
DRAWN, EXACT, PACE, CORNER = 0.02, 1e-7, 1e-3, 10.0
# Stretches that turn by this much altogether are one.
ONE = 1.0
# Pairs of stretches that are compared at once.
PAIRS = 1_000_000
# Points of a stretch are no farther from its middle than a few of them are, but for this share.
SLACK = 0.05


@dataclass(frozen=True)
class Stretches:
    """Parts [low, high], within [-1, 1], of panels (Q,)."""

    panel: Index
    low: Array
    high: Array

    def take(self, rows: Index | Flags) -> Stretches:
        """The given rows."""
        return Stretches(self.panel[rows], self.low[rows], self.high[rows])

    @staticmethod
    def joint(parts: Sequence[Stretches]) -> Stretches:
        """All of some, or none."""
        none = np.empty(0, np.intp), np.empty(0), np.empty(0)
        columns = zip(none, *((p.panel, p.low, p.high) for p in parts), strict=True)
        return Stretches(*(np.concatenate(column) for column in columns))

    def halved(self) -> Stretches:
        """Both halves of each."""
        middle = 0.5 * (self.low + self.high)
        return Stretches.joint([Stretches(self.panel, self.low, middle), Stretches(self.panel, middle, self.high)])

    def places(self, at: Array) -> Array:
        """(Q, m) where on their panels places (m,) of [-1, 1] are."""
        return 0.5 * (self.low + self.high)[:, None] + 0.5 * (self.high - self.low)[:, None] * at


@dataclass(frozen=True)
class Curve:
    """Panels in the order in which they follow each other.

    points, paces (P, n, 2): nodes, and derivatives along the panel. length, begin (P,): arc lengths of panels, and of
    all before. first, total (P,): where the chain begins, and its length. turned (P,): the angles by which all panels
    before turn.
    """

    points: Array
    paces: Array
    length: Array
    begin: Array
    first: Array
    total: Array
    turn: Array
    turned: Array
    whole: Array

    @staticmethod
    def of(outline: Outline, exact: bool) -> Curve:
        """Of an outline that has panels."""
        points, steps = forward(outline)
        order, chain = chains(points)
        points, paces = points[order], steps[order] / rule(points.shape[1])[1][:, None]
        speed = np.hypot(paces[..., 0], paces[..., 1])
        length = speed @ rule(points.shape[1])[1]
        starts = np.flatnonzero(np.diff(chain, prepend=-1))
        count = np.diff(np.append(starts, len(chain)))
        turn, jump = _turns(points, paces, length, starts, count, exact)
        begin, turned = np.cumsum(length) - length, np.cumsum(turn + jump) - turn - jump
        totals = (np.repeat(np.add.reduceat(v, starts), count) for v in (length, turn + jump))
        total, whole = totals
        return Curve(points, paces, length, begin, np.repeat(begin[starts], count), total, turn, turned, whole)

    @property
    def even(self) -> bool:
        """Whether panels go by arc length."""
        speed = 2 * np.hypot(self.paces[..., 0], self.paces[..., 1]) / self.length[:, None]
        return bool((np.abs(speed - 1) <= PACE).all())

    @property
    def all(self) -> Stretches:
        """Every panel as a whole."""
        count = len(self.length)
        return Stretches(np.arange(count), np.full(count, -1.0), np.ones(count))

    def outline(self, some: Stretches) -> Outline:
        """Stretches as panels."""
        at, weights = rule(self.points.shape[1])
        points, paces = self.on(some.panel, some.places(at))
        return Outline(points, paces * (0.5 * (some.high - some.low)[:, None] * weights)[..., None])

    def lengths(self, some: Stretches) -> Array:
        """(Q,) arc lengths."""
        return 0.5 * self.length[some.panel] * (some.high - some.low)

    def on(self, panel: Index, place: Array) -> tuple[Array, Array]:
        """Points and derivatives along the panel (N, ..., 2) at places (N, ...) of panels (N,)."""
        count = self.points.shape[1]
        table = np.polynomial.legendre.legvander(
            place.reshape(len(panel), math.prod(place.shape[1:])), count - 1
        ) @ series(count)
        points, paces = table @ self.points[panel], table @ self.paces[panel]
        return points.reshape(*place.shape, 2), paces.reshape(*place.shape, 2)

    def ahead(self, panel: Index, place: Array, shift: Array) -> tuple[Array, Array]:
        """Points and unit tangents, as complex numbers (N, k), at arc lengths (k,) from places (N,) of panels (N,)."""
        first, total = self.first[panel, None], self.total[panel, None]
        at = (self.begin[panel] + 0.5 * self.length[panel] * (place + 1))[:, None] + shift
        at = first + np.mod(at - first, total)
        which = np.clip(np.searchsorted(self.begin, at, side="right") - 1, 0, len(self.begin) - 1)
        local = 2 * (at - self.begin[which]) / self.length[which] - 1
        turn = _chebyshev(self.points.shape[1]).T
        points, paces = (
            _clenshaw((v[..., 0] + 1j * v[..., 1]) @ turn, which, local) for v in (self.points, self.paces)
        )
        return points, paces / np.abs(paces)

    def alone(self, some: Stretches, others: Stretches, reach: float) -> Flags:
        """(Q,) whether no other stretch of the boundary, one that is not one with it, may come within reach."""
        center, radius = self.discs(some)
        centers, radii = self.discs(others)
        result = np.ones(len(center), bool)
        chunk = max(1, PAIRS // max(len(centers), 1))
        for start in range(0, len(center), chunk):
            gap = np.abs(center[start : start + chunk, None] - centers) - radius[start : start + chunk, None] - radii
            row, other = np.nonzero(gap <= reach)
            row += start
            one = self._one(some.take(row), others.take(other))
            result[row[~one]] = False
        return result

    def _one(self, some: Stretches, others: Stretches) -> Flags:
        """Whether pairs of stretches follow each other and turn by little altogether."""
        start, end = self._angles(some)
        starts, ends = self._angles(others)
        ahead, behind = ends - start, end - starts
        turn = np.minimum(np.maximum(ahead, behind), self.whole[some.panel] + np.minimum(ahead, behind))
        return np.asarray((self.first[some.panel] == self.first[others.panel]) & (turn <= ONE))

    def _angles(self, some: Stretches) -> tuple[Array, Array]:
        """Where stretches start and end, by the angle that the curve has turned since the first panel."""
        turned, turn = self.turned[some.panel], 0.5 * self.turn[some.panel]
        return turned + turn * (1 + some.low), turned + turn * (1 + some.high)

    def discs(self, some: Stretches) -> tuple[Array, Array]:
        """Centres, as complex numbers, and radii of discs that hold stretches."""
        at, _pace = self.on(some.panel, some.places(np.linspace(-1, 1, 5)))
        place = at[..., 0] + 1j * at[..., 1]
        return place[:, 2], np.abs(place - place[:, 2:3]).max(axis=1) * (1 + SLACK)


def _turns(points: Array, paces: Array, length: Array, starts: Index, count: Index, exact: bool) -> tuple[Array, Array]:
    """(P,) angles by which panels turn, and by which the next one starts off otherwise; corners count more."""
    after = np.arange(1, len(points) + 1)
    after[starts + count - 1] = starts
    number = points.shape[1]
    ends = panel_ends(paces)
    inner = np.concatenate([ends[:, :1], paces, ends[:, 1:]], axis=1)
    heading = inner[..., 0] + 1j * inner[..., 1]
    turn = np.abs(np.angle(heading[:, 1:] / heading[:, :-1])).sum(axis=1)
    jump = np.abs(np.angle(heading[after, 0] / heading[:, -1]))
    gap = np.linalg.norm(panel_ends(points)[after, 0] - panel_ends(points)[:, 1], axis=1)
    corner = jump > (EXACT if exact else DRAWN)
    corner |= gap > (EXACT if exact else DRAWN) * np.minimum(length, length[after])
    if exact:
        bend = turn / length
        corner |= np.abs(bend - bend[after]) * (length + length[after]) > number * EXACT
    return turn, np.where(corner, CORNER, jump)


@lru_cache
def differences(count: int) -> Array:
    """From values at the nodes of a panel to derivatives along it at the same nodes."""
    slopes = np.polynomial.legendre.legder(series(count))
    return np.asarray(np.polynomial.legendre.legvander(rule(count)[0], count - 2) @ slopes, float)


@lru_cache
def series(count: int) -> Array:
    """From values at the nodes of a panel to Legendre coefficients along it."""
    return np.asarray(np.linalg.inv(np.polynomial.legendre.legvander(rule(count)[0], count - 1)), float)


@lru_cache
def _chebyshev(count: int) -> Array:
    """To Chebyshev coefficients."""
    return np.asarray(np.linalg.inv(basis(rule(count)[0], count)), float)


def _clenshaw(held: Array, which: Index, x: Array) -> Array:
    """Values at x of the Chebyshev series held (P, n) of panels `which`, as x."""
    one = two = np.zeros(x.shape, complex)
    for column in held.T[:0:-1]:
        one, two = column[which] + 2 * x * one - two, one
    return np.asarray(held[which, 0] + x * one - two)
