"""Exact derivatives of risks and gains in both noises, by implicit differentiation of every boundary.

A boundary e of the base classifier solves s_alpha(e) = 0, one b of the smoothed classifier u(b; e, beta) = tau; the
implicit function theorem gives their rates (`geometry.crossings`, `geometry.motion`), and the risk moves by the raw
density at each boundary times its rate: dR = sum -+ s(b) db. No step size enters anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Index
from theory.errors import NoExactRoute
from theory.estimate import Estimate
from theory.geometry.motion import VoteSetting, flux, motions
from theory.problems.noises import together
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.reduction.reduce import reduce
from theory.reduction.stack import Stack
from theory.risks.requests import Layout, lay_out
from theory.risks.risks import solve
from theory.risks.solution import Kind, Solution

Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Slopes:
    """Derivatives in the training noise and in the smoothing noise; NaN where there is none."""

    by_alpha: Estimate
    by_beta: Estimate


def risk_slopes(problem: Problem, alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike = 0.0) -> Slopes:
    """dR/dalpha and dR/dbeta of the clean risk, or of the certified risk where eps > 0 (eps itself being held).

    Equation: R' = sum over boundaries b of -+ s(b) b', s the raw signed density, b' by the implicit function theorem
    from u(b) = tau and from the base boundaries' own rates. For the certified risk each class has its own region and
    density. Where the coordinate turns or moves with alpha (half-spaces, two centres) everything is differentiated in
    the moving frame, in which components and frame have rates of their own.

    Args:
        alpha, beta, eps: noises and radii >= 0, broadcast against each other.

    Returns:
        Estimates of the common shape, in units of risk per unit of noise. `error` covers rounding and the uncertainty
        of every boundary; it is absolute, and relative to the parts that cancel where the risk is stationary. NaN where
        a derivative does not exist or cannot be told from such a place: a boundary is being born, merges, or meets a
        point mass or the jump of a density; alpha = 0 where the classifier moves at once (kinks, atoms, bounded
        supports), and 0 there else, because alpha^2 enters; beta = 0 < eps. 0 where the smoothed classifier is constant
        or nothing can be certified.

    Raises:
        NoExactRoute: no geometry answers, or it is that of the plane.
        ProblemError: a noise is negative or not finite.

    Examples:
        >>> from theory import regimes
        >>> found = risk_slopes(regimes.concentric(dim=20), alpha=0.4, beta=[0.1, 0.5])
        >>> found.by_alpha.value.round(8).tolist(), found.by_beta.value.round(8).tolist()
        ([0.12555651, -0.06074799], [-0.02740236, 0.0664599])
    """
    layout = lay_out(alpha, beta, eps)
    route, pairs = _solved(problem, layout)
    found = [Estimate(layout.spread(value), layout.spread(error), route) for value, error in pairs]
    return Slopes(*found)


def gain_slopes(problem: Problem, alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike = 0.0) -> Slopes:
    """The same for the gain R(0, beta) - R(alpha, beta), certified where eps > 0: arguments and errors as there.

    The derivative in beta is a difference of two risks' and has both their errors; it is 0 at alpha = 0.

    Examples:
        >>> from theory import regimes
        >>> found = gain_slopes(regimes.concentric(dim=20), alpha=0.4, beta=0.5)
        >>> round(found.by_alpha.value, 8), round(found.by_beta.value, 8)
        (0.06074799, 0.22220856)
    """
    noisy, smoothing, radius = together(alpha, beta, eps)
    layout = lay_out(np.stack([noisy, np.zeros(noisy.shape)]), smoothing, radius)
    route, pairs = _solved(problem, layout)
    (along, along_error), (across, across_error) = ((layout.spread(v), layout.spread(e)) for v, e in pairs)
    same = (noisy == 0) & np.isfinite(across[1])
    value = np.where(same, 0.0, across[1] - across[0])
    error = np.where(same, 0.0, across_error[1] + across_error[0])
    return Slopes(Estimate(0.0 - along[0], along_error[0], route), Estimate(value, error, route))


def scaled_slopes(
    problem: Problem | Stack, alpha: Array, beta: Array, eps: ArrayLike, own: Index | None = None
) -> Pair:
    """dR/dalpha over the largest density at a boundary (n,), and its error: it does not underflow where risks do."""
    layout = lay_out(alpha, beta, eps, own=own)
    solution = solve(problem, layout, "certified" if np.any(eps) else "clean")
    value, error = _slopes(problem.smoothing.noise, solution, relative=True)[0]
    return layout.spread(value), layout.spread(error)


def _solved(problem: Problem, layout: Layout) -> tuple[str, tuple[Pair, Pair]]:
    """The route, and by noise the derivatives with their errors of every place of the layout."""
    kind: Kind = "certified" if np.nanmax(layout.eps, initial=0.0) > 0 else "clean"
    normal = normal_form(described(problem))
    geometry = reduce(normal)
    if not geometry.smooth_motion:
        raise NoExactRoute(
            f"derivatives in the noises are known on the line and radially, and this problem is one of the "
            f"{geometry.route}; take differences of clean_risk or certified_risk"
        )
    winners = problem.smoothing.winners
    found = [_slopes(problem.smoothing.noise, solve(problem, layout, kind, winner=winner)) for winner in winners]
    factor = normal.volume / normal.length / len(winners)
    pairs = (tuple(sum(part) for part in zip(*pair, strict=True)) for pair in zip(*found, strict=True))
    by_alpha, by_beta = ((factor * value, factor * (1 + 2.0**-50) * error) for value, error in pairs)
    return geometry.route, (by_alpha, by_beta)


def _slopes(noise: str, solution: Solution, *, relative: bool = False) -> tuple[Pair, Pair]:
    # Those with `smooth_motion` have `drift` and `kernel`.
    geometry: Any = solution.geometry
    layout, base = solution.layout, solution.base
    drift = geometry.drift(layout.alpha, base).take(layout.flat)
    beta, eps = layout.beta.ravel(), layout.eps.ravel()
    asked = np.isfinite(beta)
    beta, eps = np.where(asked, beta, 0.0), np.where(asked, eps, 0.0)
    setting = VoteSetting(base.region.take(layout.flat), drift, noise, beta, eps)
    first = motions(geometry.kernel, setting, solution.one)
    # Without a radius both classes' regions have the same boundaries.
    same = solution.kind == "clean"
    second = first if same else motions(geometry.kernel, setting.complement(), solution.zero)
    moved = ((1, solution.one, first), (0, solution.zero, second))
    results = []
    for which in (0, 1):
        frame = drift if which == 0 and not geometry.fixed else None
        parts = [
            flux(geometry.kernel, solution.pieces, frame, region, by[which], label, relative)
            for label, region, by in moved
        ]
        top = np.maximum(parts[0][2], parts[1][2])
        with np.errstate(invalid="ignore"):
            share = [np.where(np.isfinite(part[2]), np.exp(part[2] - top), 1.0) for part in parts]
        value, error = (sum(s * part[k] for s, part in zip(share, parts, strict=True)) for k in (0, 1))
        undefined = ~np.isfinite(solution.risk) | (solution.uniform & (eps > 0) & (eps == beta))
        value, error = (np.where(solution.void, 0.0, v) for v in (value, error))
        results.append((np.where(undefined, np.nan, value), np.where(undefined, np.nan, error)))
    return results[0], results[1]
