"""Lattices in a map: every so-manieth cell along each axis, and the last; the squares between, what is in them, and how
far interpolation in them may be off. Which lattices are wanted is for `simulate.sweep.adaptive` to say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, Flags

Index = NDArray[np.intp]

# Points of a lattice through which fields are interpolated along each axis.
LINEAR, CUBIC = 2, 4


class Lattice:
    """The cells (rows, columns) of a map of a shape at a stride; fields have the shape of the map."""

    def __init__(self, shape: tuple[int, ...], stride: int) -> None:
        self.shape, self.stride = shape, stride
        self.lines = tuple(np.unique([*range(0, size, stride), size - 1]) for size in shape)
        self.squares = (len(self.lines[0]) - 1, len(self.lines[1]) - 1)

    @property
    def points(self) -> Flags:
        """Which cells are of the lattice."""
        found = np.zeros(self.shape, bool)
        found[np.ix_(*self.lines)] = True
        return found

    def _of(self, cells: Index, axis: int, side: str = "right") -> Index:
        """The square, along one axis, in which a line of cells lies; of two the one after, or before (side "left")."""
        after = side == "right"
        found = np.searchsorted(self.lines[axis], cells, "right" if after else "left") - 1
        return np.clip(found, 0, self.squares[axis] - 1)

    def square_of(self, cells: Flags) -> tuple[Index, Index]:
        """The squares of some cells."""
        rows, columns = np.nonzero(cells)
        return self._of(rows, 0), self._of(columns, 1)

    def corners(self) -> tuple[Index, ...]:
        """For all cells the corner of its square with the highest indices."""
        rows, columns = (self.lines[k][self._of(np.arange(size), k) + 1] for k, size in enumerate(self.shape))
        return np.ix_(rows, columns)

    def parents(self, before: Lattice) -> tuple[Index, ...]:
        """For each square the one of a coarser lattice in which it lies."""
        rows, columns = (before._of(lines[:-1], k) for k, lines in enumerate(self.lines))
        return np.ix_(rows, columns)

    def covered(self, squares: Flags) -> Flags:
        """The cells in some squares, edges included."""
        found = np.zeros(self.shape, bool)
        rows, columns = (
            [self._of(np.arange(n), k, side) for side in ("left", "right")] for k, n in enumerate(self.shape)
        )
        for row in rows:
            for column in columns:
                found |= squares[np.ix_(row, column)]
        return found

    def most(self, field: Array) -> Array:
        """The largest value in each square, edges included."""
        for axis, lines in enumerate(self.lines):
            inner = np.maximum.reduceat(field, lines[:-1], axis=axis)
            field = np.maximum(inner, np.take(field, lines[1:], axis=axis))
        return field

    def at_corners(self, field: NDArray[np.generic]) -> tuple[NDArray[np.generic], ...]:
        """The values at the four corners of each square."""
        held = field[np.ix_(*self.lines)]
        return held[:-1, :-1], held[1:, :-1], held[:-1, 1:], held[1:, 1:]

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

    def errors(self, field: Array) -> tuple[Array, Array]:
        """For each square, how far linear and cubic interpolation in it may be off; infinite where that cannot be told.

        The sum of what `_edge_errors` tells of its edges along both axes. A fold along a diagonal shows in no d
        beside it: for linear interpolation, add a quarter of the twist of the square less that of its neighbour
        most like it. Linear interpolation has the twist that the corners show; a fold changes it in its own squares
        alone.
        """
        held = field[np.ix_(*self.lines)]
        across = _edge_errors(self.lines[1], held)
        along = [part.T for part in _edge_errors(self.lines[0], held.T)]
        twist = np.diff(np.diff(held, axis=0), axis=1)
        near = np.pad(twist, 1, constant_values=np.nan)
        parts = [near[:-2, 1:-1], near[2:, 1:-1], near[1:-1, :-2], near[1:-1, 2:]]
        folded = np.fmin.reduce([np.abs(twist - part) for part in parts]) / 4
        linear, cubic = (
            np.maximum(row[:-1], row[1:]) + np.maximum(column[:, :-1], column[:, 1:])
            for row, column in zip(across, along, strict=True)
        )
        return np.nan_to_num(linear + folded, nan=np.inf, posinf=np.inf), np.nan_to_num(
            cubic, nan=np.inf, posinf=np.inf
        )


def _edge_errors(lines: Index, held: Array) -> tuple[Array, Array]:
    """Between points along the last axis (..., n), how far linear and cubic interpolation may be off (..., n - 1).

    d is the second difference at a point, not divided by the square of the gap. Linear interpolation of a smooth
    function is off by |d|/8. A fold or a jump between two points shows in d on both sides, and what is beyond the
    neighbour on its side alone: so it is the smaller, of both sides, of |d|/8 + |d - the next d outwards|. Cubic
    interpolation of a smooth function is off by 3/128 of the fourth difference; half of the larger of the two that
    touch the gap is more than folds and jumps need. Where a square root begins between two points, it may look smooth
    from its own side, and be off by more: sixteen times the estimate at the worst place, less than it at most places.
    """
    count = held.shape[-1]
    linear, cubic = (np.full((*held.shape[:-1], count - 1), np.inf) for _ in range(2))
    gaps = np.diff(lines).astype(float)
    second = np.diff(np.diff(held, axis=-1) / gaps, axis=-1) * np.maximum(gaps[1:], gaps[:-1])
    if count > CUBIC - 1:
        change = np.abs(np.diff(second, axis=-1))
        linear[..., : count - 3] = np.abs(second[..., :-1]) / 8 + change
        linear[..., 2:] = np.fmin(linear[..., 2:], np.abs(second[..., 1:]) / 8 + change)
    if count > CUBIC + 1:
        fourth = np.abs(np.diff(second, 2, axis=-1))
        touching = np.maximum(fourth[..., :-1], fourth[..., 1:])
        cubic = np.pad(touching, [(0, 0)] * (held.ndim - 1) + [(2, 2)], mode="edge") / 2
    return linear, cubic


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
