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

from theory.arrays import Array, Flags, Index
from theory.geometry.base import Base, Drift
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.numerics.bracketing import find_roots
from theory.numerics.quadrature import integrate
from theory.numerics.special.noncentral import ball_log_mass, log_error

EPS = np.finfo(float).eps
# Panels begin at these multiples of both scales, to either side of both places where the integrand changes.
PANELS = np.concatenate([[0.0], 2.0 ** np.arange(-2, 9)])
# Of the integrals; the masses are rounded to some 1e-14.
TOLERANCE = 1e-11
# Logarithm of a mass beside which none counts: far out their relative precision is lost. S is 0 or 1 beyond as many of
# its own logits, and so are the masses of W this far from its mean: in units of the noise it is a Lipschitz function of
# Z, and its variance at most 1.
LEAST = -45.0
REACH = (-2 * LEAST) ** 0.5
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
        count = len(self.alpha)
        rows, low, high = np.arange(count), np.zeros(count), np.full(count, self.start)
        (at_edge, at_centre), (doubt, _) = self._excesses(rows, low, high)
        still, gone = at_edge <= doubt, at_centre >= 0
        tolerance = np.where(still | gone, self.start, 2 * EPS * self.start)
        edge = np.where(still | gone, 1.0, at_edge)
        roots = find_roots(self.excess, low, high, edge, np.where(gone, -1.0, at_centre), tolerance)
        depth = np.where(still, 0.0, roots.at)
        radius, error = self.start - depth, np.zeros(count)
        inside = np.flatnonzero(~gone)
        ahead = np.minimum(depth[inside] + STEP * self.alpha[inside], self.start)
        back = np.maximum(ahead - STEP * self.alpha[inside], 0.0)
        (value, more, less), (noise, *_) = self._excesses(inside, depth[inside], back, ahead)
        rise = (more - less) / (ahead - back)
        with np.errstate(divide="ignore"):
            error[inside] = np.where(rise > 0, (np.abs(value) + noise) / np.abs(rise), np.inf)
        error = np.minimum(error + roots.width * (~still & ~gone) + 4 * EPS * self.start, self.start)
        return np.where(gone, np.inf, radius), error

    def _excesses(self, rows: Index, *depths: Array) -> tuple[Array, Array]:
        """`excess` at several depths (R,) at once: values and errors (n, R)."""
        value, error = self.excess(np.tile(rows, len(depths)), np.concatenate(depths))
        return value.reshape(len(depths), -1), error.reshape(len(depths), -1)

    def excess(self, index: Index, depth: Array) -> tuple[Array, Array]:
        """Its values (N,) for rows `index` at the radii start - depth, and their errors: both integrals at once."""
        count, scale = len(index), self.alpha[index]

        def integrand(row: Index, t: Array) -> Array:
            outside, row = (row < count)[:, None], row % count
            t = np.where(outside, t, -t)
            return self._density(t) * self._mass(scale[row], depth[row], t, outside)

        parts = [self._panels(scale, depth * side, self._end(side)) for side in (1, -1)]
        row, low, high = (np.concatenate(part) for part in zip(*parts, strict=True))
        row[len(parts[0][0]) :] += count
        part, doubt = integrate(integrand, row, low, high, 2 * count, TOLERANCE)
        error = doubt + part * np.tile(self._rounding(scale, depth), 2) + 3 * np.exp(LEAST)
        return part[:count] - part[count:], error[:count] + error[count:]

    def _end(self, side: int) -> float:
        """How far from start S reaches to one side, at most to the centre."""
        square = -LEAST / self.slope
        end = square / (self.start + np.sqrt(max(self.start**2 + side * square, 0.0)))
        return float(end if side == 1 else min(end, self.start))

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

    def _mass(self, scale: Array, depth: Array, t: Array, beyond: Flags) -> Array:
        """P(W > start + t) where `beyond`, else P(W < start + t), seen from the radius start - depth."""
        scale, depth = scale[:, None], depth[:, None]
        ell, delta = (self.start - depth) / scale, (t + depth) / scale
        least, most = (np.sqrt(ell**2 + self.dim - part) for part in (1, 0))
        near = (ell + delta > least - REACH) & (ell + delta < most + REACH)
        result = np.where(beyond == (ell + delta < most), 1.0, 0.0)
        ell = np.broadcast_to(ell, t.shape)[near]
        masses = ball_log_mass(self.dim, ell, np.maximum(delta[near], -ell))
        result[near] = np.exp(np.where(np.broadcast_to(beyond, t.shape)[near], masses[1], masses[0]))
        return result

    def _rounding(self, scale: Array, depth: Array) -> Array:
        """Relative errors of the masses about their middle."""
        return np.asarray(log_error(self.dim, (self.start - depth) / scale, np.zeros_like(scale)))
