"""Plateaus of equal height: what their tails say, by the definition in mpmath, and proved enclosures of the risks."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from tests.oracle.enclosures import outcomes
from tests.oracle.plateaus import draw
from theory import certified_risk, clean_risk, compare, train
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    NoiseFamily,
    Point,
    Smoothing,
    Training,
    Uniform,
)
from theory.proof import PROVED

SEEDS = range(5)
COUNT = 60
SIGN_DRAWS = 40
# Of the points looked at, these at least have a sign in the digits that were used.
LEAST_SEEN = 150
DIGITS = (50, 400, 1500)
# Distance from a boundary, relative to the noise, at which the float side need not know the sign.
CLOSE = 1e-9


def sf(family: str, t: mp.mpf) -> mp.mpf:
    """P(V > t)."""
    if family == "gaussian":
        return mp.erfc(t / mp.sqrt(2)) / 2
    if family == "laplace":
        return mp.exp(-t) / 2 if t >= 0 else 1 - mp.exp(t) / 2
    return min(max((1 - t) / 2, mp.mpf(0)), mp.mpf(1))


def blurred(law: Law, noise: str, alpha: mp.mpf, x: mp.mpf) -> mp.mpf:
    """Density of a component after noise where one of the two is uniform: an interval's mass over its length."""
    if isinstance(law, Uniform):
        low, high = mp.mpf(law.low), mp.mpf(law.high)
        return (sf(noise, (x - high) / alpha) - sf(noise, (x - low) / alpha)) / (high - low)
    assert isinstance(law, Gaussian | Laplace | Point)
    z = x - mp.mpf(law.mean)
    if isinstance(law, Point):
        return mp.mpf(abs(z) <= alpha) / (2 * alpha)
    family, scale = "gaussian" if isinstance(law, Gaussian) else "laplace", mp.mpf(law.scale)
    return (sf(family, (z - alpha) / scale) - sf(family, (z + alpha) / scale)) / (2 * alpha)


def positive(problem: MixtureProblem, alpha: float, x: float, digits: int) -> bool | None:
    """The sign of the signed density, a difference of plain sums; None where more digits are needed."""
    with mp.workdps(digits):
        total, size = mp.mpf(0), mp.mpf(0)
        prior = mp.mpf(problem.prior)
        for sign, share, side in ((1, prior, problem.class1), (-1, 1 - prior, problem.class0)):
            whole = mp.fsum(c.weight for c in side)
            for c in side:
                weight = share * c.weight / whole
                total += sign * weight * blurred(c.law, problem.training.noise, mp.mpf(alpha), mp.mpf(x))
                size += weight / (c.law.high - c.law.low if isinstance(c.law, Uniform) else alpha)
        return None if abs(total) <= size * mp.mpf(10) ** (10 - digits) else bool(total > 0)


def two(scale: float, noise: NoiseFamily = "uniform", law: type = Gaussian, prior: float = 0.5) -> MixtureProblem:
    zero, one = ((Component(law(center, scale)),) for center in (-1.0, 1.0))
    return MixtureProblem(prior, 1, zero, one, Training("posterior", noise), Smoothing("gaussian"))


@pytest.mark.parametrize("law", [Gaussian, Laplace])
@pytest.mark.parametrize(("scale", "alpha"), [(0.05, 50.0), (0.3, 5.0), (0.001, 1e3), (0.7, 1.0)])
def test_wide_uniform_noise_keeps_the_middle_as_boundary(law: type, scale: float, alpha: float) -> None:
    region = train(two(scale, law=law), alpha).region
    assert region.intervals() == [(pytest.approx(0.0, abs=4 * region.error[0, 0] + 1e-300), np.inf)]
    assert region.error[0, 0] < 1e-10 * (1 + alpha)
    found, proved = (side(two(scale, law=law), alpha, 0.1) for side in (clean_risk, PROVED.risk))
    assert abs(found.value - proved.value) <= found.error + proved.error
    assert found.error <= 1e-9 * found.value + 1e-300


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_overlapping_boxes_of_one_height_meet_in_the_middle(noise: NoiseFamily) -> None:
    zero, one = ((Component(Uniform(low, low + 10.0)),) for low in (-5.0, -4.0))
    problem = MixtureProblem(0.5, 1, zero, one, Training("posterior", noise), Smoothing("gaussian"))
    assert train(problem, 0.01).region.intervals() == [(pytest.approx(0.5, abs=1e-12), np.inf)]
    assert train(problem, 0.0).region.intervals()[0][0] == -4.0, "an exact tie without noise is of class 1"
    uniform = MixtureProblem(0.5, 1, zero, one, Training("posterior", "uniform"), Smoothing("gaussian"))
    assert bool(train(uniform, 0.01).region.contains(np.array([[0.0]]))[0, 0]), "an exact tie of straight lines too"


def test_classes_are_the_signs_of_the_definition() -> None:
    rng, seen = np.random.default_rng(0), 0
    for case in (draw(rng) for _ in range(SIGN_DRAWS)):
        if case.problem.prior != 0.5:
            continue
        region = train(case.problem, case.alpha).region
        reach = 3.0 + (case.alpha if case.problem.training.noise == "uniform" else 3.0)
        for x in rng.uniform(-reach, reach, 8):
            truth = next((s for d in DIGITS if (s := positive(case.problem, case.alpha, x, d)) is not None), None)
            if truth is None or np.abs(region.ends[0] - x).min(initial=np.inf) < CLOSE * (1 + case.alpha):
                continue
            seen += 1
            assert bool(region.contains(np.array([[x]]))[0, 0]) == truth, (case, x)
    assert seen >= LEAST_SEEN


@pytest.mark.parametrize("seed", SEEDS)
def test_risks_lie_in_proved_enclosures(seed: int) -> None:
    assert [item for item in outcomes(COUNT, seed, draw) if item.kind == "understated"] == []


def test_a_tie_on_paper_is_one_although_the_floats_break_it() -> None:
    """1.1 - 0.1 against 0.7 + 0.3: one height on paper, which the rounding of the ends would make two."""
    zero, one = (Component(Uniform(0.1, 1.1)),), (Component(Uniform(-0.3, 0.7)),)
    problem = MixtureProblem(0.5, 1, zero, one, Training("posterior", "gaussian"), Smoothing("gaussian"))
    found, proved = (side(problem, 0.01, 1.0, 0.5) for side in (certified_risk, PROVED.certified_risk))
    assert abs(found.value - proved.value) <= found.error + proved.error
    assert max(found.error, proved.error) < 1e-12
    same = MixtureProblem(0.5, 1, one, one, Training("posterior", "gaussian"), Smoothing("gaussian"))
    assert clean_risk(same, 0.01, 0.2).error < 1e-12


def test_domains_under_wide_uniform_noise_tie_to_class_one() -> None:
    problem = DomainProblem(1, (Box(-1.0, 0.0),), -1.0, 1.0, Training("posterior", "uniform"))
    assert train(problem, 5.0).region.contains(np.array([[0.5, -0.5, 3.0]])).all()


def test_a_risk_that_underflows_has_an_error() -> None:
    for center in (3.0, 4.0, 9.0):
        zero, one = ((Component(Gaussian(side * center, 0.1)),) for side in (-1, 1))
        problem = MixtureProblem(0.5, 1, zero, one, Training(), Smoothing())
        found, proved = clean_risk(problem, 0.1, 0.1), PROVED.risk(problem, 0.1, 0.1)
        assert abs(found.value - proved.value) <= found.error
        assert 0 < found.error <= max(1e-9 * found.value, 1e-307)
        assert compare(problem, [0.0], 0.1).gain.error == 0
