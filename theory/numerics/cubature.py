"""Adaptive cubature: tensor Gauss-Kronrod rules on rectangles of a parameter plane, split along the axis that errs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.quadrature import GAUSS, KRONROD, NODES

# Points that are asked for at once.
BLOCK = 1 << 18
# Both axes of a rectangle are halved if the lesser error is at least this share of the greater.
BOTH = 0.1
MAX_ROUNDS = 100
# Errors below this share of a rectangle's integral are rounding.
ROUNDING = 1e-15

_COUNT = len(NODES)
_AT = np.stack(np.meshgrid(NODES, NODES, indexing="ij"), axis=-1).reshape(-1, 2)
_RULES = np.stack(
    [np.outer(one, two).ravel() for one, two in ((KRONROD, KRONROD), (GAUSS, KRONROD), (KRONROD, GAUSS))], axis=1
)


@dataclass(frozen=True)
class Cells:
    """Rectangles [low, high], (N, 2) each, of the parameters of patches (N,)."""

    patch: Index
    low: Array
    high: Array

    def take(self, rows: Index | Flags) -> Cells:
        """The given rows."""
        return Cells(self.patch[rows], self.low[rows], self.high[rows])

    def at(self, where: Array) -> Array:
        """(N, m, 2) the places of points (m, 2) of [-1, 1]^2."""
        middle, half = 0.5 * (self.low + self.high), 0.5 * (self.high - self.low)
        return middle[:, None] + half[:, None] * where

    def halved(self, axis: Flags) -> Cells:
        """Each in two or four: `axis` (N, 2) tells along which."""
        result = self
        for k in (0, 1):
            cut, rest = result.take(axis[:, k]), result.take(~axis[:, k])
            middle = cut.low + 0.5 * (cut.high - cut.low)
            keep = np.arange(2) != k
            below, above = np.where(keep, cut.high, middle), np.where(keep, cut.low, middle)
            low, high = np.concatenate([rest.low, cut.low, above]), np.concatenate([rest.high, below, cut.high])
            result = Cells(np.concatenate([rest.patch, cut.patch, cut.patch]), low, high)
            axis = np.concatenate([axis[~axis[:, k]], axis[axis[:, k]], axis[axis[:, k]]])
        return result


# Values (N, m) at parameters (N, m, 2) of patches (N,).
Function = Callable[[Index, Array], Array]


def apply(function: Function, cells: Cells) -> tuple[Array, Array]:
    """Integrals over rectangles (N,), and by how much they change with the Gauss rule along either axis (N, 2)."""
    values = np.empty((len(cells.patch), 3))
    size = BLOCK // _COUNT**2
    for start in range(0, len(values), size):
        part = cells.take(np.arange(start, min(start + size, len(values))))
        area = 0.25 * (part.high - part.low).prod(axis=1)
        values[start : start + size] = area[:, None] * (function(part.patch, part.at(_AT)) @ _RULES)
    return values[:, 0], np.abs(values[:, 1:] - values[:, :1])


def refine(function: Function, cells: Cells, tolerance: float, most: int) -> tuple[Cells, float]:
    """Rectangles split until the sum of their errors is below the tolerance, and that sum; at most about `most`.

    The errors are those of the Gauss rule, and the value is Kronrod's: they are overestimated where rectangles are
    resolved at all.
    """
    values, errors = apply(function, cells)
    for _ in range(MAX_ROUNDS):
        size = errors.sum(axis=1)
        order = np.argsort(size)
        large = np.cumsum(size[order]) > 0.25 * tolerance
        rows = order[large & (size[order] > ROUNDING * np.abs(values[order]))]
        if size.sum() <= tolerance or len(rows) == 0 or len(size) + len(rows) > most:
            break
        keep = np.setdiff1d(np.arange(len(size)), rows)
        cut = errors[rows] >= BOTH * errors[rows].max(axis=1, keepdims=True)
        fresh = cells.take(rows).halved(cut)
        more, doubt = apply(function, fresh)
        old = cells.take(keep)
        cells = Cells(*(np.concatenate(pair) for pair in zip(_parts(old), _parts(fresh), strict=True)))
        values, errors = np.concatenate([values[keep], more]), np.concatenate([errors[keep], doubt])
    return cells, float(errors.sum())


def _parts(cells: Cells) -> tuple[Index, Array, Array]:
    return cells.patch, cells.low, cells.high
