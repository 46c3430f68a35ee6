"""The least place of the highest value of each of many functions, where values tie within their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots
from theory.numerics.stationary import AT_ONCE, BESIDE, TIGHT, Brackets, ValuesAt, pair
from theory.numerics.turns import sloping

# Further shares to the left that tell the beginning of a plateau.
NEAR = (1e-5, 1e-7)


@dataclass(frozen=True)
class Peak:
    """at: the place; error: of the place; last: whether it is the end of the grid, where the function still rises."""

    at: float
    error: float
    last: bool = False


@dataclass(frozen=True)
class Rows:
    """Functions, what a scan (rows, n) knows of them, and the refined maxima of all."""

    function: ValuesAt
    slope: ValuesAt | None
    grid: Array
    value: Array
    error: Array
    found: Brackets

    def peaks(self) -> list[Peak]:
        """The least place of each whose value ties with the best of the refined ones."""
        held = [_Choice.of(self, k) for k in range(len(self.value))]
        # Places of the scan that tie, then those beside the choice; one call asks which of them are on no slope.
        asked = [np.append(choice.level, choice.beside) for choice in held]
        flat = self._flat(np.repeat(np.arange(len(held)), [len(part) for part in asked]), np.concatenate([*asked, []]))
        result, edges = [choice.peak for choice in held], []
        for k, part in enumerate(np.split(flat, np.cumsum([len(part) for part in asked])[:-1]) if held else ()):
            if part.any():
                # The beginning of a plateau has values within the errors on its left, too.
                first = int(np.argmax(part))
                edges.append((k, float(held[k].level[first]) if first < len(held[k].level) else held[k].peak.at))
        for (k, high), peak in zip(edges, self._edges(edges, held), strict=True):
            result[k] = peak or Peak(high, 0.0)
        return result

    def _flat(self, row: Index, at: Array) -> Flags:
        """Places that are on no slope for certain."""
        if self.slope is None or len(at) == 0:
            return np.ones(len(at), bool)
        return ~sloping(self.slope, row, at, np.zeros(len(at)))

    def _edges(self, places: list[tuple[int, float]], held: list[_Choice]) -> list[Peak | None]:
        """The beginnings of the plateaus of best values that hold these places: the least that tie; None where the
        scan knows of none lower."""
        below = [
            np.flatnonzero((self.grid[k] < high) & (self.value[k] + self.error[k] < held[k].least))
            for k, high in places
        ]
        some = [n for n, part in enumerate(below) if len(part)]
        row, high = (np.array([places[n][part] for n in some]) for part in (0, 1))
        row = row.astype(np.intp)
        low = np.array([self.grid[places[n][0], below[n][-1]] for n in some])
        result: list[Peak | None] = [None] * len(places)
        if some:
            for n, peak in zip(some, self._bisected(row, low, high), strict=True):
                result[n] = peak
        return result

    def _bisected(self, row: Index, low: Array, high: Array) -> list[Peak]:
        (start, _), (level, error) = pair(self.function, row, low, high)
        spread = 2 * error

        def above(index: Index, x: Array) -> tuple[Array, Array]:
            value, _error = self.function(row[index], x)
            return value - level[index] + spread[index], np.zeros(len(x))

        at_once = 1 if self.slope is None else AT_ONCE
        roots = find_roots(above, low, high, start - level + spread, spread, TIGHT * high, at_once)
        return [Peak(*held) for held in zip(roots.at.tolist(), roots.width.tolist(), strict=True)]


@dataclass(frozen=True)
class _Choice:
    """What one row comes to if nothing is flat. level: places of the scan before it that tie; least: what a value that
    ties is at least; beside: places just before it, if the value there ties."""

    peak: Peak
    level: Array
    least: float = np.nan
    beside: tuple[float, ...] = ()

    @staticmethod
    def of(rows: Rows, k: int) -> _Choice:
        grid, value, error = rows.grid[k], rows.value[k], rows.error[k]
        if np.isnan(value).all():
            return _Choice(Peak(np.nan, np.nan), np.empty(0))
        own = np.flatnonzero(rows.found.row == k)
        places, widths = np.append(rows.found.at[own], grid[-1]), np.append(rows.found.width[own], 0.0)
        values, errors = np.append(rows.found.value[own], value[-1]), np.append(rows.found.error[own], error[-1])
        best = int(np.argmax(values))
        if not values[best] - value[0] > errors[best] + error[0]:
            return _Choice(Peak(float(grid[0]), 0.0), np.empty(0))
        least = values[best] - errors[best]
        tied = np.flatnonzero(values + errors >= least)
        pick = int(tied[np.argmin(places[tied])])
        place = float(places[pick])
        peak = Peak(place, float(widths[pick]), pick == len(own) and len(grid) > 1)
        # Where no slope tells, points of the scan that near may tie because a smooth peak is flat.
        reach = place if rows.slope is not None else place * (1 - BESIDE)
        level = grid[(grid < reach) & (value + error >= least)]
        beside: tuple[float, ...] = ()
        if pick < len(own) and rows.found.sides[own[pick], 0] >= values[pick] - errors[pick]:
            # What was narrowed by values alone may lie just behind the beginning of a plateau.
            close = rows.found.high[own[pick]] - rows.found.low[own[pick]] <= 2 * TIGHT * place
            beside = tuple(place * (1 - share) for share in ((BESIDE, *NEAR) if close else (BESIDE,)))
        return _Choice(peak, level, float(least), beside)
