"""Which geometry a problem lives in, and the exact reduction to it.

| problem                                                            | noises (training, smoothing)   | geometry     |
|--------------------------------------------------------------------|--------------------------------|--------------|
| d = 1: any components; labelled intervals                          | any, any                       | line         |
| product components that differ on one axis only                    | any, any                       | line         |
| isotropic Gaussians of one scale (or points), means on a line      | gaussian, gaussian             | line         |
| two Gaussians with one full covariance                             | gaussian, gaussian             | half-space   |
| concentric isotropic Gaussians, balls and a point at the centre    | gaussian, gaussian (posterior) | radial       |
| two isotropic Gaussians (or points) of different scales            | gaussian, gaussian (posterior) | radial       |
| one ball in an infinite background                                 | gaussian, gaussian             | radial       |
| any other Gaussians, d = 2; of one isotropic scale, means in a plane | gaussian, gaussian (posterior) | plane      |
| labelled discs and boxes, d = 2                                    | gaussian, gaussian (regression) | plane       |

In the second and third rows the components share every factor orthogonal to the line; it cancels from the sign of the
signed density and integrates to 1 in every risk, and the noise acts along the line by its marginal.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.base import Geometry
from theory.geometry.line.linear import HalfSpaceTrainer, Linear, LineTrainer
from theory.geometry.piece import Piece, piece
from theory.geometry.radial.radial import ball_in_background, concentric
from theory.geometry.radial.two_centres import two_centres
from theory.problems.components import exact_weights, isotropic, laws, marginal, weighted
from theory.problems.normal import Normal
from theory.problems.problem import (
    Ball,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    as_vector,
)
from theory.reduction.intervals import line_of_domain
from theory.reduction.planar import in_plane, sets_in_plane

# The absolute error that refinement in the plane aims at.
TOLERANCE = 1e-8

# Means closer to a line (or scales closer to each other) than this, relative to their size, are taken to be on it.
SAME = 1e-14

REMEDY = "simulate it instead: noisewise mc"


# Reduced problems by identity: hashing a problem in a million dimensions takes longer than answering for it.
_held: dict[tuple[int, float, float], tuple[weakref.ref[Problem], Geometry]] = {}
MOST_HELD = 256


def reduce(normal: Normal, window: float = 0.0, tolerance: float = TOLERANCE) -> Geometry:
    """The geometry that answers for a problem in normal form.

    Args:
        window: how far around the labelled set an infinite background is to be counted; the largest eps of a request.
        tolerance: absolute error that is accepted where the route refines until it is met (the plane).

    Raises:
        NoExactRoute: there is none; the message names what stands in the way and the Monte Carlo command.
    """
    problem = normal.problem
    key = (id(problem), window, tolerance)
    if key in _held and _held[key][0]() is problem:
        return _held[key][1]
    geometry = (
        _domain(problem, window, tolerance) if isinstance(problem, DomainProblem) else _mixture(normal, tolerance)
    )
    if len(_held) >= MOST_HELD:
        _held.clear()
    _held[key] = (weakref.ref(problem), geometry)
    return geometry


def _mixture(normal: Normal, tolerance: float) -> Geometry:
    problem = normal.problem
    assert isinstance(problem, MixtureProblem)
    if problem.dim == 1:
        pieces = _on_axis(problem, 0, normal.halves)
        return Linear(LineTrainer(pieces, problem.training), problem.smoothing.noise)
    axis = _only_axis(problem)
    if axis is not None:
        unit = np.zeros((1, problem.dim))
        unit[0, axis] = 1.0
        trainer = LineTrainer(_on_axis(problem, axis), problem.training, None, unit, np.zeros((1, problem.dim)))
        return Linear(trainer, problem.smoothing.noise)
    if problem.training.noise != "gaussian" or problem.smoothing.noise != "gaussian":
        raise NoExactRoute(
            "in more than one dimension only gaussian training and smoothing noise has an exact route, unless the "
            f"components differ on one axis only; {REMEDY}"
        )
    return _gaussian_noise(problem) or in_plane(problem, tolerance)


def _domain(problem: DomainProblem, window: float, tolerance: float) -> Geometry:
    if problem.dim == 1:
        return line_of_domain(problem, window)
    if not problem.training.noise == problem.smoothing.noise == "gaussian":
        raise NoExactRoute(
            "a labelled domain in more than one dimension has an exact route only for gaussian training and smoothing "
            f"noise; {REMEDY}"
        )
    if problem.infinite and all(isinstance(s, Ball) for s in problem.inside):
        balls = [s for s in problem.inside if isinstance(s, Ball)]
        centers = np.stack([as_vector(b.center, problem.dim) for b in balls])
        if (centers == centers[0]).all():
            return ball_in_background(problem.dim, centers[0], max(b.radius for b in balls), window)
    return sets_in_plane(problem, tolerance)


def _on_axis(problem: MixtureProblem, axis: int, halves: Sequence[Fraction | None] = ()) -> tuple[Piece, ...]:
    """Every component's marginal on one axis; halves: of boxes, where they are known exactly."""
    pieces = []
    known = halves or [None] * len(laws(problem))
    for (label, weight, law), share, half in zip(weighted(problem), exact_weights(problem), known, strict=True):
        kind, center, scale = marginal(law, problem.dim)
        exact = Fraction(float(scale[axis])) if half is None else half
        pieces.append(piece(label, kind, center[axis], float(exact), weight, (share, exact)))
    return tuple(pieces)


