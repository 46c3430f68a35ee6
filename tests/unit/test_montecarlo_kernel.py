"""The kernel against its definition: every vote of every sample by stored points, for CPUs and for accelerators."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params

from simulate.montecarlo.assemble import assemble
from simulate.montecarlo.draws.noise import unit_noise
from simulate.montecarlo.draws.sampling import Sampling
from simulate.montecarlo.job import Job
from simulate.montecarlo.kernel import compiled_draws, count_votes
from simulate.montecarlo.laws.logarithm import log_of_normal
from simulate.montecarlo.rules.rules import bounded, continuous
from simulate.montecarlo.voting import KernelSetting, Request
from tests.unit.montecarlo_labels import components, decided
from theory import regimes
from theory.problems.problem import (
    Ball,
    Box,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Problem,
    Training,
    Uniform,
)

SAMPLES, VOTES, ALPHAS, BETAS = 10, 7, (0.0, 0.3), (0.4, 0.9)
COV = ((2.0, 0.9, 0.1), (0.9, 1.0, 0.2), (0.1, 0.2, 0.7))

PROBLEMS: dict[str, Problem] = {
    "sums of squares": regimes.two_gaussians(dim=5),
    "a full covariance": MixtureProblem(
        0.4, 3, components(Gaussian(-1.0, cov=COV)), components(Gaussian(1.0, 1.0), Gaussian(0.0, 2.0))
    ),
    "supports, atoms and edges": MixtureProblem(
        0.4, 2, components(Uniform(-1.0, 1.5), Point(0.5)), components(Uniform(0.5, 2.0)), Training(noise="uniform")
    ),
    "plateaus": MixtureProblem(
        0.4, 1, components(Uniform(-1.0, 1.5), Laplace(0.0, 1.0)), components(Uniform(0.5, 2.0)), Training()
    ),
    "balls": MixtureProblem(0.4, 3, components(Ball(0.0, 1.0)), components(Ball(0.3, 1.6))),
    "boxes": DomainProblem(
        2, (Box((0.0, 0.0), (1.0, 1.0)), Box((1.3, 0.0), (2.3, 0.5))), training=Training("regression")
    ),
    "points that are stored": DomainProblem(3, (Ball((0.0, 0.0, 0.0), 1.5),), training=Training("regression")),
}
# Tile, pairs, axes at a time and written out: as on CPUs, and as on accelerators for sums of squares.
SHAPES = ((4, 3, 2, False), (16, 4, 2, True))


@partial(jax.jit, static_argnums=0)
def all_noise(dim: int, key: Any) -> Any:
    """(dim, samples, votes)"""
    places = jnp.arange(SAMPLES)[:, None], jnp.arange((VOTES + 1) // 2)[None], (dim, jnp.arange(dim)[:, None, None])
    halves = unit_noise("gaussian", key, *places, antithetic=False)
    return jnp.stack(halves, axis=-1).reshape(dim, SAMPLES, -1)[:, :, :VOTES]


def by_definition(request: Request, training: Training, x: Any) -> np.ndarray:
    """Votes (betas, 1 + alphas, kinds, samples): all noise at once, each classifier at all points."""
    kinds, noise = 3 if bounded(request.rule, training.noise) else 1, np.asarray(all_noise(len(x), request.key))
    counts = np.empty((len(BETAS), len(ALPHAS), kinds, SAMPLES), int)
    for b, beta in enumerate(BETAS):
        low, high = (0.0, 1.0) if request.boxes is None else (part[b][:, None] for part in request.boxes)
        points = ((low + (high - low) * x)[:, :, None] + beta * noise).reshape(len(x), -1)
        for a, alpha in enumerate((None, *ALPHAS[1:])):
            scale = None if alpha is None else np.asarray(alpha)
            labels = decided(request.rule, training.noise, training.off_support, scale, points)
            for kind, label in enumerate((labels.best, labels.low, labels.high)[:kinds]):
                counts[b, a, kind] = np.asarray(label).reshape(SAMPLES, VOTES).sum(axis=1)
    return counts


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_shape_counts_every_vote(name: str) -> None:
    problem = PROBLEMS[name]
    job = Job(problem=problem, alphas=ALPHAS, betas=BETAS, radii=(0.0,), votes=VOTES, sampling=Sampling(SAMPLES, 4))
    training = problem.training
    source, request, _volumes = assemble(job, BETAS, VOTES)
    with jax.enable_x64(True):
        x = np.asarray(compiled_draws(source, jax.random.key(4), np.asarray(0), blocks=1, block=SAMPLES)[0])
        wanted = by_definition(request, training, x)
        assert 0 < wanted.mean() < VOTES
        padded, numbers = np.pad(x, ((0, 0), (0, 6))), np.append(np.arange(SAMPLES), [-1] * 6)
        arrays = jax.device_put(request)
        for tile, pairs, group, out in SHAPES[: 1 + continuous(request.rule, training.noise)]:
            names = training.noise, "gaussian", training.off_support
            setting = KernelSetting(*names, problem.dim, tile, pairs, group, out, False)
            found = jax.jit(count_votes, static_argnums=0)(setting, arrays, padded, numbers)
            np.testing.assert_array_equal(np.asarray(found)[..., :SAMPLES], wanted)


def largest(jaxpr: Any) -> int:
    """The most numbers of any array that a program makes, or a program within it."""
    inner = [part for equation in jaxpr.eqns for part in jaxprs_in_params(equation.params)]
    made = [math.prod(var.aval.shape) for equation in jaxpr.eqns for var in equation.outvars]
    return max([*made, *map(largest, inner)], default=0)


def programmed(shape: tuple[int, int, int, bool], dim: int, pairs: int) -> tuple[Any, tuple[Any, ...]]:
    """`count_votes` with its setting, to be traced, and its arrays."""
    tile, _pairs, group, out = shape
    problem = regimes.two_gaussians(dim=dim)
    job = Job(problem=problem, alphas=ALPHAS, betas=BETAS, radii=(0.0,), votes=500, sampling=Sampling(tile, 4))
    _source, request, _volumes = assemble(job, BETAS, 500)
    setting = KernelSetting("gaussian", "gaussian", "class1", dim, tile, pairs, group, out, False)
    return partial(count_votes, setting), (jax.device_put(request), jnp.zeros((dim, tile)), jnp.arange(tile))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_array_holds_the_noise_of_all_axes(shape: tuple[int, int, int, bool]) -> None:
    """The largest array is as large in many dimensions as in few; on accelerators it has one number for each pair of
    votes of a sample, or for each sample and axis."""
    tile, pairs, sizes = shape[0], 64, []
    with jax.enable_x64(True):
        for dim in (20, 40):
            function, arrays = programmed(shape, dim, pairs)
            sizes.append(largest(jax.make_jaxpr(function)(*arrays).jaxpr))
    assert sizes[0] == sizes[1]
    assert sizes[0] == tile * pairs or not shape[-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_compiled_program_keeps_no_noise_of_all_axes(shape: tuple[int, int, int, bool]) -> None:
    """Whatever its compiler fused, moved out of loops or unrolled: what it keeps beside its arguments and results is a
    small share of what the noise of all axes takes."""
    dim, pairs = 400, 256
    with jax.enable_x64(True):
        function, arrays = programmed(shape, dim, pairs)
        memory = jax.jit(function).lower(*arrays).compile().memory_analysis()
    assert memory is not None
    assert 8 * memory.temp_size_in_bytes < 16 * dim * shape[0] * pairs


def test_logarithms() -> None:
    """Within two units in the last place, near 1 too, and 0 at 1."""
    rng = np.random.default_rng(0)
    near = 1 + rng.uniform(-1, 1, 5000) * 2.0 ** rng.uniform(-52, 0, 5000)
    x = np.concatenate([2.0 ** rng.uniform(-1022, 1023, 5000), near, [1.0, 2.0**-52, 1 - 2.0**-53]])
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(log_of_normal)(jnp.asarray(x)))
    assert (np.abs(found - np.log(x)) <= 2 * np.spacing(np.abs(np.log(x)))).all()
