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
from theory.risks.requests import Layout, stacked
from theory.risks.solution import Solution

# By how much of itself a noise is moved: more than the widest band of rounding in which the routes see ties.
NUDGE = 2.0**-40
# What a risk without a jump may change by, as a share of the whole: between both sides in second differences, and by
# rounding all numbers.
BENT, ROUNDED = 1e-11, 1e-9


def told_apart(normal: Normal, layout: Layout, answer: Callable[[Normal, Layout], Solution]) -> Solution:
    """The answer with the mass at stake as a part of its error, where numbers of many decimals may hide a tie."""
    noises = (layout.alpha, layout.beta, layout.eps)
    whole_numbers = all_held(normal)
    if not may_jump(normal.problem) or (whole_numbers and all(held(v).all() for v in noises)):
        return answer(normal, layout)
    alpha, beta, eps = map(nearest, noises)
    plain, nudged = replace(layout, alpha=alpha, beta=beta, eps=eps), _nudged(layout)
    # All that is asked of one problem is asked at once.
    every = answer(normal, stacked([layout, *nudged, *([plain] if whole_numbers else [])]))
    solution = every.first(layout)
    changes = _changes(every, solution)[1:]
    up, down = np.split(changes[: len(nudged)], 2)
    jumps = np.where(abs(up + down) > BENT, np.maximum(abs(up), abs(down)), 0.0)
    stake = np.max(jumps, axis=0)
    with suppress(ProblemError):
        others = changes if whole_numbers else _changes(answer(rounded(normal), plain), solution)
        change = np.abs(others[-1])
        stake = np.maximum(stake, np.where(change > ROUNDED, change, 0.0))
    stake = stake * solution.whole
    moved = np.minimum(solution.moved + stake, solution.whole)
    return replace(solution, moved=moved, doubt=solution.doubt + stake)


def _nudged(layout: Layout) -> list[Layout]:
    """The request with all noises moved up, and radii with them or against them; then the same with all moved down."""
    sides = (1 + NUDGE, 1 - NUDGE)
    both = (sides, sides[::-1]) if layout.eps.any() else ((sides[0],), (sides[1],))
    ways = [(radii[0], radius) for radii in both for radius in radii]
    return [
        replace(layout, alpha=layout.alpha * noise, beta=layout.beta * noise, eps=layout.eps * radius)
        for noise, radius in ways
    ]


def _changes(other: Solution, solution: Solution) -> Array:
    """(k, N) by how much of the whole risks of k layouts differ, all of it where one is infinite, 0 where they are not
    defined."""
    risks = other.risk.reshape(-1, len(solution.risk))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((risks - solution.risk) / solution.whole, posinf=1.0, neginf=-1.0)


def may_jump(problem: Problem) -> bool:
    """Whether a tie of positive measure can occur: by uniform noise on bounded laws, or off the support of all."""
    noisy = "uniform" in (problem.training.noise, problem.smoothing.noise)
    if isinstance(problem, DomainProblem):
        return noisy
    bounded = [isinstance(part.law, Uniform | Ball | Point) for part in problem.class0 + problem.class1]
    return all(bounded) or (noisy and any(bounded))
