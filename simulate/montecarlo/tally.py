"""From vote counts to intervals: how many samples fail each criterion, and which fail it for one classifier only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulate.montecarlo.intervals import clopper_pearson, paired_difference
from simulate.montecarlo.limit import UNIT, Limit
from simulate.montecarlo.records import Interval

Array = np.ndarray


@dataclass
class Tally:
    """Sums over samples for B smoothing noises, 1 + A classifiers each (alpha = 0 first), and C criteria, clean first.

    failed (B, C, 1 + A); only (B, C, 2, 1 + A): failures of the first classifier only, of this one only. certain and
    possible (B, 1 + A): samples decided and wrong, and those or undecided ones; corrected: the sum of the corrected
    guesses (see `limit`) in shares of 1/UNIT, so that it does not depend on the order of the samples.
    """

    samples: int
    failed: Array
    only: Array
    certain: Array
    possible: Array
    corrected: Array

    @classmethod
    def empty(cls, betas: int, criteria: int, classifiers: int) -> Tally:
        """Of no sample."""
        shape, plain = (betas, criteria, classifiers), (betas, classifiers)
        only = np.zeros((betas, criteria, 2, classifiers), np.int64)
        certain, possible = np.zeros(plain, np.int64), np.zeros(plain, np.int64)
        return cls(0, np.zeros(shape, np.int64), only, certain, possible, np.zeros(plain, np.int64))

    def add(self, beta: int, counts: Array, labels: Array, needed: list[int], limit: Limit) -> None:
        """Count votes (1 + A, samples) for class 1 of samples with given labels; `needed`: votes that certify."""
        for place, need in enumerate([None, *needed]):
            failed = failures(counts, labels, limit.votes, need)
            self.failed[beta, place] += failed.sum(axis=1)
            self.only[beta, place] += discordant(failed)
        one, zero = limit.decided(counts)
        self.certain[beta] += np.where(labels, zero, one).sum(axis=1)
        self.possible[beta] += np.where(labels, ~one, ~zero).sum(axis=1)
        share = limit.corrected(counts)
        self.corrected[beta] += np.where(labels, UNIT - share, share).sum(axis=1)


def failures(counts: Array, labels: Array, votes: int, needed: int | None) -> Array:
    """Whether each sample counts against a classifier, shape of `counts` (1 + alphas, samples).

    `needed` None: the vote (class 1 iff 2 count >= votes) is not the label. Otherwise: fewer than `needed` votes are
    for the label.
    """
    if needed is None:
        return (2 * counts >= votes) != labels
    return np.where(labels, counts, votes - counts) < needed


def discordant(failed: Array) -> Array:
    """(2, 1 + alphas): failures of the first classifier (alpha = 0) only, failures of this one only."""
    first = failed[:1]
    return np.stack([(first & ~failed).sum(axis=1), (failed & ~first).sum(axis=1)])


@dataclass(frozen=True)
class Level:
    """At which confidence intervals are made, and what is said of them.

    error: chance of error of one interval. confidence: what is promised, of each interval or of all together.
    """

    error: float
    confidence: float

    def risk(self, failed: int, samples: int, volume: float) -> Interval:
        """Clopper-Pearson, times the volume that the samples fill (1 for a probability)."""
        low, high = clopper_pearson(failed, samples, 1 - self.error)
        return self._interval(failed / samples, low, high, samples, volume)

    def gain(self, first_only: int, second_only: int, samples: int, volume: float) -> Interval:
        """The paired difference of two risks, times the volume that the samples fill."""
        low, high = paired_difference(first_only, second_only, samples, 1 - self.error)
        return self._interval((first_only - second_only) / samples, low, high, samples, volume)

    def limit(self, counted: tuple[int, int, int], samples: int, volume: float, delta: float) -> Interval:
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
