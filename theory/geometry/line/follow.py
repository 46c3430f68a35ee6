"""The boundaries of smoothed regions at many noises, by interpolation between a few.

Gaussian noise composes and makes no sign changes (Karlin 1968), so that the number of boundaries falls with beta. Where
two noises have equally many, every noise between them has as many: that Halley's method finds them from an interpolated
guess is proof that it found all. Elsewhere, and at the few noises to start with, `zones` encloses them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.line.votes import CONVERGED, Seen, Votes, numbers, uncertainty
from theory.geometry.line.zones import boundaries
from theory.geometry.region import Region

# Each pass asks for so many times as many noises as the one before.
DENSER = 8
NEWTON_STEPS = 8
# Slopes of u (times beta) below this are too close to a tangency for an iteration without bracket to be trusted.
STEEP = 1e-4


@dataclass
class _Table:
    """Noises (R, M), increasing along each row from that of the base region itself; boundaries (R, M, n), how they move
    with the noise, how far they may be off; how many there are (R, M), where that is known."""

    noise: Array
    ends: Array
    rate: Array
    error: Array
    count: Index
    known: Flags

    @staticmethod
    def started(region: Region, noise: Array) -> _Table:
        """Nothing is known but the base regions themselves."""
        noise = np.pad(noise, ((0, 0), (1, 0)))
        shape = (*noise.shape, region.ends.shape[1])
        table = _Table(
            noise, np.full(shape, np.inf), np.zeros(shape), np.zeros(shape), np.zeros(noise.shape, np.intp), noise == 0
        )
        row, column = np.nonzero(table.known)
        table.ends[row, column], table.error[row, column] = region.ends[row], region.error[row]
        table.count = np.where(table.known, region.counts[:, None], 0)
        return table

    def neighbours(self) -> tuple[Index, Index]:
        """(R, M) the nearest known noises on either side, the first and the last where there is none."""
        columns = np.arange(self.noise.shape[1])
        left = np.maximum.accumulate(np.where(self.known, columns, 0), axis=1)
        right = np.minimum.accumulate(np.where(self.known, columns, columns[-1])[:, ::-1], axis=1)[:, ::-1]
        return left, right

    def put(self, lane: tuple[Index, Index], order: Index, x: Array, seen: Seen) -> None:
        """Write boundaries (N,): the place of each in the table, and its number in order."""
        at = *lane, order
        slope, bend, off = seen
        with np.errstate(divide="ignore", invalid="ignore"):
            self.ends[at], self.rate[at] = x, np.where(np.abs(slope) > STEEP, -bend / slope, 0.0)
        self.error[at] = uncertainty(off, slope, bend, self.noise[lane], x)


def follow(region: Region, beta: Array) -> tuple[Array, Array]:
    """Boundaries of {u >= 1/2} and their errors (R, M, n), for each row of `region` and each of its noises beta (R, M),
    NaN where there are fewer; at 0 those of the region."""
    order = np.argsort(beta, axis=1, kind="stable")
    table, votes = _Table.started(region, np.take_along_axis(beta, order, axis=1)), Votes(region)
    columns, last = np.arange(beta.shape[1] + 1), np.isfinite(table.noise).sum(axis=1, keepdims=True) - 1
    passes = DENSER ** np.arange(int(np.log(max(beta.shape[1], 1)) / np.log(DENSER)), -1, -1)
    for stride in passes.tolist():
        chosen = ((columns % stride == 0) | (columns == last)) & (columns <= last) & ~table.known
        row, column = np.nonzero(chosen)
        left, right = (side[row, column] for side in table.neighbours())
        sure = table.known[row, right] & (table.count[row, left] == table.count[row, right])
        some = np.flatnonzero(sure)
        sure[some] = _interpolated(votes, table, (row[some], column[some]), (left[some], right[some]))
        _enclosed(votes, table, (row[~sure], column[~sure]))
        table.known |= chosen
    back = np.argsort(order, axis=1, kind="stable")[:, :, None]
    ends, error = (np.take_along_axis(part[:, 1:], back, axis=1) for part in (table.ends, table.error))
    return ends, error


def _enclosed(votes: Votes, table: _Table, lane: tuple[Index, Index]) -> None:
    """Fill in lanes from their base regions alone."""
    row, column = lane
    held, x, seen = boundaries(votes, row, table.noise[lane])
    count = np.bincount(held, minlength=len(row))
    table.put((row[held], column[held]), numbers(count), x, seen)
    table.count[lane] = count


def _interpolated(votes: Votes, table: _Table, lane: tuple[Index, Index], near: tuple[Index, Index]) -> Flags:
    """Fill in lanes (L,) between two columns with equally many boundaries; returns where that succeeded."""
    row, column = lane
    count = table.count[row, near[0]]
    held, order = np.repeat(np.arange(len(row)), count), numbers(count)
    (start, low, before), (stop, high, after) = (
        (table.noise[row[held], side[held]], *(part[row[held], side[held], order] for part in (table.ends, table.rate)))
        for side in near
    )
    beta, span = table.noise[row[held], column[held]], stop - start
    t = np.divide(beta - start, span, out=np.zeros_like(span), where=span > 0)
    away = 1 - t
    guess = low + t * t * (3 - 2 * t) * (high - low) + t * away * span * (away * before - t * after)
    x, good, seen = _newton(votes, row[held], beta, guess, np.where(order % 2 == 0, 1.0, -1.0))
    good[1:] &= (x[1:] > x[:-1]) | (held[1:] != held[:-1])
    done = np.bincount(held, ~good, len(row)) == 0
    kept = done[held]
    table.put((row[held[kept]], column[held[kept]]), order[kept], x[kept], seen[:, kept])
    table.count[row[done], column[done]] = count[done]
    return done


def _newton(votes: Votes, row: Index, beta: Array, guess: Array, due: Array) -> tuple[Array, Flags, Seen]:
    """Halley's method for u = 1/2 from guesses (N,), and where it converged with slopes of the sign that is due, which
    keeps neighbours apart; and what was seen at the last step, which is too short to change it."""
    x, good, active = guess.copy(), np.zeros(len(guess), bool), np.arange(len(guess))
    seen = np.empty((3, len(x)))
    for _ in range(NEWTON_STEPS):
        if len(active) == 0:
            break
        sums = votes.sums(row[active], beta[active], x[active])
        seen[:, active] = sums.slope, sums.bend, sums.off(beta[active])
        steep = sums.slope * due[active] > STEEP
        step = np.where(steep, np.clip(sums.step(), -1.0, 1.0), 0.0)
        x[active] -= beta[active] * step
        near = steep & (np.abs(step) * (1 + sums.curved()) < CONVERGED)
        good[active[near]] = True
        active = active[steep & ~near]
    return x, good, seen
