"""Regions of the plane without a margin: what is left of a region when an attacker may move points by eps.

{x in G: dist(x, complement) > eps} is bounded by the boundary moved inwards by eps, less those parts of it that come
nearer than eps to another part of the boundary, and by arcs of radius eps about corners that point inwards. Where two
parts meet they are cut: at the places whose reach is eps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.curve import differences
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.reach import Curve, reversed_outline
from theory.geometry.plane.rims import clipped, closed, on_edge
from theory.geometry.plane.shapes import Still, Voted

# A reach is below eps if it is by more than this share: parallel parts at twice the distance stay, and cancel.
TIE = 1e-12
# Panels shorter than this, relative to the whole, have no direction.
SLIVER = 1e-13
# Parts of panels, in each of which the reach is looked at in as many places as it has nodes.
PARTS = 2
HALVINGS = 50
# Boundaries turn right by more than this at a corner, in radians. Arcs are cut into panels of at most this angle.
CORNER, ARC = 1e-5, np.pi / 6


@dataclass(frozen=True)
class Offset:
    """A shape without the points that are within `margin` of its complement; grown: with those that are within
    `margin` of it."""

    shape: Still | Voted
    margin: float
    grown: bool

    def outline(self, level: int) -> Outline:
        """Its boundary inside the window of the shape."""
        return _moved(self, level)

    def around(self, margin: float) -> Offset:
        """The same in a wider window."""
        return replace(self, shape=self.shape.around(margin))

    def doubt(self, level: int) -> float:
        """That of the shape."""
        return self.shape.doubt(level)

    def beside(self, doubt: float) -> Offset | None:
        """The same of the shape for so much more of the votes; None where that is none or all of them."""
        moved = self.shape.beside(doubt)
        return None if moved is None else replace(self, shape=moved)

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        source = self.shape.around(2 * self.margin)
        outline = source.outline(len(LEVELS) - 1)
        real = Curve.of(_without(outline, on_edge(outline, source.window)))
        near = real.distance(points) <= self.margin
        inside = source.contains(points)
        return np.asarray(inside | near if self.grown else inside & ~near)


@lru_cache(4)
def _moved(shape: Offset, level: int) -> Outline:
    """The outline of an offset."""
    source = shape.shape.around(2 * shape.margin)
    outline = source.outline(level)
    stuck = _smeared(outline, shape.margin)
    if shape.grown:
        outline = reversed_outline(outline)
    edges = on_edge(outline, source.window)
    real = _without(outline, edges)
    found = replace(shrunk(real, shape.margin), stuck=stuck)
    if edges.any():

        def inside(points: Array) -> Flags:
            return (source.contains(points) ^ shape.grown) & (Curve.of(real).distance(points) > shape.margin)

        window = shape.shape.window
        found = closed(clipped(found, window), window, inside)
    return reversed_outline(found) if shape.grown else found


def _without(outline: Outline, edges: Flags) -> Outline:
    return replace(outline, points=outline.points[~edges], steps=outline.steps[~edges])


def _smeared(outline: Outline, margin: float) -> Array:
    """Squares (M, 3) as large as what may hide in unresolved ones can do: if a boundary runs through one, the others
    in it move the edge of the margin by no more than its size; if none does, a whole disc may be there or not."""
    if not len(outline.stuck):
        return outline.stuck
    at, half = outline.stuck[:, :2], outline.stuck[:, 2]
    curve = Curve.of(outline)
    crossed = curve.distance(at) <= 2 * half
    area = np.where(crossed, 2 * np.pi * (margin + half) * 3 * half, np.pi * (margin + 2 * half) ** 2)
    return np.column_stack([at, 0.5 * np.sqrt(area)])


def shrunk(outline: Outline, margin: float) -> Outline:
    """An outline moved to its left by a margin, and cut where it meets itself: {x: dist(x, complement) > margin}."""
    count, lengths = outline.points.shape[1], outline.lengths
    outline = _without(outline, lengths < SLIVER * lengths.sum())
    if len(outline.points) == 0:
        return outline
    curve, cuts = Curve.of(outline), np.linspace(-1, 1, PARTS + 1)
    panel = np.repeat(np.arange(len(curve.held)), PARTS)
    low, high = (np.tile(part, len(curve.held)) for part in (cuts[:-1], cuts[1:]))
    found = [_kept(_Sides(curve, panel, low, high), margin, count)]
    arcs = _Arcs.of(curve)
    if len(arcs.center):
        found.append(_kept(arcs, margin, count))
    points, steps = (np.concatenate(part) for part in zip(*found, strict=True))
    return Outline(points, steps, outline.outside)


@dataclass(frozen=True)
class _Sides:
    """Parts (N,) of panels, which move along their normals."""

    curve: Curve
    panel: Index
    low: Array
    high: Array

    def tightest(self, rows: Index, t: Array, margin: float) -> Array:
        """One over the reach from places t of parts `rows`."""
        y = self.curve.places(self.panel[rows], t)
        return self.curve.tightest(y.at, y.normal, y.curvature, margin)

    def moved(self, rows: Index, t: Array, margin: float) -> Array:
        """Where places t of parts `rows` go."""
        y = self.curve.places(self.panel[rows], t)
        return y.at + margin * y.normal


@dataclass(frozen=True)
class _Arcs:
    """Arcs (N,) about corners, from angle `low` down to `high`, as the boundary goes."""

    curve: Curve
    center: Array
    low: Array
    high: Array

    @staticmethod
    def of(curve: Curve) -> _Arcs:
        """Those of corners at which the boundary turns right: normals to the left of it part there."""
        panels = np.arange(len(curve.held))
        start, end = (curve.places(panels, np.full(len(panels), t)) for t in (-1.0, 1.0))
        follower = curve.followers()
        a, b = end.first, start.first[follower]
        turn = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(axis=1))
        corner = np.flatnonzero(turn < -CORNER)
        first = np.arctan2(end.normal[corner, 1], end.normal[corner, 0])
        parts = int(np.ceil(np.pi / ARC))
        cuts = first[:, None] + turn[corner, None] * np.linspace(0, 1, parts + 1)
        return _Arcs(curve, np.repeat(end.at[corner], parts, axis=0), cuts[:, :-1].ravel(), cuts[:, 1:].ravel())

    def tightest(self, rows: Index, t: Array, margin: float) -> Array:
        """One over the reach in directions t from corners `rows`."""
        toward = np.stack([np.cos(t), np.sin(t)], axis=1)
        return self.curve.tightest(self.center[rows], toward, np.full(len(t), -np.inf), margin)

    def moved(self, rows: Index, t: Array, margin: float) -> Array:
        """Where directions t from corners `rows` lead."""
        return self.center[rows] + margin * np.stack([np.cos(t), np.sin(t)], axis=1)


def _kept(parts: _Sides | _Arcs, margin: float, count: int) -> tuple[Array, Array]:
    """Panels of those pieces of moved parts whose reach is at least the margin."""
    at, weights = rule(count)
    number = len(parts.low)
    looked = np.concatenate([[-1.0], at, [1.0]])
    places = 0.5 * (parts.low + parts.high)[:, None] + 0.5 * (parts.high - parts.low)[:, None] * looked
    rows = np.repeat(np.arange(number), len(looked))
    bend = (margin * parts.tightest(rows, places.ravel(), margin)).reshape(places.shape)
    free = bend <= 1 + TIE
    row, column = np.nonzero(free[:, 1:] != free[:, :-1])
    least = np.minimum(bend[row, column], bend[row, column + 1])
    most = np.where(least < 1, 1.0, 1 + TIE)
    cut = _cuts(parts, row, places[row, column], places[row, column + 1], free[row, column], most / margin, margin)
    # Pieces between cuts are kept by turns.
    whole = np.arange(number)
    edge = np.concatenate([whole, whole, row])
    place = np.concatenate([parts.low, parts.high, cut])
    sense = np.where(parts.high >= parts.low, 1.0, -1.0)
    order = np.lexsort((sense[edge] * place, edge))
    edge, place = edge[order], place[order]
    joint = edge[1:] == edge[:-1]
    own, low, high = edge[1:][joint], place[:-1][joint], place[1:][joint]
    rank = np.arange(len(own)) - np.searchsorted(own, own)
    good = (free[own, 0] ^ (rank % 2 == 1)) & (low != high)
    own, low, high = own[good], low[good], high[good]
    t = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    points = parts.moved(np.repeat(own, count), t.ravel(), margin).reshape(-1, count, 2)
    # Steps are those of the panels as they are drawn: curvatures are not known as well as places.
    return points, weights[:, None] * (differences(count) @ points)


def _cuts(parts: _Sides | _Arcs, row: Index, low: Array, high: Array, free: Flags, most: Array, margin: float) -> Array:
    """Where the reach is one over `most`, between places of which one is free: by bisection."""
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        same = (parts.tightest(row, middle, margin) <= most) == free
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)
