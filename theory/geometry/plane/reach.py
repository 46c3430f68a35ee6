"""How far a boundary can be moved along its normals before it meets another part of itself.

The disc of radius r that touches the boundary at y from the side n holds no other point z of it as long as

    1/r >= 2 (z - y) . n / |z - y|^2    for all z, and the curvature at y for z -> y.

So the reach along a normal is one over the largest of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Index
from theory.geometry.plane.curve import series
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import followers

# Pairs of places that are held at once.
PAIRS = 1_000_000
# Nearer than this share of the radius in question the curvature stands for the boundary.
OWN = 1e-3
# Newton steps from the best node.
STEPS = 6
# So many panels, those with the best nodes, are looked at closely.
TRIED = 3


@lru_cache
def _slopes(count: int) -> tuple[Array, Array]:
    """From Legendre coefficients to those of the first and the second derivative."""
    once = np.polynomial.legendre.legder(np.eye(count), axis=0)
    twice = np.polynomial.legendre.legder(np.eye(count), 2, axis=0)
    return tuple(np.pad(turn, ((0, count - len(turn)), (0, 0))) for turn in (once, twice))  # type: ignore[return-value]


@dataclass(frozen=True)
class Places:
    """N places on panels: points, and the first two derivatives along the panel's parameter (N, 2)."""

    at: Array
    first: Array
    second: Array

    @property
    def speed(self) -> Array:
        """(N,)"""
        return np.hypot(self.first[:, 0], self.first[:, 1])

    @property
    def normal(self) -> Array:
        """(N, 2) the unit normals to the left."""
        return np.stack([-self.first[:, 1], self.first[:, 0]], axis=1) / self.speed[:, None]

    @property
    def curvature(self) -> Array:
        """(N,) positive where the boundary turns left."""
        cross = self.first[:, 0] * self.second[:, 1] - self.first[:, 1] * self.second[:, 0]
        return np.asarray(cross / self.speed**3)


@dataclass(frozen=True)
class Curve:
    """Panels as polynomials (P, n, 2), in the direction of their steps, and their nodes (P n, 2)."""

    held: Array
    nodes: Array

    @staticmethod
    def of(outline: Outline) -> Curve:
        """The panels of an outline; the region is on the left."""
        points = outline.points
        against = ((points[:, -1] - points[:, 0]) * outline.steps.sum(axis=1)).sum(axis=1) < 0
        points = np.where(against[:, None, None], points[:, ::-1], points)
        return Curve(np.einsum("ab,pbd->pad", series(points.shape[1]), points), points.reshape(-1, 2))

    def places(self, panel: Index, t: Array) -> Places:
        """Places t (N,) in [-1, 1] of panels (N,)."""
        count = self.held.shape[1]
        table, own = np.polynomial.legendre.legvander(t, count - 1), self.held[panel]
        values = [np.einsum("na,nad->nd", table @ turn, own) for turn in (np.eye(count), *_slopes(count))]
        return Places(*values)

    def followers(self) -> Index:
        """(P,) the panel that follows each."""
        panels = np.arange(len(self.held))
        return followers(np.stack([self.places(panels, np.full(len(panels), t)).at for t in (-1.0, 1.0)], axis=1))

    def distance(self, points: Array) -> Array:
        """(N,) distances of points (N, 2) from the curve; infinite where there is none."""
        if not len(self.nodes):
            return np.full(len(points), np.inf)
        count = self.held.shape[1]
        found, node = cKDTree(self.nodes).query(points)
        panel, t = node // count, rule(count)[0][node % count]
        for _ in range(STEPS):
            y = self.places(panel, t)
            apart = y.at - points
            slope = (apart * y.first).sum(axis=1)
            bend = (y.first * y.first).sum(axis=1) + (apart * y.second).sum(axis=1)
            t = np.clip(t - slope / np.where(bend > 0, bend, np.inf), -1, 1)
        return np.minimum(found, np.hypot(*(self.places(panel, t).at - points).T))

    def tightest(self, at: Array, normal: Array, curvature: Array, radius: float) -> Array:
        """(N,) one over the reach from places along their normals, where that reach is below about `radius`.

        curvature: that of the boundary at the places, towards the normal; -inf where there is a corner.
        """
        best, count = curvature.copy(), self.held.shape[1]
        chunk = max(1, PAIRS // max(len(self.nodes), 1))
        for start in range(0, len(at), chunk):
            rows = slice(start, start + chunk)
            bend = _bend(self.nodes - at[rows, None], normal[rows, None], radius).reshape(-1, len(self.held), count)
            for panel in np.argsort(bend.max(axis=2), axis=1)[:, -TRIED:].T:
                own = bend[np.arange(len(panel)), panel]
                t = rule(count)[0][own.argmax(axis=1)]
                refined = self._refined(at[rows], normal[rows], panel, t, radius)
                best[rows] = np.maximum(best[rows], np.maximum(own.max(axis=1), refined))
        return best

    def _refined(self, at: Array, normal: Array, panel: Index, t: Array, radius: float) -> Array:
        """The largest curvature of a circle through a panel near to its best node t: Newton's method."""
        for _ in range(STEPS):
            y = self.places(panel, t)
            apart = y.at - at
            a, b = (apart * normal).sum(axis=1), (apart * apart).sum(axis=1)
            da, db = (y.first * normal).sum(axis=1), 2 * (apart * y.first).sum(axis=1)
            dda = (y.second * normal).sum(axis=1)
            ddb = 2 * (y.first * y.first).sum(axis=1) + 2 * (apart * y.second).sum(axis=1)
            # f = 2 a/b grows by g = a' b - a b', whose derivative is a'' b - a b''.
            slope, bend = da * b - a * db, dda * b - a * ddb
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(bend < 0, -slope / bend, 0.0)
            t = np.clip(t + np.where(np.isfinite(step), step, 0.0), -1, 1)
        return _bend(self.places(panel, t).at - at, normal, radius)


def _bend(apart: Array, normal: Array, radius: float) -> Array:
    """2 d.n/|d|^2, and -inf where d is too short to tell."""
    square = (apart * apart).sum(axis=-1)
    near = square < (OWN * radius) ** 2
    return np.where(near, -np.inf, 2 * (apart * normal).sum(axis=-1) / np.where(near, 1.0, square))


def reversed_outline(outline: Outline) -> Outline:
    """That of the complement."""
    return replace(outline, points=outline.points[:, ::-1], steps=-outline.steps[:, ::-1], outside=not outline.outside)
