"""The best training noise where risks are tiny: to 1e-300, below floats, and where a good classifier is a rare one."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

import theory
from theory import Component, Gaussian, MixtureProblem, Optimum, regimes
from theory.risks import logs
from theory.risks.logs import log_risks
from theory.risks.optimum import best_alpha, best_alphas

DIMS, BETAS = (784, 3072, 10_000), (0.3, 0.5, 0.7, 1.0, 1.4)
# Training noises over the smoothing noise of a dense scan, evenly up to twice that.
SCAN = np.linspace(0, 2, 201)


def log_bayes(dim: int, inner: float, outer: float) -> float:
    """The logarithm of the Bayes risk of two concentric Gaussians of equal prior, by incomplete gamma functions."""
    with mp.workdps(40):
        v0, v1 = mp.mpf(inner) ** 2, mp.mpf(outer) ** 2
        square, half = dim * mp.log(v1 / v0) * v0 * v1 / (v1 - v0), mp.mpf(dim) / 2
        above = mp.gammainc(half, square / (2 * v0), mp.inf) / mp.gamma(half)
        below = mp.gammainc(half, 0, square / (2 * v1)) / mp.gamma(half)
        return float(mp.log((above + below) / 2))


def beats(problem: MixtureProblem, found: Optimum) -> None:
    """No noise of a dense scan has a smaller risk, and its best is next to the one found."""
    alphas = SCAN * found.beta
    value, error = theory.risk(problem, alpha=alphas, beta=found.beta, eps=found.eps).arrays()
    best = int(np.argmin(value))
    assert found.risk.value <= value[best] + error[best] + found.risk.error
    assert found.risk.error <= 1e-9 * found.risk.value
    assert abs(found.alpha - alphas[best]) <= alphas[1]
    assert found.alpha_error <= 1e-8 * found.alpha


@pytest.mark.parametrize("dim", DIMS)
def test_concentric_pairs_reach_the_bayes_risk(dim: int) -> None:
    problem = regimes.concentric(dim=dim)
    for found in best_alphas(problem, BETAS):
        beats(problem, found)
        assert math.log(found.risk.value) == pytest.approx(log_bayes(dim, 1.0, 1.5), abs=1e-9)
        assert any(low < found.alpha < high for low, high in found.helps)


@pytest.mark.parametrize(("dim", "alpha", "risk"), [(784, 0.477751, 6.7528e-16), (3072, 0.477975, 1.16197e-56)])
def test_the_values_known_from_dense_scans(dim: int, alpha: float, risk: float) -> None:
    found = best_alpha(regimes.concentric(dim=dim), 0.5)
    assert found.alpha == pytest.approx(alpha, abs=1e-6)
    assert found.risk.value == pytest.approx(risk, rel=1e-4)


@pytest.mark.parametrize("dim", DIMS)
def test_the_best_certified_risk(dim: int) -> None:
    problem = regimes.concentric(dim=dim)
    for found in best_alphas(problem, BETAS[1:4], 0.5):
        beats(problem, found)


@pytest.mark.parametrize("dim", [20_000, 100_000])
def test_risks_below_floats(dim: int) -> None:
    """The noise and where it helps are told by log risks; the risk is 0 to within the least float."""
    problem = regimes.concentric(dim=dim)
    found = best_alpha(problem, 0.5)
    assert (found.risk.value, 0 < found.risk.error < 1e-306) == (0, True)
    best = float(theory.train(problem, 0.0).region.ends[0, 0])
    at = found.alpha + np.array([-1, 1]) * max(found.alpha_error, 1e-14)
    below, above = (float(theory.smooth(theory.train(problem, a), 0.5).region.ends[0, 0]) - best for a in at)
    assert below * above <= 0
    log, error = log_risks(problem, np.array([found.alpha]), np.array([0.5]), 0.0)
    assert abs(log[0] - log_bayes(dim, 1.0, 1.5)) <= error[0] + 1e-12 * abs(log[0])
    ((low, high),) = found.helps
    assert low == 0
    start, end = (log_risks(problem, np.array([a]), np.array([0.5]), 0.0).value[0] for a in (0.0, high))
    assert end == pytest.approx(start, rel=1e-6)


@pytest.mark.parametrize(
    "problem", [regimes.two_scales(dim=5), regimes.concentric(dim=2), regimes.concentric(dim=300), regimes.ball(dim=3)]
)
def test_logarithms_of_risks_about_a_centre(problem: theory.Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are what is left of risks below floats, and say the same above."""
    monkeypatch.setattr(logs, "UNDERFLOW", 2.0)
    alphas = np.array([0.0, 0.2, 0.7, 1.5])
    for beta in (0.1, 0.5, 1.2):
        log, error = log_risks(problem, alphas, np.full(4, beta), 0.0)
        risk = theory.clean_risk(problem, alphas, beta)
        assert (np.abs(np.exp(log) - risk.value) <= risk.error + np.exp(log) * error).all()


