"""From vote counts to intervals: how many samples fail each criterion, and which fail it for one classifier only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulate.montecarlo.statistics.intervals import clopper_pearson, paired_difference
from simulate.montecarlo.statistics.limit import UNIT, Limit
from simulate.montecarlo.statistics.records import Interval

Counts = tuple[int, int, int]


@dataclass
class Tally:
    """Sums over samples for B smoothing noises, 1 + A classifiers each (alpha = 0 first), and C criteria, clean first.

    failed (B, C, 3, 1 + A): samples that fail by the likelier votes, surely, and possibly, which differ where a rule
    leaves points undecided. only (B, C, 3, 2, 1 + A): failures of the first classifier only, of this one only; by the
    likelier votes, and then those by which the gain is least and greatest. certain and
    possible (B, 1 + A): samples decided and wrong, and those or undecided ones; corrected: the sum of the corrected
    guesses (see `limit`) in shares of 1/UNIT, so that it does not depend on the order of the samples.
    """

    samples: int
    failed: np.ndarray
    only: np.ndarray
    certain: np.ndarray
    possible: np.ndarray
    corrected: np.ndarray

    @classmethod
    def empty(cls, betas: int, criteria: int, classifiers: int) -> Tally:
        """Of no sample."""
        shape, plain = (betas, criteria, 3, classifiers), (betas, classifiers)
        only = np.zeros((betas, criteria, 3, 2, classifiers), np.int64)
        certain, possible = np.zeros(plain, np.int64), np.zeros(plain, np.int64)
        return cls(0, np.zeros(shape, np.int64), only, certain, possible, np.zeros(plain, np.int64))

    def add(self, beta: int, counts: np.ndarray, labels: np.ndarray, needed: list[int], limit: Limit) -> None:
        """Count votes (1 or 3, 1 + A, samples) for class 1 of samples with given labels.

        Three: the likelier votes, the fewest and the most possible. needed: votes that certify.
        """
        best, low, high = counts[0], counts[len(counts) // 2], counts[-1]
        kinds = [best, *(np.where(labels, *pair) for pair in ((high, low), (low, high)))][: len(counts)]
        for place, need in enumerate([None, *needed]):
            failed = [failures(v, labels, limit.votes, need) for v in kinds]
            self.failed[beta, place] += np.stack([v.sum(axis=1) for v in failed])
            pairs = [failed[:1] * 2, failed[1:], failed[:0:-1]][: len(counts)]
            self.only[beta, place] += np.stack([discordant(*pair) for pair in pairs])
        one, zero = limit.decided(low)[0], limit.decided(high)[1]
        self.certain[beta] += np.where(labels, zero, one).sum(axis=1)
        self.possible[beta] += np.where(labels, ~one, ~zero).sum(axis=1)
        share = limit.corrected(best)
        self.corrected[beta] += np.where(labels, UNIT - share, share).sum(axis=1)


def failures(counts: np.ndarray, labels: np.ndarray, votes: int, needed: int | None) -> np.ndarray:
    """Whether each sample counts against a classifier, shape of `counts` (1 + alphas, samples).

    `needed` None: the vote (class 1 iff 2 count >= votes) is not the label. Otherwise: fewer than `needed` votes are
    for the label.
    """
    if needed is None:
        return (2 * counts >= votes) != labels
    return np.where(labels, counts, votes - counts) < needed


def discordant(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(2, 1 + alphas): failures of the first classifier (alpha = 0) only, failures of this one only.

    first, second (1 + alphas, samples): what counts as a failure of the first, and of this one. Where they are bounds
    of opposite kind, a sample is counted for one side only if the other bound does not fail.
    """
    return np.stack([(first[:1] & ~second).sum(axis=1), (second & ~first[:1]).sum(axis=1)])


@dataclass(frozen=True)
class Level:
    """At which confidence intervals are made, and what is said of them.

    error: chance of error of one interval. confidence: what is promised, of each interval or of all together.
    """

    error: float
    confidence: float

    def risk(self, failed: Counts, samples: int, volume: float) -> Interval:
        """Clopper-Pearson, times the volume that the samples fill (1 for a probability); from sure failures below,
        from possible ones above."""
        likely, surely, possibly = failed
        low, high = (clopper_pearson(count, samples, 1 - self.error) for count in (surely, possibly))
        return self._interval(likely / samples, low[0], high[1], samples, volume)

    def gain(self, only: np.ndarray, samples: int, volume: float) -> Interval:
        """The paired difference of two risks, times the volume that the samples fill; only (3, 2) as in `Tally`."""
        (first, second), *bounds = ((int(a), int(b)) for a, b in only)
        low, high = (paired_difference(*pair, samples, 1 - self.error) for pair in bounds)
        return self._interval((first - second) / samples, low[0], high[1], samples, volume)

    def limit(self, counted: Counts, samples: int, volume: float, delta: float) -> Interval:
        """What certain and possible failures leave open, and the corrected guess within it."""
        certain, possible, corrected = counted
        low = max(0.0, clopper_pearson(certain, samples, 1 - self.error)[0] - delta)
        high = min(1.0, clopper_pearson(possible, samples, 1 - self.error)[1] + delta)
        return self._interval(min(max(corrected / UNIT / samples, low), high), low, high, samples, volume)

    def infinite(self, samples: int) -> Interval:
        """The certified risk where nothing in an infinite background can be certified."""
        return Interval(math.inf, math.inf, math.inf, self.confidence, samples)

    def zero(self, samples: int) -> Interval:
        """The gain of a classifier over itself: known, not estimated."""
        return Interval(0.0, 0.0, 0.0, self.confidence, samples)

    def _interval(self, estimate: float, low: float, high: float, samples: int, volume: float) -> Interval:
        return Interval(volume * estimate, volume * low, volume * high, self.confidence, samples)
