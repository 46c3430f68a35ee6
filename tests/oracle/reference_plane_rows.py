"""Regions of the plane as rows of crossings, and vote probabilities as sums over them: the reference for the plane.

A region is known on horizontal rows y_j: the places where its indicator jumps along x. A row integral of the noise is
then a sum of normal distribution functions, exact in x; over y the rows are Gauss-Legendre panels, halved until the
crossings are polynomials of y. Nothing here follows a curve or integrates along one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize.elementwise import find_root
from scipy.special import ndtr

from tests.oracle.reference_plane_integral import AT, DEPTH, ORDER, TO_LEGENDRE, WEIGHTS, pairs
from theory.arrays import Array, Index

FAR = 6.8
ROOT = 2 * np.pi


@dataclass(frozen=True)
class Crossings:
    """Jumps along rows: row number, place, sign (1 where the region begins); left (rows,): state before the first."""

    row: Index
    x: Array
    sign: Array
    left: Array


class Region(Protocol):
    """A region that can be cut by rows."""

    def cut(self, y: Array) -> Crossings:
        """Its crossings on rows y (R,)."""
        ...


class Function(Protocol):
    """A function with its derivative along x."""

    def scan(self, y: Array, x: Array) -> tuple[Array, Array]:
        """Values and x-derivatives on the grid (R, N)."""
        ...

    def at(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Values and x-derivatives at points (N,)."""
        ...


@dataclass(frozen=True)
class Positive:
    """{f >= 0}, looked for between the ends of a scan x, with f's roots no closer than the scan unless f' tells."""

    f: Function
    x: Array

    def cut(self, y: Array) -> Crossings:
        """Sign changes on the scan, and between extremes that the derivative shows between its points."""
        value, slope = self.f.scan(y, self.x)
        a, b, low, high = value[:, :-1], value[:, 1:], slope[:, :-1], slope[:, 1:]
        step = self.x[1] - self.x[0]
        turning = (low < 0) != (high < 0)
        near = np.minimum(np.abs(a), np.abs(b)) <= 2 * step * np.maximum(np.abs(low), np.abs(high))
        dips = turning & near & ((a < 0) == (b < 0)) & ((low < 0) == (a >= 0))
        row, cell = np.nonzero(dips)
        rows, starts, ends = [np.nonzero((a < 0) != (b < 0))], [], []
        starts, ends = [self.x[rows[0][1]]], [self.x[rows[0][1] + 1]]
        rows = [rows[0][0]]
        if len(row):
            start, end = self.x[cell], self.x[cell + 1]
            low, high = low[row, cell], high[row, cell]
            place = _extreme(self.f, start, end, y[row], start + step * low / (low - high))
            across = (self.f.at(place, y[row])[0] < 0) != (a[row, cell] < 0)
            row, cell, place = row[across], cell[across], place[across]
            rows += [row, row]
            starts += [self.x[cell], place]
            ends += [place, self.x[cell + 1]]
        row, start, end = (np.concatenate(v) for v in (rows, starts, ends))
        place = _newton(self.f.at, start, end, y[row], 0.5 * (start + end))
        order = np.lexsort((place, row))
        row, place = row[order], place[order]
        left = value[:, 0] >= 0
        first = np.searchsorted(row, np.arange(len(y)))
        rank = np.arange(len(row)) - first[row]
        return Crossings(row, place, np.where((rank % 2 == 0) == left[row], -1.0, 1.0), left.astype(float))


def _extreme(f: Function, low: Array, high: Array, y: Array, at: Array) -> Array:
    """Where f' changes sign, by secant steps of f' kept in the bracket; 1e-9 of it is enough to see the sign of f."""
    found = find_root(lambda x, at: f.at(x, at)[1], (low, high), args=(y,), tolerances={"xatol": 1e-9, "xrtol": 1e-9})
    return np.asarray(np.where(found.success, found.x, at), float)


def _newton(f: Callable[[Array, Array], tuple[Array, Array]], low: Array, high: Array, y: Array, at: Array) -> Array:
    """Sign changes between low and high, from places `at`, by Newton steps kept in the bracket."""
    x, low, high = at.copy(), low.copy(), high.copy()
    if len(x) == 0:
        return x
    negative = f(low, y)[0] < 0
    active = np.arange(len(x))
    for _ in range(60):
        value, slope = f(x[active], y[active])
        below = (value < 0) == negative[active]
        low[active], high[active] = np.where(below, x[active], low[active]), np.where(below, high[active], x[active])
        with np.errstate(divide="ignore", invalid="ignore"):
            new = x[active] - value / slope
        inside = (new > low[active]) & (new < high[active])
        new = np.where(inside | (value == 0), new, 0.5 * (low[active] + high[active]))
        new = np.where(value == 0, x[active], new)
        moved = np.abs(new - x[active])
        x[active] = new
        active = active[moved > 1e-13 * (1 + np.abs(new))]
        if len(active) == 0:
            break
    return x


@dataclass(frozen=True)
class Rows:
    """A region on rows y (J,) with weights: what an integral over it needs."""

    y: Array
    weight: Array
    held: Crossings


