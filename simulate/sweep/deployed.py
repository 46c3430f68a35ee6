"""Exact quantities of the deployed classifier, which takes a finite number of votes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory import Estimate, certified_vote_risk, vote_risk
from theory.estimate import OK
from theory.problems.problem import Problem


@dataclass(frozen=True)
class Deployed:
    """Exact counterparts of a Monte Carlo record, arrays of one shape."""

    clean: Estimate
    certified: Estimate
    gain: Estimate
    certified_gain: Estimate


def deployed(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    votes: int,
    failure: float,
    ratio: ArrayLike | None = None,
) -> Deployed:
    """Risks of the n-vote classifier, and its gains against training without noise at the same votes.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ProblemError: a noise is negative or not finite.
    """
    noisy, smoothing, radius = np.broadcast_arrays(*(np.asarray(v, float) for v in (alpha, beta, eps)))
    both = np.stack([noisy, np.zeros(noisy.shape)])
    smoothing, radius = (np.broadcast_to(v, both.shape) for v in (smoothing, radius))
    clean = vote_risk(problem, both, smoothing, votes, ratio=ratio)
    certified = certified_vote_risk(problem, both, smoothing, radius, votes, failure, ratio=ratio)
    return Deployed(clean.at(0), certified.at(0), _difference(clean, noisy), _difference(certified, noisy))


def _difference(pair: Estimate, alpha: np.ndarray) -> Estimate:
    """Without noise less with noise; exactly 0 where both are the same classifier."""
    with np.errstate(invalid="ignore"):
        found = pair.at(1) - pair.at(0)
    same = alpha == 0
    return Estimate(found.value, np.where(same, 0.0, found.error), found.route, np.where(same, OK, found.status))
