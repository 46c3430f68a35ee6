"""The posterior rule on a finite domain: the share of the labelled set in what noise has moved to a place.

With X uniform on a box D and Y = 1 on S the base classifier says 1 at x where

    h(x) = P(T in S) >= 1/2,  T = x + alpha Z given that T lies in D.

The coordinates of T are independent. F the distribution function of the first, rho the density of the second,

    h(x) = integral of F(y1) rho(y2) dy2 over the outline of S,

because (F(y1), 0) rho(y2) has the density of T for its divergence. Nothing underflows, however far from D: T then lies
near the nearest point of D.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.charts import Chart
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.truncated import Truncated
from theory.geometry.plane.winding import panel_ends

# T lies farther off than `reach` says with probability exp(-RARE), which is rounding, and exp(-LIKELY) < 1/4.
RARE, LIKELY = 38.0, 1.4
# Panels are at most this long, in units of the length on which T varies.
LONGEST = 2.5
HALVINGS = 60
# Half sides of squares in the chart.
SIZE = 0.75
# Numbers in flight.
AT_ONCE = 1_000_000
# Boxes about panels are wider than their nodes by this share.
PAD = 0.02
# Panels on which the sign may change are looked at in lengths of so many noise scales, and no more than so many.
SEEN, MOST = 2.0, 4000
ROUNDING = 1e-15
HELD = 4000


@dataclass(frozen=True)
class _Panels:
    """Nodes (J,) with the weighted steps of y2, and straight sides (K,) at c, from low to high."""

    first: Array
    second: Array
    rise: Array
    sides: Array


class ShareField:
    """h - 1/2, for the outline of S in D = box. Values and slopes are asked for in the plane, squares are of the chart."""

    def __init__(self, outline: Outline, chart: Chart, order: int) -> None:
        self._chart, self._order = chart, order
        low, high = np.array(chart.box[:2]), np.array(chart.box[2:])
        self._axes = tuple(Truncated(float(low[k]), float(high[k]), chart.alpha) for k in (0, 1))
        self._outline = outline
        self._held: dict[tuple[int, int], _Panels] = {}
        inner = inner_panels(outline, chart.box)
        length = max(SEEN * chart.alpha, inner.lengths.sum() / MOST)
        self._boxes = _boxes(inner.divided(np.maximum(np.ceil(inner.lengths / length), 1).astype(int)))

    def value(self, points: Array) -> Array:
        """h - 1/2 at points (N, 2)."""
        result = np.empty(len(points))
        for rows, panels in self._cells(points):
            x, y = points[rows, 0, None], points[rows, 1, None]
            first, second = self._axes
            result[rows] = (first.below(x, panels.first) * second.density(x=y, y=panels.second)) @ panels.rise
            c, low, high = panels.sides
            result[rows] += (first.below(x, c) * (second.below(y, high) - second.below(y, low))).sum(axis=1)
        return result - 0.5

    def rise(self, points: Array) -> tuple[Array, Array]:
        """h - 1/2 and its slopes (N, 2) at points (N, 2)."""
        slope = np.empty((len(points), 2))
        for rows, panels in self._cells(points):
            (x, y), (first, second) = (points[rows, k, None] for k in (0, 1)), self._axes
            c, low, high = panels.sides
            across, up = first.moved(x, panels.first), second.density(y, panels.second)
            slope[rows, 0] = (across * up) @ panels.rise
            slope[rows, 0] += (first.moved(x, c) * (second.below(y, high) - second.below(y, low))).sum(axis=1)
            slope[rows, 1] = (first.below(x, panels.first) * up * second.pull(y, panels.second)) @ panels.rise
            slope[rows, 1] += (first.below(x, c) * (second.moved(y, high) - second.moved(y, low))).sum(axis=1)
        return self.value(points), slope

    def certain(self, center: Array, half: Array) -> Flags:
        """No boundary of S within D where T is most likely to lie, for any place of a square."""
        low, high = (self._chart.places(center + side * half[:, None]) for side in (-1, 1))
        spans = [axis.likely(low[:, k], high[:, k], LIKELY) for k, axis in enumerate(self._axes)]
        result = np.ones(len(center), bool)
        chunk = max(1, AT_ONCE // max(len(self._boxes[0]), 1))
        for start in range(0, len(center), chunk):
            part = slice(start, start + chunk)
            met = np.ones((len(center[part]), len(self._boxes[0])), bool)
            for k, (least, most) in enumerate(spans):
                met &= (self._boxes[0][:, k] <= most[part, None]) & (self._boxes[1][:, k] >= least[part, None])
            result[part] = ~met.any(axis=1)
        return result

    def largest(self, center: Array) -> Array:
        """One size."""
        return np.full(len(center), SIZE)

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """By interpolation; what is left out is estimated from the last coefficients."""
        at = chebyshev.nodes(self._order)
        x, y = (self._chart.places(center[:, None] + half[:, None, None] * at[:, None])[..., k] for k in (0, 1))
        values = np.empty((len(center), len(at), len(at)))
        for rows, panels in self._cells(self._chart.places(center)):
            for part in np.array_split(rows, math.ceil(len(rows) * len(at) * len(panels.rise) / AT_ONCE) or 1):
                values[part] = self._grid(x[part], y[part], panels)
        turn = chebyshev.to_coefficients(self._order)
        held = turn @ (values - 0.5) @ turn.T
        size = np.abs(held)
        doubt = 2 * (size[:, -2:, :].sum(axis=(1, 2)) + size[:, :, -2:].sum(axis=(1, 2)))
        return held, doubt + ROUNDING

    def _cells(self, points: Array) -> list[tuple[Index, _Panels]]:
        """Rows of points (N, 2) that share panels, and these."""
        cell = np.stack([axis.cell(points[:, k]) for k, axis in enumerate(self._axes)], axis=1)
        keys, back = np.unique(cell, axis=0, return_inverse=True)
        order = np.argsort(back.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(back.ravel(), minlength=len(keys)))[:-1]
        return [(rows, self._panels(int(a), int(b))) for (a, b), rows in zip(keys, np.split(order, cuts), strict=False)]

    def _panels(self, column: int, row: int) -> _Panels:
        """Panels short enough for places of a cell, where T may lie for one of them."""
        if (column, row) not in self._held:
            if len(self._held) > HELD:
                self._held.clear()
            self._held[column, row] = self._cut(self._axes[0].span(column), self._axes[1].span(row))
        return self._held[column, row]

    def _cut(self, *places: tuple[float, float]) -> _Panels:
        ends = [np.array(span)[:, None] for span in places]
        near = [axis.likely(low, high, RARE) for axis, (low, high) in zip(self._axes, ends, strict=True)]
        longest = [
            LONGEST * axis.alpha / max(1.0, float(axis.beyond(np.array(span)).max()))
            for axis, span in zip(self._axes, places, strict=True)
        ]
        panels, sides, nodes = self._outline, [np.empty((3, 0))], []
        for _ in range(HALVINGS):
            (x0, y0), (x1, y1) = (part.T for part in _boxes(panels))
            kept = (y1 > y0) & (y0 <= near[1][1]) & (y1 >= near[1][0]) & (x1 >= near[0][0])
            beyond, straight = kept & (x0 > near[0][1]), kept & (x0 == x1)
            low, high = panel_ends(panels.points[beyond | straight])[..., 1].T
            at = np.where(beyond, self._axes[0].high, x0)[beyond | straight]
            down = panels.steps[beyond | straight, :, 1].sum(axis=1) < 0
            sides.append(np.stack([at, np.where(down, np.maximum(low, high), np.minimum(low, high)), 
                np.where(down, np.minimum(low, high), np.maximum(low, high))]))
            kept &= ~beyond & ~straight
            short = (x1 - x0 <= longest[0]) & (y1 - y0 <= longest[1])
            nodes.append(panels.take(kept & short))
            panels = panels.take(kept & ~short)
            if not len(panels.points):
                break
            panels = panels.divided(np.full(len(panels.points), 2))
        found = np.concatenate([part.points for part in nodes]).reshape(-1, 2)
        rise = np.concatenate([part.steps for part in nodes])[..., 1].ravel()
        return _Panels(found[:, 0], found[:, 1], rise, np.concatenate(sides, axis=1))

    def _grid(self, x: Array, y: Array, panels: _Panels) -> Array:
        """(N, m, m) h at x (N, m) times y (N, m); squares of a grid share their coordinates."""
        first, second = self._axes
        c, low, high = panels.sides
        (columns, column), (rows, row) = (np.unique(v, axis=0, return_inverse=True) for v in (x, y))
        left = np.concatenate([first.below(columns[..., None], v) for v in (panels.first, c)], axis=-1)
        at = rows[..., None]
        parts = second.density(at, panels.second) * panels.rise, second.below(at, high) - second.below(at, low)
        right = np.concatenate(parts, axis=-1)
        return np.asarray(left[column.ravel()] @ right[row.ravel()].transpose(0, 2, 1))


def on_edges(outline: Outline, box: tuple[float, float, float, float]) -> Flags:
    """(4, P) which panels run along the lower, right, upper and left edge of a box."""
    places = ((1, box[1]), (0, box[2]), (1, box[3]), (0, box[0]))
    return np.stack([(outline.points[..., axis] == place).all(axis=1) for axis, place in places])


def inner_panels(outline: Outline, box: tuple[float, float, float, float]) -> Outline:
    """The panels of an outline that do not run along the edge of a box."""
    return outline.take(~on_edges(outline, box).any(axis=0))


def _boxes(outline: Outline) -> tuple[Array, Array]:
    """Low and high corners (P, 2) about panels."""
    low, high = outline.points.min(axis=1), outline.points.max(axis=1)
    pad = PAD * (high - low)
    return low - pad, high + pad
