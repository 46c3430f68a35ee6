"""Components about one centre, and two Gaussians of one covariance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.base import Geometry
from theory.geometry.line.linear import HalfSpaceTrainer, Linear
from theory.geometry.piece import piece
from theory.problems.components import isotropic, marginal
from theory.problems.problem import Ball, Component, Gaussian, Law, MixtureProblem, as_vector

if TYPE_CHECKING:
    from theory.geometry.radial.radial import Radial

# Covariances closer to each other than this, relative to their size, are taken to be one.
SAME = 1e-14


def concentric_problem(problem: MixtureProblem, parts: list[tuple[int, float, Law]]) -> Radial:
    # Slow to import, and not needed on the line.
    from theory.geometry.radial.radial import Radial, concentric
    from theory.geometry.radial.regression import RegressionTrainer

    means = [marginal(law, problem.dim)[1] for _label, _weight, law in parts]
    if not all((m == means[0]).all() for m in means):
        raise NoExactRoute(f"balls mixed with other components need one common centre for an exact route; {REMEDY}")
    pieces = []
    for label, weight, law in parts:
        if isinstance(law, Ball):
            pieces.append(piece(label, "shell", 0.0, law.radius, weight))
            continue
        scale = isotropic(law, problem.dim)
        if scale is None:
            raise NoExactRoute(f"concentric components must be isotropic for an exact route; {REMEDY}")
        pieces.append(piece(label, "gaussian" if scale > 0 else "point", 0.0, scale, weight))
    if problem.training.rule == "regression":
        if len(pieces) > 2 or any(p.law != "gaussian" for p in pieces):
            raise NoExactRoute(f"balls have no exact route under the regression rule; {REMEDY}")
        return Radial(problem.dim, RegressionTrainer(problem.dim, means[0], tuple(pieces)), smooth_motion=False)
    return concentric(problem.dim, means[0], tuple(pieces), problem.training.off_support)


@dataclass(frozen=True)
class SharedCovariance:
    """Two Gaussians of one covariance: its eigenvalues (d,), the difference of the means, class 1 less class 0, in the
    basis of its eigenvectors (columns of `basis`, None for the axes), and their middle."""

    variances: Array
    difference: Array
    middle: Array
    basis: Array | None


def shared_covariance(zero: Gaussian, one: Gaussian, dim: int) -> SharedCovariance | None:
    """None where they have two covariances."""
    difference = as_vector(one.mean, dim) - as_vector(zero.mean, dim)
    middle = 0.5 * (as_vector(one.mean, dim) + as_vector(zero.mean, dim))
    if one.cov is None and zero.cov is None:
        first, second = (marginal(g, dim)[2] for g in (one, zero))
        same, variances, basis = bool((first == second).all()), first**2, None
    else:
        covs = [np.array(g.cov) if g.cov else np.diag(marginal(g, dim)[2] ** 2) for g in (one, zero)]
        same = bool(np.abs(covs[0] - covs[1]).max() <= SAME * np.abs(covs[0]).max())
        variances, basis = np.linalg.eigh(covs[0])
        difference = basis.T @ difference
    return SharedCovariance(variances, difference, middle, basis) if same else None


def common_covariance(problem: MixtureProblem) -> Geometry | None:
    """Two Gaussians with one covariance; (Component tuples have one entry each)."""
    shared = shared_covariance(_single(problem.class0), _single(problem.class1), problem.dim)
    return None if shared is None else half_spaces(problem, shared)


def half_spaces(problem: MixtureProblem, shared: SharedCovariance) -> Geometry:
    """Half-spaces whose normals turn with the training noise."""
    if not shared.difference.any():
        raise NoExactRoute(f"two Gaussians of the same law leave no direction to work along; {REMEDY}")
    parts = shared.variances, shared.difference, shared.middle, shared.basis
    trainer = HalfSpaceTrainer(*parts, problem.prior, problem.training.rule)
    return Linear(trainer, problem.smoothing.noise, route="half-space", fixed=False)


def _single(side: tuple[Component, ...]) -> Gaussian:
    law = side[0].law
    assert isinstance(law, Gaussian)
    return law
