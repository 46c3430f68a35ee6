"""Sums of log-concave terms: the functions whose signs make every region in this package.

A base classifier is {sum of class-1 densities >= sum of class-0 densities}; a smoothed classifier is {vote mass of the
region >= vote mass of its complement}; a certified region compares a vote mass with a constant. In each case both
sides are sums of terms that are log-concave and unimodal along one coordinate (the line, or the distance from a
centre). `Terms` holds such a comparison for many rows (one per noise level) and bounds it over intervals, which is
what lets `theory.isolate` find every sign change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]

# A difference of logarithms within this many units in the last place of the larger is a tie, which goes to class 1.
TIE_ULPS = 8 * np.finfo(float).eps


class Terms(Protocol):
    """K terms for R rows; the first `positive` terms are summed on the class-1 side, the others on the class-0 side.

    `values(row, x)` and `scores(row, x)` return logarithms and their x-derivatives, shape (N, K), for N queries;
    `modes` (R, K) is where each term is largest (possibly infinite); `exact` (R, K) bounds the error of a logarithm.
    """

    positive: int
    modes: Array

    def values(self, row: Index, x: Array) -> Array: ...

    def scores(self, row: Index, x: Array) -> Array: ...


def log_sum(values: Array) -> Array:
    """log sum exp over the last axis; -inf for an empty or vanishing sum."""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], -np.inf)
    if values.shape[-1] == 1:
        return values[..., 0]
    top = values.max(axis=-1)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.where(np.isfinite(top), shift + np.log(np.exp(values - shift[..., None]).sum(axis=-1)), top)


def log_ratio(terms: Terms, row: Index, x: Array) -> tuple[Array, Array]:
    """D = log(class-1 side) - log(class-0 side) and the size of its rounding error; +-inf where a side vanishes."""
    values = terms.values(row, x)
    return ratio_of(values, terms.positive)


def ratio_of(values: Array, positive: int) -> tuple[Array, Array]:
    """D and its rounding from the logarithms of the terms; where both sides vanish D is 0."""
    upper, lower = log_sum(values[..., :positive]), log_sum(values[..., positive:])
    with np.errstate(invalid="ignore"):
        ratio = upper - lower
        size = np.maximum(np.maximum(np.abs(upper), np.abs(lower)), 1.0)
    return np.where(np.isnan(ratio), 0.0, ratio), np.where(np.isfinite(size), size, 1.0) * TIE_ULPS


def slope(terms: Terms, row: Index, x: Array) -> Array:
    """dD/dx."""
    values, scores = terms.values(row, x), terms.scores(row, x)
    return _mean_score(values[:, : terms.positive], scores[:, : terms.positive]) - _mean_score(
        values[:, terms.positive :], scores[:, terms.positive :]
    )


def _mean_score(values: Array, scores: Array) -> Array:
    total = log_sum(values)
    with np.errstate(invalid="ignore", over="ignore"):
        weights = np.where(np.isneginf(values), 0.0, np.exp(values - total[:, None]))
        return np.where(weights > 0, weights * scores, 0.0).sum(axis=1)


@dataclass(frozen=True)
class Side:
    """Bounds over an interval for one side of a comparison: its logarithm, and the slope of its logarithm."""

    low: Array
    high: Array
    slope_low: Array
    slope_high: Array


def bound_side(left: Array, right: Array, peak: Array, left_score: Array, right_score: Array) -> Side:
    """Bounds from the terms' values at both ends and at the peak, and their scores (which decrease along x).

    The slope of log sum exp is an average of scores with weights w_k. Around the score of a leading term the others
    enter with a weight of at most exp(max of term k - min of the sum).
    """
    lowest, highest = np.minimum(left, right), np.maximum(np.maximum(left, right), peak)
    low, high = log_sum(lowest), log_sum(highest)
    if left.shape[1] == 1:
        return Side(low, high, right_score[:, 0], left_score[:, 0])
    count = np.arange(len(left))
    leader = np.argmax(lowest, axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        weight = np.exp(np.minimum(highest - low[:, None], 0.0))
        least, most = right_score[count, leader], left_score[count, leader]
        below = np.where(weight > 0, weight * np.minimum(right_score - least[:, None], 0.0), 0.0).sum(axis=1)
        above = np.where(weight > 0, weight * np.maximum(left_score - most[:, None], 0.0), 0.0).sum(axis=1)
    return Side(low, high, least + below, most + above)
