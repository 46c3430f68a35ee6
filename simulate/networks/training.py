"""Training by Adam on noisy inputs, several noises at once, one pass over the samples at a time.

Networks of one seed differ in the training noise only: they start from the same weights, see the same samples in the
same order with the same unit noise, and have the same budget. Everything random follows from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.montecarlo.arrays import Numbers
from simulate.networks.compiled import Batch, Compiled, Networks, compiled

# What the keys of a seed are for.
WEIGHTS, ORDER, NOISE, TESTED = range(4)
# Test samples whose loss is computed at once.
TEST_BATCH = 500


@dataclass(frozen=True)
class Regimen:
    """How networks are trained: all that the result depends on besides the data, the noise scale and the seed.

    model: of MODELS. noise: its kind. epochs: passes over the samples. copies: every sample has so many fixed noisy
    copies, which the passes take in turn; None: fresh noise in every pass. batch: samples a step (all, if there are
    fewer). rate: the first step size of Adam, which falls to 0 along a cosine.
    """

    model: str
    noise: str
    epochs: int
    copies: int | None = None
    batch: int = 100
    rate: float = 1e-3


@dataclass(frozen=True)
class Lesson:
    """The regimen, the samples (x (n, *shape), y (n,)), the number of classes and the seed of some networks."""

    regimen: Regimen
    x: Array
    y: Array
    classes: int
    seed: int

    @property
    def batch(self) -> int:
        """Samples a step."""
        return min(self.regimen.batch, len(self.y))

    @property
    def steps(self) -> int:
        """Steps of a pass; samples that do not fill a batch wait for another pass."""
        return len(self.y) // self.batch

    @property
    def compiled(self) -> Compiled:
        """What is compiled for it."""
        own = self.regimen
        return compiled(own.model, self.x.shape[1:], self.classes, own.noise, own.rate, self.steps * own.epochs)

    def key(self, use: int) -> Array:
        """The key of the seed for one use."""
        return jax.random.fold_in(jax.random.key(self.seed), use)

    def start(self, count: int) -> Networks:
        """Networks before training, all equal."""
        return self.compiled.start(self.key(WEIGHTS), count)

    def epoch(self, networks: Networks, alphas: Array, epoch: int) -> tuple[Networks, Numbers]:
        """One more pass, and the mean losses in it (networks,)."""
        order = np.random.default_rng((self.seed, ORDER, epoch)).permutation(len(self.y))
        copy = epoch if self.regimen.copies is None else epoch % self.regimen.copies
        key = jax.random.fold_in(self.key(NOISE), copy)
        losses = []
        for numbers in np.split(order[: self.steps * self.batch], self.steps):
            networks, loss = self.compiled.step(networks, alphas, Batch(self.x, self.y, jnp.asarray(numbers), key))
            losses.append(loss)
        return networks, np.mean(np.asarray(losses), axis=0)

    def test_loss(self, networks: Networks, alphas: Array, x: Array, y: Array) -> Numbers:
        """The loss (networks,) on other samples, each with one draw of the noise that the network was trained with."""
        total = np.zeros(len(alphas))
        for numbers in np.array_split(np.arange(len(y)), -(-len(y) // TEST_BATCH)):
            found = self.compiled.losses(networks, alphas, Batch(x, y, jnp.asarray(numbers), self.key(TESTED)))
            total += len(numbers) * np.asarray(found)
        return total / len(y)
