"""Votes of classifiers on noisy inputs: how many of them each class gets at each test point and smoothing noise.

A classifier is a function from inputs (rows, *shape) to classes (classifiers, rows): some networks, the nearest
neighbour. All classifiers, and all smoothing noises, see the same unit noise, so that they are compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.montecarlo.arrays import Numbers
from simulate.networks.noise import unit_noise
from simulate.progress import Progress

Classifiers = Callable[[Array], Array]

# Noisy inputs that are asked together: some test points, each at all smoothing noises.
ROWS = 500
# What the key of a seed is for: votes that choose a class, votes that are counted.
CHOICE, COUNT = 10, 11
# Of the votes, the share that a certificate chooses its class by, in addition to them.
CHOOSING, FEWEST, MOST = 10, 10, 100


def choosing(votes: int) -> int:
    """Votes by which a certificate chooses its class, before it counts `votes` others: a tenth, from 10 to 100."""
    return min(MOST, max(FEWEST, votes // CHOOSING))


@dataclass(frozen=True)
class Ballot:
    """How it is voted: the kind of noise, the number of votes, the number of classes, and the seed."""

    noise: str
    votes: int
    classes: int
    seed: int

    def counts(
        self, ask: Classifiers, x: Numbers, betas: Sequence[float], progress: Progress
    ) -> tuple[Numbers, Numbers]:
        """Votes for each class (classifiers, betas, points, classes): those that choose, and those that count.

        At beta = 0 all votes agree, and one evaluation stands for them. Counts are as short as they can be to be kept.
        """
        sizes = (choosing(self.votes), self.votes)
        keys = [jax.random.fold_in(jax.random.key(self.seed), use) for use in (CHOICE, COUNT)]
        found: tuple[list[Numbers], list[Numbers]] = ([], [])
        size = -(-len(x) // -(-len(x) * len(betas) // ROWS))
        parts = np.split(np.arange(len(x)), np.arange(size, len(x), size))
        for done, numbers in enumerate(parts):
            rows = jnp.asarray(np.resize(numbers, size))  # all parts alike, so that one compiled step serves them
            for key, votes, kept in zip(keys, sizes, found, strict=True):
                kept.append(self._part(ask, x, betas, rows, (key, votes))[:, :, : len(numbers)])
            progress((done + 1) / len(parts))
        kind = np.min_scalar_type(max(sizes))
        return np.concatenate(found[0], axis=2).astype(kind), np.concatenate(found[1], axis=2).astype(kind)

    def _part(
        self, ask: Classifiers, x: Numbers, betas: Sequence[float], rows: Array, draws: tuple[Array, int]
    ) -> Numbers:
        key, votes = draws
        here = jnp.asarray(x[np.asarray(rows)])
        still = np.asarray(_one_hot(self.classes)(ask(here)))[:, None]
        noisy = [beta for beta in betas if beta > 0]
        counted = np.zeros((len(still), len(betas), len(rows), self.classes), np.int32)
        counted[:, [beta == 0 for beta in betas]] = votes * still
        if noisy:
            total = jnp.zeros((len(still), len(noisy) * len(rows), self.classes), jnp.int32)
            scales, shift = jnp.asarray(noisy, here.dtype), _shifted(self.noise)
            for vote in range(votes):
                total = _added(self.classes)(total, ask(shift(here, scales, rows, jax.random.fold_in(key, vote))))
            shape = (len(still), len(noisy), len(rows), self.classes)
            counted[:, [beta > 0 for beta in betas]] = np.asarray(total).reshape(shape)
        return counted


@cache
def _shifted(noise: str) -> Callable[[Array, Array, Array, Array], Array]:
    """From inputs (points, *shape) to noisy ones (scales * points, *shape), compiled."""

    def shift(x: Array, scales: Array, numbers: Array, key: Array) -> Array:
        unit = unit_noise(noise, key, numbers, x.shape[1:])
        return (x + scales.reshape(-1, *(1,) * x.ndim) * unit).reshape(-1, *x.shape[1:])

    return jax.jit(shift)


@cache
def _one_hot(classes: int) -> Callable[[Array], Array]:
    return jax.jit(lambda labels: jax.nn.one_hot(labels, classes, dtype=jnp.int32))


@cache
def _added(classes: int) -> Callable[[Array, Array], Array]:
    """Votes so far with one more of each row, compiled."""
    return jax.jit(lambda total, labels: total + jax.nn.one_hot(labels, classes, dtype=total.dtype), donate_argnums=0)
