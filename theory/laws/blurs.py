"""Narrow laws after much wider noise, relative to the noise alone, in logarithms that do not round.

With q a centred law of scale b and p_a noise of scale a, 16 b <= a, both from one formula per law:

* Gaussian noise: G(z) = log((q * p_a)(z)/p_a(z)) = log E exp((z X - X^2/2)/a^2), even and convex in z.
* Laplace noise: H(z) = log((q * p_a)(z)/p_a(z)) = log E exp((|z| - |z - X|)/a), even, constant off the support of q.

Both are near 0 where the density hardly changes, and are computed there with full relative precision. Every function
takes z >= 0 and returns (value, derivative, size): the size is that of the magnitudes that were added up for the value.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erfcx, log_ndtr

from theory.arrays import Array
from theory.laws.gaussian import SERIES_FROM, mills_excess

Blur = Callable[[Array, Array, Array], tuple[Array, Array, Array]]

SQRT_HALF = 0.5**0.5
MILLS = (0.5 * np.pi) ** 0.5
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
HALF_NODES, HALF_WEIGHTS = 0.5 * (NODES + 1), 0.5 * WEIGHTS


def _mills(x: Array) -> Array:
    """(1 - Phi(x))/phi(x)."""
    return np.asarray(MILLS * erfcx(x * SQRT_HALF))


def gaussian_in_gaussian(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """G = (s z/a)^2/(2 (1 + s^2)) - log(1 + s^2)/2, s = b/a; 0 for a point mass, b = 0."""
    excess = (b / a) ** 2
    slope = excess / (1 + excess) * (z / a)
    bend, level = 0.5 * slope * (z / a), 0.5 * np.log1p(excess)
    return bend - level, slope / a, bend + level


def laplace_in_gaussian(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """G = log(c (A + B)), A = exp(w^2/2) Phi(w), w = z/a - a/b, B the same at -z, c = sqrt(2 pi) a/2b.

    While -w is large, A and B are Mills ratios and G = log(1 + (g(u)(1 + t) + g(v)(1 - t))/2) - log(1 - t^2) with
    t = z b/a^2, sqrt(2) u = a/b - z/a, sqrt(2) v = a/b + z/a and g = `mills_excess`.
    """
    q, s = a / b, z / a
    w, u, v = s - q, (q - s) * SQRT_HALF, (q + s) * SQRT_HALF
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        t, near, far = s / q, mills_excess(u), mills_excess(v)
        part = 0.5 * (near * (1 + t) + far * (1 - t))
        pole = -np.log1p(-t * t)
        inner = np.log1p(part) + pole
        inner_slope = (far - near) / (2 * b) * (1 - t * t) / (1 + part)
        inner_size = 0.5 * np.abs(near) * (1 + t) + 0.5 * np.abs(far) * (1 - t) + pole + t * t / (1 - t * t)
        log_a = np.where(w > 0, 0.5 * w * w + log_ndtr(w), np.log(0.5 * erfcx(np.maximum(u, 0.0))))
        log_b, constant = np.log(0.5 * erfcx(v)), np.log(q * MILLS)
        share = np.exp(np.minimum(log_b - log_a, 0.0))
        outer = log_a + np.log1p(share) + constant
        outer_slope = (w + (q + s) * share) / (1 + share) / a
        outer_size = 1 + np.abs(log_a) + np.abs(constant) + (q + s) * np.maximum(w, 1 / (1 + np.maximum(u, 0)))
    inside = u > SERIES_FROM
    return (
        np.where(inside, inner, outer),
        np.where(inside, inner_slope, outer_slope),
        np.where(inside, inner_size, outer_size),
    )


def uniform_in_gaussian(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """G = log mean of exp(-e^2 t^2/2) cosh(s e t) over 0 < t < 1, s = z/a, e = b/a; by Mills ratios if s e > 1."""
    s, e = z / a, b / a
    steep = s * e > 1
    at = np.where(steep, 0.0, s * e)[..., None] * HALF_NODES
    drop = -0.5 * (e[..., None] * HALF_NODES) ** 2
    rise = np.exp(drop) * 2 * np.sinh(0.5 * at) ** 2 @ HALF_WEIGHTS
    fall = np.expm1(drop) @ HALF_WEIGHTS
    slope = e * (np.exp(drop) * HALF_NODES * np.sinh(at) @ HALF_WEIGHTS) / (1 + rise + fall) / a
    near, far = np.where(steep, s - e, 1.0), np.where(steep, s + e, 2.0)
    left = np.exp(-2 * np.where(steep, s * e, 1.0))
    mass = _mills(near) - left * _mills(far)
    depth = -mills_excess(near * SQRT_HALF) - left * (2 * e * _mills(far) - mills_excess(far * SQRT_HALF))
    level = np.log(mass / (2 * e))
    return (
        np.where(steep, s * e - 0.5 * e * e + level, np.log1p(rise + fall)),
        np.where(steep, (e - depth / mass) / a, slope),
        np.where(steep, s * e + np.abs(level) + 1, rise - fall),
    )


def gaussian_in_laplace(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """H = r^2/2 + log(1 - D), r = b/a, x = z/b, D = phi(x - r) (M(x - r) - M(x + r)), M the Mills ratio.

    The difference is the integral of 1 - t M(t) over x - r < t < x + r. A point mass, b = 0, has H = 0.
    """
    if not np.any(b > 0):
        return np.zeros_like(z), np.zeros_like(z), np.zeros_like(z)
    r, x = b / a, z / b
    excess = mills_excess((x[..., None] + r[..., None] * NODES) * SQRT_HALF)
    height = np.exp(-0.5 * (x - r) ** 2) / np.sqrt(2 * np.pi)
    lost = height * r * (-excess @ WEIGHTS)
    return 0.5 * r * r + np.log1p(-lost), 2 * height * _mills(x + r) / (1 - lost) / a, 0.5 * r * r + lost * (1 + x * x)


def laplace_in_laplace(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """H = log(1 - e E) - log(1 - e^2), e = b/a, E = exp(-z (1 - e)/b)."""
    e = b / a
    left = np.exp(-(1 - e) * z / b)
    return (
        np.log1p(-e * left) - np.log1p(-e * e),
        (1 - e) / a * left / (1 - e * left),
        e * left * (1 + z / b) + e * e,
    )


def _mean_decay(t: Array) -> Array:
    """(1 - exp(-t))/t - 1 for 0 <= t <= 1/8, by its series."""
    total = np.zeros_like(t)
    for n in range(12, 1, -1):
        total = -t / n * (1 + total)
    return total


def uniform_in_laplace(z: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """H = log(sinh(e)/e) where z >= b, e = b/a; inside s + log of the mean of exp(-|s - t|) over |t| < e, s = z/a."""
    s, e = z / a, b / a
    outside = z >= b
    first, second = np.where(outside, 0.0, (b - z) / a), np.where(outside, 2 * e, (b + z) / a)
    mean = (first * _mean_decay(first) + second * _mean_decay(second)) / (2 * e)
    square = e * e
    beyond = np.log1p(square / 6 * (1 + square / 20 * (1 + square / 42 * (1 + square / 72))))
    within = s + np.log1p(mean)
    slope = (1 - np.exp(-e) * np.sinh(np.where(outside, e, s)) / (e * (1 + mean))) / a
    return np.where(outside, beyond, within), np.where(outside, 0.0, slope), np.where(outside, beyond, s + np.abs(mean))


BLURS: dict[tuple[str, str], Blur] = {
    ("point", "gaussian"): gaussian_in_gaussian,
    ("gaussian", "gaussian"): gaussian_in_gaussian,
    ("laplace", "gaussian"): laplace_in_gaussian,
    ("uniform", "gaussian"): uniform_in_gaussian,
    ("point", "laplace"): gaussian_in_laplace,
    ("gaussian", "laplace"): gaussian_in_laplace,
    ("laplace", "laplace"): laplace_in_laplace,
    ("uniform", "laplace"): uniform_in_laplace,
}
