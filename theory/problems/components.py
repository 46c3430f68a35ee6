"""What a component looks like: its weight with the prior, its marginals, its centre, and whether it is isotropic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.arrays import Array
from theory.problems.low_rank import LowRank
from theory.problems.problem import Ball, Gaussian, Laplace, Law, MixtureProblem, Point, Uniform, as_vector
from theory.problems.typed import typed


def weighted(problem: MixtureProblem) -> list[tuple[int, float, Law]]:
    """(label, weight including the prior, law) of every component."""
    labels = [1] * len(problem.class1) + [0] * len(problem.class0)
    shares = zip(labels, exact_weights(problem), problem.class1 + problem.class0, strict=True)
    return [(label, float(share), part.law) for label, share, part in shares]


def exact_weights(problem: MixtureProblem) -> list[Fraction]:
    """The weights of `weighted`, in its order, as the rational numbers that the typed decimals make them."""
    prior, result = typed(problem.prior), []
    for side, share in ((problem.class1, prior), (problem.class0, 1 - prior)):
        weights = [typed(c.weight) for c in side]
        each = share / sum(weights)
        result += [each * w for w in weights]
    return result


def independent(problem: MixtureProblem) -> bool:
    """Whether both classes have the same components with the same shares: the label says nothing about the input."""
    masses: dict[Law, list[Fraction]] = {}
    labels = [1] * len(problem.class1) + [0] * len(problem.class0)
    parts = problem.class1 + problem.class0
    for label, part, share in zip(labels, parts, exact_weights(problem), strict=True):
        masses.setdefault(part.law, [Fraction(0), Fraction(0)])[label] += share
    prior = typed(problem.prior)
    return all(one * (1 - prior) == zero * prior for zero, one in masses.values())


def laws(problem: MixtureProblem) -> tuple[Law, ...]:
    """The laws of all components, class 0 first."""
    return tuple(part.law for part in problem.class0 + problem.class1)


def marginal(law: Law, dim: int) -> tuple[str, Array, Array]:
    """Kind, centres and scales of the marginals of a product law; a ball of dimension 1 is an interval."""
    match law:
        case Gaussian(cov=LowRank() as cov):
            return "gaussian", as_vector(law.mean, dim), np.sqrt(cov.variances)
        case Gaussian(cov=tuple() as cov):
            return "gaussian", as_vector(law.mean, dim), np.sqrt(np.diag(np.array(cov)))
        case Gaussian(scale=float() | tuple() as scale):
            return "gaussian", as_vector(law.mean, dim), as_vector(scale, dim)
        case Laplace():
            return "laplace", as_vector(law.mean, dim), as_vector(law.scale, dim)
        case Uniform():
            low, high = as_vector(law.low, dim), as_vector(law.high, dim)
            return "uniform", 0.5 * (low + high), 0.5 * (high - low)
        case Ball():
            return "uniform", as_vector(law.center, dim), np.full(dim, law.radius)
        case _:
            return "point", as_vector(law.mean, dim), np.zeros(dim)


def isotropic(law: Law, dim: int) -> float | None:
    """The common standard deviation of all directions, 0 for a point, None if there is none."""
    if isinstance(law, Point):
        return 0.0
    if not isinstance(law, Gaussian):
        return None
    if isinstance(law.cov, LowRank):
        return None
    if law.cov is not None:
        cov = np.array(law.cov)
        return float(np.sqrt(cov[0, 0])) if (cov == cov[0, 0] * np.eye(dim)).all() else None
    if isinstance(law.scale, float):
        return law.scale
    scale = marginal(law, dim)[2]
    return float(scale[0]) if (scale == scale[0]).all() else None
