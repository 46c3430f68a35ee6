"""Looking for counterexamples: a claim about problems and noises is attacked, and what is found is proved.

A claim is a signed margin, >= 0 where it holds. It is evaluated in floating point at random cases, then at those that
an optimiser proposes, which seeks the least margin; a case counts as a violation only where the margin is negative
beyond its own error. A witness is made simple (`theory.claims.shrink`) and put before ball arithmetic, and only if that
encloses its margin below 0 is the claim called refuted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import differential_evolution, minimize

from theory.arrays import Array
from theory.claims.families import CaseFamily, CaseNoises, Choice, Range
from theory.claims.shrink import simpler
from theory.claims.sides import FLOATS, Side
from theory.errors import NoExactRoute, ProblemError, shown
from theory.estimate import PROVED as PROVED_ROUTE
from theory.estimate import Estimate
from theory.problems.validation import instance, whole

__all__ = ["Attack", "CaseFamily", "CaseNoises", "Choice", "Claim", "Range", "falsify"]

Claim = Callable[..., "Estimate | float | None"]

# How the budget is shared; what the optimisers do not use up (margins may be flat) goes into further random cases.
RANDOM, EVOLUTION, DESCENT = 0.5, 0.35, 0.15
# Draws without an answer cost little, and a family may have many.
MOST_DRAWS = 8
# The population, whose first generation are the best random cases, and how many there should at least be.
PER_PARAMETER, LEAST_POPULATION, GENERATIONS = 4, 8, 8
# What the optimiser is told where there is no answer: worse than any margin of a probability.
NO_ANSWER = 1e3
# Witnesses put before the proof if the simple one has none.
ATTEMPTS = 4
SKIPPED = (NoExactRoute, ProblemError)


@dataclass(frozen=True)
class Attack:
    """What came of an attack on a claim.

    verdict: "refuted": a counterexample is proved; "undecided": there is one in floating point, without a proof, or
        no case could be answered; "verified": none was found.
    cases, skipped: cases with a margin, and those without (no exact route, or hypotheses that do not hold).
    worst_margin: margin + error of the case that comes nearest to a violation, or is the clearest one: negative where
        the claim is violated beyond the error; NaN without cases.
    worst: the parameters of that case.
    witness: parameters of the counterexample, with the claim's Estimate there as "margin" (enclosed if the claim is
        refuted); None where there is none.
    history: cases answered in each stage: random, evolution, descent, shrink, proof.
    """

    verdict: str
    cases: int
    skipped: int
    worst_margin: float
    worst: dict[str, Any] | None
    witness: dict[str, Any] | None
    history: dict[str, int]


class _Spent(Exception):
    """The budget of a stage is used up."""


@dataclass
class _Search:
    """The claim over its family, and what was seen of it so far."""

    claim: Callable[[Any, CaseNoises, Side], Estimate | float | None]
    family: CaseFamily
    stage: str = "random"
    left: int = 0
    skipped: int = 0
    history: dict[str, int] = field(default_factory=dict)
    seen: list[tuple[float, float, tuple[float, ...]]] = field(default_factory=list)

    def margin(self, parameters: Mapping[str, Any], side: Side = FLOATS) -> Estimate | None:
        """The claim's margin, None where there is no answer."""
        try:
            found = self.claim(*self.family.case(parameters), side)
        except SKIPPED:
            found = None
        if found is None or np.isnan(_high(found)):
            self.skipped += 1
            return None
        self.history[self.stage] = self.history.get(self.stage, 0) + 1
        return found if isinstance(found, Estimate) else Estimate(found, 0.0, "number")

    def __call__(self, point: Array) -> float:
        """The score at a point of the unit cube, which the optimisers minimise."""
        if self.left <= 0:
            raise _Spent
        self.left -= 1
        found = self.margin(self.family.at(point))
        if found is None:
            return NO_ANSWER
        self.seen.append((_score(found), _high(found), tuple(np.clip(point, 0, 1).tolist())))
        return _score(found)

    def begin(self, stage: str, budget: int) -> None:
        self.stage, self.left = stage, budget

    @property
    def cases(self) -> int:
        return len(self.seen)


