"""The standard normal law: density, tails, interval masses, all with full relative precision."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri_exp

Array = NDArray[np.float64]

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
# Below this value of width * (1 + distance from 0) an interval is integrated instead of differenced; ten Gauss-Legendre
# nodes are then exact to 1e-20, while a difference of tails would lose a factor 1/0.25 of its digits at most above it.
NARROW = 0.25
NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)


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


def log_isf(log_tail: Array) -> Array:
    """The z with log(1 - Phi(z)) = log_tail."""
    return -np.asarray(ndtri_exp(log_tail))


def _oriented(low: Array, high: Array) -> tuple[Array, Array]:
    """The interval or its mirror image, whichever lies mostly in the upper half line."""
    with np.errstate(invalid="ignore"):
        flip = low + high < 0
    return np.where(flip, -high, low), np.where(flip, -low, high)


def _narrow_sum(low: Array, width: Array) -> Array:
    """(1/width) * integral of phi(low + t)/phi(low) over 0 < t < width."""
    step = 0.5 * width[..., None] * (NODES + 1)
    return np.exp(-step * (low[..., None] + 0.5 * step)) @ (0.5 * WEIGHTS)


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


def log_interval(low: Array, high: Array) -> Array:
    """log P(low <= Z <= high), finite as long as the true logarithm is a float; -inf where high <= low."""
    low, high = _oriented(*np.broadcast_arrays(low, high))
    with np.errstate(invalid="ignore", divide="ignore"):
        near, far = log_ndtr(-low), log_ndtr(-high)
        straddling = (low < -1) & (high > 1)
        ratio = np.where(np.isneginf(far), 0.0, np.exp(np.minimum(far - near, 0)))
        result = np.where(straddling, np.log1p(-(ndtr(low) + ndtr(-high))), near + np.log1p(-ratio))
        width = high - low
        narrow = width * (1 + np.abs(low)) < NARROW
    if narrow.any():
        result = np.asarray(result)
        near, span = low[narrow], np.maximum(width[narrow], 0)
        with np.errstate(divide="ignore"):
            result[narrow] = log_pdf(near) + np.log(span * _narrow_sum(near, span))
    return np.where(high > low, result, -np.inf)
