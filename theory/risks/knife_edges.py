"""Knife edges: numbers of more decimals than the normal form holds, beside a tie that would change the risk.

A plateau of votes at 1/2, the nearer of two supports, a box as wide as the noise reaches: where such a thing ties, the
risk jumps. Numbers that the normal form holds exactly tie there as they do on paper. With others a jump may hide
within rounding; so the question is asked again with noises a few roundings off, and with all numbers rounded to those
that are held exactly. What the risk changes by is the mass at stake.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np

from theory.arrays import Array
from theory.errors import ProblemError
from theory.problems.held import all_held, held, nearest, rounded
from theory.problems.normal import Normal
from theory.problems.problem import Ball, DomainProblem, Point, Problem, Uniform
from theory.risks.requests import Layout
from theory.risks.solution import Solution

# By how much of itself a noise is moved: more than the widest band of rounding in which the routes see ties.
NUDGE = 2.0**-40
# What a risk without a jump may change by, as a share of the whole: between both sides in second differences, and by
# rounding all numbers.
BENT, ROUNDED = 1e-11, 1e-9


def told_apart(
    normal: Normal, layout: Layout, solution: Solution, again: Callable[[Normal, Layout], Solution]
) -> Solution:
    """The solution with the mass at stake as a part of its error, where numbers of many decimals may hide a tie."""
    noises = (layout.alpha, layout.beta, layout.eps)
    if not _jumps(normal.problem) or (all_held(normal) and all(held(v).all() for v in noises)):
        return solution
    up, down = np.split(_changes(again(normal, _nudged(layout)), solution), 2)
    jumps = np.where(abs(up + down) > BENT, np.maximum(abs(up), abs(down)), 0.0)
    stake = np.max(jumps, axis=0)
    alpha, beta, eps = map(nearest, noises)
    with suppress(ProblemError):
        others = again(rounded(normal), replace(layout, alpha=alpha, beta=beta, eps=eps))
        change = np.abs(_changes(others, solution)[0])
        stake = np.maximum(stake, np.where(change > ROUNDED, change, 0.0))
    stake = stake * solution.whole
    moved = np.minimum(solution.moved + stake, solution.whole)
    return replace(solution, moved=moved, doubt=solution.doubt + stake)


def _nudged(layout: Layout) -> Layout:
    """The request with all noises moved up, and radii with them or against them; then the same with all moved down."""
    sides = (1 + NUDGE, 1 - NUDGE)
    ways = [(beta, eps) for beta in sides for eps in (sides if layout.eps.any() else (beta,))]
    half = len(ways) // 2
    return replace(
        layout,
        alpha=np.concatenate([layout.alpha * side for side in sides]),
        trained=np.concatenate([layout.trained] * half + [layout.trained + len(layout.alpha)] * half),
        beta=np.concatenate([layout.beta * beta for beta, _eps in ways]),
        eps=np.concatenate([layout.eps * eps for _beta, eps in ways]),
        ratio=None if layout.ratio is None else np.tile(layout.ratio, len(sides)),
    )


def _changes(other: Solution, solution: Solution) -> Array:
    """(k, N) by how much of the whole risks of k layouts differ, all of it where one is infinite, 0 where they are not
    defined."""
    risks = other.risk.reshape(-1, len(solution.risk))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((risks - solution.risk) / solution.whole, posinf=1.0, neginf=-1.0)


def _jumps(problem: Problem) -> bool:
    """Whether a tie of positive measure can occur: by uniform noise on bounded laws, or off the support of all."""
    noisy = "uniform" in (problem.training.noise, problem.smoothing.noise)
    if isinstance(problem, DomainProblem):
        return noisy
    bounded = [isinstance(part.law, Uniform | Ball | Point) for part in problem.class0 + problem.class1]
    return all(bounded) or (noisy and any(bounded))