def _only_axis(problem: MixtureProblem) -> int | None:
    """The one axis on which product components differ, if all other factors have full support and agree."""
    all_laws = laws(problem)
    if any(not isinstance(w, Gaussian | Laplace) or (isinstance(w, Gaussian) and w.cov is not None) for w in all_laws):
        return None
    if len({type(w) for w in all_laws}) > 1:
        return None
    centers, scales = (np.stack(v) for v in zip(*(marginal(w, problem.dim)[1:] for w in all_laws), strict=True))
    differing = np.flatnonzero((centers != centers[0]).any(axis=0) | (scales != scales[0]).any(axis=0))
    return int(differing[0]) if len(differing) == 1 else (0 if len(differing) == 0 else None)


def _gaussian_noise(problem: MixtureProblem) -> Geometry | None:
    """Problems in d > 1 under Gaussian noises; None where only the plane is left."""
    parts = weighted(problem)
    held = [law for _label, _weight, law in parts]
    if all(isinstance(law, Gaussian | Point) for law in held):
        scales = [isotropic(law, problem.dim) for law in held]
        if all(s is not None for s in scales):
            return _isotropic_problem(problem, parts, [float(s) for s in scales if s is not None])
        if len(held) == 2 and all(isinstance(law, Gaussian) for law in held):
            return _common_covariance(problem)
        return None
    if all(isinstance(law, Gaussian | Point | Ball) for law in held):
        return _concentric_problem(problem, parts)
    raise NoExactRoute(
        "in more than one dimension laplace and uniform components have an exact route only if the components differ "
        f"on one axis; {REMEDY}"
    )


def _isotropic_problem(
    problem: MixtureProblem, parts: list[tuple[int, float, Law]], scales: list[float]
) -> Geometry | None:
    means = [marginal(law, problem.dim)[1] for _label, _weight, law in parts]
    if max(scales) == min(scales):
        line = _along_line(problem, parts, means, scales[0])
        if line is not None:
            return line
    if all((m == means[0]).all() for m in means):
        return _concentric_problem(problem, parts)
    if len(parts) == 2:
        _needs_posterior(problem)
        return two_centres(problem.dim, means, scales, problem.prior)
    return None


def _along_line(
    problem: MixtureProblem, parts: list[tuple[int, float, Law]], means: list[Array], scale: float
) -> Geometry | None:
    """The line through the means of components of one scale, if there is one."""
    origin = means[0]
    offsets = [m - origin for m in means]
    lengths = [float(np.linalg.norm(v)) for v in offsets]
    far = int(np.argmax(lengths))
    if lengths[far] == 0:
        return None
    unit = offsets[far] / lengths[far]
    places = [float(v @ unit) for v in offsets]
    if any(np.linalg.norm(v - p * unit) > SAME * lengths[far] for v, p in zip(offsets, places, strict=True)):
        return None
    kind = "gaussian" if scale > 0 else "point"
    exact = [(share, Fraction(scale)) for share in exact_weights(problem)]
    pieces = tuple(
        piece(label, kind, place, scale, weight, rational)
        for (label, weight, _law), place, rational in zip(parts, places, exact, strict=True)
    )
    trainer = LineTrainer(pieces, problem.training, None, unit[None, :], origin[None, :])
    return Linear(trainer, problem.smoothing.noise)


def _needs_posterior(problem: MixtureProblem) -> None:
    if problem.training.rule != "posterior":
        raise NoExactRoute(f"the regression rule has no exact route in radial geometry; {REMEDY}")


def _concentric_problem(problem: MixtureProblem, parts: list[tuple[int, float, Law]]) -> Geometry:
    means = [marginal(law, problem.dim)[1] for _label, _weight, law in parts]
    if not all((m == means[0]).all() for m in means):
        raise NoExactRoute(f"balls mixed with other components need one common centre for an exact route; {REMEDY}")
    _needs_posterior(problem)
    pieces = []
    for label, weight, law in parts:
        if isinstance(law, Ball):
            pieces.append(piece(label, "shell", 0.0, law.radius, weight))
            continue
        scale = isotropic(law, problem.dim)
        if scale is None:
            raise NoExactRoute(f"concentric components must be isotropic for an exact route; {REMEDY}")
        pieces.append(piece(label, "gaussian" if scale > 0 else "point", 0.0, scale, weight))
    return concentric(problem.dim, means[0], tuple(pieces), problem.training.off_support)


def _common_covariance(problem: MixtureProblem) -> Geometry | None:
    """Two Gaussians with one covariance; (Component tuples have one entry each)."""
    one, zero = _single(problem.class1), _single(problem.class0)
    difference = as_vector(one.mean, problem.dim) - as_vector(zero.mean, problem.dim)
    middle = 0.5 * (as_vector(one.mean, problem.dim) + as_vector(zero.mean, problem.dim))
    if one.cov is None and zero.cov is None:
        first, second = (marginal(g, problem.dim)[2] for g in (one, zero))
        same, variances, basis = bool((first == second).all()), first**2, None
    else:
        covs = [np.array(g.cov) if g.cov else np.diag(marginal(g, problem.dim)[2] ** 2) for g in (one, zero)]
        same = bool(np.abs(covs[0] - covs[1]).max() <= SAME * np.abs(covs[0]).max())
        variances, basis = np.linalg.eigh(covs[0])
        difference = basis.T @ difference
    if not same:
        return None
    if not difference.any():
        raise NoExactRoute(f"two Gaussians of the same law leave no direction to work along; {REMEDY}")
    trainer = HalfSpaceTrainer(variances, difference, middle, basis, problem.prior, problem.training.rule)
    return Linear(trainer, problem.smoothing.noise, route="half-space", fixed=False)


def _single(side: tuple[Component, ...]) -> Gaussian:
    law = side[0].law
    assert isinstance(law, Gaussian)
    return law
