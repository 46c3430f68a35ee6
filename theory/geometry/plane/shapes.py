"""Regions of the plane: base classifiers, smoothed classifiers, and many of either in rows.

A shape knows how to draw its own outline at a level of refinement. Its masses are computed at one level after another
until two agree; their difference is the error of the coarser one, and is reported for the finer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.charts import Chart
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.level import LEVELS, Refinement
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import clipped, closed
from theory.geometry.plane.squares import Leaves, PlaneField, Valued, fitting, settle
from theory.geometry.plane.stitched import stitched
from theory.geometry.plane.tracing import LEAST, carried, drawn, finer, trace
from theory.geometry.plane.votes import VoteField
from theory.geometry.plane.window import Window

# Noise beyond this many scales does not count.
FAR = 8.2
# Base outlines are drawn this share of the window beyond its edge.
BEYOND = 0.01
# Outlines that are kept for reuse.
KEPT = 64
# Squares on which the votes come so many accuracies near to the level are handed to the next finer field.
SPARE = 100


class Shape(Hashable, Protocol):
    """A region of the plane."""

    def outline(self, level: int) -> Outline:
        """Its boundary inside the window of the data."""
        ...

    def contains(self, points: Array) -> Flags:
        """Whether points (N, 2) lie in it."""
        ...

    def around(self, margin: float) -> Shape:
        """The same in a wider window."""
        ...

    def doubt(self, level: int) -> float:
        """By how much the votes may be off, as far as they are known at a level."""
        ...

    def beside(self, doubt: float) -> Shape | None:
        """The same for so much more of the votes; None where that is none or all of them."""
        ...


class BaseRegion(Protocol):
    """The region of a base classifier, which can be drawn inside any window."""

    @property
    def scale(self) -> float: ...

    @property
    def exact(self) -> bool: ...

    @property
    def conic(self) -> Quadratic | None: ...

    def within(self, window: Window, level: int) -> Outline: ...

    def value(self, points: Array) -> Array: ...

    def field(self, level: int) -> Valued: ...


@dataclass(frozen=True)
class Still:
    """A base classifier as it is, without smoothing."""

    base: BaseRegion
    window: Window

    def outline(self, level: int) -> Outline:
        """Its boundary inside the window."""
        return self.base.within(self.window, level)

    def around(self, margin: float) -> Still:
        """The same in a wider window."""
        return replace(self, window=self.window.wider(margin))

    def doubt(self, level: int) -> float:
        """There are no votes."""
        return 0.0

    def beside(self, doubt: float) -> Still:
        """Itself."""
        return self

    def contains(self, points: Array) -> Flags:
        """The sign of the field."""
        return np.asarray(self.base.value(points) >= 0)


# What is lost of a vote to rounding: a few units in the last place of 1. Beyond MOST_LEVEL nothing is left of the rest.
VOTE_ROUNDING, MOST_LEVEL = 2e-15, 8.0


@dataclass(frozen=True)
class Voted:
    """{u >= 1 - tail}: a base classifier smoothed with noise beta. level: the normal quantile of 1 - tail."""

    base: BaseRegion
    window: Window
    beta: float
    tail: float
    level: float = 0.0

    def field(self, level: int) -> VoteField:
        """u less the level, from the outline of the base classifier as far as noise reaches."""
        return _votes(self, level)

    def outline(self, level: int) -> Outline:
        """Its boundary inside the window."""
        return _outlined(self, level)

    def around(self, margin: float) -> Voted:
        """The same in a wider window."""
        return replace(self, window=self.window.wider(margin))

    def beside(self, doubt: float) -> Voted | None:
        """The same for so much more of the votes; None where that is none or all of them."""
        return replace(self, tail=self.tail - doubt) if 0 < self.tail - doubt < 1 else None

    def doubt(self, level: int) -> float:
        """By how much unresolved boundaries of the base classifier can move u: the area times the noise's density."""
        return _around(self, level).loose / (2 * math.pi * self.beta**2)

    def blur(self, outline: Outline) -> float:
        """The area by which rounding moves the boundary: u is as steep there as the normal density at the level."""
        steep = math.exp(-0.5 * self.level**2) / math.sqrt(2 * math.pi)
        return float(outline.lengths.sum()) * self.beta * VOTE_ROUNDING / steep

    def votes(self, points: Array, level: int = 2) -> Array:
        """u at points (N, 2)."""
        margin = np.abs(points - self.window.center).max(initial=0.0)
        window = replace(self.window, half=max(margin, self.window.half))
        return _votes(replace(self, window=window), level).value(points) + 1 - self.tail

    def contains(self, points: Array) -> Flags:
        """The sign of u less the level."""
        return np.asarray(self.votes(points) - 1 + self.tail >= 0)


@lru_cache(4)
def _outlined(shape: Voted, level: int) -> Outline:
    base, refinement = _around(shape, level), LEVELS[level]
    found = stitched(base, shape.base.exact, shape.window, shape.beta, shape.tail, shape.level, refinement)
    if found is None:
        field = shape.field(level)
        found = closed(drawn(_settled(shape, level), refinement), shape.window, lambda at: field.value(at) >= 0)
    return replace(found, slack=base.slack)


