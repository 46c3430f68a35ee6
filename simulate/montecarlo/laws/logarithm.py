"""The natural logarithm in JAX, from operations that every compiler turns into vectors.

On CPUs the one of JAX calls a library for one number after another. With x = 2^k m, m between sqrt(1/2) and sqrt(2),
and s = (m - 1)/(m + 1),

    log x = k log 2 + log m,   log m = 2 (s + s^3/3 + s^5/5 + ...),

the series cut off and its coefficients spread by Remez' rule (W. Kahan and K. C. Ng, 1985: e_log.c of FDLIBM), what
s leaves of m - 1 kept apart: wrong by less than one unit in the last place.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array, lax

COEFFICIENTS = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
# log 2 in two parts, the first with so many zeros at its end that its products with whole numbers are exact.
LOG2_HIGH, LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
MANTISSA = 52
ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)


def log_of_normal(x: Array) -> Array:
    """log x of positive finite numbers with all digits, from 2^-1022 on."""
    bits = lax.bitcast_convert_type(x, jnp.int64)
    power = (bits - ROOT_HALF) >> MANTISSA
    f = lax.bitcast_convert_type(bits - (power << MANTISSA), jnp.float64) - 1.0
    s, half = f / (2.0 + f), 0.5 * f * f
    square, k = s * s, power.astype(jnp.float64)
    value = jnp.full_like(square, COEFFICIENTS[-1])
    for coefficient in COEFFICIENTS[-2::-1]:
        value = value * square + coefficient
    return k * LOG2_HIGH - ((half - (s * (half + square * value) + k * LOG2_LOW)) - f)
