"""Vote levels at which a radius is certified.

Gaussian noise, l2 radius: tau = Phi(eps/beta) (Cohen, Rosenfeld, Kolter 2019). Laplace noise, l1 radius:
tau = 1 - exp(-eps/b)/2 (Teng et al. 2020). Uniform noise, l1 radius: tau = 1/2 + eps/(2 beta), and nothing is certified
beyond eps = beta (Yang et al. 2020).
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtri

from theory.arrays import Array

NORM = {"gaussian": "l2", "laplace": "l1", "uniform": "l1"}


def log_miss(noise: str, beta: Array, eps: Array) -> Array:
    """log(1 - tau(eps)): at most this share of the votes may go to the other class. Precise where tau rounds to 1.

    NaN where nothing can be certified (uniform noise, eps > beta) and where beta is 0 or NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(beta > 0, eps / beta, np.nan)
        if noise == "gaussian":
            return np.asarray(log_ndtr(-ratio))
        if noise == "laplace":
            return np.asarray(-ratio - np.log(2))
        return np.where(ratio <= 1, np.log(0.5 - 0.5 * np.minimum(ratio, 1)), np.nan)


def level_tail(noise: str, beta: Array, eps: Array | None) -> Array | None:
    """`log_miss`, log(1/2) where nothing is certified and the answer does not matter; None for no radius at all."""
    if eps is None:
        return None
    tail = log_miss(noise, beta, eps)
    return np.where(np.isnan(tail), np.log(0.5), tail)


def radius(noise: str, beta: float, vote: float) -> float:
    """The radius certified by a vote probability of at least 1/2: the inverse of tau.

    Examples:
        >>> round(radius("gaussian", 1.0, 0.98), 6), round(radius("laplace", 1.0, 0.9), 6)
        (2.053749, 1.609438)
    """
    if noise == "gaussian":
        return float(beta * ndtri(vote))
    return float(-beta * np.log(2 * (1 - vote)) if noise == "laplace" else beta * (2 * vote - 1))
