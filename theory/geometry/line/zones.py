"""All boundaries under Gaussian votes at a noise, from nothing but the base region: completely, without a search.

Between neighbouring boundaries a < b of the base region, w noise scales apart, signs alternate beyond them and the vote
of the other class is at most Phi(-xi) + Phi(xi - w), xi = (x - a)/beta. That is convex and, where w > 1.35, below 1/2
on a core of the interval; below a chord's estimate of its ends. What is left, one zone about each boundary, is cut into
cells on which Taylor's formula with a bound of the third derivative shows that u - 1/2 has one sign, or is monotone, or
that u' is: then the extremum is computed, and u is monotone on either side of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Flags, Index
from theory.geometry.line.votes import Seen, Votes, refined

# An interval has a core where 2 Phi(w/2) exceeds 3/2 by this much; cores end at least SLIVER inside.
CORE, SLIVER = 1e-3, 0.05
# Where many boundaries lie within a noise scale a cell takes in several.
CELL = 0.5
# Cells this small, in noise scales, are judged by their ends.
RESOLUTION = 1e-9
EXTREMUM_STEPS = 8


@dataclass(frozen=True)
class Cells:
    """Cells of lanes: N intervals, each with a lane (a row of base boundaries under one noise)."""

    lane: Index
    low: Array
    high: Array

    def take(self, chosen: Flags | Index) -> Cells:
        """The chosen ones."""
        return Cells(self.lane[chosen], self.low[chosen], self.high[chosen])


def boundaries(votes: Votes, row: Index, beta: Array) -> tuple[Index, Array, Seen]:
    """Every boundary of {u >= 1/2} for lanes of rows (L,) and noises (L,): the lane of each, its place, in order, and
    what is seen there.

    Ties go to class 1.
    """
    cells, same = _settled(votes, row, beta, _zones(votes, row, beta))
    n, lane = len(cells.lane), cells.lane
    apart = np.ones(n, bool)
    apart[1:] = (lane[1:] != lane[:-1]) | (cells.low[1:] != cells.high[:-1])
    lane = np.concatenate([lane, lane[apart]])
    sums = votes.sums(row[lane], beta[lane], np.concatenate([cells.high, cells.low[apart]]))
    over = sums.value > np.where(votes.region.first[row[lane]], sums.rounding, -sums.rounding)
    right, end = over[:n], sums.value[:n]
    left, start = np.roll(right, 1), np.roll(end, 1)
    left[apart], start[apart] = over[n:], sums.value[n:]
    some = np.flatnonzero((left != right) & ~same)
    lane = cells.lane[some]
    bracket, values = (cells.low[some], cells.high[some]), (start[some], end[some])
    return lane, *refined(votes, row[lane], beta[lane], bracket, values, right[some])


@np.errstate(all="ignore")  # of what is far narrower than the noise, or wider, no share is used
def _zones(votes: Votes, row: Index, beta: Array) -> Cells:
    """What lies outside all cores, in order along each lane."""
    ends = votes.region.ends[row]
    width = np.diff(ends, axis=1, append=np.inf) / beta[:, None]
    surplus, tail = 2 * ndtr(0.5 * width) - 1.5, ndtr(-width)
    wide = surplus > CORE
    share = np.where(np.isfinite(width), 0.5 * width * tail / (tail + surplus), 0.0)
    inset = np.maximum(share, SLIVER) * beta[:, None]
    middle = ends + 0.5 * width * beta[:, None]
    bins = np.floor((middle - ends[:, :1]) / (CELL * beta[:, None]))
    cut = wide | (np.diff(bins, axis=1, prepend=-1.0) != 0)
    high = np.where(wide, ends + inset, middle)
    low = np.where(wide[:, :-1], ends[:, 1:] - inset[:, :-1], middle[:, :-1])
    low = np.concatenate([ends[:, :1] - SLIVER * beta[:, None], low], axis=1)
    real = np.isfinite(ends)
    start = real & np.concatenate([np.ones((len(row), 1), bool), cut[:, :-1]], axis=1)
    return Cells(np.nonzero(start)[0], low[start], high[real & cut])


def _settled(votes: Votes, row: Index, beta: Array, cells: Cells) -> tuple[Cells, Flags]:
    """Cells on which u is monotone or has one sign, in order, and which of them have one sign."""
    done = [(cells.take(np.zeros(0, np.intp)), np.zeros(0, bool))]
    while len(cells.lane):
        scale = beta[cells.lane]
        middle, half = 0.5 * (cells.low + cells.high), 0.5 * (cells.high - cells.low) / scale
        sums = votes.sums(row[cells.lane], scale, middle)
        third = sums.third
        same = _one_sign(sums.value, sums.slope, sums.bend, half, third * half**3 / 6 + sums.rounding)
        monotone = np.abs(sums.slope) > np.abs(sums.bend) * half + third * half**2 / 2
        monotone |= half * scale <= np.maximum(RESOLUTION * scale, 4 * np.spacing(np.abs(middle)))
        bent = ~same & ~monotone & (np.abs(sums.bend) > third * half)
        done.append((cells.take(same | monotone), same[same | monotone]))
        done += [(part, np.zeros(len(part.lane), bool)) for part in _halves(votes, row, beta, cells.take(bent))]
        rest, middle = cells.take(~(same | monotone | bent)), middle[~(same | monotone | bent)]
        low, high = np.concatenate([rest.low, middle]), np.concatenate([middle, rest.high])
        cells = Cells(np.tile(rest.lane, 2), low, high)
    lane = np.concatenate([part.lane for part, _ in done])
    whole = Cells(lane, *(np.concatenate([getattr(part, key) for part, _ in done]) for key in ("low", "high")))
    order = np.lexsort((whole.low, whole.lane))
    return whole.take(order), np.concatenate([flag for _, flag in done])[order]


def _one_sign(value: Array, slope: Array, bend: Array, half: Array, slack: Array) -> Flags:
    """Whether value + slope s + bend s^2/2, |s| <= half, stays farther than `slack` from 0."""
    level, sign = np.abs(value), np.where(value < 0, -1.0, 1.0)
    curve = sign * bend
    least = level - np.abs(slope) * half + 0.5 * curve * half**2
    inside = np.abs(slope) < curve * half
    safe = np.where(inside, curve, 1.0)
    return np.where(inside, level - 0.5 * slope**2 / safe, least) > slack


def _halves(votes: Votes, row: Index, beta: Array, cells: Cells) -> tuple[Cells, Cells]:
    """Cells on which u' is monotone, parted at the extremum of u (or at an end): by Newton's method for u' = 0."""
    low, high, scale = cells.low.copy(), cells.high.copy(), beta[cells.lane]
    x = 0.5 * (low + high)
    for _ in range(EXTREMUM_STEPS if len(x) else 0):
        sums = votes.sums(row[cells.lane], scale, x)
        past = (sums.slope > 0) == (sums.bend > 0)
        high, low = np.where(past, x, high), np.where(past, low, x)
        step = scale * sums.slope / sums.bend
        x = np.clip(x - step, low, high)
        if (np.abs(step) <= RESOLUTION * scale).all():
            break
    return Cells(cells.lane, cells.low, x), Cells(cells.lane, x, cells.high)
