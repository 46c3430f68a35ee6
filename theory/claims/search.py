"""The search for the least margin: random cases, differential evolution, and a descent, all of them in blocks.

A block holds cases that share their problem and differ in what the family lets vary beside it, the noises; the claim is
asked about them together (`theory.claims.together`), which takes little longer than asking about one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import minimize

from theory.arrays import Array
from theory.claims.families import CaseFamily
from theory.claims.sides import FLOATS, Side
from theory.claims.together import SKIPPED, Margin, margins
from theory.estimate import Estimate
from theory.problems.problem import Problem

# How the budget is shared; what the optimisers do not use up goes into further random cases.
RANDOM, EVOLUTION, DESCENT = 0.5, 0.35, 0.15
# The most cases of one problem in a block, and how large a budget has to be for each: few cases are all of different
# problems.
BLOCK, BUDGET_OF_BLOCK = 5, 100
# Draws without an answer cost little, and a family may have many.
MOST_DRAWS = 8
# The population, whose first generation are the best random cases, and how many there should at least be.
PER_PARAMETER, LEAST_POPULATION, GENERATIONS = 4, 8, 8
# How far a mutant goes along a difference of the population, and the share of coordinates that it changes.
MUTATION, CROSSOVER = (0.5, 1.0), 0.7
# What the optimiser is told where there is no answer: worse than any margin of a probability.
NO_ANSWER = 1e3


class _Spent(Exception):
    """The budget of a stage is used up."""


@dataclass
class Search:
    """The claim over its family, and what was seen of it so far.

    seen: score, margin + error and point of the unit cube of every case with an answer.
    """

    claim: Callable[..., Margin]
    family: CaseFamily
    rng: np.random.Generator
    together: int = 1
    stage: str = "random"
    left: int = 0
    skipped: int = 0
    history: dict[str, int] = field(default_factory=dict)
    seen: list[tuple[float, float, tuple[float, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        varied = [name in self.family.varied for name in self.family.parameters]
        self.varied = np.flatnonzero(varied)
        self.together = self.together if any(varied) else 1

    def margin(self, parameters: Mapping[str, Any], side: Side = FLOATS) -> Estimate | None:
        """The claim's margin, None where there is no answer."""
        try:
            found = self.claim(*self.family.case(parameters), side)
        except SKIPPED:
            found = None
        return self._noted(found)

    def _noted(self, found: Margin) -> Estimate | None:
        if found is None or np.isnan(high(found)):
            self.skipped += 1
            return None
        self.history[self.stage] = self.history.get(self.stage, 0) + 1
        return found if isinstance(found, Estimate) else Estimate(found, 0.0, "number")

    def block(self, points: Array) -> list[float]:
        """The scores, which are to be small, at points (k, n) of the unit cube that share their problem."""
        points = np.clip(points[: self.left], 0, 1)
        self.left -= len(points)
        return [self._scored(found, point) for found, point in zip(self._asked(points), points.tolist(), strict=True)]

    def _asked(self, points: Array) -> Sequence[Margin]:
        parameters = [self.family.at(point) for point in points]
        problem: Problem | None = None
        cases = []
        for one in parameters:
            try:
                problem = self.family.problem(one) if problem is None else problem
            except SKIPPED:
                return [None] * len(points)
            cases.append((problem, self.family.noises(one)))
        return margins(self.claim, cases)

    def _scored(self, margin: Margin, point: Sequence[float]) -> float:
        found = self._noted(margin)
        if found is None:
            return NO_ANSWER
        self.seen.append((score(found), high(found), tuple(point)))
        return self.seen[-1][0]

    def begin(self, stage: str, budget: int) -> None:
        """Another stage, with so many cases."""
        self.stage, self.left = stage, budget

    @property
    def cases(self) -> int:
        """How many cases were answered."""
        return len(self.seen)

    def spread(self, point: Array) -> Array:
        """The block (k, n) of one problem, still without any variation."""
        return np.repeat(point[None, :], self.together, axis=0)


