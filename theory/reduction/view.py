"""A problem as a classifier sees it that was trained on another one: its components along the classifier's coordinate.

A classifier depends on one coordinate, or on two, and what is across has no part in any risk: positions along a
direction, where every law has its marginal; distances from a centre, where an isotropic Gaussian is known by that of
its mean; points of a plane, on which every Gaussian is projected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.axial.axial import Axial
from theory.geometry.base import Base
from theory.geometry.halfplane.halfplane import HalfPlane
from theory.geometry.line.linear import Linear, LineTrainer
from theory.geometry.piece import Piece, piece
from theory.geometry.plane.mixtures import gaussians
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.turning import TurningPlanes
from theory.geometry.plane.window import Window
from theory.geometry.radial.radial import BallTrainer, Radial, ball_in_background
from theory.geometry.region import Region
from theory.problems.components import isotropic, marginal, weighted
from theory.problems.normal import Normal
from theory.problems.problem import (
    Ball,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Uniform,
    as_vector,
)
from theory.reduction.axial import balls_on, spheroids_about
from theory.reduction.axis import on_axis
from theory.reduction.gaussians import SAME
from theory.reduction.intervals import line_of_domain
from theory.reduction.planar import covariance, sets_in_plane
from theory.reduction.spreads import spread


def seen(trained: Problem, geometry: Any, alpha: Array, normal: Normal, window: float) -> tuple[Any, Any]:
    """The geometry and the base classifiers of a problem with the components of another in the place of their own.

    Args:
        trained, geometry: the classifier's own problem in normal form, and its geometry.
        alpha: (1,) its training noise.
        normal: the other problem, in the classifier's normal form.
        window: how far around the labelled set an infinite background is to be counted.

    Raises:
        NoExactRoute: the components are not known along the classifier's coordinate.
    """
    if _infinite(normal.problem) and not _infinite(trained):
        raise NoExactRoute(
            "an infinite background is weighed only by classifiers that were trained on labelled sets in one"
        )
    if isinstance(geometry, TurningPlanes):
        geometry = geometry.plane(float(alpha[0]))
    if isinstance(geometry, Plane):
        plane = _plane(geometry, normal.problem)
        return plane, plane.train(alpha)
    if isinstance(geometry, Axial | HalfPlane):
        axial = _about_axis(geometry, normal.problem)
        return axial, axial.train(alpha)
    base = geometry.train(alpha)
    find = _along if isinstance(geometry, Linear) else _about
    return geometry, replace(base, pieces=find(geometry, base, normal, window))


def _infinite(problem: Problem) -> bool:
    return isinstance(problem, DomainProblem) and problem.infinite


def _along(geometry: Linear, base: Base, normal: Normal, window: float) -> tuple[Piece, ...]:
    problem, trainer = normal.problem, geometry.trainer
    if isinstance(problem, DomainProblem):
        return _intervals(trainer.indicator if isinstance(trainer, LineTrainer) else None, problem, window)
    if base.axis is None or base.origin is None:
        return on_axis(problem, 0, normal.halves)
    axis, origin = base.axis[0], base.origin[0]
    held = [(label, weight, _projected(law, axis, origin)) for label, weight, law in weighted(problem)]
    return tuple(piece(label, *law, weight) for label, weight, law in held)


def _intervals(own: Region | None, problem: DomainProblem, window: float) -> tuple[Piece, ...]:
    """Labelled intervals; an infinite background is counted over the hull of the classifier's set `own` as well."""
    if problem.dim > 1:
        raise NoExactRoute(f"labelled sets are not known along the direction of this classifier; {REMEDY}")
    trainer = line_of_domain(problem, window).trainer
    if problem.infinite and own is not None:
        assert isinstance(trainer, LineTrainer)
        assert trainer.indicator is not None
        ends, inner = own.ends[0], trainer.indicator.ends[0]
        beyond = float(max(inner[0] - ends[0], ends[-1] - inner[-1], 0.0))
        trainer = line_of_domain(problem, window + beyond).trainer
    assert isinstance(trainer, LineTrainer)
    return trainer.pieces


def _projected(law: Law, axis: Array, origin: Array) -> tuple[str, float, float]:
    """Kind, centre and scale of a law along a direction."""
    if isinstance(law, Gaussian) and law.cov is not None:
        mean = float((as_vector(law.mean, len(axis)) - origin) @ axis)
        return "gaussian", mean, float(np.sqrt(axis @ spread(law, len(axis), False).times(axis[:, None])[:, 0]))
    kind, center, scale = marginal(law, len(axis))
    at = float((center - origin) @ axis)
    if isinstance(law, Gaussian | Point):
        return kind, at, float(np.linalg.norm(scale * axis))
    only = np.flatnonzero(axis)
    if len(only) > 1 or not isinstance(law, Laplace | Uniform):
        raise NoExactRoute(f"{kind} components are not known along the direction of this classifier; {REMEDY}")
    return kind, at, float(scale[only[0]])


