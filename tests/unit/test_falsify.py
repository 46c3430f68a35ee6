"""Attacks on claims: families, what counts as a violation, simple witnesses, and verdicts that need a proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from theory import Estimate, NoExactRoute, Problem, ProblemError, regimes
from theory.claims.falsify import Attack, CaseFamily, CaseNoises, Choice, Range, falsify
from theory.claims.shrink import candidates, simpler
from theory.claims.sides import FLOATS, Side
from theory.problems.noises import NOISES
from theory.theorems.boundaries import WINDOW, lumps
from theory.theorems.cases import facing

ALPHAS, BETAS = Range(0.05, 3.0, log=True), Range(0.05, 3.0, log=True, zero=0.1)
BUMPS = CaseFamily(
    regimes.bumps, {"count": Range(1, 3, whole=True), "spacing": Range(1, 4), "alpha": ALPHAS, "beta": BETAS}
)


def never_hurts(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    return exact.gain(problem, at.alpha, at.beta)


def never_helps(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
    return -exact.gain(problem, at.alpha, at.beta)


class NoProofs:
    """A side that cannot answer."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_: Any) -> Any:
            raise NoExactRoute("no proof")

        return refuse


class Contradicting(NoProofs):
    """A side that proves the opposite of a violation of `never_hurts`."""

    def gain(self, *_: Any) -> Estimate:
        return Estimate(1.0, 0.0, "proved")


@pytest.mark.parametrize("kind", [Range(0.1, 10, log=True), Range(-3, 5), Range(1, 9, whole=True), Range(2, 2)])
def test_ranges_hold_what_they_give(kind: Range) -> None:
    found = [kind.at(share) for share in np.linspace(0, 1, 33)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (kind.low, kind.high)
    assert all(kind.holds(value) for value in found)
    assert not kind.holds(kind.high + 1)
    assert not kind.holds("1")


def test_ranges_with_zero_and_choices() -> None:
    kind = Range(0.1, 10, log=True, zero=0.25)
    assert [kind.at(share) for share in (0, 0.2, 0.25, 1)] == [0, 0, 0.1, 10]
    assert kind.holds(0)
    assert not Range(0.1, 10, log=True).holds(0)
    letters = Choice("abc")
    assert [letters.at(share) for share in (0, 0.5, 0.99, 1)] == ["a", "b", "c", "c"]


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Range(2, 1), "range"),
        (lambda: Range(0, float("inf")), "high"),
        (lambda: Range(0, 1, log=True), "low"),
        (lambda: CaseFamily(regimes.bumps, {}), "parameters"),
        (lambda: CaseFamily(regimes.bumps, {"alpha": ALPHAS}, ("alpha",)), "extra"),
        (lambda: CaseFamily(regimes.bumps, {"alpha": ALPHAS}, ("more",)), "extra"),
        (lambda: falsify(never_hurts, BUMPS, 0), "budget"),
        (lambda: falsify(never_hurts, BUMPS, 1.5), "budget"),
    ],
)
def test_families_and_budgets_that_make_no_sense(make: Callable[[], Any], key: str) -> None:
    with pytest.raises(ProblemError) as refused:
        make()
    assert refused.value.key == key


def test_a_family_splits_parameters_from_noises() -> None:
    family = CaseFamily(regimes.bumps, dict(BUMPS.parameters) | {"factor": Range(1, 2)}, ("factor",))
    parameters = family.at([0.5] * 5)
    problem, at = family.case(parameters)
    assert problem == regimes.bumps(count=2, spacing=2.5)
    assert (at.alpha, at.beta, at.eps, at.factor) == (parameters["alpha"], parameters["beta"], 0.0, 1.5)
    assert set(NOISES).isdisjoint(family.defaults())
    with pytest.raises(AttributeError, match="delta"):
        at.delta  # noqa: B018


def test_a_false_claim_is_refuted_by_a_proved_simple_witness() -> None:
    found = falsify(never_hurts, BUMPS, budget=40)
    assert (found.verdict, found.cases, found.skipped) == ("refuted", 40, 0)
    assert found.worst_margin < 0
    assert found.witness is not None
    margin = found.witness["margin"]
    assert margin.route == "proved"
    assert margin.value + margin.error < 0
    problem, at = BUMPS.case({name: value for name, value in found.witness.items() if name != "margin"})
    numeric = FLOATS.gain(problem, at.alpha, at.beta)
    assert abs(numeric.value - margin.value) <= numeric.error + margin.error
    assert problem == regimes.bumps()
    assert all(len(f"{found.witness[name]:g}") <= 4 for name in ("alpha", "beta"))
    assert found.history["random"] == 20


def test_the_same_seed_gives_the_same_attack() -> None:
    first, again, other = (falsify(never_helps, BUMPS, 30, seed) for seed in (3, 3, 4))
    assert first == again
    assert first.worst != other.worst


def test_a_true_claim_is_verified_at_full_budget() -> None:
    family = CaseFamily(facing, {"prior": Range(0.05, 0.45), "alpha": ALPHAS, "beta": BETAS})
    found = falsify(never_helps, family, budget=60)
    assert (found.verdict, found.cases, found.witness) == ("verified", 60, None)
    assert found.worst_margin >= 0
    assert sum(found.history.values()) == 60


