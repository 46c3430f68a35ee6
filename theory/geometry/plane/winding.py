"""Winding numbers of the polygon through the ends of panels, and the angles under which its sides are seen.

Far from a panel its side is seen under the same angle, and there the noise reaches only one class; so the flux through
far panels is the winding number less the angles of the near sides.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Index
from theory.geometry.plane.outline import Outline, rule

PAIRS = 4_000_000
# From the end of a side nothing can be said of its angle: points are moved by this share of the largest coordinate.
NUDGE = np.array([0.61e-13, 0.37e-13])
# So many panels at once are paired by least distance.
LATE = 500


class Chords:
    """The sides of the closed polygons through the ends of the panels of an outline."""

    def __init__(self, outline: Outline) -> None:
        ends = panel_ends(outline.points)
        against = ((ends[:, 1] - ends[:, 0]) * outline.steps.sum(axis=1)).sum(axis=1) < 0
        ends[against] = ends[against, ::-1]
        self._from = ends[:, 0]
        self._to = self._from[followers(ends)]
        self._nudge = NUDGE * np.abs(ends).max(initial=0.0)

    def winding(self, at: Array) -> Array:
        """(N,) how often the polygon goes around points (N, 2): crossings of the ray to the right."""
        at = at + self._nudge
        result = np.zeros(len(at))
        chunk = max(1, PAIRS // max(len(self._from), 1))
        up, down = self._from[:, 1] < self._to[:, 1], self._from[:, 1] > self._to[:, 1]
        low, high = np.minimum(self._from[:, 1], self._to[:, 1]), np.maximum(self._from[:, 1], self._to[:, 1])
        for start in range(0, len(at), chunk):
            part = at[start : start + chunk]
            row, side = np.nonzero((low <= part[:, 1, None]) & (part[:, 1, None] < high))
            cross = _cross(self._from[side] - part[row], self._to[side] - part[row])
            count = np.where(up[side] & (cross > 0), 1.0, 0.0) - np.where(down[side] & (cross < 0), 1.0, 0.0)
            result[start : start + chunk] = np.bincount(row, count, len(part))
        return result

    def angles(self, near: Index, at: Array) -> Array:
        """(N,) the angles, in turns, of the sides `near` together, seen from points (N, 2).

        A point on a side is seen from where `winding` puts it: right of sides that go up, above level ones. What the
        way there does to the angles is taken off: between ends at a distance of noise scales it would show in tails.
        """
        at = at + self._nudge
        (ax, ay), (bx, by) = ((e[near, 0] - at[:, :1], e[near, 1] - at[:, 1:]) for e in (self._from, self._to))
        x, y = self._nudge
        least = np.maximum(x * x + y * y, np.finfo(float).tiny)
        moved = (by * x - bx * y) / np.maximum(bx * bx + by * by, least)
        moved -= (ay * x - ax * y) / np.maximum(ax * ax + ay * ay, least)
        cross = ax * by - ay * bx
        angle = np.arctan2(cross, ax * bx + ay * by)
        move = self._to[near] - self._from[near]
        sign = np.where(move[:, 1] != 0, -np.sign(move[:, 1]), np.sign(move[:, 0]))
        on = (cross == 0) & (np.abs(angle) > 3)
        return np.asarray((np.where(on, sign * np.pi, angle).sum(axis=1) - moved.sum(axis=1)) / (2 * np.pi))


def followers(ends: Array) -> Index:
    """(P,) the panel that follows each: a permutation, so that the polygons are closed to the last bit.

    Panels meet up to rounding. Where several meet in one place, as two sets that touch, the nearest start may be taken
    already; what is left over is paired by least distance.
    """
    count = len(ends)
    if count == 0:
        return np.empty(0, np.intp)
    distance, nearest = cKDTree(ends[:, 0]).query(ends[:, 1])
    order = np.argsort(distance, kind="stable")
    taken, first = np.unique(nearest[order], return_index=True)
    follower = np.full(count, -1)
    follower[order[first]] = taken
    if not (follower < 0).any():
        return follower
    from scipy.optimize import linear_sum_assignment  # slow to import, and seldom needed

    late, free = np.flatnonzero(follower < 0), np.setdiff1d(np.arange(count), taken)
    for start in range(0, len(late), LATE):
        part = late[start : start + LATE]
        cost = np.linalg.norm(ends[part, None, 1] - ends[free, 0], axis=2)
        rows, chosen = linear_sum_assignment(cost)
        follower[part[rows]] = free[chosen]
        free = np.delete(free, chosen)
    return follower


def _cross(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def panel_ends(points: Array) -> Array:
    """(P, 2, 2) both ends of every panel, by the polynomial through its nodes."""
    return np.einsum("ea,pad->ped", _to_ends(points.shape[1]), points)


@lru_cache
def _to_ends(count: int) -> Array:
    """(2, count): from values at the nodes of a panel to those at its ends."""
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(rule(count)[0], count - 1))
    return np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), count - 1) @ inverse
