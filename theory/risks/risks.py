"""Risks and their errors, for arrays of noises; nothing here knows which geometry answers.

Arguments alpha, beta, eps broadcast against each other, and results have their common shape. Each distinct alpha is
trained once and each (alpha, beta, eps) answered once. Risks of an infinite background are Lebesgue measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags
from theory.estimate import Estimate
from theory.geometry.base import Geometry
from theory.geometry.piece import Piece
from theory.geometry.region import Region, join
from theory.geometry.ties import with_ties
from theory.problems.normal import Normal, normal_form
from theory.problems.problem import DomainProblem, MixtureProblem, Problem, Training, described
from theory.reduction.reduce import TOLERANCE, Route, reduce
from theory.reduction.stack import Stack
from theory.risks.knife_edges import told_apart
from theory.risks.requests import Layout, lay_out
from theory.risks.solution import Kind, Solution, undefined
from theory.risks.trained import trained


def solve(
    problem: Problem | Stack,
    layout: Layout,
    kind: Kind,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
    winner: int = 1,
) -> Solution:
    """Train, smooth and weigh every distinct request, in the problem's normal form; ties of the vote go to `winner`."""
    if isinstance(problem, Stack):
        layout = layout.within(*problem.normals)
        own, window = np.asarray(layout.own), float(np.nanmax(layout.eps, initial=0.0))
        found = _solved(problem.normals[0].problem, problem.geometry(own, window), layout, kind, winner)
        return replace(found, volume=problem.volumes[own[layout.flat]])
    normal = normal_form(problem)
    layout = layout.within(normal)

    def answer(normal: Normal, layout: Layout) -> Solution:
        geometry = reduce(normal, float(np.nanmax(layout.eps, initial=0.0)), tolerance, route, layout.ratio)
        return replace(_solved(normal.problem, geometry, layout, kind, winner), volume=np.asarray(normal.volume))

    return told_apart(normal, layout, answer)


def solve_for(problem: Problem, layout: Layout, kind: Kind, trained: Problem, winner: int = 1) -> Solution:
    """The same for the classifiers of another problem, whose smoothing noise it is: one training noise."""
    from theory.reduction.view import seen  # the plane with it: slow to import, and seldom needed

    normal = normal_form(trained)
    layout = layout.within(normal)
    other = normal.inward(replace(problem, smoothing=trained.smoothing))
    window = float(np.nanmax(layout.eps, initial=0.0))

    def answer(normal: Normal, layout: Layout) -> Solution:
        geometry, base = seen(normal.problem, reduce(normal, window), layout.alpha, other, window)
        return replace(_solved(other.problem, geometry, layout, kind, winner, base), volume=np.asarray(other.volume))

    return told_apart(normal, layout, answer)


def _solved(
    problem: Problem, geometry: Geometry, layout: Layout, kind: Kind, winner: int, base: Any = None
) -> Solution:
    """Answers in units of the normal form; base: classifiers with the components to weigh, if not the problem's own."""
    eps = layout.eps.ravel()
    base = trained(geometry, layout.alpha) if base is None else base
    rows, own = layout.flat, base.region.take(layout.trained)
    far = eps > 0
    one, zero = _right(geometry, own, layout, kind == "certified", winner)
    if kind == "adversarial" and far.any():
        one = geometry.erode(one, eps).merged(far, one)
        zero = geometry.erode(zero, eps).merged(far, zero)
    pieces = tuple(p.at(rows) for p in base.pieces)
    held = (layout.beta.ravel() == 0) & (layout.alpha[rows] == 0) & ~far
    far = far & (kind != "clean")
    # Without smoothing there is no vote: the base classifier itself gives its ties to class 1.
    loses = {1: ~far & (layout.beta.ravel() > 0) & (winner == 0)}
    loses[0] = ~far & ~loses[1]
    (one, doubt), (zero, more) = (
        _decided(part, tuple(p for p in pieces if p.label == label), held, far, loses[label])
        for label, part in ((1, one), (0, zero))
    )
    wrong_one, error_one = geometry.mass(pieces, one, 1)
    wrong_zero, error_zero = geometry.mass(pieces, zero.complement(), 0)
    moved = geometry.uncertainty(pieces, one) + doubt + more
    if kind != "clean" and far.any():
        moved = moved + geometry.uncertainty(pieces, zero)
    total = tuple(sum(p.weight for p in pieces if p.label == label) for label in (1, 0))
    moved = np.minimum(moved, sum(total))
    whole = np.asarray(total[0] if isinstance(problem, DomainProblem) and problem.infinite else sum(total))
    risk, share = wrong_one + wrong_zero, total[0] - wrong_one + wrong_zero
    risk = undefined(problem, layout, kind, risk, total)
    rounding = error_one + error_zero
    uniform = problem.smoothing.noise == "uniform"
    return Solution(
        geometry,
        layout,
        kind,
        uniform,
        pieces,
        one,
        zero,
        risk,
        rounding,
        moved,
        doubt + more,
        share,
        whole,
        base,
        np.ones(()),
    )


