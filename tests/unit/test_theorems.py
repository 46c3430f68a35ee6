"""The registry of laws: every law keeps its verdict, and wrong ones do not get through."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from theory import Estimate, NoExactRoute, Problem, clean_risk, regimes, small_noise, train
from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import FLOATS, Side
from theory.symbolic import DERIVATIONS
from theory.symbolic.derivation import Derivation
from theory.theorems import LAWS, Finding, Theorem
from theory.theorems.boundaries import lumps
from theory.theorems.cases import facing
from theory.theorems.compensation import LIMITS
from theory.theorems.large_noise import threshold

# Enough to see a law that is stated wrongly; `noisewise theorems` takes a thousand.
CASES = 12
DERIVED = {name for name, law in LAWS.items() if law.derivation is not None}
SHOWN = {name for name, law in LAWS.items() if law.examples}
ALPHAS = np.geomspace(0.05, 3, 80).tolist()
BUMPS = CaseFamily(regimes.bumps, {"spacing": Range(1, 3), "alpha": Range(0.1, 2), "beta": Range(0.1, 2)})


class NoProofs:
    """A side that cannot answer."""

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any) -> Any:
            raise NoExactRoute("no proof")

        return refuse


@cache
def checked(name: str) -> Finding:
    """A check of a law, which several tests look at."""
    return LAWS[name].check(CASES)


@pytest.mark.parametrize("name", LAWS)
def test_laws_hold(name: str) -> None:
    found = checked(name)
    # Of existence laws too: no example is taken for granted that floating point does not confirm.
    expected = {"proved"} if name in DERIVED else {"proved", "verified"} if name in SHOWN else {"verified"}
    assert found.verdict in expected
    if name in SHOWN:
        assert found.cases == len(LAWS[name].examples)
        assert found.worst_margin > 0
        assert found.witness is not None
    else:
        assert found.cases == CASES
        assert found.worst_margin >= 0
        assert found.witness is None


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_without_proofs_examples_are_only_verified(name: str) -> None:
    side: Any = NoProofs()
    assert LAWS[name].check(proved=side).verdict == "verified"


@pytest.mark.parametrize(
    "name",
    [
        "harm-near-one",
        "close-stripes",
        "uniform-training-creates",
        "laplace-down-and-up",
        "interference-below-width",
    ],
)
def test_examples_on_the_line_are_proved(name: str) -> None:
    found = checked(name)
    assert (found.verdict, found.how) == ("proved", "examples, enclosed")
    assert found.witness is not None
    assert found.witness["margin"].route == "proved"


def test_laws_say_what_they_are() -> None:
    assert len(LAWS) > 30
    for name, law in LAWS.items():
        assert law.name == name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert law.statement.endswith(".")
        assert law.source
        assert law.latex.count("{") == law.latex.count("}")
        module = __import__(law.claim.__module__, fromlist=["LAWS"])
        assert "Proof." in module.__doc__ or "Proof for" in module.__doc__


def never_hurts(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    return exact.gain(problem, at.alpha, at.beta)


def equal_is_best(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    return exact.risk(problem, at.alpha, at.beta) - exact.risk(problem, at.beta, at.beta)


def never_adds(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    return exact.boundaries(problem, 0.0) - exact.boundaries(problem, at.alpha)


WRONG = {
    "training noise never hurts": (never_hurts, BUMPS),
    "alpha = beta is always best": (equal_is_best, BUMPS),
    "uniform training noise never adds a boundary": (
        never_adds,
        CaseFamily(lumps, {"count": Range(1, 5, whole=True), "alpha": Range(3.5, 4.5)}),
    ),
}


def wrong(statement: str) -> Theorem:
    claim, family = WRONG[statement]
    return Theorem("wrong", statement, "", "", claim, family)


@pytest.mark.parametrize("statement", WRONG)
def test_wrong_laws_are_refuted(statement: str) -> None:
    found = wrong(statement).check(40)
    assert found.verdict == "refuted"
    assert found.witness is not None
    margin = found.witness["margin"]
    assert margin.route == "proved"
    assert margin.value + margin.error < 0


@pytest.mark.parametrize("statement", WRONG)
def test_without_proofs_wrong_laws_are_undecided(statement: str) -> None:
    side: Any = NoProofs()
    found = wrong(statement).check(40, proved=side)
    assert found.verdict == "undecided"
    assert found.witness is not None


def test_a_derivation_does_not_save_a_wrong_law() -> None:
    law = replace(wrong("training noise never hurts"), derivation=DERIVATIONS["scaling"])
    assert law.check(40).verdict == "refuted"


def test_a_derivation_that_fails_proves_nothing() -> None:
    def fail() -> Derivation:
        raise ArithmeticError("it does not come out")

    found = replace(LAWS["prior-shift-harm"], derivation=fail).check(8)
    assert (found.verdict, found.how) == ("undecided", "attack; the derivation failed")


def test_an_example_that_shows_nothing_is_undecided() -> None:
    law = LAWS["close-stripes"]
    short = replace(law, examples=({"alpha": 0.3, "beta": 1.0, "least": 0.5},))
    assert short.check().verdict == "undecided"
    numbers = replace(law, claim=lambda *_: 1.0)
    assert numbers.check().verdict == "undecided"


def test_the_limit_of_compensation_is_one() -> None:
    """Just below it some noise brings the ball beyond the Bayes radius."""
    for dim, prior in LIMITS:
        problem = regimes.concentric(dim=dim, prior=prior)
        law = LAWS["compensation-limit"]
        ladder = [law.claim(problem, CaseNoises(alpha, more={"over": -1e-3}), FLOATS) for alpha in ALPHAS]
        assert any(margin.value + margin.error < 0 for margin in ladder)


def test_derivations_give_the_numbers_of_the_exact_routes() -> None:
    prior, half, alpha, scale = 0.2, 1.25, 0.6, 0.8
    shift = math.log((1 - prior) / prior)
    problem = facing(separation=2 * half, scale=scale, prior=prior)
    (place,) = train(problem, alpha).region.ends[0]
    odds = 2 * half * place / scale**2 - shift
    assert DERIVATIONS["prior-shift"]().at(shift=shift, alpha=alpha, scale=scale) == pytest.approx(odds, rel=1e-12)
    limit = DERIVATIONS["prior-shift-limit"]().at(shift=shift)
    assert clean_risk(problem, 1e3, 0.5).value == pytest.approx(limit, rel=1e-12)
    ratio = DERIVATIONS["best-ratio"]().steps[0][1]
    squared = ratio.subs({symbol: {"d": 7, "u": 1.25}[symbol.name] for symbol in ratio.free_symbols})
    assert math.sqrt(squared) == pytest.approx(small_noise(regimes.concentric(dim=7)).ratio, rel=1e-9)


def test_the_threshold_of_large_noise_is_rounded_once() -> None:
    problem = facing(separation=1.0, prior=0.5)
    found = threshold(problem)
    assert found is not None
    assert (found.value, found.error) == (0.0, 0.0)
    assert threshold(facing(separation=0.05)) is None
