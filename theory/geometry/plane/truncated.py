"""A normal law along an axis, given that it lies in an interval: of any place, however far from the interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Flags, Index
from theory.laws.gaussian import ahead, interval, pdf

# Intervals longer than this, in noise scales, have masses of which differences of tails keep all digits that count.
LONG = 1.0
# Places inside are in cells of so many noise scales, those outside in cells twice as far away as the ones before;
# squares about places of a cell reach this many noise scales farther, and outside this factor.
CELL, MARGIN, SPREAD = 12.0, 2.3, 2.5
# So much of its depth is a length on which exponentials vary.
GRADE = 0.3
# Lengths below this share of the largest place are rounding.
LEAST = 1e-13
# Numbers of cells above the interval begin here.
FAR = 2**40


@dataclass(frozen=True)
class Truncated:
    """T = x + alpha Z given that low <= T <= high, for places x.

    Lengths to the nearer end are differences of what is given, so that nothing cancels far away, where T lies within
    alpha/lambda of that end at lambda noise scales.
    """

    low: float
    high: float
    alpha: float

    @property
    def width(self) -> float:
        """Of the interval, in noise scales."""
        return (self.high - self.low) / self.alpha

    def beyond(self, x: Array) -> Array:
        """How far places lie outside, in noise scales; 0 inside."""
        return np.maximum(np.maximum(x - self.high, self.low - x), 0.0) / self.alpha

    def below(self, x: Array, y: Array) -> Array:
        """(N, J) P(T <= y), absolutely to rounding, for places x (N,) and y (J,) in the interval."""
        result = np.empty((len(x), len(y)))
        for side, rows in self._sides(x):
            place = x[rows, None]
            if not side:
                result[rows] = self._mass(place, y) / self._mass(place, np.array(self.high))
                continue
            end = self.high if side > 0 else self.low
            lead, depth = side * (place - end) / self.alpha, np.maximum(side * (end - y), 0.0) / self.alpha
            part = ahead(lead, depth)[0] / ahead(lead, np.array(self.width))[0]
            result[rows] = 1 - part if side > 0 else part
        return result

    def density(self, x: Array, y: Array) -> Array:
        """(N, J) the density of T at y (J,) in the interval, for places x (N,)."""
        result = np.empty((len(x), len(y)))
        for side, rows in self._sides(x):
            place = x[rows, None]
            if not side:
                result[rows] = pdf((y - place) / self.alpha) / self._mass(place, np.array(self.high))
                continue
            end = self.high if side > 0 else self.low
            lead, depth = side * (place - end) / self.alpha, np.maximum(side * (end - y), 0.0) / self.alpha
            with np.errstate(under="ignore"):
                result[rows] = np.exp(-depth * (lead + 0.5 * depth)) / ahead(lead, np.array(self.width))[0]
        return result / self.alpha

    def likely(self, low: Array, high: Array, digits: float) -> tuple[Array, Array]:
        """Between what T lies for every place in [low, high], but with probability exp(-digits).

        At lambda noise scales from an end P(T farther than t from it) <= exp(-lambda t - t^2/2), t in noise scales.
        """
        start = np.where(low < self.low, self.low, np.minimum(low, self.high) - self._reach(low - self.high, digits))
        stop = np.where(high > self.high, self.high, np.maximum(high, self.low) + self._reach(self.low - high, digits))
        return np.maximum(start, self.low), np.minimum(stop, self.high)

    def _reach(self, away: Array, digits: float) -> Array:
        lead = np.maximum(away, 0.0) / self.alpha
        return self.alpha * 2 * digits / (lead + np.sqrt(lead * lead + 2 * digits))

    def scale(self, places: Array, low: Array, high: Array) -> Array:
        """On what length T varies within [low, high] (N,), for places between two (2,).

        alpha, and alpha/lambda at lambda noise scales from the interval; but at a depth only the places count that are
        not too far for T to lie there.
        """
        most = np.maximum(self.beyond(places), 1.0)
        above, below = places[1] > self.high, places[0] < self.low
        result = np.full(low.shape, self.alpha)
        for out, lead, depth in ((above, most[1], self.high - high), (below, most[0], low - self.low)):
            if out:
                result = np.minimum(result, np.maximum(self.alpha / lead, GRADE * depth))
        return np.maximum(result, LEAST * max(abs(self.low), abs(self.high)))

    def cell(self, x: Array) -> Index:
        """(N,) which cell of the axis holds each place."""
        away = self.beyond(x)
        outside = 1 + np.floor(np.log2(1 + away)).astype(np.int64)
        inside = np.floor((np.clip(x, self.low, self.high) - self.low) / (CELL * self.alpha)).astype(np.int64)
        return np.where(x > self.high, FAR + outside, np.where(x < self.low, -outside, inside))

    def span(self, cell: int) -> tuple[float, float]:
        """From where to where squares lie whose centres are in a cell."""
        if 0 <= cell < FAR:
            low = self.low + CELL * cell * self.alpha
            return low - MARGIN * self.alpha, low + (CELL + MARGIN) * self.alpha
        step = cell - FAR if cell > 0 else -cell
        near, far = (2.0 ** (step - 1) - 1) / SPREAD - MARGIN, (2.0**step - 1) * SPREAD + MARGIN
        if cell > 0:
            return self.high + near * self.alpha, self.high + far * self.alpha
        return self.low - far * self.alpha, self.low - near * self.alpha

    def _sides(self, x: Array) -> list[tuple[int, Flags]]:
        """Places beyond the high end, beyond the low end, and between."""
        above, below = x > self.high, x < self.low
        return [(side, part) for side, part in ((1, above), (-1, below), (0, ~above & ~below)) if part.any()]

    def _mass(self, x: Array, y: Array) -> Array:
        """P(low <= x + alpha Z <= y)."""
        first, second = (self.low - x) / self.alpha, (y - x) / self.alpha
        return ndtr(second) - ndtr(first) if self.width > LONG else interval(first, second)
