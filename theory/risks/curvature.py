"""The curvature-diffusion law: risks for small noises from the boundary of the Bayes region.

With s the signed density, B = {s = 0} the boundary of Omega = {s > 0}, H its curvature (positive where Omega is convex)
and Gaussian noises,

    R(alpha, beta) - R_Bayes = (1/8) int_B |grad s| (alpha^2 Lap(s)/|grad s| - beta^2 H)^2 dS + higher order:

smoothing moves the boundary inward by beta^2 H/2 (Merriman, Bence, Osher 1992), training noise outward by
alpha^2 Lap(s)/(2 |grad s|), and a boundary moved by m costs |grad s| m^2/2 per unit of area.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.errors import NoExactRoute
from theory.geometry.curvature import SmallNoise
from theory.problems.kept import Kept
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.reduction.reduce import Route, reduce

_held: Kept[SmallNoise] = Kept(16)


def small_noise(problem: Problem, *, route: Route | None = None) -> SmallNoise:
    """The data of the law for a Gaussian mixture on the line, in radial geometry or in the plane, at alpha = beta = 0.

    Examples:
        >>> from theory import regimes
        >>> round(small_noise(regimes.anisotropic()).ratio, 6)
        0.600084

    Raises:
        NoExactRoute: no geometry answers, a noise is not Gaussian, the rule is not posterior, or densities are not
            smooth.
    """
    return _held.get(problem, route, lambda: _found(problem, route))


def _found(problem: Problem, route: Route | None) -> SmallNoise:
    training = described(problem).training
    if training.rule != "posterior" or {training.noise, problem.smoothing.noise} != {"gaussian"}:
        raise NoExactRoute("the small-noise law is one of the posterior rule and Gaussian noises")
    normal = normal_form(problem)
    geometry = reduce(normal, route=route)
    found, unit = geometry.curvature(), normal.length
    axes = 2 if geometry.route == "plane" else 1
    factor = np.array([unit, 1.0]) if geometry.route == "radial" else unit
    shift = normal.center if problem.dim == axes and geometry.route != "radial" else 0.0
    return replace(
        found,
        points=factor * found.points + shift,
        weights=unit ** (axes - 1) * found.weights,
        slope=found.slope / unit ** (axes + 1),
        curvature=found.curvature / unit,
        laplacian=found.laplacian / unit ** (axes + 2),
        marginal=found.marginal / unit**axes,
        marginal_slope=found.marginal_slope / unit ** (axes + 1),
        width=unit * found.width,
        log_area=found.log_area + ((problem.dim - 1) * np.log(unit) if geometry.route == "radial" else 0.0),
        bounded=found.bounded and (geometry.route == "radial" or problem.dim == axes),
    )
