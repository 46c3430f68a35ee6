"""Two isotropic Gaussians of different scales and means: spheres about a centre that moves with the training noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array
from theory.geometry.base import Base, Drift
from theory.geometry.line.line import atoms
from theory.geometry.piece import piece
from theory.geometry.radial.radial import EPS, Radial
from theory.geometry.region import Region

# Rounding of the rate of a sphere, relative to the sizes of what is added up.
DRIFT_ULPS = 64


@dataclass(frozen=True)
class TwoCentres:
    """Two isotropic Gaussians of different scales (one may be a point): their log-density difference is a sphere.

    With w = v1 - v0 = s1^2 - s0^2, D the distance of the means, L = log(prior/(1-prior)) + (d/2) log(v0/v1):
    centre c = m0 - sign(w) D0 e, e = (m1 - m0)/D, D0 = |c - m0| = D v0/|w|; radius^2 = v0 v1 (D^2 - 2 L w)/w^2 (no
    sphere where negative); class 1 outside if w > 0. D0 and the radius are huge for nearly equal scales, so the
    coordinate is t = distance - D0, where the sphere is at

        t = sign(w) v0 (D^2 - 2 L v1) / (sqrt(v0 v1 (D^2 - 2 L w)) + D v0)

    and the mean of class 1 at sign(w) D: nothing cancels, and w -> 0 gives the half-space.
    """

    dim: int
    origin: Array
    axis: Array
    distance: float
    scales: tuple[float, float]
    prior: float

    def __call__(self, alpha: Array) -> Base:
        """Spheres for training noises alpha (R,)."""
        (scale1, scale0), distance = self.scales, self.distance
        w = (scale1 - scale0) * (scale1 + scale0)
        sign = float(np.sign(w))
        v0, v1 = scale0**2 + alpha**2, scale1**2 + alpha**2
        t, error, reference = self._sphere(v0, v1, w)
        region = Region(t[:, None], np.full(len(alpha), w < 0), error[:, None], None, reference)
        none = ~np.isfinite(t)
        region.first[none] = w > 0
        pieces = tuple(
            piece(label, "gaussian" if scale > 0 else "point", gap, scale, weight)
            for label, scale, gap, weight in (
                (1, scale1, sign * distance, self.prior),
                (0, scale0, 0.0, 1 - self.prior),
            )
        )
        marks = None if alpha.all() or min(self.scales) > 0 else atoms(pieces, np.zeros(len(alpha)))
        if marks is not None:
            marks[1][alpha > 0] = region.contains(marks[0][None, :])[alpha > 0]
        return Base(pieces, replace(region, atoms=marks), sign * self.axis[None, :], self.origin[None, :])

    def drift(self, alpha: Array, base: Base) -> Drift:
        """t = sign(w) N/M as above, differentiated in the frame that moves by D0' = 2 alpha D/|w|.

        N' = 2 alpha (D^2 - 2 L v1) - 2 d alpha w - 4 alpha L v0, M' = Q'/(2 sqrt Q) + 2 alpha D with Q = v0 v1
        (D^2 - 2 L w), Q' = 2 alpha (v0 + v1)(D^2 - 2 L w) - 2 d alpha w^2; each term is free of cancellation.
        """
        (scale1, scale0), distance, t = self.scales, self.distance, base.region.ends[:, 0]
        w = (scale1 - scale0) * (scale1 + scale0)
        v0, v1 = scale0**2 + alpha**2, scale1**2 + alpha**2
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            logit, spread = np.log(self.prior) - np.log1p(-self.prior), 0.5 * self.dim * _log_ratio(v0, v1, w)
            level, size = logit - spread, abs(logit) + np.abs(spread)
            square, bulk = distance**2 - 2 * level * w, distance**2 + 2 * size * abs(w)
            root = np.sqrt(v0 * v1 * square)
            below = root + distance * v0
            above = 2 * alpha * (distance**2 - 2 * level * v1 - self.dim * w - 2 * level * v0)
            steep = alpha * ((v0 + v1) * square - self.dim * w * w) / root + 2 * alpha * distance
            rate = (np.sign(w) * above - t * steep) / below
            most = 2 * alpha * (distance**2 + 2 * size * (v0 + v1) + self.dim * abs(w))
            # The difference under the root is uncertain by so much of itself.
            loose = np.abs(t) * (alpha * ((v0 + v1) * bulk + self.dim * w * w) / root + 2 * alpha * distance)
            error = DRIFT_ULPS * EPS * (most + loose) / below * (1 + bulk / square)
            error = error + base.region.error[:, 0] * np.abs(steep / below)
        known = np.isfinite(rate) & ((alpha > 0) | (min(self.scales) > 0))
        rate, error = np.where(known, rate, np.nan), np.where(known, error, np.nan)
        return Drift(rate[:, None], error[:, None], reference=2 * alpha * distance / abs(w))

    def _sphere(self, v0: Array, v1: Array, w: float) -> tuple[Array, Array, Array]:
        """Coordinate of the sphere (inf where there is none), its error, and the reference distance D0."""
        logit, distance = np.log(self.prior) - np.log1p(-self.prior), self.distance
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            spread = 0.5 * self.dim * _log_ratio(v0, v1, w)
            level = logit - spread
            square = v0 * v1 * (distance**2 - 2 * level * w)
            below = np.sqrt(square) + distance * v0
            above = v0 * (distance**2 - 2 * level * v1)
            t = np.sign(w) * above / below
            wobble = 4 * EPS * (abs(logit) + np.abs(spread))
            size = v0 * (distance**2 + 2 * np.abs(level) * v1)
            doubt = 2 * v0 * v1 * wobble + 8 * EPS * size
            root = 2 * v0 * v1 * abs(w) * wobble + 8 * EPS * v0 * v1 * (distance**2 + 2 * np.abs(level * w))
            error = (doubt + np.abs(t) * root / np.sqrt(square)) / below + 4 * EPS * np.abs(t)
        exists = (v0 > 0) & (v1 > 0) & (square > 0)
        reference = np.where(v0 > 0, distance * v0 / abs(w), 0.0)
        return np.where(exists, t, np.inf), np.where(exists, error, 0.0), reference


def _log_ratio(v0: Array, v1: Array, w: float) -> Array:
    """log(v1/v0), v1 = v0 + w, to the last places: from w where the variances are nearly equal."""
    return np.where(np.abs(w) < 0.5 * v0, np.log1p(w / v0), np.log(v1 / v0))


def two_centres(dim: int, means: list[Array], scales: list[float], prior: float) -> Radial:
    """Two isotropic Gaussians with different scales and means; class 1 first."""
    difference = means[0] - means[1]
    distance = float(np.sqrt(np.sum(np.square(difference, dtype=np.longdouble))))
    trainer = TwoCentres(dim, means[1], difference / distance, distance, (scales[0], scales[1]), prior)
    return Radial(dim, trainer, fixed=False)
