"""The Parzen rule by simulation: where its mean risk is known exactly, against NumPy, and as the law predicts.

`python -m tests.unit.test_parzen_simulation` repeats the published simulations: minutes, not seconds.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from simulate.parzen import ParzenTrial, simulate_parzen
from simulate.parzen.kernel import TRAINED, class_one
from theory import Component, Laplace, ProblemError, Smoothing, Uniform, regimes, vote_risk
from theory.errors import UnsupportedError
from theory.problems.problem import MixtureProblem, Problem
from theory.risks.budget import error_budget
from theory.risks.parzen import parzen_risk

PAIR = regimes.two_gaussians(dim=1, separation=2.0, prior=0.3)
# An exact number is missed by an interval of this confidence once in a thousand.
SURE = 0.999


def test_the_rule_is_that_of_the_definition_and_holds_in_empty_tails() -> None:
    random = np.random.default_rng(3)
    for dim in (1, 2, 7):
        trained, sign = random.normal(size=(3, dim, TRAINED)), random.choice([-1.0, 1.0], size=(3, TRAINED))
        sign[2, 40:] = 0
        x = random.normal(size=(dim, 200)) * np.append(np.ones(150), np.full(50, 100.0))
        places, labels = np.moveaxis(trained, 1, 0).reshape(dim, -1), sign.ravel()
        squares = ((x[:, :, None] - places[:, None, :]) ** 2).sum(axis=0)
        squares = np.where(labels == 0, np.inf, squares)
        weights = np.exp(-(squares - squares.min(axis=1, keepdims=True)) / (2 * 0.3**2))
        with jax.enable_x64(True):
            found = class_one(*(jnp.asarray(value) for value in (x, trained, sign, 0.3)))
        np.testing.assert_array_equal(np.asarray(found), (weights * labels).sum(axis=1) >= 0)


@pytest.mark.parametrize("samples", [1, 3])
def test_kernels_as_wide_as_everything_ask_for_the_majority_of_the_samples(samples: int) -> None:
    """Its mean risk is exact: the binomial chance of each majority."""
    chance = sum(math.comb(samples, k) * 0.3**k * 0.7 ** (samples - k) for k in range(samples) if 2 * k > samples)
    chance += 0.3**samples
    exact = 0.3 * (1 - chance) + 0.7 * chance
    (record,) = simulate_parzen(PAIR, ParzenTrial(samples, 300, 1), alpha=1e6, beta=0.0, confidence=SURE)
    assert record.clean.low <= exact <= record.clean.high
    assert record.clean.high - record.clean.low < 0.2


def test_many_samples_give_the_population_rule_with_its_votes_and_ties() -> None:
    """The budget says how much n samples still cost, a part of the interval; a tie matters with two votes."""
    for ties in ("class1", "class0", "coin"):
        problem = replace(PAIR, smoothing=Smoothing("gaussian", ties))
        trial = ParzenTrial(500, 16, 2, seed=4)
        still, voted = simulate_parzen(problem, trial, alpha=0.3, beta=[0.0, 0.8], confidence=SURE)
        exact = float(vote_risk(problem, 0.3, 0.8, 2).value)
        slack = error_budget(problem).sampling(0.3, 0.0, 500)
        assert slack < 0.5 * (voted.clean.high - voted.clean.low)
        assert voted.clean.low - slack <= exact <= voted.clean.high + slack
        assert still.excess.estimate < 0.1 * voted.excess.estimate


def test_the_mean_risk_is_that_of_the_central_limit_theorem() -> None:
    trial = ParzenTrial(500, 40, 1, seed=5)
    (record,) = simulate_parzen(PAIR, trial, alpha=0.363261, beta=0.0, confidence=SURE)
    exact = float(parzen_risk(PAIR, 0.363261, 500).value)
    assert record.clean.low <= exact <= record.clean.high
    assert record.excess.high - record.excess.low < 0.5 * (record.clean.high - record.clean.low)
    assert record.excess.estimate > 0


def test_the_same_seed_gives_the_same_records_in_any_unit_and_another_one_others() -> None:
    ask: dict[str, Any] = {"alpha": [0.3, 0.5], "beta": 0.4}
    one = simulate_parzen(PAIR, ParzenTrial(50, 3, 5, seed=1), **ask)
    assert one == simulate_parzen(PAIR, ParzenTrial(50, 3, 5, seed=1), **ask)
    assert one[1] == simulate_parzen(PAIR, ParzenTrial(50, 3, 5, seed=1), alpha=0.5, beta=0.4)[0]
    assert one[0].clean != simulate_parzen(PAIR, ParzenTrial(50, 3, 5, seed=2), **ask)[0].clean
    small = regimes.two_gaussians(dim=1, separation=2e-6, scale=1e-6, prior=0.3)
    (typed,) = simulate_parzen(small, ParzenTrial(50, 3, 5, seed=1), alpha=0.3e-6, beta=0.4e-6)
    assert typed.clean == one[0].clean


def test_laws_with_densities_are_simulated_and_others_refused() -> None:
    other = MixtureProblem(0.4, 2, (Component(Uniform(-1.0, 1.0)),), (Component(Laplace(0.5, 1.0)),))
    (record,) = simulate_parzen(other, ParzenTrial(100, 3, 3), alpha=0.3, beta=0.2)
    assert 0 < record.excess.estimate < record.clean.estimate < 0.5
    for problem in (regimes.discs(), replace(PAIR, smoothing=Smoothing("laplace"))):
        with pytest.raises(UnsupportedError, match="Parzen"):
            simulate_parzen(problem, ParzenTrial(100, 3, 3), alpha=0.3, beta=0.2)
    for key in ("samples", "draws", "votes", "points"):
        with pytest.raises(ProblemError, match=key):
            ParzenTrial(**({"samples": 10, "draws": 2, "votes": 3, "points": 10} | {key: 0}))
    with pytest.raises(ProblemError, match="alpha"):
        simulate_parzen(PAIR, ParzenTrial(10, 2, 3), alpha=[0.3, 0.0], beta=0.2)


# Of the study: problem, n, alpha, beta, training sets, votes, points of each.
STUDY: list[tuple[Problem, int, float, float, int, int, int]] = [
    (PAIR, 500, 0.363, 0.0, 4000, 1, 1024),
    (regimes.concentric(dim=2), 5000, 0.2, 0.0, 100, 1, 4096),
    (regimes.concentric(dim=2), 40_000, 0.2, 0.0, 40, 1, 8192),
    (regimes.concentric(dim=2), 40_000, 0.3, 0.3, 8, 101, 1024),
]


def main() -> None:
    """Print what the simulations find beside the law and the central limit form."""
    print("problem, n, alpha, beta, votes: excess +- standard error; law (with votes); risk +- standard error; seconds")
    for problem, samples, alpha, beta, draws, votes, points in STUDY:
        began = time.perf_counter()
        trial = ParzenTrial(samples, draws, votes, seed=1, points=points)
        (record,) = simulate_parzen(problem, trial, alpha=alpha, beta=beta, confidence=0.682689)
        law = error_budget(problem).total(alpha, beta, samples, votes)
        excess, risk = (f"{s.estimate:.6f} +- {(s.high - s.low) / 2:.6f}" for s in (record.excess, record.clean))
        print(f"{problem.name}, {samples}, {alpha}, {beta}, {votes}: {excess}; {law:.6f}; {risk}; ", end="")
        print(f"{time.perf_counter() - began:.0f}", flush=True)


if __name__ == "__main__":
    main()
