"""What people type: decimals, shared ends, atoms, other units and places; the reference is the same in integers."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

from tests.unit.typed_problems import SCALES, SHIFTS, Typed, draw
from theory import (
    Estimate,
    adversarial_risk,
    certified_risk,
    clean_risk,
    regimes,
    vote_risk,
)
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Smoothing,
    Training,
    Uniform,
)

# Risks on paper are met to a few roundings.
PAPER = 1e-13
FACTORS = (1e-150, 1e-80, 1e-60, 1e-6, 1.0, 1e6, 1e70, 1e80, 1e150)


def mixture(
    zero: list[Law],
    one: list[Law],
    prior: float = 0.5,
    train: str = "gaussian",
    votes: str = "gaussian",
    off: str = "nearest",
) -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, 0, *sides, Training("posterior", train, off), Smoothing(votes))


def on_paper(found: Estimate, value: float) -> None:
    assert found.value == pytest.approx(value, abs=PAPER)
    assert abs(found.value - value) <= found.error + PAPER
    assert found.error < PAPER


@pytest.mark.parametrize("unit", [1, 10])
def test_supports_that_share_an_end(unit: int) -> None:
    low, high, wide, beta = (float(Fraction(v) / 10 * unit) for v in (2, 5, 6, 3))
    problem = mixture([Uniform(low, high)], [Uniform(low, wide)], prior=0.2)
    for ask in (certified_risk, adversarial_risk):
        on_paper(ask(problem, 0.0, beta, 0.0), 0.8)
    on_paper(clean_risk(problem, 0.0, beta), 0.8)


@pytest.mark.parametrize("votes", ["gaussian", "laplace"])
@pytest.mark.parametrize("train", ["gaussian", "laplace"])
def test_atoms_exactly_at_the_radius(votes: str, train: str) -> None:
    """The margin is eps for every beta: u = tau on paper, and u >= tau certifies."""
    near, far = (mixture([Point(a)], [Point(1.0)], train=train, votes=votes) for a in (0.0, -1.0))
    for problem, eps in ((near, 0.5), (far, 1.0)):
        for alpha, beta in ((0.0, 1.0), (1.0, 1.0), (1.0, 0.3), (0.0, 0.7), (0.0, 2.0)):
            on_paper(certified_risk(problem, alpha, beta, eps), 0.0)
            on_paper(adversarial_risk(problem, alpha, beta, eps), 0.0)
            on_paper(certified_risk(problem, alpha, beta, 1.01 * eps), 1.0)


def test_uniform_smoothing_certifies_nothing_beyond_its_reach() -> None:
    assert certified_risk(mixture([Point(-1.0)], [Point(1.0)], votes="uniform"), 0.0, 0.7, 1.0).value == 1.0


@pytest.mark.parametrize(("scale", "shift"), [("1", "0"), ("0.1", "1"), ("1e-6", "-3"), ("1e6", "7")])
def test_votes_of_one_half_at_a_single_point(scale: str, shift: str) -> None:
    """u = 1/2 at x = 2 alone: class 1 by the tie, so that class 0 within .5 of it can be moved there."""

    def at(x: float) -> float:
        return float(Fraction(scale) * (Fraction(x) + Fraction(shift)))

    boxes = (Box(at(0), at(1)), Box(at(3), at(4)))
    problem = DomainProblem(1, boxes, at(-2), at(6), Training("regression", "uniform"), Smoothing("uniform"))
    beta, eps = (float(Fraction(scale) * Fraction(v)) for v in ("2", "0.5"))
    on_paper(adversarial_risk(problem, 0.0, beta, eps), 0.375)
    on_paper(certified_risk(problem, 0.0, beta, eps), 0.375)


def test_an_atom_in_a_shared_end() -> None:
    one = (Component(Uniform(3.9, 4.4), 0.5), Component(Point(3.9), 0.5))
    problem = MixtureProblem(0.5, 1, (Component(Uniform(3.4, 3.9)),), one, smoothing=Smoothing("uniform"))
    on_paper(clean_risk(problem, 0.0, 0.25), 0.0)


def test_touching_boxes_leave_no_sliver() -> None:
    problem = mixture([Uniform(0.1, 0.4), Uniform(0.4, 0.7)], [Uniform(2.7, 3.7)], off="class1")
    on_paper(adversarial_risk(problem, 0.0, 0.0, 0.05), 1 / 12)


def test_weights_are_equal_if_what_was_typed_is() -> None:
    zero = (Component(Uniform(-1.0, 1.0), 0.6), Component(Uniform(-3.2, -2.8), 0.4))
    one = (Component(Uniform(-1.0, 1.0), 0.6), Component(Uniform(1.2, 1.6), 0.4))
    on_paper(clean_risk(MixtureProblem(0.5 - 2e-15, 1, zero, one), 0.0, 3.0), 0.3)


@pytest.mark.parametrize("f", FACTORS)
def test_units_change_nothing(f: float) -> None:
    two = regimes.two_scales(dim=5, separation=f, scale0=f, scale1=2 * f)
    assert clean_risk(two, 0.4 * f, 0.7 * f).value == pytest.approx(0.139614809405, abs=1e-12)
    pair = regimes.concentric(dim=20, inner=f, outer=1.5 * f)
    assert clean_risk(pair, 0.4 * f, 0.5 * f).value == pytest.approx(0.104905357898, abs=1e-12)


def test_places_change_nothing() -> None:
    far = 2.0**50
    problem = mixture([Laplace(far, 1.0)], [Uniform(far + 0.5, far + 1.5)], prior=0.3)
    assert clean_risk(problem, 0.4, 0.7).value == pytest.approx(0.1804484476, abs=1e-10)
    found = []
    for o in (0.0, 2.0**24, 2.0**27):
        wide = Gaussian((o + 1, o), None, ((2.0, 0.5), (0.5, 1.0)))
        problem = MixtureProblem(0.5, 2, (Component(Gaussian((o, o), 1.0)),), (Component(wide),))
        found.append(clean_risk(problem, 0.4, 0.5).value)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("dim", [65, 784])
@pytest.mark.parametrize("place", [0, 3_000_000_000])
def test_decimals_on_many_axes(dim: int, place: int) -> None:
    """Scales 1e-6 apart, near the origin and 3000 from it: the same as in whole numbers."""
    rng, unit = np.random.default_rng(dim), Fraction(1, 10**6)
    for _ in range(4):
        means = place + rng.integers(-3000, 3000, (2, dim))
        found = []
        for scale in (unit, Fraction(1)):
            laws = [
                Gaussian(tuple(float(int(m) * scale) for m in mean), float(size * scale))
                for mean, size in zip(means, (1_300_000, 1_300_001), strict=True)
            ]
            zero, one = ((Component(law),) for law in laws)
            noises = [float(v * scale) for v in (100_000, 500_000, 10_000)]
            found.append(certified_risk(MixtureProblem(0.49, dim, zero, one), *noises))
        assert found[0].value == pytest.approx(found[1].value, abs=float(found[0].error + found[1].error), rel=0)


def test_tails_whose_ratio_tends_to_a_constant() -> None:
    nested = mixture([Uniform(0.0, 1.0)], [Uniform(0.0, 2.0)])
    assert clean_risk(nested, [0.1, 1.0], 0.3).value.tolist() == pytest.approx([0.25, 0.25], abs=1e-12)
    equal = mixture([Laplace(0.0, 1.0)], [Laplace(1.0, 1.0)])
    assert clean_risk(equal, [20.0, 1000.0], 0.3).value.tolist() == pytest.approx([0.303265329856] * 2, abs=1e-12)


@pytest.mark.parametrize(("scale", "shift"), [("1", "0"), ("0.1", "1"), ("1e6", "0")])
def test_tails_after_boxes_that_cancel(scale: str, shift: str) -> None:
    """Both densities are .125 on the outermost interval: what lies behind decides the tail."""

    def box(low: int, high: int, weight: float) -> Component:
        return Component(Uniform(*(float(Fraction(scale) * (v + Fraction(shift))) for v in (low, high))), weight)

    zero, one = (box(-4, -2, 1.0), box(-2, 1, 1.0)), (box(4, 7, 0.3), box(-4, -3, 0.1))
    problem = MixtureProblem(0.5, 1, zero, one, Training(off_support="class1"))
    found = clean_risk(problem, float(Fraction(scale)), 0.0)
    assert found.value == pytest.approx(0.5 * 0.25, abs=0.02)
    assert found.status == "ok"


def answers(problem: object, noises: tuple[float, float, float], votes: bool) -> dict[str, Estimate]:
    alpha, beta, eps = noises
    found = {
        "clean": clean_risk(problem, alpha, beta),
        "certified": certified_risk(problem, alpha, beta, eps),
        "adversarial": adversarial_risk(problem, alpha, beta, eps),
    }
    return found | ({"votes": vote_risk(problem, alpha, beta, 11)} if votes else {})


def differences(case: Typed, noises: tuple[int, int, int], scale: Fraction, shift: Fraction, votes: bool) -> list[str]:
    """On what a problem in whole numbers and the same typed otherwise disagree, and certificates that are broken."""
    endless = case.domain == (0, 0)
    volume = float(scale) if endless else 1.0
    plain = answers(case.written(Fraction(1), Fraction(0)), tuple(map(float, noises)), votes)
    other = answers(case.written(scale, shift), tuple(float(scale * v) for v in noises), votes)
    wrong = []
    for name, one in plain.items():
        two = other[name]
        if math.isnan(one.value) or math.isinf(one.value):
            same = str(one.value) == str(two.value)
        else:
            same = abs(volume * one.value - two.value) <= volume * one.error + two.error + 1e-300
        if not same:
            wrong.append(f"{name}: {one!r} and {two!r} of {case}, {noises}, {scale}, {shift}")
    certified, attacked = plain["certified"], plain["adversarial"]
    if attacked.value > certified.value + certified.error + attacked.error:
        wrong.append(f"adversarial {attacked!r} above certified {certified!r} of {case}, {noises}")
    return wrong


def many(seed: int, count: int) -> list[str]:
    rng = np.random.default_rng(seed)
    wrong = []
    for k in range(count):
        case, noises = draw(rng)
        scale, shift = SCALES[rng.integers(len(SCALES))], SHIFTS[rng.integers(len(SHIFTS))]
        wrong += differences(case, noises, scale, shift, votes=k % 10 == 0)
    return wrong


@pytest.mark.parametrize("seed", range(2))
def test_a_problem_in_whole_numbers_and_the_same_typed_otherwise_agree(seed: int) -> None:
    """As `python -m tests.unit.test_typed 2000` draws them by the thousand."""
    assert many(seed, 50) == []


if __name__ == "__main__":
    failures = many(0, int(sys.argv[1]))
    print(*failures, f"{len(failures)} disagreements in {sys.argv[1]} problems", sep="\n")
