"""Unit noise by counters: number n of sample i depends on the seed, i and n alone, so nothing need ever be stored.

A 64-bit counter goes through the finaliser of SplitMix64 (Steele, Lea, Flood 2014; constants of Stafford's variant
13), with the seed added before and mixed in halfway. Normals come in pairs by the method of Box and Muller (1958) with
52 bits for the radius and 52 for the angle: exact in distribution but for that resolution, so no normal exceeds 8.49,
which has probability 2^-52. Sine and cosine are Taylor polynomials on an eighth of the circle, right to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

# Numbers of one sample; samples of one run.
NUMBERS_BITS = 37
MOST_NUMBERS, MOST_SAMPLES = 1 << NUMBERS_BITS, 1 << (64 - NUMBERS_BITS)

WEYL, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
ONE = 0x3FF0000000000000  # the bits of 1.0
QUARTER = math.pi / 2
SINE = [(-1) ** k * QUARTER ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(9)]
COSINE = [(-1) ** k * QUARTER ** (2 * k) / math.factorial(2 * k) for k in range(10)]


def _bits(value: int) -> Any:
    return jnp.uint64(value)


def seeded(seed: int) -> np.ndarray:
    """Two 64-bit words that stand for a seed."""
    return np.random.SeedSequence(seed).generate_state(2, np.uint64)


def words(key: Array, counter: Array) -> Array:
    """64 random bits for each counter (uint64)."""
    x = counter * _bits(WEYL) + key[0]
    x = ((x ^ (x >> _bits(30))) * _bits(FIRST)) ^ key[1]
    x = (x ^ (x >> _bits(27))) * _bits(SECOND)
    return x ^ (x >> _bits(31))


def _from_one(word: Array) -> Array:
    """The top 52 bits as a number in [1, 2)."""
    return lax.bitcast_convert_type((word >> _bits(12)) | _bits(ONE), jnp.float64)


def _horner(coefficients: Sequence[float], x: Array) -> Array:
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def _circle(word: Array) -> tuple[Array, Array]:
    """A uniform point on the unit circle: two bits for the quarter, 52 for the angle within it."""
    t = _from_one(word << _bits(2)) - 1.5
    square = t * t
    sine, cosine = t * _horner(SINE, square), _horner(COSINE, square)
    turned, opposite = (word >> _bits(63)) > 0, (word >> _bits(62)) & _bits(1) > 0
    x, y = jnp.where(turned, sine, cosine), jnp.where(turned, -cosine, sine)
    return jnp.where(opposite, -x, x), jnp.where(opposite, -y, y)


def normals(first: Array, second: Array) -> tuple[Array, Array]:
    """Two independent standard normals from two words."""
    radius = jnp.sqrt(-2 * jnp.log(2.0 - _from_one(first)))
    x, y = _circle(second)
    return radius * x, radius * y


def laplace(word: Array) -> Array:
    """Laplace of diversity 1: the last bit is the sign, the first 52 give the size."""
    size = -jnp.log(2.0 - _from_one(word))
    return jnp.where((word & _bits(1)) > 0, -size, size)


def uniform(word: Array) -> Array:
    """Uniform on [-1, 1], symmetric about 0."""
    return 2 * (_from_one(word) - 1.5) + 2.0**-52


def unit_noise(
    family: str, key: Array, sample: Array, pair: Array, dim: int, *, antithetic: bool
) -> tuple[Array, Array]:
    """Noise (dim, pairs, samples) of votes 2m and of votes 2m + 1, for the numbers m of pairs and those of samples.

    Scale 1: standard normal, Laplace of diversity 1, or uniform on [-1, 1]. antithetic: the second is minus the first.
    """
    start = sample.astype(jnp.uint64) << _bits(NUMBERS_BITS)
    axis = jnp.arange(dim, dtype=jnp.uint64)[:, None, None]
    counter = start + _bits(2) * (pair.astype(jnp.uint64)[:, None] * _bits(dim) + axis)
    first, second = words(key, counter), words(key, counter + _bits(1))
    if family == "gaussian":
        even, odd = normals(first, second)
    else:
        make = laplace if family == "laplace" else uniform
        even, odd = make(first), make(second)
    return even, -even if antithetic else odd