def _right(geometry: Geometry, own: Any, layout: Layout, certified: bool, winner: int) -> tuple[Any, Any]:
    """Where the vote is right for class 1 and for class 0, or where that is certified at radii above 0."""
    far = layout.eps.ravel() > 0
    sure = None
    if certified and far.any():
        sure = _certified(geometry, own, layout)
        if far.all():
            return sure
    one = voted_region(geometry, own, layout.beta, winner)
    zero = one.complement()
    return (one, zero) if sure is None else (sure[0].merged(far, one), sure[1].merged(far, zero))


def _certified(geometry: Geometry, own: Any, layout: Layout) -> tuple[Any, Any]:
    """Where the vote for class 1 and for class 0 is certified; along a coordinate both are asked for at once."""
    other = own.complement()
    if not isinstance(own, Region):
        one, zero = (geometry.smooth(part, layout.beta, layout.eps) for part in (own, other))
        return one, zero
    rows = np.arange(len(own.first))
    both = join(2 * len(rows), [(rows, own), (len(rows) + rows, other)])
    found = geometry.smooth(both, np.tile(layout.beta, (2, 1)), np.tile(layout.eps, (2, 1)))
    one, zero = np.split(np.arange(len(found.first)), 2)
    return found.take(one), found.take(zero)


def voted_region(geometry: Geometry, trained: Any, beta: Array, winner: int) -> Any:
    """{g = 1}: {u >= 1/2} where ties go to class 1, else the complement of {1 - u >= 1/2}."""
    if winner == 1:
        return geometry.smooth(trained, beta)
    return geometry.smooth(trained.complement(), beta).complement()


def _decided(region: Any, pieces: tuple[Piece, ...], held: Flags, closed: Flags, ajar: Flags) -> tuple[Any, Array]:
    """The region with the class of every point mass, and the mass that lies within the error of a boundary."""
    if not isinstance(region, Region):
        return region, np.zeros(len(region.first))
    return with_ties(region, pieces, held, closed, ajar)


def estimated(solution: Solution, tolerance: float = TOLERANCE) -> Estimate:
    """The risks of a solution, in the problem's units and the shape of the request."""
    error = np.where(solution.void, 2 * np.finfo(float).eps * solution.risk, solution.rounding + solution.moved)
    error = np.where(np.isfinite(solution.risk), error, np.nan)
    status = solution.status(error, tolerance)
    value, error = solution.volume * solution.risk, measured(error, solution.risk, solution.volume)
    spread = solution.layout.spread
    return Estimate(spread(value), spread(error), solution.geometry.route, spread(status))


def averaged(found: Sequence[Estimate]) -> Estimate:
    """The one estimate, or the mean of two: a coin decides which classifier it is."""
    return found[0] if len(found) == 1 else 0.5 * (found[0] + found[1])


