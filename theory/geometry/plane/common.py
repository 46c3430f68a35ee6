"""Areas that a traced region shares with a union of discs and boxes, by one integral over the outline of the region.

With L(x, y) the length of the union's row y up to x, the field (L, 0) has divergence 1 in the union and 0 outside, so

    area = integral of L dy over the outline (+ the area of the union where the region holds beyond all panels).

L is continuous in x: nothing has to be decided where the two outlines run along each other, as they do under little
noise. It has kinks where the outline meets the union's, and on the rows where the union's intervals change.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.sets import SetUnion

# Parts of panels: panel, from, to, in [-1, 1].
Cuts = tuple[Index, Array, Array]
# Near the lowest and highest row of a disc, where L varies like a square root, parts are halved until they are lower
# than their distance from it, or than this share of the window.
LOWEST = 1e-8
HALVINGS = 40
# Rounding of coordinates, relative to their size.
ROUNDING = 1e-14


def common_area(outline: Outline, held: SetUnion) -> float:
    """Area of a region, whose outline is given, inside a union."""
    parts = _graded(outline, held, cut(outline, *_crossing_functions(outline, held)))
    total = _integral(outline, held, *parts)
    return held.area + total if outline.outside else total


def _crossing_functions(outline: Outline, held: SetUnion) -> tuple[Index, Array]:
    """For every panel and every circle, line or row near it, a polynomial that vanishes where they meet."""
    middle, length = outline.points.mean(axis=1), outline.lengths
    rows, values = [np.empty(0, np.intp)], [np.empty((0, outline.points.shape[1]))]
    for x, y, r in held.discs:
        near = np.flatnonzero(np.abs(np.hypot(middle[:, 0] - x, middle[:, 1] - y) - r) <= length)
        p = outline.points[near]
        rows.append(near)
        values.append((p[..., 0] - x) ** 2 + (p[..., 1] - y) ** 2 - r * r)
    for axis, places in ((0, np.unique(held.segments[:, 0::2])), (1, held.rows)):
        for place in places:
            near = np.flatnonzero(np.abs(middle[:, axis] - place) <= length)
            rows.append(near)
            values.append(outline.points[near, :, axis] - place)
    row, value = np.concatenate(rows), np.concatenate(values)
    # Where a panel runs along a line or a circle up to rounding, there is nothing to cut.
    apart = np.abs(value).max(axis=1, initial=0) > ROUNDING * _size(held)
    return row[apart], value[apart]


def _size(held: SetUnion) -> float:
    """Largest coordinate, or its square for the equations of circles, if that is more."""
    window = held.window
    reach = max(abs(window.x), abs(window.y)) + window.half
    return max(reach, reach * reach) if len(held.discs) else reach


@lru_cache
def to_chebyshev(count: int) -> Array:
    """From values at the nodes of a panel to Chebyshev coefficients along it."""
    return np.asarray(np.linalg.inv(np.polynomial.chebyshev.chebvander(rule(count)[0], count - 1)))


def cut(outline: Outline, row: Index, values: Array) -> Cuts:
    """Panels cut where functions, given by their values at the nodes of panels `row`, vanish: panel, from, to."""
    which, place = chebyshev.roots(values @ to_chebyshev(outline.points.shape[1]).T)
    panels = np.arange(len(outline.points))
    rows = np.concatenate([panels, panels, row[which]])
    cuts = np.concatenate([np.full(len(panels), -1.0), np.ones(len(panels)), place])
    order = np.lexsort((cuts, rows))
    rows, cuts = rows[order], cuts[order]
    joint = (rows[1:] == rows[:-1]) & (cuts[1:] > cuts[:-1])
    return rows[1:][joint], cuts[:-1][joint], cuts[1:][joint]


def _graded(outline: Outline, held: SetUnion, parts: Cuts) -> Cuts:
    """Parts halved towards the lowest and highest rows of discs to their left."""
    center = np.tile(held.discs[:, 0], 2)
    extreme = np.concatenate([held.discs[:, 1] - held.discs[:, 2], held.discs[:, 1] + held.discs[:, 2]])
    least = LOWEST * held.window.half
    done = []
    for _ in range(HALVINGS):
        row, low, high = parts
        ends = along(outline.points[row], np.stack([low, 0.5 * (low + high), high], axis=1))
        gap = np.abs(ends[:, :, 1, None] - extreme).min(axis=1)
        gap = np.where(ends[:, :, 0].max(axis=1)[:, None] >= center, gap, np.inf).min(axis=1, initial=np.inf)
        height = np.ptp(ends[:, :, 1], axis=1)
        split = (height > gap) & (height > least)
        done.append((row[~split], low[~split], high[~split]))
        row, low, high = row[split], low[split], high[split]
        middle = 0.5 * (low + high)
        parts = np.tile(row, 2), np.concatenate([low, middle]), np.concatenate([middle, high])
        if len(row) == 0:
            break
    done.append(parts)
    row, low, high = (np.concatenate(part) for part in zip(*done, strict=True))
    return row, low, high


def along(values: Array, place: Array) -> Array:
    """Values (N, m, k) at places (N, m) of panels from those at the nodes (N, n, k)."""
    table = chebyshev.basis(place, values.shape[1]) @ to_chebyshev(values.shape[1])
    return np.einsum("nmi,nik->nmk", table, values)


def _integral(outline: Outline, held: SetUnion, rows: Index, low: Array, high: Array) -> float:
    """The integral of L dy over parts of panels."""
    count = outline.points.shape[1]
    at, weights = rule(count)
    x = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    points = along(outline.points[rows], x)
    rise = along(outline.steps[rows, :, 1:] / weights[:, None], x)[..., 0]
    return 0.5 * float(np.einsum("na,na,a,n->", held.left_of(points), rise, weights, high - low))