def _about(geometry: Radial, base: Base, normal: Normal, window: float) -> tuple[Piece, ...]:
    problem, center = normal.problem, geometry.center(base)
    if isinstance(problem, DomainProblem):
        return _balls(geometry, problem, center, window)
    pieces = []
    for label, weight, law in weighted(problem):
        if isinstance(law, Ball):
            if not (as_vector(law.center, problem.dim) == center).all():
                raise NoExactRoute(f"balls need the centre of the classifier for an exact route; {REMEDY}")
            pieces.append(piece(label, "shell", 0.0, law.radius, weight))
            continue
        scale = isotropic(law, problem.dim) if geometry.frame is None else _round(law, geometry.frame[1])
        if scale is None:
            raise NoExactRoute(f"about the centre of this classifier only isotropic components are known; {REMEDY}")
        at = geometry.coordinate(base, marginal(law, problem.dim)[1][None, :])[0, 0]
        pieces.append(piece(label, "gaussian" if scale > 0 else "point", at, scale, weight))
    return tuple(pieces)


def _round(law: Law, rows: Array) -> float | None:
    """The one standard deviation of a Gaussian along all of some directions (p, d), if it has one."""
    if not isinstance(law, Gaussian | Point):
        return None
    moment = rows @ spread(law, rows.shape[1], False).times(rows.T)
    same = np.abs(moment - moment[0, 0] * np.eye(len(rows))).max() <= SAME * moment[0, 0]
    return float(np.sqrt(moment[0, 0])) if same else None


def _balls(geometry: Radial, problem: DomainProblem, center: Array, window: float) -> tuple[Piece, ...]:
    """Balls about the classifier's centre in an infinite background."""
    own, balls = geometry.trainer, [part for part in problem.inside if isinstance(part, Ball)]
    places = [as_vector(ball.center, problem.dim) for ball in balls]
    round_ = len(balls) == len(problem.inside) and problem.infinite and isinstance(own, BallTrainer)
    if not round_ or not all((place == center).all() for place in places):
        raise NoExactRoute(f"labelled sets need to be balls about the centre of the classifier; {REMEDY}")
    assert isinstance(own, BallTrainer)
    radius = max(ball.radius for ball in balls)
    other = ball_in_background(problem.dim, center, radius, window + max(own.radius - radius, 0.0))
    assert isinstance(other.trainer, BallTrainer)
    return other.trainer.pieces


def _about_axis(own: Axial | HalfPlane, problem: Problem) -> Axial | HalfPlane:
    """The classifier's geometry with the components of another problem."""
    if isinstance(problem, DomainProblem):
        held = balls_on(problem, *own.frame[:2]) if isinstance(own, HalfPlane) else None
        if isinstance(own, HalfPlane) and held is not None:
            return own.weighing(held)
        raise NoExactRoute(f"labelled sets need to be balls with their centres on the classifier's axis; {REMEDY}")
    found = spheroids_about(problem, *own.frame)
    if found is None:
        raise NoExactRoute(
            f"only gaussian components that are round about the axis of this classifier are known there; {REMEDY}"
        )
    return own.weighing(found)


def _plane(own: Plane, problem: DomainProblem | MixtureProblem) -> Plane:
    """The plane with the components of another problem, in a window that holds both."""
    other = _sets(own, problem) if isinstance(problem, DomainProblem) else _mixture(own, problem)
    window = _both(own.window, other.window)
    return replace(own, pieces=other.pieces, window=window, missing=other.missing, _held={})


def _sets(own: Plane, problem: DomainProblem) -> Plane:
    if own.frame is not None:
        raise NoExactRoute(f"labelled sets are not known in the plane of this classifier; {REMEDY}")
    return sets_in_plane(problem, own.tolerance)


def _mixture(own: Plane, problem: MixtureProblem) -> Plane:
    parts = weighted(problem)
    if not all(isinstance(law, Gaussian) for _label, _weight, law in parts):
        raise NoExactRoute(f"in the plane only gaussian components have an exact route; {REMEDY}")
    means = np.stack([marginal(law, problem.dim)[1] for _label, _weight, law in parts])
    covariances = np.stack([covariance(law, problem.dim) for _label, _weight, law in parts])
    if own.frame is not None:
        origin, basis = own.frame
        means, covariances = (means - origin) @ basis.T, basis @ covariances @ basis.T
    labels, weights = (np.array(column) for column in list(zip(*parts, strict=True))[:2])
    return gaussians(means, covariances, weights, labels, own.tolerance, own.frame)


def _both(one: Window, other: Window) -> Window:
    """The least square that holds two."""
    low = np.minimum(one.center - one.half, other.center - other.half)
    high = np.maximum(one.center + one.half, other.center + other.half)
    middle = 0.5 * (low + high)
    return Window(float(middle[0]), float(middle[1]), 0.5 * float((high - low).max()))
