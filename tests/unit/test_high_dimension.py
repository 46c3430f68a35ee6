"""Two isotropic Gaussians in many dimensions: the limit, how exact risks approach it, and the numbers it gives."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from theory import (
    Component,
    Gaussian,
    HighDimension,
    Laplace,
    MixtureProblem,
    NoExactRoute,
    ProblemError,
    best_alpha,
    clean_risk,
    high_dimension,
    regimes,
    with_overrides,
)
from theory.proof import PROVED
from theory.symbolic import DERIVATIONS

# Scales 1 and 1.5: beta, and the solution of Lam(alpha) = Lam(0) + beta^2.
BEST = {0.3: 0.28568251, 0.6: 0.57504766, 1.0: 0.96826637, 2.0: 1.97030060}
RNG = np.random.default_rng(17)


def spread(scale0: float, scale1: float, distance: float = 0.0, prior: float = 0.5) -> HighDimension:
    return HighDimension(scale0, scale1, distance, prior)


@pytest.mark.parametrize("beta", BEST)
def test_known_best_noises(beta: float) -> None:
    assert spread(1.0, 1.5).best_alpha(beta) == pytest.approx(BEST[beta], abs=5e-9)


def test_the_best_noise_is_that_of_many_dimensions() -> None:
    """The distance falls like 1/d."""
    beta = 0.6
    limit = float(high_dimension(regimes.concentric()).best_alpha(beta))
    away = [best_alpha(regimes.concentric(dim=dim), beta, upper=3.0).alpha - limit for dim in (400, 800)]
    assert away[1] == pytest.approx(away[0] / 2, rel=0.02)
    assert abs(away[1]) < 0.002


@pytest.mark.parametrize(
    ("scale0", "scale1", "beta"),
    [(1, 1.5, 1e-6), (1.5, 1, 0.3), (1e-3, 5, 2), (1, 1 + 1e-7, 50), (1e-6, 1e6, 1e-3), (2e6, 3e6, 1e5), (2, 2, 0.7)],
)
def test_best_noise_against_arbitrary_precision(scale0: float, scale1: float, beta: float) -> None:
    found = float(spread(scale0, scale1).best_alpha(beta))
    with mp.workdps(60):
        low, high = (mp.mpf(scale) ** 2 for scale in (min(scale0, scale1), max(scale0, scale1)))

        def radius(square: mp.mpf) -> mp.mpf:
            v0, v1 = low + square, high + square
            return v0 if v0 == v1 else v0 * v1 * mp.log(v1 / v0) / (v1 - v0)

        def excess(alpha: float) -> mp.mpf:
            return radius(mp.mpf(alpha) ** 2) - radius(mp.mpf(0)) - mp.mpf(beta) ** 2

        assert excess(found * (1 - 4e-15)) < 0 < excess(found * (1 + 4e-15))


def test_margins_are_the_mean_log_odds() -> None:
    """Against the derivation in rational numbers, for either class, with and without a distance and a prior."""
    derived = DERIVATIONS["high-dimension-margins"]()
    for scale0, ratio, distance, alpha, beta, prior in RNG.uniform(0.05, 0.95, (12, 6)):
        held, dim = spread(scale0, scale0 * (1 + ratio), distance, prior), 7
        found = held.margins(alpha, beta, dim)
        v0, v1 = (scale**2 + alpha**2 for scale in (held.scale0, held.scale1))
        lean = math.log(prior / (1 - prior)) / dim
        numbers = {"D": distance, "training": alpha**2, "smoothing": beta**2}
        one = derived.at(v0=v0, wider=v1 - v0, lean=lean, **numbers)
        assert found.mean1 == pytest.approx(one, rel=1e-12, abs=1e-15)
        # Class 0 is class 1 of the problem with its labels swapped.
        swapped = spread(held.scale1, held.scale0, distance, 1 - prior).margins(alpha, beta, dim)
        assert found.mean0 == pytest.approx(swapped.mean1, rel=1e-12, abs=1e-15)
        assert found.spread0 == pytest.approx(swapped.spread1, rel=1e-12)


def test_mean_and_variance_are_those_of_simulated_votes() -> None:
    dim, (alpha, beta) = 40, (0.7, 0.4)
    held = high_dimension(regimes.two_scales(dim=dim, separation=3.0, prior=0.3))
    v0, v1 = (scale**2 + alpha**2 for scale in (held.scale0, held.scale1))
    noisy = math.sqrt(held.scale1**2 + beta**2) * RNG.standard_normal((40_000, dim))
    apart = np.full(dim, held.distance)
    odds = ((noisy + apart) ** 2 / v0 - noisy**2 / v1 + math.log(v0 / v1)).mean(axis=1) + 2 * math.log(3 / 7) / dim
    found = held.margins(alpha, beta, dim)
    assert abs(odds.mean() - found.mean1) < 4 * odds.std() / 200
    assert odds.var() * dim == pytest.approx(float(found.spread1), rel=4 * math.sqrt(2 / 40_000) * 1.5)


def test_phases_of_the_concentric_pair() -> None:
    """0 where s0^2 + beta^2 < Lam < s1^2 + beta^2, 1 - prior below, prior above; matched noise always inside."""
    held = spread(1.0, 1.5, prior=0.3)
    alpha, beta = (a.ravel() for a in np.meshgrid(np.linspace(0, 3, 31), np.linspace(0, 3, 31)))
    radius = held.squared_radius(alpha)
    expected = np.where(radius < 1 + beta**2, 0.7, np.where(radius > 2.25 + beta**2, 0.3, 0.0))
    np.testing.assert_array_equal(held.risk(alpha, beta).value, expected)
    assert set(expected) == {0.0, 0.3, 0.7}
    noises = np.geomspace(1e-3, 1e3, 50)
    for wide in (1.0001, 1.5, 100.0):
        assert (spread(1.0, wide, prior=0.01).risk(noises, noises).value == 0).all()
        assert (spread(wide, 1.0, 0.1).risk(noises, noises).value == 0).all()


def test_phases_at_a_distance_are_those_of_the_two_inequalities() -> None:
    for s0, s1, distance, alpha, beta in RNG.uniform(0, 3, (200, 5)):
        v0, v1 = s0**2 + alpha**2, s1**2 + alpha**2
        noisy0, noisy1, apart = s0**2 + beta**2, s1**2 + beta**2, distance**2
        right1 = noisy1 / v1 + math.log(v1) < (noisy1 + apart) / v0 + math.log(v0)
        right0 = noisy0 / v0 + math.log(v0) < (noisy0 + apart) / v1 + math.log(v1)
        expected = (0 if right1 else 0.3) + (0 if right0 else 0.7)
        assert spread(s0, s1, distance, 0.3).risk(alpha, beta).value == expected


@pytest.mark.parametrize(("dim", "known"), [(1000, 0.893194), (10_000, 0.9)])
def test_harm_comes_close_to_one(dim: int, known: float) -> None:
    problem = regimes.concentric(dim=dim, prior=0.9)
    assert clean_risk(problem, 1.0, 0.0).value == pytest.approx(known, abs=5e-7)
    assert clean_risk(problem, 0.0, 0.0).value < 1e-15
    limit = high_dimension(problem).risk(1.0, 0.0, dim)
    assert abs(limit.value - known) < limit.error < 300 / dim
    assert high_dimension(problem).risk([0.0, 1.0], 0.0).value.tolist() == [0.0, 0.9]


def test_the_error_holds_what_rounding_leaves_of_a_share() -> None:
    """A ball that is empty: the risk is the share of class 0, which is no float."""
    problem = regimes.concentric(inner=0.2, outer=0.3, prior=0.98574)
    found, proved = high_dimension(problem).risk(40.0, 0.0, 2), PROVED.risk(problem, 40.0, 0.0)
    assert abs(found.value - proved.value) <= found.error + proved.error < 1e-16


def test_edges_of_phases_have_no_limit() -> None:
    """Two equal laws without a prior that tells: every margin is 0."""
    assert np.isnan(spread(1.0, 1.0).risk(0.5, 0.3).value)


def test_what_has_no_such_limit_is_refused() -> None:
    with pytest.raises(NoExactRoute, match="one isotropic Gaussian a class"):
        high_dimension(regimes.bumps())
    with pytest.raises(NoExactRoute, match="one isotropic Gaussian a class"):
        high_dimension(MixtureProblem(0.5, 1, (Component(Laplace(0.0, 1.0)),), (Component(Gaussian(0.0, 2.0)),)))
    with pytest.raises(NoExactRoute, match="posterior rule"):
        high_dimension(regimes.stripes())
    with pytest.raises(NoExactRoute, match="Gaussian noises"):
        high_dimension(with_overrides(regimes.concentric(), {"training.noise": "laplace"}))
    with pytest.raises(NoExactRoute, match="means that agree"):
        high_dimension(regimes.two_gaussians()).best_alpha(0.5)
    with pytest.raises(ProblemError, match="beta"):
        high_dimension(regimes.concentric()).best_alpha(-1.0)
    with pytest.raises(ProblemError, match="dim"):
        high_dimension(regimes.concentric()).risk(0.5, 0.5, dim=0)
