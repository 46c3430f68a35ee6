"""Rules that train a linear classifier, on infinite data: two Gaussians of one covariance under Gaussian noise.

Noised they are Gaussians of one covariance, whose log odds are linear. So `lda` and `logistic`, whose models are right,
find the posterior rule. Least squares of the labels +-1 has the same direction (W + lam)^-1 (m1 - m0) and compares
with (1 - 2 prior)/(2 prior (1 - prior)) in place of log((1 - prior)/prior), which is another prior of the classes.
"""

from __future__ import annotations

import math

import numpy as np

from simulate.montecarlo.laws.laws import Signed, merged, signed_density
from theory.errors import UnsupportedError
from theory.problems.problem import Gaussian, MixtureProblem, Problem, as_vector

# Entries of two covariances nearer than this, relative to the largest, are the same.
SAME = 1e-14


def half_space(problem: Problem, alphas: np.ndarray) -> Signed:
    """The base classifier of a linear rule for training noises alphas > 0.

    Raises:
        UnsupportedError: other components, or training noise that is not Gaussian.
    """
    training = problem.training
    if not isinstance(problem, MixtureProblem) or training.noise != "gaussian" or not one_covariance(problem):
        raise UnsupportedError(
            f"the {training.rule} rule is simulated for two Gaussians of one covariance and gaussian training noise"
        )
    signed = signed_density(merged(problem), problem, alphas)
    if training.rule != "least-squares":
        return signed
    prior = problem.prior
    more = math.log1p(-prior) - math.log(prior) - (0.5 - prior) / (prior * (1 - prior))
    moved = {kind: group._replace(log_mass=group.log_mass + more) for kind, group in signed.positive.items()}
    return signed._replace(positive=moved, level=None)


def one_covariance(problem: MixtureProblem) -> bool:
    """Whether the classes are two Gaussians of one covariance."""
    one, zero = (side[0].law for side in (problem.class1, problem.class0))
    if len(problem.class0) + len(problem.class1) > 2 or not (isinstance(one, Gaussian) and isinstance(zero, Gaussian)):
        return False
    if one.cov is None and zero.cov is None:
        return bool((np.asarray(one.scale) == np.asarray(zero.scale)).all())
    covs = [covariance(law, problem.dim) for law in (one, zero)]
    return bool(np.abs(covs[0] - covs[1]).max() <= SAME * np.abs(covs[0]).max())


def covariance(law: Gaussian, dim: int) -> np.ndarray:
    """The covariance of a Gaussian as a matrix."""
    if law.cov is not None:
        return np.array(law.cov)
    assert law.scale is not None  # the description holds exactly one of the two
    return np.diag(as_vector(law.scale, dim) ** 2)