def rows(region: Region, edges: Array, length: float, tol: float) -> Rows:
    """Panels between edges, halved until every crossing is a polynomial of y and moves less than two `length`s."""
    edges = np.concatenate([np.linspace(a, b, int(np.ceil((b - a) / length)) + 1)[:-1] for a, b in pairs(edges)])
    last = edges[-1] + length
    low, high = edges, np.append(edges[1:], last)
    done: list[tuple[Array, Array, Crossings]] = []
    for depth in range(DEPTH):
        y = (0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * AT).ravel()
        held = region.cut(y)
        good = _smooth(held, len(low), high - low, length, tol)
        ends = region.cut(np.concatenate([low, high]) + 1e-9 * np.concatenate([high - low, low - high]))
        counts = np.bincount(ends.row, minlength=2 * len(low)).reshape(2, -1)
        inner = np.bincount(held.row, minlength=len(y)).reshape(len(low), -1)[:, 0]
        good &= (counts == inner).all(axis=0) | (high - low < tol * length)
        good |= depth == DEPTH - 1
        keep = np.repeat(good, ORDER)
        weight = (0.5 * (high - low)[:, None] * WEIGHTS).ravel()
        done.append((y[keep], weight[keep], _those(held, keep)))
        low, high = low[~good], high[~good]
        middle = 0.5 * (low + high)
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        if len(low) == 0:
            break
    return _joined(done)


def _smooth(held: Crossings, panels: int, height: Array, length: float, tol: float) -> np.ndarray:
    counts = np.bincount(held.row, minlength=panels * ORDER).reshape(panels, ORDER)
    left = held.left.reshape(panels, ORDER)
    good = (counts == counts[:, :1]).all(axis=1) & (left == left[:, :1]).all(axis=1)
    start = np.concatenate([[0], np.cumsum(counts.ravel())])[:-1].reshape(panels, ORDER)
    for k in range(int(counts.max(initial=0))):
        has = np.flatnonzero(good & (counts[:, 0] > k))
        x = held.x[start[has] + k]
        tail = np.abs(x @ TO_LEGENDRE.T)[:, -3:].sum(axis=1)
        good[has] = (tail * height[has] < tol * length**2) & ((np.ptp(x, axis=1) < 2 * length) | (height[has] < 1e-5))
    # A panel this low adds less than the tolerance whatever its crossings are.
    return np.asarray(good | (height < tol * length))


def _those(held: Crossings, keep: np.ndarray) -> Crossings:
    number = np.cumsum(keep) - 1
    of = keep[held.row]
    return Crossings(number[held.row[of]], held.x[of], held.sign[of], held.left[keep])


def _joined(done: list[tuple[Array, Array, Crossings]]) -> Rows:
    y, weight = (np.concatenate([d[k] for d in done]) for k in (0, 1))
    shift = np.cumsum([0, *(len(d[0]) for d in done)])
    row = np.concatenate([d[2].row + s for d, s in zip(done, shift, strict=False)])
    x, sign = np.concatenate([d[2].x for d in done]), np.concatenate([d[2].sign for d in done])
    left = np.concatenate([d[2].left for d in done])
    order = np.argsort(y, kind="stable")
    place = np.empty(len(y), np.intp)
    place[order] = np.arange(len(y))
    row = place[row]
    again = np.lexsort((x, row))
    return Rows(y[order], weight[order], Crossings(row[again], x[again], sign[again], left[order]))


class Votes:
    """u = 1_region * N(0, b^2) less a level, from the rows of the region."""

    def __init__(self, region: Rows, noise: float, level: float) -> None:
        self._b, self._level, self._of = noise, level, region
        self._table: tuple[Array, Array] | None = None
        self._first = np.concatenate([np.searchsorted(region.held.row, np.arange(len(region.y))), [len(region.held.x)]])

    def _strip(self, low: float, high: float) -> tuple[slice, slice]:
        a, b = np.searchsorted(self._of.y, [low - FAR * self._b, high + FAR * self._b])
        return slice(int(a), int(b)), slice(int(self._first[a]), int(self._first[b]))

    def _terms(self, y: Array) -> tuple[Array, Array, Array]:
        """For points on rows y: weights of crossings (R, C), their places (C,), and what the left ends add (R,)."""
        strip, held = self._strip(float(y.min()), float(y.max()))
        of = self._of
        z = (y[:, None] - of.y[strip]) / self._b
        share = np.exp(-0.5 * z * z) * (of.weight[strip] / (self._b * np.sqrt(ROOT)))
        inner = share[:, of.held.row[held] - strip.start] * of.held.sign[held]
        return inner, of.held.x[held], share @ of.held.left[strip]

    def scan(self, y: Array, x: Array) -> tuple[Array, Array]:
        value, slope = np.empty((len(y), len(x))), np.empty((len(y), len(x)))
        if self._table is None or self._table[0].shape[1] != len(x):
            z = (x - self._of.held.x[:, None]) / self._b
            self._table = ndtr(z), np.exp(-0.5 * z * z) / (self._b * np.sqrt(ROOT))
        for start in range(0, len(y), ORDER):
            part = slice(start, start + ORDER)
            inner, _, left = self._terms(y[part])
            held = self._strip(float(y[part].min()), float(y[part].max()))[1]
            value[part] = inner @ self._table[0][held] + left[:, None] - self._level
            slope[part] = inner @ self._table[1][held]
        return value, slope

    def at(self, x: Array, y: Array) -> tuple[Array, Array]:
        value, slope = np.empty(np.shape(x)), np.empty(np.shape(x))
        order = np.argsort(y, kind="stable")
        for part in np.array_split(order, max(1, len(order) // 32)):
            if len(part) == 0:
                continue
            inner, places, left = self._terms(y[part])
            z = (x[part, None] - places) / self._b
            value[part] = np.einsum("nc,nc->n", inner, ndtr(z)) + left - self._level
            slope[part] = np.einsum("nc,nc->n", inner, np.exp(-0.5 * z * z)) / (self._b * np.sqrt(ROOT))
        return value, slope
