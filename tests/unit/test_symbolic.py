"""Derivations by SymPy against the numbers of the exact routes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from theory import Component, Gaussian, MixtureProblem, best_alpha, clean_risk, regimes, small_noise, train
from theory.symbolic import DERIVATIONS, Derivation

RNG = np.random.default_rng(7)
CASES = [
    {key: float(RNG.uniform(*span)) for key, span in spans.items()}
    for spans in [{"mu": (0.3, 3), "scale": (0.2, 2), "alpha": (0.05, 3), "prior": (0.05, 0.95)}] * 25
]


def pair(mu: float, scale: float, prior: float) -> MixtureProblem:
    return MixtureProblem(prior, 1, (Component(Gaussian(-mu, scale)),), (Component(Gaussian(mu, scale)),))


@pytest.fixture(scope="module", params=DERIVATIONS)
def derivation(request: pytest.FixtureRequest) -> Derivation:
    return DERIVATIONS[request.param]()


def test_threshold_and_risk_of_two_gaussians() -> None:
    threshold, risk = (DERIVATIONS[name]() for name in ("threshold", "threshold-risk"))
    for case in CASES:
        problem = pair(case["mu"], case["scale"], case["prior"])
        numbers = {"mean0": -case["mu"], "mean1": case["mu"], **{k: case[k] for k in ("scale", "alpha", "prior")}}
        (end,) = train(problem, case["alpha"]).region.ends[0]
        assert threshold.at(**numbers) == pytest.approx(end, rel=1e-12, abs=1e-12)
        exact = clean_risk(problem, case["alpha"], 0.7).value
        assert risk.at(**numbers) == pytest.approx(exact, rel=1e-11, abs=1e-16)


def test_bridge_identity() -> None:
    bridge = DERIVATIONS["bridge"]()
    for case in CASES[:6]:
        eps = 0.4 * case["mu"]
        square = bridge.at(mu=case["mu"], scale=case["scale"], eps=eps)
        found = best_alpha(pair(case["mu"], case["scale"], case["prior"]), 0.6, eps)
        assert found.alpha == pytest.approx(math.sqrt(square), rel=1e-6)


@pytest.mark.parametrize(("dim", "prior"), [(1, 0.5), (2, 0.4), (10, 0.55), (1000, 0.3)])
def test_radius_of_the_concentric_pair(dim: int, prior: float) -> None:
    radius = DERIVATIONS["concentric-radius"]()
    for alpha in (0.0, 0.3, 2.0):
        end = train(regimes.concentric(dim=dim, prior=prior), alpha).region.ends[0][-1]
        square = radius.at(dim=dim, v0=1 + alpha**2, wider=1.25, prior=prior)
        assert math.sqrt(square) == pytest.approx(end, rel=1e-12)


def test_the_radius_grows() -> None:
    """The last step is a square over positive factors, and the slope is that of the radius, by differences."""
    derivation = DERIVATIONS["radius-grows"]()
    u = derivation.symbols["u"]
    assert sp.simplify(derivation.result - u**2 / ((1 + u) * (2 + u) ** 2)) == 0
    radius, slope = DERIVATIONS["concentric-radius"](), derivation.steps[1][1]
    for v0, wider in RNG.uniform(0.1, 5, (20, 2)):
        steps = [radius.at(dim=7, v0=v0 + sign * 1e-4 * v0, wider=wider, prior=0.5) for sign in (1, -1)]
        exact = float(slope.subs({u: wider / v0, sp.Symbol("d", positive=True): 7}))
        assert (steps[0] - steps[1]) / (2e-4 * v0) == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("dim", [2, 3, 10, 100, 10**6])
def test_small_noise_law(dim: int) -> None:
    square = DERIVATIONS["small-noise"]().at(dim=dim, spread=2.25)
    assert math.sqrt(square) == pytest.approx(small_noise(regimes.concentric(dim=dim)).ratio, rel=1e-9)
    limit = DERIVATIONS["many-dimensions"]().at(spread=2.25)
    assert abs(square - limit) < 2 / dim


def test_large_noise() -> None:
    class0 = (Component(Gaussian(-1.0, 0.5)), Component(Gaussian(0.5, 1.5), 0.7))
    class1 = (Component(Gaussian(2.0, 1.0)),)
    shares = np.array([1 / 1.7, 0.7 / 1.7])
    mean0, square0 = shares @ [-1.0, 0.5], shares @ [1.25, 2.5]
    numbers = {"mean1": 2.0, "square1": 5.0, "mean0": float(mean0), "square0": float(square0)}
    derived = DERIVATIONS["large-noise"]().at(**numbers)
    away = []
    for alpha in (100.0, 200.0):
        ends = train(MixtureProblem(0.5, 1, class0, class1), alpha).region.ends[0]
        away.append(float(np.abs(ends - derived).min()))
    assert away[1] < 0.3 * away[0] < 0.01  # the next term is of the order of 1/alpha^2


def test_steps_show_as_latex_and_numbers_are_checked(derivation: Derivation) -> None:
    text = derivation._repr_latex_()
    assert text.startswith("$")
    assert text.count("\\\\\n") == len(derivation.steps) - 1
    with pytest.raises(ValueError, match="expected"):
        derivation.at(nonsense=1.0)
