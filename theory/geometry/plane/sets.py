"""Unions of discs and boxes, clipped by a box: exact arcs and segments of their boundary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.crossings import PLACES, Pieces, circle_cuts, disc_cuts, line_cuts, parted, slack
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.window import Window

# Arcs are cut into panels of at most this angle.
ANGLE = np.pi / 6
# Pieces run along another set's boundary within this part of the slack that decides about crossings.
MARGIN = 8.0
# Cuts nearer to each other than a slack are one, but for this share of what they cut.
SHORTEST = 1e-9


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
        _x, y, r = self.discs.T
        rows = [y - r, y + r, np.unique(self.segments[:, 1::2])]
        for k in range(len(self.discs)):
            cuts = circle_cuts(self.discs[k], np.delete(self.discs, k, axis=0), self._slack)
            cuts = np.concatenate([cuts, line_cuts(self.discs[k], self.segments, self._slack)])
            rows.append(y[k] + r[k] * np.sin(cuts))
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

    @cached_property
    def _slack(self) -> float:
        return slack(self.discs, self.boxes, self.segments)

    def _arcs(self, count: int) -> tuple[Array, Array]:
        at, weights = rule(count)
        spans = [self._angles(k) for k in range(len(self.discs))]
        own = np.repeat(np.arange(len(spans)), [len(part) for part in spans])
        low, high = np.concatenate([np.empty((0, 2)), *spans]).T
        center, radius = self.discs[own, None, :2], self.discs[own, 2:]
        toward = _circle(low, high, PLACES)
        good = self._bounding(center + radius[..., None] * toward, toward, own)
        low, high, center, radius = (v[good] for v in (low, high, center, radius))
        circle = _circle(low, high, at)
        run = weights * 0.5 * (high - low)[:, None] * radius
        turned = np.stack([-circle[..., 1], circle[..., 0]], axis=-1)
        return center + radius[..., None] * circle, run[..., None] * turned

    def _bounding(self, points: Array, normals: Array, own: Index) -> Flags:
        return Pieces(points, normals, own, self._slack / MARGIN).bounding(self.discs, self.boxes, self.clip)

    def _angles(self, k: int) -> Array:
        """(N, 2) intervals of angle of disc k between crossings, none longer than ANGLE."""
        disc, least = self.discs[k], self._slack
        cuts = [circle_cuts(disc, np.delete(self.discs, k, axis=0), least), line_cuts(disc, self.segments, least)]
        even = np.linspace(-np.pi, np.pi, int(np.ceil(2 * np.pi / ANGLE)) + 1)
        return parted(np.concatenate([*cuts, even]), min(least / disc[2], SHORTEST))

    def _sides(self, count: int) -> tuple[Array, Array]:
        at, weights = rule(count)
        boxes = len(self.segments) // 4
        starts, ends, own = [np.empty((0, 2))], [np.empty((0, 2))], []
        for k, (x0, y0, x1, y1) in enumerate(self.segments):
            a, b = np.array([x0, y0]), np.array([x1, y1])
            along = 0 if y0 == y1 else 1
            corners = self.segments.reshape(-1, 2)[:, along]
            cuts = np.concatenate([disc_cuts(self.discs, a[1 - along], along, self._slack), corners])
            low, high = sorted((a[along], b[along]))
            parts = parted(cuts[(cuts >= low) & (cuts <= high)], min(self._slack, SHORTEST * (high - low)))
            for side, found in zip((starts, ends), parts.T if a[along] < b[along] else parts.T[::-1], strict=True):
                places = np.tile(a, (len(parts), 1))
                places[:, along] = found
                side.append(places)
            box = k % boxes
            own += [-1 if box == len(self.boxes) else len(self.discs) + box] * len(parts)
        a, b = np.concatenate(starts), np.concatenate(ends)
        move = b - a
        normal = np.sign(np.stack([move[:, 1], -move[:, 0]], axis=1))[:, None].repeat(len(PLACES), axis=1)
        places = 0.5 * (a + b)[:, None] + 0.5 * move[:, None] * PLACES[:, None]
        good = self._bounding(places, normal, np.array(own, np.intp))
        a, b = a[good], b[good]
        points = 0.5 * (a + b)[:, None] + 0.5 * (b - a)[:, None] * at[:, None]
        return points, 0.5 * (b - a)[:, None] * weights[:, None]


def _circle(low: Array, high: Array, at: Array) -> Array:
    """(N, m, 2) unit vectors at places (m,) of intervals of angle (N,)."""
    angle = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _in_boxes(points: Array, boxes: Array) -> Flags:
    x, y = points[..., 0, None], points[..., 1, None]
    return (x >= boxes[:, 0]) & (x <= boxes[:, 2]) & (y >= boxes[:, 1]) & (y <= boxes[:, 3])
