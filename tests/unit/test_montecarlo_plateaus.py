"""Labels where plateaus cancel: the Monte Carlo side against the exact side's regions, each by its own formulas."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.montecarlo.assemble import domain_rule, mixture_rule
from tests.oracle.plateaus import draw
from tests.unit.montecarlo_labels import ranges
from theory import train
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    MixtureProblem,
    Problem,
    Smoothing,
    Training,
)

DRAWS = 40
POINTS = 400
# Distance from a boundary, relative to the noise, at which both sides' rounding may differ.
CLOSE = 1e-9


def disagreements(problem: Problem, alpha: float, axis: int, reach: float) -> int:
    """Points within reach at which the two sides give different classes, boundaries apart."""
    region = train(problem, alpha).region
    place = np.linspace(-reach, reach, POINTS) + 1e-3 * np.sqrt(2)
    x = np.zeros((problem.dim, POINTS))
    x[axis] = place
    rule = (domain_rule if isinstance(problem, DomainProblem) else mixture_rule)(problem, np.array([alpha]))
    found = ranges(rule, problem.training.noise, alpha, x, problem.training.off_support).best
    near = (np.abs(region.ends[0][:, None] - place) < CLOSE * (1 + alpha)).any(axis=0)
    return int((found != region.contains(place[None])[0])[~near].sum())


@pytest.mark.parametrize("seed", range(DRAWS))
def test_both_sides_give_one_class_to_every_point(seed: int) -> None:
    case = draw(np.random.default_rng(1000 + seed))
    assert disagreements(case.problem, case.alpha, 0, 12.0) == 0


def test_laws_that_differ_on_one_axis_of_several() -> None:
    one, zero = (Component(Gaussian((0.3, c, -1.0), (1.0, 0.05, 2.0))) for c in (1.0, -1.0))
    problem = MixtureProblem(0.5, 3, (zero,), (one,), Training("posterior", "uniform"), Smoothing("gaussian"))
    assert disagreements(problem, 50.0, 1, 60.0) == 0


def test_a_domain_half_of_which_is_labelled_is_a_tie_under_wide_noise() -> None:
    problem = DomainProblem(1, (Box(-1.0, 0.0),), -1.0, 1.0, Training("posterior", "uniform"))
    assert disagreements(problem, 5.0, 0, 8.0) == 0
    assert train(problem, 5.0).region.contains(np.array([[0.5, 3.0]])).all()
