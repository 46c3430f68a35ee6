"""Training with noise against training without: risks, gains and what the classifiers have become, for a map.

Arguments alpha, beta, eps broadcast against each other, and results have their common shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Index
from theory.estimate import OK, Estimate
from theory.geometry.difference import exchanged, mass_difference
from theory.problems.noises import together
from theory.problems.problem import DomainProblem, Problem, described
from theory.reduction.reduce import TOLERANCE, Route
from theory.reduction.stack import Stack
from theory.risks.requests import lay_out
from theory.risks.risks import averaged, estimated, measured, solve
from theory.risks.solution import TRIVIAL, Comparison, Kind, Solution


def compare(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike = 0.0,
    *,
    ratio: ArrayLike | None = None,
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
    winners = described(problem).smoothing.winners
    asked = together(alpha, beta, eps, ratio)
    return _averaged([_compared(problem, asked, tolerance, route, winner) for winner in winners])


def compare_stack(stack: Stack, own: Index, alpha: Array, beta: Array, eps: Array) -> Comparison:
    """The same for noises (n,) of several problems; own: of which."""
    asked = together(alpha, beta, eps)
    winners = stack.problems[0].smoothing.winners
    return _averaged([_compared(stack, asked, TOLERANCE, None, winner, own) for winner in winners])


def _averaged(found: list[Comparison]) -> Comparison:
    """The one comparison, or what comes of a coin that decides ties."""
    if len(found) == 1:
        return found[0]
    one, two = found
    risk, baseline, gains = (averaged([getattr(part, name) for part in found]) for name in ("risk", "baseline", "gain"))
    return Comparison(risk, baseline, gains, one.constant & two.constant, 0.5 * (one.share + two.share))


def _compared(
    problem: Problem | Stack,
    asked: tuple[Array, ...],
    tolerance: float,
    route: Route | None,
    winner: int,
    own: Index | None = None,
) -> Comparison:
    """The comparison where every tie of the vote goes to `winner`."""
    noisy, smoothing, radius = asked[:3]
    ratio = asked[3] if len(asked) > 3 else None
    shape = noisy.shape
    layout = lay_out(np.stack([noisy, np.zeros(shape)]), smoothing, radius, ratio, own)
    kind: Kind = "certified" if radius.any() else "clean"
    solution = solve(problem, layout, kind, tolerance, route, winner)
    risks = estimated(solution, tolerance)
    risk, baseline = risks.at(0), risks.at(1)
    where = layout.where.reshape(2, -1)
    shares = solution.share if kind == "clean" else solve(problem, layout, "clean", tolerance, route, winner).share
    one = problem.problems[0] if isinstance(problem, Stack) else problem
    infinite = isinstance(one, DomainProblem) and one.infinite
    rarer = shares if infinite else np.minimum(shares, solution.whole - shares)
    trivial = rarer < TRIVIAL * solution.whole
    constant = (trivial[where[0]] | trivial[where[1]]).reshape(shape)
    return Comparison(
        risk,
        baseline,
        _gain(solution, where, shape, risk, baseline),
        constant,
        (solution.volume * shares)[where[0]].reshape(shape),
    )


def _gain(
    solution: Solution, where: np.ndarray, shape: tuple[int, ...], risk: Estimate, baseline: Estimate
) -> Estimate:
    """Baseline less risk, by the symmetric difference of the regions where both live on one coordinate."""
    with np.errstate(invalid="ignore"):
        plain = np.asarray(baseline.value) - np.asarray(risk.value)
    same = (where[0] == where[1]).reshape(shape)
    status = np.where(same, OK, (baseline - risk).status)
    if not solution.geometry.fixed or any(p.law == "point" for p in solution.pieces):
        both = np.asarray(baseline.error) + np.asarray(risk.error)
        spread = np.where(same & np.isfinite(plain), 0.0, both)
        return Estimate(plain, spread, risk.route, status)
    places = len(solution.risk)
    pairs, back = np.unique(where[0] * places + where[1], return_inverse=True)
    noisy, clean = np.divmod(pairs, places)
    pieces = tuple(p.at(noisy) for p in solution.pieces)
    geometry = solution.geometry
    one, zero = ((r.take(noisy), r.take(clean)) for r in (solution.one, solution.zero))
    both = exchanged(*one)
    value, error = mass_difference(geometry, pieces, both, 1)
    # What class 1 gains class 0 loses, unless both may be refused a certificate.
    other, sign = (both, -1) if solution.kind == "clean" else (exchanged(*zero), 1)
    more, rounding = mass_difference(geometry, pieces, other, 0)
    moved = np.where(noisy == clean, 0.0, solution.moved[noisy] + solution.moved[clean])
    total, spread = np.asarray(value + sign * more), np.asarray(error + rounding + moved)
    volume = np.broadcast_to(solution.volume, places)[noisy]
    total, spread = volume * total, measured(spread, total, volume)
    total, spread = (part[back.ravel()].reshape(shape) for part in (total, spread))
    void = solution.void[noisy][back.ravel()].reshape(shape)
    defined = np.isfinite(plain) & ~void
    spread = np.where(void, 0.0, spread)
    value, spread = np.where(defined, total, plain), np.where(np.isfinite(plain), spread, np.nan)
    return Estimate(value, spread, risk.route, status)


def gain(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    *,
    ratio: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """R(0, beta) - R(alpha, beta): positive where training noise helps. Arguments and errors as `clean_risk`.

    Examples:
        >>> from theory import regimes
        >>> gain(regimes.concentric(dim=20), alpha=0.4, beta=[0.1, 0.5]).value.round(6).tolist()
        [-0.012785, 0.032146]
    """
    return compare(problem, alpha, beta, ratio=ratio, tolerance=tolerance, route=route).gain


def certified_gain(
    problem: Problem,
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike,
    *,
    ratio: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
) -> Estimate:
    """The gain in certified risk at eps; NaN at beta = 0 < eps. Arguments and errors as `clean_risk`."""
    return compare(problem, alpha, beta, eps, ratio=ratio, tolerance=tolerance, route=route).gain
