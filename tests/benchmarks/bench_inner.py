"""Base classifiers without a closed form: microseconds for each label, and the share that stays undecided."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from simulate.montecarlo.assemble import domain_rule, mixture_rule
from simulate.montecarlo.rules.rules import label_range
from tests.benchmarks.timing import best, sized
from theory import regimes
from theory.problems.problem import Component, DomainProblem, Gaussian, MixtureProblem, Problem, Training

ROUND = (Component(Gaussian(0.0, 1.0)),)
DISCS = regimes.discs(side=40, radius=8, seed=1)


def covariant(dim: int, **training: Any) -> MixtureProblem:
    cov = np.eye(dim) + 0.5
    return MixtureProblem(0.5, dim, ROUND, (Component(Gaussian(0.0, cov=cov.tolist())),), Training(**training))


# Problem, training noise, scale of the points.
CASES: dict[str, tuple[Problem, float, float]] = {
    "round and bent Gaussian in closed form, d = 2": (covariant(2), 0.4, 1.5),
    "the same, laplace noise, d = 2": (covariant(2, noise="laplace"), 0.4, 1.5),
    "the same, laplace noise, d = 5": (covariant(5, noise="laplace"), 0.4, 1.2),
    "the same, regression rule, d = 2": (covariant(2, rule="regression"), 0.4, 1.5),
    "the same, uniform noise, d = 2": (covariant(2, noise="uniform"), 0.4, 1.5),
    "the same, regression rule, d = 1": (covariant(1, rule="regression"), 0.4, 1.5),
    "the same, regression rule, d = 5": (covariant(5, rule="regression"), 0.4, 1.2),
    "discs, regression rule": (DISCS, 4.0, 20.0),
    "discs, laplace noise": (
        DomainProblem(2, DISCS.inside, DISCS.low, DISCS.high, Training("regression", "laplace")), 4.0, 20.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_labels(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem, alpha, size = CASES[name]
    with jax.enable_x64(True):
        make = domain_rule if isinstance(problem, DomainProblem) else mixture_rule
        rule: Any = make(problem, np.array([alpha]))
        middle = size if isinstance(problem, DomainProblem) else 0.0
        x = jnp.asarray(middle + size * np.random.default_rng(0).uniform(-1, 1, (problem.dim, sized(4000, 40))))
        noise, choice = problem.training.noise, problem.training.off_support
        run = jax.jit(lambda rule, scale, x: label_range(rule, noise, choice, scale, x))
        labels: list[Any] = []

        def evaluate() -> None:
            labels[:] = [jax.block_until_ready(run(rule, jnp.asarray(alpha), x))]

        seconds = best(evaluate, 2)
        undecided = float(np.mean(np.asarray(labels[0].low != labels[0].high)))
    with capsys.disabled():
        print(f"\n  {name}: {1e6 * seconds / x.shape[1]:.2f} us, {100 * undecided:.2f} % undecided", end="")
