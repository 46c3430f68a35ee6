"""Theory against simulation, 1000 times: intervals hold as often as they say, p-values are uniform.

Problems are of a few shapes, so that compiled code is shared; their parameters are random, and each is simulated with
four settings of its noises, by runs with seeds of their own, so that the exact side answers for these at once. The
p-value of a count of failures is the randomised one, which is exactly uniform where the exact risk is right.
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

RUNS, SETTINGS, SAMPLES, VOTES, FAILURE = 1000, 4, 500, 15, 0.05
QUANTITIES = ("clean", "certified", "gain", "certified_gain")
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
def runs() -> list[tuple[Problem, np.ndarray, list[Any]]]:
    """All problems with the settings of their noises (4, 3) and a record for each."""
    found = []
    for number in range(RUNS // SETTINGS):
        rng = np.random.default_rng(number)
        problem = SHAPES[number % len(SHAPES)](rng)
        noises = np.exp(rng.uniform(np.log(0.05), np.log(1.5), (SETTINGS, 2)))
        places = np.column_stack([noises, rng.uniform(0, 0.6, SETTINGS) * noises[:, 1]])
        found.append((problem, places, [_record(problem, place, number, k) for k, place in enumerate(places.tolist())]))
    return found


def _record(problem: Problem, place: list[float], number: int, setting: int) -> Any:
    names = dict(zip(("alpha", "beta", "eps"), place, strict=True))
    sampling = Sampling(SAMPLES, SETTINGS * number + setting)
    return monte_carlo(problem, **names, votes=VOTES, sampling=sampling, level=Level(failure=FAILURE))[0]


@cache
def exact_sides() -> list[Any]:
    """Exact counterparts of all records, each at its own training noise and at one that is wrong by a factor."""
    return [
        deployed(problem, places[:, 0] * np.array([[1.0], [WRONG]]), places[:, 1], places[:, 2], VOTES, FAILURE)
        for problem, places, _ in runs()
    ]


@cache
def outcomes(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether intervals (runs, 4) miss, and p-values (runs, 2) of clean and certified risks, with the right exact side,
    0, or the wrong one, 1."""
    rng, misses, chances = np.random.default_rng(1), [], []
    pairs = [
        (record, exact, setting)
        for (_, _, records), exact in zip(runs(), exact_sides(), strict=True)
        for setting, record in enumerate(records)
    ]
    for record, exact, setting in pairs:
        truths = {name: getattr(exact, name).at((side, setting)) for name in QUANTITIES}
        held = [
            getattr(record, name).low - truth.error <= truth.value <= getattr(record, name).high + truth.error
            for name, truth in truths.items()
        ]
        misses.append([not one for one in held])
        risks = QUANTITIES[:2]
        chances.append([p_value(getattr(record, name).estimate, truths[name].value, rng) for name in risks])
    return np.array(misses), np.array(chances)


def p_value(estimate: float, risk: float, rng: np.random.Generator) -> float:
    """P(fewer failures) + U P(as many)."""
    failed, risk = round(estimate * SAMPLES), min(max(risk, 0.0), 1.0)
    return float(binom.cdf(failed - 1, SAMPLES, risk) + rng.random() * binom.pmf(failed, SAMPLES, risk))


@pytest.mark.slow
def test_intervals_hold_as_often_as_they_say() -> None:
    """99 % intervals are conservative: the number that misses is not above its binomial range."""
    misses, _ = outcomes(0)
    assert (misses.sum(axis=0) <= binom.isf(1e-4, RUNS, 0.01)).all()


@pytest.mark.slow
def test_p_values_are_uniform() -> None:
    _, chances = outcomes(0)
    for column in chances.T:
        assert kstest(column, "uniform").pvalue > 1e-3
    for shape in range(len(SHAPES)):
        of_shape = np.arange(RUNS) // SETTINGS % len(SHAPES) == shape
        assert kstest(chances[of_shape, 0], "uniform").pvalue > 1e-3


@pytest.mark.slow
def test_a_wrong_formula_is_caught() -> None:
    """Training noise 20 % too large on the exact side: p-values near 0 and 1 pile up, and intervals miss."""
    misses, chances = outcomes(1)
    assert kstest(np.abs(2 * chances[:, 0] - 1), "uniform").pvalue < 1e-6
    assert misses[:, 2].sum() > binom.isf(1e-4, RUNS, 0.01)
