"""Logarithms of scaled modified Bessel functions, log(I_v(x) e^-x), for any order v >= 1. Host side (NumPy, SciPy).

Three ranges, each good to about 1e-13 of the larger of 1, v and the result: Debye's uniform expansion from order 40
up (DLMF 10.41.3), the expansion in 1/x where x is large (DLMF 10.40.1), the power series where x is small, and the
routine of SciPy in between.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, ive

DEBYE_FROM = 40.0
DEBYE_TERMS = 8
LARGE, SMALL = 1e5, 1.0
TERMS = 20


@lru_cache(1)
def _debye_polynomials() -> list[np.polynomial.Polynomial]:
    """u_0, ..., of DLMF 10.41.9: u_(k+1) = p^2 (1 - p^2) u_k'/2 + (1/8) integral of (1 - 5 t^2) u_k over [0, p]."""
    p = np.polynomial.Polynomial([0.0, 1.0])
    found = [np.polynomial.Polynomial([1.0])]
    for _ in range(DEBYE_TERMS):
        last = found[-1]
        found.append(p**2 * (1 - p**2) * last.deriv() / 2 + ((1 - 5 * p**2) * last).integ() / 8)
    return found


def _debye(order: float, x: np.ndarray) -> np.ndarray:
    z = x / order
    root = np.hypot(1, z)
    p = 1 / root
    series = sum(u(p) / order**k for k, u in enumerate(_debye_polynomials()))
    # sqrt(1 + z^2) - z without cancellation
    exponent = order * (1 / (root + z) + np.log(z) - np.log1p(root))
    return exponent - np.log(2 * math.pi * order) / 2 - np.log(root) / 2 + np.log(series)


def _power(order: float, x: np.ndarray) -> np.ndarray:
    quarter = x * x / 4
    series = np.ones_like(x)
    for k in range(TERMS, 0, -1):
        series = 1 + quarter / (k * (k + order)) * series
    return order * np.log(x / 2) - gammaln(order + 1) + np.log(series) - x


def _hankel(order: float, x: np.ndarray) -> np.ndarray:
    series = np.ones_like(x)
    for k in range(TERMS, 0, -1):
        series = 1 - (4 * order**2 - (2 * k - 1) ** 2) / (8 * k * x) * series
    return np.log(series) - np.log(2 * math.pi * x) / 2


def log_bessel(order: float, x: np.ndarray) -> np.ndarray:
    """log(I_v(x) e^-x) for one order v >= 1 and x >= 0; -inf at 0."""
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore", under="ignore"):
        if order >= DEBYE_FROM:
            return np.where(x > 0, _debye(order, np.maximum(x, 1e-300)), -np.inf)
        middle = np.log(ive(order, np.clip(x, SMALL, LARGE)))
        return np.where(
            x < SMALL,
            _power(order, np.minimum(x, SMALL)),
            np.where(x > LARGE, _hankel(order, np.maximum(x, LARGE)), middle),
        )
