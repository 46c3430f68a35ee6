"""What a picture of the plane is made of, on a grid of points. Nothing here enters a number that is reported."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from theory.arrays import Array
from theory.problems.components import weighted
from theory.problems.problem import Ball, Box, DomainProblem, Gaussian, MixtureProblem, Problem, as_vector
from theory.problems.problem_file import dumps_problem
from theory.risks.gains import compare
from theory.risks.pipeline import smooth, train

# Points along each side of the picture.
POINTS = 301
# How far a component is shown, in its standard deviations.
REACH = 2.6


def fields(problem: Problem, alpha: float, beta: float) -> xr.Dataset:
    """All that is drawn, as a dataset that a file can hold: values over (y, x), risks and the gain.

    `signed`: the signed density after training noise, or the blurred label function less 1/2, >= 0 in the base region,
    `truth` the same without training noise, >= 0 where the Bayes rule decides for class 1 and in the labelled sets.
    `vote` (noise, y, x) and `risk` (noise): without training noise and with it.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ValueError: the problem does not live in the plane, or its components have no density that is drawn.
    """
    if problem.dim != 2:
        raise ValueError(f"problem: found dimension {problem.dim}, expected 2")
    voted = [smooth(train(problem, noise), beta) for noise in (0.0, alpha)]
    low, high = _window(problem, alpha + beta)
    x, y = (np.linspace(a, b, POINTS) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    if isinstance(problem, DomainProblem):
        # The vote of the labelled set itself, which is the base classifier without noise, is the blurred label.
        truth, signed = depth(problem, points), smooth(voted[0].classifier, alpha).vote(points) - 0.5
    else:
        truth, signed = (signed_density(problem, noise, points) for noise in (0.0, alpha))
    found = compare(problem, alpha, beta)
    variables = {
        "signed": (("y", "x"), _seen(signed)),
        "truth": (("y", "x"), _seen(truth)),
        "vote": (("noise", "y", "x"), np.stack([_seen(np.clip(v.vote(points), 0.0, 1.0)) for v in voted])),
        "risk": ("noise", np.array([found.baseline.value, found.risk.value], float)),
        "risk_error": ("noise", np.array([found.baseline.error, found.risk.error], float)),
        "gain": ((), float(found.gain.value)),
        "gain_error": ((), float(found.gain.error)),
    }
    coordinates = {"x": x, "y": y, "noise": [0.0, alpha]}
    name = problem.name or ""
    attributes = {"problem": dumps_problem(problem), "name": name, "alpha": float(alpha), "beta": float(beta)}
    return xr.Dataset(variables, coordinates, attributes)


def _seen(values: Array) -> NDArray[np.float32]:
    """As many digits as a picture shows."""
    return values.reshape(POINTS, POINTS).astype(np.float32)


def signed_density(problem: MixtureProblem, alpha: float, points: Array) -> Array:
    """prior q1 * p_alpha - (1 - prior) q0 * p_alpha at points (m, 2)."""
    if problem.training.noise != "gaussian" or problem.training.rule != "posterior":
        found = f"{problem.training.noise} noise, {problem.training.rule} rule"
        raise ValueError(f"training: found {found}, expected gaussian noise and the posterior rule")
    total = np.zeros(len(points))
    for label, weight, law in weighted(problem):
        mean, cov = moments(law)
        factor = np.linalg.cholesky(cov + alpha**2 * np.eye(2))
        z = np.linalg.solve(factor, (points - mean).T)
        density = np.exp(-0.5 * (z**2).sum(axis=0)) / (2 * np.pi * np.prod(np.diag(factor)))
        total += (weight if label else -weight) * density
    return total


def moments(law: object) -> tuple[Array, Array]:
    """Mean and covariance matrix of a Gaussian in the plane. Raises `ValueError` for other laws."""
    if not isinstance(law, Gaussian):
        raise ValueError(f"problem: found a {type(law).__name__.lower()} component, expected gaussian ones")
    cov = np.array(law.cov, float) if law.scale is None else np.diag(as_vector(law.scale, 2) ** 2)
    return as_vector(law.mean, 2), cov


def depth(problem: DomainProblem, points: Array) -> Array:
    """How deep points (m, 2) lie in a labelled set: >= 0 inside, a distance near its border."""
    inside = np.full(len(points), -np.inf)
    for item in problem.inside:
        low, high = _corners(item)
        if isinstance(item, Ball):
            away = points - 0.5 * (low + high)
            inside = np.maximum(inside, item.radius - np.hypot(away[:, 0], away[:, 1]))
        else:
            inside = np.maximum(inside, np.minimum(points - low, high - points).min(axis=1))
    return inside


def _window(problem: Problem, reach: float) -> tuple[Array, Array]:
    """Two corners: of the domain, or of a square that holds the labelled sets or most of the data."""
    if isinstance(problem, MixtureProblem):
        held = [moments(law) for _label, _weight, law in weighted(problem)]
        return _square([mean + s * REACH * np.sqrt(np.diag(cov)) for mean, cov in held for s in (-1, 1)])
    if problem.low is not None and problem.high is not None:
        return as_vector(problem.low, 2), as_vector(problem.high, 2)
    return _square([corner for item in problem.inside for corner in _corners(item)], reach)


def _corners(item: Ball | Box) -> tuple[Array, Array]:
    if isinstance(item, Ball):
        center = as_vector(item.center, 2)
        return center - item.radius, center + item.radius
    return as_vector(item.low, 2), as_vector(item.high, 2)


def _square(corners: list[Array], margin: float = 0.0) -> tuple[Array, Array]:
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    half = 0.5 * float((high - low).max()) + margin
    return 0.5 * (low + high) - half, 0.5 * (low + high) + half
