"""Draws compiled: from the number of a draw to what its half-spaces look like to the population."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from simulate.montecarlo.arrays import Numbers
from simulate.trained.draws import Keys, UnitNoise, copies_of, inputs_of, labels_of
from simulate.trained.logistic import trained_logistic
from simulate.trained.points import Points
from simulate.trained.populations import Population
from simulate.trained.ridge import HalfSpace, trained_ridge


class Learner(NamedTuple):
    """What is trained on how much; it fixes the compiled code."""

    rule: str
    samples: int
    copies: int | None


class Distances(NamedTuple):
    """How far the means of the classes are within their half-spaces, in standard deviations along the direction.

    Class 1 is mistaken with probability Phi(one + eps * stretch), class 0 with Phi(zero + eps * stretch), also under
    perturbations of length eps.
    """

    one: Numbers
    zero: Numbers
    stretch: Numbers


def distances(learner: Learner, keys: Keys, population: Population, alphas: Array, draw: Array) -> Distances:
    """Those of one draw for each of the training noises (A,)."""
    labels = labels_of(keys, population.prior, draw, learner.samples)

    def trained() -> Distances:
        inputs = inputs_of(keys, population, draw, labels)
        noise = None if learner.copies is None else copies_of(keys, draw, inputs.shape, learner.copies)
        return lax.map(lambda alpha: seen(population, fitted(learner, inputs, labels, alpha, noise)), alphas)

    def constant() -> Distances:
        """One class only: it is what every rule answers everywhere."""
        sure = jnp.where(labels.any(), -jnp.inf, jnp.inf) * jnp.ones_like(alphas)
        return Distances(sure, -sure, jnp.zeros_like(alphas))

    return lax.cond(labels.any() & ~labels.all(), trained, constant)


def fitted(learner: Learner, inputs: Array, labels: Array, alpha: Array, noise: UnitNoise | None) -> HalfSpace:
    """The half-space that a rule makes of samples (n, dim) of both classes; noise(c): the unit noise (n, dim) of copy
    number c, None for infinitely many copies."""
    if noise is None:
        points, spread = Points(lambda _: inputs, labels, 1, inputs.shape[1]), alpha
    else:
        assert learner.copies is not None
        noisy = partial(_noisy, inputs, alpha, noise)
        points, spread = Points(noisy, labels, learner.copies, inputs.shape[1]), jnp.zeros_like(alpha)
    if learner.rule == "logistic":
        return trained_logistic(points, spread)
    return trained_ridge(learner.rule, points, spread**2)


def _noisy(inputs: Array, alpha: Array, noise: UnitNoise, c: Array) -> Array:
    return inputs + alpha * noise(c)


def seen(population: Population, space: HalfSpace) -> Distances:
    """A half-space as the two classes see it."""
    size = jnp.abs(space.direction).max()  # squares of it may leave the range of floats
    direction, level = space.direction / size, space.level / size
    spread = jnp.linalg.norm(direction * population.scales)
    signal = direction @ population.half
    return Distances((level - signal) / spread, (-level - signal) / spread, jnp.linalg.norm(direction) / spread)


@cache
def compiled_draws() -> Any:
    """draws (B,) -> `Distances` (B, A), one draw after the other: a draw's numbers do not depend on its neighbours."""

    def block(learner: Learner, keys: Keys, population: Population, alphas: Array, draws: Array) -> Distances:
        return lax.map(lambda draw: distances(learner, keys, population, alphas, draw), draws)

    return jax.jit(block, static_argnums=0)
