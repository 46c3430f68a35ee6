"""The ratio I_(nu+1)(y)/I_nu(y), nu = d/2 - 1, and what it lacks to 1, both with full relative precision.

It is the one special function of moving spheres: of the mass that Gaussian noise puts on a ball of radius r at distance
ell (in units of the noise), the derivative in ell is that in r times minus this ratio at y = r ell (see
`special.noncentral`: f(x; d + 2, lambda)/f(x; d, lambda) = sqrt(x/lambda) I_(d/2)/I_(d/2 - 1)).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike

from theory.arrays import Array

# The expansion in 1/s, s^2 = mu^2 + y^2, mu = nu + 1/2, is good to 1e-17 from LARGE on; below, the order is raised.
LARGE, TERMS = 40.0, 14
EPS = np.finfo(float).eps
# Measured against mpmath for d = 2 to 1e6 and y = 1e-8 to 3e4: both results are good to half of this.
RATIO_ULPS = 64


def bessel_ratio(dim: float, y: ArrayLike) -> tuple[Array, Array]:
    """rho = I_(d/2)(y)/I_(d/2-1)(y) and 1 - rho, for y >= 0 and d >= 1; y = inf gives (1, 0).

    rho solves the Riccati equation rho' = 1 - rho^2 - (d - 1) rho/y (Amos 1974). With p = mu/s its solution is
    sqrt((1 - p)/(1 + p)) (1 + b_1(p)/s + b_2(p)/s^2 + ...), every b_n a polynomial with the factor p; for small s the
    recurrence rho_nu = y/(2 nu + 2 + y rho_(nu+1)), which contracts errors, leads down from a large order. d = 1 is
    tanh y. The relative error of both is below RATIO_ULPS ulp.
    """
    y = np.asarray(y, float)
    if dim == 1:
        return np.tanh(y), 2 / (1 + np.exp(np.minimum(2 * y, 700.0)))
    mu = 0.5 * (dim - 1)
    least = float(np.nanmin(y, initial=np.inf))
    most = max(int(np.ceil(np.sqrt(max(LARGE**2 - least**2, 0.0)) - mu)), 0)
    steps = np.asarray(np.where(np.hypot(mu, y) < LARGE, most, 0))
    ratio, rest = _expansion(np.asarray(mu + steps, float), y)
    for k in range(most - 1, -1, -1):
        order, down = 2 * (mu + k) + 1, k < steps
        below = order + y * ratio
        ratio, rest = np.where(down, y / below, ratio), np.where(down, (order - y * rest) / below, rest)
    return np.where(np.isinf(y), 1.0, ratio), np.where(np.isinf(y), 0.0, rest)


def _expansion(mu: Array, y: Array) -> tuple[Array, Array]:
    """The ratio and its complement for large sqrt(mu^2 + y^2)."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        s = np.hypot(mu, y)
        p = mu / s
        root = y / (s + mu)
        series = np.zeros_like(s)
        for coefficients in reversed(_coefficients()):
            series = (series + np.polynomial.polynomial.polyval(p, coefficients)) / s
        # 1 - root = (y - s + mu)/y, y - s = -mu^2/(s + y): nothing cancels.
        gap = mu * (1 - mu / (s + y)) / np.where(y > 0, y, 1.0)
        gap = np.where(y > mu, gap, 1 - root)
        return root * (1 + series), gap - root * series


@cache
def _coefficients() -> list[Array]:
    """b_n: -2 b_(n+1) = p [n = 0] + p b_n - (1 - p^2)(p b_n' + n b_n) + (1 - p) sum_(i + j = n + 1) b_i b_j."""
    p = Polynomial([0.0, 1.0])
    found: list[Polynomial] = []
    for n in range(TERMS):
        total = p if n == 0 else p * found[-1] - (1 - p**2) * (p * found[-1].deriv() + n * found[-1])
        for i in range(1, n + 1):
            total = total + (1 - p) * found[i - 1] * found[n - i]
        found.append(-0.5 * total)
    return [np.asarray(b.coef, float) for b in found]
