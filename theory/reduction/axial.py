"""Spheroids about one axis with their centres on it, and labelled balls with their centres on a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array
from theory.problems.components import weighted
from theory.problems.problem import Ball, DomainProblem, Gaussian, Law, MixtureProblem, as_vector
from theory.reduction.essential import ROUNDING
from theory.reduction.gaussians import SAME
from theory.reduction.mixtures import Mixture
from theory.reduction.spreads import Full, Thin, spread

if TYPE_CHECKING:
    from theory.geometry.axial.axial import Axial
    from theory.geometry.axial.training import Spheroid
    from theory.geometry.halfplane.halfplane import HalfPlane
    from theory.geometry.halfplane.sets import Balls

# Centres farther than this from the axis, relative to their distances, are not on it.
STRAIGHT = 1e-13
# Scales closer to each other than this, relative to their size, are taken to be one.
ROUND = 16 * SAME


def about_an_axis(held: Mixture, tolerance: float) -> Axial | HalfPlane | None:
    """The geometry of components about an axis of the whole space, or of the essential directions where these stay;
    None for others, and for another rule than the posterior one. Bodies of revolution where each class has one scale
    across the axis."""
    problem, found = held.problem, held.found
    if problem.training.rule != "posterior" or problem.dim < 2:
        return None
    if not all(isinstance(law, Gaussian) for _label, _weight, law in held.parts):
        return None
    means = np.stack([_mean(law, problem.dim) for _label, _weight, law in held.parts])
    full = any(isinstance(getattr(law, "cov", None), tuple) for _label, _weight, law in held.parts)
    spreads: Sequence[Thin | Full] = [spread(law, problem.dim, full) for _label, _weight, law in held.parts]
    geometry = _about(held, means, spreads, None, tolerance)
    if geometry is not None or found is None or not held.fixed or not 2 <= found.dim < problem.dim:
        return geometry
    rows = found.rows(0.0)
    places, covariances = found.moments(rows, np.zeros(problem.dim))
    return _about(held, places, [Full(matrix) for matrix in covariances], rows, tolerance)


def balls_about_an_axis(problem: DomainProblem, tolerance: float) -> HalfPlane | None:
    """Labelled balls in an infinite background with their centres on a line; None for others."""
    if not problem.infinite or not all(isinstance(part, Ball) for part in problem.inside):
        return None
    centers = np.stack([as_vector(part.center, problem.dim) for part in problem.inside if isinstance(part, Ball)])
    first, last = _ends(centers)
    if first == last:
        return None
    axis = centers[last] - centers[first]
    frame = 0.5 * (centers[first] + centers[last]), axis / np.linalg.norm(axis), None
    held = balls_on(problem, *frame[:2])
    if held is None:
        return None
    from theory.geometry.halfplane.halfplane import balls  # slow to import, and seldom needed

    return balls(held, frame, tolerance)


def balls_on(problem: DomainProblem, origin: Array, axis: Array) -> Balls | None:
    """The labelled balls of an infinite background on an axis that is given; None where they are not on it."""
    from theory.geometry.halfplane.sets import Balls  # slow to import, and seldom needed

    found = [part for part in problem.inside if isinstance(part, Ball)]
    if not problem.infinite or len(found) < len(problem.inside):
        return None
    centers = np.stack([as_vector(part.center, problem.dim) for part in found]) - origin
    places = centers @ axis
    if np.abs(centers - places[:, None] * axis).max() > STRAIGHT * np.abs(centers).max():
        return None
    return Balls(problem.dim - 1, tuple(places.tolist()), tuple(part.radius for part in found))


def spheroids_about(
    problem: MixtureProblem, origin: Array, axis: Array, rows: Array | None
) -> tuple[Spheroid, ...] | None:
    """The components of a problem about an axis that is given, in directions (p, d), None for all of them."""
    from theory.geometry.axial.training import Spheroid  # slow to import, and seldom needed

    parts = weighted(problem)
    if not all(isinstance(law, Gaussian) for _label, _weight, law in parts):
        return None
    full = any(isinstance(getattr(law, "cov", None), tuple) for _label, _weight, law in parts)
    found = []
    for label, weight, law in parts:
        offset, item = _mean(law, problem.dim) - origin, spread(law, problem.dim, full)
        if rows is not None:
            offset, item = rows @ offset, Full(rows @ item.times(rows.T))
        line = axis if rows is None else rows @ axis
        place, scales = float(offset @ line), _spheroid(item, line)
        if scales is None or np.abs(offset - place * line).max() > STRAIGHT * np.abs(offset).max():
            return None
        found.append(Spheroid(label, weight, place, *scales))
    return tuple(found)


def _mean(law: Law, dim: int) -> Array:
    assert isinstance(law, Gaussian)
    return np.broadcast_to(np.asarray(law.mean, float), (dim,))


def _about(
    held: Mixture, means: Array, spreads: Sequence[Thin | Full], rows: Array | None, tolerance: float
) -> Axial | HalfPlane | None:
    """The same in given directions (p, d) of the space, None for all; means and covariances along these."""
    first, last = _ends(means)
    axis = means[last] - means[first] if first != last else _odd(spreads)
    axis = axis / np.linalg.norm(axis)
    origin = 0.5 * (means[first] + means[last])
    places = (means - origin) @ axis
    off = np.abs(means - origin - places[:, None] * axis).max()
    scales = [_spheroid(item, axis) for item in spreads]
    if off > STRAIGHT * np.abs(means - origin).max() or any(pair is None for pair in scales):
        return None
    table = np.array([pair for pair in scales if pair is not None])
    table[:, 1] = _joined(table[:, 1])
    if len(set(table[:, 1].tolist())) == 1:
        return None
    from theory.geometry.axial.axial import Axial  # slow to import, and seldom needed
    from theory.geometry.axial.training import Spheroid
    from theory.geometry.halfplane.halfplane import gaussians

    spheroids = tuple(
        Spheroid(label, weight, float(place), float(along), float(wide))
        for (label, weight, _law), place, (along, wide) in zip(held.parts, places, table, strict=True)
    )
    frame = (origin, axis, None) if rows is None else (origin @ rows, axis @ rows, rows)
    lost = 0.0 if rows is None or held.found is None or held.found.lost <= ROUNDING else held.found.lost
    if all(len({s.across for s in spheroids if s.label == label}) == 1 for label in (0, 1)):
        return Axial(means.shape[1] - 1, spheroids, frame, lost)
    return gaussians(means.shape[1] - 1, spheroids, frame, tolerance, lost)


def _joined(scales: Array) -> Array:
    """Scales that are one but for rounding made equal."""
    found: list[float] = []
    for scale in scales.tolist():
        same = [other for other in found if abs(scale - other) <= ROUND * other]
        found.append(same[0] if same else scale)
    return np.array(found)


def _ends(means: Array) -> tuple[int, int]:
    """Two means that are far apart, in their order; the same one twice where all are one."""
    far = int(np.abs(means - means[0]).max(axis=1).argmax())
    other = int(np.abs(means - means[far]).max(axis=1).argmax())
    if (means[far] == means[other]).all():
        return 0, 0
    return min(far, other), max(far, other)


def _odd(spreads: Sequence[Thin | Full]) -> Array:
    """The direction in which a component is not round, any where all are."""
    for item in spreads:
        if isinstance(item, Thin):
            usual = np.median(item.variances)
            odd = np.flatnonzero(np.abs(item.variances - usual) > SAME * usual)
            if len(odd) == 1:
                return _unit(len(item.variances), int(odd[0]))
            if len(item.factor):
                return item.factor[0]
            continue
        values, vectors = np.linalg.eigh(item.matrix)
        if values[-1] - values[0] > ROUND * values[-1]:
            return vectors[:, 0] if values[1] - values[0] > values[-1] - values[-2] else vectors[:, -1]
    item = spreads[0]
    return _unit(len(item.variances if isinstance(item, Thin) else item.matrix), 0)


def _unit(dim: int, axis: int) -> Array:
    found = np.zeros(dim)
    found[axis] = 1.0
    return found


def _spheroid(item: Thin | Full, axis: Array) -> tuple[float, float] | None:
    """Scales along an axis and across it, if the component is round about it."""
    if isinstance(item, Thin):
        odd = int(np.abs(axis).argmax())
        others, beyond = np.delete(item.variances, odd), float(((item.factor @ axis) ** 2).sum())
        slanted = np.abs(item.factor - np.outer(item.factor @ axis, axis)).max(initial=0.0)
        if (others != others[0]).any() or slanted > ROUND * np.sqrt(beyond):
            return None
        if item.variances[odd] != others[0] and np.abs(np.delete(axis, odd)).any():
            return None
        return float(np.sqrt(item.variances[odd] + beyond)), float(np.sqrt(others[0]))
    along = float(axis @ item.matrix @ axis)
    wide = (float(np.trace(item.matrix)) - along) / (len(axis) - 1)
    round_ = wide * np.eye(len(axis)) + (along - wide) * np.outer(axis, axis)
    if np.abs(item.matrix - round_).max() > ROUND * max(along, wide):
        return None
    return float(np.sqrt(along)), float(np.sqrt(wide))
