"""Exact tests of counts against known chances: p-values, z-scores, Holm's adjustment. Nothing is simulated here.

The count k of failures among m independent draws is Bin(m, r) where the exact risk r is right, so no limit theorem is
needed. The exact side is only known within an error: all tests take the point of [value - error, value + error] that
is nearest to the observed share, which can only make p-values larger. Where points are left undecided the count is only
known within bounds, and the one nearest to what is expected is taken, for the same reason.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, ndtri

from theory.arrays import Array

# |z| is at most 37.5: chances below the least double are not told apart.
LEAST = float(np.finfo(float).tiny)
# Products of levels are compared with the family-wise rate up to their rounding.
ROUNDING = 1e-9


def nearest_share(counts: Array, samples: int, value: Array, error: Array) -> Array:
    """The chance in [value - error, value + error], cut to [0, 1], that is nearest to the observed share."""
    share = np.clip(np.asarray(counts) / samples, value - error, value + error)
    return np.clip(share, 0.0, 1.0)


def two_sided(counts: Array, samples: int, chance: Array) -> Array:
    """p-values of counts under Bin(samples, chance): twice the smaller tail, at most 1, so that P(p <= t) <= t."""
    _below, upto, beyond, _above = _tails(counts, samples, chance)
    return np.minimum(1.0, 2 * np.minimum(upto, beyond))


def z_scores(counts: Array, samples: int, chance: Array, uniform: Array) -> Array:
    """Signed normal quantiles of randomised p-values, positive where the count is larger than expected.

    With U uniform, P(K < k) + U P(K = k) is exactly uniform for k ~ Bin(samples, chance), however few failures are
    expected: the jumps of the count are filled in (Dunn and Smyth 1996). So z is exactly standard normal where both
    sides agree; where next to no failure is expected it is all U, and says nothing. Taken from the smaller tail, so
    that large z keep their digits.
    """
    below, upto, beyond, above = _tails(counts, samples, chance)
    low, high = ((1 - uniform) * a + uniform * b for a, b in ((below, upto), (beyond, above)))
    return np.where(low <= high, ndtri(np.clip(low, LEAST, 0.5)), -ndtri(np.clip(high, LEAST, 0.5)))


def _tails(counts: Array, samples: int, chance: Array) -> tuple[Array, Array, Array, Array]:
    """P(K < k), P(K <= k), P(K >= k), P(K > k), each from a tail of its own."""
    k = np.asarray(counts, float)
    some, more = np.maximum(k, 1.0), np.minimum(k, samples - 1.0)
    beyond = np.where(k > 0, betainc(some, samples - some + 1, chance), 1.0)
    below = np.where(k > 0, betaincc(some, samples - some + 1, chance), 0.0)
    above = np.where(k < samples, betainc(more + 1, samples - more, chance), 0.0)
    upto = np.where(k < samples, betaincc(more + 1, samples - more, chance), 1.0)
    return below, upto, beyond, above


def interval_p(low: Array, high: Array, value: Array, error: Array, level: float) -> Array:
    """`level` where value +- error lies outside an interval of confidence 1 - level, and 1 elsewhere.

    A p-value of two steps: P(p <= t) is 0 below `level`, and from there at most `level` <= t.
    """
    slack = np.where(np.isfinite(error), error, 0.0)
    outside = (value + slack < low) | (value - slack > high)
    return np.where(outside, level, 1.0)


def holm(p: Array) -> Array:
    """Adjusted p-values (Holm 1979), in the order given: those at most q are rejected at the family-wise rate q.

    The rate holds under any dependence between the tests, and cells that share their draws depend on each other.
    """
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(np.asarray(p)[order] * (len(order) - np.arange(len(order))))
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(1.0, steps)
    return adjusted


def rejected(adjusted: Array, family_wise: float) -> NDArray[np.bool_]:
    """Which adjusted p-values disagree at the family-wise rate."""
    return np.asarray(adjusted) <= family_wise * (1 + ROUNDING)


def normality(z: Array) -> float:
    """The p-value of Kolmogorov and Smirnov against the standard normal law, NaN for no z; meant for independent z."""
    from scipy.stats import kstest  # slow to import

    return float(kstest(z, "norm").pvalue) if len(z) else math.nan
