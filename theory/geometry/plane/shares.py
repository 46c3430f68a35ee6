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
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.charts import Chart
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.terms import Terms, boxes, inner_panels, terms
from theory.geometry.plane.truncated import Truncated

# Where T lies but with probability exp(-LIKELY) < 1/4 along either axis the class of all of it decides.
LIKELY = 1.4
# Half sides of squares in the chart, and of those from whose series, of this order, values and slopes are taken.
SIZE, TILE, ORDER = 0.75, 0.6, 20
# Numbers in flight.
AT_ONCE = 1_000_000
# Panels on which the sign may change are looked at in lengths of so many noise scales, and no more than so many.
SEEN, MOST = 2.0, 4000
# Rounding of sums, of h, and of places relative to the size of the box.
SUMS, ROUNDING, PLACES = 1e-15, 4e-15, 4e-16
# Terms of cells, and series, that are kept.
HELD = 4000


@dataclass(frozen=True)
class Shares:
    """h, for the outline of S in D, the box of a chart. Terms of cells and series on squares are kept."""

    outline: Outline
    chart: Chart
    held: dict[tuple[int, int], Terms] = field(default_factory=dict, compare=False)
    tiles: dict[tuple[int, int], Array] = field(default_factory=dict, compare=False)

    @property
    def rounding(self) -> float:
        """What h may be off by: sums, and places in units of the noise."""
        return ROUNDING + PLACES * max(axis.width for axis in self.axes)

    @cached_property
    def axes(self) -> tuple[Truncated, Truncated]:
        """The laws of the coordinates of T."""
        x0, y0, x1, y1 = self.chart.box
        return Truncated(x0, x1, self.chart.alpha), Truncated(y0, y1, self.chart.alpha)

    @cached_property
    def short(self) -> tuple[Array, Array]:
        """Low and high corners (P, 2) about short panels of the boundary of S within D."""
        inner = inner_panels(self.outline, self.chart.box)
        length = max(SEEN * self.chart.alpha, inner.lengths.sum() / MOST)
        return boxes(inner.divided(np.maximum(np.ceil(inner.lengths / length), 1).astype(int)))

    def _cells(self, points: Array) -> list[tuple[Index, Terms]]:
        """Rows of points (N, 2) that share terms, and these."""
        cell = np.stack([axis.cell(points[:, k]) for k, axis in enumerate(self.axes)], axis=1)
        keys, back = np.unique(cell, axis=0, return_inverse=True)
        order = np.argsort(back.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(back.ravel(), minlength=len(keys)))[:-1]
        return [(rows, self._terms(int(a), int(b))) for (a, b), rows in zip(keys, np.split(order, cuts), strict=False)]

    def _terms(self, column: int, row: int) -> Terms:
        """What counts for places of a cell."""
        if (column, row) not in self.held:
            if len(self.held) > HELD:
                self.held.clear()
            self.held[column, row] = terms(self.outline, self.axes, (column, row))
        return self.held[column, row]

    def value(self, points: Array) -> Array:
        """h - 1/2 at points (N, 2)."""
        result = np.empty(len(points))
        for rows, summed in self._cells(points):
            for part in np.array_split(rows, math.ceil(len(rows) * summed.size / AT_ONCE)):
                left, right = self._factors(points[part, 0], points[part, 1], summed)
                result[part] = (left * right).sum(axis=1)
        return result - 0.5

    def rise(self, points: Array) -> tuple[Array, Array]:
        """h - 1/2 and its slopes (N, 2) at points (N, 2), from series on squares of the chart that are kept."""
        at = self.chart.inverse(points)
        keys, back = np.unique(np.floor(at / (2 * TILE)).astype(np.int64), axis=0, return_inverse=True)
        table, local = self._tables(keys), at / TILE - 2 * keys[back.ravel()] - 1
        turn = chebyshev.derivative(ORDER)
        (x, dx), (y, dy) = ((b, b @ turn) for b in (chebyshev.basis(local[:, k], ORDER) for k in (0, 1)))
        value, slope = np.empty(len(at)), np.empty((len(at), 2))
        for part in np.array_split(np.arange(len(at)), math.ceil(ORDER**2 * len(at) / AT_ONCE) or 1):
            held = table[back.ravel()[part]]
            row = (x[part, None] @ held)[:, 0]
            value[part], slope[part, 1] = (row * y[part]).sum(axis=1), (row * dy[part]).sum(axis=1)
            slope[part, 0] = ((dx[part, None] @ held)[:, 0] * y[part]).sum(axis=1)
        return value, slope / (TILE * self.chart.pace(at))

    def _tables(self, keys: Index) -> Array:
        """(T, p, p) series on squares of a grid in the chart."""
        names = [(int(a), int(b)) for a, b in keys]
        if len(self.tiles) > HELD:
            self.tiles.clear()
        fresh = np.array([k for k, name in enumerate(names) if name not in self.tiles], np.intp)
        found = self.series(np.asarray((2 * keys[fresh] + 1) * TILE, float), np.full(len(fresh), TILE), ORDER)
        self.tiles.update(zip([names[k] for k in fresh], found, strict=True))
        return np.array([self.tiles[name] for name in names]).reshape(-1, ORDER, ORDER)

    def series(self, center: Array, half: Array, order: int) -> Array:
        """(N, p, p) Chebyshev coefficients of h - 1/2 on squares (N, 2), (N,) of the chart, by interpolation."""
        at = chebyshev.nodes(order)
        x, y = (self.chart.places(center[:, None] + half[:, None, None] * at[:, None])[..., k] for k in (0, 1))
        values = np.empty((len(center), order, order))
        for rows, summed in self._cells(self.chart.places(center)):
            for part in np.array_split(rows, math.ceil(len(rows) * order * summed.size / AT_ONCE)):
                values[part] = self._grid(x[part], y[part], summed)
        turn = chebyshev.to_coefficients(order)
        return np.asarray(turn @ (values - 0.5) @ turn.T)

    def _grid(self, x: Array, y: Array, summed: Terms) -> Array:
        """(N, m, m) h at x (N, m) times y (N, m); squares of a grid share their coordinates."""
        (columns, column), (rows, row) = (np.unique(v, axis=0, return_inverse=True) for v in (x, y))
        parts = self._factors(columns.ravel(), rows.ravel(), summed)
        left, right = (v.reshape(len(v) // x.shape[1], x.shape[1], v.shape[1]) for v in parts)
        return np.asarray(left[column.ravel()] @ right[row.ravel()].transpose(0, 2, 1))

    def _factors(self, x: Array, y: Array, summed: Terms) -> tuple[Array, Array]:
        """(A, J + K) and (B, J + K): h is the sum of their products at places x (A,) and y (B,) of the axes."""
        (first, second), (place, low, high) = self.axes, summed.sides
        left = first.below(x, np.concatenate([summed.first, place]))
        ends = second.below(y, np.concatenate([low, high]))
        parts = second.density(y, summed.second) * summed.rise, ends[:, len(low) :] - ends[:, : len(low)]
        return left, np.concatenate(parts, axis=1)


@dataclass(frozen=True)
class ShareField:
    """h - 1/2 by polynomials of an order. Values and slopes are asked for in the plane, squares are of the chart."""

    shares: Shares
    order: int

    def value(self, points: Array) -> Array:
        """h - 1/2 at points (N, 2)."""
        return self.shares.value(points)

    def rise(self, points: Array) -> tuple[Array, Array]:
        """h - 1/2 and its slopes (N, 2) at points (N, 2)."""
        return self.shares.rise(points)

    def certain(self, center: Array, half: Array) -> Flags:
        """No boundary of S within D where T is most likely to lie, for any place of a square."""
        places = [self.shares.chart.places(center + side * half[:, None]) for side in (-1, 1)]
        axes = enumerate(self.shares.axes)
        spans = [axis.likely(places[0][:, k], places[1][:, k], LIKELY) for k, axis in axes]
        (first, last), result = self.shares.short, np.ones(len(center), bool)
        for part in np.array_split(np.arange(len(center)), math.ceil(len(center) * len(first) / AT_ONCE) or 1):
            met = np.ones((len(part), len(first)), bool)
            for k, (start, stop) in enumerate(spans):
                met &= (first[:, k] <= stop[part, None]) & (last[:, k] >= start[part, None])
            result[part] = ~met.any(axis=1)
        return result

    def largest(self, center: Array) -> Array:
        """One size."""
        return np.full(len(center), SIZE)

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """By interpolation; what is left out is estimated from the last coefficients."""
        held = self.shares.series(center, half, self.order)
        size = np.abs(held)
        doubt = 2 * (size[:, -2:, :].sum(axis=(1, 2)) + size[:, :, -2:].sum(axis=(1, 2)))
        return held, doubt + SUMS
