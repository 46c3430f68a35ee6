"""Labelled discs and boxes: the union itself, its blurred version as base classifier, and areas as masses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.plane.common import common_area
from theory.geometry.plane.covers import Cover, SetCover
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.shapes import KEPT, BaseRegion, Shape, Still, vote_field
from theory.geometry.plane.tracing import carried, finer, trace
from theory.geometry.plane.votes import VoteField
from theory.geometry.plane.window import Window


@dataclass(frozen=True)
class SetBase:
    """{h >= 1/2} without noise: the labelled set itself."""

    held: SetUnion
    exact: bool = True
    conic: None = None

    @property
    def scale(self) -> float:
        """The size of the whole."""
        return self.held.window.half

    def field(self, level: int) -> SetBase:
        """Itself: its value is all there is."""
        return self

    def value(self, points: Array) -> Array:
        """1 inside, -1 outside."""
        return np.where(self.held.contains(points), 1.0, -1.0)

    def within(self, window: Window, level: int) -> Outline:
        """All of it: it is bounded."""
        return _plain(self.held, LEVELS[level].nodes)


@dataclass(frozen=True)
class NoisedSet:
    """{h * p_alpha >= 1/2}, which lies in the hull of the labelled set."""

    held: SetUnion
    alpha: float
    exact: bool = False
    conic: None = None

    @property
    def scale(self) -> float:
        """The training noise, on which the outline varies."""
        return min(self.alpha, self.held.window.half)

    def field(self, level: int) -> VoteField:
        """h * p_alpha - 1/2."""
        return _blurred(self, level)

    def value(self, points: Array) -> Array:
        """h * p_alpha - 1/2 at points (N, 2)."""
        return self.field(len(LEVELS) - 1).value(points)

    def within(self, window: Window, level: int) -> Outline:
        """All of it: it is bounded."""
        return _traced(self, level)


@lru_cache(KEPT)
def _plain(held: SetUnion, count: int) -> Outline:
    return held.outline(count)


@lru_cache(KEPT)
def _blurred(base: NoisedSet, level: int) -> VoteField:
    return vote_field(_plain(base.held, LEVELS[level].nodes), base.held.window, base.alpha, 0.5, LEVELS[level])


@lru_cache(KEPT)
def _traced(base: NoisedSet, level: int) -> Outline:
    field = _blurred(base, level)
    found = carried(field, _traced(base, level - 1), base.scale, LEVELS[level]) if level > 1 else None
    if found is not None:
        return found
    window = base.held.window.wider(0.01 * base.held.window.half).askew()
    found = trace(field, field.squares(window), base.scale, LEVELS[level])
    return finer(field, found, base.scale, LEVELS[level]) or found


def forget() -> None:
    """Drop the outlines and fields that are kept for reuse: for measurements."""
    for kept in (_plain, _blurred, _traced, _common):
        kept.cache_clear()


def labelled_sets(discs: Array, boxes: Array, clip: Array | None, tolerance: float, noise: str) -> Plane:
    """Y = 1 on a union of discs and boxes, clipped by a finite domain; class 0 is the rest of it, or of the plane."""
    held = SetUnion(discs, boxes, clip)
    if held.area <= 0:
        raise NoExactRoute(f"no labelled set lies inside the domain; {REMEDY}")
    whole = None if clip is None else SetUnion(np.empty((0, 3)), clip[None])
    total = 1.0 if whole is None else whole.area

    def inside(shape: Shape, outline: Outline, level: int) -> float:
        return _common(held, shape, level) / held.area

    def outside(shape: Shape, outline: Outline, level: int) -> float:
        reached = outline.shifted(held.window.center).area() if whole is None else _common(whole, shape, level)
        rest = held.area if whole is None else whole.area - held.area
        return (reached - _common(held, shape, level)) / rest if rest > 0 else 0.0

    pieces = [PlanePiece(1, held.area / total, inside, 1 / held.area)]
    if whole is None:
        # Its shares are of the labelled area, as the tolerance is.
        pieces.append(PlanePiece(0, held.area, outside, 1 / held.area))
    elif whole.area > held.area:
        pieces.append(PlanePiece(0, 1 - held.area / total, outside, 1 / (whole.area - held.area)))

    def trainer(alpha: float) -> BaseRegion:
        return NoisedSet(held, alpha) if alpha > 0 else SetBase(held)

    def cover(label: int, margin: float) -> Cover:
        window = held.window.wider(margin)
        low, high = window.center - window.half, window.center + window.half
        frame = np.concatenate([low, high]) if clip is None else clip
        return SetCover(held, frame, bool(label), 1 / total)

    return Plane(lru_cache(KEPT)(trainer), tuple(pieces), held.window, 0.0, tolerance, cover, bounded=True, noise=noise)


@lru_cache(8)
def _common(held: SetUnion, shape: Shape, level: int) -> float:
    """Area of a shape inside a union that holds its labelled set or is that set."""
    if isinstance(shape, Still) and isinstance(shape.base, SetBase):
        return shape.base.held.area
    window, outline = held.window, shape.outline(level)
    if len(outline.points) == 0:
        return held.area if outline.outside else 0.0
    if (np.abs(outline.points - window.center) <= window.half).all() and _is_box(held):
        return outline.shifted(window.center).area()
    return common_area(outline, held)


def _is_box(held: SetUnion) -> bool:
    """Whether the union fills its square window."""
    return len(held.discs) == 0 and len(held.boxes) == 1 and bool(np.ptp(held.boxes[0, 2:] - held.boxes[0, :2]) == 0)
