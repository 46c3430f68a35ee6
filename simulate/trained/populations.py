"""From a problem to the two Gaussians that training sets are drawn from, and the problems for which there are any."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulate.montecarlo.arrays import Numbers
from theory.errors import NotDefinedError, UnsupportedError
from theory.problems.problem import LINEAR_RULES, Gaussian, MixtureProblem, Problem, as_vector

# Entries of two covariances nearer than this, relative to the largest, are the same.
SAME = 1e-14
COVERED = f"the rules {', '.join(LINEAR_RULES)} on two Gaussians of one covariance, gaussian noises"


class Population(NamedTuple):
    """N(half, diag(scales^2)) is class 1, N(-half, diag(scales^2)) class 0; half and scales have shape (dim,).

    The axes are the principal ones and the origin is the middle of the means: noise, risks and all three rules are the
    same after a rotation and a translation. Lengths are in units of the largest standard deviation.
    """

    prior: Numbers
    half: Numbers
    scales: Numbers


def population_of(problem: Problem) -> tuple[Population, float]:
    """The population of a problem and its unit of length.

    Raises:
        NotDefinedError: another rule, or a problem that is not two Gaussians of one covariance under Gaussian noises;
            one line names what is covered.
        UnsupportedError: a covariance that is singular in double precision.
    """
    why = _uncovered(problem)
    if why is not None:
        raise NotDefinedError(f"samples are trained on by {COVERED}; found {why}")
    assert isinstance(problem, MixtureProblem)
    one, zero = _gaussian(problem, 1), _gaussian(problem, 0)
    half = as_vector(one.mean, problem.dim) / 2 - as_vector(zero.mean, problem.dim) / 2
    if one.cov is None and zero.cov is None:
        assert one.scale is not None  # the description holds exactly one of the two
        scales = as_vector(one.scale, problem.dim)
    else:
        variances, axes = np.linalg.eigh(_covariance(one, problem.dim))
        if variances[0] <= 0:
            raise UnsupportedError("a covariance that is singular in double precision; scale its axes alike")
        scales, half = np.sqrt(variances), axes.T @ half
    unit = float(scales.max())
    return Population(np.float64(problem.prior), half / unit, scales / unit), unit


def _uncovered(problem: Problem) -> str | None:
    """What keeps a problem from being trained on samples, None if nothing does."""
    training, smoothing = problem.training, problem.smoothing
    if training.rule not in LINEAR_RULES:
        return f"the {training.rule} rule"
    if not isinstance(problem, MixtureProblem):
        return "a labelled domain"
    if (training.noise, smoothing.noise) != ("gaussian", "gaussian"):
        return f"{training.noise} training and {smoothing.noise} smoothing noise"
    return None if two_of_one_covariance(problem) else "other components"


def two_of_one_covariance(problem: MixtureProblem) -> bool:
    """Whether the classes are Gaussians of one covariance."""
    sides = problem.class0, problem.class1
    if any(len(side) > 1 or not isinstance(side[0].law, Gaussian) for side in sides):
        return False
    one, zero = _gaussian(problem, 1), _gaussian(problem, 0)
    if one.cov is None and zero.cov is None:
        first, second = (np.asarray(law.scale) for law in (one, zero))
        return bool((first == second).all())
    covs = [_covariance(law, problem.dim) for law in (one, zero)]
    return bool(np.abs(covs[0] - covs[1]).max() <= SAME * np.abs(covs[0]).max())


def _gaussian(problem: MixtureProblem, label: int) -> Gaussian:
    law = (problem.class0, problem.class1)[label][0].law
    assert isinstance(law, Gaussian)
    return law


def _covariance(law: Gaussian, dim: int) -> np.ndarray:
    if law.cov is not None:
        return np.array(law.cov)
    assert law.scale is not None
    return np.diag(as_vector(law.scale, dim) ** 2)
