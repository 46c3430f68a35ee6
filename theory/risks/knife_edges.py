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
# Directions for alpha, beta and eps, to be taken to both sides.
DIRECTIONS = ((1, 1, 1), (1, 1, -1))
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
    noisy = [[_nudged(layout, way, side) for side in (1, -1)] for way in DIRECTIONS]
    pairs = [[_changes(again(normal, other), solution) for other in pair] for pair in noisy]
    jumps = [np.where(abs(up + down) > BENT, np.maximum(abs(up), abs(down)), 0.0) for up, down in pairs]
    stake = np.max(jumps, axis=0)
    alpha, beta, eps = map(nearest, noises)
    with suppress(ProblemError):
        change = np.abs(_changes(again(rounded(normal), replace(layout, alpha=alpha, beta=beta, eps=eps)), solution))
        stake = np.maximum(stake, np.where(change > ROUNDED, change, 0.0))
    stake = stake * solution.whole
    moved = np.minimum(solution.moved + stake, solution.whole)
    return replace(solution, moved=moved, doubt=solution.doubt + stake)


def _nudged(layout: Layout, way: tuple[int, int, int], side: int) -> Layout:
    alpha, beta, eps = (1 + side * sign * NUDGE for sign in way)
    return replace(layout, alpha=layout.alpha * alpha, beta=layout.beta * beta, eps=layout.eps * eps)


def _changes(other: Solution, solution: Solution) -> Array:
    """(N,) by how much of the whole the risks differ, all of it where one is infinite, 0 where they are not defined."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((other.risk - solution.risk) / solution.whole, posinf=1.0, neginf=-1.0)


def _jumps(problem: Problem) -> bool:
    """Whether a tie of positive measure can occur: by uniform noise on bounded laws, or off the support of all."""
    noisy = "uniform" in (problem.training.noise, problem.smoothing.noise)
    if isinstance(problem, DomainProblem):
        return noisy
    bounded = [isinstance(part.law, Uniform | Ball | Point) for part in problem.class0 + problem.class1]
    return all(bounded) or (noisy and any(bounded))
