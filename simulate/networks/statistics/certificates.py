"""From votes for K classes to classes, abstentions and certified radii. Intervals of risks are made in means.py.

Votes are whole numbers (..., points, K), the last axis over the classes and the leading axes arbitrary (seeds, alphas,
betas). What depends on a count alone is worked out once for each count that occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import betainc, ndtri

from simulate.montecarlo.statistics.intervals import clopper_pearson, upper_tail, votes_needed
from theory.errors import ProblemError

# The class of a point on which the classifier abstains.
ABSTAINED = -1


def predicted(counts: np.ndarray, ties: str = "class1", seed: int = 0) -> np.ndarray:
    """The class with most votes, (..., points).

    Of the classes that tie for most votes the last is taken for "class1", the first for "class0", which are the rules
    of two classes for K = 2; for "coin" one of them at random with equal chances. As for two classes, the coin is
    tossed once for each test point and shared by all networks and noises: a random order of the classes, of which the
    first that ties is taken.
    """
    if ties == "class0":
        return counts.argmax(axis=-1)
    classes = counts.shape[-1]
    if ties == "class1":
        return classes - 1 - counts[..., ::-1].argmax(axis=-1)
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(classes), (counts.shape[-2], 1)), axis=1)
    first = np.take_along_axis(counts, np.broadcast_to(order, counts.shape), axis=-1).argmax(axis=-1)
    return np.take_along_axis(np.broadcast_to(order, counts.shape), first[..., None], axis=-1)[..., 0]


def predict(counts: np.ndarray, failure: float) -> np.ndarray:
    """PREDICT of Cohen, Rosenfeld and Kolter (2019): the class with most votes, or ABSTAINED, (..., points).

    Abstains unless the two-sided binomial test of n_A successes among n_A + n_B at 1/2, for the two greatest counts,
    has a p-value of at most `failure`. What it says is the class of the smoothed classifier with probability at least
    1 - failure. Equal counts are never told apart, so that no tie rule is needed.
    """
    runner_up, most = np.moveaxis(np.partition(counts, counts.shape[-1] - 2, axis=-1)[..., -2:], -1, 0)
    needed = _needed_of_two(int(counts.sum(axis=-1).max(initial=0)), failure)
    return np.where(most >= needed[most + runner_up], counts.argmax(axis=-1), ABSTAINED)


@lru_cache
def _needed_of_two(votes: int, failure: float) -> np.ndarray:
    """For every m = 0 ... votes the least k with 2 P(Bin(m, 1/2) >= k) <= failure; m + 1 where there is none.

    With one vote more the least k stays or grows by one, so that one tail is worked out for each m.
    """
    needed = np.ones(votes + 1, np.int64)
    for m in range(1, votes + 1):
        k = int(needed[m - 1])
        needed[m] = k if 2 * betainc(k, m - k + 1, 0.5) <= failure else k + 1
    return needed


@dataclass(frozen=True)
class TwoStage:
    """CERTIFY of Cohen, Rosenfeld and Kolter (2019): the class from a few votes, its certificate from many new ones.

    classes (..., points): with most votes in the selection. count (..., points): votes for that class in the
    estimation. votes: how many there are for each point. The noises that certificates depend on are given as `beta`, a
    number or an array that broadcasts with the axes before the points, and `noise`, "gaussian", "laplace" or "uniform";
    `failure` is the failure probability of one certificate.
    """

    classes: np.ndarray
    count: np.ndarray
    votes: int

    @classmethod
    def of(cls, selection: np.ndarray, estimation: np.ndarray, ties: str = "class1", seed: int = 0) -> TwoStage:
        """Of votes (..., points, K) that were drawn independently; ties of the selection go as in `predicted`.

        Raises:
            ProblemError: some points have more votes in the estimation than others.
        """
        votes = estimation.sum(axis=-1)
        fewest, most = votes.min(initial=votes.max(initial=0)), votes.max(initial=0)
        if fewest != most:
            raise ProblemError("votes", f"{fewest} to {most} for a point", "equally many for every point")
        classes = predicted(selection, ties, seed)
        count = np.take_along_axis(estimation, classes[..., None], axis=-1)[..., 0]
        return cls(classes, count, int(most))

    def certify(self, beta: float | np.ndarray, noise: str, failure: float) -> tuple[np.ndarray, np.ndarray]:
        """Classes, ABSTAINED where none is certain, and certified radii, 0 there; both (..., points).

        With p the one-sided Clopper-Pearson lower bound, at `failure`, of the share of votes, abstains where p < 1/2.
        The smoothed classifier says the class within the radius with probability at least 1 - failure:

            gaussian, l2: beta Phi^-1(p);   laplace, l1: -beta ln(2 (1 - p));   uniform, l1: 2 beta (p - 1/2).

        Without smoothing noise there is no radius: NaN.
        """
        sure = self.count >= votes_needed(self.votes, 0.5, failure)
        unit = _radii(self.votes, noise, failure, np.bincount(self.count[sure], minlength=1))[self.count * sure]
        spread = np.asarray(beta, float)[..., None]
        radius = np.where(spread > 0, spread * unit, np.nan)
        return np.where(sure, self.classes, ABSTAINED), radius

    def uncertified(
        self, labels: np.ndarray, eps: float, beta: float | np.ndarray, noise: str, failure: float
    ) -> np.ndarray:
        """Whether eps is not certified for the labels (points,): wrong, abstained, or radius below eps; (..., points).

        Its mean over the points is the certified risk. Decided by `votes_needed` at eps and not by comparing radii,
        whose last digits would decide otherwise. Without smoothing noise no eps > 0 is certified.
        """
        needed = np.vectorize(lambda b: _needed(self.votes, eps, float(b), noise, failure), otypes=[np.int64])(beta)
        return (self.classes != labels) | (self.count < needed[..., None])


def _needed(votes: int, eps: float, beta: float, noise: str, failure: float) -> int:
    """Votes that certify eps; one more than there are where none do."""
    if eps == 0:
        return votes_needed(votes, 0.5, failure)
    return votes_needed(votes, upper_tail(noise, eps, beta), failure) if beta > 0 else votes + 1


def _radii(votes: int, noise: str, failure: float, present: np.ndarray) -> np.ndarray:
    """The radius at beta = 1 by the count of votes, wherever that is `present`; else 0. The inverse of `upper_tail`."""
    against = np.full(len(present), 0.5)
    for k in np.flatnonzero(present):
        against[k] = min(clopper_pearson(votes - int(k), votes, 1 - 2 * failure)[1], 0.5)
    if noise == "gaussian":
        return -ndtri(against)
    return -np.log(2 * against) if noise == "laplace" else 1 - 2 * against


def average_radius(classes: np.ndarray, radius: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The average certified radius over the points, (...): wrong and abstained points count as radius 0."""
    return np.where((classes == labels) | np.isnan(radius), radius, 0.0).mean(axis=-1)
