"""Risks with a finite number of votes: integrals of a binomial tail of the vote probability against the class laws.

The deployed classifier draws n noises: P(g_n(x) = 1) = P(Bin(n, u(x)) >= n/2), ties to class 1. A certificate for the
true class succeeds when its count k has a Clopper-Pearson lower bound (failure probability c) of at least tau(eps),
that is, when P(Bin(n, tau) >= k) <= c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc, gammaln, xlogy

from theory.certificate import log_miss
from theory.errors import ProblemError
from theory.estimate import Estimate
from theory.geometry.base import Base, Geometry, NoExactRoute
from theory.layout import Layout, lay_out
from theory.mixture import Piece
from theory.problem import DomainProblem, Problem
from theory.quadrature import integrate
from theory.reduce import reduce
from theory.region import Region
from theory.terms import Array, Index

FAILURE = 1e-3
# Votes for the wrong class beyond this many noise scales from the labelled set, and sqrt(d) more for the growth of
# volume, are rarer than 1e-300.
REACH = {"gaussian": 38.0, "laplace": 700.0, "uniform": 1.0}
# A chance of failing that may have underflowed, and an area for which that would matter.
LEAST_CHANCE, MOST_AREA = 1e-300, 1e270
# Where the integrand bends: this many noise scales around each boundary of the base region.
KINKS = np.array([-6.0, -1.0, 0.0, 1.0, 6.0])
# Bounds of |du/db| times the noise scale for one boundary b: the largest density along a line, and for Gaussian noise
# in two or more dimensions that of the distance from a centre (Rayleigh, e^-1/2, attained in the plane).
PEAK = {"gaussian": (2 * np.pi) ** -0.5, "laplace": 0.5, "uniform": 0.5}
PEAK_DISTANCE = np.exp(-0.5)
# Rounding of u, per boundary: tails p < 1/2 are known to p (16 + 12 |log p|) ulp (`special.noncentral.log_error`).
VOTE_ULPS = 16
# The same relative to tails, down to e^-700; and the hazard, density over tail, of Gaussian tails down to there.
TAIL_ULPS, HAZARD = 16 + 12 * 700, 40.0


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


def _fewer(count: Array, votes: int, share: Array, rest: Array) -> Array:
    """P(Bin(votes, share) < count), share + rest = 1, with relative precision; count (N, 1) from 0 to votes + 1."""
    inner = np.clip(count, 1, votes)
    with np.errstate(under="ignore"):
        near, far = betainc(votes - inner + 1, inner, np.minimum(rest, 1)), np.minimum(share, 1)
        low = np.where(rest < 0.5, near, betaincc(inner, votes - inner + 1, far))
    return np.where(count <= 0, 0.0, np.where(count > votes, 1.0, low))


def vote_risk(problem: Problem, alpha: ArrayLike, beta: ArrayLike, votes: int) -> Estimate:
    """P(g_n(X) != Y) for n = `votes`: what a nested Monte Carlo run with n votes estimates without bias.

    Equation: sum over classes of int q_y(x) P(wrong | u(x)) dx, by adaptive Gauss-Kronrod along the coordinate.
    At beta = 0 every vote is the same and this is the clean risk.

    Args:
        alpha, beta: noise scales >= 0, broadcast. votes: n >= 1.

    Raises:
        NoExactRoute: no geometry answers for the problem, or it is a ball in an infinite background of hundreds of
            dimensions, where chances underflow and areas overflow.
        ProblemError: a noise is negative or not finite, or votes < 1.
    """
    layout = lay_out(alpha, beta)
    _checked(votes)
    need = np.full(layout.beta.size, (votes + 1) // 2)
    return _integrated(problem, layout, votes, need, votes - need + 1)


def certified_vote_risk(
    problem: Problem, alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike, votes: int, failure: float = FAILURE
) -> Estimate:
    """The share of data not certified as their class at radius eps by n votes, failure probability c = `failure`.

    At beta = 0 it is the clean risk for eps = 0 and NaN for eps > 0. Arguments and errors as `vote_risk`; c in (0, 1).
    """
    layout = lay_out(alpha, beta, eps)
    _checked(votes)
    if not 0 < failure < 1:
        raise ProblemError("failure", repr(failure), "a number strictly between 0 and 1")
    tails = np.exp(log_miss(problem.smoothing.noise, layout.beta, layout.eps)).ravel()
    distinct, back = np.unique(np.where(np.isnan(tails), 0.0, tails), return_inverse=True)
    counts = np.array([least_count(votes, float(t), failure) if t > 0 else votes + 1 for t in distinct])
    need = np.where(np.isnan(tails), votes + 1, counts[back.ravel()])
    still = layout.beta.ravel() == 0
    need = np.where(still, (votes + 1) // 2, need)
    result = _integrated(problem, layout, votes, need, np.where(still, votes - need + 1, need))
    undefined = layout.spread(still & (layout.eps.ravel() > 0))
    value, error = (np.where(undefined, np.nan, v) for v in (result.value, result.error))
    return Estimate(value, error, result.route)


def _checked(votes: int) -> None:
    if isinstance(votes, bool) or not isinstance(votes, int | np.integer) or votes < 1:
        raise ProblemError("votes", repr(votes), "a whole number >= 1")


def _integrated(problem: Problem, layout: Layout, votes: int, need_one: Array, need_zero: Array) -> Estimate:
    """Class 1 fails with fewer than need_one votes for it, class 0 with fewer than need_zero."""
    reach = REACH[problem.smoothing.noise] + np.sqrt(problem.dim)
    widest = float(np.nanmax(layout.beta, initial=0.0)) * reach
    infinite = isinstance(problem, DomainProblem) and problem.infinite
    geometry = reduce(problem, (widest + float(np.nanmax(layout.eps, initial=0.0))) if infinite else 0.0)
    base = geometry.train(layout.alpha)
    value, error = _still(geometry, base, layout)
    beta = layout.beta.ravel()
    trained = layout.flat
    moving = np.flatnonzero(beta > 0)
    noise = problem.smoothing.noise
    peak = PEAK_DISTANCE if noise == "gaussian" and problem.dim > 1 else PEAK[noise]
    for label, need in ((1, need_one), (0, need_zero)):
        part = tuple(p for p in base.pieces if p.label == label)
        if len(moving) and part:
            noises = (trained[moving], beta[moving], peak, problem.dim)
            more, doubt = _one_class(geometry, base, part, noises, votes, need[moving])
            value[moving] += more
            error[moving] += doubt
    if infinite:
        endless = moving[need_zero[moving] > votes]
        value[endless], error[endless] = np.inf, np.nan
    return Estimate(layout.spread(value), layout.spread(error), geometry.route)


def _still(geometry: Geometry, base: Base, layout: Layout) -> tuple[Array, Array]:
    """The clean risk where beta = 0, and 0 elsewhere."""
    value, error = np.zeros(layout.beta.size), np.zeros(layout.beta.size)
    rows = np.flatnonzero(layout.beta.ravel() == 0)
    trained = layout.flat[rows]
    pieces = tuple(p.at(trained) for p in base.pieces)
    region = base.region.take(trained)
    for label in (1, 0):
        mass, rounding = geometry.mass(pieces, region, label)
        value[rows] += mass
        error[rows] += rounding
    error[rows] += (geometry.density(pieces, region) * region.error).sum(axis=1)
    return value, error


def _one_class(
    geometry: Geometry,
    base: Base,
    part: tuple[Piece, ...],
    noises: tuple[Index, Array, float, int],
    votes: int,
    need: Array,
) -> tuple[Array, Array]:
    """int q(x) P(fewer than `need` votes for the class) dx for requests of `noises`: trained rows, betas, peak, dim."""
    trained, beta, peak, dim = noises
    label = part[0].label
    pieces = tuple(p.at(trained) for p in part)
    region = base.region.take(trained)

    def fails(row: Index, x: Array) -> Array:
        flat, rows = x.ravel(), np.repeat(row, x.shape[1])
        votes_for = geometry.vote(base.region, trained[rows], beta[rows], flat)
        share, rest = votes_for if label else votes_for[::-1]
        return _fewer(need[rows], votes, share, rest).reshape(x.shape)

    def integrand(row: Index, x: Array) -> Array:
        reference = None if region.reference is None else region.reference[row]
        places = Region(x, np.zeros(len(row), bool), np.zeros_like(x), None, reference)
        failing, density = fails(row, x), geometry.density(tuple(p.at(row) for p in pieces), places)
        if ((failing < LEAST_CHANCE) & (density > MOST_AREA)).any():
            raise NoExactRoute(
                "with finite votes the measure of an infinite background in so many dimensions is a product of "
                "numbers beyond floating point; simulate it instead: noisewise mc"
            )
        return density * failing

    value, error = integrate(integrand, *_panels(geometry, pieces, region, beta), len(beta))
    every = np.arange(len(beta))
    for item in pieces:
        if item.law == "point":
            at = np.broadcast_to(item.center, beta.shape)[:, None]
            value = value + item.weight * fails(every, at)[:, 0]
    error = error + _inherited(pieces, region, beta, (peak, dim, votes, need), value)
    return value, np.where(np.isfinite(value), error, np.nan)


def _inherited(
    pieces: tuple[Piece, ...], region: Region, beta: Array, chance: tuple[float, int, int, Array], value: Array
) -> Array:
    """The most that uncertain boundaries of the base region, and the rounding of u, can do to the integral.

    Moving a boundary by db changes u by at most `peak` db/beta. With n votes and `need` = k of them, the chance to fail
    moves by at most n P(Bin(n - 1, p) = k - 1) du, which is largest at p = (k - 1)/(n - 1). And its logarithm moves by
    at most n times that of 1 - u, so that a small integral moves by little.
    """
    peak, dim, votes, need = chance
    k, n = np.clip(need, 1, votes) - 1, votes - 1
    log_most = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, k / max(n, 1))
    steepest = np.where((need < 1) | (need > votes), 0.0, votes * np.exp(log_most + xlogy(n - k, (n - k) / max(n, 1))))
    doubt, eps = region.error.sum(axis=1), np.finfo(float).eps
    moved = peak * doubt / beta + VOTE_ULPS * eps * np.maximum(region.counts, 1)
    rate, gap = _relative(dim, region, beta)
    with np.errstate(over="ignore", invalid="ignore"):
        relative = value * votes * (doubt * rate + TAIL_ULPS * eps * gap)
    return np.fmin(np.minimum(steepest * moved, 1.0) * sum(p.weight for p in pieces), relative)


def _relative(dim: int, region: Region, beta: Array) -> tuple[Array, Array]:
    """Bounds of |d log u/d b| per boundary, and by how much narrow intervals magnify the rounding of tails.

    The mass of an interval of width w has a relative slope of at most 1/w beyond that of tails, a ball's of radius r at
    most d/r (its surface over its volume).
    """
    ends = np.where(np.isfinite(region.ends), region.ends, np.nan)
    gaps = np.diff(ends, axis=1, append=np.nan)
    least = np.fmin.reduce(gaps, axis=1, initial=np.inf)
    least = np.maximum(least, np.finfo(float).tiny)
    rate = HAZARD / beta + 1 / least
    if region.reference is not None and ends.shape[1]:
        inner = region.reference + ends[:, 0]
        rate = rate + dim / np.where(np.isnan(inner), np.inf, np.maximum(inner, np.finfo(float).tiny))
    return rate, np.maximum(1.0, beta / least)


def _panels(geometry: Geometry, pieces: tuple[Piece, ...], region: Region, beta: Array) -> tuple[Index, Array, Array]:
    """Panels that cover the mass of the components, cut where the integrand bends."""
    marks = geometry.marks(pieces, region)
    ends = np.where(np.isfinite(region.ends), region.ends, np.nan)
    bends = (ends[:, :, None] + beta[:, None, None] * KINKS).reshape(len(beta), -1)
    if len(marks) == 0 or marks.shape[1] == 0:
        return np.zeros(0, np.intp), np.zeros(0), np.zeros(0)
    least, most = marks.min(axis=1, keepdims=True), marks.max(axis=1, keepdims=True)
    bends = np.where(np.isnan(bends), least, bends)
    grid = np.sort(np.clip(np.concatenate([marks, bends], axis=1), least, most), axis=1)
    row, column = np.nonzero(np.diff(grid, axis=1) > 0)
    return row, grid[row, column], grid[row, column + 1]
