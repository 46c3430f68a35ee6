"""The regression rule on mixtures, against quadrature and where symmetry gives the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from simulate.montecarlo.assemble import mixture_rule
from simulate.montecarlo.rules.settle import Labels
from tests.unit.montecarlo_labels import check, components, ranges
from theory.problems.problem import Gaussian, Laplace, MixtureProblem, Training, Uniform

FAMILIES = ["gaussian", "laplace", "uniform"]


LINE0 = (Gaussian(-0.5, 0.8), Uniform(-2.0, 1.5), Laplace(2.0, 0.3))
LINE1 = (Laplace(0.4, 0.6), Gaussian(1.0, 0.05), Uniform(-1.0, -0.5))


@pytest.mark.slow
@pytest.mark.parametrize("noise", FAMILIES)
@pytest.mark.parametrize("smooth", [False, True])
def test_posterior_mean_on_the_line(noise: Any, smooth: bool) -> None:
    """All points are decided without draws, and as the quadrature of SciPy has it."""
    laws = (LINE0[:1], LINE1[1:2]) if smooth else (LINE0, LINE1)
    problem = MixtureProblem(0.45, 1, components(*laws[0]), components(*laws[1]), Training("regression", noise))

    def density(law: Any, y: Any) -> Any:
        if isinstance(law, Uniform):
            return ((law.low <= y) & (y <= law.high)) / (law.high - law.low)
        return (stats.norm if isinstance(law, Gaussian) else stats.laplace).pdf(y, law.mean, law.scale)

    def eta(y: Any) -> Any:
        q = [sum(c.weight * density(c.law, y) for c in group) / sum(c.weight for c in group)
             for group in (problem.class0, problem.class1)]  # fmt: skip
        return 0.45 * q[1] / (0.45 * q[1] + 0.55 * q[0])

    alpha = 0.4
    law = {"gaussian": stats.norm, "laplace": stats.laplace, "uniform": stats.uniform(-1, 2)}[noise]
    x = np.random.default_rng(6).uniform(-3, 3, 25)
    grid = np.linspace(-9, 9, 40_001)
    step = grid[1] - grid[0]
    values = eta(grid)
    want = np.array([(values * law.pdf((p - grid) / alpha)).sum() * step / alpha for p in x])
    clear = np.abs(want - 0.5) > 2e-3
    labels = ranges(mixture_rule(problem, np.array([alpha])), noise, alpha, x[None])
    check(Labels(*(part[clear] for part in labels)), (want >= 0.5)[clear], 0.0)
    exact = integrate.quad(lambda y: eta(y) * law.pdf((x[0] - y) / alpha) / alpha, x[0] - 9, x[0] + 9, limit=500)[0]
    assert abs(exact - want[0]) < 1e-3


def test_far_from_box_laws_the_posterior_mean_is_zero() -> None:
    training = Training("regression", off_support="class1")
    problem = MixtureProblem(0.5, 1, components(Uniform(0.0, 1.0)), components(Uniform(0.5, 2.0)), training)
    labels = ranges(mixture_rule(problem, np.array([0.1])), "gaussian", 0.1, np.array([[-5.0, 0.2, 1.5, 9.0]]))
    check(labels, np.array([0, 0, 1, 0], bool), 0.0)
    bare = ranges(mixture_rule(problem, np.array([])), "gaussian", None, np.array([[-5.0, 0.2, 1.5, 9.0]]), "class1")
    np.testing.assert_array_equal(bare.best, [0, 0, 1, 0])


@pytest.mark.parametrize(("dim", "most_open"), [(2, 0.01), (3, 0.02), (6, 0.2)])
@pytest.mark.parametrize("noise", FAMILIES)
def test_symmetric_gaussians_have_a_half_space(dim: int, most_open: float, noise: Any) -> None:
    """Two Gaussians that mirror each other: eta * p_alpha - 1/2 has the sign of the first coordinate."""
    sides = [components(Gaussian((at, *[0.0] * (dim - 1)), 1.0)) for at in (-0.7, 0.7)]
    problem = MixtureProblem(0.5, dim, *sides, training=Training("regression", noise))
    x = np.random.default_rng(8).normal(size=(dim, 300))
    labels = ranges(mixture_rule(problem, np.array([0.8])), noise, 0.8, x)
    check(labels, x[0] > 0, most_open)