def _answered(problem: Problem, layout: Layout, kind: Kind, tolerance: float, route: Route | None) -> Estimate:
    """The risks for every class to which a tie may go, averaged."""
    winners = described(problem).smoothing.winners
    solutions = (solve(problem, layout, kind, tolerance, route, winner) for winner in winners)
    return averaged([estimated(solution, tolerance) for solution in solutions])


def measured(error: Array, value: Array, volume: Array) -> Array:
    """The error of `value` times a volume that is rounded itself."""
    return np.asarray(volume * (error + np.where(volume == 1, 0.0, 2 * np.finfo(float).eps * np.abs(value))))


def clean_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    *,
    ratio: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """R(alpha, beta) = P(g(X) != Y), g the smoothed classifier.

    Source: a signed sum of component masses over the intervals (or shells) of {g = 1} and its complement.

    Args:
        alpha: training noise scales >= 0 (standard deviation, diversity or half-width per coordinate).
        beta: smoothing noise scales >= 0, broadcast against alpha; 0 is the base classifier itself.
        ratio: n/d, samples per dimension, > 0, broadcast; None for infinite data. With a ratio the answer is the limit
            n, d -> inf, route and status "limit", for the rules lda, least-squares and logistic and two Gaussians of
            one covariance, whatever `problem.dim`; NaN where M noisy copies do not span the space, at alpha > 0 and
            n M <= d. At alpha = 0 and n <= d it is that of the classifier of least norm.
        tolerance: in the plane, refine until the error is estimated below this, or the status says "tolerance" or
            "tangency"; elsewhere errors are those of rounding. On labelled sets it is a share of the area (of the
            domain, or of the sets in an infinite background, where risks and errors are areas). A gain has two errors.
            inf takes the coarsest level (some 1e-6) without an estimate of its error, NaN.
        route: "line", "half-space", "radial", "axial" or "plane", where several cover the problem; None for the usual
            one.

    Raises:
        NoExactRoute: no geometry answers for the problem, or not the one that `route` names; a ratio is not defined
            for the rule or the problem.
        ProblemError: a noise is negative or not finite, a ratio not > 0, or there is no such route.

    Examples:
        >>> from theory import regimes, with_overrides
        >>> found = clean_risk(regimes.concentric(dim=20), alpha=[0.0, 0.4], beta=0.5)
        >>> found.value.round(8).tolist(), found.route
        ([0.13705091, 0.10490536], 'radial')
        >>> samples = with_overrides(regimes.two_gaussians(separation=3.0, prior=0.2), {"training.rule": "lda"})
        >>> clean_risk(samples, alpha=0.3, beta=0.5, ratio=[2.0, 10.0]).value.round(5).tolist()
        [0.11411, 0.06096]
    """
    return _answered(problem, lay_out(alpha, beta, ratio=ratio), "clean", tolerance, route)


def certified_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    ratio: ArrayLike | None = None,
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
    return _answered(problem, lay_out(alpha, beta, eps, ratio), "certified", tolerance, route)


def adversarial_risk(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    ratio: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """P(some delta with norm < eps makes g(X + delta) != Y), in the norm that the smoothing noise certifies.

    At norm eps itself only point masses could tell: one exactly eps from the other class is not moved, as u = tau
    certifies it.

    The mass outside {g = 1} and {g = 0}, each eroded by eps. Never above the certified risk; equal to it for
    half-spaces under Gaussian noise. Arguments and errors as `clean_risk`.
    """
    return _answered(problem, lay_out(alpha, beta, eps, ratio), "adversarial", tolerance, route)


def bayes_risk(problem: Problem, *, tolerance: float = TOLERANCE, route: Route | None = None) -> Estimate:
    """The least possible risk: that of {s >= 0} without any noise. Errors as `clean_risk`."""
    own = described(problem).training
    training = Training(rule="posterior", noise=own.noise, off_support=own.off_support)
    if isinstance(problem, MixtureProblem):
        problem = replace(problem, training=training)
    return clean_risk(problem, 0.0, 0.0, tolerance=tolerance, route=route)
