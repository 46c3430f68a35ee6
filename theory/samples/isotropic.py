r"""lda and least squares on Gaussians of one isotropic scale, infinitely many noisy copies: the explicit limit.

Noise of scale alpha averaged over infinitely many copies adds alpha^2 I to the pooled covariance (Bishop 1995), so both
rules are w = (W + alpha^2 I)^-1 (m1 - m0), W the covariance within the classes, with thresholds of their own. With
scale 1, gamma = d/n, v = 1/(prior (1 - prior)), omega = (1 - 2 prior) v and z the larger root of
z^2 - z (1 + gamma + alpha^2) + gamma = 0,

    A = sqrt((1 - gamma/z^2)/(4 m^2 + v gamma)),   B = 2 m^2 A,   t = A (threshold (z - gamma) + omega gamma/2),

class 1 is mistaken with probability Phi(t - B), class 0 with Phi(-t - B). Derived here, from the law of Marchenko and
Pastur. Nothing cancels: (z - 1)(z - gamma) = alpha^2 z, both factors >= 0, and z^2 - gamma = z (z - 1) + (z - gamma).
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.samples.overlaps import Overlaps

# Roundings in the arguments of Phi, relative to the sizes of what is added up.
ROUNDINGS = 16


def isotropic(m: float, prior: float, threshold: float, alpha: Array, delta: Array) -> Overlaps:
    """The overlaps at noises alpha >= 0 and samples per dimension delta = n/d > 0, inf for infinite data (n,).

    m: half the distance of the means; lengths are in units of the common scale. threshold: of w.(x - middle of the
    sample means): log((1 - prior)/prior) for lda, omega/2 for least squares. At alpha = 0 and n <= d the limit
    alpha -> 0, the classifier of least norm.
    """
    gamma = 1 / delta
    variance, inverse = alpha**2, 1 / (prior * (1 - prior))
    beyond = np.where(np.isinf(delta), 1.0, (delta - 1) * gamma)  # 1 - gamma
    root = np.hypot(variance - beyond, 2 * alpha)
    above_one, above_gamma = 0.5 * (root + variance - beyond), 0.5 * (root + variance + beyond)
    # Each is the stabler one where its terms have one sign; the other follows from their product.
    z = 0.5 * (1 + gamma + variance + root)
    with np.errstate(divide="ignore", invalid="ignore"):
        above_one = np.where(variance >= beyond, above_one, variance * (z / above_gamma))
        above_gamma = np.where(variance + beyond >= 0, above_gamma, variance * (z / above_one))
    size = np.sqrt((above_one + above_gamma / z) / z) / np.sqrt(4 * m**2 + inverse * gamma)
    away = 2 * m**2 * size
    first, second = size * threshold * above_gamma, size * (0.5 - prior) * inverse * gamma
    error = ROUNDINGS * np.finfo(float).eps * (away + np.abs(first) + np.abs(second))
    return Overlaps(first + second - away, -first - second - away, np.ones_like(size), error)
