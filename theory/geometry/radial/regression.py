"""The regression rule on two concentric Gaussians: the posterior is blurred, not the densities.

The posterior of the wide class is eta(x) = logistic(k (|x|^2 - r0^2)) with k = (1/v0 - 1/v1)/2, v0 < v1 the variances,
so that after noise alpha it is E eta(x + alpha Z), which increases with |x|: class 0 keeps a ball. With W = |x + alpha
Z| and dS the law with distribution function logistic(k (t^2 - r0^2)), by integration by parts,

    E eta - 1/2 = int_{t > r0} P(W > t) dS(t) - int_{t < r0} P(W < t) dS(t),

two integrals of positive functions of one coordinate. At |x| = r0 the first is the larger one: the log odds k (2 alpha
r0 Z1 + alpha^2 |Z|^2) are at least an evenly distributed variable. So the ball lies within that of alpha = 0, and is
sought there. Everything is measured from r0, so that small noises lose no digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.base import Base, Drift
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.numerics.bracketing import find_roots
from theory.numerics.quadrature import integrate
from theory.numerics.special.noncentral import ball_log_mass, log_error

EPS = np.finfo(float).eps
# Panels begin at these multiples of both scales, to either side of both places where the integrand changes.
PANELS = np.concatenate([[0.0], 2.0 ** np.arange(-2, 9)])
# The distribution S is 0 or 1 beyond this, in its own logits.
FAR = 750.0
# Of the integrals; the masses are rounded to some 1e-14.
TOLERANCE = 1e-11
# Logarithm of a mass beside which none counts: far out their relative precision is lost.
LEAST = -45.0
# The step in the radius, in units of the noise, with which the slope is taken.
STEP = 1e-4


@dataclass(frozen=True)
class RegressionTrainer:
    """Balls for the regression rule on two concentric Gaussians, one a class, of different scales."""

    dim: int
    middle: Array
    pieces: tuple[Piece, ...]

    def __call__(self, alpha: Array) -> Base:
        """The class of the narrow law within a radius, the other without; everywhere the other where there is none."""
        one, zero = sorted(self.pieces, key=lambda p: -p.label)
        wide = bool(one.scale > zero.scale)
        radius, error = self._radii(alpha)
        found = np.isfinite(radius)
        ends = np.where(found, radius, np.inf)[:, None]
        first = np.where(found, not wide, wide)
        rows = len(alpha)
        region = Region(ends, first, np.where(found, error, 0.0)[:, None], None, np.zeros(rows))
        return Base(self.pieces, region, np.zeros((1, self.dim)), self.middle[None, :])

    def drift(self, alpha: Array, base: Base) -> Drift:
        """Not known."""
        still = np.full(base.region.ends.shape, np.nan)
        return Drift(still, still)

    def _radii(self, alpha: Array) -> tuple[Array, Array]:
        """Radii (R,), inf where no ball is left, and their errors."""
        narrow, wide = sorted(self.pieces, key=lambda p: float(p.scale))
        slope = 0.5 * (1 / narrow.scale**2 - 1 / wide.scale**2)
        odds = np.log(narrow.weight / wide.weight) + self.dim * np.log(wide.scale / narrow.scale)
        if not odds > 0:
            return np.full(len(alpha), np.inf), np.zeros(len(alpha))
        start = float(np.sqrt(odds / slope))
        error = 8 * EPS * start * (1 + (self.dim * np.log(wide.scale / narrow.scale)) / odds)
        radius, spread = np.full(len(alpha), start), np.full(len(alpha), float(error))
        noisy = np.flatnonzero(alpha > 0)
        if len(noisy):
            blurred = Blurred(self.dim, start, float(slope), alpha[noisy])
            radius[noisy], more = blurred.radii()
            spread[noisy] = more + error * np.maximum(1.0, start / radius[noisy])
        return radius, spread


@dataclass(frozen=True)
class Blurred:
    """E eta - 1/2 for training noises alpha (R,) > 0; start: r0."""

    dim: int
    start: float
    slope: float
    alpha: Array

    def radii(self) -> tuple[Array, Array]:
        """Radii (R,) at which it is 0, and their errors; inf where it is positive at the centre: no ball is left."""
        rows = np.arange(len(self.alpha))
        low, high = np.zeros(len(rows)), np.full(len(rows), self.start)
        (at_edge, doubt), (at_centre, _) = self.excess(rows, low), self.excess(rows, high)
        still, gone = at_edge <= doubt, at_centre >= 0
        tolerance = np.where(still | gone, self.start, 2 * EPS * self.start)
        edge = np.where(still | gone, 1.0, at_edge)
        roots = find_roots(self.excess, low, high, edge, np.where(gone, -1.0, at_centre), tolerance)
        depth = np.where(still, 0.0, roots.at)
        radius, error = self.start - depth, np.zeros(len(rows))
        inside = np.flatnonzero(~gone)
        value, noise = self.excess(inside, depth[inside])
        ahead = np.minimum(depth[inside] + STEP * self.alpha[inside], self.start)
        back = np.maximum(ahead - STEP * self.alpha[inside], 0.0)
        rise = (self.excess(inside, back)[0] - self.excess(inside, ahead)[0]) / (ahead - back)
        with np.errstate(divide="ignore"):
            error[inside] = np.where(rise > 0, (np.abs(value) + noise) / np.abs(rise), np.inf)
        error = np.minimum(error + roots.width * (~still & ~gone) + 4 * EPS * self.start, self.start)
        return np.where(gone, np.inf, radius), error

    def excess(self, index: Index, depth: Array) -> tuple[Array, Array]:
        """Its values (N,) for rows `index` at the radii start - depth, and their errors."""
        scale = self.alpha[index]
        reach = FAR / self.slope / (self.start + np.sqrt(self.start**2 + FAR / self.slope))
        total, error = np.zeros(len(index)), np.zeros(len(index))
        for side, end in ((1, reach), (-1, self.start)):

            def integrand(row: Index, t: Array, side: int = side) -> Array:
                return self._density(t * side) * self._mass(scale[row], depth[row], t * side, side)

            row, low, high = self._panels(scale, depth * side, end)
            part, doubt = integrate(integrand, row, low, high, len(index), TOLERANCE)
            total = total + side * part
            error = error + doubt + part * self._rounding(scale, depth) + np.exp(LEAST)
        return total, error

    def _panels(self, scale: Array, depth: Array, end: float) -> tuple[Index, Array, Array]:
        """Rows, low and high ends of panels of [0, end]: around 0, where S lies, and -depth, where W does."""
        width = min(1 / (2 * self.slope * self.start), self.slope**-0.5)
        around = [np.broadcast_to(width * PANELS, (len(scale), len(PANELS)))]
        around += [-depth[:, None] + side * scale[:, None] * PANELS for side in (1, -1)]
        cuts = np.sort(np.clip(np.concatenate([*around, np.full((len(scale), 1), end)], axis=1), 0.0, end), axis=1)
        row, column = np.nonzero(cuts[:, 1:] > cuts[:, :-1])
        return row, cuts[row, column], cuts[row, column + 1]

    def _density(self, t: Array) -> Array:
        """dS/dt at distances start + t."""
        place = np.maximum(self.start + t, 0.0)
        fall = np.exp(-self.slope * np.abs(t) * (self.start + place))
        return np.asarray(2 * self.slope * place * fall / (1 + fall) ** 2)

    def _mass(self, scale: Array, depth: Array, t: Array, side: int) -> Array:
        """P(W > start + t) for side 1, P(W < start + t) for -1, seen from the radius start - depth."""
        scale, depth = scale[:, None], depth[:, None]
        ell, delta = (self.start - depth) / scale, (t + depth) / scale
        inside, outside = ball_log_mass(self.dim, ell, np.maximum(delta, -ell))
        log = outside if side == 1 else inside
        return np.where(log > LEAST, np.exp(np.maximum(log, LEAST)), 0.0)

    def _rounding(self, scale: Array, depth: Array) -> Array:
        """Relative errors of the masses about their middle."""
        return np.asarray(log_error(self.dim, (self.start - depth) / scale, np.zeros_like(scale)))
