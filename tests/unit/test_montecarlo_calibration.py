"""Theory against simulation on 1000 random problems: intervals hold as often as they say, p-values are uniform.

Problems are of a few shapes, so that compiled code is shared; their parameters are random. The p-value of a count of
failures is the randomised one, which is exactly uniform where the exact risk is right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, kstest

from simulate.montecarlo import Level, Sampling, monte_carlo
from simulate.sweep.deployed import deployed
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Problem,
    Smoothing,
    Training,
    Uniform,
)

PROBLEMS, SAMPLES, VOTES, FAILURE = 1000, 500, 15, 0.05
WRONG = 1.2  # the factor by which the training noise of the wrong exact side is too large


def gaussians(rng: np.random.Generator) -> Problem:
    """Three Gaussians on the line."""
    laws = [
        Component(Gaussian(float(rng.normal(0, 2)), float(rng.uniform(0.2, 1))), float(rng.uniform(0.3, 1)))
        for _ in range(3)
    ]
    return MixtureProblem(float(rng.uniform(0.2, 0.8)), 1, tuple(laws[:2]), tuple(laws[2:]))


def mixed(rng: np.random.Generator) -> Problem:
    """A box and a Laplace law against a Gaussian, Laplace noise throughout."""
    low, place, scale = float(rng.normal(0, 1)), *(float(v) for v in rng.uniform(0.3, 1.5, 2))
    class0 = (Component(Uniform(low, low + 1)), Component(Laplace(-place, scale), 0.5))
    class1 = (Component(Gaussian(place, scale)),)
    noise: dict[str, Any] = {"training": Training(noise="laplace"), "smoothing": Smoothing("laplace")}
    return MixtureProblem(float(rng.uniform(0.2, 0.8)), 1, class0, class1, **noise)


def stripes(rng: np.random.Generator) -> Problem:
    """Two labelled intervals in a finite domain, uniform smoothing noise."""
    gap, width = rng.uniform(0.1, 0.6), rng.uniform(0.3, 1)
    inside = (Box(0.0, 1.0), Box(float(1 + gap), float(1 + gap + width)))
    return DomainProblem(1, inside, -0.5, 3.0, training=Training("regression"), smoothing=Smoothing("uniform"))


def radial(rng: np.random.Generator) -> Problem:
    """Two concentric Gaussians in ten dimensions."""
    scale = float(rng.uniform(1.1, 1.8))
    laws = (Component(Gaussian((0.0,) * 10, 1.0)),), (Component(Gaussian((0.0,) * 10, scale)),)
    return MixtureProblem(float(rng.uniform(0.3, 0.7)), 10, *laws)


SHAPES: tuple[Callable[[np.random.Generator], Problem], ...] = (gaussians, mixed, stripes, radial)


@cache
def runs() -> list[tuple[Problem, tuple[float, float, float], Any]]:
    """All problems with their noises and records."""
    found = []
    for number in range(PROBLEMS):
        rng = np.random.default_rng(number)
        problem = SHAPES[number % len(SHAPES)](rng)
        alpha, beta = (float(v) for v in np.exp(rng.uniform(np.log(0.05), np.log(1.5), 2)))
        place = alpha, beta, float(rng.uniform(0, 0.6)) * beta
        names = dict(zip(("alpha", "beta", "eps"), place, strict=True))
        level = Level(failure=FAILURE)
        (record,) = monte_carlo(problem, **names, votes=VOTES, sampling=Sampling(SAMPLES, number), level=level)
        found.append((problem, place, record))
    return found


@cache
def exact_sides() -> list[Any]:
    """Exact counterparts of all records, each at its own training noise and at one that is wrong by a factor."""
    return [
        deployed(problem, alpha * np.array([1.0, WRONG]), beta, eps, VOTES, FAILURE)
        for problem, (alpha, beta, eps), _ in runs()
    ]


@cache
def outcomes(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether intervals (problems, 4) miss, and p-values (problems, 2) of clean and certified risks, with the right
    exact side, 0, or the wrong one, 1."""
    rng, misses, chances = np.random.default_rng(1), [], []
    for (_, _, record), exact in zip(runs(), exact_sides(), strict=True):
        row = []
        for name in ("clean", "certified", "gain", "certified_gain"):
            interval, truth = getattr(record, name), getattr(exact, name)
            value, error = truth.value[side], truth.error[side]
            row.append(not interval.low - error <= value <= interval.high + error)
        misses.append(row)
        chances.append(
            [
                p_value(getattr(record, name).estimate, float(getattr(exact, name).value[side]), rng)
                for name in ("clean", "certified")
            ]
        )
    return np.array(misses), np.array(chances)


def p_value(estimate: float, risk: float, rng: np.random.Generator) -> float:
    """P(fewer failures) + U P(as many)."""
    failed, risk = round(estimate * SAMPLES), min(max(risk, 0.0), 1.0)
    return float(binom.cdf(failed - 1, SAMPLES, risk) + rng.random() * binom.pmf(failed, SAMPLES, risk))


@pytest.mark.slow
def test_intervals_hold_as_often_as_they_say() -> None:
    """99 % intervals are conservative: the number that misses is not above its binomial range."""
    misses, _ = outcomes(0)
    assert (misses.sum(axis=0) <= binom.isf(1e-4, PROBLEMS, 0.01)).all()


@pytest.mark.slow
def test_p_values_are_uniform() -> None:
    _, chances = outcomes(0)
    for column in chances.T:
        assert kstest(column, "uniform").pvalue > 1e-3
    for shape in range(len(SHAPES)):
        assert kstest(chances[shape :: len(SHAPES), 0], "uniform").pvalue > 1e-3


@pytest.mark.slow
def test_a_wrong_formula_is_caught() -> None:
    """Training noise 20 % too large on the exact side: p-values near 0 and 1 pile up, and intervals miss."""
    misses, chances = outcomes(1)
    assert kstest(np.abs(2 * chances[:, 0] - 1), "uniform").pvalue < 1e-6
    assert misses[:, 2].sum() > binom.isf(1e-4, PROBLEMS, 0.01)
