"""Exact binomial intervals and the vote count that certifies a radius. Host side, plain numbers; no simulation."""

from __future__ import annotations

import math
from bisect import bisect_left

from scipy.special import betaincc, betainccinv, betaincinv, ndtr

# Share of the error probability spent on how many pairs differ; the rest goes to how they split. The split decides
# the width when it is close to even, which is where an interval has to work hardest.
DISCORDANT_SHARE = 0.2


def clopper_pearson(successes: float, trials: float, confidence: float) -> tuple[float, float]:
    """The Clopper-Pearson interval for a binomial proportion.

    `low` solves P(Bin(trials, low) >= successes) = (1 - confidence)/2, `high` solves P(Bin(trials, high) <= successes)
    = (1 - confidence)/2. Covers with probability >= `confidence` for every trials >= 0 and every proportion
    (Clopper and Pearson 1934). With no trials it is [0, 1]. Trials that are worth a broken number are interpolated.
    """
    side = (1 - confidence) / 2
    low = float(betaincinv(successes, trials - successes + 1, side)) if successes > 0 else 0.0
    high = float(betainccinv(successes + 1, trials - successes, side)) if successes < trials else 1.0
    return low, high


def paired_difference(first_only: float, second_only: float, pairs: float, confidence: float) -> tuple[float, float]:
    """A conservative interval for p - q, p = P(first only), q = P(second only), from paired binary observations.

    With D = p + q the discordant share and theta = p/D the split, p - q = D (2 theta - 1). Given the number of
    discordant pairs, `first_only` is Bin(that number, theta), so its Clopper-Pearson interval covers theta with
    probability >= 1 - s for each such number and hence unconditionally; the number itself is Bin(pairs, D). Both
    intervals hold together with probability >= confidence by Bonferroni (error 1/5 on D, 4/5 on theta), and the
    answer is the range of D (2 theta - 1) over their product. Exact-conservative for every `pairs`.
    """
    error = 1 - confidence
    discordant = first_only + second_only
    share = clopper_pearson(discordant, pairs, 1 - DISCORDANT_SHARE * error)
    split = clopper_pearson(first_only, discordant, 1 - (1 - DISCORDANT_SHARE) * error)
    low, high = (2 * theta - 1 for theta in split)
    return min(d * low for d in share), max(d * high for d in share)


def upper_tail(noise: str, eps: float, beta: float) -> float:
    """1 - tau(eps): the share of opposing votes at which radius eps stops being certified, in [0, 1/2].

    Gaussian, l2: Phi(-eps/beta) (Cohen, Rosenfeld, Kolter 2019). Laplace, l1: exp(-eps/beta)/2 (Teng et al. 2020).
    Uniform, l1: 1/2 - eps/(2 beta), 0 from eps = beta on (Yang et al. 2020). Keeps its digits where tau rounds to 1.
    """
    if noise == "gaussian":
        return float(ndtr(-eps / beta))
    if noise == "laplace":
        return math.exp(-eps / beta) / 2
    return max(0.5 - eps / (2 * beta), 0.0)


def votes_needed(votes: int, tail: float, failure: float) -> int:
    """The least k with P(Bin(votes, tau) >= k) <= failure, tau = 1 - tail; votes + 1 where no k certifies.

    Equivalent to: the one-sided Clopper-Pearson lower bound of k successes at failure probability `failure` is at
    least tau. Computed from the opposing votes, P(Bin(votes, tail) <= votes - k).
    """
    below = bisect_left(range(votes), True, key=lambda j: betaincc(j + 1, votes - j, tail) > failure)
    return votes - below + 1


def rare_tail(votes: int, count: int, probability: float) -> float:
    """The vote probability u at which P(Bin(votes, u) >= count) = `probability`, for 1 <= count <= votes."""
    return float(betaincinv(count, votes - count + 1, probability))
