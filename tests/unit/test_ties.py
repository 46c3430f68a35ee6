"""Who wins a tie of the vote: class 1, class 0 or a coin, on both sides and in the proofs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from theory import (
    Estimate,
    ProblemError,
    adversarial_risk,
    certified_risk,
    clean_risk,
    compare,
    dumps_problem,
    gain,
    loads_problem,
    regimes,
    risk,
    risk_slopes,
    smooth,
    train,
    vote_risk,
    with_overrides,
)
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Ties,
    Training,
    Uniform,
)
from theory.proof.prover import Prover

TIES: tuple[Ties, ...] = get_args(Ties)
# Risks on paper are met to a few roundings.
PAPER = 1e-13
# Failure rate of a comparison with a simulation.
RARE = 1e-6


def given(problem: Problem, ties: Ties) -> Problem:
    return replace(problem, smoothing=replace(problem.smoothing, ties=ties))


def values(problem: Problem, ask: object, *noises: float) -> dict[str, float]:
    return {ties: ask(given(problem, ties), *noises).value for ties in TIES}


def on_paper(found: dict[str, float], one: float, zero: float) -> None:
    assert found == pytest.approx({"class1": one, "class0": zero, "coin": (one + zero) / 2}, abs=PAPER)


def mixture(zero: list[Law], one: list[Law], prior: float, **more: object) -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, 1, *sides, **more)


def test_two_votes_on_two_bumps() -> None:
    problem = regimes.bumps(spacing=1.5)
    found = values(problem, vote_risk, 0.3, 0.5, 2)
    assert found == pytest.approx({"class1": 0.394135095, "class0": 0.423441512, "coin": 0.408788303}, abs=1e-9)
    swapped = replace(problem, prior=1 - problem.prior, class0=problem.class1, class1=problem.class0)
    other = values(swapped, vote_risk, 0.3, 0.5, 2)
    assert [other[ties] for ties in ("class0", "class1", "coin")] == pytest.approx(list(found.values()), abs=PAPER)


@pytest.mark.parametrize("votes", [1, 2, 3, 4, 10, 1000])
def test_votes_by_the_definition(votes: int) -> None:
    """P(k > n/2) + c P(k = n/2), c = 1, 0 or 1/2, at every point of a Parzen window."""
    problem = mixture([Point(-1.0), Point(1.0)], [Point(0.25)], 0.35)
    u = smooth(train(problem, 0.5), 0.3).vote([-1.0, 1.0, 0.25])
    for ties, share in (("class1", 1.0), ("class0", 0.0), ("coin", 0.5)):
        half = votes / 2
        one = stats.binom.sf(half, votes, u) + (votes % 2 == 0) * share * stats.binom.pmf(half, votes, u)
        want = 0.325 * (one[0] + one[1]) + 0.35 * (1 - one[2])
        assert vote_risk(given(problem, ties), 0.5, 0.3, votes).value == pytest.approx(want, rel=1e-9, abs=1e-14)


def test_an_odd_number_of_votes_has_no_ties() -> None:
    assert len(set(values(regimes.bumps(), vote_risk, 0.3, 0.5, 5).values())) == 1


def test_a_coin_makes_an_even_number_of_votes_worth_one_less() -> None:
    """Given the first 2m - 1 votes, one more decides only where they stand m to m - 1, and then as a coin would."""
    problem = given(regimes.bumps(spacing=1.5), "coin")
    for votes in (2, 6, 20):
        assert vote_risk(problem, 0.3, 0.5, votes).value == pytest.approx(
            vote_risk(problem, 0.3, 0.5, votes - 1).value, abs=1e-11
        )


@pytest.mark.parametrize(("scale", "shift"), [("1", "0"), ("0.1", "1"), ("1e-6", "-3"), ("1e6", "7")])
def test_votes_of_one_half(scale: str, shift: str) -> None:
    """u = 1/2 on the whole box, and in the middle between two boxes at a single point."""

    def at(x: str) -> float:
        return float(Fraction(scale) * (Fraction(x) + Fraction(shift)))

    unit = float(Fraction(scale))
    rule, votes = Training("regression", "uniform"), Smoothing("uniform")
    box = DomainProblem(1, (Box(at("0"), at("1")),), at("-3"), at("5"), rule, votes)
    on_paper(values(box, clean_risk, 0.0, unit), 0.0, 0.125)
    pair = DomainProblem(1, (Box(at("0"), at("1")), Box(at("3"), at("4"))), at("-2"), at("6"), rule, votes)
    eps = float(Fraction(scale) * Fraction("0.5"))
    on_paper(values(pair, adversarial_risk, 0.0, 2 * unit, eps), 0.375, 0.25)
    on_paper(values(pair, certified_risk, 0.0, 2 * unit, eps), 0.375, 0.375)


@pytest.mark.parametrize("votes", ["gaussian", "laplace", "uniform"])
def test_an_atom_where_half_of_the_votes_go_to_either_class(votes: str) -> None:
    """The base classifier is a half-line that ends in the atom, whose class wins only if it wins ties."""
    left, right = [Uniform(-1.0, 0.0), Point(0.0)], [Uniform(0.0, 1.0)]
    for zero, one, share in ((left, right, 0.0), (right, left, 1.0)):
        problem = mixture(zero, one, 1 / 3 if share else 2 / 3, smoothing=Smoothing(votes))
        atom = 1 / 6
        on_paper(values(problem, clean_risk, 0.0, 0.25), atom * (1 - share), atom * share)
        for ties, found in values(problem, clean_risk, 0.0, 0.25).items():
            proved = Prover(given(problem, ties)).risk(0.0, 0.25, most_bits=128)
            assert abs(proved.value - found) <= proved.error + PAPER


def half_votes(boxes: list[tuple[int, int]], beta: int) -> tuple[Fraction, Fraction]:
    """The measures that ties to class 1 and ties to class 0 get wrong, by u at rational points.

    u is linear between multiples of 1/2, so that 2 u beta - beta is 0 throughout such a step or nowhere but at
    multiples of 1/4 and in places of measure 0 elsewhere: its sign in a step is that at a rational inner crossing.
    """
    wrong = [Fraction(0), Fraction(0)]
    for k in range(-40, 40):
        low, high = Fraction(k, 2), Fraction(k + 1, 2)
        inside = any(a <= low < b for a, b in boxes)
        first, last = (excess(boxes, beta, x) for x in (low, high))
        if first == last == 0:
            shares = (Fraction(1), Fraction(0))
        else:
            above = part_above(first, last)
            shares = (above, above)
        for which, share in enumerate(shares):
            wrong[which] += ((1 - share) if inside else share) / 2
    return wrong[0], wrong[1]


def excess(boxes: list[tuple[int, int]], beta: int, x: Fraction) -> Fraction:
    """2 beta (u - 1/2): the length of [x - beta, x + beta] in the union of boxes, less beta."""
    edges = sorted({v for pair in boxes for v in pair})
    total = Fraction(0)
    for low, high in pairwise(edges):
        if any(a <= low and high <= b for a, b in boxes):
            total += max(min(x + beta, high) - max(x - beta, low), Fraction(0))
    return total - beta


def part_above(first: Fraction, last: Fraction) -> Fraction:
    """The share of a step on which a linear function is positive."""
    if first >= 0 and last >= 0:
        return Fraction(1)
    if first <= 0 and last <= 0:
        return Fraction(0)
    return max(first, last) / abs(first - last)


def test_random_boxes_by_the_definition() -> None:
    rng, plateaus = np.random.default_rng(5), 0
    for _ in range(60):
        starts, widths = rng.integers(-4, 5, 3), rng.integers(1, 4, 3)
        boxes = [(int(a), int(a + w)) for a, w in zip(starts, widths, strict=True)]
        beta = int(rng.integers(1, 4))
        rule, votes = Training("regression"), Smoothing("uniform")
        sets = tuple(Box(float(a), float(b)) for a, b in boxes)
        one, zero = half_votes(boxes, beta)
        plateaus += one != zero
        on_paper(values(DomainProblem(1, sets, training=rule, smoothing=votes), clean_risk, 0.0, beta), one, zero)
    assert plateaus >= 5


def test_without_smoothing_the_base_classifier_keeps_its_own_ties() -> None:
    problem = mixture([Uniform(-1.0, 0.0)], [Uniform(0.0, 1.0), Point(0.0)], 0.5)
    for alpha in (0.0, 0.3):
        assert len(set(values(problem, clean_risk, alpha, 0.0).values())) == 1
        assert len(set(values(problem, vote_risk, alpha, 0.0, 2).values())) == 1


def test_a_gain_and_its_slopes_by_a_coin_are_means() -> None:
    """A box as wide as the noise is lost by training noise where class 1 wins ties, and was lost before where not."""
    box = DomainProblem(1, (Box(0.0, 1.0),), -3.0, 5.0, Training("regression"), Smoothing("uniform"))
    on_paper(values(box, gain, 0.5, 1.0), gain(box, 0.5, 1.0).value, gain(given(box, "class0"), 0.5, 1.0).value)
    assert gain(box, 0.5, 1.0).value < gain(given(box, "class0"), 0.5, 1.0).value == 0
    found = [compare(given(box, ties), 0.5, 1.0) for ties in TIES]
    assert [bool(part.constant) for part in found] == [True, True, True]
    bumps = regimes.bumps()
    slopes = [risk_slopes(given(bumps, ties), 0.3, 0.5).by_alpha.value for ties in TIES]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-12)


def test_the_plane_and_shells_answer_alike() -> None:
    for problem in (regimes.anisotropic(), regimes.concentric(dim=5)):
        found = values(problem, clean_risk, 0.3, 0.5)
        assert list(found.values()) == pytest.approx([found["class1"]] * 3, abs=1e-8)
    found = values(regimes.concentric(dim=5), vote_risk, 0.3, 0.5, 2)
    assert found["class1"] != pytest.approx(found["class0"], rel=1e-3)
    assert found["coin"] == pytest.approx((found["class1"] + found["class0"]) / 2, rel=1e-12)


def test_the_classifier_says_who_wins() -> None:
    box = DomainProblem(1, (Box(0.0, 1.0),), -3.0, 5.0, Training("regression"), Smoothing("uniform"))
    on_paper({ties: risk(box, smooth(train(given(box, ties), 0.0), 1.0)).value for ties in TIES}, 0.0, 0.125)
    problem = mixture([Gaussian(-1.0, 1.0)], [Gaussian(1.0, 1.0)], 0.5)
    for ties, label in (("class1", True), ("class0", False)):
        voted = smooth(train(given(problem, ties), 0.3), 0.5)
        assert voted([-0.1, 0.0, 0.1]).tolist() == [False, label, True]
        assert smooth(train(given(problem, ties), 0.3), 0.0)([0.0]).tolist() == [True]


def test_the_problem_file_carries_it() -> None:
    problem = with_overrides(regimes.stripes(), {"smoothing.ties": "coin"})
    assert 'ties = "coin"' in dumps_problem(problem)
    assert loads_problem(dumps_problem(problem)) == problem != regimes.stripes()
    assert len({problem, regimes.stripes(), regimes.stripes()}) == 2
    assert "coin" in repr(problem)
    assert isinstance(clean_risk(problem, 0.1, 0.2), Estimate)
    with pytest.raises(ProblemError, match=r"smoothing\.ties: found 'class2', expected one of class1, class0, coin"):
        loads_problem(dumps_problem(problem).replace('"coin"', '"class2"'))
