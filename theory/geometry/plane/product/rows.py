"""A region of the plane by its rows: strips of heights in which every row is a union of intervals with smooth ends.

    y = middle + half sin(pi s/2),  s in [low, high] within [-1, 1]

in a strip between two heights at which the rows change their number or their formula: the highest and lowest places of
curves, and corners. Ends of intervals that are square roots at such a height are smooth in s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.chains import forward
from theory.geometry.plane.common import to_chebyshev
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import followers, panel_ends

# Nodes of the polynomials that stand for ends of rows.
NODES = 16
# Heights nearer than this share of the size of the whole are one.
SAME = 1e-10
# Curves whose ends are farther apart than this share are closed by chords.
GAP = 1e-8
# Panels that meet under a larger angle make a corner.
CORNER = 1e-3
# A strip is halved at most so often; what its polynomials leave out is a share of the size of the whole.
HALVINGS = 24
# Ends need not be known where all that they bound is this share of the area, for a share 1 that they may be off.
LEAST_AREA = 1e-4
# More pieces of strips than this are not halved.
MOST = 4000
# Pairs of row and panel that are compared at once.
PAIRS = 2_000_000


@dataclass(frozen=True, eq=False)
class Rows:
    """P pieces of strips, from the lowest to the highest.

    middle, half, low, high (P,): of the strips, and which part of s. ends (P, m, n): Chebyshev coefficients of the ends
    of intervals, from left to right; NaN beyond their number. count (P,): that number. outside: whether the region
    holds beyond. unsure (P,): by how much ends may be off. columns: abscissae at which the columns of the region change.
    loose: area that is not resolved.
    """

    middle: Array
    half: Array
    low: Array
    high: Array
    ends: Array
    count: Index
    outside: bool
    unsure: Array
    columns: Array
    loose: float

    def height(self, piece: Index, place: Array) -> Array:
        """y (N, ...) at places (N, ...) of [-1, 1] in pieces (N,)."""
        shape = (-1, *[1] * (place.ndim - 1))
        low, high, middle, half = (v[piece].reshape(shape) for v in (self.low, self.high, self.middle, self.half))
        return middle + half * np.sin(0.5 * np.pi * (0.5 * (low + high) + 0.5 * (high - low) * place))

    def rise(self, piece: Index, place: Array) -> Array:
        """dy (N, m) for a step of the place."""
        low, high, half = (v[piece, None] for v in (self.low, self.high, self.half))
        s = 0.5 * (low + high) + 0.5 * (high - low) * place
        return np.asarray(half * 0.25 * np.pi * (high - low) * np.cos(0.5 * np.pi * s))

    def place(self, piece: Index, y: Array) -> Array:
        """The inverse of `height`, for y (N, m)."""
        low, high, middle, half = (v[piece, None] for v in (self.low, self.high, self.middle, self.half))
        s = 2 / np.pi * np.arcsin(np.clip((y - middle) / half, -1, 1))
        return np.clip((2 * s - low - high) / (high - low), -1.0, 1.0)

    @property
    def edges(self) -> tuple[Array, Array]:
        """(P,) lowest and highest heights of the pieces."""
        every = np.arange(len(self.low))
        one = np.ones((len(every), 1))
        return self.height(every, -one)[:, 0], self.height(every, one)[:, 0]


def rows_of(outline: Outline, size: float, accuracy: float) -> Rows:
    """The rows of a region; ends are good to a share `accuracy` of the size of the whole."""
    if len(outline.points) == 0:
        none = np.empty(0)
        return Rows(none, none, none, none, np.empty((0, 0, NODES)), none.astype(int), outline.outside, none, none, 0.0)
    outline = _bridged(outline, size)
    pieces, heights = _pieces(outline, size)
    columns = _turned(outline, size)
    strips = np.stack([heights[:-1], heights[1:]], axis=1)
    number, low, high = np.arange(len(strips)), np.full(len(strips), -1.0), np.ones(len(strips))
    at, turn = chebyshev.nodes(NODES), chebyshev.to_coefficients(NODES)
    done: list[tuple[Array, ...]] = []
    for halving in range(HALVINGS + 1):
        middle, half = strips[number].mean(axis=1), 0.5 * (strips[number, 1] - strips[number, 0])
        s = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
        counts, places = pieces.meet(middle[:, None] + half[:, None] * np.sin(0.5 * np.pi * s))
        same = (counts == counts[:, :1]).all(axis=1) & (counts[:, 0] % 2 == 0)
        held = np.einsum("kn,pnm->pmk", turn, places)
        with np.errstate(invalid="ignore"):
            tail = np.nan_to_num(np.abs(held[:, :, -2:]).sum(axis=2)).max(axis=1, initial=0.0)
        height = half * (np.sin(0.5 * np.pi * high) - np.sin(0.5 * np.pi * low))
        good = same & ((tail <= accuracy * size) | (tail * height <= LEAST_AREA * accuracy * size**2))
        if halving == HALVINGS or len(good) > MOST:
            good[:] = True
        lost = np.where(same, 0.0, height)
        done.append((middle, half, low, high, counts[:, 0], tail, lost, np.flatnonzero(good), held))
        number, low, high = number[~good], low[~good], high[~good]
        if len(number) == 0:
            break
        cut = 0.5 * (low + high)
        number, low, high = np.tile(number, 2), np.concatenate([low, cut]), np.concatenate([cut, high])
    return _joined(done, outline, columns, size)


def _bridged(outline: Outline, size: float) -> Outline:
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


def _joined(done: list[tuple[Array, ...]], outline: Outline, columns: Array, size: float) -> Rows:
    widest = max(part[-1].shape[1] for part in done)
    held = [
        np.pad(part[-1], ((0, 0), (0, widest - part[-1].shape[1]), (0, 0)), constant_values=np.nan)[part[-2]]
        for part in done
    ]
    ends = np.concatenate(held)
    middle, half, low, high, count, tail, lost = (
        np.concatenate([part[k][part[-2]] for part in done]) for k in range(7)
    )
    order = np.lexsort((low, middle))
    count = np.where(lost > 0, 0, count).astype(np.intp)
    ends = np.where(np.arange(widest)[:, None] < count[:, None, None], ends, np.nan)
    loose = outline.loose + float(2 * size * lost.sum())
    parts = (v[order] for v in (middle, half, low, high))
    return Rows(*parts, ends[order], count[order], outline.outside, tail[order], columns, loose)


@dataclass(frozen=True)
class _Pieces:
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


def _pieces(outline: Outline, size: float) -> tuple[_Pieces, Array]:
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
    held = _Pieces(x[panel[kept]], y[panel[kept]], start[kept], stop[kept], low[kept], high[kept])
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


def _turned(outline: Outline, size: float) -> Array:
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
