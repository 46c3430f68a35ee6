"""Risks, gains and their errors, for arrays of noises; nothing here knows which geometry answers.

Arguments alpha, beta, eps broadcast against each other, and results have their common shape. Each distinct alpha is
trained once and each (alpha, beta, eps) answered once. Risks of an infinite background are Lebesgue measures.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags
from theory.estimate import Estimate
from theory.geometry.base import Geometry
from theory.geometry.difference import mass_difference, minus
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.geometry.ties import with_ties
from theory.problems.noises import noises
from theory.problems.normal import normal_form
from theory.problems.problem import DomainProblem, MixtureProblem, Problem, Training
from theory.reduction.reduce import TOLERANCE, Route, reduce
from theory.risks.requests import Layout, lay_out
from theory.risks.solution import TRIVIAL, Comparison, Kind, Solution, undefined


def solve(
    problem: Problem, layout: Layout, kind: Kind, tolerance: float = TOLERANCE, route: Route | None = None
) -> Solution:
    """Train, smooth and weigh every distinct request, in the problem's normal form."""
    normal = normal_form(problem)
    layout = layout.within(normal)
    geometry = reduce(normal, float(np.nanmax(layout.eps, initial=0.0)), tolerance, route)
    return replace(_solved(normal.problem, geometry, layout, kind), volume=normal.volume)


def _solved(problem: Problem, geometry: Geometry, layout: Layout, kind: Kind) -> Solution:
    eps = layout.eps.ravel()
    base = geometry.train(layout.alpha)
    rows, trained = layout.flat, base.region.take(layout.trained)
    one = geometry.smooth(trained, layout.beta)
    zero = one.complement()
    far = eps > 0
    if kind == "certified" and far.any():
        one = geometry.smooth(trained, layout.beta, layout.eps).merged(far, one)
        zero = geometry.smooth(trained.complement(), layout.beta, layout.eps).merged(far, zero)
    if kind == "adversarial" and far.any():
        one = geometry.erode(one, eps).merged(far, one)
        zero = geometry.erode(zero, eps).merged(far, zero)
    pieces = tuple(p.at(rows) for p in base.pieces)
    held = (layout.beta.ravel() == 0) & (layout.alpha[rows] == 0) & ~far
    far = far & (kind != "clean")
    (one, doubt), (zero, more) = (
        _decided(part, tuple(p for p in pieces if p.label == label), held, far) for label, part in ((1, one), (0, zero))
    )
    wrong_one, error_one = geometry.mass(pieces, one, 1)
    wrong_zero, error_zero = geometry.mass(pieces, zero.complement(), 0)
    moved = geometry.uncertainty(pieces, one) + doubt + more
    if kind != "clean" and far.any():
        moved = moved + geometry.uncertainty(pieces, zero)
    total = tuple(sum(p.weight for p in base.pieces if p.label == label) for label in (1, 0))
    moved = np.minimum(moved, sum(total))
    risk, share = wrong_one + wrong_zero, total[0] - wrong_one + wrong_zero
    risk = undefined(problem, layout, kind, risk, total)
    rounding = error_one + error_zero
    uniform = problem.smoothing.noise == "uniform"
    return Solution(
        geometry, layout, kind, uniform, pieces, one, zero, risk, rounding, moved, share, (total[0], total[1]), base
    )


def _decided(region: Any, pieces: tuple[Piece, ...], held: Flags, closed: Flags) -> tuple[Any, Array]:
    """The region with the class of every point mass, and the mass that lies within the error of a boundary."""
    if not isinstance(region, Region):
        return region, np.zeros(len(region.first))
    return with_ties(region, pieces, held, closed)


def _estimate(solution: Solution) -> Estimate:
    error = np.where(solution.void, 2 * np.finfo(float).eps * solution.risk, solution.rounding + solution.moved)
    error = np.where(np.isfinite(solution.risk), error, np.nan)
    value, error = solution.volume * solution.risk, _measured(error, solution.risk, solution.volume)
    spread = solution.layout.spread
    return Estimate(spread(value), spread(error), solution.geometry.route)