@pytest.mark.parametrize("side", [NoProofs(), Contradicting()])
def test_without_a_proof_a_violation_is_undecided(side: Any) -> None:
    found = falsify(never_hurts, BUMPS, budget=16, proved=side)
    assert found.verdict == "undecided"
    assert found.witness is not None
    assert found.witness["margin"].route == "line"
    assert found.worst_margin < 0


def test_a_claim_that_asks_no_side_is_never_refuted() -> None:
    two_arguments = falsify(lambda problem, at: FLOATS.gain(problem, at.alpha, at.beta), BUMPS, budget=16)
    assert two_arguments.verdict == "undecided"
    number = falsify(lambda problem, at, exact: -1.0, BUMPS, budget=16)
    assert (number.verdict, number.worst_margin) == ("undecided", -1.0)


def test_cases_without_an_answer_are_skipped() -> None:
    def choosy(problem: Problem, at: CaseNoises, exact: Side) -> Estimate | float | None:
        if at.alpha < 0.4:
            return None
        if at.alpha < 0.8:
            raise NoExactRoute("not here")
        return float("nan") if at.alpha < 1 else 1.0

    found = falsify(choosy, BUMPS, budget=12)
    assert (found.verdict, found.cases) == ("verified", 12)
    assert found.skipped > 0
    nothing = falsify(lambda *_: None, BUMPS, budget=4)
    assert (nothing.verdict, nothing.cases, nothing.witness) == ("undecided", 0, None)


def test_problems_that_cannot_be_built_are_skipped_and_bugs_are_not() -> None:
    family = CaseFamily(regimes.bumps, {"scale": Range(-1, 1), "alpha": ALPHAS})
    found = falsify(lambda *_: 0.0, family, budget=10)
    assert found.verdict == "verified"
    assert found.skipped > 0
    with pytest.raises(ZeroDivisionError):
        falsify(lambda *_: 1 / 0, BUMPS, budget=4)


def test_a_margin_that_is_negative_within_its_error_is_no_violation() -> None:
    found = falsify(lambda *_: Estimate(-1e-16, 2e-16, "line"), BUMPS, budget=8)
    assert found.verdict == "verified"
    assert found.worst_margin == pytest.approx(1e-16)


def test_the_optimiser_finds_what_random_cases_miss() -> None:
    """A claim that fails on a hundredth of each side of a square."""
    family = CaseFamily(regimes.bumps, {"spacing": Range(1, 2), "alpha": Range(0.0, 1.0), "beta": Range(0.0, 1.0)})
    found = falsify(lambda _p, at: max(abs(at.alpha - 0.7), abs(at.beta - 0.2)) - 0.005, family, budget=400)
    assert found.worst_margin < 0
    assert found.history["random"] == 200


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Range(0, 10), 2.71828, [0, 1, 2, 3, 2.7, 2.72, 2.718]),
        (Range(0.5, 10), 0.71828, [1, 0.7, 0.8, 0.72]),
        (Range(1, 5000, whole=True), 1234, [1, 1000, 2000, 1200, 1230]),
        (Choice("abc"), "c", ["a", "b"]),
    ],
)
def test_simple_numbers_come_first(kind: Range | Choice, value: Any, expected: list[Any]) -> None:
    found = list(candidates(kind, value))
    places = [found.index(step) for step in expected]
    assert places == sorted(places)
    assert value not in found
    assert next(candidates(kind, value, default=kind.at(0.5))) == kind.at(0.5)
    assert list(candidates(kind, value, default=value)) == []


def test_a_simpler_witness_keeps_a_tenth_of_the_violation() -> None:
    family = CaseFamily(regimes.bumps, {"spacing": Range(0.5, 4), "alpha": Range(0, 4)})
    start = {"spacing": 1.234567, "alpha": 3.1415}

    def margin(parameters: dict[str, Any]) -> Estimate:
        return Estimate(2.95 - parameters["alpha"], 0.0, "line")

    found = simpler(family, start, margin)
    assert found == {"spacing": 2.0, "alpha": 3}
    assert simpler(family, start, lambda _: None) == start


def test_boundaries_are_counted_on_both_sides() -> None:
    family = CaseFamily(lumps, {"count": Range(1, 4, whole=True), "alpha": Range(WINDOW - 0.5, WINDOW + 0.5)})

    def never_more(problem: Problem, at: CaseNoises, exact: Side) -> Estimate:
        return exact.boundaries(problem, 0.0) - exact.boundaries(problem, at.alpha)

    found: Attack = falsify(never_more, family, budget=60)
    assert found.verdict == "refuted"
    assert found.witness is not None
    assert found.witness["margin"].value <= -2


def test_floats_count_boundaries_that_are_not_apart_as_uncertain() -> None:
    class Near(type(FLOATS)):
        def cuts(self, *_: Any) -> list[Estimate]:
            return [Estimate(at, 1e-9, "line") for at in (0.0, 1.0, 1.0 + 1e-9)]

    assert Near().boundaries(regimes.bumps(), 0.0) == Estimate(3.0, 2.0, "line")
    assert FLOATS.boundaries(regimes.bumps(), 0.0) == Estimate(6.0, 0.0, "line")
    with pytest.raises(NoExactRoute):
        FLOATS.cuts(regimes.anisotropic(), 0.0)
