"""Which geometry a problem lives in, and the exact reduction to it.

`theory.reduction.table` lists the problems and their routes. What components share across the directions along which
they differ cancels from the sign of the signed density and integrates to 1 in every risk, and the noise acts along
these directions by its marginal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal, get_args

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute, ProblemError, one_of, shown
from theory.geometry.base import Geometry
from theory.geometry.line.linear import Linear, LineTrainer
from theory.problems.components import laws, marginal, weighted
from theory.problems.kept import Kept
from theory.problems.normal import Normal
from theory.problems.problem import (
    LINEAR_RULES,
    Ball,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    as_vector,
)
from theory.problems.validation import positive
from theory.reduction.axial import about_an_axis, balls_about_an_axis
from theory.reduction.axis import on_axis
from theory.reduction.gaussians import common_covariance, concentric_problem
from theory.reduction.intervals import line_of_domain
from theory.reduction.linear_rules import on_samples, population
from theory.reduction.mixtures import Mixture, about_a_centre, in_plane, mixture, on_line, spheres_first
from theory.reduction.planar import sets_in_plane
from theory.reduction.products import on_two_axes

# The absolute error that refinement in the plane aims at.
TOLERANCE = 1e-8

MOST_HELD = 256
_held: Kept[Geometry] = Kept(MOST_HELD)

Route = Literal["line", "half-space", "radial", "axial", "plane"]


def reduce(
    normal: Normal,
    window: float = 0.0,
    tolerance: float = TOLERANCE,
    route: Route | None = None,
    ratio: Array | None = None,
) -> Geometry:
    """The geometry that answers for a problem in normal form.

    Args:
        window: how far around the labelled set an infinite background is to be counted; the largest eps of a request.
        tolerance: absolute error that is accepted where the route refines until it is met (the plane).
        route: the geometry that is to answer, where several could; None for the usual one.
        ratio: samples per dimension of each training noise that will be asked for; None for infinite data.

    Raises:
        ProblemError: `route` names none of them.
        NoExactRoute: there is none, or `route` does not cover the problem; the message names what stands in the way
            and the remedy.
    """
    if route is not None and not (isinstance(route, str) and route in get_args(Route)):
        raise ProblemError("route", shown(route), one_of(get_args(Route), route))
    if not (isinstance(tolerance, float) and tolerance == np.inf):
        tolerance = positive(tolerance, "tolerance")
    if ratio is not None:
        if route is not None:
            raise NoExactRoute(f"the {route} route knows infinite data only; leave out the route, or the ratio")
        return on_samples(normal, ratio)
    found = (
        partial(_usual, normal, window, tolerance)
        if route is None
        else partial(_chosen, normal, window, tolerance, route)
    )
    return _held.get(normal.problem, (window, tolerance, route), found)


def _usual(normal: Normal, window: float, tolerance: float) -> Geometry:
    if normal.problem.training.rule in LINEAR_RULES:
        held = population(normal.problem)
        if not isinstance(held, MixtureProblem):
            return held
        normal = replace(normal, problem=held)
    if isinstance(normal.problem, DomainProblem):
        return _domain(normal.problem, window, tolerance)
    return _mixture(normal, tolerance)


def _chosen(normal: Normal, window: float, tolerance: float, route: Route) -> Geometry:
    """The usual geometry where it is the chosen one, else another that covers the problem."""
    refused = NoExactRoute(f"the {route} route does not cover this problem; leave the route out for the usual one")
    try:
        usual = _usual(normal, window, tolerance)
    except NoExactRoute:
        raise refused from None
    if usual.route == route:
        return usual
    problem = normal.problem
    gaussian = problem.training.noise == problem.smoothing.noise == "gaussian"
    if isinstance(problem, DomainProblem) or not gaussian:
        raise refused
    if not all(isinstance(law, Gaussian | Point) for law in laws(problem)):
        raise refused
    other = _OTHERS[route](mixture(problem), tolerance)
    if other is None:
        raise refused
    return other


def _half_space(held: Mixture, _tolerance: float) -> Geometry | None:
    two = len(held.parts) == 2 and all(isinstance(law, Gaussian) for _label, _weight, law in held.parts)
    return common_covariance(held.problem) if two else None


def _plane(held: Mixture, tolerance: float) -> Geometry | None:
    few = held.found is not None and held.found.dim <= 2
    return in_plane(held, tolerance) if few and held.problem.dim > 1 else None


def _line(held: Mixture, _tolerance: float) -> Geometry | None:
    """The usual route wherever it exists, but for two Gaussians whose one scale is written as a covariance."""
    return on_line(held) if held.found is not None and held.found.dim < 2 else None


_OTHERS: dict[Route, Callable[[Mixture, float], Geometry | None]] = {
    "line": _line,
    "half-space": _half_space,
    "radial": lambda held, _tolerance: about_a_centre(held),
    "axial": about_an_axis,
    "plane": _plane,
}


def _gaussians(problem: MixtureProblem, tolerance: float) -> Geometry:
    """The geometry of Gaussians and points in more than one dimension.

    Raises:
        NoExactRoute: they differ along more than two directions, and not by their distance from a centre or an axis.
    """
    geometry = spheres_first(problem)
    if geometry is not None:
        return geometry
    held = mixture(problem)
    found = held.found
    if found is not None and found.dim < 2 and found.exact:
        return on_line(held)
    geometry = about_a_centre(held)
    if geometry is not None:
        return geometry
    if found is not None and found.dim < 2:
        return on_line(held)
    if found is not None and found.dim == 2:
        return in_plane(held, tolerance)
    geometry = about_an_axis(held, tolerance)
    if geometry is not None:
        return geometry
    many = "many directions" if found is None else f"{found.dim} directions"
    known = "by their distance from one centre, are two with spheres about their means, or are round about one axis"
    if problem.training.rule != "posterior":
        known = f"under the {problem.training.rule} rule, or are two about one centre"
    raise NoExactRoute(
        f"the components differ along {many}; Gaussians have an exact route where they differ along at most two, "
        f"{known}; {REMEDY}"
    )


def _mixture(normal: Normal, tolerance: float) -> Geometry:
    problem = normal.problem
    assert isinstance(problem, MixtureProblem)
    if problem.dim == 1:
        pieces = on_axis(problem, 0, normal.halves)
        return Linear(LineTrainer(pieces, problem.training), problem.smoothing.noise)
    axis = _only_axis(problem)
    if axis is not None:
        unit = np.zeros((1, problem.dim))
        unit[0, axis] = 1.0
        trainer = LineTrainer(on_axis(problem, axis), problem.training, None, unit, np.zeros((1, problem.dim)))
        return Linear(trainer, problem.smoothing.noise)
    if problem.training.noise != "gaussian" or problem.smoothing.noise != "gaussian":
        return on_two_axes(problem, tolerance)
    return _gaussian_noise(problem, tolerance)


def _domain(problem: DomainProblem, window: float, tolerance: float) -> Geometry:
    if problem.dim == 1:
        return line_of_domain(problem, window)
    gaussian = problem.smoothing.noise == "gaussian"
    if problem.training.noise != "gaussian" or (problem.dim > 2 and not gaussian):
        raise NoExactRoute(
            "a labelled domain has an exact route in more than one dimension only for gaussian training noise, and in "
            f"more than two only for gaussian smoothing noise; {REMEDY}"
        )
    if gaussian and problem.infinite and all(isinstance(s, Ball) for s in problem.inside):
        balls = [s for s in problem.inside if isinstance(s, Ball)]
        centers = np.stack([as_vector(b.center, problem.dim) for b in balls])
        if (centers == centers[0]).all():
            from theory.geometry.radial.radial import ball_in_background  # slow to import, and seldom needed

            return ball_in_background(problem.dim, centers[0], max(b.radius for b in balls), window)
    about = balls_about_an_axis(problem, tolerance) if problem.dim > 2 else None
    return about or sets_in_plane(problem, tolerance)


def _only_axis(problem: MixtureProblem) -> int | None:
    """The one axis on which product components differ, if all other factors agree and cancel whatever the noise."""
    held = laws(problem)
    parts = [w for w in held if not isinstance(w, Ball) and getattr(w, "cov", None) is None]
    if len(parts) < len(held) or len({type(w) for w in parts}) > 1:
        return None
    # Numbers that stand for all axes are compared once.
    axes = problem.dim if any(isinstance(v, tuple) for w in parts for v in vars(w).values()) else 1
    centers, scales = (np.stack(v) for v in zip(*(marginal(w, axes)[1:] for w in parts), strict=True))
    differing = np.flatnonzero((centers != centers[0]).any(axis=0) | (scales != scales[0]).any(axis=0))
    if len(differing) and len(differing) * problem.dim != axes:
        return None
    axis = int(differing[0]) if len(differing) else 0
    return axis if isinstance(held[0], Gaussian | Laplace) or _bounded_cancels(problem, axis) else None


def _bounded_cancels(problem: MixtureProblem, axis: int) -> bool:
    """Whether points or boxes decide by one axis alone, beside what they share.

    Under noise that reaches everywhere they do; without any the class of the nearest one counts away from the shared
    factor, and there boxes of both classes may not overlap.
    """
    training = problem.training
    if training.rule != "posterior" or training.noise == "uniform" or training.off_support != "nearest":
        return False
    pieces = on_axis(problem, axis)
    if pieces[0].law == "point":
        return True
    sides = [[(p.center - p.scale, p.center + p.scale) for p in pieces if p.label == label] for label in (0, 1)]
    return all(low >= b or high <= a for low, high in sides[0] for a, b in sides[1])


def _gaussian_noise(problem: MixtureProblem, tolerance: float) -> Geometry:
    """Problems in d > 1 under Gaussian noises."""
    if all(isinstance(law, Gaussian | Point) for law in laws(problem)):
        return _gaussians(problem, tolerance)
    if all(isinstance(law, Gaussian | Point | Ball) for law in laws(problem)):
        return concentric_problem(problem, weighted(problem))
    raise NoExactRoute(
        "in more than one dimension laplace and uniform components have an exact route only if the components differ "
        f"on one axis; {REMEDY}"
    )
