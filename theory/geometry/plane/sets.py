"""Unions of discs and boxes, clipped by a box: exact arcs and segments of their boundary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.window import Window

# Arcs are cut into panels of at most this angle.
ANGLE = np.pi / 6
# Pieces of boundary are told apart by looking this far to both sides, relative to the size of the whole.
ASIDE = 1e-9


@dataclass(frozen=True, eq=False)
class SetUnion:
    """discs (N, 3): centre and radius; boxes (M, 4): x and y of the low and of the high corner; clip: a box or None."""

    discs: Array
    boxes: Array
    clip: Array | None = None

    def contains(self, points: Array) -> Flags:
        """Whether points (..., 2) lie in the union."""
        x, y = points[..., 0, None], points[..., 1, None]
        inside = ((x - self.discs[:, 0]) ** 2 + (y - self.discs[:, 1]) ** 2 <= self.discs[:, 2] ** 2).any(axis=-1)
        inside |= _in_boxes(points, self.boxes).any(axis=-1)
        return np.asarray(inside if self.clip is None else inside & _in_boxes(points, self.clip[None])[..., 0])

    @cached_property
    def window(self) -> Window:
        """A square that holds the union."""
        d, b = self.discs, self.boxes
        low = np.concatenate([d[:, :2] - d[:, 2:], b[:, :2]]).min(axis=0)
        high = np.concatenate([d[:, :2] + d[:, 2:], b[:, 2:]]).max(axis=0)
        if self.clip is not None:
            low, high = np.maximum(low, self.clip[:2]), np.minimum(high, self.clip[2:])
        middle = 0.5 * (low + high)
        return Window(float(middle[0]), float(middle[1]), max(0.5 * float((high - low).max()), 1e-300))

    @cached_property
    def segments(self) -> Array:
        """(S, 4) the straight lines that can bound the union: from, to."""
        boxes = self.boxes if self.clip is None else np.concatenate([self.boxes, self.clip[None]])
        x0, y0, x1, y1 = boxes.T
        sides = [(x0, y0, x1, y0), (x1, y0, x1, y1), (x1, y1, x0, y1), (x0, y1, x0, y0)]
        return np.concatenate([np.stack(side, axis=1) for side in sides])

    def outline(self, count: int) -> Outline:
        """The boundary with `count` nodes on every panel."""
        points, steps = zip(*(self._arcs(count), self._sides(count)), strict=True)
        return Outline(np.concatenate(points), np.concatenate(steps))

    @cached_property
    def rows(self) -> Array:
        """The rows y on which the union's intervals change their number or their formula."""
        x, y, r = self.discs.T
        rows = [y - r, y + r, np.unique(self.segments[:, 1::2])]
        for k in range(len(self.discs)):
            cuts = [*_circle_cuts(x[k], y[k], r[k], np.delete(self.discs, k, axis=0))]
            cuts += _segment_cuts(x[k], y[k], r[k], self.segments)
            rows.append(y[k] + r[k] * np.sin(np.concatenate(cuts)))
        return np.unique(np.concatenate(rows))

    def spans(self, y: Array) -> tuple[Array, Array]:
        """(..., K) starts and ends of the intervals of the union's rows y (...), from left to right, none overlapping.

        Between two of `rows` each is a smooth function of y; what a row does not meet is empty, at the right end.
        """
        y = y[..., None]
        right = self.window.x + self.window.half if self.clip is None else self.clip[2]
        gap = self.discs[:, 2] ** 2 - (y - self.discs[:, 1]) ** 2
        half = np.sqrt(np.maximum(gap, 0))
        flat = (y >= self.boxes[:, 1]) & (y <= self.boxes[:, 3])
        x = self.discs[:, 0]
        low = np.concatenate([np.where(gap > 0, x - half, right), np.where(flat, self.boxes[:, 0], right)], axis=-1)
        high = np.concatenate([np.where(gap > 0, x + half, right), np.where(flat, self.boxes[:, 2], right)], axis=-1)
        if self.clip is not None:
            low, high = (np.clip(v, self.clip[0], self.clip[2]) for v in (low, high))
            inside = (y >= self.clip[1]) & (y <= self.clip[3])
            low, high = (np.where(inside, v, right) for v in (low, high))
        order = np.argsort(low, axis=-1, kind="stable")
        low, high = (np.take_along_axis(v, order, axis=-1) for v in (low, high))
        reached = np.maximum.accumulate(high, axis=-1)
        start = np.concatenate([low[..., :1], np.maximum(low[..., 1:], reached[..., :-1])], axis=-1)
        return start, np.maximum(start, high)

    def left_of(self, points: Array) -> Array:
        """Length of the union's row through points (..., 2), up to them."""
        start, end = self.spans(points[..., 1])
        return np.asarray(np.maximum(np.minimum(end, points[..., 0, None]) - start, 0).sum(axis=-1))

    @cached_property
    def area(self) -> float:
        """Area of the union."""
        return self.outline(16).shifted(self.window.center).area()

    def _arcs(self, count: int) -> tuple[Array, Array]:
        at, weights = rule(count)
        spans = [(k, low, high) for k in range(len(self.discs)) for low, high in self._angles(k)]
        if not spans:
            return np.empty((0, count, 2)), np.empty((0, count, 2))
        disc, low, high = (np.array(v) for v in zip(*spans, strict=True))
        center, radius = self.discs[disc, :2], self.discs[disc, 2:]
        middle = 0.5 * (low + high)
        toward = np.stack([np.cos(middle), np.sin(middle)], axis=1)
        sign = self._side(center + radius * toward, toward)
        low, high, center, radius, sign = (v[sign != 0] for v in (low, high, center, radius, sign))
        angle = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        run = sign[:, None] * weights * 0.5 * (high - low)[:, None] * radius
        turned = np.stack([-circle[..., 1], circle[..., 0]], axis=-1)
        return center[:, None] + radius[:, None] * circle, run[..., None] * turned

    def _side(self, at: Array, normal: Array) -> Array:
        """1 where the union lies against the normal only, -1 where along it only, else 0."""
        step = ASIDE * self.window.half
        ahead, behind = self.contains(at + step * normal), self.contains(at - step * normal)
        return behind.astype(float) - ahead.astype(float)

    def _angles(self, k: int) -> list[tuple[float, float]]:
        """Intervals of angle of disc k between crossings, none longer than ANGLE; none for a repeated disc."""
        x, y, r = self.discs[k]
        if (self.discs[:k] == self.discs[k]).all(axis=1).any():
            return []
        cuts = [*_circle_cuts(x, y, r, np.delete(self.discs, k, axis=0)), *_segment_cuts(x, y, r, self.segments)]
        return _intervals(np.concatenate([*cuts, np.linspace(-np.pi, np.pi, int(np.ceil(2 * np.pi / ANGLE)) + 1)]))

    def _sides(self, count: int) -> tuple[Array, Array]:
        at, weights = rule(count)
        starts, ends = [np.empty((0, 2))], [np.empty((0, 2))]
        seen: set[tuple[float, ...]] = set()
        for x0, y0, x1, y1 in self.segments:
            a, b = np.array([x0, y0]), np.array([x1, y1])
            along = 0 if y0 == y1 else 1
            cuts = np.concatenate([self._along(a, along), [a[along], b[along]]])
            low, high = sorted((a[along], b[along]))
            for first, second in _intervals(cuts[(cuts >= low) & (cuts <= high)]):
                key = (along, a[1 - along], first, second)
                if key in seen:
                    continue
                seen.add(key)
                ends_of = np.tile(a, (2, 1))
                ends_of[:, along] = first, second
                starts.append(ends_of[:1])
                ends.append(ends_of[1:])
        a, b = np.concatenate(starts), np.concatenate(ends)
        move = b - a
        normal = np.stack([move[:, 1], -move[:, 0]], axis=1) / np.maximum(np.hypot(*move.T), 1e-300)[:, None]
        sign = self._side(0.5 * (a + b), normal)
        a, b, sign = a[sign != 0], b[sign != 0], sign[sign != 0]
        points = 0.5 * (a + b)[:, None] + 0.5 * (b - a)[:, None] * at[:, None]
        return points, sign[:, None, None] * 0.5 * (b - a)[:, None] * weights[:, None]

    def _along(self, start: Array, along: int) -> Array:
        """Where the line through `start` along an axis crosses the other boundaries."""
        other = 1 - along
        gap = self.discs[:, 2] ** 2 - (start[other] - self.discs[:, other]) ** 2
        half = np.sqrt(gap[gap >= 0])
        middle = self.discs[gap >= 0, along]
        corners = self.segments.reshape(-1, 2)[:, along]
        return np.concatenate([middle - half, middle + half, corners])