def falsify(
    claim: Claim, family: CaseFamily, budget: int = 2000, seed: int = 0, *, proved: Side | None = None
) -> Attack:
    """Seek a case of the family in which the claim does not hold.

    Half of the budget are random cases, then differential evolution starts from the best of them (Storn and Price
    1997), then Nelder and Mead's descent from the best of all; the rest are random again. What is minimised is the
    margin where it is positive, and where it is not, its ratio to its error. A violation is made simple and proved. The
    same seed gives the same answer.

    Args:
        claim: a function of (problem, noises, exact) to a margin, an `Estimate` or a number, >= 0 where it holds; None
            where its hypotheses do not hold. `exact` is the side that answers (`theory.claims.sides.Side`), and the
            claim must ask it and use sums of its Estimates for a violation to be provable. A function of (problem,
            noises) alone can be attacked, and never refuted.
        family: the cases.
        budget: how many cases are answered, about; and as many again as often as `MOST_DRAWS` without an answer.
        proved: the side that proves; `theory.proof.PROVED` if not given.

    Raises:
        ProblemError: the budget is not a whole number >= 1. Errors of the claim itself pass through.

    Examples:
        >>> from theory import regimes
        >>> noises = {"alpha": Range(0.1, 2), "beta": Range(0.1, 2)}
        >>> family = CaseFamily(regimes.concentric, {"dim": Range(2, 9, whole=True), **noises})
        >>> falsify(lambda problem, at, exact: exact.risk(problem, at.alpha, at.beta), family, budget=20).verdict
        'verified'
    """
    budget, seed = whole(budget, "budget"), whole(seed, "seed", 0)
    instance(family, "family", CaseFamily)
    if not callable(claim):
        raise ProblemError("claim", shown(claim), "a function of (problem, noises, exact)")
    search = _Search(_three_arguments(claim), family)
    rng = np.random.default_rng(seed)
    _draw(search, rng, max(1, round(RANDOM * budget)))
    if search.seen:
        _evolve(search, round(EVOLUTION * budget), seed)
        _descend(search, round(DESCENT * budget))
        _draw(search, rng, budget)
    return _judged(search, proved)


def _three_arguments(claim: Claim) -> Claim:
    if len(inspect.signature(claim).parameters) >= 3:
        return claim
    return lambda problem, noises, _exact: claim(problem, noises)


def _high(margin: Estimate | float) -> float:
    """Margin + error: negative only if the claim is violated beyond it."""
    return float(margin.value + margin.error) if isinstance(margin, Estimate) else float(margin)


def _score(margin: Estimate) -> float:
    """margin + error where that is negative; from 0 to 1 its share of the error where the margin is negative within its
    error; 1 + margin where it is not negative. So equalities, too, are attacked where they nearly fail."""
    value, error, high = float(margin.value), float(margin.error), _high(margin)
    return 1 + value if value >= 0 else high / error if high >= 0 else high


def _draw(search: _Search, rng: np.random.Generator, wanted: int) -> None:
    """Random points until so many cases were answered in all."""
    search.begin("random", MOST_DRAWS * (wanted - search.cases))
    while search.cases < wanted and search.left > 0:
        search(rng.random(len(search.family.parameters)))


def _evolve(search: _Search, budget: int, seed: int) -> None:
    """Differential evolution from the best random points."""
    size = len(search.family.parameters)
    population = max(LEAST_POPULATION, min(PER_PARAMETER * size, budget // GENERATIONS))
    best = [point for _score, _high, point in sorted(search.seen)[:population]]
    if budget < len(best) or len(best) < LEAST_POPULATION:
        return
    search.begin("evolution", budget)
    start = np.array(best)
    bounds = [(0.0, 1.0)] * size
    try:
        differential_evolution(search, bounds, init=start, maxiter=budget, tol=0.0, polish=False, seed=seed)
    except _Spent:
        return


def _descend(search: _Search, budget: int) -> None:
    """Nelder and Mead's simplex from the best point of all, begun anew from where it ended while budget is left."""
    search.begin("descent", budget)
    size = len(search.family.parameters)
    try:
        for _ in range(3):
            start = min(search.seen)[-1]
            minimize(search, np.array(start), method="Nelder-Mead", bounds=[(0.0, 1.0)] * size)
    except _Spent:
        return


def _judged(search: _Search, proved: Side | None) -> Attack:
    """The verdict: counterexamples made simple and proved, in order of their margins."""
    cases, skipped = search.cases, search.skipped
    if not search.seen:
        return Attack("undecided", 0, skipped, float("nan"), None, None, search.history)
    ranked = sorted(search.seen)
    _least, high, point = ranked[0]
    worst = search.family.at(point)
    verdict, witness = "verified", None
    if high < 0:
        verdict, witness = _proved(search, [search.family.at(p) for _, m, p in ranked[:ATTEMPTS] if m < 0], proved)
    return Attack(verdict, cases, skipped, high + 0.0, worst, witness, search.history)


def _proved(
    search: _Search, violations: list[dict[str, Any]], proved: Side | None
) -> tuple[str, dict[str, Any] | None]:
    """The first counterexample with a proof, or the simplest of those without."""
    search.stage = "shrink"
    first = simpler(search.family, violations[0], search.margin)
    side = proving() if proved is None else proved
    search.stage = "proof"
    for parameters in (first, *violations):
        margin = search.margin(parameters, side)
        if margin is not None and margin.route == PROVED_ROUTE and _high(margin) < 0:
            return "refuted", parameters | {"margin": margin}
    search.stage = "shrink"
    return "undecided", first | {"margin": search.margin(first)}


def proving() -> Side:
    """Ball arithmetic, imported when there is something to prove."""
    from theory.proof import PROVED

    return PROVED
