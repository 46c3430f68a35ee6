"""The uniform law on [-1, 1]: density, tails, interval masses."""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array

LOG_2 = math.log(2)


def log_pdf(z: Array) -> Array:
    """log(1/2) on [-1, 1], -inf elsewhere."""
    return np.where(np.abs(z) <= 1, -LOG_2, -np.inf)


def pdf(z: Array) -> Array:
    """1/2 on [-1, 1]."""
    return np.where(np.abs(z) <= 1, 0.5, 0.0)


def score(z: Array) -> Array:
    """d/dz log pdf = 0 inside the support."""
    return np.zeros_like(z)


def cdf(z: Array) -> Array:
    """P(Z <= z)."""
    return 0.5 * (np.clip(z, -1, 1) + 1)


def log_cdf(z: Array) -> Array:
    """log P(Z <= z)."""
    with np.errstate(divide="ignore"):
        return np.log(cdf(z))


def log_isf(log_tail: Array) -> Array:
    """The z with log P(Z > z) = log_tail."""
    return 1 - 2 * np.exp(log_tail)


def interval(low: Array, high: Array) -> Array:
    """P(low <= Z <= high); 0 where high <= low. Ends may be infinite."""
    return 0.5 * np.maximum(np.clip(high, -1, 1) - np.clip(low, -1, 1), 0)


def log_interval(low: Array, high: Array) -> Array:
    """log P(low <= Z <= high); -inf where the interval misses the support."""
    with np.errstate(divide="ignore"):
        return np.log(interval(low, high))


def interval_slope(low: Array, high: Array) -> Array:
    """(pdf(low) - pdf(high))/P(low <= Z <= high); 0 where the interval misses the support."""
    mass = interval(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mass > 0, (pdf(low) - pdf(high)) / mass, 0.0)
