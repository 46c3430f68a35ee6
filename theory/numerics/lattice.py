"""Signs of a function of two variables on a grid that is refined where it has to be: cells, their corners and sides.

Coordinates here are those of the unit square; corners have whole numbers, `FINE` to a cell of the given grid. Nothing
here knows where on a side the sign changes; `theory.numerics.zero_lines` finds that and draws the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from theory.arrays import Array

Corner = tuple[int, int]
Side = tuple[Corner, Corner]
Cell = tuple[int, int, int]
Function = Callable[[Array, Array], tuple[Array, Array]]

# A cell of the grid may be halved so often; what is thinner than a cell of the last halving can be missed.
HALVINGS = 4
FINE = 2**HALVINGS
# How far aside a corner without a certain sign is tried instead, in units of its cell: a line through it is met there.
ASIDE = (0.003, 0.2)
DIAGONALS = np.array([(1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8)])
# No more cells than these are halved, whatever the function does.
MOST_CELLS = 20_000


class Plane:
    """A function over a rectangle seen from the unit square; only called inside."""

    def __init__(self, function: Function, origin: Array, size: Array) -> None:
        self.function, self.origin, self.size = function, origin, size

    def __call__(self, places: Array) -> tuple[Array, Array]:
        """Values and errors at places (n, 2), which are moved into the square."""
        if len(places) == 0:
            return np.empty(0), np.empty(0)
        x, y = self.outward(places).T
        value, error = self.function(np.ascontiguousarray(x), np.ascontiguousarray(y))
        return np.asarray(value, float), np.broadcast_to(np.asarray(error, float), np.shape(value))

    def significant(self, places: Array) -> Array:
        """Values, 0 where they are within their errors of 0, NaN where they are not known."""
        value, error = self(places)
        return np.where(np.abs(value) <= error, 0.0, value)

    def outward(self, places: Array) -> Array:
        """Places in the units of the rectangle, never outside it."""
        return np.clip(self.origin + self.size * places, self.origin, self.origin + self.size)


class Lattice:
    """Cells (column, row, width) around changes of sign and next to them, and what is known at their corners.

    value: significant values by corner, 0 where there is none.
    cells: the cells in use. Neighbours of a halved cell are in use too, and have its new corners on their sides.
    """

    def __init__(self, plane: Plane, xs: Array, ys: Array, values: Array) -> None:
        self.plane, self.lines = plane, (xs, ys)
        self.value: dict[Corner, float] = {}
        self.moved: dict[Corner, Array] = {}
        self.cells: set[Cell] = set()
        self._entered: set[Corner] = set()
        self._halved = 0
        self._values = np.where(np.isnan(values), 0.0, values)
        self._values = self._beside(self._values, ~np.isnan(values))
        corners = [self._values[a : a - 1 or None, b : b - 1 or None] for a in (0, 1) for b in (0, 1)]
        mixed = (np.max(corners, axis=0) > 0) & (np.min(corners, axis=0) < 0)
        for row, column in np.argwhere(mixed).tolist():
            self._enter(column, row)

    def _beside(self, values: Array, known: Array) -> Array:
        """Values with those beside a corner of no certain sign where its neighbours have both signs."""
        padded = np.pad(values, 1)
        shifted = [padded[a : a + len(values), b : b + values.shape[1]] for a in range(3) for b in range(3)]
        between = known & (values == 0) & (np.max(shifted, axis=0) > 0) & (np.min(shifted, axis=0) < 0)
        row, column = np.nonzero(between)
        corners = [(FINE * int(i), FINE * int(j)) for i, j in zip(column, row, strict=True)]
        values = values.copy()
        values[row, column] = self._settled(corners, FINE, np.zeros(len(corners)))
        return values

    def _settled(self, corners: list[Corner], width: int, value: Array) -> Array:
        """Values at corners, of those where it is 0 beside them if there is a sign; 0 where there is none or is NaN."""
        for reach in ASIDE:
            rows = np.flatnonzero(value == 0)
            if len(rows) == 0:
                break
            cell = width / FINE * np.array([np.diff(line).min() for line in self.lines])
            places = self.places([corners[k] for k in rows])[:, None, :] + reach * cell * DIAGONALS
            inside = ((places >= 0) & (places <= 1)).all(axis=2)
            found = np.zeros(inside.shape)
            found[inside] = np.nan_to_num(self.plane.significant(places[inside]))
            first = np.argmax(found != 0, axis=1)
            for k, row in enumerate(rows.tolist()):
                if found[k, first[k]] != 0:
                    value[row], self.moved[corners[row]] = found[k, first[k]], places[k, first[k]]
        return np.nan_to_num(value)

    def _enter(self, column: int, row: int) -> None:
        """Take a cell of the given grid into use."""
        rows, columns = self._values.shape
        if (column, row) in self._entered or not (0 <= column < columns - 1 and 0 <= row < rows - 1):
            return
        self._entered.add((column, row))
        self.cells.add((FINE * column, FINE * row, FINE))
        for i in (column, column + 1):
            for j in (row, row + 1):
                self.value.setdefault((FINE * i, FINE * j), float(self._values[j, i]))

    def halve(self, cells: Iterable[Cell]) -> None:
        """Cut cells in four, and take into use what lies beside them."""
        fresh: dict[Corner, int] = {}
        for cell in cells:
            i, j, width = cell
            half = width // 2
            self.cells.discard(cell)
            self._halved += 1
            for a in (0, half):
                for b in (0, half):
                    self.cells.add((i + a, j + b, half))
            middles = ((i + half, j), (i, j + half), (i + half, j + half), (i + width, j + half), (i + half, j + width))
            fresh.update({corner: half for corner in middles if corner not in self.value})
            for a, b in ((-1, 0), (width, 0), (0, -1), (0, width)):
                self._enter((i + a) // FINE, (j + b) // FINE)
        corners = list(fresh)
        value = self.plane.significant(self.places(corners))
        for half in set(fresh.values()):
            rows = np.array([k for k, corner in enumerate(corners) if fresh[corner] == half], np.intp)
            value[rows] = self._settled([corners[k] for k in rows], half, value[rows])
        self.value.update(zip(corners, value.tolist(), strict=True))

    @property
    def full(self) -> bool:
        """Whether no more cells may be halved."""
        return self._halved >= MOST_CELLS

    def places(self, corners: Iterable[Corner]) -> Array:
        """Where corners are, (n, 2)."""
        found = np.array(list(corners), float).reshape(-1, 2)
        at = np.stack([np.interp(found[:, k] / FINE, np.arange(len(line)), line) for k, line in enumerate(self.lines)])
        for k, corner in enumerate(map(tuple, found.astype(np.intp).tolist())):
            if corner in self.moved:
                at[:, k] = self.moved[corner]
        return at.T

    def width(self, cell: Cell) -> float:
        """The longer side of a cell."""
        i, j, width = cell
        ends = self.places([(i, j), (i + width, j + width)])
        return float((ends[1] - ends[0]).max())

    def crossed(self, cell: Cell) -> list[Side]:
        """The sides, in parts between neighbouring corners, on which the sign changes: counterclockwise."""
        i, j, width = cell
        around = [(i, j), (i + width, j), (i + width, j + width), (i, j + width)]
        corners = [c for k in range(4) for c in self._between(around[k], around[(k + 1) % 4])]
        sides = zip(corners, corners[1:] + corners[:1], strict=True)
        return [(a, b) for a, b in sides if np.sign(self.value[a]) * np.sign(self.value[b]) < 0]

    def _between(self, first: Corner, last: Corner) -> list[Corner]:
        """Corners from the first on, without the last."""
        middle = ((first[0] + last[0]) // 2, (first[1] + last[1]) // 2)
        if middle not in self.value or middle in (first, last):
            return [first]
        return [*self._between(first, middle), *self._between(middle, last)]
