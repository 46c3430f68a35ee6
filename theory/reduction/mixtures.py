"""Gaussian mixtures under Gaussian noises, by the directions along which their components differ: one is a line, two
are a plane, and of more the distance from a centre may be all that counts.

This is one reduction for means on a line or in a plane, common covariances, covariances that differ by low rank, shared
axes; `theory.reduction.essential` has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.base import Geometry
from theory.geometry.line.linear import Linear, LineTrainer
from theory.geometry.line.turning import Along, TurningTrainer
from theory.geometry.piece import piece
from theory.problems.components import exact_weights, isotropic, marginal, weighted
from theory.problems.problem import Component, Gaussian, Law, MixtureProblem
from theory.reduction.essential import DIFFERENT, ROUNDING, Essential, essential
from theory.reduction.gaussians import SAME, common_covariance, concentric_problem
from theory.reduction.spreads import Thin, spread

if TYPE_CHECKING:
    from theory.geometry.plane.plane import Plane
    from theory.geometry.radial.radial import Radial

# Planes of training noises that are kept.
MOST_PLANES = 256


@dataclass(frozen=True)
class Mixture:
    """A Gaussian mixture under Gaussian noises, and the directions along which its components differ; None where these
    are many."""

    problem: MixtureProblem
    parts: list[tuple[int, float, Law]]
    found: Essential | None

    @property
    def fixed(self) -> bool:
        """Whether one projection serves all training noises; the regression rule projects for alpha = 0 always."""
        return self.found is not None and (self.found.fixed or self.problem.training.rule == "regression")


def mixture(problem: MixtureProblem) -> Mixture:
    """Its essential directions; under the regression rule none is left out that is more than rounding."""
    parts = weighted(problem)
    held = [law for _label, _weight, law in parts]
    full = any(isinstance(law, Gaussian) and isinstance(law.cov, tuple) for law in held)
    spreads = [spread(law, problem.dim, full) for law in held]
    means = np.stack([marginal(law, problem.dim)[1] for law in held])
    least = ROUNDING if problem.training.rule == "regression" else DIFFERENT
    return Mixture(problem, parts, essential(means, spreads, least))


def spheres_first(problem: MixtureProblem) -> Geometry | None:
    """Isotropic components of different scales about a centre: these differ along every axis, which need not be found
    out. None for all others."""
    parts = weighted(problem)
    scales = (isotropic(law, problem.dim) for _label, _weight, law in parts)
    sizes = [size for size in scales if size is not None]
    if len(sizes) < len(parts) or max(sizes) <= (1 + ROUNDING) * min(sizes):
        return None
    return about_a_centre(Mixture(problem, parts, None))


def on_line(held: Mixture) -> Geometry:
    """One direction, or none: then both classes are alike along any."""
    problem, found = held.problem, held.found
    assert found is not None
    scale = _scale(held)
    two = len(held.parts) == 2 and all(isinstance(law, Gaussian) for _label, _weight, law in held.parts)
    thin = any(isinstance(item, Thin) for item in found.spreads)
    if two and found.dim and len(set(map(id, found.spreads))) == 1 and scale is None and not thin:
        geometry = common_covariance(problem)
        assert geometry is not None
        return geometry
    if found.dim and scale != 0 and not (held.fixed and found.exact):
        return Linear(TurningTrainer(partial(_along, held), found.means[0]), "gaussian", "line", False, False)
    row = found.rows(0.0) if found.dim else np.eye(1, problem.dim)
    means, covariances = found.moments(row, found.means[0])
    scales = np.sqrt(covariances[:, 0, 0]) if scale is None else np.full(len(means), scale)
    exact = exact_weights(problem)
    pieces = tuple(
        piece(label, "gaussian" if size > 0 else "point", place, size, weight, (share, Fraction(float(size))))
        for (label, weight, _law), place, size, share in zip(held.parts, means[:, 0], scales, exact, strict=True)
    )
    doubt = 0.0 if found.exact else found.lost
    trainer = LineTrainer(pieces, problem.training, None, row, found.means[:1], doubt)
    return Linear(trainer, problem.smoothing.noise)


def _scale(held: Mixture) -> float | None:
    """The one scale of isotropic components."""
    scales = {isotropic(law, held.problem.dim) for _label, _weight, law in held.parts}
    return scales.pop() if len(scales) == 1 else None


def _along(held: Mixture, alpha: Array) -> Along:
    """The components as every training noise sees them along its own direction."""
    found = held.found
    assert found is not None
    rows = np.concatenate([found.rows(float(noise)) for noise in alpha])
    moments = [found.moments(row[None, :], found.means[0]) for row in rows]
    means = np.stack([m[:, 0] for m, _c in moments])
    scales = np.sqrt(np.stack([c[:, 0, 0] for _m, c in moments]))
    pieces = tuple(
        piece(label, "gaussian", means[:, k], scales[:, k], weight)
        for k, (label, weight, _law) in enumerate(held.parts)
    )
    widest = max(float(item.widest) for item in found.spreads)
    doubt = 16 * np.finfo(float).eps * (1 + widest / scales.min(axis=1) ** 2) + found.lost
    return Along(rows, pieces, doubt)


def in_plane(held: Mixture, tolerance: float) -> Geometry:
    """The plane of the essential directions, or where these are fewer one that holds them.

    Raises:
        NoExactRoute: there are points.
    """
    from theory.geometry.plane.mixtures import gaussians  # slow to import, and seldom needed
    from theory.geometry.plane.turning import TurningPlanes

    problem, found = held.problem, held.found
    assert found is not None
    if not all(isinstance(law, Gaussian) for _label, _weight, law in held.parts):
        raise NoExactRoute(f"in the plane only gaussian components have an exact route; {REMEDY}")
    regression = problem.training.rule == "regression"
    labels, weights = (np.array(column) for column in list(zip(*held.parts, strict=True))[:2])
    origin = found.means.mean(axis=0)

    def plane(alpha: float) -> Plane:
        rows = np.eye(2) if problem.dim == 2 else found.plane(alpha)
        means, covariances = found.moments(rows, np.zeros(2) if problem.dim == 2 else origin)
        frame = None if problem.dim == 2 else (origin, rows)
        return gaussians(means, covariances, weights, labels, tolerance, frame, found.lost, regression)

    if held.fixed or problem.dim == 2 or regression:
        return plane(0.0)
    return TurningPlanes(lru_cache(MOST_PLANES)(plane))


def about_a_centre(held: Mixture) -> Geometry | None:
    """Isotropic components that share a centre, or two of them anywhere: in all dimensions, or in the essential ones
    where these stay. Under another rule than the posterior one two that share a centre, of different scales."""
    problem = held.problem
    scales = [isotropic(law, problem.dim) for _label, _weight, law in held.parts]
    if all(s is not None for s in scales):
        means = [marginal(law, problem.dim)[1] for _label, _weight, law in held.parts]
        return _about(problem, held.parts, means, [float(s) for s in scales if s is not None])
    if held.found is None or not held.fixed or not held.found.exact or held.found.dim == problem.dim:
        return None
    rows = held.found.rows(0.0)
    origin = held.found.means[0]
    places, covariances = held.found.moments(rows, origin)
    sizes = np.sqrt(covariances[:, 0, 0])
    if (np.abs(covariances - sizes[:, None, None] ** 2 * np.eye(len(rows))).max(axis=(1, 2)) > SAME * sizes**2).any():
        return None
    parts: list[tuple[int, float, Law]] = [
        (label, weight, Gaussian(tuple(place.tolist()), float(size)))
        for (label, weight, _law), place, size in zip(held.parts, places, sizes, strict=True)
    ]
    inner = replace(
        problem,
        dim=len(rows),
        class0=tuple(Component(law, weight) for label, weight, law in parts if label == 0),
        class1=tuple(Component(law, weight) for label, weight, law in parts if label == 1),
    )
    geometry = _about(inner, parts, list(places), sizes.tolist())
    return None if geometry is None else replace(geometry, frame=(origin, rows))


def _about(
    problem: MixtureProblem, parts: list[tuple[int, float, Law]], means: list[Array], scales: list[float]
) -> Radial | None:
    about_one = all((m == means[0]).all() for m in means)
    two = len(parts) == 2 and parts[0][0] != parts[1][0] and scales[0] != scales[1] and min(scales) > 0
    if problem.training.rule != "posterior" and not (about_one and two):
        return None
    if about_one:
        return concentric_problem(problem, parts)
    if len(parts) > 2 or scales[0] == scales[1]:
        return None
    from theory.geometry.radial.two_centres import two_centres  # slow to import, and seldom needed

    return two_centres(problem.dim, means, scales, problem.prior)
