r"""The Parzen rule on n samples by the central limit theorem: the mean risk of one integral, for Gaussian mixtures.

The rule is f = 1[sum_i +-phi_alpha(x - X_i) >= 0], phi_alpha the density of N(0, alpha^2 I), + for samples of class 1.
The sum has n equal independent terms with mean s_alpha = s * phi_alpha and second moment q * phi_alpha^2, so that

    P(f(x) = 1) ~ Phi(z),  z = sqrt(n) s_alpha/sqrt(q * phi_alpha^2 - s_alpha^2),
    E R ~ int q1 Phi(-z) + q0 Phi(z) dx,    E R - R_Bayes ~ int |s| Phi(-z sign s) dx,

q1, q0 with the prior, and phi_alpha^2 = (4 pi alpha^2)^(-d/2) phi_{alpha/sqrt 2}: all in closed form but one integral.
The normal approximation needs many samples within alpha of x; it fails in empty tails, where the sum is one term: there
the rule asks the nearest sample, which is mostly right, and z is near 0. Derived here; kernel estimates: Parzen (1962),
asymptotic normality: Cacoullos (1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from theory.arrays import Array, Index
from theory.errors import NoExactRoute, ProblemError, shown
from theory.estimate import LIMIT, Estimate
from theory.numerics.quadrature import integrate
from theory.problems.components import isotropic, marginal, weighted
from theory.problems.noises import noises, numbers
from theory.problems.normal import normal_form
from theory.problems.problem import Gaussian, MixtureProblem, Problem, described
from theory.reduction.reduce import reduce
from theory.risks.kernel_sums import KernelSums

# The search for the best noise: from and to these parts of the least and the largest scale, in so many steps.
LEAST, MOST, STEPS = 1e-3, 30.0, 160
PRECISION = 1e-9


@dataclass(frozen=True)
class ParzenOptimum:
    """The best kernel scale for a number of samples.

    alpha_error: how far from the minimum the risk cannot be told from the least, given its error.
    risk, excess: at alpha.
    """

    samples: float
    alpha: float
    alpha_error: float
    risk: Estimate
    excess: Estimate


def parzen_risk(problem: Problem, alpha: ArrayLike, samples: ArrayLike) -> Estimate:
    """The mean risk of the Parzen rule on n samples, by the central limit theorem; without smoothing noise.

    Equation: see the module. Its error is that of the integral; the status "limit" says that the theorem is one about
    n -> inf. Compared with simulations it is good to 1 % of the risk for n alpha/scale >= 30 on the line.

    Args:
        problem: Gaussian components on the line, or in any dimension isotropic ones about one centre; Gaussian noise
            and the posterior rule.
        alpha: scales of the kernel, > 0. samples: n >= 1. They broadcast.

    Raises:
        NoExactRoute: the problem is not of that kind.
        ProblemError: alpha is not positive, or samples < 1.

    Examples:
        >>> from theory import regimes
        >>> problem = regimes.two_gaussians(dim=1, prior=0.3)
        >>> round(parzen_risk(problem, 0.363261, 500).value, 6)
        0.140288
    """
    return _estimated(problem, alpha, samples, excess=False)


def parzen_excess(problem: Problem, alpha: ArrayLike, samples: ArrayLike) -> Estimate:
    """`parzen_risk` less the Bayes risk, as one integral without cancellation; arguments and errors as there."""
    return _estimated(problem, alpha, samples, excess=True)


def best_parzen_alpha(problem: Problem, samples: float) -> ParzenOptimum:
    """argmin over alpha > 0 of `parzen_risk`, scanned logarithmically and refined about the least value.

    Raises:
        NoExactRoute, ProblemError: as `parzen_risk`.

    Examples:
        >>> from theory import regimes
        >>> round(best_parzen_alpha(regimes.two_gaussians(dim=1, prior=0.3), 500).alpha, 5)
        0.36326
    """
    if numbers(samples, "samples").ndim:
        raise ProblemError("samples", shown(samples), "one number of at least 1")
    sums = _sums(problem)
    scales = sums.unit * np.sqrt(sums.variances)
    grid = np.geomspace(LEAST * scales.min(), MOST * (scales.max() + sums.unit * np.ptp(sums.centers)), STEPS)
    values = np.asarray(parzen_excess(problem, grid, samples).value)
    at = min(max(int(values.argmin()), 1), STEPS - 2)

    def excess(log: float) -> float:
        return float(parzen_excess(problem, math.exp(log), samples).value)

    bounds = math.log(grid[at - 1]), math.log(grid[at + 1])
    alpha = math.exp(minimize_scalar(excess, bounds=bounds, method="bounded", options={"xatol": PRECISION}).x)
    least = parzen_excess(problem, alpha, samples)
    bend = float(values[at - 1] - 2 * values[at] + values[at + 1]) / math.log(grid[1] / grid[0]) ** 2
    error = alpha * (PRECISION + math.sqrt(2 * float(least.error) / bend)) if bend > 0 else math.nan
    return ParzenOptimum(float(samples), alpha, error, parzen_risk(problem, alpha, samples), least)


def _sums(problem: Problem) -> KernelSums:
    if described(problem).training.rule != "posterior" or problem.training.noise != "gaussian":
        raise NoExactRoute("the mean risk of the Parzen rule is known for the posterior rule and Gaussian noise")
    if not isinstance(problem, MixtureProblem):
        raise NoExactRoute("the mean risk of the Parzen rule is known for Gaussian mixtures only")
    normal = normal_form(problem)
    held = normal.problem
    assert isinstance(held, MixtureProblem)
    parts = weighted(held)
    scales = [isotropic(law, held.dim) for _label, _weight, law in parts]
    known = [float(scale) for scale in scales if scale]
    means = np.stack([marginal(law, held.dim)[1] for _label, _weight, law in parts])
    gaussian = all(isinstance(law, Gaussian) for _label, _weight, law in parts) and len(known) == len(parts)
    if not gaussian or (held.dim > 1 and (means != means[0]).any()):
        raise NoExactRoute(
            "the mean risk of the Parzen rule is known for Gaussians on the line, and for isotropic ones of one centre"
        )
    geometry = reduce(normal)
    labels, weights = np.array([1 if part[0] else -1 for part in parts]), np.array([part[1] for part in parts])
    centers = means[:, 0] if held.dim == 1 else np.zeros(len(parts))

    def boundaries(alpha: Array) -> Array:
        return np.asarray(geometry.train(alpha).region.ends)

    return KernelSums(held.dim, centers, np.array(known) ** 2, weights, labels, float(normal.unit), boundaries)


def _estimated(problem: Problem, alpha: ArrayLike, samples: ArrayLike, excess: bool) -> Estimate:
    sums = _sums(problem)
    noise, count = np.broadcast_arrays(noises(alpha, "alpha"), numbers(samples, "samples"))
    if not (noise > 0).all():
        raise ProblemError("alpha", "0.0", "a positive scale of the kernel")
    if not (count >= 1).all():
        raise ProblemError("samples", repr(float(count.min())), "at least 1")
    scaled, many = noise.ravel() / sums.unit, count.ravel()
    row, low, high = sums.panels(scaled, many)
    rows = len(scaled)

    def function(index: Index, x: Array) -> Array:
        value, doubt = sums.integrands(x, scaled[index % rows], many[index % rows], excess)
        return np.where((index < rows)[:, None], value, doubt)

    both = np.concatenate([row, row + rows])
    value, error = integrate(function, both, np.tile(low, 2), np.tile(high, 2), 2 * rows)
    found, spread = value[:rows].reshape(noise.shape), (error[:rows] + value[rows:]).reshape(noise.shape)
    return Estimate(found, spread, "line" if sums.dim == 1 else "radial", LIMIT)
