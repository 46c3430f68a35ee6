"""Enclosures on the line against the float routes, the page's numbers and each other."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from tests.oracle.enclosures import outcomes
from theory import clean_risk, regimes
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Smoothing,
    Training,
    Uniform,
)
from theory.proof import PROVED, NoProof, Prover, shapes
from theory.proof.balls import exact, precision

DRAWS = 250


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_float_errors_never_understate(seed: int) -> None:
    """Random problems of every law, noise and rule: the float's range meets the enclosure."""
    every = outcomes(DRAWS, seed)
    kinds = Counter(item.kind for item in every)
    assert [item for item in every if item.kind == "understated"] == []
    assert kinds["inside"] > 0.9 * DRAWS, kinds


def test_a_wrong_density_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: enclosures with a variance too large by a ten-thousandth disagree with the floats."""
    right = shapes.Normal.both
    wider = lambda self, z, side: right(shapes.Normal(self.variance * 1.0001, self.square), z, side)  # noqa: E731
    monkeypatch.setattr(shapes.Normal, "both", wider)
    assert any(item.kind == "understated" for item in outcomes(40, 5))


def mixture(
    one: list[Gaussian | Laplace | Uniform],
    zero: list[Gaussian | Laplace | Uniform],
    noises: tuple[str, str] = ("gaussian", "gaussian"),
    prior: float = 0.5,
) -> MixtureProblem:
    training, smoothing = Training(noise=noises[0]), Smoothing(noises[1])
    sides = [tuple(Component(law) for law in laws) for laws in (zero, one)]
    return MixtureProblem(prior, 1, sides[0], sides[1], training, smoothing)


PROBLEMS = [
    regimes.bumps(spacing=1.5),
    regimes.stripes(),
    regimes.two_gaussians(dim=7, prior=0.2),
    mixture([Laplace(0.0, 0.5)], [Gaussian(1.0, 0.3), Uniform(-2.0, -1.0)], ("laplace", "uniform")),
    mixture([Uniform(0.0, 1.0)], [Uniform(0.5, 2.5)], ("uniform", "laplace"), 0.3),
]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_more_bits_narrow_the_enclosure(problem: MixtureProblem) -> None:
    """Balls at 64, 128 and 256 bits lie within each other."""
    prover, noises = Prover(problem), (exact(0.3), exact(0.45), exact(0.0))
    balls = []
    for bits in (64, 128, 256):
        with precision(bits):
            balls.append(prover.ball(*noises))
    for wide, narrow in pairwise(balls):
        assert wide.overlaps(narrow)
        assert narrow.rad() < wide.rad() * 1e-15


def test_tails_are_proved_by_sign() -> None:
    """The wider of two nearly equal scales wins far out; its half-lines are proved, not cut off."""
    problem = mixture([Gaussian(0.0, 1.0001)], [Gaussian(0.0, 1.0)])
    with precision(128):
        base = Prover(problem).base(exact(0.0), exact(0.0))
    assert base.first
    assert base.changes == (2, 2)


def test_equal_exponential_tails() -> None:
    """Laplace noise wider than every component: all tails fall off at one rate, and amplitudes decide."""
    problem = mixture([Laplace(-1.0, 0.2), Gaussian(3.0, 0.5)], [Uniform(0.0, 1.0)], ("laplace", "gaussian"))
    region = Prover(problem).base(exact(2.0), exact(0.0))
    assert all(gap.high.is_finite() and gap.low.is_finite() for gap in region.gaps)
    assert PROVED.boundaries(problem, 2.0).error == 0


def test_plateaus_of_equal_height_differ_by_their_tails() -> None:
    """Uniform training noise covers both classes alike; what either lacks, 10^-200000 of it, decides at the mirror."""
    problem = mixture([Gaussian(1.0, 0.05)], [Gaussian(-1.0, 0.05)], ("uniform", "gaussian"))
    (cut,) = PROVED.cuts(problem, 50.0)
    assert abs(cut.value) <= cut.error < 1e-12
    assert PROVED.risk(problem, 50.0, 0.1).value < 1e-80


def test_what_cannot_be_told_apart_stays_open() -> None:
    """Half of the votes exactly, on a whole interval: no precision decides, and nothing is claimed."""
    problem = DomainProblem(1, (Box(0.0, 1.0),), training=Training("regression"), smoothing=Smoothing("uniform"))
    found = PROVED.risk(problem, 0.0, 1.0)
    assert found.error >= 0.5
    assert Prover(problem).gain(0.3, 1.0).verdict == "undecided"


def test_zero_density_difference_is_class_one() -> None:
    """Where uniform classes have exactly equal densities the label is class 1, as defined."""
    problem = mixture([Uniform(0.0, 1.0)], [Uniform(0.0, 0.5), Uniform(0.5, 1.0)])
    found = PROVED.risk(problem, 0.0, 0.0)
    assert (found.value, found.error) == (0.5, 0.0)


@pytest.mark.parametrize(("alpha", "beta", "value"), [(0.0, 1.0, 1.0470), (0.3, 1.0, 0.6014), (0.3, 0.4, 0.6006)])
def test_close_stripes(alpha: float, beta: float, value: float) -> None:
    found = PROVED.risk(regimes.stripes(gap=0.3), alpha, beta)
    assert abs(found.value - value) < 6e-5
    assert found.error < 1e-15


@pytest.mark.parametrize(("alpha", "value"), [(0.0, 0.0507971), (0.57735, 0.0498320), (1.0, 0.0532938)])
@pytest.mark.parametrize("dim", [1, 3])
def test_certified_risk_of_the_bridge(alpha: float, value: float, dim: int) -> None:
    problem = regimes.two_gaussians(dim=dim, separation=4.0, prior=0.2)
    found = PROVED.certified_risk(problem, alpha, 0.7, 0.5)
    assert abs(found.value - value) < 6e-8
    assert found.error < 1e-15


def test_small_risks_keep_their_digits() -> None:
    """A risk of 1e-120, enclosed relative to itself."""
    problem = regimes.two_gaussians(dim=1, separation=46.0)
    found, usual = PROVED.risk(problem, 0.5, 0.5), clean_risk(problem, 0.5, 0.5)
    assert 0 < found.value < 1e-110
    assert found.error < 1e-14 * found.value
    assert abs(found.value - usual.value) <= found.error + usual.error


def test_cuts_agree_with_the_float_side() -> None:
    from theory.claims.sides import FLOATS

    problem = regimes.bumps(spacing=1.5)
    for alpha, beta in ((0.0, 0.0), (0.3, 0.2), (0.6, 0.9)):
        proved, usual = PROVED.cuts(problem, alpha, beta), FLOATS.cuts(problem, alpha, beta)
        for one, other in zip(proved, usual, strict=True):
            assert abs(one.value - other.value) <= one.error + other.error


def test_regression_on_mixtures_has_no_proof() -> None:
    problem = mixture([Gaussian(0.0, 1.0)], [Gaussian(1.0, 2.0)])
    regression = MixtureProblem(0.5, 1, problem.class0, problem.class1, Training("regression"), problem.smoothing)
    with pytest.raises(NoProof, match="regression"):
        Prover(regression).risk(0.3, 0.5)


def test_reach_does_not_matter() -> None:
    """Wider smoothing than the base classifier was first asked for: tails without proof are followed farther out."""
    problem = mixture([Laplace(0.0, 1.0), Laplace(2.0, 0.5)], [Laplace(1.0, 1.0)], ("laplace", "laplace"))
    prover = Prover(problem)
    narrow, wide = prover.risk(1.0, 0.1), prover.risk(1.0, 50.0)
    assert narrow.error < 1e-12
    assert wide.error < 1e-12
    assert np.isclose(wide.value, clean_risk(problem, 1.0, 50.0).value, rtol=0, atol=1e-12)
