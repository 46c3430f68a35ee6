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
from theory import Estimate, vote_risk
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


Truths = dict[str, Estimate]


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
def exact_sides() -> list[tuple[Truths, Truths]]:
    """Exact counterparts of all records, at their own training noises and at those that are wrong by a factor; with the
    wrong ones only the clean risk and the gain, which is that of the right ones and what the risks differ by."""
    found = []
    for problem, places, _ in runs():
        alphas, betas, radii = places.T
        exact = deployed(problem, alphas, betas, radii, VOTES, FAILURE)
        risk = vote_risk(problem, WRONG * alphas, betas, VOTES)
        found.append((vars(exact), {"clean": risk, "gain": exact.gain + (exact.clean - risk)}))
    return found


@cache
def outcomes(side: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Whether the intervals of each quantity miss, and the p-values of each risk, of all runs, with the right exact
    side, 0, or the wrong one, 1."""
    rng, names = np.random.default_rng(1), exact_sides()[0][side]
    misses: dict[str, list[bool]] = {name: [] for name in names}
    chances: dict[str, list[float]] = {name: [] for name in names if "gain" not in name}
    for (_, _, records), sides in zip(runs(), exact_sides(), strict=True):
        for setting, record in enumerate(records):
            for name in names:
                interval, truth = getattr(record, name), sides[side][name].at(setting)
                held = interval.low - truth.error <= truth.value <= interval.high + truth.error
                misses[name].append(not held)
                if name in chances:
                    chances[name].append(p_value(interval.estimate, truth.value, rng))
    return {name: np.array(row) for name, row in misses.items()}, {name: np.array(row) for name, row in chances.items()}


def p_value(estimate: float, risk: float, rng: np.random.Generator) -> float:
    """P(fewer failures) + U P(as many)."""
    failed, risk = round(estimate * SAMPLES), min(max(risk, 0.0), 1.0)
    return float(binom.cdf(failed - 1, SAMPLES, risk) + rng.random() * binom.pmf(failed, SAMPLES, risk))


@pytest.mark.slow
def test_intervals_hold_as_often_as_they_say() -> None:
    """99 % intervals are conservative: the number that misses is not above its binomial range."""
    misses, _ = outcomes(0)
    assert set(misses) == {"clean", "certified", "gain", "certified_gain"}
    for name, missed in misses.items():
        assert missed.sum() <= binom.isf(1e-4, RUNS, 0.01), name


@pytest.mark.slow
def test_p_values_are_uniform() -> None:
    _, chances = outcomes(0)
    assert set(chances) == {"clean", "certified"}
    for values in chances.values():
        assert kstest(values, "uniform").pvalue > 1e-3
    for shape in range(len(SHAPES)):
        of_shape = np.arange(RUNS) // SETTINGS % len(SHAPES) == shape
        assert kstest(chances["clean"][of_shape], "uniform").pvalue > 1e-3


@pytest.mark.slow
def test_a_wrong_formula_is_caught() -> None:
    """Training noise 20 % too large on the exact side: p-values near 0 and 1 pile up, and intervals miss."""
    misses, chances = outcomes(1)
    assert kstest(np.abs(2 * chances["clean"] - 1), "uniform").pvalue < 1e-6
    assert misses["gain"].sum() > binom.isf(1e-4, RUNS, 0.01)
