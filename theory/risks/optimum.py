"""The best training noise for a given smoothing noise, and the noises for which training with noise helps at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags, Index
from theory.estimate import Estimate
from theory.numerics.bracketing import find_roots
from theory.numerics.leftmost import Peak
from theory.numerics.peaks import highest
from theory.numerics.stationary import ValuesAt
from theory.problems.extent import extent
from theory.problems.limits import MOST_NOISE
from theory.problems.noises import noise, noises, samples
from theory.problems.normal import normal_form
from theory.problems.problem import Problem
from theory.problems.validation import whole
from theory.risks.objective import Scan, scanned
from theory.risks.panel import Noises, Panel

# The scan: LINEAR steps over the largest length, DECADE to a power of ten from a part SMALL of the least length or
# smoothing noise (where the gain has its small-noise form) to LARGE times the largest (where it has reached its limit),
# and FEW from a part TINY on, for what happens at the ends of supports. Steps do not depend on how far the scan goes:
# what is found for one smoothing noise is found for it among others.
LINEAR, DECADE, FEW = 48, 16, 10
SMALL, LARGE, TINY = 1e-2, 300.0, 1e-4
# Ends of the ranges in which training noise helps, relative: zeros of the gain, and edges of ranges where it has none.
END_TOLERANCE, EDGE_TOLERANCE = 1e-10, 1e-7


@dataclass(frozen=True)
class Optimum:
    """The best training noise at one smoothing noise.

    alpha: the least minimiser of the (certified) risk; 0 where no training noise has a significant gain; inf where the
        risk still falls at the end of the scan; NaN where the risk is not defined. Risks are told apart by their
        relative size, below the range of floats by their logarithms.
    alpha_error: estimated error of alpha. Where the risk is smooth that is the error of its exact derivative over the
        curvature, some 1e-13 relative; in the plane, where derivatives are not known, some ten digits. At a kink and at
        the beginning of a plateau it is the width of the last bracket (there 1e-8 relative).
    risk, gain: at alpha (for alpha = inf at the largest noise of the scan), with their errors; 0 to within the least
        float where they underflow.
    helps: ranges of alpha in which the gain exceeds its error (or, where R(0, beta) underflows, the gain in log risk),
        in order; the high end is inf where the gain is still
        significant at the end of the scan. Ends are zeros of the gain to 1e-10 relative, or
        places where it fades into insignificance (one of the classifiers vanishes) to 1e-7.
    """

    beta: float
    eps: float
    alpha: float
    risk: Estimate
    gain: Estimate
    helps: list[tuple[float, float]]
    alpha_error: float = 0.0


def best_alpha(
    problem: Problem,
    beta: float,
    eps: float = 0.0,
    *,
    ratio: float | None = None,
    votes: int | None = None,
    upper: float | None = None,
) -> Optimum:
    """argmin over alpha >= 0 of R(alpha, beta), or of the certified risk at eps > 0, and where training noise helps.

    The gain R(0, beta) - R(alpha, beta), or log R where the best risk is less than half the baseline, is scanned at
    alpha = 0 and about 150 noises: evenly over the largest length of the problem, logarithmically from 1/10 000 of the
    least length (or of beta, if that is less) to 300 times the largest, and where the classifier turns over from one
    class to the other. Every local minimum of the scan that could be the best is refined, and those inside its steepest
    steps that the exact derivative tells of. Another minimum or range of help narrower than the scan can be missed.
    Noises whose risks are equal to within their errors tie, unless derivatives tell them apart; the smallest is
    reported.

    Args:
        ratio: samples per dimension n/d, as `clean_risk`; None for infinite data.
        votes: of the deployed classifier that takes so many votes, infinitely many if None. Derivatives are not known
            then, and alpha has about ten digits. Certificates fail with the usual probability of `certified_vote_risk`.
        upper: search only up to this noise; then neither alpha nor an end of `helps` is ever inf.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ProblemError: a noise is negative or not finite, or votes < 1.

    Examples:
        >>> from theory import regimes
        >>> found = best_alpha(regimes.two_gaussians(separation=4.0, prior=0.2), beta=0.3, eps=0.5)
        >>> round(found.alpha, 8), round(found.risk.value, 8)
        (0.57735027, 0.049832)
        >>> [round(best_alpha(regimes.bumps(spacing=1.5), beta=0.5, votes=n).alpha, 6) for n in (1, 3, 11)]
        [0.5, 0.432215, 0.281105]
    """
    return best_alphas(problem, [noise(beta, "beta")], eps, ratio=ratio, votes=votes, upper=upper)[0]


def best_alphas(
    problem: Problem,
    betas: ArrayLike,
    eps: float = 0.0,
    *,
    ratio: float | None = None,
    votes: int | None = None,
    upper: float | None = None,
) -> list[Optimum]:
    """`best_alpha` at each of many smoothing noises, scanned and refined together; arguments and errors as there."""
    smoothing = noises(betas, "betas").ravel()
    radius = noise(eps, "eps")
    alphas = _scan(problem, smoothing, None if upper is None else noise(upper, "upper"))
    panel = Panel([problem], None if votes is None else whole(votes, "votes"))
    every = np.zeros(len(smoothing))
    rows = Noises(every.astype(np.intp), smoothing, every + radius, None if ratio is None else every + samples(ratio))
    if len(smoothing) == 0:
        return []
    scan, peaks = _searched(panel, rows, np.tile(alphas, (len(smoothing), 1)))
    helps = _helps(scan.objective.advantage, scan.alphas, *scan.advantages, upper is None, panel.at_once)
    best = np.array([peak.at for peak in peaks])
    at = panel.compare(np.where(np.isnan(best), 0.0, best), rows)
    result = []
    for k, peak in enumerate(peaks):
        risk, better = at.risk.at(k), at.gain.at(k)
        alpha = math.inf if upper is None and peak.last else peak.at
        result.append(Optimum(float(smoothing[k]), radius, alpha, risk, better, helps[k], _error(peak, alpha)))
    return result


def best_along(problems: Sequence[Problem], rows: Noises, upper: float) -> Array:
    """The best training noise up to `upper` of each of many rows: `rows.own` says of which problem. As `best_alphas`,
    without anything else that it finds out."""
    used, own = np.unique(rows.own, return_inverse=True)
    panel, rows = Panel([problems[k] for k in used.tolist()]), replace(rows, own=own)
    grids = [_scan(problem, rows.beta[own == k], upper) for k, problem in enumerate(panel.problems)]
    most = max(map(len, grids))
    # Longer grids for some cost no more: all rows are answered together.
    table = np.stack([np.append(grid[:-1], np.linspace(grid[-2], upper, most - len(grid) + 2)[1:]) for grid in grids])
    found, smooth = np.full(len(rows.own), np.nan), panel.smooth[rows.own] & (rows.ratio is None)
    for some in (np.flatnonzero(smooth), np.flatnonzero(~smooth)):
        if len(some):
            part = rows.take(some)
            found[some] = [peak.at for peak in _searched(panel, part, table[part.own])[1]]
    return found


def _searched(panel: Panel, rows: Noises, alphas: Array) -> tuple[Scan, list[Peak]]:
    """The scan of all rows, and where each is highest; derivatives are known in all rows or none."""
    scan = scanned(panel, rows, alphas)
    smooth = rows.ratio is None and bool(panel.smooth[rows.own].all())
    objective = scan.objective
    return scan, highest(objective.values, scan.alphas, *scan.values, objective.slope if smooth else None)


def _error(peak: Peak, alpha: float) -> float:
    return peak.error if math.isfinite(alpha) else math.nan


def _scan(problem: Problem, betas: Array, upper: float | None) -> Array:
    """Training noises to look at first, from 0 up."""
    small, large = extent(problem)
    low = SMALL * min([small, *betas[betas > 0].tolist()])
    normal = normal_form(problem)
    normal.lengths(betas, "beta")
    top = min(LARGE * max(large, float(betas.max(initial=0.0))), 0.5 * MOST_NOISE * normal.length)
    tiny = np.geomspace(low * TINY / SMALL, low, FEW, endpoint=False)
    ends = np.log10([low / large, top / large]) * DECADE
    powers = large * 10.0 ** (np.arange(math.floor(ends[0]), math.ceil(ends[1])) / DECADE)
    grid = np.concatenate([[0.0], tiny, np.linspace(0, large, LINEAR + 1)[1:], powers, [top]])
    if upper is not None:
        grid = np.append(grid[grid < upper], upper)
        if upper > 0:
            grid = np.concatenate([grid, np.linspace(0, min(upper, large), LINEAR + 1)])
    return np.unique(grid)


def _helps(
    gain: ValuesAt, alphas: Array, value: Array, error: Array, open_ended: bool, places: int
) -> list[list[tuple[float, float]]]:
    """Ranges of significant gain for each row: changes along the scan, refined as zeros of the gain or, where
    it fades into a range without significance, as the place where that begins."""
    good: Flags = value > error
    row, column = np.nonzero(good[:, 1:] != good[:, :-1])
    row, column = row[column > 0], column[column > 0]
    ends = (row, column), (row, column + 1)
    size = np.maximum(value[ends[0]], value[ends[1]])
    fading = np.minimum(*(value[at] + error[at] for at in ends)) >= 0

    def significant(index: Index, alpha: Array) -> tuple[Array, Array]:
        more, spread = gain(row[index], alpha)
        flat = (np.abs(more) <= spread) & fading[index]
        return np.where(flat, -size[index], more), np.where(flat, 0.0, spread)

    low, high = alphas[row, column], alphas[row, column + 1]
    first, second = (np.where(good[at] | ~fading, value[at], -size) for at in ends)
    near = low * np.where(fading, EDGE_TOLERANCE, END_TOLERANCE)
    roots = find_roots(significant, low, high, first, second, near, places)
    result = []
    for k in range(len(value)):
        found = roots.at[row == k].tolist()
        if alphas.shape[1] > 1 and good[k, 1]:
            found.insert(0, 0.0)
        if good[k, -1]:
            found.append(math.inf if open_ended else float(alphas[k, -1]))
        result.append(list(zip(found[::2], found[1::2], strict=True)))
    return result
