"""What holds for every run: the same numbers whatever the memory, bounded memory, progress, and what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from simulate.montecarlo import Sampling, monte_carlo
from simulate.montecarlo.assemble import assemble
from simulate.montecarlo.draws.sources import draw_mixture
from simulate.montecarlo.job import Job
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Smoothing,
    Training,
    Uniform,
)

REQUEST: dict[str, Any] = {"alpha": [0.0, 0.4], "beta": [0.3, 0.6], "eps": [0.0, 0.2], "votes": 37}
SAMPLING = Sampling(3000, 9)
SMALL_STEPS = replace(SAMPLING, chunk_bytes=2_500_000)

BALL = Ball((0.0, 0.0), 1.0)
PLANE = (Component(Gaussian((0.0, 0.0), 1.0)),)
COV = (Component(Gaussian((0.0, 0.0), cov=((2.0, 1.0), (1.0, 2.0)))),)


def mixed(dim: int = 2, noise: Any = "gaussian") -> MixtureProblem:
    class0 = (Component(Gaussian(0.0, 1.0)), Component(Uniform(-1.0, 2.0), 0.5), Component(Point(1.0), 0.25))
    class1 = (Component(Laplace(0.5, 0.7)), Component(Point(-1.0), 0.3))
    training = Training(noise=noise)
    return MixtureProblem(0.4, dim, class0, class1, training, Smoothing(noise))


def stripes(**more: Any) -> DomainProblem:
    return DomainProblem(dim=1, inside=(Box(0.0, 1.0), Box(1.3, 2.3)), **more)


PROBLEMS = [mixed(), stripes(), stripes(low=-1.0, high=4.0, training=Training(noise="uniform"))]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_memory_budget_does_not_change_the_numbers(problem: Any) -> None:
    whole = monte_carlo(problem, sampling=SAMPLING, **REQUEST)
    assert monte_carlo(problem, sampling=SMALL_STEPS, **REQUEST) == whole
    assert monte_carlo(problem, sampling=replace(SAMPLING, seed=10), **REQUEST) != whole


def test_records_do_not_depend_on_what_else_is_asked() -> None:
    """All alphas and betas share their draws, so each record is the same alone."""
    for problem in (stripes(), MixtureProblem(0.4, 2, PLANE, (Component(Gaussian(1.0, 2.0)),))):
        together = monte_carlo(problem, sampling=Sampling(500, 9), **REQUEST)
        (alone,) = monte_carlo(problem, alpha=0.4, beta=0.6, eps=0.2, votes=37, sampling=Sampling(500, 9))
        assert alone == together[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "dim"), [("laplace", 3), ("uniform", 1)])
def test_every_noise_family_runs_in_pieces(noise: str, dim: int) -> None:
    request = {**REQUEST, "beta": 0.6}
    whole = monte_carlo(mixed(dim, noise), sampling=SAMPLING, **request)
    assert monte_carlo(mixed(dim, noise), sampling=SMALL_STEPS, **request) == whole


def test_x64_is_left_as_it_was() -> None:
    before = jax.config.jax_enable_x64
    monte_carlo(stripes(), sampling=Sampling(10, 9), **REQUEST)
    assert jax.config.jax_enable_x64 == before


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    monte_carlo(mixed(), sampling=replace(SMALL_STEPS, samples=5000), progress=seen.append, **REQUEST)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_draws_have_the_moments_of_the_laws() -> None:
    cov = ((2.0, 0.9), (0.9, 1.0))
    class0 = (Component(Gaussian((1.0, 2.0), cov=cov)), Component(Laplace(-3.0, (1.0, 2.0)), 3.0))
    class1 = (Component(Uniform((0.0, 1.0), (2.0, 5.0))), Component(Gaussian(0.5, (0.1, 3.0))), Component(Point(7.0)))
    problem = MixtureProblem(prior=0.6, dim=2, class0=class0, class1=class1)
    job = Job(problem=problem, alphas=(0.0,), betas=(1.0,), radii=(0.0,), votes=1, sampling=Sampling(1, 0))
    count = 400_000
    with jax.enable_x64(True):
        drawn = jax.jit(draw_mixture, static_argnums=2)(assemble(job, (1.0,), 1)[0], jax.random.key(3), count)
        x, y = (np.asarray(part) for part in drawn)
    assert abs(y.mean() - 0.6) < 5 * math.sqrt(0.24 / count)
    squares0 = (np.array(cov) + np.outer([1, 2], [1, 2])) / 4 + (np.diag([2, 8]) + 9) * 0.75
    squares1 = np.diag([1 / 3, 4 / 3]) + np.outer([1, 3], [1, 3]) + np.diag([0.01, 9]) + 0.25 + 49
    for label, mean, squares in [(0, [-2.0, -1.75], squares0), (1, [17 / 6, 3.5], squares1 / 3)]:
        part = x[:, y == label]
        products = np.concatenate([part, part[:1] * part[1:], part**2])
        want = np.concatenate([mean, [squares[0, 1], squares[0, 0], squares[1, 1]]])
        error = np.abs(products.mean(axis=1) - want) / (products.std(axis=1) / math.sqrt(part.shape[1]))
        assert error.max() < 5, (label, error)


MEMORY_PROBE = """
import re
from simulate.montecarlo import Sampling, monte_carlo
from theory.problems.problem import Component, Gaussian, MixtureProblem
parts = [(Component(Gaussian(m, 1.0)),) for m in (-0.1, 0.1)]
problem = MixtureProblem(0.5, {dim}, *parts)
monte_carlo(problem, alpha=[0.5, 1.0], beta=[0.5, 1.0], votes={votes}, sampling=Sampling({samples}, 1))
print(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
@pytest.mark.parametrize(("dim", "samples", "votes"), [(1, 20000, 2000), (1000, 1000, 100), (10**6, 3, 4)])
def test_memory_is_bounded(dim: int, samples: int, votes: int) -> None:
    """Far below samples x votes x dim doubles, 320 MB or more: the budget of 256 MB and what the runtime takes."""
    code = MEMORY_PROBE.format(dim=dim, samples=samples, votes=votes)
    kilobytes = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(kilobytes) < 900_000


HARD = [
    MixtureProblem(0.5, 2, PLANE, (Component(BALL),)),
    MixtureProblem(0.5, 2, (Component(BALL),), COV, Training(noise="uniform")),
    MixtureProblem(0.5, 2, PLANE, COV, Training(rule="regression")),
    DomainProblem(2, (BALL, Box((0.5, 0.5), (2.0, 1.5)))),
    DomainProblem(2, (BALL,), -1.0, 0.9, Training(noise="laplace")),
    DomainProblem(3, tuple(Box(float(i), 1.5 + float(i)) for i in range(30))),
]


@pytest.mark.slow
@pytest.mark.parametrize("problem", HARD)
def test_no_problem_is_refused(problem: Any) -> None:
    """Balls, full covariances with any noise, the regression rule on mixtures, boxes that overlap everywhere."""
    for record in monte_carlo(problem, alpha=[0.0, 0.3], beta=0.3, votes=3, sampling=Sampling(20, 0)):
        assert record.clean.low <= record.clean.estimate <= record.clean.high


@pytest.mark.parametrize(
    "change",
    [
        {"alpha": -1.0}, {"beta": math.nan}, {"eps": [0.1, math.inf]}, {"alpha": []}, {"votes": 0},
        {"votes": 2.5}, {"sampling": Sampling(10, 0, chunk_bytes=100)},
    ],
)  # fmt: skip
def test_arguments_out_of_range(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change)).replace("sampling", "chunk_bytes")):
        monte_carlo(mixed(), **{"sampling": Sampling(10, 0), **REQUEST, **change})
