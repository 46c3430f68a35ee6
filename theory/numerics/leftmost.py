"""The least place of the highest value of one function, where values tie within their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots
from theory.numerics.stationary import BESIDE, TIGHT, Brackets, ValuesAt
from theory.numerics.turns import sloping


@dataclass(frozen=True)
class Peak:
    """at: the place; error: of the place; last: whether it is the end of the grid, where the function still rises."""

    at: float
    error: float
    last: bool = False


@dataclass(frozen=True)
class Row:
    """Function k of many, and what the scan knows of it."""

    function: ValuesAt
    slope: ValuesAt | None
    k: int
    grid: Array
    value: Array
    error: Array

    def choose(self, found: Brackets) -> Peak:
        """The least place whose value ties with the best of the refined ones."""
        if np.isnan(self.value).all():
            return Peak(np.nan, np.nan)
        places = np.append(found.at, self.grid[-1])
        values, errors = np.append(found.value, self.value[-1]), np.append(found.error, self.error[-1])
        widths = np.append(found.width, 0.0)
        best = int(np.argmax(values))
        if not values[best] - self.value[0] > errors[best] + self.error[0]:
            return Peak(float(self.grid[0]), 0.0)
        low = values[best] - errors[best]
        tied = np.flatnonzero(values + errors >= low)
        pick = int(tied[np.argmin(places[tied])])
        place = float(places[pick])
        # Where no slope tells, points of the scan that near may tie because a smooth peak is flat.
        reach = place if self.slope is not None else place * (1 - BESIDE)
        level = (self.grid < reach) & (self.value + self.error >= low)
        level[level] = self._flat(self.grid[level])
        if level.any():
            return self._edge(float(self.grid[np.argmax(level)]), low)
        # The beginning of a plateau has values within the errors on its left, too.
        beside = pick < len(found.row) and bool(found.sides[pick, 0] >= values[pick] - errors[pick])
        if beside and self._flat(np.array([place * (1 - BESIDE)]))[0]:
            return self._edge(place, low)
        return Peak(place, float(widths[pick]), pick == len(places) - 1 and len(self.grid) > 1)

    def _flat(self, at: Array) -> Flags:
        """Places that are on no slope for certain."""
        if self.slope is None or len(at) == 0:
            return np.ones(len(at), bool)
        return ~sloping(self.slope, np.full(len(at), self.k), at, np.zeros(len(at)))

    def _edge(self, high: float, low: float) -> Peak:
        """The beginning of the plateau of best values that holds `high`: the least place that ties."""
        below = np.flatnonzero((self.grid < high) & (self.value + self.error < low))
        return Peak(high, 0.0) if len(below) == 0 else self._bisect(float(self.grid[below[-1]]), high)

    def _bisect(self, low: float, high: float) -> Peak:
        index = np.array([self.k, self.k])
        level, errors = self.function(index, np.array([low, high]))
        spread = 2 * float(errors[1])

        def above(_index: Index, x: Array) -> tuple[Array, Array]:
            value, _error = self.function(np.full(len(x), self.k), x)
            return value - level[1] + spread, np.zeros(len(x))

        start = np.array([level[0] - level[1] + spread])
        roots = find_roots(above, np.array([low]), np.array([high]), start, np.array([spread]), TIGHT * high)
        return Peak(float(roots.at[0]), float(roots.width[0]))