@lru_cache(4)
def _settled(shape: Voted, level: int) -> Leaves:
    """Squares that hold the boundary; from level 2 on, among those of the level before."""
    field, accuracy = shape.field(level), LEVELS[level].accuracy
    start = fitting(field, *field.squares(shape.window)) if level < 2 else _settled(shape, level - 1).squares()
    spare = SPARE * accuracy if level else 0.0
    return settle(field, start, LEAST * min(shape.beta, shape.window.half), accuracy, spare)


@lru_cache(4)
def _votes(shape: Voted, level: int) -> VoteField:
    return vote_field(_around(shape, level), shape.window, shape.beta, shape.tail, LEVELS[level])


def _around(shape: Voted, level: int) -> Outline:
    """The outline of the base classifier as far as noise reaches."""
    return shape.base.within(shape.window.wider(_margin(shape.window, shape.beta)), level)


def vote_field(outline: Outline, window: Window, beta: float, tail: float, level: Refinement) -> VoteField:
    """The vote probability of a region, for points of a window."""
    return VoteField(_resolved(outline, window, beta), beta, tail, level)


def forget() -> None:
    """Drop the outlines and fields that are kept for reuse: for measurements."""
    for kept in (_field, _drawn, _curves, _outlined, _settled, _votes):
        kept.cache_clear()


def _margin(window: Window, beta: float) -> float:
    """How far around the data the base classifier counts: steps of a factor 2, so that noises share its outline."""
    need = FAR * beta / window.half
    return window.half * 2.0 ** max(-1, math.ceil(math.log2(need)))


def _resolved(outline: Outline, window: Window, beta: float) -> Outline:
    """Panels short enough for noise beta around any point of the window."""
    if len(outline.points) == 0:
        return outline
    beyond = np.abs(outline.points - window.center).max(axis=2).min(axis=1) - window.half
    return outline.resolved(beta, np.maximum(beyond, 0.0))


@dataclass(frozen=True)
class FieldBase:
    """{field >= 0} for a field given by the order of its expansion; outlines are kept, for noises share them.

    conic: the field where it is a quadratic. chart: of whose squares the field knows; None for those of the plane.
    rounding: what the field may be off by, where that is more than the digits of a polynomial show.
    """

    make: Callable[[int], PlaneField]
    scale: float
    always: bool | None = None
    exact: bool = False
    conic: Quadratic | None = field(default=None, compare=False)
    chart: Chart | None = None
    rounding: float = 0.0

    def value(self, points: Array) -> Array:
        """The field at points (N, 2)."""
        if self.always is not None:
            return np.full(points.shape[:-1], 1.0 if self.always else -1.0)
        return _field(self, LEVELS[-1].order).value(points)

    def field(self, level: int) -> Valued:
        """The field as expanded at a level."""
        return _field(self, LEVELS[level].order)

    def within(self, window: Window, level: int) -> Outline:
        """The outline inside a window."""
        return _drawn(self, window, level)


@lru_cache(KEPT)
def _field(base: FieldBase, order: int) -> PlaneField:
    return base.make(order)


@lru_cache(KEPT)
def _drawn(base: FieldBase, window: Window, level: int) -> Outline:
    count = LEVELS[level].nodes
    if base.always is not None:
        return Outline(np.empty((0, count, 2)), np.empty((0, count, 2)), base.always)
    field = _field(base, LEVELS[level].order)
    # Curves that are drawn again do not end on the edge: they are drawn beyond it, and cut.
    found = clipped(_curves(base, window.wider(BEYOND * window.half), level), window)
    if base.rounding:
        found = replace(found, slack=base.rounding * _per_value(field, found))
    return closed(found, window, lambda at: field.value(at) >= 0)


def _per_value(field: PlaneField, outline: Outline) -> float:
    """The area between level sets, for each unit of the difference of their levels."""
    slope = np.hypot(*field.rise(outline.points.reshape(-1, 2))[1].T)
    return float((np.hypot(*outline.steps.reshape(-1, 2).T) / np.maximum(slope, 1e-300)).sum())


@lru_cache(KEPT)
def _curves(base: FieldBase, window: Window, level: int) -> Outline:
    field = _field(base, LEVELS[level].order)
    found = carried(field, _curves(base, window, level - 1), base.scale, LEVELS[level]) if level > 1 else None
    if found is not None:
        return found
    if base.chart is None:
        found = trace(field, window.grid(window.half), base.scale, LEVELS[level])
    else:
        found = trace(field, base.chart.squares(window), 1.0, LEVELS[level])
        found = clipped(base.chart.outward(found), window)
    return finer(field, found, base.scale, LEVELS[level]) or found


def tail_of(log_tail: float | None) -> float:
    """1 - tau."""
    return 0.5 if log_tail is None else math.exp(log_tail)
