"""Votes under Gaussian smoothing at many places at once: sums over the boundaries of base regions within a window.

Nothing here knows how places are come by: `follow` guesses them, `zones` encloses them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.region import Region
from theory.laws import gaussian

EPS = np.finfo(float).eps
VOTE_ULPS = 4
# Boundaries farther than this many noise scales are left out. Signs alternate, so that all of them together count for
# less than the nearest of them: Phi(-9) = 1e-19, below the rounding of u.
WINDOW = 9.0
# Windows of up to so many boundaries are as wide as that.
FEW = 16
# So many differences of places are held at a time: what the nearest cache takes.
BLOCK = 2**15
# |p''| is at most 0.4, and at most 0.0021 from one noise scale this side of FAR on.
PEAK, FAR, TAIL = 0.4, 5.0, 0.0021
# Halley steps this small are the last: the next would be their cube.
CONVERGED = 4e-6
STEPS = 40

# Of boundaries (N,): beta du/dx, beta^2 d2u/dx2, and how far u may be off: (3, N).
Seen = Array


@dataclass(frozen=True)
class Sums:
    """Over the boundaries b_j of a base region, z = (x - b_j)/beta, signs s_j alternating from +, each (N,):

    value = u - 1/2 = sum s_j Phi(z) - 1/2, slope = beta du/dx = sum s_j p(z), bend = beta^2 d2u/dx2 = sum s_j p'(z),
    which is beta du/dbeta too (u solves the heat equation in beta^2/2); doubt = sum p(z) |db_j|; third = a bound of
    |beta^3 d3u/dx3| within one noise scale of x.
    """

    value: Array
    slope: Array
    bend: Array
    doubt: Array
    third: Array

    def off(self, beta: Array) -> Array:
        """How far u may be off: inherited from the base region, and rounded."""
        return self.doubt / beta + self.rounding

    @property
    def rounding(self) -> Array:
        """Of the value: a unit in the last place for every other boundary that counts."""
        return EPS * np.maximum(VOTE_ULPS, self.third)

    def step(self) -> Array:
        """Halley's step towards u = 1/2, in noise scales."""
        with np.errstate(divide="ignore", invalid="ignore"):
            newton, curved = self.value / self.slope, self.bend / self.slope
            return np.asarray(newton / np.maximum(1 - 0.5 * newton * curved, 0.5))

    def curved(self) -> Array:
        """How much the slope changes over one noise scale, relative."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.bend / self.slope)


@dataclass(frozen=True)
class Votes:
    """Base regions (R rows) under Gaussian votes."""

    region: Region

    def sums(self, row: Index, beta: Array, x: Array) -> Sums:
        """At places x (N,) of rows (N,), with noises beta (N,)."""
        n = self.region.ends.shape[1]
        start = np.zeros(len(row), np.intp)
        groups = {n: np.arange(len(row))}
        if n > FEW:
            start = self._rank(row, x - WINDOW * beta)
            count = self._rank(row, x + WINDOW * beta) - start
            width = np.minimum(np.maximum(2 ** np.ceil(np.log2(np.maximum(count, 1))).astype(np.intp), FEW), n)
            start = np.minimum(start, n - width)
            groups = {size: np.flatnonzero(width == size) for size in np.unique(width).tolist()}
        elif len(row) * n <= BLOCK:
            return Sums(*self._dense(row, start, n, beta, x))
        result = np.empty((5, len(row)))
        for size, same in groups.items():
            for some in np.array_split(same, 1 + len(same) * size // BLOCK):
                result[:, some] = self._dense(row[some], start[some], size, beta[some], x[some])
        return Sums(*result)

    def _rank(self, row: Index, x: Array) -> Index:
        """How many boundaries of its row lie below each place, by bisection."""
        ends = self.region.ends
        rank = np.zeros(len(row), np.intp)
        for step in 2 ** np.arange(int(ends.shape[1]).bit_length() - 1, -1, -1):
            ahead = rank + step
            within = ahead <= ends.shape[1]
            rank = np.where(within & (ends[row, np.where(within, ahead, 1) - 1] < x), ahead, rank)
        return rank

    @np.errstate(over="ignore")  # what is beyond the range of floats is far outside the window
    def _dense(self, row: Index, start: Index, size: int, beta: Array, x: Array) -> Array:
        """(5, N): the sums over `size` boundaries from the given one on. Boundaries go along the first axis."""
        place = row * self.region.ends.shape[1] + start + np.arange(size)[:, None]
        ends, error = (part.ravel().take(place) for part in (self.region.ends, self.region.error))
        z = ((x - ends) / beta).clip(-4 * WINDOW, 4 * WINDOW)
        away, pdf, past = np.abs(z), gaussian.pdf(z), ~np.signbit(z)
        turn, sign = 1.0 - 2.0 * (start % 2), 1.0 - 2.0 * (np.arange(size) % 2)
        # Tails alone: those that are on the other side of x add up to 0 or 1, by their number.
        value = (start + past.sum(axis=0)) % 2 - 0.5 - turn * (sign @ np.copysign(gaussian.cdf(-away), z))
        third = PEAK * (away < FAR).sum(axis=0) + TAIL * size
        doubt = np.einsum("ij,ij->j", pdf, error)
        return np.array([value, turn * (sign @ pdf), -turn * (sign @ (pdf * z)), doubt, third])


def numbers(count: Index) -> Index:
    """0, 1, ... for each lane in turn, as many as it has boundaries."""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


def uncertainty(off: Array, slope: Array, bend: Array, beta: Array, x: Array) -> Array:
    """How far boundaries may be off where u is known to `off`: that over the slope of u, and the spacing of floats.

    Near a tangency the slope S changes on the way: S s - C s^2/2 = off at s = 2 off/(S + sqrt(S^2 - 2 C off)), and the
    pair may have vanished, 2S/C wide at S^2 = 2 C off. Nothing is off by more than the noise.
    """
    steep, bent = np.abs(slope), np.abs(bend)
    with np.errstate(divide="ignore", invalid="ignore"):
        near = 2 * off / (steep + np.sqrt(np.maximum(steep**2 - 2 * bent * off, 0.0)))
        pair = 2 * np.sqrt(2 * off / bent)
    return np.fmin(np.fmin(near, np.maximum(pair, off)), 1.0) * beta + VOTE_ULPS * np.spacing(np.abs(x))


def refined(
    votes: Votes, row: Index, beta: Array, bracket: tuple[Array, Array], values: tuple[Array, Array], rising: Flags
) -> tuple[Array, Seen]:
    """The one place with u = 1/2 in each bracket, by Halley's method guarded by bisection, from the chord of the values
    at its ends; and what was seen at the last step, which is too short to change it."""
    low, high = bracket[0].copy(), bracket[1].copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = values[0] / (values[0] - values[1])
    x = low + np.where((share > 0) & (share < 1), share, 0.5) * (high - low)
    seen, active = np.empty((3, len(row))), np.arange(len(row))
    for _ in range(STEPS):
        if len(active) == 0:
            break
        at, scale = x[active], beta[active]
        sums = votes.sums(row[active], scale, at)
        seen[:, active] = sums.slope, sums.bend, sums.off(scale)
        above = (sums.value >= 0) == rising[active]
        high[active], low[active] = np.where(above, at, high[active]), np.where(above, low[active], at)
        step = sums.step()
        target = at - scale * step
        inside = (target >= low[active]) & (target <= high[active])
        x[active] = np.where(inside, target, 0.5 * (low[active] + high[active]))
        small = inside & (np.abs(step) * (1 + sums.curved()) < CONVERGED)
        active = active[~(small | (high[active] - low[active] <= 2 * np.spacing(np.abs(at))))]
    return x, seen
