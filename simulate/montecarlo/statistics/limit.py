"""From the votes of n draws to the classifier that takes infinitely many: what is certain, and a corrected guess.

With u the vote probability at X, the classifier of the limit says 1 where u >= 1/2. Of k votes among n we know: if
u < 1/2, then k >= hi has probability at most delta, where P(Bin(n, 1/2) >= hi) <= delta; likewise below. So

    P(decided and wrong) - delta <= R_infinity <= P(decided and wrong, or undecided) + delta,

for every n and every distribution of u. The corrected guess has no such bound: where u has a smooth density, the risk
of n votes (a tie counting half) is R_infinity + c/n + O(1/n^2), so that n and m < n votes give (n R_n - m R_m)/(n - m);
R_m is averaged over all subsets of m of the n votes, which the hypergeometric law of k does exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from simulate.montecarlo.statistics.intervals import votes_needed

# Numbers of votes for which the guess is corrected; beyond them nothing is left to correct.
FEWEST, MOST = 4, 20_000
# Subsets are looked at so many standard deviations around half the votes.
WIDE = 9.0
# Shares are whole numbers of this unit.
UNIT = 1 << 30


@dataclass(frozen=True)
class Limit:
    """What k of n votes say: decided from `high` votes up and from n - high down; table: the corrected share of
    class 1 in units of 1/UNIT for k = first, first + 1, ..., 0 before and 1 after it."""

    votes: int
    high: int
    first: int
    table: np.ndarray

    def decided(self, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether votes decide for class 1, and whether for class 0."""
        return counts >= self.high, counts <= self.votes - self.high

    def corrected(self, counts: np.ndarray) -> np.ndarray:
        """The corrected share of class 1 times UNIT, which may leave [0, UNIT] near half of the votes."""
        inside = np.clip(counts - self.first, 0, len(self.table) - 1)
        plain = np.where(2 * counts > self.votes, UNIT, 0)
        here = (counts >= self.first) & (counts < self.first + len(self.table))
        return np.where(here, self.table[inside], plain)


@lru_cache
def limit_of(votes: int, delta: float, antithetic: bool) -> Limit:
    """The rule for a number of votes and a chance of error.

    Antithetic votes are independent in pairs only: Hoeffding's bound replaces the binomial, and nothing is corrected.
    """
    if antithetic:
        high = math.ceil(votes / 2 + math.sqrt(votes * math.log(1 / delta)))
        return Limit(votes, high, votes // 2, np.array([UNIT // 2 if votes % 2 == 0 else 0]))
    high = votes_needed(votes, 0.5, delta)
    spread = math.ceil(WIDE * math.sqrt(votes) / 2) + 1
    first, last = max(0, votes // 2 - spread), min(votes, votes // 2 + spread)
    counts = np.arange(first, last + 1)
    table = 0.5 * (np.sign(2 * counts - votes) + 1.0)
    if FEWEST <= votes <= MOST:
        fewer = votes // 2
        table = (votes * table - fewer * _subsets(votes, counts, fewer)) / (votes - fewer)
    return Limit(votes, high, first, np.rint(UNIT * table).astype(np.int64))


def _subsets(votes: int, counts: np.ndarray, fewer: int) -> np.ndarray:
    """Share of the subsets of `fewer` of the votes in which class 1 has the majority, a tie counting half."""
    spread = math.ceil(WIDE * math.sqrt(fewer)) + 1
    low, high = max(0, fewer // 2 - spread), min(fewer, fewer // 2 + spread)
    inner = np.arange(low, high + 1)
    k, j = counts[:, None], inner[None]
    possible = (j <= k) & (fewer - j <= votes - k)
    with np.errstate(invalid="ignore"):
        logs = _choose(k, j) + _choose(votes - k, fewer - j) - _choose(votes, fewer)
    chance = np.where(possible, np.exp(np.where(possible, logs, 0.0)), 0.0)
    return np.asarray((chance * 0.5 * (np.sign(2 * j - fewer) + 1.0)).sum(axis=1))


def _choose(n: np.ndarray | int, k: np.ndarray | int) -> np.ndarray:
    top, part = np.asarray(n, float), np.asarray(k, float)
    return np.asarray(gammaln(top + 1) - gammaln(part + 1) - gammaln(np.maximum(top - part, 0) + 1))
