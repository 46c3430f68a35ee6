"""Log densities of law + noise along one axis, in JAX: the Monte Carlo side's own formulas.

Every function takes t = |x - centre| >= 0, the law's scale (standard deviation, diversity or half-width) and the
noise scale alpha > 0, and returns the log density of their independent sum at distance t. All laws are symmetric.
Arguments broadcast; double precision is assumed. Signs of tails survive: nothing underflows before the logarithm.
Relative error of the densities: 1e-12 or better, except a uniform law with Gaussian noise, where it grows to about
1e-16 * (wide scale / narrow scale).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.polynomial import chebyshev

from simulate.montecarlo.laws.logarithm import log_of_normal

SQRT2 = math.sqrt(2)
LOG_SQRT_2PI = math.log(2 * math.pi) / 2

# Terms of Chebyshev's expansion of (1 + 2z) erfcx(z) in (z - MIDDLE)/(z + MIDDLE) (Shepherd and Laframboise 1981).
TERMS, MIDDLE = 25, 3.0


def _coefficients() -> np.ndarray:
    """Of the powers, from values at Chebyshev's places: the definition below 1, Laplace's continued fraction above."""
    angles = np.pi * (np.arange(TERMS) + 0.5) / TERMS
    z = MIDDLE / np.tan(angles / 2) ** 2
    tail = z
    for k in range(200, 0, -1):
        tail = z + k / (2 * tail)
    near = [math.exp(small * small) * math.erfc(small) for small in np.minimum(z, 1.0)]
    values = (1 + 2 * z) * np.where(z < 1, near, 1 / (math.sqrt(math.pi) * tail))
    series = 2 / TERMS * np.cos(np.outer(np.arange(TERMS), angles)) @ values
    series[0] /= 2
    return chebyshev.cheb2poly(series)


ERFCX = _coefficients()
# Of erf(z)/z in z^2: Taylor's, of which so many are enough up to 1.
ERF = np.array([2 / math.sqrt(math.pi) * (-1) ** k / (math.factorial(k) * (2 * k + 1)) for k in range(19)])


def _horner(coefficients: np.ndarray, x: Array) -> Array:
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def erfcx(z: Array) -> Array:
    """exp(z^2) erfc(z) for z >= 0, relative error 1e-14."""
    return _horner(ERFCX, 1 - 2 * MIDDLE / (z + MIDDLE)) / (1 + 2 * z)


def _erf(z: Array, scaled: Array) -> Array:
    """erf(z) for z >= 0, where erfcx(z) is at hand."""
    return jnp.where(z < 1, z * _horner(ERF, z * z), 1 - jnp.exp(-z * z) * scaled)


def gaussian(t: Array, scale: Array) -> Array:
    """-(t/s)^2/2 - log(s sqrt(2 pi))."""
    z = t / scale
    return -z * z / 2 - (jnp.log(scale) + LOG_SQRT_2PI)


def laplace(t: Array, scale: Array) -> Array:
    """-t/b - log(2 b)."""
    return -t / scale - jnp.log(2 * scale)


def uniform(t: Array, half: Array) -> Array:
    """-log(2 h) for t <= h, else -inf."""
    return jnp.where(t <= half, -jnp.log(2 * half), -jnp.inf)


def gaussian_gaussian(t: Array, scale: Array, alpha: Array) -> Array:
    """Variances add."""
    return gaussian(t, jnp.hypot(scale, alpha))


def gaussian_laplace(t: Array, scale: Array, alpha: Array) -> Array:
    """(1/4b) [e^(r^2/2 - t/b) erfc((r - t/s)/sqrt 2) + e^(r^2/2 + t/b) erfc((r + t/s)/sqrt 2)], r = s/b.

    A Gaussian factor is taken out of every erfc, and erfc(-w) is 2 - erfc(w): no cancellation.
    """
    ratio, z = scale / alpha, t / scale
    minus = (ratio - z) / SQRT2
    depth, body = jnp.abs(minus), -z * z / 2
    near, far = erfcx(depth), erfcx((ratio + z) / SQRT2)
    beyond = 2 + jnp.exp(-depth * depth) * (far - near)
    front = jnp.where(minus >= 0, body, ratio * (ratio / 2 - z))
    return front + log_of_normal(jnp.where(minus >= 0, near + far, beyond)) - jnp.log(4 * alpha)


def gaussian_uniform(t: Array, scale: Array, half: Array) -> Array:
    """[Phi((t + h)/s) - Phi((t - h)/s)]/(2h); beyond the box e^(-lo^2) [erfcx(lo) - e^(-2th/s^2) erfcx(hi)]/(4h)."""
    lo, hi = (t - half) / (scale * SQRT2), (t + half) / (scale * SQRT2)
    outer, depth = jnp.maximum(lo, 0), jnp.abs(lo)
    near, far = erfcx(depth), erfcx(hi)
    outside = near - jnp.exp(-2 * (t / scale) * (half / scale)) * far
    inside = _erf(hi, far) + _erf(depth, near)
    return jnp.log(jnp.where(lo > 0, outside, inside)) - outer * outer - jnp.log(4 * half)


def laplace_laplace(t: Array, scale: Array, alpha: Array) -> Array:
    """[b e^(-t/b) - c e^(-t/c)]/(2(b^2 - c^2)), b >= c, as e^(-t/b) [1 + (t/b) (1 - e^-w)/w]/(2(b + c)).

    w = t (b - c)/(b c), so equal scales are no special case: (1 - e^-w)/w -> 1.
    """
    wide, narrow = jnp.maximum(scale, alpha), jnp.minimum(scale, alpha)
    w = (t / wide) * ((wide - narrow) / narrow)
    safe = jnp.where(w > 0, w, 1.0)
    mean_decay = jnp.where(w > 0, -jnp.expm1(-safe) / safe, 1.0)
    return jnp.log1p((t / wide) * mean_decay) - t / wide - jnp.log(2 * (wide + narrow))


def laplace_uniform(t: Array, scale: Array, half: Array) -> Array:
    """[F(t + h) - F(t - h)]/(2h), F the Laplace cdf, each side of the edge in a form without cancellation."""
    outside = jnp.log(-jnp.expm1(-2 * half / scale)) - jnp.maximum(t - half, 0) / scale
    within = jnp.minimum(t, half)
    inside = jnp.log(-jnp.expm1((within - half) / scale) - jnp.expm1(-(within + half) / scale))
    return jnp.where(t > half, outside, inside) - jnp.log(4 * half)


def uniform_uniform(t: Array, half: Array, alpha: Array) -> Array:
    """The trapezoid: overlap of [t - alpha, t + alpha] with [-h, h], over 4 h alpha; -inf off the noised support."""
    overlap = jnp.clip(half + alpha - t, 0, 2 * jnp.minimum(half, alpha))
    return jnp.log(overlap) - jnp.log(4 * half * alpha)


LawProfile = Callable[[Array, Array], Array]
PairProfile = Callable[[Array, Array, Array], Array]

BARE: dict[str, LawProfile] = {"gaussian": gaussian, "laplace": laplace, "uniform": uniform}

NOISED: dict[tuple[str, str], PairProfile] = {
    ("gaussian", "gaussian"): gaussian_gaussian,
    ("gaussian", "laplace"): gaussian_laplace,
    ("gaussian", "uniform"): gaussian_uniform,
    ("laplace", "gaussian"): lambda t, scale, alpha: gaussian_laplace(t, alpha, scale),
    ("laplace", "laplace"): laplace_laplace,
    ("laplace", "uniform"): laplace_uniform,
    ("uniform", "gaussian"): lambda t, scale, alpha: gaussian_uniform(t, alpha, scale),
    ("uniform", "laplace"): lambda t, scale, alpha: laplace_uniform(t, alpha, scale),
    ("uniform", "uniform"): uniform_uniform,
    ("point", "gaussian"): lambda t, _, alpha: gaussian(t, alpha),
    ("point", "laplace"): lambda t, _, alpha: laplace(t, alpha),
    ("point", "uniform"): lambda t, _, alpha: uniform(t, alpha),
}
