"""From a problem to the two Gaussians that training sets are drawn from, and the problems for which there are any."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.half_spaces import covariance, one_covariance
from theory.errors import NotDefinedError, UnsupportedError
from theory.problems.problem import LINEAR_RULES, Gaussian, MixtureProblem, Problem, as_vector

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
        variances, axes = np.linalg.eigh(covariance(one, problem.dim))
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
    return None if one_covariance(problem) else "other components"


def _gaussian(problem: MixtureProblem, label: int) -> Gaussian:
    law = (problem.class0, problem.class1)[label][0].law
    assert isinstance(law, Gaussian)
    return law
