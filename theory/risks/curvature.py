"""The curvature-diffusion law: risks for small noises from the boundary of the Bayes region.

With s the signed density, B = {s = 0} the boundary of Omega = {s > 0}, H its curvature (positive where Omega is convex)
and Gaussian noises,

    R(alpha, beta) - R_Bayes = (1/8) int_B |grad s| (alpha^2 Lap(s)/|grad s| - beta^2 H)^2 dS + higher order:

smoothing moves the boundary inward by beta^2 H/2 (Merriman, Bence, Osher 1992), training noise outward by
alpha^2 Lap(s)/(2 |grad s|), and a boundary moved by m costs |grad s| m^2/2 per unit of area.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.curvature import SmallNoise
from theory.geometry.line.linear import Linear
from theory.geometry.piece import Piece
from theory.geometry.plane.plane import Plane
from theory.geometry.radial.curvature import sphere_data
from theory.geometry.radial.radial import Radial
from theory.problems.normal import Normal
from theory.problems.problem import Problem
from theory.reduction.reduce import reduce


def small_noise(problem: Problem) -> SmallNoise:
    """The data of the law for a Gaussian mixture on the line, in radial geometry or in the plane, at alpha = beta = 0.

    Examples:
        >>> from theory import regimes
        >>> round(small_noise(regimes.anisotropic()).ratio, 6)
        0.600084

    Raises:
        NoExactRoute: no geometry answers, a noise is not Gaussian, the rule is not posterior, or densities are not
            smooth.
    """
    if problem.training.rule != "posterior" or {problem.training.noise, problem.smoothing.noise} != {"gaussian"}:
        raise NoExactRoute("the small-noise law is one of the posterior rule and Gaussian noises")
    geometry = reduce(Normal(problem, Fraction(1), 0.0))
    if isinstance(geometry, Plane) and geometry.boundary is not None:
        return geometry.small_noise()
    if isinstance(geometry, Radial):
        base = geometry.train(np.zeros(1))
        return sphere_data(geometry.dim, base.pieces, base.region)
    if isinstance(geometry, Linear) and geometry.route == "line":
        base = geometry.train(np.zeros(1))
        return _on_line(base.pieces, base.region.ends[0])
    raise NoExactRoute("small-noise data are known for smooth densities on the line, radially and in the plane")


def _on_line(pieces: tuple[Piece, ...], ends: Array) -> SmallNoise:
    """Boundary points of a line, which are flat; directions across it integrate out of s and of its Laplacian."""
    if any(item.law != "gaussian" for item in pieces):
        raise NoExactRoute("small-noise data need smooth densities: Gaussian components only")
    x = ends[np.isfinite(ends)]
    slope, laplacian = np.zeros_like(x), np.zeros_like(x)
    for item in pieces:
        scale = float(np.ravel(item.scale)[0])
        z = (x - float(np.ravel(item.center)[0])) / scale
        share = (1 if item.label else -1) * item.weight * np.exp(-z * z / 2) / (scale * np.sqrt(2 * np.pi))
        slope -= share * z / scale
        laplacian += share * (z * z - 1) / scale**2
    return SmallNoise(x[:, None], np.ones_like(x), np.abs(slope), np.zeros_like(x), laplacian)
