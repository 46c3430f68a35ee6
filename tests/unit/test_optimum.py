"""The best training noise, against closed forms and against brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import theory
from theory import clean_risk, regimes
from theory.arrays import Array
from theory.numerics.peaks import highest
from theory.problems.extent import extent
from theory.problems.problem import Component, Gaussian, MixtureProblem, Uniform
from theory.risks.optimum import best_alpha, best_alphas

# Stationary points through polynomials keep this much where the risk is smooth; a maximum found by comparing values
# would keep half the digits only.
SMOOTH = 1e-9
# Where the best noise is a kink its bracket ends at 1e-8 of it.
KINK = 2e-8


def test_law_2_training_noise_never_helps() -> None:
    found = best_alpha(regimes.two_gaussians(prior=0.2), 0.5)
    assert (found.alpha, found.helps, found.gain.value, found.alpha_error) == (0.0, [], 0.0, 0.0)
    assert found.risk.value == theory.clean_risk(regimes.two_gaussians(prior=0.2), 0.0, 0.5).value


@pytest.mark.parametrize("beta", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("eps", [0.1, 0.5, 1.7])
def test_law_3_bridge_identity(beta: float, eps: float) -> None:
    found = best_alpha(regimes.two_gaussians(separation=4.0, prior=0.2), beta, eps)
    expected = math.sqrt(eps / (2 - eps))
    assert abs(found.alpha - expected) <= found.alpha_error
    assert found.alpha_error <= SMOOTH * expected
    if eps == 0.5:
        assert found.risk.value == pytest.approx(0.0498319985376, abs=1e-13)
    ((low, high),) = found.helps
    assert low == 0
    assert high > found.alpha


def test_law_7_stripes() -> None:
    problem = regimes.stripes(count=3, width=1.0, gap=0.3)
    found = best_alpha(problem, 1.0)
    assert theory.clean_risk(problem, [0.0, 0.3], 1.0).value == pytest.approx([1.0470, 0.6014], abs=5e-5)
    assert found.risk.value <= theory.clean_risk(problem, np.linspace(0, 3, 601), 1.0).value.min()
    ((low, high),) = found.helps
    assert low < 0.3 < high
    ends = theory.gain(problem, [low * (1 + 1e-9), high * (1 - 1e-9)], 1.0)
    assert (np.abs(ends.value) < 1e-7).all()
    assert (theory.gain(problem, np.linspace(1.001 * low, 0.999 * high, 50), 1.0).value > 0).all()
    assert (theory.gain(problem, np.linspace(1.001 * high, 10, 50), 1.0).value <= 0).all()


def test_law_4_on_the_line_smoothing_is_undone() -> None:
    problem = regimes.concentric(dim=1)
    for found in best_alphas(problem, [1.0, 1.5, 3.0]):
        assert found.risk.value == pytest.approx(theory.bayes_risk(problem).value, abs=1e-14)
        # At the best noise the decision boundary is that of the Bayes rule.
        voted = theory.smooth(theory.train(problem, found.alpha), found.beta)
        best = theory.train(problem, 0.0)
        assert np.ravel(voted.intervals)[1] == pytest.approx(np.ravel(best.intervals)[1], rel=1e-8)


@pytest.mark.parametrize(("dim", "ratio"), [(2, 0.671635), (3, 0.775537), (10, 0.901092), (100, 0.945074)])
def test_law_4_radially(dim: int, ratio: float) -> None:
    problem = regimes.concentric(dim=dim)
    small, large = best_alphas(problem, [0.02, 1.0])
    assert small.alpha / 0.02 == pytest.approx(ratio, abs=2e-3)
    for found in (small, large):
        assert abs(found.risk.value - theory.bayes_risk(problem).value) <= 1e-13


def test_a_peak_a_thousand_times_narrower_than_its_place() -> None:
    """Nearly equal scales in a million dimensions: the best noise is where smoothing gives back the best radius."""
    problem = regimes.concentric(dim=10**6, outer=1.0015)
    found = best_alpha(problem, 0.5)
    best = float(theory.train(problem, 0.0).region.ends[0, 0])

    def away(alpha: float) -> float:
        return float(theory.smooth(theory.train(problem, alpha), 0.5).region.ends[0, 0]) - best

    assert abs(found.alpha - brentq(away, 0.49, 0.51, xtol=1e-14)) <= found.alpha_error
    assert found.alpha_error < 1e-8
    assert found.risk.value == pytest.approx(float(theory.bayes_risk(problem).value), abs=1e-11)


@pytest.mark.parametrize("width", [1e-1, 1e-2, 1e-3, 1e-4])
def test_peaks_of_any_width(width: float) -> None:
    """1/(1 + ((x - c)/w)^2) on a grid that just sees it; the error covers what is wrong."""
    grid = np.concatenate([[0.0], np.geomspace(0.01, 100, 5000)])
    place = 0.7310

    def function(_rows: Array, x: Array) -> tuple[Array, Array]:
        return 1 / (1 + ((x - place) / (width * place)) ** 2), np.full_like(x, 1e-14)

    value = function(np.zeros(len(grid), int), grid)[0] - 1e-9
    value[0] = 0.0
    (peak,) = highest(function, grid, value[None], np.full((1, len(grid)), 1e-14))
    assert abs(peak.at - place) <= max(peak.error, KINK * place)


def test_a_smoothed_classifier_that_is_constant_anyway() -> None:
    """Where both classifiers say one class throughout the gain is exactly 0."""
    found = best_alpha(regimes.ball(dim=1), 5.0)
    assert (found.alpha, found.helps, found.gain.value) == (0.0, [], 0.0)


def test_certified_risk_without_smoothing_has_no_optimum() -> None:
    found = best_alpha(regimes.two_gaussians(), 0.0, 0.1)
    assert math.isnan(found.alpha)
    assert found.helps == []


def test_ranges_of_help_that_are_unbounded_or_cut_off() -> None:
    problem = theory.MixtureProblem(
        0.5,
        1,
        (theory.Component(theory.Gaussian(-1.0, 0.2)), theory.Component(theory.Gaussian(4.0, 0.2), 0.05)),
        (theory.Component(theory.Gaussian(1.0, 0.2)),),
    )
    free = best_alpha(problem, 5.0)
    assert free.helps[-1][1] == math.inf
    upper = 2 * free.helps[-1][0]
    cut = best_alpha(problem, 5.0, upper=upper)
    assert cut.helps[-1] == (pytest.approx(free.helps[-1][0]), upper)
    assert cut.alpha <= upper


def test_many_smoothing_noises_agree_with_one_at_a_time() -> None:
    problem = regimes.two_gaussians(separation=4.0, prior=0.2)
    betas = np.linspace(0.1, 2, 129)
    together = best_alphas(problem, betas, 0.5)
    assert [found.beta for found in together] == betas.tolist()
    assert np.abs(np.array([found.alpha for found in together]) - math.sqrt(1 / 3)).max() < SMOOTH
    alone = best_alpha(problem, betas[77], 0.5)
    assert together[77].alpha == pytest.approx(alone.alpha, rel=SMOOTH)


def test_bumps_against_brute_force() -> None:
    problem = regimes.bumps()
    found = best_alpha(problem, 0.5)
    grid = np.linspace(found.alpha - 1e-3, found.alpha + 1e-3, 41)
    gains = np.asarray(theory.gain(problem, grid, 0.5).value)
    assert gains.max() <= found.gain.value + found.gain.error
    slope = np.polynomial.Polynomial.fit(grid, gains, 6).deriv()
    roots = slope.roots()
    nearest = roots[np.argmin(np.abs(roots - found.alpha))].real
    assert nearest == pytest.approx(found.alpha, abs=1e-8)
    scan = np.geomspace(1e-3, 100, 300)
    assert np.asarray(theory.gain(problem, scan, 0.5).value).max() <= found.gain.value


def rows(*functions: object) -> object:
    def function(row: np.ndarray, x: Array) -> tuple[Array, Array]:
        value = np.array([functions[k](t) for k, t in zip(row, x, strict=True)])
        return value, np.full(len(x), 1e-16)

    return function


def test_peaks_smooth_kinked_flat_and_at_the_end() -> None:
    functions = (
        lambda t: t * math.exp(-t),
        lambda t: min(t, 1.3 - 0.3 * t),
        lambda t: min(t, 0.7),
        lambda t: t / (1 + t),
        lambda t: -t,
        lambda t: 0.0,
    )
    grid = np.linspace(0, 3, 31)
    value = np.array([[f(t) for t in grid] for f in functions])
    found = highest(rows(*functions), grid, value, np.full_like(value, 1e-16))
    assert [peak.at for peak in found] == pytest.approx([1, 1, 0.7, 3, 0, 0], abs=KINK)
    assert abs(found[0].at - 1) <= found[0].error + 1e-11
    assert [peak.last for peak in found] == [False, False, False, True, False, False]


def test_extents() -> None:
    assert extent(regimes.stripes(count=3, width=1.0, gap=0.3)) == (1.0, pytest.approx(3.6))
    assert extent(regimes.two_gaussians(separation=4.0)) == (1.0, 5.0)
    anisotropic = extent(regimes.anisotropic(ratio=3.0))
    assert anisotropic == (pytest.approx(1.0), pytest.approx(5.0))
    assert extent(regimes.ball(dim=1000)) == (1.0, 1.0)


def test_the_best_noise_at_a_kink() -> None:
    """A block with sharp ends: the gain has a corner, rising to the left of it and falling to the right."""
    one = (Component(Gaussian(-1.0, 0.4)), Component(Uniform(0.5, 1.5)))
    problem = MixtureProblem(0.5, 1, (Component(Gaussian(0.0, 2.0)),), one)
    found = best_alpha(problem, 0.8)
    beside = theory.gain(problem, found.alpha * np.array([1 - 1e-7, 1 + 1e-7]), 0.8).value
    assert (beside < found.gain.value).all()
    assert found.alpha_error < 1e-8
    slopes = theory.risk_slopes(problem, found.alpha * np.array([1 - 1e-6, 1 + 1e-6]), 0.8).by_alpha.value
    assert slopes[0] < -0.1
    assert slopes[1] > 0.05


def test_what_is_found_does_not_depend_on_what_else_is_asked() -> None:
    """Two minima compete at beta = .91 and .92, the better one at a kink; a scan for many betas goes further down."""
    problem = regimes.bumps(count=3)
    together = best_alphas(problem, np.linspace(0, 1, 101)[1:])
    for found in together[85:95]:
        alone = best_alpha(problem, found.beta)
        assert abs(found.alpha - alone.alpha) <= 1e-7 * alone.alpha
        dense = clean_risk(problem, np.linspace(0, 1.5, 601), found.beta).value
        assert found.risk.value <= dense.min() + found.risk.error
