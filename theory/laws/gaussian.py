"""The standard normal law: density, tails, interval masses, all with full relative precision."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erfcx, log_ndtr, ndtr, ndtri_exp

from theory.arrays import Array

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
SQRT_HALF = math.sqrt(0.5)
MILLS = math.sqrt(0.5 * math.pi)
# Below this value of width * (1 + distance from 0) an interval is integrated instead of differenced; ten Gauss-Legendre
# nodes are then exact to 1e-20, while a difference of tails would lose a factor 1/0.25 of its digits at most above it.
NARROW = 0.25
# Beyond this argument fourteen terms of the asymptotic series of u erfcx(u) are exact to 1e-17 of its second one.
SERIES_FROM = 10.0
SERIES = np.cumprod(1.0 - 2.0 * np.arange(1, 15))
NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def log_pdf(z: Array) -> Array:
    """log phi(z)."""
    return -0.5 * z * z - HALF_LOG_2PI


def pdf(z: Array) -> Array:
    """phi(z)."""
    return np.exp(log_pdf(z))


def score(z: Array) -> Array:
    """d/dz log phi(z) = -z."""
    return -z


def cdf(z: Array) -> Array:
    """Phi(z), with full relative precision for z < 0; the upper tail is cdf(-z)."""
    return np.asarray(ndtr(z))


def log_cdf(z: Array) -> Array:
    """log Phi(z)."""
    return np.asarray(log_ndtr(z))


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def mills_excess(u: Array) -> Array:
    """u sqrt(pi) erfcx(u) - 1, accurate relative to itself where u is large: -1/2u^2 + 3/4u^4 - ..."""
    large = u > SERIES_FROM
    safe = np.where(large, u, SERIES_FROM)
    step, total = 0.5 / safe**2, np.zeros_like(safe)
    for coefficient in SERIES[::-1].tolist():
        total += coefficient
        total *= step
    direct = np.minimum(u, SERIES_FROM)
    return np.where(large, total, direct * np.sqrt(np.pi) * erfcx(direct) - 1)


def log_isf(log_tail: Array) -> Array:
    """The z with log(1 - Phi(z)) = log_tail; SciPy's value, polished by one Newton step in the far tail."""
    z = -np.asarray(ndtri_exp(log_tail))
    with np.errstate(invalid="ignore", over="ignore"):
        hazard = 1 / (MILLS * erfcx(np.maximum(z, -25.0) * SQRT_HALF))
        better = z + (log_ndtr(-z) - log_tail) / hazard
    return np.where((z > 1) & np.isfinite(better), better, z)


def _oriented(low: Array, high: Array) -> tuple[Array, Array]:
    """The interval or its mirror image, whichever lies mostly in the upper half line."""
    with np.errstate(invalid="ignore"):
        flip = low + high < 0
    return np.where(flip, -high, low), np.where(flip, -low, high)


def _narrow_sum(low: Array, width: Array) -> Array:
    """(1/width) * integral of phi(low + t)/phi(low) over 0 < t < width."""
    step = 0.5 * width[..., None] * (NODES + 1)
    return np.exp(-step * (low[..., None] + 0.5 * step)) @ (0.5 * WEIGHTS)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def interval(low: Array, high: Array) -> Array:
    """P(low <= Z <= high) with full relative precision; 0 where high <= low. Ends may be infinite."""
    low, high = _oriented(*np.broadcast_arrays(low, high))
    mass = ndtr(-low) - ndtr(-high)
    with np.errstate(invalid="ignore"):
        width = high - low
        narrow = width * (1 + np.abs(low)) < NARROW
    if narrow.any():
        mass = np.asarray(mass)
        near, span = low[narrow], np.maximum(width[narrow], 0)
        mass[narrow] = pdf(near) * span * _narrow_sum(near, span)
    return np.maximum(mass, 0)


def ahead(low: Array, width: Array) -> tuple[Array, Array]:
    """The integral of phi(low + t)/phi(low) over 0 <= t <= width, 0 <= low, by Mills ratios or quadrature, and
    phi(low + width)/phi(low).

    Ratios to the density at the near end keep full relative precision however far out the interval lies.
    """
    low, width = np.broadcast_arrays(low, width)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        drop = np.exp(-width * (low + 0.5 * width))
        far = np.where(drop > 0, erfcx((low + width) * SQRT_HALF), 0.0)
        mass = MILLS * (erfcx(low * SQRT_HALF) - drop * far)
        narrow = width * (1 + low) < NARROW
    if narrow.any():
        near, span = low[narrow], np.maximum(width[narrow], 0)
        mass[narrow] = span * _narrow_sum(near, span)
    return mass, drop


def _ahead(low: Array, high: Array) -> tuple[Array, Array]:
    """`ahead` for an interval by its ends."""
    with np.errstate(invalid="ignore"):
        return ahead(low, np.where(np.isinf(low), 0.0, high - low))


def log_interval(low: Array, high: Array) -> Array:
    """log P(low <= Z <= high), finite as long as the true logarithm is a float; -inf where high <= low."""
    low, high = _oriented(*np.broadcast_arrays(low, high))
    start = np.maximum(low, 0.0)
    mass, _drop = _ahead(start, high)
    with np.errstate(divide="ignore"):
        result = np.asarray(log_pdf(start) + np.log(mass))
        astride = low < 0
        if astride.any():
            near, far = low[astride], high[astride]
            wide = (near < -1) & (far > 1)
            result[astride] = np.where(wide, np.log1p(-(ndtr(near) + ndtr(-far))), np.log(interval(near, far)))
    return np.where(high > low, result, -np.inf)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def interval_slope(low: Array, high: Array) -> Array:
    """(phi(low) - phi(high))/P(low <= Z <= high): the mean of Z given the interval; 0 where it is empty."""
    low, high = np.broadcast_arrays(low, high)
    with np.errstate(invalid="ignore"):
        turned = low + high < 0
    near, far = _oriented(low, high)
    mass, drop = _ahead(np.maximum(near, 0.0), far)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.asarray((1 - drop) / mass)
        astride = near < 0
        if astride.any():
            a, b = near[astride], far[astride]
            slope[astride] = -pdf(a) * np.expm1(-0.5 * (b - a) * (b + a)) / interval(a, b)
    slope = np.where((far > near) & np.isfinite(slope), slope, 0.0)
    return np.where(turned, -slope, slope)
