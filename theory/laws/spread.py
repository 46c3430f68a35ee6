"""How a component's density answers to more training noise: d/d(alpha) of log (q * p_alpha), in one dimension.

The table has the pairs of `theory.laws.convolve`. Every function takes (z, scale of the law, scale of the noise), each
(N,), and returns the derivative with the size of the magnitudes added up for it. Gaussian noise obeys the heat
equation, d q/d alpha = alpha q''; with M the Mills ratio and E(t) = 1 - t M(t) the others follow from `convolve`'s
closed forms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erfcx

from theory.arrays import Array, Flags
from theory.laws import gaussian, laplace, uniform
from theory.laws.blurs import laplace_in_gaussian
from theory.laws.convolve import convolve
from theory.laws.gaussian import MILLS, NARROW, SQRT_HALF, mills_excess

Rate = Callable[[Array, Array, Array], tuple[Array, Array]]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
SHARES, PARTS = 0.5 * (NODES + 1), 0.5 * WEIGHTS
# From here on Laplace noise of nearly the law's scale is integrated over scales between the two.
ALIKE = 0.5
# The excess of Mills ratios is known to so many times the rounding of the others.
EXCESS_ULPS = 16.0
# Noise this many times as wide as a Laplace law is divided out before the logarithm is taken.
WIDE = 16.0


def _gaussian_in_gaussian(z: Array, scale: Array, noise: Array) -> tuple[Array, Array]:
    """(alpha/v)(z^2/v - 1), v = s^2 + alpha^2; a point mass is s = 0."""
    v = scale**2 + noise**2
    square = z * z / v
    return noise / v * (square - 1), noise / v * (square + 1)


def _laplace_in_gaussian(z: Array, scale: Array, noise: Array) -> tuple[Array, Array]:
    """q - b^2 q'' = p_alpha, hence (alpha/b^2)(1 - p_alpha/q)."""
    wide = noise >= WIDE * scale
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        relative, _slope, size = laplace_in_gaussian(np.abs(z), noise, scale)
        own = gaussian.log_pdf(z / noise) - np.log(noise)
        whole = convolve("laplace", scale, "gaussian", noise).log_pdf(z)
        growth = np.where(wide, relative, whole - own)
        left = np.exp(-np.abs(growth)) * np.where(wide, size, np.abs(own) + np.abs(whole) + 1)
        rate = -np.expm1(-growth)
    return noise / scale**2 * rate, noise / scale**2 * (np.abs(rate) + left)


def _mills_gap(t: Array) -> Array:
    """1/M(t) - t = E(t)/M(t), without cancellation for large t."""
    with np.errstate(over="ignore", divide="ignore"):
        ratio = MILLS * erfcx(t * SQRT_HALF)
        return np.where(t > 1, -mills_excess(np.maximum(t, 1.0) * SQRT_HALF) / ratio, 1 / ratio - t)


def _gaussian_in_laplace(z: Array, scale: Array, noise: Array) -> tuple[Array, Array]:
    """-1/b + (s/b^2)(w E(t)/M(t) + (1 - w) E(r)/M(r)), t, r = s/b -+ |z|/s, w the share of M(t) in M(t) + M(r)."""
    near, far = scale / noise - np.abs(z) / scale, scale / noise + np.abs(z) / scale
    # M(near) may overflow where M(far)/M(near) is as good as 0.
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        other = np.nan_to_num(erfcx(far * SQRT_HALF) / erfcx(near * SQRT_HALF), nan=0.0)
    share = 1 / (1 + other)
    first, second = _mills_gap(near), _mills_gap(far)
    mean = scale / noise**2 * (share * first + (1 - share) * second)
    slack = scale / noise**2 * share * (1 - share) * np.abs(first - second)
    return mean - 1 / noise, EXCESS_ULPS * (np.abs(mean) + 1 / noise + slack)


def _laplace_in_laplace(z: Array, scale: Array, noise: Array) -> tuple[Array, Array]:
    """q = (F(c) - F(b))/(2 (c^2 - b^2)), F(s) = s exp(-|z|/s): its logarithmic derivative in b.

    For b near c the divided difference is the mean of F' = exp(-|z|/s)(1 + |z|/s) over scales s between the two.
    """
    y, c, b = np.abs(z), scale, noise
    close = np.abs(b - c) * (1 + y / np.minimum(b, c)) < ALIKE * np.minimum(b, c)
    s = b[..., None] + np.where(close, c - b, 0.0)[..., None] * SHARES
    x = y[..., None] / s
    fall = np.exp(-(x - x[..., :1]))
    inner = (fall * (1 - SHARES) * x * x / s) @ PARTS / ((fall * (1 + x)) @ PARTS)
    top = np.maximum(b, c)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        own, other = np.exp(y / top - y / b), np.exp(y / top - y / c)
        whole = c * other - b * own
        outer, lost = 2 * b / (c * c - b * b), own * (1 + y / b) / whole
        slack = (np.abs(lost) * (c * other * (1 + y / c) + b * own * (1 + y / b))) / np.abs(whole)
        size = (np.abs(outer) + np.abs(lost)) * (1 + top / np.abs(c - b)) + slack
        value = np.where(close, inner - 1 / (b + c), outer - lost)
    return value, np.where(close, inner + 1 / (b + c), size)


def _ahead(low: Array, high: Array) -> tuple[Array, Array, Flags]:
    """Ends turned so that the interval lies ahead of -|low|, and where it is on one side of 0."""
    turn = low + high < 0
    low, high = np.where(turn, -high, low), np.where(turn, -low, high)
    return low, high, low > 0


def _uniform_in_gaussian(z: Array, half: Array, noise: Array) -> tuple[Array, Array]:
    """(E(Z^2 | Z in the interval) - 1)/alpha, the interval (-h - z)/alpha to (h - z)/alpha."""
    low, high, beside = _ahead((-half - z) / noise, (half - z) / noise)
    width = high - low
    narrow = width * (1 + np.abs(low)) < NARROW
    step = np.where(narrow, width, 0.0)[..., None] * SHARES
    weights = np.exp(-step * (low[..., None] + 0.5 * step)) * PARTS
    places = low[..., None] + step
    inner = (weights * (places - 1) * (places + 1)).sum(axis=-1) / weights.sum(axis=-1)
    near = np.maximum(low, 0.0)
    with np.errstate(under="ignore", over="ignore", divide="ignore", invalid="ignore"):
        drop = np.exp(-np.minimum(width * (near + 0.5 * width), 745.0))
        mass = MILLS * (erfcx(near * SQRT_HALF) - drop * erfcx(high * SQRT_HALF))
        outer = np.where(
            beside,
            (near - high * drop) / np.where(mass > 0, mass, 1.0),
            (low * gaussian.pdf(low) - high * gaussian.pdf(high)) / gaussian.interval(low, high),
        )
        size = np.where(beside, (near + high * drop) / np.where(mass > 0, mass, 1.0), np.abs(outer))
        size = size * (1 + near * near) + np.abs(outer)
    return np.where(narrow, inner, outer) / noise, np.where(narrow, 1 + low * low, size) / noise


def _uniform_in_laplace(z: Array, half: Array, noise: Array) -> tuple[Array, Array]:
    """(E(|Z| | Z in the interval) - 1)/b; ahead of 0 that is (low - w/(e^w - 1))/b, w the width."""
    low, high, beside = _ahead((-half - z) / noise, (half - z) / noise)
    width = high - low
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        fall = np.where(np.isinf(width) | (width > 700), 0.0, width / np.expm1(np.minimum(width, 700.0)))
        astride = (low * laplace.pdf(low) - high * laplace.pdf(high)) / laplace.interval(low, high)
    return (
        np.where(beside, low - fall, astride) / noise,
        np.where(beside, np.abs(low) + fall, np.abs(astride) * (1 + np.abs(low))) / noise,
    )


def _in_uniform(law: str) -> Rate:
    """-1/alpha + (p(low) + p(high))/(s mass), low, high = (-+alpha - z)/s: the density at the ends over the mean."""

    def rate(z: Array, scale: Array, noise: Array) -> tuple[Array, Array]:
        low, high, beside = _ahead((-noise - z) / scale, (noise - z) / scale)
        width, near = high - low, np.maximum(low, 0.0)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
            if law == "laplace":
                both = np.where(beside, 1 / np.tanh(0.5 * width), 0.0)
                astride = (laplace.pdf(low) + laplace.pdf(high)) / laplace.interval(low, high)
            elif law == "gaussian":
                drop = np.exp(-width * (near + 0.5 * width))
                both = (1 + drop) * gaussian.pdf(near) / gaussian.interval(near, high)
                far = near > 8
                mass = MILLS * (erfcx(near * SQRT_HALF) - drop * erfcx(high * SQRT_HALF))
                step = np.where(width * (1 + near) < NARROW, width, 0.0)[..., None] * SHARES
                small = width * (np.exp(-step * (near[..., None] + 0.5 * step)) @ PARTS)
                both = np.where(far, (1 + drop) / np.where(width * (1 + near) < NARROW, small, mass), both)
                astride = (gaussian.pdf(low) + gaussian.pdf(high)) / gaussian.interval(low, high)
            else:
                both = astride = (uniform.pdf(low) + uniform.pdf(high)) / uniform.interval(low, high)
            mean = np.where(beside, both, astride) / scale
            return mean - 1 / noise, (mean + 1 / noise) * (1 + near * np.minimum(near, width) + np.abs(low) / width)

    return rate


def _point_in_laplace(z: Array, _scale: Array, noise: Array) -> tuple[Array, Array]:
    return (np.abs(z) / noise - 1) / noise, (np.abs(z) / noise + 1) / noise


def _point_in_uniform(_z: Array, _scale: Array, noise: Array) -> tuple[Array, Array]:
    return -1 / noise, 1 / noise


SPREAD_RATES: dict[tuple[str, str], Rate] = {
    ("point", "gaussian"): _gaussian_in_gaussian,
    ("gaussian", "gaussian"): _gaussian_in_gaussian,
    ("laplace", "gaussian"): _laplace_in_gaussian,
    ("uniform", "gaussian"): _uniform_in_gaussian,
    ("point", "laplace"): _point_in_laplace,
    ("gaussian", "laplace"): _gaussian_in_laplace,
    ("laplace", "laplace"): _laplace_in_laplace,
    ("uniform", "laplace"): _uniform_in_laplace,
    ("point", "uniform"): _point_in_uniform,
    ("gaussian", "uniform"): _in_uniform("gaussian"),
    ("laplace", "uniform"): _in_uniform("laplace"),
    ("uniform", "uniform"): _in_uniform("uniform"),
}
