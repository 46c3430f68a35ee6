"""Smoothing noise that is a product of Laplace or uniform laws: mixtures that differ on two axes.

Factors that all components share cancel from the signed density, and noise acts on each axis by itself; so axes that
are independent of the others, and on which no two components differ, are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.problems.components import marginal, weighted
from theory.problems.problem import Gaussian, Law, MixtureProblem
from theory.reduction.planar import covariance

if TYPE_CHECKING:
    from theory.geometry.plane.plane import Plane

# Matrices of more axes than this are not looked through.
MOST_AXES = 2000


def on_two_axes(problem: MixtureProblem, tolerance: float) -> Plane:
    """The plane of the two axes.

    Raises:
        NoExactRoute: the training noise is another one than gaussian, components are no Gaussians, or they differ on
            more than two axes.
    """
    noise, parts = problem.smoothing.noise, weighted(problem)
    held = [law for _label, _weight, law in parts]
    if problem.training.noise != "gaussian":
        raise NoExactRoute(
            f"in more than one dimension {problem.training.noise} training noise has an exact route only if the "
            f"components differ on one axis; {REMEDY}"
        )
    if not all(isinstance(law, Gaussian) for law in held):
        raise NoExactRoute(
            f"in more than one dimension only gaussian components have an exact route under {noise} smoothing noise, "
            f"unless they differ on one axis only; {REMEDY}"
        )
    axes = _axes(held, problem.dim)
    if axes is None:
        raise NoExactRoute(
            f"under {noise} smoothing noise gaussians have an exact route where they differ on at most two axes, "
            f"independent of the others; {REMEDY}"
        )
    from theory.geometry.plane.mixtures import gaussians  # slow to import, and seldom needed

    means = np.stack([marginal(law, problem.dim)[1][axes] for law in held])
    covariances = np.stack([_block(law, problem.dim, axes) for law in held])
    labels, weights = (np.array(column) for column in list(zip(*parts, strict=True))[:2])
    frame = None if problem.dim == 2 else (np.zeros(problem.dim), np.eye(problem.dim)[axes])
    regression = problem.training.rule == "regression"
    plane = gaussians(means, covariances, weights, labels, tolerance, frame, regression=regression)
    return replace(plane, noise=noise)


def _axes(held: list[Law], dim: int) -> Index | None:
    """Two axes on which all components that differ do so, independent of the others; None if there are none."""
    if dim == 2:
        return np.arange(2)
    places = np.stack([marginal(law, dim)[1] for law in held])
    differing = (places != places[0]).any(axis=0)
    if any(isinstance(law, Gaussian) and law.cov is not None for law in held):
        if dim > MOST_AXES:
            return None
        matrices = np.stack([covariance(law, dim) for law in held])
        differing |= (matrices != matrices[0]).any(axis=(0, 1))
        tied = (matrices != 0).any(axis=0) & ~np.eye(dim, dtype=bool)
    else:
        scales = np.stack([marginal(law, dim)[2] for law in held])
        differing |= (scales != scales[0]).any(axis=0)
        tied = np.zeros((1, 1), bool)
    some = np.flatnonzero(differing)
    if len(some) > 2:
        return None
    if not tied.any():
        rest = np.setdiff1d(np.arange(min(dim, 4)), some)
        return np.sort(np.append(some, rest[: 2 - len(some)]))
    reached = set(some.tolist()) | {int(k) for k in np.flatnonzero(tied[some].any(axis=0))}
    if len(reached) < 2:
        free = [k for k in range(dim) if k not in reached and not tied[k].any()]
        reached |= set(free[: 2 - len(reached)])
    chosen = np.array(sorted(reached), np.intp)
    if len(chosen) != 2:
        return None
    outside = np.setdiff1d(np.arange(dim), chosen)
    return None if tied[np.ix_(chosen, outside)].any() else chosen


def _block(law: Law, dim: int, axes: Index) -> Array:
    assert isinstance(law, Gaussian)
    if law.cov is None:
        return np.diag(marginal(law, dim)[2][axes] ** 2)
    return covariance(law, dim)[np.ix_(axes, axes)]
