"""Boundary data of the curvature-diffusion law, and what follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from theory.arrays import Array
from theory.problems.noises import noise

# Of the three terms of the excess risk, relative to the largest of them.
ROUNDING = 1e-13


@dataclass(frozen=True)
class SmallNoise:
    """Boundary data at quadrature nodes.

    points (N, 2), weights (N,) of length, slope = |grad s|, curvature H, laplacian of s, each (N,). On the
    line points are (N, 1), weights 1. Radially points are distances from the centre and cosines, weights shares of a
    sphere, and slope, laplacian, marginal and marginal_slope are those times its area over exp(log_factor).

    marginal: the density q of the data; marginal_slope: its derivative along the normal that points out of {s > 0}.
    width: q/|grad s|, half of the distance over which the posterior would go from 0 to 1; never underflows.
    log_area: what a weight has to be multiplied by, in logarithms, to be a piece of the boundary: radially the area of
    the sphere, else 0. bounded: whether the boundary is, in the space of the problem.
    """

    points: Array
    weights: Array
    slope: Array
    curvature: Array
    laplacian: Array
    marginal: Array
    marginal_slope: Array
    width: Array
    log_area: Array
    log_factor: float = 0.0
    bounded: bool = True

    @property
    def curvature_diffusion(self) -> float:
        """int_B H Lap(s) dS: positive iff small training noise helps against small smoothing noise."""
        return self._integral(self.curvature * self.laplacian)

    @property
    def diffusion_diffusion(self) -> float:
        """int_B Lap(s)^2/|grad s| dS."""
        return self._integral(self._squares)

    @property
    def curvature_curvature(self) -> float:
        """int_B |grad s| H^2 dS."""
        return self._integral(self.slope * self.curvature**2)

    @property
    def steepness(self) -> float:
        """int_B |grad s| dS."""
        return self._integral(self.slope)

    @property
    def log_width(self) -> float:
        """The logarithm of int_B q/|grad s| dS.

        Infinite where the boundary is not bounded: the integrand is twice the inverse slope of the log odds, which
        grows at most like the distance.
        """
        if not self.bounded:
            return math.inf
        with np.errstate(divide="ignore"):
            logs = np.log(self.weights * self.width) + self.log_area
        return float(logsumexp(logs)) if len(logs) else -math.inf

    @property
    def ratio(self) -> float:
        """alpha*/beta as beta -> 0; 0 where training noise never helps."""
        mixed = float(self.weights @ (self.curvature * self.laplacian))
        diffusion = float(self.weights @ self._squares)
        return math.sqrt(max(mixed, 0.0) / diffusion) if diffusion > 0 else 0.0

    @property
    def diffusion_flow(self) -> float:
        """int_B (Lap(s)/|grad s|) (d_n q + H q) dS, n outward: how data thin out where training noise moves B."""
        return self._integral(self._flows)

    def best_alpha(self, beta: float, eps: float = 0.0) -> float:
        """alpha* of the certified risk at a radius eps of the order of beta^2, to leading order; 0 where none helps.

            alpha*^2 = [beta^2 int H Lap(s) - 2 eps int (Lap(s)/|grad s|)(d_n q + H q)] / int Lap(s)^2/|grad s|

        At eps = 0 it is `ratio` times beta; on the line it does not depend on beta.
        """
        beta, eps = noise(beta, "beta"), noise(eps, "eps")
        wanted = beta * beta * (self.weights @ (self.curvature * self.laplacian)) - 2 * eps * (
            self.weights @ self._flows
        )
        diffusion = float(self.weights @ self._squares)
        return math.sqrt(max(float(wanted), 0.0) / diffusion) if diffusion > 0 else 0.0

    def gain(self, alpha: float, beta: float, eps: float = 0.0) -> float:
        """The leading term of R(0, beta) - R(alpha, beta), or of the certified risks' at a radius of order beta^2.

        It is (alpha^2/8)(2 alpha*^2 - alpha^2) int Lap(s)^2/|grad s| dS, alpha* being `best_alpha` or what is under its
        root where that is negative.
        """
        alpha, beta, eps = noise(alpha, "alpha"), noise(beta, "beta"), noise(eps, "eps")
        a, b = alpha * alpha, beta * beta
        pulled = b * self.curvature_diffusion - 2 * eps * self.diffusion_flow
        return a / 8 * (2 * pulled - a * self.diffusion_diffusion)

    @property
    def _flows(self) -> Array:
        """(Lap(s)/|grad s|)(d_n q + H q); 0 where both densities underflow."""
        thinning = self.marginal_slope + self.curvature * self.marginal
        flat = np.zeros_like(self.slope)
        return np.divide(self.laplacian * thinning, self.slope, out=flat, where=self.slope > 0)

    @property
    def _squares(self) -> Array:
        """Lap(s)^2/|grad s|; 0 where both densities underflow."""
        return np.divide(self.laplacian**2, self.slope, out=np.zeros_like(self.slope), where=self.slope > 0)

    def _integral(self, values: Array) -> float:
        return float(np.exp(self.log_factor) * (self.weights @ values))

    def excess(self, alpha: float, beta: float) -> float:
        """The leading term of R(alpha, beta) - R_Bayes."""
        a, b = alpha * alpha, beta * beta
        cross = 2 * a * b * self.curvature_diffusion
        parts = a * a * self.diffusion_diffusion, b * b * self.curvature_curvature
        found = sum(parts) - cross
        # One sphere, and alpha at its best: nothing is left but rounding.
        return found / 8 if found > ROUNDING * sum(parts) else 0.0
