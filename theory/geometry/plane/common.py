"""Areas that a traced region shares with a union of discs and boxes: boundary integrals over parts of both outlines."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from theory.geometry.plane import chebyshev
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.squares import Valued
from theory.terms import Array, Flags, Index

# Parts of panels: panel, from, to, in [-1, 1].
Cuts = tuple[Index, Array, Array]


def common_area(outline: Outline, field: Valued, held: SetUnion, reach: float) -> float:
    """Area of {field >= 0}, whose outline is given, inside a union; `reach`: length on which the field varies."""
    center = held.window.center
    own = _outline(held, outline.points.shape[1])
    own = own.divided(np.maximum(np.ceil(own.lengths / reach), 1).astype(int))
    return _inside_set(outline, held, center) + _inside_field(own, field, outline, center)


@lru_cache(8)
def _outline(held: SetUnion, count: int) -> Outline:
    return held.outline(count)


def _inside_set(outline: Outline, held: SetUnion, center: Array) -> float:
    """1/2 of the integral of x dy - y dx over the parts of an outline inside a union."""
    row, values = _crossing_functions(outline, held)
    cuts = _cut(outline, row, values)
    keep = held.contains(_at(outline.points[cuts[0]], 0.5 * (cuts[1] + cuts[2])))
    return _integral(outline, center, *_those(cuts, keep))


def _crossing_functions(outline: Outline, held: SetUnion) -> tuple[Index, Array]:
    """For every panel and every circle or line near it, a polynomial that vanishes where they meet."""
    middle, length = outline.points.mean(axis=1), outline.lengths
    rows, values = [np.empty(0, np.intp)], [np.empty((0, outline.points.shape[1]))]
    for x, y, r in held.discs:
        near = np.flatnonzero(np.abs(np.hypot(middle[:, 0] - x, middle[:, 1] - y) - r) <= length)
        p = outline.points[near]
        rows.append(near)
        values.append((p[..., 0] - x) ** 2 + (p[..., 1] - y) ** 2 - r * r)
    for axis in (0, 1):
        flat = held.segments[:, axis] == held.segments[:, 2 + axis]
        for place in np.unique(held.segments[flat, axis]):
            near = np.flatnonzero(np.abs(middle[:, axis] - place) <= length)
            rows.append(near)
            values.append(outline.points[near, :, axis] - place)
    return np.concatenate(rows), np.concatenate(values)


def _inside_field(own: Outline, field: Valued, outline: Outline, center: Array) -> float:
    """1/2 of the integral of x dy - y dx over the parts of a union's outline where the field is not negative.

    Only panels near the outline of the field can change sides; the others are asked at their middle.
    """
    middle = own.points[:, own.points.shape[1] // 2]
    distance, _ = cKDTree(outline.points.reshape(-1, 2)).query(middle)
    close = distance <= own.lengths + outline.lengths.max()
    near, far = np.flatnonzero(close), np.flatnonzero(~close)
    values = field.value(own.points[near].reshape(-1, 2)).reshape(len(near), own.points.shape[1])
    part = Outline(own.points[near], own.steps[near])
    cuts = _cut(part, np.arange(len(near)), values)
    keep = _at(values[cuts[0]][..., None], 0.5 * (cuts[1] + cuts[2]))[:, 0] >= 0
    total = _integral(part, center, *_those(cuts, keep))
    whole = far[field.value(middle[far]) >= 0]
    return total + Outline(own.points[whole] - center, own.steps[whole]).area()


def _those(cuts: Cuts, keep: Flags) -> Cuts:
    return cuts[0][keep], cuts[1][keep], cuts[2][keep]


@lru_cache
def _to_chebyshev(count: int) -> Array:
    """From values at the nodes of a panel to Chebyshev coefficients along it."""
    return np.asarray(np.linalg.inv(np.polynomial.chebyshev.chebvander(rule(count)[0], count - 1)))


def _at(values: Array, place: Array) -> Array:
    """Values (N, k) at places (N,) of panels from those at the nodes (N, n, k)."""
    table = chebyshev.basis(place, values.shape[1]) @ _to_chebyshev(values.shape[1])
    return np.einsum("ni,nik->nk", table, values)


def _cut(outline: Outline, row: Index, values: Array) -> Cuts:
    """Panels cut where functions, given by their values at the nodes of panels `row`, vanish: panel, from, to."""
    which, place = chebyshev.roots(values @ _to_chebyshev(outline.points.shape[1]).T)
    panels = np.arange(len(outline.points))
    rows = np.concatenate([panels, panels, row[which]])
    cuts = np.concatenate([np.full(len(panels), -1.0), np.ones(len(panels)), place])
    order = np.lexsort((cuts, rows))
    rows, cuts = rows[order], cuts[order]
    joint = (rows[1:] == rows[:-1]) & (cuts[1:] > cuts[:-1])
    return rows[1:][joint], cuts[:-1][joint], cuts[1:][joint]


def _integral(outline: Outline, center: Array, rows: Index, low: Array, high: Array) -> float:
    """1/2 of the integral of x dy - y dx over parts of panels, around a centre."""
    count = outline.points.shape[1]
    at, weights = rule(count)
    x = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    table = chebyshev.basis(x, count) @ _to_chebyshev(count)
    points = np.einsum("nai,nid->nad", table, outline.points[rows] - center)
    moves = np.einsum("nai,nid->nad", table, outline.steps[rows] / weights[:, None])
    cross = points[..., 0] * moves[..., 1] - points[..., 1] * moves[..., 0]
    return 0.25 * float(np.einsum("na,a,n->", cross, weights, high - low))
