"""Where radial numbers are hardest: far tails of votes over shells, many dimensions, nearly equal scales."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from mpmath import mp, mpf
from scipy.special import gammaln

from tests.oracle.reference_radial import answer
from theory import adversarial_risk, certified_risk, clean_risk, train
from theory.problems.problem import Ball, Component, DomainProblem, Gaussian, MixtureProblem


def mixture(prior: float, dim: int, zero: list[object], one: list[object]) -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, dim, *sides)


def log_volume(dim: int, size: float) -> float:
    return float(0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1) + dim * np.log(size))


@pytest.mark.parametrize("dim", [2, 10, 100])
@pytest.mark.parametrize("ratio", [2.0, 4.0, 10.0, 30.0, 40.0])
def test_certified_risk_of_shells_in_the_tail(dim: int, ratio: float) -> None:
    """Certified risk stays above adversarial risk and close to it."""
    problem = mixture(0.5, dim, [Gaussian(0.0, 0.5), Gaussian(0.0, 4.0)], [Gaussian(0.0, 1.5)])
    beta = 0.01
    certified = certified_risk(problem, 0.1, beta, ratio * beta)
    attacked = adversarial_risk(problem, 0.1, beta, ratio * beta)
    assert certified.error < 1e-10
    assert attacked.value <= certified.value + certified.error + attacked.error
    assert certified.value < attacked.value + 0.01


@pytest.mark.parametrize("ratio", [2.0, 4.0, 6.0])
def test_certified_risk_of_shells_against_the_reference(ratio: float) -> None:
    problem = mixture(0.5, 10, [Gaussian(0.0, 0.5), Gaussian(0.0, 4.0)], [Gaussian(0.0, 1.5)])
    truth = answer(problem, 0.1, 0.05, ratio * 0.05)["certified"]
    assert truth is not None
    found = certified_risk(problem, 0.1, 0.05, ratio * 0.05)
    assert abs(float(truth - arb(float(found.value)))) <= min(float(found.error) + 1e-16, 1e-12)


@pytest.mark.parametrize("dim", [10, 100, 784, 3072])
def test_nothing_certified_of_a_vanished_ball_loses_just_its_volume(dim: int) -> None:
    size = float(np.sqrt(dim / 17.0))
    problem = DomainProblem(dim, (Ball(0.0, size),))
    volume = np.exp(log_volume(dim, size))
    for risk in (certified_risk, adversarial_risk):
        result = risk(problem, 0.0, size, 0.01 * size)
        assert result.value == pytest.approx(volume, rel=1e-9)
    far = adversarial_risk(problem, 0.0, size, 2 * size)
    assert far.value == pytest.approx(volume, rel=1e-9)


@pytest.mark.parametrize("dim", [2, 10, 100, 784, 3072])
def test_errors_of_measures_cover_the_rounding_of_volumes(dim: int) -> None:
    """Volumes are exponentials of logarithms in the thousands. Where the ball's votes are gone, risks are volumes."""
    size = float(np.sqrt(dim / 17.0))
    with mp.workdps(40):
        whole = mp.pi ** (mpf(dim) / 2) / mp.gamma(mpf(dim) / 2 + 1) * mpf(size) ** dim
        gone = clean_risk(DomainProblem(dim, (Ball(0.0, size),)), 0.0, 2 * size)
        assert abs(mpf(gone.value) - whole) <= gone.error


@pytest.mark.parametrize("unit", [1e-6, 1e6])
@pytest.mark.parametrize("dim", [2, 3, 10, 20, 40])
def test_errors_of_measures_cover_their_rounding_in_other_units(dim: int, unit: float) -> None:
    """The volume of a ball of radius r is r^d times that of the unit ball: its logarithm is large with that of r."""
    for size in np.random.default_rng(dim).uniform(1, 10, 20).round(3) * unit:
        with mp.workdps(40):
            whole = mp.pi ** (mpf(dim) / 2) / mp.gamma(mpf(dim) / 2 + 1) * mpf(float(size)) ** dim
            gone = clean_risk(DomainProblem(dim, (Ball(0.0, float(size)),)), 0.0, 2 * size)
            assert abs(mpf(gone.value) - whole) <= gone.error
            assert gone.error <= 1e-11 * whole


@pytest.mark.parametrize("dim", [2, 10, 1000])
@pytest.mark.parametrize("power", [3, 6, 9, 12])
@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_concentric_gaussians_of_nearly_equal_scales(dim: int, power: int, alpha: float) -> None:
    """Law 4's radius, d v0 v1 log(v1/v0)/(v1 - v0), is well-conditioned; and errors should be of use there."""
    outer = 1 + 10.0**-power
    problem = mixture(0.5, dim, [Gaussian(0.0, 1.0)], [Gaussian(0.0, outer)])
    with mp.workdps(50):
        v0, v1 = 1 + mpf(alpha) ** 2, mpf(outer) ** 2 + mpf(alpha) ** 2
        truth = mp.sqrt(dim * v0 * v1 * mp.log(v1 / v0) / (v1 - v0))
        off = abs(mpf(train(problem, alpha).region.ends[0, 0]) - truth)
    assert off <= 1e-13 * truth
    risk = clean_risk(problem, alpha, 0.3)
    assert risk.error < 1e-10


@pytest.mark.parametrize("scale", [0.05, 0.2, 0.242, 1.0])
def test_a_ball_against_a_gaussian_in_a_million_dimensions(scale: float) -> None:
    """Logarithms of densities of the order of a million cancel; boundaries say what that costs."""
    dim = 10**6
    for factor in (1.0001, 1.001):
        size = float(scale * np.sqrt(dim) * factor)
        problem = mixture(0.5, dim, [Gaussian(0.0, scale)], [Ball(0.0, size)])
        region = train(problem, 0.0).region
        with mp.workdps(60):
            d, s = mpf(dim), mpf(scale)
            volume = d / 2 * mp.log(mp.pi) - mp.loggamma(d / 2 + 1) + d * mp.log(mpf(size))
            truth = mp.sqrt(2 * s * s * (volume - d / 2 * mp.log(2 * mp.pi * s * s)))
            off = abs(mpf(region.ends[0, 0]) - truth)
        assert off <= region.error[0, 0]
        assert clean_risk(problem, 0.0, 0.0).value > 0


HUNDREDS = pytest.mark.xfail(run=False, reason="rounding of the masses is taken for hundreds of shells, in 40 s")


@pytest.mark.parametrize("alpha", [100.0, pytest.param(1e4, marks=HUNDREDS)])
def test_balls_under_training_noise_far_larger_than_they_are(alpha: float) -> None:
    """The log ratio of two noised balls is monotone in the distance: one boundary."""
    problem = mixture(0.5, 10, [Ball(0.0, 1.0)], [Ball(0.0, 2.0)])
    assert len(train(problem, alpha).intervals) == 1