def _in_boxes(points: Array, boxes: Array) -> Flags:
    x, y = points[..., 0, None], points[..., 1, None]
    return (x >= boxes[:, 0]) & (x <= boxes[:, 2]) & (y >= boxes[:, 1]) & (y <= boxes[:, 3])


def _intervals(cuts: Array) -> list[tuple[float, float]]:
    held = np.unique(cuts)
    return [(a, b) for a, b in pairwise(held.tolist())]


def _circle_cuts(x: float, y: float, r: float, discs: Array) -> list[Array]:
    """Angles at which other circles cross a circle."""
    dx, dy = discs[:, 0] - x, discs[:, 1] - y
    distance = np.hypot(dx, dy)
    meet = (distance < r + discs[:, 2]) & (distance > np.abs(r - discs[:, 2]))
    distance, other = distance[meet], discs[meet, 2]
    cosine = np.clip((distance**2 + r**2 - other**2) / (2 * distance * r), -1, 1)
    toward, spread = np.arctan2(dy[meet], dx[meet]), np.arccos(cosine)
    return [_turned(toward - spread), _turned(toward + spread)]


def _segment_cuts(x: float, y: float, r: float, segments: Array) -> list[Array]:
    """Angles at which segments along an axis cross a circle."""
    result = []
    for along in (0, 1):
        lines = segments[segments[:, 1 - along] == segments[:, 3 - along]]
        offset = lines[:, 1 - along] - (y, x)[along]
        offset = offset[np.abs(offset) < r]
        half = np.sqrt(r * r - offset * offset)
        for side in (-1, 1):
            pair = (side * half, offset) if along == 0 else (offset, side * half)
            result.append(np.arctan2(pair[1], pair[0]))
    return result


def _turned(angle: Array) -> Array:
    """The same angle in [-pi, pi]."""
    return (angle + np.pi) % (2 * np.pi) - np.pi
