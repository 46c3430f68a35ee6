"""The regression rule on mixtures in the plane: against sums over a fine grid, other geometries, and a simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from simulate.montecarlo import Sampling, monte_carlo
from theory import clean_risk, regimes, vote_risk
from theory.geometry.plane.regression import RegressionField
from theory.geometry.plane.signed import SignedField
from theory.problems.problem import Component, Gaussian, MixtureProblem, Training

RULE = Training(rule="regression")
# Points a side of the fine grid, which reaches this many noise scales.
FINE, REACH = 1001, 8.5


def plain(seed: int) -> SignedField:
    """Four components, the narrowest some .4 wide."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 2, 2))
    covariances = root @ root.transpose(0, 2, 1) + 0.2 * np.eye(2)
    return SignedField(rng.normal(0, 2, (4, 2)), covariances, np.full(4, 0.25), np.arange(4) % 2 == 0, 24)


def mean_share(held: SignedField, point: np.ndarray, alpha: float) -> float:
    at = np.linspace(-REACH, REACH, FINE)
    weights = np.exp(-0.5 * at * at)
    weights /= weights.sum()
    places = np.stack(np.meshgrid(point[0] + alpha * at, point[1] + alpha * at, indexing="ij"), axis=-1)
    return float(weights @ expit(held.value(places)) @ weights)


@pytest.mark.parametrize("alpha", [1e-3, 0.05, 0.3, 1.0])
def test_the_field_is_a_mean_of_the_posterior(alpha: float) -> None:
    held = plain(1)
    field, points = RegressionField(held, alpha, 24), np.random.default_rng(2).normal(0, 2, (4, 2))
    known = np.array([mean_share(held, p, alpha) for p in points])
    assert np.abs(field.value(points) + 0.5 - known).max() < 1e-13
    value, slopes = field.rise(points)
    assert np.abs(value + 0.5 - known).max() < 1e-13
    step = 1e-4 * alpha
    for axis, move in enumerate(step * np.eye(2)):
        rise = (field.value(points + move) - field.value(points - move)) / (2 * step)
        assert np.abs(slopes[:, axis] - rise).max() < 1e-6 / alpha
    coefficients, doubt = field.expand(points, np.full(4, 0.5 * alpha))
    off = np.array([0.7, -0.3])
    inner = np.array([np.polynomial.chebyshev.chebval2d(*off, c) for c in coefficients])
    assert (np.abs(inner - field.value(points + 0.5 * alpha * off)) <= doubt).all()


@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.5), (0.5, 0.5), (0.5, 0.0), (1.5, 1.0)], ids=str)
def test_other_routes(alpha: float, beta: float) -> None:
    round_one = replace(regimes.concentric(dim=2), training=RULE)
    parts = [Component(Gaussian((at, 0.0), 1.0)) for at in (0.0, 3.0, 1.0)]
    striped = MixtureProblem(0.3, 2, tuple(parts[:2]), tuple(parts[2:]), RULE)
    for problem in (round_one, striped):
        known, found = clean_risk(problem, alpha, beta), clean_risk(problem, alpha, beta, route="plane")
        assert known.route != "plane"
        assert abs(known.value - found.value) <= known.error + found.error < 1e-8


def test_it_is_what_is_simulated() -> None:
    """Three components of unequal covariances; in d = 3 they differ in a plane that does not turn."""
    cov = ((1.0, 0.3, 0.0), (0.3, 2.0, 0.0), (0.0, 0.0, 1.0))
    laws = [Gaussian((0.0, 0.0, 1.0), cov=cov), Gaussian((1.5, 0.0, 1.0), 1.0), Gaussian((0.0, -2.0, 1.0), 1.0)]
    problem = MixtureProblem(0.4, 3, (Component(laws[0]),), (Component(laws[1]), Component(laws[2])), RULE)
    found = vote_risk(problem, 0.6, 0.8, votes=11)
    assert found.route == "plane"
    assert found.error < 1e-8
    (record,) = monte_carlo(problem, alpha=0.6, beta=0.8, votes=11, sampling=Sampling(samples=1500, seed=1))
    assert record.clean.low <= found.value <= record.clean.high
