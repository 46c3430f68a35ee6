"""Regions of the half-plane: base classifiers and level sets of their votes, as outlines inside a window of the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from theory.arrays import Array, Flags
from theory.geometry.axial.training import Spheroid
from theory.geometry.halfplane.signed import Extent, Signed
from theory.geometry.halfplane.votes import REACH, VoteField, moved
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import closed
from theory.geometry.plane.squares import fitting, settle
from theory.geometry.plane.tracing import LEAST, drawn, trace
from theory.geometry.plane.window import SKEW, Window

# Levels at which base classifiers are drawn: of what is answered, and of what tells its error.
OWN, BETTER = 3, 4
# Nodes of the polynomials of votes along either axis, and how long panels of a base classifier are, in noise scales.
ORDER, LONG = 16, 4.0
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

    def within(self, window: Window, level: int) -> Outline: ...

    def rise(self, points: Array) -> tuple[Array, Array]: ...


@dataclass(frozen=True)
class Trained:
    """{D >= 0} for one training noise."""

    dim: int
    spheroids: tuple[Spheroid, ...]
    alpha: float

    def field(self, order: int) -> Signed:
        """D, to be expanded with so many nodes."""
        return Signed(self.dim, self.spheroids, self.alpha, order)

    def rise(self, points: Array) -> tuple[Array, Array]:
        """D and its slopes."""
        return self.field(2).rise(points)

    def within(self, window: Window, level: int) -> Outline:
        """Its outline in a window."""
        return _drawn(self, window, level)


@lru_cache(KEPT)
def _drawn(base: Trained, window: Window, level: int) -> Outline:
    count = LEVELS[level].nodes
    labels = {s.label for s in base.spheroids}
    if labels != {0, 1}:
        return Outline(np.empty((0, count, 2)), np.empty((0, count, 2)), labels != {0})
    field = base.field(LEVELS[level].order)
    scale = math.hypot(min(min(s.along, s.across) for s in base.spheroids), base.alpha)
    found = trace(field, window.grid(window.half), scale, LEVELS[level])
    return closed(found, window, lambda at: field.value(at) >= 0)


@dataclass(frozen=True)
class Still:
    """A base classifier as it is, in the rectangle of the data."""

    base: Base
    extent: Extent

    def outline(self, _level: int = OWN) -> Outline:
        """Its boundary."""
        return self.base.within(window_of(self.extent), OWN)

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        return np.asarray(self.base.rise(points)[0] >= 0)

    def amiss(self, points: Array) -> Array:
        """(N,) how far nodes (N, 2) of the outline are from the boundary."""
        return steps_to(*self.base.rise(points))


@dataclass(frozen=True)
class Voted:
    """{u >= 1 - tail}: a base classifier smoothed with noise beta, in the rectangle of the data."""

    base: Base
    extent: Extent
    beta: float
    tail: float

    def field(self, level: int, order: int = ORDER) -> VoteField:
        """u less the level, from the base classifier as drawn at a level."""
        return _field(self, level, order)

    def outline(self, _level: int = OWN) -> Outline:
        """Its boundary."""
        return _outlined(self)

    def contains(self, points: Array) -> Flags:
        """The sign of u less the level."""
        far = np.abs(points).max(initial=0.0)
        extent = self.extent
        wide = Extent(min(extent.first, -far), max(extent.last, far), 0.0, max(extent.far, far))
        inside = (points >= (extent.first, extent.near)).all() and (points <= (extent.last, extent.far)).all()
        held = self if inside else replace(self, extent=wide)
        return np.asarray(held.field(BETTER).rise(points)[0] >= 0)

    def amiss(self, points: Array) -> Array:
        """(N,) how far nodes (N, 2) of the outline are from the level by the votes for a better base classifier."""
        return steps_to(*self.field(BETTER).rise(points))

    def doubt(self) -> float:
        """By how much what is not resolved of the base classifier can move u."""
        outline = _around(self, OWN)
        if not len(outline.stuck):
            return 0.0
        size = 2 * outline.stuck[:, 2] / self.beta
        return float(np.minimum(size * np.minimum(size, 1.0), 1.0).sum())


@lru_cache(KEPT)
def _outlined(shape: Voted) -> Outline:
    window, field = window_of(shape.extent), shape.field(OWN)
    start = fitting(field, *window.grid(window.half))
    leaves = settle(field, start, LEAST * min(shape.beta, window.half), LEVELS[OWN].accuracy)
    return closed(drawn(leaves, LEVELS[2]), window, lambda at: field.rise(at)[0] >= 0)


def _around(shape: Voted, level: int) -> Outline:
    return shape.base.within(window_of(around(shape.extent, shape.base.dim, shape.beta)), level)


@lru_cache(KEPT)
def _field(shape: Voted, level: int, order: int) -> VoteField:
    outline = _around(shape, level)
    parts = np.maximum(np.ceil(outline.lengths / (LONG * shape.beta)), 1).astype(int)
    return VoteField(outline.divided(parts), shape.base.dim, shape.beta, shape.tail, order)


def steps_to(value: Array, slope: Array) -> Array:
    """Newton's steps to where a function with slopes (N, 2) vanishes, infinite where there is no slope."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(value == 0, 0.0, np.abs(value) / np.hypot(slope[:, 0], slope[:, 1]))


Shape = Still | Voted
Sign = Callable[[Array], Flags]
__all__ = ["Shape", "Still", "Trained", "Voted", "moved", "ndtri"]
