"""Parts of panels on which the height is monotone, the rows that meet them, and the heights at which rows change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.chains import forward
from theory.geometry.plane.common import to_chebyshev
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import followers, panel_ends

# Heights nearer than this share of the size of the whole are one.
SAME = 1e-10
# Curves whose ends are farther apart than this share are closed by chords.
GAP = 1e-8
# Panels that meet under a larger angle make a corner.
CORNER = 1e-3
# Pairs of row and panel that are compared at once.
PAIRS = 2_000_000


def bridged(outline: Outline, size: float) -> Outline:
    """With straight panels where curves are not closed; the square of the gap is area that is not resolved."""
    points, steps = forward(outline)
    ends = panel_ends(points)
    start = ends[followers(ends), 0]
    gap = np.hypot(*(start - ends[:, 1]).T)
    wide = np.flatnonzero(gap > GAP * size)
    if len(wide) == 0:
        return outline
    at, weights = rule(points.shape[1])
    move = 0.5 * (start - ends[:, 1])[wide, None]
    middle = 0.5 * (start + ends[:, 1])[wide]
    points = np.concatenate([points, middle[:, None] + move * at[:, None]])
    steps = np.concatenate([steps, move * weights[:, None]])
    stuck = np.concatenate([middle, 0.5 * gap[wide, None]], axis=1)
    return replace(outline, points=points, steps=steps, stuck=np.concatenate([outline.stuck, stuck]))


@dataclass(frozen=True)
class Pieces:
    """Parts of panels on which y is monotone: coefficients x, y (Q, n), places from, to (Q,), and heights (Q,)."""

    x: Array
    y: Array
    start: Array
    stop: Array
    bottom: Array
    top: Array

    def meet(self, heights: Array) -> tuple[Index, Array]:
        """(N, n) how many of them rows (N, n) meet, and where, from left to right (N, n, m); NaN beyond."""
        flat = heights.ravel()
        chunk = max(1, PAIRS // max(len(self.bottom), 1))
        found = [
            np.nonzero((self.bottom <= part[:, None]) & (part[:, None] < self.top))
            for part in (flat[k : k + chunk] for k in range(0, len(flat), chunk))
        ]
        row = np.concatenate([part[0] + k * chunk for k, part in enumerate(found)])
        piece = np.concatenate([part[1] for part in found])
        held = self.y[piece].copy()
        held[:, 0] -= flat[row]
        ends = [
            np.einsum("pn,pn->p", self.y[piece], chebyshev.basis(v[piece], self.y.shape[1]))
            for v in (self.start, self.stop)
        ]
        rising = ends[1] > ends[0]
        at = chebyshev.monotone_root(held, self.start[piece], self.stop[piece], rising)
        x = np.einsum("pn,pn->p", self.x[piece], chebyshev.basis(at, self.x.shape[1]))
        order = np.lexsort((x, row))
        row, x = row[order], x[order]
        count = np.bincount(row, minlength=len(flat))
        places = np.full((len(flat), max(int(count.max(initial=0)), 1)), np.nan)
        rank = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        places[row, rank] = x
        return count.reshape(heights.shape), places.reshape(*heights.shape, -1)


def pieces_of(outline: Outline, size: float) -> tuple[Pieces, Array]:
    """The parts, and the heights between which all rows are alike."""
    points, _steps = forward(outline)
    turn = to_chebyshev(points.shape[1])
    x, y = (points[..., k] @ turn.T for k in (0, 1))
    panel, start, stop = _monotone(y, size)
    bottom, top = (np.einsum("pn,pn->p", y[panel], chebyshev.basis(at, y.shape[1])) for at in (start, stop))
    inner = np.concatenate([bottom[start > -1], top[stop < 1]])
    corner = _corners(points, y, size, 1)
    critical = np.concatenate(
        [
            inner,
            corner,
            bottom.min(keepdims=True),
            top.max(keepdims=True),
            top.min(keepdims=True),
            bottom.max(keepdims=True),
        ]
    )
    low, high = np.minimum(bottom, top), np.maximum(bottom, top)
    low, high, critical = _snapped([low, high, critical], SAME * size)
    kept = high > low
    held = Pieces(x[panel[kept]], y[panel[kept]], start[kept], stop[kept], low[kept], high[kept])
    heights = np.unique(critical)
    inside = (heights >= low[kept].min()) & (heights <= high[kept].max())
    heights = np.unique(np.concatenate([heights[inside], low[kept].min(keepdims=True), high[kept].max(keepdims=True)]))
    return held, heights


def _monotone(y: Array, size: float) -> tuple[Index, Array, Array]:
    """Panels cut where their height is stationary: panel, from, to."""
    slope = y @ chebyshev.derivative(y.shape[1]).T
    row, place = chebyshev.roots(slope, np.full(len(y), 1e-13 * size))
    panels = np.arange(len(y))
    rows = np.concatenate([panels, panels, row])
    cuts = np.concatenate([np.full(len(y), -1.0), np.ones(len(y)), place])
    order = np.lexsort((cuts, rows))
    rows, cuts = rows[order], cuts[order]
    joint = (rows[1:] == rows[:-1]) & (cuts[1:] > cuts[:-1])
    return rows[1:][joint], cuts[:-1][joint], cuts[1:][joint]


def _corners(points: Array, y: Array, size: float, axis: int) -> Array:
    """Coordinates at which panels meet under an angle, or turn back along an axis."""
    ends = panel_ends(points)
    after = followers(ends)
    count = y.shape[1]
    slopes = [points[..., k] @ (chebyshev.derivative(count) @ to_chebyshev(count)).T for k in (0, 1)]
    edge = chebyshev.basis(np.array([-1.0, 1.0]), count)
    first, last = (np.stack([part @ edge[k] for part in slopes], axis=1) for k in (0, 1))
    first = first[after]
    cross = first[:, 0] * last[:, 1] - first[:, 1] * last[:, 0]
    dot = (first * last).sum(axis=1)
    sharp = np.abs(np.arctan2(cross, dot)) > CORNER
    back = first[:, axis] * last[:, axis] <= 0
    some = sharp | back
    return np.concatenate([ends[some, 1, axis], ends[after[some], 0, axis]])


def columns_of(outline: Outline, size: float) -> Array:
    """The abscissae at which columns change: of vertical tangents and corners."""
    points, _steps = forward(outline)
    turn = to_chebyshev(points.shape[1])
    x = points[..., 0] @ turn.T
    panel, start, stop = _monotone(x, size)
    left, right = (np.einsum("pn,pn->p", x[panel], chebyshev.basis(at, x.shape[1])) for at in (start, stop))
    found = np.concatenate([left[start > -1], right[stop < 1], _corners(points, x, size, 0)])
    (found,) = _snapped([found], SAME * size)
    return np.unique(found)


def _snapped(parts: list[Array], near: float) -> list[Array]:
    """Values that are nearer to each other than `near` made equal."""
    values = np.concatenate(parts)
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    group = np.cumsum(np.diff(ranked, prepend=ranked[:1]) > near)
    leaders = ranked[np.searchsorted(group, np.arange(group[-1] + 1))] if len(ranked) else ranked
    values[order] = leaders[group] if len(ranked) else ranked
    return np.split(values, np.cumsum([len(p) for p in parts])[:-1])