def high(margin: Estimate | float) -> float:
    """Margin + error: negative only if the claim is violated beyond it."""
    return float(margin.value + margin.error) if isinstance(margin, Estimate) else float(margin)


def score(margin: Estimate) -> float:
    """margin + error where that is negative; from 0 to 1 its share of the error where the margin is negative within its
    error; 1 + margin where it is not negative. So equalities, too, are attacked where they nearly fail."""
    value, error, most = float(margin.value), float(margin.error), high(margin)
    return 1 + value if value >= 0 else most / error if most >= 0 else most


def search(found: Search, budget: int) -> None:
    """Half of the budget at random, then the optimisers; what they leave is random again."""
    draw(found, max(1, round(RANDOM * budget)))
    if found.seen:
        evolve(found, round(EVOLUTION * budget))
        descend(found, round(DESCENT * budget))
        draw(found, budget)


def draw(found: Search, wanted: int) -> None:
    """Random points until so many cases were answered in all."""
    found.begin("random", MOST_DRAWS * (wanted - found.cases))
    while found.cases < wanted and found.left > 0:
        points = found.spread(found.rng.random(len(found.family.parameters)))[: wanted - found.cases]
        points[1:, found.varied] = found.rng.random((len(points) - 1, len(found.varied)))
        found.block(points)


def evolve(found: Search, budget: int) -> None:
    """Differential evolution (Storn and Price 1997) of the best random problems; each mutant brings a block."""
    size = len(found.family.parameters)
    most = max(LEAST_POPULATION, min(PER_PARAMETER * size, budget // (GENERATIONS * found.together)))
    members, scores = _population(found, most)
    if budget < most or len(members) < LEAST_POPULATION:
        return
    found.begin("evolution", budget)
    while found.left > 0:
        for k in range(len(members)):
            if found.left <= 0:
                return
            points = found.spread(_mutant(found, members, scores, k))
            for other in points[1:]:
                other[found.varied] = _mutant(found, members, scores, k)[found.varied]
            tried = found.block(points)
            if min(tried) <= scores[k]:
                best = int(np.argmin(tried))
                members[k], scores[k] = points[best], tried[best]


def _population(found: Search, most: int) -> tuple[Array, list[float]]:
    """The best points and their scores, one of each problem."""
    fixed = np.setdiff1d(np.arange(len(found.family.parameters)), found.varied)
    best: dict[Any, tuple[float, tuple[float, ...]]] = {}
    for worth, _high, point in sorted(found.seen):
        key = tuple(point[i] for i in fixed) if len(fixed) and found.together > 1 else point
        best.setdefault(key, (worth, point))
    chosen = list(best.values())[:most]
    return np.array([point for _worth, point in chosen]), [worth for worth, _point in chosen]


def _mutant(found: Search, members: Array, scores: list[float], k: int) -> Array:
    """The best member moved along a difference of two others, crossed with member k; new where it leaves the cube."""
    rng, size = found.rng, members.shape[1]
    one, two = rng.choice([j for j in range(len(members)) if j != k], 2, replace=False)
    moved = members[int(np.argmin(scores))] + rng.uniform(*MUTATION) * (members[one] - members[two])
    moved = np.where((moved < 0) | (moved > 1), rng.random(size), moved)
    changed = (rng.random(size) < CROSSOVER) | (np.arange(size) == rng.integers(size))
    return np.where(changed, moved, members[k])


def descend(found: Search, budget: int) -> None:
    """Nelder and Mead's simplex from the best point of all, begun anew from where it ended while budget is left."""
    found.begin("descent", budget)
    size = len(found.family.parameters)

    def alone(point: Array) -> float:
        if found.left <= 0:
            raise _Spent
        return found.block(point[None, :])[0]

    try:
        for _ in range(3):
            start = np.array(min(found.seen)[-1])
            minimize(alone, start, method="Nelder-Mead", bounds=[(0.0, 1.0)] * size)
    except _Spent:
        return
