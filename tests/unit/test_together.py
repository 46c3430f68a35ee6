"""Cases of one problem answered together: the same margins as one by one, in fewer calls, and a search in blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from theory import Estimate, NoExactRoute, Problem, ProblemError, regimes
from theory.claims import together
from theory.claims.falsify import CaseFamily, CaseNoises, Range, falsify
from theory.claims.sides import FLOATS, Side, places
from theory.proof import PROVED
from theory.theorems import LAWS
from theory.theorems.cases import rarer

PROBLEM = regimes.bumps(count=2, spacing=1.5)
CASES = [(PROBLEM, CaseNoises(alpha, beta)) for alpha, beta in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.0), (1.2, 0.8))]
# Shares of the error by which an answer may differ that was computed beside others.
AGREEMENT = 2.0


def sum_of_all(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    """Every question of a side, some of them about a problem that the claim makes itself."""
    other = replace(problem, prior=0.4)
    noises = at.alpha, at.beta
    total = exact.risk(problem, *noises) + exact.gain(other, *noises) + exact.boundaries(problem, *noises)
    total = total + sum(exact.cuts(other, *noises), Estimate(0.0, 0.0, "line"))
    if at.beta > 0:
        radii = (*noises, 0.5 * at.beta)
        for ask in (exact.certified_risk, exact.certified_gain, exact.adversarial_risk):
            total = total + ask(problem, *radii)
    return total


def winding(problem: Problem, at: CaseNoises, exact: Side) -> Estimate | None:
    """What is asked next depends on the answer, and NaN would be looked up in vain."""
    first = exact.gain(problem, at.alpha, at.beta)
    if first.value < 0:
        return None
    ladder = {True: 0.1, False: 0.2}
    return exact.risk(problem, ladder[bool(first.value >= 0)], float(first.value))


@pytest.mark.parametrize("claim", [sum_of_all, winding])
def test_margins_are_those_of_single_cases(claim: Any) -> None:
    alone = [claim(problem, at, FLOATS) for problem, at in CASES]
    found = together.margins(claim, CASES)
    assert [margin is None for margin in found] == [margin is None for margin in alone]
    for one, other in zip(found, alone, strict=True):
        if isinstance(one, Estimate):
            assert abs(one.value - other.value) <= AGREEMENT * (one.error + other.error)
            assert one.route == other.route


def test_each_question_about_a_problem_is_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(problem: Problem, *noises: np.ndarray) -> list[Estimate]:
        calls.append(len(noises[0]))
        return [Estimate(0.0, 0.0, "line")] * len(noises[0])

    monkeypatch.setitem(together.ASKED, "risk", counted)

    def claim(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
        return exact.risk(problem, at.alpha, at.beta) - exact.risk(problem, 0.0, at.beta)

    together.margins(claim, CASES)
    assert calls == [7]


def test_errors_stay_with_the_cases_that_raise_them() -> None:
    def claim(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
        return exact.risk(problem, at.alpha - 0.2, at.beta)

    assert [margin is None for margin in together.margins(claim, CASES)] == [True, False, False, False]
    curves = [(regimes.anisotropic(), CaseNoises(0.1, 0.1))]
    assert together.margins(lambda problem, at, exact: exact.boundaries(problem, at.alpha), curves) == [None]
    with pytest.raises(NoExactRoute):
        places(regimes.anisotropic(), 0.1)
    with pytest.raises(ZeroDivisionError):
        together.margins(lambda problem, at, exact: exact.risk(problem, 0.1, 0.1) * (1 / 0), CASES[:1])


def test_places_of_many_noises_are_those_of_each() -> None:
    alphas, betas = np.array([0.0, 0.4, 0.4, 1.0]), np.array([0.5, 0.0, 0.9, 0.5])
    for problem in (PROBLEM, regimes.concentric(dim=20)):
        for found, alpha, beta in zip(places(problem, alphas, betas), alphas, betas, strict=True):
            alone = FLOATS.cuts(problem, float(alpha), float(beta))
            assert len(found) == len(alone)
            assert all(
                abs(one.value - other.value) <= AGREEMENT * (one.error + other.error)
                for one, other in zip(found, alone, strict=True)
            )


# Three parameters of the problem and three beside it.
CUBE = CaseFamily(
    lambda **parameters: tuple(parameters.values()),
    {name: Range(0.0, 1.0) for name in ("one", "two", "three", "alpha", "beta", "eps")},
)
LOWEST = np.linspace(0.15, 0.85, 6)


def distance(problem: Any, at: CaseNoises, _exact: Side) -> float:
    """A margin whose least value is 0, at a place that only the optimisers come near."""
    return float(np.linalg.norm(np.array([*problem, at.alpha, at.beta, at.eps]) - LOWEST))


def test_a_search_in_blocks_still_finds_minima() -> None:
    """Nearer than a tenth of what as many random points come to."""
    budget = 600
    points = np.random.default_rng(0).random((budget, 6))
    random = float(np.linalg.norm(points - LOWEST, axis=1).min())
    found = [falsify(distance, CUBE, budget, seed) for seed in range(5)]
    assert [attack.cases for attack in found] == [budget] * 5
    assert np.median([attack.worst_margin for attack in found]) < random / 10


def test_cases_of_a_block_share_their_problem_and_what_is_held() -> None:
    seen: list[tuple[Any, ...]] = []

    def claim(problem: Any, at: CaseNoises, _exact: Side) -> float:
        seen.append((*problem, at.more["fixed"], at.alpha))
        return 1.0

    wide = {name: Range(0.0, 1.0) for name in ("one", "fixed", "alpha")}
    falsify(claim, CaseFamily(lambda one: (one,), wide, ("fixed",), held=("fixed",)), budget=500)
    assert len({case[:2] for case in seen[:250]}) == 50
    assert len({case[2] for case in seen[:250]}) == 250
    with pytest.raises(ProblemError) as refused:
        CaseFamily(lambda one: (one,), wide, held=("fixed",))
    assert refused.value.key == "held"


def test_the_rarer_class_is_that_of_the_prior_as_typed() -> None:
    """1 - prior of the float is 5e-17 below the risk of the constant, which takes the decimal."""
    law = LAWS["prior-shift-limit"]
    typed = {
        "dim": 1,
        "separation": 2.0,
        "scale": 10.0,
        "prior": 0.9728004138938336,
        "alpha": 1,
        "beta": 0,
        "factor": 1,
    }
    problem, at = law.family.case(typed)
    assert rarer(problem).value == pytest.approx(1 - problem.prior)
    for side in (FLOATS, PROVED):
        margin = law.claim(problem, at, side)
        assert margin.value + margin.error >= 0