@pytest.mark.parametrize("scale", [1e-3, 0.05])
def test_logarithms_of_risks_continue_the_risks(scale: float) -> None:
    """Two narrow bumps on the line: log R against the risk where that is a float, against Phi where it is none."""
    problem = MixtureProblem(0.5, 1, (Component(Gaussian(0.0, scale)),), (Component(Gaussian(1.0, scale)),))
    log, error = log_risks(problem, np.zeros(1), np.array([0.1]), 0.0)
    with mp.workdps(40):
        expected = float(mp.log(mp.ncdf(-0.5 / mp.mpf(scale))))
    assert abs(log[0] - expected) <= error[0] + 1e-12 * abs(expected)
    assert error[0] < 1e-6


def test_a_good_classifier_between_two_constant_ones() -> None:
    """One class throughout before and after; all that is better lies within a small part of a step of the scan."""
    problem = regimes.concentric(dim=144, outer=1.054)
    found = best_alpha(problem, 2.94)
    alphas = np.linspace(2.5, 3.5, 2001)
    value = np.asarray(theory.clean_risk(problem, alphas, 2.94).value)
    assert value.max() == 0.5
    assert found.risk.value <= value.min() < 0.33
    assert abs(found.alpha - alphas[np.argmin(value)]) <= 1e-3
    ((low, high),) = found.helps
    gain, error = theory.gain(problem, alphas, 2.94).arrays()
    helped = alphas[gain > error]
    assert [low, high] == pytest.approx([helped[0], helped[-1]], abs=1e-3)


def test_a_flat_peak_of_a_tiny_gain() -> None:
    """The gain is 2e-13 of a risk of .01, known to 4e-17: values tie over 3 % of the noise, slopes tell the place."""
    far = (0.156,) + (0.0,) * 177
    problem = MixtureProblem(0.01, 178, (Component(Gaussian(0.0, 1.0)),), (Component(Gaussian(far, 0.948)),))
    found = best_alpha(problem, 0.025)
    step = 1e-5
    slopes = theory.risk_slopes(problem, found.alpha + np.array([-step, step]), 0.025).by_alpha.value
    assert slopes[0] < 0 < slopes[1]
    assert found.alpha_error < step


@pytest.mark.parametrize("separation", [20.0, 60.0])
def test_two_gaussians_far_apart(separation: float) -> None:
    """Law 3 at certified risks down to 1e-190: alpha^2 = eps/(m - eps), m half the separation."""
    eps = 0.5
    found = best_alpha(regimes.two_gaussians(separation=separation, prior=0.2), 0.7, eps)
    assert found.alpha == pytest.approx(math.sqrt(eps / (separation / 2 - eps)), abs=max(found.alpha_error, 1e-12))
    assert found.alpha_error < 1e-8
    assert 0 < found.risk.value < 1e-20
