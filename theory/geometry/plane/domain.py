"""Labelled discs and boxes: the union itself, its blurred version as base classifier, and areas as masses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.plane.beyond import outside
from theory.geometry.plane.charts import Chart
from theory.geometry.plane.common import common_area
from theory.geometry.plane.covers import Cover, SetCover
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.rims import clipped, closed
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.shapes import KEPT, BaseRegion, FieldBase, Shape, Still, vote_field
from theory.geometry.plane.shares import ROUNDING, ShareField, Shares
from theory.geometry.plane.terms import NODES, inner_panels
from theory.geometry.plane.tracing import carried, finer, trace
from theory.geometry.plane.votes import VoteField
from theory.geometry.plane.window import Window
from theory.problems.problem import OffSupport


@dataclass(frozen=True)
class SetBase:
    """The labelled set itself, without noise. beyond: the class outside of a finite domain."""

    held: SetUnion
    beyond: OffSupport = "class0"
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
        return np.where(self._inside(points), 1.0, -1.0)

    def _inside(self, points: Array) -> Flags:
        if self.beyond == "class0" or self.held.clip is None:
            return self.held.contains(points)
        nearest = np.clip(points, self.held.clip[:2], self.held.clip[2:])
        if self.beyond == "nearest":
            return self.held.contains(nearest)
        return np.asarray(self.held.contains(points) | (nearest != points).any(axis=-1))

    def within(self, window: Window, level: int) -> Outline:
        """All of it, if it is bounded."""
        plain = _plain(self.held, LEVELS[level].nodes)
        if self.beyond == "class0" or self.held.clip is None:
            return plain
        found = clipped(outside(plain, self.held, self.beyond, window), window)
        return closed(found, window, self._inside)


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


def labelled_sets(
    discs: Array, boxes: Array, clip: Array | None, tolerance: float, noise: str, beyond: OffSupport | None = None
) -> Plane:
    """Y = 1 on a union of discs and boxes, clipped by a finite domain; class 0 is the rest of it, or of the plane.

    beyond: the class outside of a finite domain under the posterior rule; None for the regression rule, of which that
    in an infinite background is one. noise: that of smoothing.
    """
    held = SetUnion(discs, boxes, clip)
    if held.area <= 0:
        raise NoExactRoute(f"no labelled set lies inside the domain; {REMEDY}")
    whole = None if clip is None else SetUnion(np.empty((0, 3)), clip[None])
    total = 1.0 if whole is None else whole.area

    def inside(shape: Shape, outline: Outline, level: int) -> float:
        return _common(held, shape, level) / held.area

    def rest(shape: Shape, outline: Outline, level: int) -> float:
        reached = outline.shifted(held.window.center).area() if whole is None else _common(whole, shape, level)
        left = held.area if whole is None else whole.area - held.area
        return (reached - _common(held, shape, level)) / left if left > 0 else 0.0

    pieces = [PlanePiece(1, held.area / total, inside, 1 / held.area)]
    if whole is None:
        # Its shares are of the labelled area, as the tolerance is.
        pieces.append(PlanePiece(0, held.area, rest, 1 / held.area))
    elif whole.area > held.area:
        pieces.append(PlanePiece(0, 1 - held.area / total, rest, 1 / (whole.area - held.area)))

    def trainer(alpha: float) -> BaseRegion:
        if beyond is None:
            return NoisedSet(held, alpha) if alpha > 0 else SetBase(held)
        return posterior(held, alpha) if alpha > 0 else SetBase(held, beyond)

    def cover(label: int, margin: float) -> Cover:
        window = held.window.wider(margin)
        low, high = window.center - window.half, window.center + window.half
        frame = np.concatenate([low, high]) if clip is None else clip
        return SetCover(held, frame, bool(label), 1 / total)

    window, bounded = (held.window, True) if whole is None or beyond is None else (whole.window.askew(), False)
    missing = 0.0 if bounded else ROUNDING
    return Plane(
        lru_cache(KEPT)(trainer), tuple(pieces), window, missing, tolerance, cover, bounded=bounded, noise=noise
    )


def posterior(held: SetUnion, alpha: float) -> FieldBase:
    """{h >= 1/2}, h the share of the labelled set in what noise has moved to a place: see `shares`."""
    assert held.clip is not None
    x0, y0, x1, y1 = held.clip.tolist()
    chart, outline = Chart((x0, y0, x1, y1), alpha), held.outline(NODES)
    shares = Shares(outline, chart)
    scale = min(alpha, 0.5 * max(x1 - x0, y1 - y0))
    always = None if len(inner_panels(outline, chart.box).points) else True
    return FieldBase(lambda order: ShareField(shares, order), scale, always, chart=chart, rounding=shares.rounding)


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
