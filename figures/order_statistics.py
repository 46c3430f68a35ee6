"""Bands for sorted normal scores: simultaneous ones for independent scores, and others under any dependence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, betaincinv, ndtri

from theory.arrays import Array

COVERAGE = 0.95
# Sets of sorted uniforms that calibrate the band, and order statistics that are looked at among many.
DRAWS, MOST = 4000, 200


def expected(count: int) -> Array:
    """Normal quantiles (count,) at which sorted scores are drawn: those of (k - 1/2)/count."""
    return ndtri((np.arange(count) + 0.5) / count)


def independent_band(count: int, coverage: float = COVERAGE) -> tuple[Array, Array]:
    """Low and high ends (count,) of a band that holds all of `count` independent sorted scores with chance `coverage`.

    The k-th of n sorted uniforms is Beta(k, n + 1 - k); each gets the same two-sided level, as large as coverage allows
    (Aldor-Noiman et al. 2013, "The power to see"). The level is the `1 - coverage` quantile, over DRAWS fixed sets of
    sorted uniforms, of the smallest two-sided p-value among their order statistics (among MOST evenly spread in their
    logarithms from both ends, where there are more).
    """
    ranks = _spread(count)
    uniform = np.random.default_rng(0)
    least = np.empty(DRAWS)
    for i in range(DRAWS):
        drawn = np.sort(uniform.random(count))[ranks - 1]
        tails = betainc(ranks, count + 1 - ranks, drawn), betaincc(ranks, count + 1 - ranks, drawn)
        least[i] = 2 * np.minimum(*tails).min()
    level = float(np.quantile(least, 1 - coverage))
    k = np.arange(1, count + 1)
    low = betaincinv(k, count + 1 - k, level / 2)
    return ndtri(low), -ndtri(low[::-1])


def any_band(count: int, coverage: float = COVERAGE) -> tuple[Array, Array]:
    """The same whatever the dependence between the scores; much wider.

    P(U_(k) <= c k/n for some k) <= c (1 + 1/2 + ... + 1/n) for any n dependent uniforms (Hommel 1983), and the same
    from above.
    """
    k = np.arange(1, count + 1)
    low = ndtri((1 - coverage) / 2 * k / count / (1 / k).sum())
    return low, -low[::-1]


def _spread(count: int) -> NDArray[np.int64]:
    """Ranks from 1 to `count`: all, or MOST of them, near to each other at both ends."""
    if count <= MOST:
        return np.arange(1, count + 1)
    half = np.geomspace(1, count / 2, MOST // 2).round().astype(np.int64)
    return np.unique(np.concatenate([half, count + 1 - half]))
