"""Unit noise by counters: number n of sample i depends on the seed, i and n alone, so nothing need ever be stored.

A 64-bit counter goes through the finaliser of SplitMix64 (Steele, Lea, Flood 2014; constants of Stafford's variant
13), with the seed added before and mixed in halfway. Normals come in pairs by the method of Box and Muller (1958) with
52 bits for the radius and 52 for the angle: exact in distribution but for that resolution, so no normal exceeds 8.49,
which has probability 2^-52. Sine and cosine are polynomials on an eighth of the circle, right to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from simulate.montecarlo.laws.logarithm import log_of_normal

# Numbers of one sample; samples of one run.
NUMBERS_BITS = 37
MOST_NUMBERS, MOST_SAMPLES = 1 << NUMBERS_BITS, 1 << (64 - NUMBERS_BITS)

WEYL, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
ONE = 0x3FF0000000000000  # the bits of 1.0
SIGN = 1 << 63
QUARTER = math.pi / 2
# Of sin(pi/2 t)/t and cos(pi/2 t) in t^2 on |t| <= 1/2: Taylor's, their ends spread by Remez' rule (k_sin.c and k_cos.c
# of FDLIBM, 1993).
SINE = [
    c * QUARTER ** (2 * k + 1)
    for k, c in enumerate((
        1.0, -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
        2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10,
    ))
]  # fmt: skip
COSINE = [
    c * QUARTER ** (2 * k)
    for k, c in enumerate((
        1.0, -0.5, 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
        -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11,
    ))
]  # fmt: skip


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
    turned, flipped = (word >> _bits(63)) > 0, word << _bits(1)
    return _signed(jnp.where(turned, sine, cosine), flipped), _signed(jnp.where(turned, cosine, sine), flipped ^ word)


def _signed(value: Array, word: Array) -> Array:
    """The number with its sign turned where the first bit of a word is set."""
    bits = lax.bitcast_convert_type(value, jnp.uint64) ^ (word & _bits(SIGN))
    return lax.bitcast_convert_type(bits, jnp.float64)


def normals(first: Array, second: Array) -> tuple[Array, Array]:
    """Two independent standard normals from two words."""
    radius = jnp.sqrt(-2 * log_of_normal(2.0 - _from_one(first)))
    x, y = _circle(second)
    return radius * x, radius * y


def laplace(word: Array) -> Array:
    """Laplace of diversity 1: the last bit is the sign, the first 52 give the size."""
    size = -log_of_normal(2.0 - _from_one(word))
    return jnp.where((word & _bits(1)) > 0, -size, size)


def uniform(word: Array) -> Array:
    """Uniform on [-1, 1], symmetric about 0."""
    return 2 * (_from_one(word) - 1.5) + 2.0**-52


def unit_noise(
    family: str, key: Array, sample: Array, pair: Array, place: tuple[int, Array | int], *, antithetic: bool
) -> tuple[Array, Array]:
    """Noise of votes 2m and of votes 2m + 1 along one axis, for numbers of samples and numbers m of pairs, broadcast.

    Scale 1: standard normal, Laplace of diversity 1, or uniform on [-1, 1]. place: the number of axes, and the axis.
    antithetic: the second is minus the first.
    """
    dim, axis = place
    start = sample.astype(jnp.uint64) << _bits(NUMBERS_BITS)
    step = pair.astype(jnp.uint64) * _bits(2 * dim) + _bits(2) * jnp.asarray(axis).astype(jnp.uint64)
    first, second = words(key, start + step), words(key, start + step + _bits(1))
    if family == "gaussian":
        even, odd = normals(first, second)
    else:
        make = laplace if family == "laplace" else uniform
        even, odd = make(first), make(second)
    return even, -even if antithetic else odd
