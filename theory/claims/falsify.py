"""Looking for counterexamples: a claim about problems and noises is attacked, and what is found is proved.

A claim is a signed margin, >= 0 where it holds. It is evaluated in floating point at random cases, then at those that
an optimiser proposes, which seeks the least margin (`theory.claims.search`); a case counts as a violation only where
the margin is negative beyond its own error. A witness is made simple (`theory.claims.shrink`) and put before ball
arithmetic, and only if that encloses its margin below 0 is the claim called refuted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.claims.families import CaseFamily, CaseNoises, Choice, Range
from theory.claims.search import BLOCK, BUDGET_OF_BLOCK, Search, high, search
from theory.claims.shrink import simpler
from theory.claims.sides import Side
from theory.errors import ProblemError, shown
from theory.estimate import PROVED as PROVED_ROUTE
from theory.estimate import Estimate
from theory.problems.validation import instance, whole

__all__ = ["Attack", "CaseFamily", "CaseNoises", "Choice", "Claim", "Range", "falsify"]

Claim = Callable[..., "Estimate | float | None"]

# Witnesses put before the proof if the simple one has none.
ATTEMPTS = 4


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


def falsify(
    claim: Claim, family: CaseFamily, budget: int = 2000, seed: int = 0, *, proved: Side | None = None
) -> Attack:
    """Seek a case of the family in which the claim does not hold.

    Half of the budget are random cases, then differential evolution starts from the best of them, then a descent from
    the best of all. What is minimised is the margin where it is positive, and where it is not, its ratio to its error.
    A violation is made simple and proved. The same seed gives the same answer.

    Of larger budgets cases of one problem are answered together. For this the claim is run more than once on a case, at
    first with answers of NaN and without boundaries, so it has to say the same each time and to end with any answers.

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
    together = min(max(budget // BUDGET_OF_BLOCK, 1), BLOCK)
    found = Search(_three_arguments(claim), family, np.random.default_rng(seed), together)
    search(found, budget)
    return _judged(found, proved)


def _three_arguments(claim: Claim) -> Claim:
    if len(inspect.signature(claim).parameters) >= 3:
        return claim
    return lambda problem, noises, _exact: claim(problem, noises)


def _judged(found: Search, proved: Side | None) -> Attack:
    """The verdict: counterexamples made simple and proved, in order of their margins."""
    cases, skipped = found.cases, found.skipped
    if not found.seen:
        return Attack("undecided", 0, skipped, float("nan"), None, None, found.history)
    ranked = sorted(found.seen)
    _least, most, point = ranked[0]
    worst = found.family.at(point)
    verdict, witness = "verified", None
    if most < 0:
        verdict, witness = _proved(found, [found.family.at(p) for _, m, p in ranked[:ATTEMPTS] if m < 0], proved)
    return Attack(verdict, cases, skipped, most + 0.0, worst, witness, found.history)


def _proved(found: Search, violations: list[dict[str, Any]], proved: Side | None) -> tuple[str, dict[str, Any] | None]:
    """The first counterexample with a proof, or the simplest of those without."""
    found.stage = "shrink"
    first = simpler(found.family, violations[0], found.margin)
    side = proving() if proved is None else proved
    found.stage = "proof"
    for parameters in (first, *violations):
        margin = found.margin(parameters, side)
        if margin is not None and margin.route == PROVED_ROUTE and high(margin) < 0:
            return "refuted", parameters | {"margin": margin}
    found.stage = "shrink"
    return "undecided", first | {"margin": found.margin(first)}


def proving() -> Side:
    """Ball arithmetic, imported when there is something to prove."""
    from theory.proof import PROVED

    return PROVED
