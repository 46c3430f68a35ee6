"""Concentric densities after Gaussian noise, as log-concave functions of the distance from the centre."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from theory.arrays import Array, Index
from theory.geometry.kernels import radial_kernel
from theory.geometry.line.terms import log_quotient
from theory.geometry.piece import Piece
from theory.numerics.special.noncentral import ball_log_mass, ball_mass_derivatives
from theory.numerics.terms import magnitude

# Masses of balls are rounded by up to this many times the ulps of other logarithms.
BALL_SIZE = 3.0


class ConcentricTerms:
    """Gaussians: log density -r^2/2v - (d/2) log v relative to the widest Gaussian, so that equal factors cancel.

    Balls ("shell" of inner radius 0): log of the Gaussian mass of the ball around the point, less its log volume; log-
    concave because the convolution of a convex set with a Gaussian is (Prekopa), decreasing in the distance.
    """

    def __init__(self, dim: int, pieces: tuple[Piece, ...], alpha: Array) -> None:
        one, zero = [p for p in pieces if p.label == 1], [p for p in pieces if p.label == 0]
        ordered = one + zero
        self.positive, self._dim, self._alpha = len(one), dim, alpha
        self._ball = np.array([p.law == "shell" for p in ordered])
        scales = np.array([0.0 if p.law == "point" else float(p.scale) for p in ordered])
        self._radius = scales
        self.modes = np.zeros((len(alpha), len(ordered)))
        variance = np.where(self._ball, 0.0, scales**2) + alpha[:, None] ** 2
        widest = np.full((len(alpha), 1), np.inf)
        excess = np.full((len(alpha), len(ordered)), -1.0)
        if not self._ball.any():
            k = int(np.argmax(scales))
            widest = variance[:, k : k + 1]
            excess = np.broadcast_to((scales - scales[k]) * (scales + scales[k]), variance.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            pure = np.isfinite(widest)
            self._a = np.where(pure, excess / (2 * variance * widest), -0.5 / variance)
            log_scale = np.where(pure, log_quotient(variance, widest, excess / widest), np.log(2 * np.pi * variance))
        self._variance, self._widest, self._pure = variance, widest, np.broadcast_to(pure, widest.shape)
        weights = np.array([p.weight for p in ordered])
        log_weights = np.log(weights / weights.max())
        self._share_size = np.where(log_weights != 0, np.maximum(np.abs(log_weights), 1.0), 0.0)
        log_unit = 0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1)
        log_volume = log_unit + dim * np.log(np.where(scales > 0, scales, 1.0))
        self._c = np.where(self._ball, log_weights - log_volume, log_weights - 0.5 * dim * log_scale)
        self.widths = np.where(self._ball, np.where(alpha[:, None] > 0, alpha[:, None], scales), np.sqrt(variance))

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms of the weighted densities up to a common factor, (N, K)."""
        with np.errstate(invalid="ignore"):
            result = self._c[row] + np.where(self._ball, 0.0, self._a[row]) * (x * x)[:, None]
        for k in np.flatnonzero(self._ball):
            noise = self._alpha[row]
            if noise.any():
                result[:, k] += ball_log_mass(self._dim, x / noise, (self._radius[k] - x) / noise)[0]
            else:
                result[:, k] += np.where(x <= self._radius[k], 0.0, -np.inf)
        return result

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in the distance, (N, K)."""
        result = 2 * np.where(self._ball, 0.0, self._a[row]) * x[:, None]
        for k in np.flatnonzero(self._ball):
            noise = self._alpha[row]
            if noise.any():
                delta = (self._radius[k] - x) / noise
                mass, _ = ball_log_mass(self._dim, x / noise, delta)
                _, rate = ball_mass_derivatives(self._dim, x / noise, delta)
                result[:, k] = -np.exp(rate - mass) / noise
        return result

    def spread(self, row: Index, x: Array) -> tuple[Array, Array]:
        """Their derivatives in alpha > 0 up to a common one, and the magnitudes added up for these, (N, K).

        Gaussians: (alpha/v)(r^2/v - d), less that of the widest where there are only Gaussians,
        alpha (w - v)/(v w) (r^2 (v + w)/(v w) - d). Balls: that of the mass (`kernels`).
        """
        noise, v = self._alpha[row][:, None], self._variance[row]
        square = (x * x)[:, None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            both = np.where(self._pure[row], 1 / v + 1 / self._widest[row], 1 / v)
            factor = np.where(self._pure[row], -2 * self._a[row], 1 / v)
            rate, size = noise * factor * (square * both - self._dim), noise * factor * (square * both + self._dim)
        for k in np.flatnonzero(self._ball):
            scale = noise[:, 0]
            held = radial_kernel(self._dim, np.zeros_like(x), np.full_like(x, self._radius[k]), x, scale)
            mass, _ = ball_log_mass(self._dim, x / scale, (self._radius[k] - x) / scale)
            with np.errstate(over="ignore", invalid="ignore"):
                rate[:, k] = -np.exp(held.log - mass) * held.drag / scale
                own = np.abs(self._radius[k] - x) / scale + x / scale * held.rest
                size[:, k] = np.exp(held.log - mass) * own / scale * (1 + BALL_SIZE * magnitude(mass))
        return rate, np.abs(size)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """The magnitudes added up for each logarithm, (N, K)."""
        if self._ball.any():
            return BALL_SIZE * magnitude(values) + np.abs(self._c[row])
        return self._share_size + np.abs(self._c[row]) + np.abs(self._a[row]) * (x * x)[:, None]