def _measured(error: Array, value: Array, volume: float) -> Array:
    """The error of `value` times a volume that is rounded itself."""
    return np.asarray(volume * (error + (0.0 if volume == 1 else 2 * np.finfo(float).eps * np.abs(value))))


def clean_risk(
    problem: Problem, alpha: ArrayLike, beta: ArrayLike, *, tolerance: float = TOLERANCE, route: Route | None = None
) -> Estimate:
    """R(alpha, beta) = P(g(X) != Y), g the smoothed classifier.

    Source: a signed sum of component masses over the intervals (or shells) of {g = 1} and its complement.

    Args:
        alpha: training noise scales >= 0 (standard deviation, diversity or half-width per coordinate).
        beta: smoothing noise scales >= 0, broadcast against alpha; 0 is the base classifier itself.
        tolerance: in the plane, refine until the error is estimated below this; elsewhere errors are those of rounding.
            inf takes the coarsest level (some 1e-6) without an estimate of its error, NaN.
        route: "line", "half-space", "radial" or "plane", where several cover the problem; None for the usual one.

    Raises:
        NoExactRoute: no geometry answers for the problem, or not the one that `route` names.
        ProblemError: a noise is negative or not finite, or there is no such route.

    Examples:
        >>> from theory import regimes
        >>> found = clean_risk(regimes.concentric(dim=20), alpha=[0.0, 0.4], beta=0.5)
        >>> found.value.round(8).tolist(), found.route
        ([0.13705091, 0.10490536], 'radial')
    """
    return _estimate(solve(problem, lay_out(alpha, beta), "clean", tolerance, route))


def certified_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """1 - P(Y = 1, u >= tau) - P(Y = 0, 1 - u >= tau), tau(eps) of `risks.certificate`; at eps = 0 the clean risk.

    NaN at beta = 0 < eps, where it is not defined. In an infinite background it is the measure of {Y = 1, u < tau}
    plus that of {Y = 0, 1 - u < tau}. Arguments and errors as `clean_risk`.

    Examples:
        >>> from theory import regimes
        >>> problem = regimes.two_gaussians(separation=4.0, prior=0.2)
        >>> certified_risk(problem, alpha=[0.0, 0.57735], beta=0.7, eps=0.5).value.round(8).tolist()
        [0.05079713, 0.049832]
    """
    return _estimate(solve(problem, lay_out(alpha, beta, eps), "certified", tolerance, route))


def adversarial_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """P(some delta with norm < eps makes g(X + delta) != Y), in the norm that the smoothing noise certifies.

    At norm eps itself only point masses could tell: one exactly eps from the other class is not moved, as u = tau
    certifies it.

    The mass outside {g = 1} and {g = 0}, each eroded by eps. Never above the certified risk; equal to it for
    half-spaces under Gaussian noise. Arguments and errors as `clean_risk`.
    """
    return _estimate(solve(problem, lay_out(alpha, beta, eps), "adversarial", tolerance, route))


