"""Binomial tails of a vote probability: who wins with n votes, and how many of them certify."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaincc, gammaln, xlogy

from theory.arrays import Array


def least_count(votes: int, tail: float, failure: float) -> int:
    """The least k with P(Bin(votes, 1 - tail) >= k) <= failure; votes + 1 where even k = votes does not certify."""
    low, high = 0, votes + 1
    while low < high:
        k = (low + high) // 2
        if k > 0 and float(betaincc(votes - k + 1, k, tail)) <= failure:
            high = k
        else:
            low = k + 1
    return low


def fewer(count: Array, votes: int, share: Array, rest: Array) -> Array:
    """P(Bin(votes, share) < count), share + rest = 1, with relative precision; count (N, 1) from 0 to votes + 1."""
    inner = np.clip(count, 1, votes)
    with np.errstate(under="ignore"):
        near, far = betainc(votes - inner + 1, inner, np.minimum(rest, 1)), np.minimum(share, 1)
        low = np.where(rest < 0.5, near, betaincc(inner, votes - inner + 1, far))
    return np.where(count <= 0, 0.0, np.where(count > votes, 1.0, low))


def steepest(count: Array | int, votes: int) -> Array:
    """The largest |d/du P(Bin(votes, u) < count)|, votes * P(Bin(n, k/n) = k) with n = votes - 1 and k = count - 1.

    0 where the probability does not depend on u. For bounds: of n votes up to n ln n eps is lost, relatively.
    """
    k, n = np.clip(count, 1, votes) - 1, votes - 1
    most = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, k / max(n, 1))
    inside = (np.asarray(count) >= 1) & (np.asarray(count) <= votes)
    return np.where(inside, votes * np.exp(most + xlogy(n - k, (n - k) / max(n, 1))), 0.0)
