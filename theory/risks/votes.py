"""Risks with a finite number of votes: integrals of a binomial tail of the vote probability against the class laws.

The deployed classifier draws n noises: P(g_n(x) = 1) = P(Bin(n, u(x)) >= n/2) where ties go to class 1, P(Bin > n/2)
where they go to class 0, and the mean of both where a coin decides. A certificate for the true class knows no ties: it
succeeds when its count k has a Clopper-Pearson lower bound (failure probability c) of at least tau(eps), that is, when
P(Bin(n, tau) >= k) <= c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.errors import ProblemError
from theory.estimate import LIMIT, OK, TOLERANCE_MISSED, Estimate
from theory.geometry.base import Geometry, VoteRequest
from theory.laws.binomial import least_count
from theory.laws.certificate import log_miss
from theory.problems.limits import MOST_VOTES
from theory.problems.noises import together
from theory.problems.normal import normal_form
from theory.problems.problem import DomainProblem, Problem, described
from theory.problems.validation import probability, whole
from theory.reduction.reduce import TOLERANCE, Route, reduce
from theory.risks.gains import compare
from theory.risks.requests import Layout, lay_out
from theory.risks.risks import averaged
from theory.risks.solution import Comparison, untrained
from theory.risks.trained import trained

FAILURE = 1e-3
# Votes for the wrong class beyond this many noise scales from the labelled set, and sqrt(d) more for the growth of
# volume, are rarer than 1e-300.
REACH = {"gaussian": 38.0, "laplace": 700.0, "uniform": 1.0}


def vote_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    votes: int,
    *,
    ratio: ArrayLike | None = None,
    route: Route | None = None,
) -> Estimate:
    """P(g_n(X) != Y) for n = `votes`: what a nested Monte Carlo run with n votes estimates without bias.

    Equation: sum over classes of int q_y(x) P(wrong | u(x)) dx, by adaptive Gauss-Kronrod along the coordinate.
    At beta = 0 every vote is the same and this is the clean risk.

    Args:
        alpha, beta: noise scales >= 0, broadcast.
        votes: n >= 1.
        ratio, route: as `clean_risk`.

    Raises:
        NoExactRoute: no geometry answers for the problem, or it is a ball in an infinite background of hundreds of
            dimensions, where chances underflow and areas overflow.
        ProblemError: a noise is negative or not finite, or votes < 1.

    Examples:
        >>> from theory import clean_risk, regimes
        >>> problem = regimes.bumps()
        >>> [round(vote_risk(problem, alpha=0.0, beta=0.5, votes=n).value, 6) for n in (5, 51, 501)]
        [0.360792, 0.289507, 0.26999]
        >>> round(clean_risk(problem, 0.0, 0.5).value, 6)
        0.267141
    """
    described(problem)
    layout = lay_out(alpha, beta, ratio=ratio)
    votes = _checked(votes)
    most = np.full(layout.beta.size, (votes + 1) // 2)
    needs = {1: (most, votes - most + 1), 0: (votes - most + 1, most)}
    winners = problem.smoothing.winners if votes % 2 == 0 else (1,)
    return averaged([_integrated(problem, layout, votes, needs[winner], route) for winner in winners])


def certified_vote_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    votes: int,
    failure: float = FAILURE,
    *,
    ratio: ArrayLike | None = None,
    route: Route | None = None,
) -> Estimate:
    """The share of data not certified as their class at radius eps by n votes, failure probability c = `failure`.

    At beta = 0 it is the clean risk for eps = 0 and NaN for eps > 0. Arguments and errors as `vote_risk`; c in (0, 1).
    """
    described(problem)
    layout = lay_out(alpha, beta, eps, ratio)
    votes = _checked(votes)
    failure = probability(failure, "failure")
    tails = np.exp(log_miss(problem.smoothing.noise, layout.beta, layout.eps)).ravel()
    distinct, back = np.unique(np.where(np.isnan(tails), 0.0, tails), return_inverse=True)
    counts = np.array([least_count(votes, float(t), failure) if t > 0 else votes + 1 for t in distinct])
    need = np.where(np.isnan(tails), votes + 1, counts[back.ravel()])
    still = layout.beta.ravel() == 0
    need = np.where(still, (votes + 1) // 2, need)
    result = _integrated(problem, layout, votes, (need, np.where(still, votes - need + 1, need)), route)
    undefined = layout.spread(still & (layout.eps.ravel() > 0))
    value, error = (np.where(undefined, np.nan, v) for v in (result.value, result.error))
    return Estimate(value, error, result.route, result.status)


@dataclass(frozen=True)
class Finite:
    """What there is a finite number of, samples per dimension and votes; None where there is no end of them."""

    ratio: ArrayLike | None = None
    votes: int | None = None

    def compare(self, problem: Problem, alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike = 0.0) -> Comparison:
        """`theory.compare` with so many; certificates fail with the usual probability.

        With votes gains are differences of risks and have the errors of both; `constant` and `share` are those of
        infinitely many votes.
        """
        if self.votes is None:
            return compare(problem, alpha, beta, eps, ratio=self.ratio)
        noisy, smoothing, radius = together(alpha, beta, eps)
        both = np.stack([noisy, np.zeros(noisy.shape)])
        if radius.any():
            found = certified_vote_risk(problem, both, smoothing, radius, self.votes, ratio=self.ratio)
        else:
            found = vote_risk(problem, both, smoothing, self.votes, ratio=self.ratio)
        limit = compare(problem, noisy, smoothing, ratio=self.ratio)
        risk, baseline = found.at(0), found.at(1)
        gain, same = baseline - risk, (noisy == 0) & np.isfinite(risk.value)
        value, error = (np.where(same, 0.0, part) for part in (gain.value, gain.error))
        return Comparison(risk, baseline, Estimate(value, error, gain.route, gain.status), limit.constant, limit.share)


def _checked(votes: int) -> int:
    votes = whole(votes, "votes")
    if votes > MOST_VOTES:
        raise ProblemError("votes", repr(votes), f"at most {MOST_VOTES:.0e} where risks are exact")
    return votes


def _integrated(
    problem: Problem, layout: Layout, votes: int, needs: tuple[Array, Array], route: Route | None
) -> Estimate:
    """Class 1 fails with fewer than needs[0] votes for it, class 0 with fewer than needs[1]."""
    need_one, need_zero = needs
    normal = normal_form(problem)
    problem, layout = normal.problem, layout.within(normal)
    reach = REACH[problem.smoothing.noise] + np.sqrt(problem.dim)
    widest = float(np.nanmax(layout.beta, initial=0.0)) * reach
    infinite = isinstance(problem, DomainProblem) and problem.infinite
    window = widest + float(np.nanmax(layout.eps, initial=0.0)) if infinite else 0.0
    geometry = reduce(normal, window, TOLERANCE, route, layout.ratio)
    base = trained(geometry, layout.alpha)
    value, error = _still(geometry, base, layout)
    beta = layout.beta.ravel()
    flat = layout.flat
    moving = np.flatnonzero(beta > 0)
    for label, need in ((1, need_one), (0, need_zero)):
        if len(moving):
            more, doubt = geometry.expected(base, label, VoteRequest(flat[moving], beta[moving], votes, need[moving]))
            value[moving] += more
            error[moving] += doubt
    if infinite:
        endless = moving[need_zero[moving] > votes]
        value[endless], error[endless] = np.inf, np.nan
    whole = sum(piece.weight for piece in base.pieces if piece.label == 1 or not infinite)
    lost = untrained(problem, layout)
    value, error = np.where(lost, np.nan, value), np.where(lost, np.nan, error)
    missed = ~(error <= TOLERANCE * whole) & np.isfinite(value)
    status = np.where(missed, TOLERANCE_MISSED, OK if layout.ratio is None else LIMIT)
    error = normal.volume * error + (0.0 if normal.volume == 1 else 2 * np.finfo(float).eps * normal.volume * value)
    value, error = layout.spread(normal.volume * value), layout.spread(error)
    return Estimate(value, error, geometry.route, layout.spread(status))


def _still(geometry: Geometry, base: Any, layout: Layout) -> tuple[Array, Array]:
    """The clean risk where beta = 0, and 0 elsewhere."""
    value, error = np.zeros(layout.beta.size), np.zeros(layout.beta.size)
    rows = np.flatnonzero(layout.beta.ravel() == 0)
    own = layout.flat[rows]
    pieces = tuple(p.at(own) for p in base.pieces)
    region = base.region.take(own)
    for label in (1, 0):
        mass, rounding = geometry.mass(pieces, region, label)
        value[rows] += mass
        error[rows] += rounding
    error[rows] += geometry.uncertainty(pieces, region)
    return value, error
