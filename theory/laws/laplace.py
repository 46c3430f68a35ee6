"""The standard Laplace law (diversity 1): density, tails, interval masses, all with full relative precision."""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array

LOG_2 = math.log(2)


def log_pdf(z: Array) -> Array:
    """log of exp(-|z|)/2."""
    return -np.abs(z) - LOG_2


def pdf(z: Array) -> Array:
    """exp(-|z|)/2."""
    return 0.5 * np.exp(-np.abs(z))


def score(z: Array) -> Array:
    """d/dz log pdf = -sign(z)."""
    return -np.sign(z)


def cdf(z: Array) -> Array:
    """P(Z <= z), with full relative precision for z < 0; the upper tail is cdf(-z)."""
    tail = pdf(z)
    return np.where(z < 0, tail, 1 - tail)


def log_cdf(z: Array) -> Array:
    """log P(Z <= z)."""
    return np.where(z < 0, np.minimum(z, 0) - LOG_2, np.log1p(-pdf(np.maximum(z, 0))))


def log_isf(log_tail: Array) -> Array:
    """The z with log P(Z > z) = log_tail."""
    with np.errstate(divide="ignore"):
        lower = np.log(-np.expm1(np.minimum(log_tail, 0))) + LOG_2
    return np.where(log_tail <= -LOG_2, -log_tail - LOG_2, lower)


def _parts(low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Nearest point to 0 from above, width beyond it, and the mass of the part below 0 (upper-half orientation)."""
    low, high = np.broadcast_arrays(low, high)
    with np.errstate(invalid="ignore"):
        flip = low + high < 0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    start = np.maximum(low, 0)
    with np.errstate(invalid="ignore"):
        width = np.where(np.isinf(start), 0.0, np.maximum(high - start, 0))
    below = np.where(high > low, -0.5 * np.expm1(np.minimum(low, 0)), 0.0)
    return start, width, below


def interval(low: Array, high: Array) -> Array:
    """P(low <= Z <= high) with full relative precision; 0 where high <= low. Ends may be infinite."""
    start, width, below = _parts(low, high)
    return below - 0.5 * np.exp(-start) * np.expm1(-width)


def log_interval(low: Array, high: Array) -> Array:
    """log P(low <= Z <= high), finite as long as the true logarithm is a float; -inf where high <= low."""
    start, width, below = _parts(low, high)
    with np.errstate(divide="ignore"):
        return np.where(below > 0, np.log(below - 0.5 * np.expm1(-width)), -start - LOG_2 + np.log(-np.expm1(-width)))


def interval_slope(low: Array, high: Array) -> Array:
    """(pdf(low) - pdf(high))/P(low <= Z <= high); +-1 where the interval lies on one side of 0, 0 where it is empty."""
    low, high = np.broadcast_arrays(low, high)
    mass = interval(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where((low < 0) & (high > 0), (pdf(low) - pdf(high)) / mass, np.where(low >= 0, 1.0, -1.0))
    return np.where(high > low, slope, 0.0)
