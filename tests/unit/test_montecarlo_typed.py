"""The simulation of what people type: units and places change nothing, weights are equal if what was typed is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from simulate.montecarlo import Sampling, monte_carlo
from tests.unit.typed_problems import draw
from theory import regimes, vote_risk
from theory.problems.problem import (
    Component,
    DomainProblem,
    MixtureProblem,
    Problem,
    Training,
    Uniform,
)

SAMPLING = Sampling(samples=2000, seed=1)
DRAWN = 3


@pytest.mark.parametrize("f", [1e-150, 1e-60, 1e-6, 1e6, 1e70, 1e150])
def test_units_change_no_record(f: float) -> None:
    def found(f: float) -> list[tuple[float, float]]:
        problem = regimes.two_scales(dim=5, separation=f, scale0=f, scale1=float(f"{2 * f:g}"))
        scales = {"alpha": float(f"{0.4 * f:g}"), "beta": float(f"{0.7 * f:g}"), "eps": float(f"{0.1 * f:g}")}
        (record,) = monte_carlo(problem, **scales, votes=21, sampling=SAMPLING)
        assert record.certified is not None
        return [(part.low, part.high) for part in (record.clean, record.certified, record.gain)]

    assert np.allclose(found(f), found(1.0), rtol=0, atol=2e-3)


def test_random_problems_in_other_units_and_places_have_the_same_records() -> None:
    """Where the places are whole multiples of the unit in both, the simulated problem is the same to the last bit."""
    rng = np.random.default_rng(31)
    for _ in range(DRAWN):
        drawn, noises = draw(rng)
        found = []
        for scale, shift in (
            (Fraction(1), Fraction(0)),
            (Fraction("0.1"), Fraction(40)),
            (Fraction("1e6"), Fraction(-3)),
        ):
            problem = drawn.written(scale, shift)
            alpha, beta, eps = (float(scale * v) for v in noises)
            (record,) = monte_carlo(
                problem, alpha=alpha, beta=beta, eps=eps, votes=5, sampling=replace(SAMPLING, samples=300)
            )
            unit = float(scale) if isinstance(problem, DomainProblem) and problem.infinite else 1.0
            parts = (record.clean, record.certified, record.gain)
            found.append([(p.low / unit, p.high / unit) for p in parts if p is not None and np.isfinite(p.high)])
        assert np.allclose(found[0], found[1], rtol=1e-12, atol=1e-12)
        assert np.allclose(found[0], found[2], rtol=1e-12, atol=1e-12)


def nearly_equal(prior: float, noise: str) -> Problem:
    zero = (Component(Uniform(-1.0, 1.0), 0.6), Component(Uniform(-3.2, -2.8), 0.4))
    one = (Component(Uniform(-1.0, 1.0), 0.6), Component(Uniform(1.2, 1.6), 0.4))
    return MixtureProblem(prior, 1, zero, one, Training("posterior", noise))


@pytest.mark.parametrize("prior", [0.5 - 2e-15, 0.5])
def test_plateaus_are_equal_if_what_was_typed_is(prior: float) -> None:
    """At .5 the shared plateau ties and goes to class 1, just below to class 0: other points are wrong in each case,
    so that the votes tell the two apart."""
    problem = nearly_equal(prior, "uniform")
    alphas = (0.0, 0.3, 3.0)
    for record in monte_carlo(problem, alpha=alphas, beta=3.0, votes=3, sampling=replace(SAMPLING, samples=20_000)):
        exact = vote_risk(problem, record.alpha, 3.0, votes=3)
        assert record.clean.low <= exact.value <= record.clean.high
