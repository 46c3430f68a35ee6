"""The regression rule on Gaussian mixtures in the plane: {E eta(x + alpha Z) >= 1/2}, eta the posterior of the data.

eta = logistic(D) is analytic: D the log-ratio without noise, poles where D = i pi (2k + 1), at about

    r(y) = sqrt(D^2 + pi^2)/|grad D|

from y. So sums over a square grid of step h approach the mean like exp(-2 pi r/h), and on a square of the size of the
noise both factors of the kernel are matrices: all interpolation nodes of the square cost two products.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit

from theory.arrays import Array, Flags
from theory.geometry.plane import chebyshev
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.signed import SignedField
from theory.geometry.plane.votes import remainder

# What sums leave out, as a share of a level's accuracy: over a square the field varies by less than from 0 to 1.
SHARE, ROUNDING = 1e-5, 1e-17
# Rounding of sums of positive numbers up to 1.
SUMS = 2e-15
# Derivatives along both axes: of the mean itself, and with its slopes.
Derivatives = tuple[tuple[int, int], ...]
PLAIN: Derivatives = ((0, 0),)
RISE: Derivatives = ((0, 0), (1, 0), (0, 1))
# Half sides of squares, in units of the noise.
SIZE = 0.5
# Interpolation loses no more than the square of this factor to the best polynomial of its order.
LEBESGUE = 3.5
# r is looked at on a grid of this step, in units of the noise, and taken to be no more than so many times too large.
LOOK, SAFE = 0.5, 1.5
# Squares of blocks of this side, in units of the noise, share a grid; so many of its points are held at a time.
BLOCK, AT_ONCE = 16.0, 2_000_000


class RegressionField:
    """E eta(x + alpha Z) - 1/2, for log-ratios `plain` of data without noise."""

    def __init__(self, plain: SignedField, alpha: float, order: int) -> None:
        self._plain, self._alpha, self._order = plain, alpha, order
        accuracy = next(level.accuracy for level in LEVELS if level.order >= order)
        self._digits = -math.log(max(SHARE * accuracy, ROUNDING))
        self._reach = alpha * math.sqrt(2 * self._digits)

    def value(self, points: Array) -> Array:
        """The field at points (N, 2)."""
        return self._sampled(points, np.zeros(len(points)), np.zeros(1), PLAIN)[0, :, 0, 0] - 0.5

    def rise(self, points: Array) -> tuple[Array, Array]:
        """The field and its slopes (N, 2) at points (N, 2)."""
        value, *slopes = self._sampled(points, np.zeros(len(points)), np.zeros(1), RISE)[:, :, 0, 0]
        return value - 0.5, np.stack(slopes, axis=1)

    def certain(self, center: Array, half: Array) -> Flags:
        """D keeps its sign as far as noise reaches; or by the steepest that the mean of a share can be."""
        result = self._plain.certain(center, half + self._reach)
        near = np.flatnonzero(~result & (half <= self.largest(center)))
        slope = math.sqrt(2) * half[near] / (self._alpha * math.sqrt(2 * math.pi))
        result[near] = np.abs(self.value(center[near])) > slope
        return result

    def largest(self, center: Array) -> Array:
        """A share of the noise."""
        return np.full(len(center), SIZE * self._alpha)

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """By interpolation, with the bound for a mean of shares under Gaussian noise."""
        turn = chebyshev.to_coefficients(self._order)
        held = turn @ (self._sampled(center, half, chebyshev.nodes(self._order), PLAIN)[0] - 0.5) @ turn.T
        sizes, back = np.unique(half / self._alpha, return_inverse=True)
        bounds = np.array([remainder(size, self._order) for size in sizes])
        return held, LEBESGUE**2 * bounds[back] + math.exp(-self._digits) + SUMS

    def _sampled(self, center: Array, half: Array, at: Array, wanted: Derivatives) -> Array:
        """(D, N, m, m) derivatives of E eta at nodes `at` (m,) of squares; those of a block share a grid."""
        found = np.empty((len(wanted), len(center), len(at), len(at)))
        block = np.floor(center / (BLOCK * self._alpha)).astype(np.int64)
        _, group = np.unique(block, axis=0, return_inverse=True)
        for k in range(group.max(initial=-1) + 1):
            rows = np.flatnonzero(group.ravel() == k)
            found[:, rows] = self._block(center[rows], half[rows], at, wanted)
        return found

    def _block(self, center: Array, half: Array, at: Array, wanted: Derivatives) -> Array:
        low, high = (center - half[:, None]).min(axis=0), (center + half[:, None]).max(axis=0)
        middle, inner = 0.5 * (low + high), 0.5 * float((high - low).max())
        reach = inner + self._reach
        count = max(2, math.ceil(2 * reach / self._step(middle, inner)))
        step = 2 * reach / count
        grid = step * (np.arange(count) + 0.5) - reach
        apart = ((center - middle)[:, :, None] + half[:, None, None] * at)[..., None] - grid
        apart /= self._alpha
        kernel = step / self._alpha / math.sqrt(2 * math.pi) * np.exp(-0.5 * apart * apart)
        kernels = kernel, -apart * kernel / self._alpha
        total = np.zeros((len(wanted), len(center), len(at), len(at)))
        for part in np.array_split(np.arange(count), math.ceil(count * count / AT_ONCE)):
            eta = expit(self._ratio(middle[0] + grid[part], middle[1] + grid))
            for k, (i, j) in enumerate(wanted):
                total[k] += kernels[i][:, 0][:, :, part] @ (eta @ kernels[j][:, 1].transpose(0, 2, 1))
        return total

    def _ratio(self, x: Array, y: Array) -> Array:
        """D on a grid."""
        return self._plain.value(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))

    def _step(self, middle: Array, inner: float) -> float:
        """The step of the grid: what the kernel allows, and what poles of eta do that the kernel has not hidden."""
        reach = inner + self._reach
        count = max(3, math.ceil(2 * reach / (LOOK * self._alpha)))
        at = np.linspace(-reach, reach, count)
        ratio = self._ratio(middle[0] + at, middle[1] + at)
        slope = np.hypot(*np.gradient(ratio, at[1] - at[0]))
        pole = np.sqrt(ratio**2 + np.pi**2) / np.maximum(slope, 1e-300)
        beyond = np.maximum(np.abs(at) - inner - LOOK * self._alpha, 0.0) / self._alpha
        digits = self._digits - 0.5 * (beyond[:, None] ** 2 + beyond**2)
        least = float((pole / np.maximum(digits, 1.0)).min())
        return min(2 * np.pi / SAFE * least, self._alpha * math.pi * math.sqrt(2 / self._digits))
