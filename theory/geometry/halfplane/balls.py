"""Masses of balls about an axis under noise, fast: P(|c + Z| <= r), ell = |c|, to some 1e-14.

With rho = (ell^2 + d)^(1/2), the root of the mean square of |c + Z|, the normal quantile of the mass is nearly r - rho.
Once rho is large against the reach of a normal variable it is a polynomial in r - rho and 1/rho; below that the mass
itself is a short sum (the noncentral chi-square law).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import chndtr, ndtr, ndtri_exp

from theory.arrays import Array
from theory.numerics.special.noncentral import ball_log_mass

# From this rho on polynomials stand for quantiles, of r - rho up to FAR either way; beyond masses are 0 or 1.
LEAST, FAR = 12.0, 8.6
# Their numbers of coefficients in 1/rho and in r - rho.
SLOW, FAST = 30, 38


@lru_cache(64)
def quantiles(dim: int) -> Array:
    """(SLOW, FAST) Chebyshev coefficients in 2 x - 1, x = (largest 1/rho)^-1/rho, and in (r - rho)/FAR."""
    x, y = (np.polynomial.chebyshev.chebpts1(n) for n in (SLOW, FAST))
    rho = _least(dim) / (0.5 * (x + 1))
    ell = np.sqrt(rho**2 - dim)[:, None]
    # r - ell without loss, for rho - ell = d/(rho + ell).
    delta = FAR * y + dim / (rho[:, None] + ell)
    inside, outside = ball_log_mass(dim, ell, delta)
    value = np.where(inside < outside, ndtri_exp(inside), -ndtri_exp(outside))
    turn = [np.linalg.inv(np.polynomial.chebyshev.chebvander(at, len(at) - 1)) for at in (x, y)]
    return np.asarray(turn[0] @ value @ turn[1].T)


def _least(dim: int) -> float:
    return float(np.sqrt(max(LEAST**2, dim)))


def share(dim: int, ell: Array, radius: Array) -> Array:
    """(N,) masses of pairs."""
    rho, result = np.sqrt(ell * ell + dim), np.empty(len(ell))
    short = rho < LEAST
    result[short] = chndtr(radius[short] ** 2, dim, ell[short] ** 2)
    y = (radius - ell)[~short] - dim / (rho + ell)[~short]
    held = np.polynomial.chebyshev.chebvander(2 * _least(dim) / rho[~short] - 1, SLOW - 1) @ quantiles(dim)
    result[~short] = _mass(held.T, y)
    return result


def shares(dim: int, ell: Array, radius: Array) -> Array:
    """(m, n) masses of all pairs of ell (m,) and radius (n,)."""
    result = np.empty((len(ell), len(radius)))
    for row, distance in zip(result, ell.tolist(), strict=True):
        rho = np.sqrt(distance * distance + dim)
        if rho < LEAST:
            row[:] = chndtr(radius**2, dim, distance**2)
            continue
        (held,) = np.polynomial.chebyshev.chebvander(2 * _least(dim) / rho - 1, SLOW - 1) @ quantiles(dim)
        row[:] = _mass(held, radius - distance - dim / (rho + distance))
    return result


def rate(dim: int, ell: Array, radius: Array, held: Array) -> Array:
    """(N,) minus the derivatives of masses `held` by ell: ell (P_d - P_{d+2})."""
    return np.maximum(ell * (held - share(dim + 2, ell, radius)), 0.0)


def _mass(held: Array, y: Array) -> Array:
    """Masses at y = r - rho from Chebyshev coefficients (FAST, ...)."""
    quantile = np.polynomial.chebyshev.chebval(np.clip(y / FAR, -1.0, 1.0), held, tensor=False)
    return np.where(y <= -FAR, 0.0, np.where(y >= FAR, 1.0, ndtr(quantile)))
