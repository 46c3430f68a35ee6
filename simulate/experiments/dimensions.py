"""The dataset behind the picture of phases: risks of the concentric pair in growing dimensions, and in the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr

from theory import MixtureProblem, best_alphas, clean_risk, high_dimension, with_overrides

# Places on either edge of a phase.
EDGE = 1001


def phases(problem: MixtureProblem, dims: Sequence[int], alpha: float, beta: float, count: int) -> xr.Dataset:
    """Risks over both noises in the given dimensions and in infinitely many, with the best training noise.

    alpha, beta: the ends of the axes, `count` places on each. `edge`: the least and the most
    smoothing noise with which the limit of the risk is 0, NaN where there is none.
    """
    x, y = np.linspace(0.0, alpha, count), np.linspace(0.0, beta, count)
    limit = high_dimension(problem)
    problems = [with_overrides(problem, {"dim": dim}) for dim in dims]
    risks = [clean_risk(one, x, y[:, None]).value for one in problems]
    best = [[found.alpha for found in best_alphas(one, y, upper=alpha)] for one in problems]
    along = np.linspace(0.0, alpha, EDGE)
    narrow, wide = sorted((limit.scale0, limit.scale1))
    with np.errstate(invalid="ignore"):
        edges = [np.sqrt(limit.squared_radius(along) - scale**2) for scale in (wide, narrow)]
    variables = {
        "risk": (("dim", "beta", "alpha"), [*risks, limit.risk(x, y[:, None]).value]),
        "best": (("dim", "beta"), [*best, limit.best_alpha(y)]),
        "edge": (("side", "edge_alpha"), edges),
    }
    coordinates = {"dim": [*map(float, dims), math.inf], "beta": y, "alpha": x, "edge_alpha": along}
    return xr.Dataset(variables, coordinates, {"prior": problem.prior, "name": problem.name})
