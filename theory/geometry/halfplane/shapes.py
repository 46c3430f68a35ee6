"""Regions of the half-plane: base classifiers and level sets of their votes, as outlines in a window of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.axial.training import Spheroid
from theory.geometry.halfplane.signed import Extent, Signed
from theory.geometry.halfplane.votes import REACH, VoteField
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import closed
from theory.geometry.plane.squares import fitting, settle
from theory.geometry.plane.tracing import LEAST, drawn, trace
from theory.geometry.plane.window import SKEW, Window

# Levels at which base classifiers are drawn: of what is answered, and of what tells its error.
OWN, BETTER = Refinement(20, 1e-9, 16, 1.0), Refinement(24, 1e-10, 20, 1.0)
# Level sets of votes: nodes of polynomials along either axis, accuracy and nodes of panels; and how accurate the
# polynomials are on a square that is settled, as a share of their slope over it.
VOTES, SOUND = Refinement(16, 1e-10, 14, 1.0), 1e-8
# Outlines and fields that are kept.
KEPT = 64


def window_of(extent: Extent) -> Window:
    """The least square that holds a rectangle, with its bottom on the axis or above; moved along it by a little, so
    that edges of squares miss planes of symmetry."""
    half = max(0.5 * (extent.last - extent.first) * (1 + SKEW[0]), 0.5 * (extent.far - extent.near))
    middle = 0.5 * (extent.first + extent.last) + SKEW[0] * 0.5 * (extent.last - extent.first)
    return Window(middle, max(half, 0.5 * (extent.near + extent.far)), half)


def around(extent: Extent, dim: int, beta: float) -> Extent:
    """What noise about a rectangle reaches; noises that differ by less than a factor of two share it."""
    size = max(extent.last - extent.first, extent.far - extent.near)
    noise = size * 2.0 ** math.ceil(math.log2(max(beta / size, 2.0**-6)))
    along, across, square = REACH * noise, (REACH + 1) * noise, dim * noise**2
    near = max(extent.near - across, 0.0)
    far = math.sqrt(extent.far**2 + square) + across
    return Extent(extent.first - along, extent.last + along, near, far)


class Base(Protocol):
    """A base classifier, which can be drawn in any window."""

    @property
    def dim(self) -> int: ...

    def within(self, window: Window, level: Refinement) -> Outline: ...

    def contains(self, points: Array) -> Flags: ...

    def amiss(self, points: Array, steps: Array) -> Array: ...


@dataclass(frozen=True)
class Trained:
    """{D >= 0} for one training noise."""

    dim: int
    spheroids: tuple[Spheroid, ...]
    alpha: float

    def field(self, order: int) -> Signed:
        """D, to be expanded with so many nodes."""
        return Signed(self.dim, self.spheroids, self.alpha, order)

    def contains(self, points: Array) -> Flags:
        """The sign of D."""
        if len({s.label for s in self.spheroids}) < 2:
            return np.full(len(points), any(s.label for s in self.spheroids) or not self.spheroids)
        return np.asarray(self.field(2).value(points) >= 0)

    def amiss(self, points: Array, _steps: Array) -> Array:
        """(N,) how far nodes of an outline are from the boundary."""
        value, slope = self.field(2).rise(points)
        return steps_to(value, np.hypot(slope[:, 0], slope[:, 1]))

    def within(self, window: Window, level: Refinement) -> Outline:
        """Its outline in a window."""
        return _drawn(self, window, level)


@lru_cache(KEPT)
def _drawn(base: Trained, window: Window, level: Refinement) -> Outline:
    count = level.nodes
    labels = {s.label for s in base.spheroids}
    if labels != {0, 1}:
        return Outline(np.empty((0, count, 2)), np.empty((0, count, 2)), labels != {0})
    field = base.field(level.order)
    scale = math.hypot(min(min(s.along, s.across) for s in base.spheroids), base.alpha)
    found = trace(field, window.grid(window.half), scale, level)
    return closed(found, window, lambda at: field.value(at) >= 0)


@dataclass(frozen=True)
class Still:
    """A base classifier as it is, in the rectangle of the data."""

    base: Base
    extent: Extent

    def outline(self, _level: int = 0) -> Outline:
        """Its boundary."""
        return self.base.within(window_of(self.extent), OWN)

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        return self.base.contains(points)

    def amiss(self, points: Array, steps: Array) -> Array:
        """(N,) how far nodes (N, 2) of the outline are from the boundary; steps (N, 2): along it there."""
        return self.base.amiss(points, steps)


@dataclass(frozen=True)
class Voted:
    """{u >= 1 - tail}: a base classifier smoothed with noise beta, in the rectangle of the data."""

    base: Base
    extent: Extent
    beta: float
    tail: float

    def field(self, level: Refinement, order: int = 0) -> VoteField:
        """u less the level, from the base classifier as drawn at a level."""
        return _field(self, level, order)

    def outline(self, _level: int = 0) -> Outline:
        """Its boundary."""
        return _outlined(self)

    def contains(self, points: Array) -> Flags:
        """The sign of u less the level."""
        far = np.abs(points).max(initial=0.0)
        extent = self.extent
        wide = Extent(min(extent.first, -far), max(extent.last, far), 0.0, max(extent.far, far))
        inside = (points >= (extent.first, extent.near)).all() and (points <= (extent.last, extent.far)).all()
        held = self if inside else replace(self, extent=wide)
        return np.asarray(held.field(BETTER).direct(points) >= 0)

    def amiss(self, points: Array, steps: Array) -> Array:
        """(N,) how far nodes (N, 2) of the outline are from the level by the votes for a better base classifier; steps
        (N, 2): along the outline there."""
        value, slope = self.field(BETTER).steepness(points, steps)
        return steps_to(value, slope)

    def doubt(self) -> float:
        """By how much what is not resolved of the base classifier can move u."""
        outline = _around(self, OWN)
        if not len(outline.stuck):
            return 0.0
        size = 2 * outline.stuck[:, 2] / self.beta
        return float(np.minimum(size * np.minimum(size, 1.0), 1.0).sum())


@lru_cache(KEPT)
def _outlined(shape: Voted) -> Outline:
    return traced(shape.field(OWN), shape.extent, shape.beta, VOTES)


def traced(field: VoteField, extent: Extent, beta: float, level: Refinement) -> Outline:
    """A level set of votes in a rectangle, with the nodes of a level, closed along the edge of its window."""
    window = window_of(extent)
    start = fitting(field, *window.grid(window.half))
    leaves = settle(field, start, LEAST * min(beta, window.half), SOUND)
    return closed(drawn(leaves, level), window, lambda at: field.direct(at) >= 0)


def _around(shape: Voted, level: Refinement) -> Outline:
    return shape.base.within(window_of(around(shape.extent, shape.base.dim, shape.beta)), level)


@lru_cache(KEPT)
def _field(shape: Voted, level: Refinement, order: int) -> VoteField:
    return VoteField(
        _around(shape, level), shape.base.dim, shape.beta, shape.tail, order or VOTES.order, level is BETTER
    )


def steps_to(value: Array, slope: Array) -> Array:
    """Newton's steps to where functions vanish, from values and sizes of slopes (N,); infinite where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value == 0, 0.0, np.abs(value) / slope)


Shape = Still | Voted
