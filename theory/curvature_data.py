"""Boundary data of the curvature-diffusion law, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.terms import Array


@dataclass(frozen=True)
class SmallNoise:
    """Boundary data at quadrature nodes.

    points (N, 2), weights (N,) of length, slope = |grad s|, curvature H, laplacian of s, each (N,).
    """

    points: Array
    weights: Array
    slope: Array
    curvature: Array
    laplacian: Array

    @property
    def curvature_diffusion(self) -> float:
        """int_B H Lap(s) dS: positive iff small training noise helps against small smoothing noise."""
        return float(self.weights @ (self.curvature * self.laplacian))

    @property
    def diffusion_diffusion(self) -> float:
        """int_B Lap(s)^2/|grad s| dS."""
        return float(self.weights @ (self.laplacian**2 / self.slope))

    @property
    def curvature_curvature(self) -> float:
        """int_B |grad s| H^2 dS."""
        return float(self.weights @ (self.slope * self.curvature**2))

    @property
    def ratio(self) -> float:
        """alpha*/beta as beta -> 0; 0 where training noise never helps."""
        return float(np.sqrt(max(self.curvature_diffusion, 0.0) / self.diffusion_diffusion))

    def excess(self, alpha: float, beta: float) -> float:
        """The leading term of R(alpha, beta) - R_Bayes."""
        a, b = alpha * alpha, beta * beta
        cross = 2 * a * b * self.curvature_diffusion
        return (a * a * self.diffusion_diffusion - cross + b * b * self.curvature_curvature) / 8
