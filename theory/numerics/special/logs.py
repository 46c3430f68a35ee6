"""Stable arithmetic on logarithms of probabilities: log(1 - e^x), log(e^a - e^b), log(1 + z) - z; Stirling's rest.

Everything is elementwise under NumPy broadcasting. Sums of exponentials are `numpy.logaddexp`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gamma

from theory.arrays import Array

# Taylor coefficients of (atanh(s) - s)/s^3 in s^2; |s| <= 1/3 below, and 3^-36 < 2^-56.
_ATANH_TAIL = np.array([1.0 / (2 * k + 3) for k in range(18)])
# The asymptotic series of log Gamma (Stirling): the next term is below 1e-16 from here on.
_STIRLING = np.array([1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188])
_STIRLING_FROM = 16.0


def log1mexp(x: ArrayLike) -> Array:
    """Logarithm of 1 - e^x, for x <= 0 (Maechler 2012).

    Takes the log of a probability to the log of its complement, with relative error of a few ulp: `expm1` is used
    above -log 2 and `log1p` below. x = 0 gives -inf, x = -inf gives 0, x > 0 and nan give nan.
    """
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > -np.log(2.0), np.log(-np.expm1(x)), np.log1p(-np.exp(np.minimum(x, 0.0))))[()]


def log_diff_exp(a: ArrayLike, b: ArrayLike) -> Array:
    """Logarithm of e^a - e^b, for a >= b.

    The inputs are taken to be exact: their subtraction is, where they nearly agree, and the rest is a few ulp of |a|
    and of the result. a = b (also both -inf) gives -inf, a < b and nan give nan.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    with np.errstate(invalid="ignore"):
        gap = np.where((b == -np.inf) & (a > b), -np.inf, np.where(a == b, 0.0, b - a))
    return (np.where(np.isneginf(a) & (gap == 0.0), 0.0, a) + log1mexp(gap))[()]


def log1pmx(z: ArrayLike) -> Array:
    """Return log(1 + z) - z, for z > -1, without cancellation near 0.

    For |z| <= 1/2 log(1 + z) = 2 atanh(s) with s = z/(2 + z), so that log(1 + z) - z is
    s (2 s^2 (1/3 + s^2/5 + s^4/7 + ...) - z), a sum whose terms cancel by less than one bit.
    Relative error: a few ulp. z = -1 gives -inf, z < -1 gives nan.
    """
    z = np.asarray(z, dtype=np.float64)
    near = np.abs(z) <= 0.5
    s = np.where(near, z, 0.0)
    s = s / (2.0 + s)
    series = power_series(s * s, _ATANH_TAIL)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return np.where(near, s * (2.0 * series - z), np.log1p(z) - z)[()]


def stirling_rest(a: Array) -> Array:
    """Return log Gamma(a) - [(a - 1/2) log a - a + log(2 pi)/2], for a > 0, with an absolute error of a few ulp of 1.

    The asymptotic series from _STIRLING_FROM on, below it one logarithm of a product.
    """
    small = np.minimum(a, _STIRLING_FROM)
    product = gamma(small) * np.exp(small) * small ** (0.5 - small) / np.sqrt(2.0 * np.pi)
    large = np.maximum(a, _STIRLING_FROM)
    return np.where(a < _STIRLING_FROM, np.log(product), large * power_series(large**-2, _STIRLING))


def power_series(x: Array, coefficients: Array) -> Array:
    """Return c[0] x + c[1] x^2 + ..., elementwise, by Horner's rule."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1].tolist():
        total *= x
        total += coefficient
    return np.asarray(total * x)
