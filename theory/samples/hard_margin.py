r"""The classifier of largest margin, and the number of samples above which nothing separates them, in the limit.

In the equations of `fixed_point` with noise alpha -> 0 on separable data the slope S becomes a hard wall: G is
(M - P)_+ at P = c_y + g, and all margins end at M or beyond. What is left of the four equations is

    E (M - P)_+^2 = (1 - cos^2)/delta,   2 m delta P(y) E_y (M - P)_+ = cos for y = 1 and for y = -1,

those of the maximum-margin classifier with a free intercept, |w| = 1 (for noiseless training compare Montanari, Ruan,
Sohn and Yan 2019 and Deng, Kammoun and Thrampoulidis 2022). M falls with delta and is 0 at the threshold of Candes and
Sur (2020), 1/delta* = min E (-P)_+^2/(1 - cos^2), whose conditions of first order these are at M = 0.

The path of solutions is followed from many dimensions, where all terms are linear, to the threshold, with M given and
log delta unknown: nothing turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Index
from theory.samples.fixed_point import SIGNS

ANGLE, SHIFT, MARGIN, RATIO = range(4)
# From here on to the left moments of tails are continued fractions, which are as long as this.
LEFT, DEPTH = -3.0, 40
# The first margin in units of 1 + m, the share by which it falls from one point of the path to the next, the least.
FIRST, FALL, LEAST = 1000.0, 0.35, 0.3
MOST_STEPS, CONVERGED = 40, 1e-13


@dataclass(frozen=True)
class Path:
    """Solutions (k, 4): log tan of the angle between w and mu, b, M and log delta, the last with M = 0."""

    m: float
    prior: float
    points: Array

    @property
    def threshold(self) -> float:
        """log delta*: with more samples per dimension than delta* none of the half-spaces separates the classes."""
        return float(self.points[-1, RATIO])

    def at(self, delta: Array) -> tuple[Array, Array]:
        """Solutions (n, 4) at delta <= delta*, and the last step of Newton's method, a relative error."""
        ratio = np.log(delta)
        upper = np.clip(np.searchsorted(self.points[:, RATIO], ratio), 1, len(self.points) - 1)
        low, high = self.points[upper - 1], self.points[upper]
        part = (ratio - low[:, RATIO]) / (high[:, RATIO] - low[:, RATIO])
        # In many dimensions b and M are like 1/sqrt(delta).
        guess = low + (high - low) * part[:, None]
        guess[:, RATIO] = ratio
        return _newton(self.m, self.prior, guess, np.array([ANGLE, SHIFT, MARGIN]))


@lru_cache(maxsize=256)
def margin_path(m: float, prior: float) -> Path:
    """The path for classes N(+-mu, I), |mu| = m."""
    margin = FIRST * (1 + m)
    inverse = 4 * prior * (1 - prior) * margin**2
    point = np.array([[np.log(margin / m), (2 * prior - 1) * margin, margin, -np.log(inverse)]])
    free = np.array([ANGLE, SHIFT, RATIO])
    points = [_newton(m, prior, point, free)[0][0]]
    while margin > 0:
        margin = max((1 - FALL) * margin - LEAST, 0.0)
        last = points[-1]
        guess = last.copy()
        if len(points) > 1:
            slope = (last - points[-2]) / (last[MARGIN] - points[-2][MARGIN])
            guess = last + slope * (margin - last[MARGIN])
        guess[MARGIN] = margin
        points.append(_newton(m, prior, guess[None, :], free)[0][0])
    return Path(m, prior, np.array(points))


def _newton(m: float, prior: float, points: Array, free: Index) -> tuple[Array, Array]:
    """Points (n, 4) with the unknowns `free` solved for, and the size (n,) of the last step."""
    points = points.copy()
    size = np.full(len(points), np.inf)
    for _ in range(MOST_STEPS):
        value, slope = _residual(m, prior, points)
        step = -np.linalg.solve(slope[:, :, free], value[:, :, None])[:, :, 0]
        linear = (free == SHIFT) | (free == MARGIN)
        size = (np.abs(step) / (1 + linear * 0.3 * np.abs(points[:, free]))).max(axis=1)
        points[:, free] += step * np.minimum(1, 1 / np.maximum(size, 1.0))[:, None]
        if np.all(size < CONVERGED):
            break
    return points, size


def _residual(m: float, prior: float, points: Array) -> tuple[Array, Array]:
    """Logarithms of the ratios of both sides (n, 3), and their derivatives (n, 3, 4)."""
    tangent, shift, margin, ratio = points.T
    cosine = 1 / np.hypot(1, np.exp(tangent))
    shares = np.log([prior, 1 - prior])
    mass, one, two = tail_moments(margin[:, None] - (m * cosine)[:, None] - shift[:, None] * SIGNS)
    square = np.logaddexp(*(two + shares).T)
    first = ratio + square - 2 * tangent - 2 * np.log(cosine)
    sides = np.log(2 * m) + shares + (ratio - np.log(cosine))[:, None] + one
    falls = np.exp(mass - one)
    parts = 2 * np.exp(one + shares - square[:, None])
    turn = m * cosine * (1 - cosine**2)
    slopes = np.ones((len(points), 3, 4))
    slopes[:, 0, ANGLE] = parts.sum(axis=1) * turn - 2 * cosine**2
    slopes[:, 0, SHIFT] = -(parts @ SIGNS)
    slopes[:, 0, MARGIN] = parts.sum(axis=1)
    slopes[:, 1:, ANGLE] = falls * turn[:, None] + (1 - cosine**2)[:, None]
    slopes[:, 1:, SHIFT] = -falls * SIGNS
    slopes[:, 1:, MARGIN] = falls
    return np.concatenate([first[:, None], sides], axis=1), slopes


def tail_moments(x: Array) -> tuple[Array, Array, Array]:
    """log E (x - g)_+^j for j = 0, 1, 2, g ~ N(0, 1).

    I_j = E (x - g)_+^j/j! obey (j + 1) I_{j+1} = x I_j + I_{j-1}; far to the left, where that cancels, the ratios
    I_j/I_{j-1} = 1/(-x + (j + 1) I_{j+1}/I_j) are a continued fraction, which begins with the normal density I_{-1}.
    """
    away = np.maximum(-x, -LEFT)
    ratio = np.zeros_like(away)
    ratios: list[Array] = []
    for j in range(DEPTH, -1, -1):
        ratio = 1 / (away + (j + 1) * ratio)
        if j < 3:
            ratios.insert(0, np.log(ratio))
    left = np.cumsum(np.array(ratios), axis=0) - 0.5 * x**2 - 0.5 * np.log(2 * np.pi)
    near = np.maximum(x, LEFT)
    mass, density = ndtr(near), np.exp(-0.5 * near**2) / np.sqrt(2 * np.pi)
    right = np.log([mass, near * mass + density, (1 + near**2) * mass + near * density])
    left[2] += np.log(2)
    log = np.where(x < LEFT, left, right)
    return log[0], log[1], log[2]
