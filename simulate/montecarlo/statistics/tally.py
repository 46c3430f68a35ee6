"""From vote counts to sums: how many samples fail each criterion, and which fail it for one classifier only.

The vote of n evaluations is decided here and nowhere else on this side (`majority`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulate.montecarlo.statistics.limit import UNIT, Limit


@dataclass
class Tally:
    """Sums over samples for B smoothing noises, 1 + A classifiers each (alpha = 0 first), and C criteria, clean first.

    failed (B, C, 3, 1 + A): samples that fail by the likelier votes, surely, and possibly, which differ where a rule
    leaves points undecided. only (B, C, 3, 2, 1 + A): failures of the first classifier only, of this one only; by the
    likelier votes, and then those by which the gain is least and greatest. certain and
    possible (B, 1 + A): samples decided and wrong, and those or undecided ones; corrected: the sum of the corrected
    guesses (see limit.py) in shares of 1/UNIT, so that it does not depend on the order of the samples.
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

    def add(
        self,
        beta: int,
        counts: np.ndarray,
        labels: np.ndarray,
        needed: list[int],
        limit: Limit,
        tie: np.ndarray | bool = True,
    ) -> None:
        """Count votes (1 or 3, 1 + A, samples) for class 1 of samples with given labels.

        Three: the likelier votes, the fewest and the most possible. needed: votes that certify. tie: whether half of
        the votes are enough for class 1, of each sample where a coin decides: all classifiers share its coin.
        """
        best, low, high = counts[0], counts[len(counts) // 2], counts[-1]
        kinds = [best, *(np.where(labels, *pair) for pair in ((high, low), (low, high)))][: len(counts)]
        for place, need in enumerate([None, *needed]):
            failed = [failures(v, labels, limit.votes, need, tie) for v in kinds]
            self.failed[beta, place] += np.stack([v.sum(axis=1) for v in failed])
            pairs = [failed[:1] * 2, failed[1:], failed[:0:-1]][: len(counts)]
            self.only[beta, place] += np.stack([discordant(*pair) for pair in pairs])
        one, zero = limit.decided(low)[0], limit.decided(high)[1]
        self.certain[beta] += np.where(labels, zero, one).sum(axis=1)
        self.possible[beta] += np.where(labels, ~one, ~zero).sum(axis=1)
        share = limit.corrected(best)
        self.corrected[beta] += np.where(labels, UNIT - share, share).sum(axis=1)


def majority(counts: np.ndarray, votes: int, tie: np.ndarray | bool) -> np.ndarray:
    """Whether the smoothed classifier says class 1 after so many of the votes for it; tie: whether a tie says so."""
    return (2 * counts > votes) | ((2 * counts == votes) & tie)


def failures(
    counts: np.ndarray, labels: np.ndarray, votes: int, needed: int | None, tie: np.ndarray | bool
) -> np.ndarray:
    """Whether each sample counts against a classifier, shape of `counts` (1 + alphas, samples).

    `needed` None: the vote is not the label, tie as in `majority`. Else: fewer than `needed` votes are for the label.
    """
    if needed is None:
        return majority(counts, votes, tie) != labels
    return np.where(labels, counts, votes - counts) < needed


def discordant(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(2, 1 + alphas): failures of the first classifier (alpha = 0) only, failures of this one only.

    first, second (1 + alphas, samples): what counts as a failure of the first, and of this one. Where they are bounds
    of opposite kind, a sample is counted for one side only if the other bound does not fail.
    """
    return np.stack([(first[:1] & ~second).sum(axis=1), (second & ~first[:1]).sum(axis=1)])
