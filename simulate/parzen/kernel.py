"""The compiled part: one training set, the Parzen rule on it at many points, votes, and what the answers cost.

Sums of kernels are kept as logarithms of their largest term and a rest, so that the rule is right in empty tails, where
every kernel underflows. Training samples and points are taken in blocks of fixed size: memory depends on neither
number, and random numbers depend on the seed and on what they are for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from simulate.montecarlo.draws.sources import draw_mixture
from simulate.montecarlo.laws.fields import log_sum
from simulate.montecarlo.laws.laws import LawGroup, MixtureSource

Number = Array | float
# Points, and training samples, that are compared at once: tables of this size stay in the cache, and adding up rows of
# points is four times as fast as adding up within them.
POINTS, TRAINED = 1024, 128
# Up to so many axes are written out, so that their differences need never be stored.
FEW_AXES = 4


class Population(NamedTuple):
    """Where (X, Y) come from, and the densities of class 0 and class 1 with the prior."""

    source: MixtureSource
    class0: dict[str, LawGroup]
    class1: dict[str, LawGroup]


class ParzenSetting(NamedTuple):
    """What a compiled kernel is specific to: numbers of blocks, of training samples and of points."""

    trained: int
    tested: int


class Question(NamedTuple):
    """Numbers of training samples and of votes, the chance of class 1 in a tie, and the noises."""

    samples: Number
    votes: Number
    tie: Number
    alpha: Number
    beta: Number


class Costs(NamedTuple):
    """At points drawn from q: P(Y != g(x)), and what of it the Bayes rule would have spared, |2 eta - 1| 1[g != f*]."""

    risk: Array
    excess: Array


def class_one(x: Array, trained: Array, sign: Array, alpha: Array) -> Array:
    """1[sum_i sign_i exp(-|x - X_i|^2/(2 alpha^2)) >= 0] at x (d, points).

    trained (blocks, d, TRAINED), sign (blocks, TRAINED): +1 for class 1, -1 for class 0, 0 for what only fills a block.
    """

    def step(carry: tuple[Array, Array], block: tuple[Array, Array]) -> tuple[tuple[Array, Array], None]:
        (top, total), (place, label) = carry, block
        square = _squares(x, place)
        logs = jnp.where((label == 0)[:, None], -jnp.inf, square / (-2 * alpha * alpha))
        peak = jnp.maximum(top, logs.max(axis=0))
        part = (jnp.exp(logs - peak) * label[:, None]).sum(axis=0)
        return (peak, total * jnp.exp(top - peak) + part), None

    start = jnp.full(x.shape[1], -jnp.inf), jnp.zeros(x.shape[1])
    return lax.scan(step, start, (trained, sign))[0][1] >= 0


def _squares(x: Array, place: Array) -> Array:
    """Squared distances (TRAINED, points)."""

    def added(axis: Array | int, total: Array) -> Array:
        apart = x[axis] - place[axis][:, None]
        return total + apart * apart

    nothing = jnp.zeros((place.shape[1], x.shape[1]), x.dtype)
    if len(x) > FEW_AXES:
        return lax.fori_loop(0, len(x), added, nothing)
    return reduce(lambda total, axis: added(axis, total), range(len(x)), nothing)


def _training_set(population: Population, key: Array, blocks: int, samples: Number) -> tuple[Array, Array]:
    """Places (blocks, d, TRAINED) and signs (blocks, TRAINED), drawn block by block."""

    def draw(number: Array) -> tuple[Array, Array]:
        x, label = draw_mixture(population.source, jax.random.fold_in(key, number), TRAINED)
        held = number * TRAINED + jnp.arange(TRAINED) < samples
        return x, jnp.where(held, jnp.where(label, 1.0, -1.0), 0.0)

    return lax.map(draw, jnp.arange(blocks))


def costs(setting: ParzenSetting, population: Population, key: Array, question: Question) -> Costs:
    """Costs (tested * POINTS,) of the smoothed rule of one training set.

    Training set, points and unit noises are the same for all alpha and beta.
    """
    samples, votes, tie, alpha, beta = question
    data_key, test_key, noise_key = jax.random.split(key, 3)
    trained, sign = _training_set(population, data_key, setting.trained, samples)

    def block(number: Array) -> Costs:
        x, _label = draw_mixture(population.source, jax.random.fold_in(test_key, number), POINTS)
        block_key = jax.random.fold_in(noise_key, number)

        def vote(place: Array, count: Array) -> Array:
            noise = jax.random.normal(jax.random.fold_in(block_key, place), x.shape, x.dtype)
            return count + class_one(x + beta * noise, trained, sign, jnp.asarray(alpha))

        count = lax.fori_loop(0, votes, vote, jnp.zeros(POINTS, jnp.int32))
        return _cost(population, x, jnp.where(2 * count == votes, tie, jnp.where(2 * count > votes, 1.0, 0.0)))

    found = lax.map(block, jnp.arange(setting.tested))
    return Costs(found.risk.ravel(), found.excess.ravel())


def _cost(population: Population, x: Array, chance: Array) -> Costs:
    """Of answering class 1 with some chance at x."""
    one, zero = (log_sum(side, "gaussian", None, x) for side in (population.class1, population.class0))
    share = jax.nn.sigmoid(one - zero)
    wrong = jnp.where(one >= zero, 1 - chance, chance)
    return Costs(chance * (1 - share) + (1 - chance) * share, wrong * jnp.abs(jnp.tanh((one - zero) / 2)))


@cache
def compiled_costs() -> Callable[[ParzenSetting, Population, Array, Question], Costs]:
    """`costs`, compiled."""
    return jax.jit(costs, static_argnames="setting")
