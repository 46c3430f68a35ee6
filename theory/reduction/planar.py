"""The reduction of a problem to the plane: d = 2, or components of one isotropic scale whose means lie in a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.problems.components import isotropic, marginal, weighted
from theory.problems.problem import Ball, Box, DomainProblem, Gaussian, Law, MixtureProblem, as_vector

if TYPE_CHECKING:
    from theory.geometry.plane.plane import Plane

# Means are in a plane if no singular value beyond the second exceeds this share of the first.
FLAT = 1e-13


def in_plane(problem: MixtureProblem, tolerance: float) -> Plane:
    """The plane geometry of a Gaussian mixture under Gaussian noises.

    Raises:
        NoExactRoute: the problem does not live in a plane, or asks for another training rule.
    """
    from theory.geometry.plane.mixtures import gaussians  # slow to import, and seldom needed

    parts = weighted(problem)
    if not all(isinstance(law, Gaussian) for _label, _weight, law in parts):
        raise NoExactRoute(f"in the plane only gaussian components have an exact route; {REMEDY}")
    if problem.training.rule != "posterior":
        raise NoExactRoute(f"the regression rule has no exact route for mixtures in the plane; {REMEDY}")
    labels, weights = (np.array(column) for column in list(zip(*parts, strict=True))[:2])
    laws = [law for _label, _weight, law in parts]
    means = np.stack([marginal(law, problem.dim)[1] for law in laws])
    if problem.dim == 2:
        covariances = np.stack([covariance(law, 2) for law in laws])
        return gaussians(means, covariances, weights, labels, tolerance)
    scales = {isotropic(law, problem.dim) for law in laws}
    if len(scales) > 1 or None in scales:
        raise NoExactRoute(
            "in more than two dimensions Gaussians have an exact route if they share one isotropic scale and have "
            f"means in a plane, share one mean, are two isotropic ones or two of one covariance; {REMEDY}"
        )
    origin, basis = _frame(means)
    flat = (means - origin) @ basis.T
    covariances = np.tile(float(scales.pop() or 0.0) ** 2 * np.eye(2), (len(laws), 1, 1))
    return gaussians(flat, covariances, weights, labels, tolerance, (origin, basis))


def sets_in_plane(problem: DomainProblem, tolerance: float) -> Plane:
    """The plane geometry of labelled discs and boxes under Gaussian noises.

    Raises:
        NoExactRoute: d > 2, or the posterior rule on a finite domain, whose edge is a second set to be blurred.
    """
    from theory.geometry.plane.domain import labelled_sets  # slow to import, and seldom needed

    if problem.dim > 2:
        raise NoExactRoute(
            "a labelled domain in more than two dimensions has an exact route only if it is one ball in an infinite "
            f"background; {REMEDY}"
        )
    if not problem.infinite and problem.training.rule != "regression":
        raise NoExactRoute(f"in a finite domain of the plane only the regression rule has an exact route; {REMEDY}")
    balls = [s for s in problem.inside if isinstance(s, Ball)]
    boxes = [s for s in problem.inside if isinstance(s, Box)]
    discs = np.array([[*as_vector(b.center, 2), b.radius] for b in balls]).reshape(-1, 3)
    corners = np.array([[*as_vector(b.low, 2), *as_vector(b.high, 2)] for b in boxes]).reshape(-1, 4)
    clip = None
    if problem.low is not None and problem.high is not None:
        clip = np.concatenate([as_vector(problem.low, 2), as_vector(problem.high, 2)])
    return labelled_sets(discs, corners, clip, tolerance)


def covariance(law: Law, dim: int) -> Array:
    """The covariance (d, d) of a Gaussian."""
    assert isinstance(law, Gaussian)
    return np.array(law.cov) if law.cov is not None else np.diag(marginal(law, dim)[2] ** 2)


def _frame(means: Array) -> tuple[Array, Array]:
    """A point of the plane through the means and two orthonormal directions (2, d)."""
    origin = means.mean(axis=0)
    _, sizes, directions = np.linalg.svd(means - origin, full_matrices=False)
    if len(sizes) > 2 and sizes[2] > FLAT * sizes[0]:
        raise NoExactRoute(f"the means of the components span more than a plane; {REMEDY}")
    return origin, directions[:2]
