"""The curvature-diffusion law: risks for small noises from the boundary of the Bayes region.

With s the signed density, B = {s = 0} the boundary of Omega = {s > 0}, H its curvature (positive where Omega is convex)
and Gaussian noises,

    R(alpha, beta) - R_Bayes = (1/8) int_B |grad s| (alpha^2 Lap(s)/|grad s| - beta^2 H)^2 dS + higher order:

smoothing moves the boundary inward by beta^2 H/2 (Merriman, Bence, Osher 1992), training noise outward by
alpha^2 Lap(s)/(2 |grad s|), and a boundary moved by m costs |grad s| m^2/2 per unit of area.
"""

from __future__ import annotations

import numpy as np

from theory.curvature_data import SmallNoise
from theory.geometry.base import NoExactRoute
from theory.geometry.plane.plane import Plane
from theory.geometry.radial import Radial
from theory.geometry.radial_curvature import sphere_data
from theory.problem import Problem
from theory.reduce import reduce


def small_noise(problem: Problem) -> SmallNoise:
    """The data of the law for a Gaussian mixture in the plane or in radial geometry, at alpha = beta = 0.

    Examples:
        >>> from theory import regimes
        >>> round(small_noise(regimes.anisotropic()).ratio, 6)
        0.600084

    Raises:
        NoExactRoute: the problem is not answered in the plane, or its densities are not smooth.
    """
    geometry = reduce(problem)
    if isinstance(geometry, Radial) and problem.training.noise == problem.smoothing.noise == "gaussian":
        base = geometry.train(np.zeros(1))
        return sphere_data(geometry.dim, base.pieces, base.region)
    if not isinstance(geometry, Plane) or geometry.boundary is None:
        raise NoExactRoute("small-noise data are known for Gaussian mixtures in the plane and for radial ones only")
    return geometry.small_noise()