def compare(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike = 0.0,
    *,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Comparison:
    """Risk, baseline (alpha = 0), gain and triviality at once; the certified ones where eps > 0.

    The gain is summed over the places where the two smoothed classifiers differ, so that its error is relative to what
    the training noise changed and not to the risks; where the geometry itself turns with alpha it is their difference.

    Examples:
        >>> from theory import regimes
        >>> found = compare(regimes.bumps(spacing=1.5), alpha=0.3, beta=[0.5, 0.65, 2.0])
        >>> found.gain.value.round(6).tolist(), found.constant.tolist()
        ([-0.062558, 0.017292, 0.055323], [False, False, True])
    """
    shape = np.broadcast_shapes(np.shape(alpha), np.shape(beta), np.shape(eps))
    noisy = np.broadcast_to(noises(alpha, "alpha"), shape)
    both = np.stack([noisy, np.zeros(shape)])
    layout = lay_out(both, np.broadcast_to(beta, shape), np.broadcast_to(eps, shape))
    kind: Kind = "certified" if np.any(np.asarray(eps) > 0) else "clean"
    solution = solve(problem, layout, kind, tolerance, route)
    risks = _estimate(solution)
    risk = Estimate(np.asarray(risks.value)[0], np.asarray(risks.error)[0], risks.route)
    baseline = Estimate(np.asarray(risks.value)[1], np.asarray(risks.error)[1], risks.route)
    where = layout.where.reshape(2, -1)
    shares = solution.share if kind == "clean" else solve(problem, layout, "clean", tolerance, route).share
    total = solution.total
    if isinstance(problem, DomainProblem) and problem.infinite:
        trivial = shares < TRIVIAL * total[0]
    else:
        trivial = np.minimum(shares, sum(total) - shares) < TRIVIAL * sum(total)
    constant = (trivial[where[0]] | trivial[where[1]]).reshape(shape)
    return Comparison(
        risk,
        baseline,
        _gain(solution, where, shape, risk, baseline),
        constant,
        solution.volume * shares[where[0]].reshape(shape),
    )


def _gain(
    solution: Solution, where: np.ndarray, shape: tuple[int, ...], risk: Estimate, baseline: Estimate
) -> Estimate:
    """Baseline less risk, by the symmetric difference of the regions where both live on one coordinate."""
    with np.errstate(invalid="ignore"):
        plain = np.asarray(baseline.value) - np.asarray(risk.value)
    if not solution.geometry.fixed or any(p.law == "point" for p in solution.pieces):
        both = np.asarray(baseline.error) + np.asarray(risk.error)
        return Estimate(
            plain, np.where((where[0] == where[1]).reshape(shape) & np.isfinite(plain), 0.0, both), risk.route
        )
    pairs, back = np.unique(where, axis=1, return_inverse=True)
    noisy, clean = pairs
    pieces = tuple(p.at(noisy) for p in solution.pieces)
    geometry = solution.geometry
    one, zero = ((r.take(noisy), r.take(clean)) for r in (solution.one, solution.zero))
    gained, lost = minus(*one), minus(one[1], one[0])
    value, error = mass_difference(geometry, pieces, gained, lost, 1)
    parts = (lost, gained) if solution.kind == "clean" else (minus(*zero), minus(zero[1], zero[0]))
    more, rounding = mass_difference(geometry, pieces, *parts, 0)
    moved = np.where(noisy == clean, 0.0, solution.moved[noisy] + solution.moved[clean])
    total, spread = np.asarray(value + more), np.asarray(error + rounding + moved)
    total, spread = solution.volume * total, _measured(spread, total, solution.volume)
    total, spread = (part[back.ravel()].reshape(shape) for part in (total, spread))
    void = solution.void[noisy][back.ravel()].reshape(shape)
    defined = np.isfinite(plain) & ~void
    spread = np.where(void, 0.0, spread)
    return Estimate(np.where(defined, total, plain), np.where(np.isfinite(plain), spread, np.nan), risk.route)


def gain(
    problem: Problem, alpha: ArrayLike, beta: ArrayLike, *, tolerance: float = TOLERANCE, route: Route | None = None
) -> Estimate:
    """R(0, beta) - R(alpha, beta): positive where training noise helps. Arguments and errors as `clean_risk`.

    Examples:
        >>> from theory import regimes
        >>> gain(regimes.concentric(dim=20), alpha=0.4, beta=[0.1, 0.5]).value.round(6).tolist()
        [-0.012785, 0.032146]
    """
    return compare(problem, alpha, beta, tolerance=tolerance, route=route).gain


def certified_gain(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """The gain in certified risk at eps; NaN at beta = 0 < eps. Arguments and errors as `clean_risk`."""
    return compare(problem, alpha, beta, eps, tolerance=tolerance, route=route).gain


def bayes_risk(problem: Problem, *, tolerance: float = TOLERANCE, route: Route | None = None) -> Estimate:
    """The least possible risk: that of {s >= 0} without any noise. Errors as `clean_risk`."""
    training = Training(rule="posterior", noise=problem.training.noise, off_support=problem.training.off_support)
    if isinstance(problem, MixtureProblem):
        problem = replace(problem, training=training)
    return clean_risk(problem, 0.0, 0.0, tolerance=tolerance, route=route)
