"""Labelled sets in the plane, and the covariance of a law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.problems.components import marginal
from theory.problems.problem import Ball, Box, DomainProblem, Gaussian, Law, as_vector

if TYPE_CHECKING:
    from theory.geometry.plane.plane import Plane


def sets_in_plane(problem: DomainProblem, tolerance: float) -> Plane:
    """The plane geometry of labelled discs and boxes under Gaussian training noise.

    Raises:
        NoExactRoute: d > 2.
    """
    from theory.geometry.plane.domain import labelled_sets  # slow to import, and seldom needed

    if problem.dim > 2:
        raise NoExactRoute(
            "a labelled domain in more than two dimensions has an exact route only if it is balls with their centres "
            f"on one line in an infinite background; {REMEDY}"
        )
    balls = [s for s in problem.inside if isinstance(s, Ball)]
    boxes = [s for s in problem.inside if isinstance(s, Box)]
    discs = np.array([[*as_vector(b.center, 2), b.radius] for b in balls]).reshape(-1, 3)
    corners = np.array([[*as_vector(b.low, 2), *as_vector(b.high, 2)] for b in boxes]).reshape(-1, 4)
    clip = None
    if problem.low is not None and problem.high is not None:
        clip = np.concatenate([as_vector(problem.low, 2), as_vector(problem.high, 2)])
    training = problem.training
    beyond = training.off_support if clip is not None and training.rule == "posterior" else None
    noise = problem.smoothing.noise
    if beyond is not None and noise != "gaussian":
        raise NoExactRoute(
            f"under {noise} smoothing noise labelled sets in a finite domain have an exact route only with the "
            f"regression rule; {REMEDY}"
        )
    return labelled_sets(discs, corners, clip, tolerance, noise, beyond)


def covariance(law: Law, dim: int) -> Array:
    """The covariance (d, d) of a Gaussian."""
    assert isinstance(law, Gaussian)
    return np.array(law.cov) if law.cov is not None else np.diag(marginal(law, dim)[2] ** 2)
