"""Sums of log-concave terms: the functions whose signs make every region in this package.

A base classifier is {sum of class-1 densities >= sum of class-0 densities}; a smoothed classifier is {vote mass of the
region >= vote mass of its complement}; a certified region compares a vote mass with a constant. In each case both
sides are sums of terms that are log-concave and unimodal along one coordinate (the line, or the distance from a
centre). `Terms` holds such a comparison for many rows (one per noise level) and bounds it over intervals, which is
what lets `theory.numerics.isolate` find every sign change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard

import numpy as np

from theory.arrays import Array, Index

# A difference of logarithms within this many units in the last place of the larger is a tie, which goes to class 1.
TIE_ULPS = 8 * np.finfo(float).eps
# ... or this close, where the terms themselves are nearly 0: a sum of exponentials is rounded by so much.
LEAST_TIE = 0.5 * np.finfo(float).eps


class Terms(Protocol):
    """K terms for R rows; the first `positive` terms are summed on the class-1 side, the others on the class-0 side.

    `values(row, x)` and `scores(row, x)` return logarithms and their x-derivatives, shape (N, K), for N queries; the
    rounding of `values` is relative to `sizes(row, x, values)`, the magnitudes that were added up for it.
    `modes` (R, K) is where each term is largest (possibly infinite).
    """

    positive: int
    modes: Array

    def values(self, row: Index, x: Array) -> Array: ...

    def scores(self, row: Index, x: Array) -> Array: ...

    def sizes(self, row: Index, x: Array, values: Array) -> Array: ...


class Relative(Terms, Protocol):
    """Terms relative to a common reference, whose small differences `ratio` resolves better than their logarithms do.

    Each term is convex in x (`convex`), or concave between the points at which the line was cut; modes are not known.
    """

    convex: bool
    widths: Array

    @property
    def inset(self) -> float: ...

    def ratio(self, row: Index, x: Array) -> tuple[Array, Array]: ...


def relative(terms: Terms) -> TypeGuard[Relative]:
    """Whether the terms are relative ones; asked too often to compare all that a protocol lists."""
    return hasattr(terms, "ratio")


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


def magnitude(values: Array) -> Array:
    """The size of logarithms that are each accurate relative to themselves (and to 1); 1 where a term vanishes."""
    return np.where(np.isfinite(values), np.maximum(np.abs(values), 1.0), 1.0)


def log_ratio(terms: Terms, row: Index, x: Array) -> tuple[Array, Array]:
    """D = log(class-1 side) - log(class-0 side) and the size of its rounding error; +-inf where a side vanishes."""
    if relative(terms):
        return terms.ratio(row, x)
    values = terms.values(row, x)
    return ratio_of(values, terms.sizes(row, x, values), terms.positive)


def ratio_of(values: Array, sizes: Array, positive: int) -> tuple[Array, Array]:
    """D and its rounding from the logarithms of the terms and their sizes; where both sides vanish D is 0."""
    upper, lower = log_sum(values[..., :positive]), log_sum(values[..., positive:])
    with np.errstate(invalid="ignore"):
        ratio = upper - lower
    one = _rounding(values[..., :positive], sizes[..., :positive], upper)
    zero = _rounding(values[..., positive:], sizes[..., positive:], lower)
    least = LEAST_TIE if values.shape[-1] > 2 else 0.0
    return np.where(np.isnan(ratio), 0.0, ratio), TIE_ULPS * np.maximum(one, zero) + least


def _rounding(values: Array, sizes: Array, total: Array) -> Array:
    """The size of the terms that make up a sum, each weighted by its share."""
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        share = np.exp(values - total[..., None])
        return np.where(share > 0, share * sizes, 0.0).sum(axis=-1)


def slope(terms: Terms, row: Index, x: Array) -> Array:
    """dD/dx."""
    return _sloped(terms, row, x)[2]


def ratio_and_slope(terms: Terms, row: Index, x: Array) -> tuple[Array, Array]:
    """D and dD/dx."""
    _values, ratio, rate = _sloped(terms, row, x)
    return (terms.ratio(row, x)[0] if relative(terms) else ratio), rate


def rounded_ratio_and_slope(terms: Terms, row: Index, x: Array) -> tuple[Array, Array, Array]:
    """`log_ratio` and dD/dx."""
    values, _ratio, rate = _sloped(terms, row, x)
    if relative(terms):
        return *terms.ratio(row, x), rate
    return *ratio_of(values, terms.sizes(row, x, values), terms.positive), rate


def _sloped(terms: Terms, row: Index, x: Array) -> tuple[Array, Array, Array]:
    """The logarithms of the terms, D and dD/dx."""
    values, scores, p = terms.values(row, x), terms.scores(row, x), terms.positive
    upper, lower = log_sum(values[:, :p]), log_sum(values[:, p:])
    with np.errstate(invalid="ignore"):
        ratio = upper - lower
    rate = _mean_score(values[:, :p], scores[:, :p], upper) - _mean_score(values[:, p:], scores[:, p:], lower)
    return values, np.where(np.isnan(ratio), 0.0, ratio), rate


def _mean_score(values: Array, scores: Array, total: Array | None = None) -> Array:
    if values.shape[1] == 1:
        return np.where(np.isneginf(values[:, 0]), 0.0, scores[:, 0])
    total = log_sum(values) if total is None else total
    with np.errstate(invalid="ignore", over="ignore"):
        weights = np.where(np.isneginf(values), 0.0, np.exp(values - total[:, None]))
        return np.where(weights > 0, weights * scores, 0.0).sum(axis=1)


@dataclass(frozen=True)
class SideBounds:
    """Bounds over an interval for one side of a comparison: its logarithm, and the slope of its logarithm."""

    low: Array
    high: Array
    slope_low: Array
    slope_high: Array


def _halves(ends: Array) -> tuple[Array, Array]:
    """What belongs to the left and to the right end of N intervals, of both one after the other (2N, ...)."""
    return ends[: len(ends) // 2], ends[len(ends) // 2 :]


def bound_side(values: Array, scores: Array, peak: Array, width: Array) -> SideBounds:
    """Bounds from the terms' values (2N, K) at the left and right ends, their scores there, which decrease along x, and
    the peaks (N, K).

    With L = log sum exp, L' is the average of the scores s_k under the terms' shares w_k, and L'' the average of their
    slopes plus their variance. Hence L'(a) - sum w_k (s_k(a) - s_k(b)) <= L' <= L'(a) + (b - a) Var, alike from b,
    where the shares are at most exp(max of term k - min of the sum).
    """
    (left, right), (before, after) = _halves(values), _halves(scores)
    lowest, highest = np.minimum(left, right), np.maximum(np.maximum(left, right), peak)
    low, high = _halves(log_sum(np.concatenate([lowest, highest])))
    if values.shape[1] == 1:
        return SideBounds(low, high, after[:, 0], before[:, 0])
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        share = np.exp(np.minimum(highest - low[:, None], 0.0))
        at_left, at_right = _halves(_mean_score(values, scores))
        middle = 0.5 * (at_left + at_right)[:, None]
        deviation = np.maximum(np.abs(before - middle), np.abs(after - middle))
        falls = np.where(share > 0, share * (before - after), 0.0).sum(axis=1)
        rises = width * np.where(share > 0, share * deviation**2, 0.0).sum(axis=1)
        least = np.fmax(np.fmax(at_left - falls, at_right - rises), np.where(share > 0, after, np.inf).min(axis=1))
        most = np.fmin(np.fmin(at_left + rises, at_right + falls), np.where(share > 0, before, -np.inf).max(axis=1))
    return SideBounds(low, high, least, most)


def convex_side(values: Array, scores: Array, width: Array) -> SideBounds:
    """Bounds from both ends where every term is log-convex: so is their sum, which lies between tangents and chord."""
    total = log_sum(values)
    (first, last), (before, after) = _halves(total), _halves(_mean_score(values, scores, total))
    low = np.maximum(first + width * np.minimum(before, 0), last - width * np.maximum(after, 0))
    return SideBounds(low, np.maximum(first, last), before, after)


def concave_side(values: Array, scores: Array, width: Array) -> SideBounds:
    """As `bound_side`, for terms whose modes are not known: a peak lies below the tangents at both ends."""
    (left, right), (before, after) = _halves(values), _halves(scores)
    rise = left + width[:, None] * np.maximum(before, 0)
    peak = np.minimum(rise, right - width[:, None] * np.minimum(after, 0))
    return bound_side(values, scores, peak, width)
