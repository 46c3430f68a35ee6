"""Draws compiled: from the number of a draw to what its half-spaces look like to the population."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from simulate.montecarlo.arrays import Numbers
from simulate.trained.draws import Keys, copies_of, inputs_of, labels_of
from simulate.trained.logistic import trained_logistic
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
    inputs = inputs_of(keys, population, draw, labels)
    both = labels.any() & ~labels.all()

    def trained() -> Distances:
        noise = None
        if learner.copies is not None:
            noise = copies_of(keys, draw, learner.samples, learner.copies, inputs.shape[1])
        return lax.map(lambda alpha: seen(population, fitted(learner, inputs, labels, alpha, noise)), alphas)

    def constant() -> Distances:
        """One class only: it is what every rule answers everywhere."""
        sure = jnp.where(labels.any(), -jnp.inf, jnp.inf) * jnp.ones_like(alphas)
        return Distances(sure, -sure, jnp.zeros_like(alphas))

    return lax.cond(both, trained, constant)


def fitted(learner: Learner, inputs: Array, labels: Array, alpha: Array, noise: Array | None) -> HalfSpace:
    """The half-space that a rule makes of samples of both classes; noise (copies, samples, dim) of unit scale, None
    for infinitely many copies."""
    if learner.rule == "logistic":
        if noise is None:
            return trained_logistic(inputs[None], labels, alpha)
        return trained_logistic(inputs + alpha * noise, labels, jnp.zeros_like(alpha))
    points, variance = (inputs[None], alpha**2) if noise is None else (inputs + alpha * noise, jnp.zeros_like(alpha))
    return trained_ridge(learner.rule, points, labels, variance)


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
