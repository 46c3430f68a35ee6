"""From vote counts to intervals: which samples fail each criterion, and which fail it for one classifier only."""

from __future__ import annotations

import math

import numpy as np

from simulate.montecarlo.intervals import clopper_pearson, paired_difference
from simulate.montecarlo.records import Interval

Array = np.ndarray


def failures(counts: Array, labels: Array, votes: int, needed: int | None) -> Array:
    """Whether each sample counts against a classifier, shape of `counts` (1 + alphas, samples).

    `needed` None: the vote (class 1 iff 2 count >= votes) is not the label. Otherwise: fewer than `needed` votes are
    for the label.
    """
    if needed is None:
        return (2 * counts >= votes) != labels
    return np.where(labels, counts, votes - counts) < needed


def paired_counts(failed: Array) -> Array:
    """(3, 1 + alphas): failures, failures of the first classifier (alpha = 0) only, failures of this one only."""
    first = failed[:1]
    return np.stack([failed.sum(axis=1), (first & ~failed).sum(axis=1), (failed & ~first).sum(axis=1)])


def risk_interval(failed: int, samples: int, confidence: float, volume: float) -> Interval:
    """Clopper-Pearson, times the volume that the samples fill (1 for a probability)."""
    low, high = clopper_pearson(failed, samples, confidence)
    return Interval(volume * failed / samples, volume * low, volume * high, confidence, samples)


def gain_interval(first_only: int, second_only: int, samples: int, confidence: float, volume: float) -> Interval:
    """The paired difference of two risks, times the volume that the samples fill."""
    low, high = paired_difference(first_only, second_only, samples, confidence)
    estimate = (first_only - second_only) / samples
    return Interval(volume * estimate, volume * low, volume * high, confidence, samples)


def infinite(confidence: float, samples: int) -> Interval:
    """The certified risk where nothing in an infinite background can be certified."""
    return Interval(math.inf, math.inf, math.inf, confidence, samples)


def zero(confidence: float, samples: int) -> Interval:
    """The gain of a classifier over itself: known, not estimated."""
    return Interval(0.0, 0.0, 0.0, confidence, samples)
