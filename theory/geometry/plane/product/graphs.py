"""Level sets of votes as the graphs of the ends of their columns, in panels of abscissae.

On every vertical line the votes are polynomials on stretches, so that all places at which they pass the level are
found. Panels are cut where the number of these changes, at a root of the votes' own maximum or minimum, near which
ends vary like a square root; and halved until the graphs are polynomials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.outline import Outline, rule

# Panels are at most this share of the window wide at the start, and halved at most so often.
WIDEST, HALVINGS = 0.125, 40
# Abscissae at which the number of ends changes are found to this share of the window, by so many lines at a time.
EXACT, BETWEEN = 1e-12, 15
# Narrower panels than this in which it still changes are not looked into: rounding may be all that is seen there.
BLUR = 1e-10
# A panel is looked at again where the votes come nearer to the level than this many times what that changes by from
# one line to the next, and farther apart than this share of the window.
CLOSE, LEAST = 2.0, 1e-4
# What that changes by where votes begin to turn back.
APPEARS = 0.02
# Lines that are worked on at once.
AT_ONCE = 600


@dataclass(frozen=True)
class Columns:
    """The region on M vertical lines: ends (M, k) from below, NaN beyond their number count (M,), whether it holds at
    the bottom (M,), and how near the votes come to the level without passing it (M,)."""

    ends: Array
    count: Index
    first: Flags
    near: Array

    def take(self, rows: Index) -> Columns:
        """The given lines."""
        return Columns(self.ends[rows], self.count[rows], self.first[rows], self.near[rows])

    def same(self) -> Flags:
        """(M - 1,) whether a line has as many ends as the one before, and begins alike."""
        return (self.count[1:] == self.count[:-1]) & (self.first[1:] == self.first[:-1])


# The columns of a region at abscissae (M,).
Seen = Callable[[Array], Columns]


@dataclass(frozen=True)
class Panels:
    """P intervals of abscissae; whether ends vary like a square root at their left and right."""

    left: Array
    right: Array
    born: Flags
    gone: Flags

    def take(self, rows: Index | Flags) -> Panels:
        """The given ones."""
        return Panels(self.left[rows], self.right[rows], self.born[rows], self.gone[rows])

    @staticmethod
    def joint(parts: list[Panels]) -> Panels:
        """All of some."""
        keys = ("left", "right", "born", "gone")
        return Panels(*(np.concatenate([getattr(p, key) for p in parts]) for key in keys))

    def places(self, t: Array) -> tuple[Array, Array]:
        """(P, m) abscissae at t (m,) in [-1, 1], and their derivatives."""
        s = 0.5 * (1 + t)
        ways = [
            (np.sin(0.25 * np.pi * (1 + t)) ** 2, 0.25 * np.pi * np.sin(0.5 * np.pi * (1 + t))),
            (s * s, s),
            (1 - (1 - s) ** 2, 1 - s),
            (s, np.full_like(s, 0.5)),
        ]
        kind = np.select([self.born & self.gone, self.born, self.gone], [0, 1, 2], 3)
        share, rate = (np.stack(part)[kind] for part in zip(*ways, strict=True))
        width = (self.right - self.left)[:, None]
        return self.left[:, None] + width * share, width * rate

    def halved(self) -> Panels:
        """Both halves of each."""
        middle = self.places(np.zeros(1))[0][:, 0]
        no = np.zeros(len(middle), bool)
        return Panels.joint([Panels(self.left, middle, self.born, no), Panels(middle, self.right, no, self.gone)])


def level_set(seen: Seen, cuts: Array, window: tuple[Array, Array], count: int, area: float) -> Outline:
    """The outline of a region that is known by its columns, in a window (lowest, highest corner).

    cuts: abscissae at which ends need not be smooth. area: what a panel may leave out.
    """
    (left, bottom), (right, top) = window
    size = right - left
    places = np.unique(np.concatenate([[left, right], cuts[(cuts > left) & (cuts < right)]]))
    parts = np.ceil(np.diff(places) / (WIDEST * size)).astype(int)
    edges = np.concatenate([np.linspace(a, b, n + 1)[:-1] for a, b, n in zip(places, places[1:], parts, strict=False)])
    edges = np.append(edges, right)
    no = np.zeros(len(edges) - 1, bool)
    todo = Panels(edges[:-1], edges[1:], no, no)
    at, _weights = rule(count)
    tail = np.linalg.inv(np.polynomial.legendre.legvander(at, count - 1))[-2:]
    done: list[tuple[Panels, Columns]] = []
    lost = 0.0
    for halving in range(HALVINGS):
        x, _ = todo.places(at)
        columns = looked(seen, x.ravel())
        shape = x.shape
        steady: Any = np.append(columns.same(), True).reshape(shape)[:, :-1].all(axis=1)
        ends = columns.ends.reshape(*shape, columns.ends.shape[1])
        rough = np.nan_to_num(np.abs(np.einsum("kn,pnm->pkm", tail, ends)).sum(axis=1)).max(axis=1, initial=0.0)
        width = todo.right - todo.left
        good: Any = steady & ((rough * width <= area) | (width <= EXACT * size))
        good = good & ~(_close(columns.near.reshape(shape), todo) & (width > LEAST * size))
        blurred = ~steady & (width <= BLUR * size)
        columns = _middling(columns, np.flatnonzero(blurred), count)
        lost += float((top - bottom) * width[blurred].sum())
        good = good | blurred
        steady = steady | blurred
        last = halving == HALVINGS - 1
        if last:
            lost += float((np.where(steady, rough, top - bottom) * width)[~good].sum())
            good = good | steady
        rows = np.flatnonzero(np.repeat(good, count))
        done.append((todo.take(good), columns.take(rows)))
        if good.all() or last:
            break
        shaky = todo.take(~good & steady).halved()
        broken = np.flatnonzero(~steady)
        fresh = _cut(seen, todo.take(broken), x[broken], columns, broken, EXACT * size)
        todo = Panels.joint([shaky, fresh])
    return _outline(done, window, count, lost)


def looked(seen: Seen, x: Array) -> Columns:
    """Columns at many abscissae, some at a time."""
    parts = [seen(x[k : k + AT_ONCE]) for k in range(0, len(x), AT_ONCE)]
    most = max(part.ends.shape[1] for part in parts)
    ends = [np.pad(p.ends, ((0, 0), (0, most - p.ends.shape[1])), constant_values=np.nan) for p in parts]
    rest = ([getattr(p, key) for p in parts] for key in ("count", "first", "near"))
    return Columns(np.concatenate(ends), *(np.concatenate(part) for part in rest))


def _middling(columns: Columns, panels: Index, count: int) -> Columns:
    """The columns of the middle lines of panels, for all of their lines."""
    rows = np.arange(len(columns.count))
    lines = (panels[:, None] * count + np.arange(count)).ravel()
    rows[lines] = np.repeat(panels * count + count // 2, count)
    return columns.take(rows)


def _close(near: Array, panels: Panels) -> Flags:
    """Whether something may be born and gone between two lines of a panel."""
    with np.errstate(invalid="ignore"):
        step = np.abs(np.diff(near, axis=1))
    step = np.where(np.isnan(step), 0.0, np.minimum(step, APPEARS))
    change = np.maximum(np.concatenate([step, step[:, -1:]], axis=1), np.concatenate([step[:, :1], step], axis=1))
    low = np.minimum(near, 1.0)
    least = np.ones(near.shape, bool)
    least[:, 1:] &= low[:, 1:] <= low[:, :-1]
    least[:, :-1] &= low[:, :-1] <= low[:, 1:]
    least[:, 0] &= ~panels.born
    least[:, -1] &= ~panels.gone
    return np.asarray((least & (near < CLOSE * change) & (near < 1)).any(axis=1))


def _cut(seen: Seen, panels: Panels, x: Array, columns: Columns, rows: Index, exact: float) -> Panels:
    """Panels cut where the number of ends changes between their lines."""
    count = x.shape[1]
    alike = np.append(columns.same(), True).reshape(-1, count)[rows, :-1]
    panel, gap = np.nonzero(~alike)
    low, high = x[panel, gap], x[panel, gap + 1]
    share = np.linspace(0, 1, BETWEEN + 2)
    while len(low) and (high - low).max() > exact:
        at = low[:, None] + (high - low)[:, None] * share
        found = looked(seen, at.ravel())
        same = np.append(found.same(), True).reshape(at.shape)[:, :-1]
        first = np.argmin(same, axis=1)
        first = np.where(same.all(axis=1), 0, first)
        every = np.arange(len(low))
        low, high = at[every, first], at[every, first + 1]
    place = 0.5 * (low + high)
    parts = []
    for k in range(len(panels.left)):
        inner = np.unique(place[panel == k])
        inner = inner[(inner > panels.left[k]) & (inner < panels.right[k])]
        edges = np.concatenate([panels.left[k : k + 1], inner, panels.right[k : k + 1]])
        born, gone = np.ones(len(edges) - 1, bool), np.ones(len(edges) - 1, bool)
        born[0], gone[-1] = panels.born[k], panels.gone[k]
        parts.append(Panels(edges[:-1], edges[1:], born, gone))
    none = np.empty(0)
    return Panels.joint(parts) if parts else Panels(none, none, none.astype(bool), none.astype(bool))


def _outline(done: list[tuple[Panels, Columns]], window: tuple[Array, Array], count: int, lost: float) -> Outline:
    """Graphs, what joins them on vertical lines, and the edge of the window, with the region on the left."""
    at, weights = rule(count)
    turn = np.linalg.inv(np.polynomial.legendre.legvander(at, count - 1))
    slope = np.stack([np.polynomial.legendre.legder(row) for row in np.eye(count)])
    derivative = np.polynomial.legendre.legvander(at, count - 2) @ slope.T @ turn
    limits = np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), count - 1) @ turn
    bottom, top = window[0][1], window[1][1]
    points, steps, sides = [], [], []
    for panels, columns in done:
        x, rate = panels.places(at)
        ends = columns.ends.reshape(len(x), count, columns.ends.shape[1])
        counts, first = (v.reshape(-1, count)[:, 0] for v in (columns.count, columns.first))
        for k in range(len(x)):
            y = ends[k, :, : counts[k]].T
            if first[k]:
                y = np.concatenate([np.full((1, count), bottom), y])
            if len(y) % 2:
                y = np.concatenate([y, np.full((1, count), top)])
            sign = np.where(np.arange(len(y)) % 2 == 0, 1.0, -1.0)[:, None]
            points.append(np.stack([np.broadcast_to(x[k], y.shape), y], axis=-1))
            run = np.broadcast_to(rate[k] * weights, y.shape)
            steps.append(np.stack([sign * run, sign * weights * (y @ derivative.T)], axis=-1))
            both = y @ limits.T
            sides.append((panels.left[k], panels.right[k], both))
    sides.sort(key=lambda side: side[0])
    before, joints = np.empty(0), []
    for left, _right, both in sides:
        joints.append((left, before, both[:, 0]))
        before = both[:, 1]
    joints.append((window[1][0], before, np.empty(0)))
    for x0, one, two in joints:
        point, step = _uprights(x0, one, two, at, weights, 1e-13 * (top - bottom))
        points.append(point)
        steps.append(step)
    stuck = np.array([[*(0.5 * (window[0] + window[1])), 0.5 * np.sqrt(lost)]]) if lost > 0 else np.empty((0, 3))
    return Outline(np.concatenate(points), np.concatenate(steps), False, stuck)


def _uprights(x: float, left: Array, right: Array, at: Array, weights: Array, least: float) -> tuple[Array, Array]:
    """Vertical panels where the region lies on one side of an abscissa only; ends (k,) of intervals on either side."""
    places = np.concatenate([left, right])
    sign = np.concatenate([np.where(np.arange(len(v)) % 2 == 0, s, -s) for v, s in ((left, 1.0), (right, -1.0))])
    order = np.argsort(places, kind="stable")
    places, way = places[order], np.cumsum(sign[order])[:-1]
    low, high = places[:-1], places[1:]
    some = (way != 0) & (high - low > least)
    low, high, way = low[some], high[some], way[some]
    y = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    run = (way * 0.5 * (high - low))[:, None] * weights
    return np.stack([np.full_like(y, x), y], axis=-1), np.stack([np.zeros_like(y), run], axis=-1)
