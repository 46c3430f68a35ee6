"""Training sets by counters: number n of draw k depends on the seed, k and n alone, so that nothing need be stored.

Sample i of a draw is the same however many samples there are, so that sets of growing size are nested, and a
copy of it has the same unit noise for every alpha. The generator is that of `montecarlo.draws.noise`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.draws.noise import MOST_NUMBERS, NUMBERS_BITS, normals, words
from simulate.trained.populations import Population

UnitNoise = Callable[[Array], Array]

# Bits of a word that make a uniform number.
BITS = 52
# Numbers of noise of copies that are held.
HELD = 1 << 24


class Keys(NamedTuple):
    """Two words for each of the three streams of a seed."""

    labels: Numbers
    inputs: Numbers
    copies: Numbers


def keys_of(seed: int) -> Keys:
    """The streams of a seed."""
    return Keys(*(stream.generate_state(2, np.uint64) for stream in np.random.SeedSequence(seed).spawn(3)))


def too_many(dim: int, samples: float, copies: int | None) -> bool:
    """Whether a draw takes more numbers than a stream has."""
    return 2 * _pairs(dim) * (samples + 1) * (copies or 1) >= MOST_NUMBERS


def labels_of(keys: Keys, prior: Array, draw: Array, samples: int) -> Array:
    """The labels (samples,) of a draw, 1.0 with probability prior, else 0.0."""
    counter = _start(draw) + jnp.arange(samples, dtype=jnp.uint64)
    share = (words(keys.labels, counter) >> jnp.uint64(64 - BITS)).astype(jnp.float64) * 2.0**-BITS
    return (share < prior).astype(jnp.float64)


def inputs_of(keys: Keys, population: Population, draw: Array, labels: Array) -> Array:
    """The inputs (samples, dim) of a draw with given labels."""
    noise = _normal(keys.inputs, draw, len(labels), len(population.half))
    return (2 * labels - 1)[:, None] * population.half + population.scales * noise


def copies_of(keys: Keys, draw: Array, shape: tuple[int, ...], copies: int) -> UnitNoise:
    """The unit noise of a draw: from the number of a copy to noise of a shape (samples, dim). What does not fit into
    HELD numbers is made anew whenever it is asked for."""
    samples, dim = shape

    def made(c: Array) -> Array:
        return _normal(keys.copies, draw, samples, dim, c.astype(jnp.uint64) * jnp.uint64(samples))

    if copies * samples * dim > HELD:
        return made
    held = lax.map(made, jnp.arange(copies))
    return lambda c: held[c]


def _pairs(dim: int) -> int:
    return -(-dim // 2)


def _start(draw: Array) -> Array:
    return draw.astype(jnp.uint64) << jnp.uint64(NUMBERS_BITS)


def _normal(key: Array, draw: Array, rows: int, dim: int, first: Array | int = 0) -> Array:
    """Standard normals (rows, dim) from row number `first` on; normals come in pairs."""
    half = _pairs(dim)
    place = (first + jnp.arange(rows, dtype=jnp.uint64))[:, None] * jnp.uint64(half) + jnp.arange(
        half, dtype=jnp.uint64
    )
    counter = _start(draw) + jnp.uint64(2) * place
    pair = normals(words(key, counter), words(key, counter + jnp.uint64(1)))
    return jnp.concatenate(pair, axis=1)[:, :dim]
