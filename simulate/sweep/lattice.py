"""Lattices in a map: every so-manieth cell along each axis, and the last; the squares between, and what is in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, Flags

Index = NDArray[np.intp]


class Lattice:
    """The cells (rows, columns) of a map of a shape at a stride; fields have the shape of the map."""

    def __init__(self, shape: tuple[int, ...], stride: int) -> None:
        self.shape = shape
        self.lines = tuple(np.unique([*range(0, size, stride), size - 1]) for size in shape)
        self.squares = (len(self.lines[0]) - 1, len(self.lines[1]) - 1)

    @property
    def points(self) -> Flags:
        """Which cells are of the lattice."""
        found = np.zeros(self.shape, bool)
        found[np.ix_(*self.lines)] = True
        return found

    def _of(self, cells: Index, axis: int) -> Index:
        """The square, along one axis, in which a line of cells lies; of two the one after."""
        return np.clip(np.searchsorted(self.lines[axis], cells, "right") - 1, 0, self.squares[axis] - 1)

    def square_of(self, cells: Flags) -> tuple[Index, Index]:
        """The squares of some cells."""
        rows, columns = np.nonzero(cells)
        return self._of(rows, 0), self._of(columns, 1)

    def corners(self) -> tuple[Index, ...]:
        """For all cells the corner of its square with the lowest indices."""
        rows, columns = (self.lines[k][self._of(np.arange(size), k)] for k, size in enumerate(self.shape))
        return np.ix_(rows, columns)

    def parents(self, before: Lattice) -> tuple[Index, ...]:
        """For each square the one of a coarser lattice in which it lies."""
        rows, columns = (before._of(lines[:-1], k) for k, lines in enumerate(self.lines))
        return np.ix_(rows, columns)

    def covered(self, squares: Flags) -> Flags:
        """The cells in some squares, edges included."""
        found = np.zeros(self.shape, bool)
        for k, m in np.argwhere(squares):
            rows, columns = self.lines[0][k : k + 2], self.lines[1][m : m + 2]
            found[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = True
        return found

    def most(self, field: Array) -> Array:
        """The largest value in each square, edges included."""
        for axis, lines in enumerate(self.lines):
            inner = np.maximum.reduceat(field, lines[:-1], axis=axis)
            field = np.maximum(inner, np.take(field, lines[1:], axis=axis))
        return field

    def most_of_corners(self, field: Array) -> Array:
        """The largest value at the corners of each square; NaN where one is."""
        held = field[np.ix_(*self.lines)]
        return np.maximum(np.maximum(held[:-1, :-1], held[1:, :-1]), np.maximum(held[:-1, 1:], held[1:, 1:]))

    def mixed(self, labels: NDArray[np.str_]) -> Flags:
        """Which squares have corners of different labels."""
        held = labels[np.ix_(*self.lines)]
        first = held[:-1, :-1]
        return np.asarray((held[1:, :-1] != first) | (held[:-1, 1:] != first) | (held[1:, 1:] != first), bool)

    def interpolated(self, field: Array, count: int) -> Array:
        """All cells by polynomials through the nearest points along each axis; NaN where a point with weight is."""
        held = field[np.ix_(*self.lines)]
        rows, columns = (_weights(lines, size, count) for lines, size in zip(self.lines, self.shape, strict=True))
        gaps = np.isnan(held)
        found = np.asarray(rows @ np.where(gaps, 0.0, held) @ columns.T, float)
        if gaps.any():
            touched = (np.abs(rows) > 0).astype(float) @ gaps.astype(float) @ (np.abs(columns) > 0).astype(float).T
            found[touched > 0] = np.nan
        return found


def _weights(lines: Index, size: int, count: int) -> Array:
    """(cells, lines) what each line of cells takes from each line of the lattice: Lagrange's polynomials."""
    count = min(count, len(lines))
    cells = np.arange(size)
    first = np.clip(np.searchsorted(lines, cells, "right") - count // 2, 0, len(lines) - count)
    near = first[:, None] + np.arange(count)
    nodes = lines[near].astype(float)
    found = np.zeros((size, len(lines)))
    for k in range(count):
        others = np.delete(nodes, k, axis=1)
        share = np.prod((cells[:, None] - others) / (nodes[:, [k]] - others), axis=1)
        found[cells, near[:, k]] = share
    return found


def dilated(values: Array | Flags) -> Array:
    """The largest value in each square and its eight neighbours."""
    field = np.asarray(values, float)
    for axis in range(field.ndim):
        padded = np.pad(field, [(1, 1) if k == axis else (0, 0) for k in range(field.ndim)], mode="edge")
        parts = [np.take(padded, np.arange(start, start + field.shape[axis]), axis=axis) for start in range(3)]
        field = np.maximum(np.maximum(parts[0], parts[1]), parts[2])
    return field
