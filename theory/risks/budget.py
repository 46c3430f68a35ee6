r"""The error budget of a flexible classifier: small noises, n samples and N votes cost what a moved boundary costs.

With s the signed density, q the density of the data, B = {s = 0}, H and L = Lap(s)/|grad s| its curvature and
diffusion, Gaussian noises, and the Parzen rule 1[sum_i +-phi_alpha(x - X_i) >= 0] on n points (+ for those of class 1),

    E R - R_Bayes = (1/8) int_B |grad s| (alpha^2 L - beta^2 H)^2 dS                      training and smoothing bias
                  + (4 pi)^(-d/2) int_B q/|grad s| dS / (2 n alpha (alpha^2 + beta^2)^((d - 1)/2))         sampling
                  + (beta^2/2) E M_N^2 int_B |grad s| dS + higher order,                                      votes

M_N the median of N standard normals, E M_N^2 = pi/(2 N) for large N.
Each displaces the boundary along its normal, and a displacement m costs |grad s| E m^2/2 per unit of area. Noises of
training and smoothing move it by (alpha^2 L - beta^2 H)/2; s estimated with variance q (4 pi alpha^2)^(-d/2)/n moves it
at random, by an amount that smoothing averages over the d - 1 directions along B; and N votes put the threshold at
random. Derived here; ingredients: Merriman, Bence and Osher (1992), the variance of a kernel estimate (Parzen 1962),
and the excess risk of a plug-in rule as an integral over the boundary (Hall and Kang 2005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from theory.errors import REMEDY, NoExactRoute
from theory.geometry.curvature import SmallNoise
from theory.laws.median import median_square
from theory.problems.noises import noise
from theory.problems.problem import Problem
from theory.problems.validation import whole
from theory.reduction.reduce import Route
from theory.risks.curvature import small_noise

# Lap(s) below this share of q/width^2 is rounding.
STRAIGHT = 1e-12
# Of the search for the least total, in a logarithm: a step outwards, and where it ends.
STRIDE, PRECISION = 2.0, 1e-13
UNBOUNDED = (
    "the boundary between the classes goes on for ever, where the data thin out: what n samples cost there has no "
    f"leading order; {REMEDY}"
)


@dataclass(frozen=True)
class Spending:
    """Where the excess risk goes to leading order, in units of probability.

    alpha, beta, samples, votes: what it is for; alpha is infinite where training noise moves nothing.
    training, smoothing: the costs of either noise alone. bias: of both together, at most twice their sum and 0 where
    they cancel. sampling, voting: of finitely many samples and votes. total: bias + sampling + voting.
    """

    alpha: float
    beta: float
    samples: float
    votes: float
    training: float
    smoothing: float
    bias: float
    sampling: float
    voting: float

    @property
    def total(self) -> float:
        """E R - R_Bayes."""
        return self.bias + self.sampling + self.voting


@dataclass(frozen=True)
class ErrorBudget:
    """Leading orders of what noises, samples and votes add to the Bayes risk; every term is >= 0.

    boundary: the data of `small_noise`. dim: that of the points that the rule is trained on. Numbers of samples and of
    votes may be `math.inf`; `ProblemError` is raised where they are less than 1.
    """

    boundary: SmallNoise
    dim: int

    def spending(
        self, beta: float, samples: float = math.inf, votes: float = math.inf, alpha: float | None = None
    ) -> Spending:
        """All terms at a training noise, the best one if none is given.

        Raises:
            NoExactRoute: the boundary is not bounded, and there are finitely many samples.
        """
        beta = noise(beta, "beta")
        chosen = self.best_alpha(beta, samples) if alpha is None else noise(alpha, "alpha")
        sampling, voting = self.sampling(chosen, beta, samples), self.voting(beta, votes)
        moved = 0.0 if math.isinf(chosen) else chosen
        training, smoothing, bias = (self.boundary.excess(*at) for at in ((moved, 0.0), (0.0, beta), (moved, beta)))
        return Spending(chosen, beta, samples, votes, training, smoothing, bias, sampling, voting)

    def sampling(self, alpha: float, beta: float, samples: float) -> float:
        """The cost of n samples under kernels of scale alpha.

        Raises:
            NoExactRoute: the boundary is not bounded.
        """
        if math.isinf(many(samples, "samples")):
            return 0.0
        self._log_constant()
        if alpha == 0 or math.isinf(alpha):
            return math.inf if alpha == 0 else 0.0
        return math.exp(self._log_sampling(alpha, beta, samples))

    def voting(self, beta: float, votes: float) -> float:
        """(beta^2/2) E M_N^2 int_B |grad s| dS: the cost of N votes instead of infinitely many, whatever alpha is.

        M_N is the median of N standard normals: pi beta^2/(4 N) int_B |grad s| dS for many votes, beta^2/2 for one.
        """
        number = many(votes, "votes")
        spread = 0.0 if isinstance(number, float) else median_square(number)
        return 0.5 * beta**2 * spread * self.boundary.steepness

    def total(self, alpha: float, beta: float, samples: float = math.inf, votes: float = math.inf) -> float:
        """E R - R_Bayes to leading order."""
        return self.spending(beta, samples, votes, alpha).total

    def best_alpha(self, beta: float, samples: float = math.inf) -> float:
        r"""The training noise of the least total, whatever the number of votes.

        At beta = 0 it is alpha^(d + 4) = d (4 pi)^(-d/2) int q/|grad s| dS / (n int |grad s| L^2 dS), for infinitely
        many samples the curvature-diffusion ratio times beta; else the root of the derivative, which is unique since
        the total is convex in alpha^2. Infinite where training noise moves nothing (L = 0, no boundary).

        Raises:
            NoExactRoute: the boundary is not bounded, and there are finitely many samples.
        """
        if math.isinf(many(samples, "samples")):
            return self.boundary.ratio * beta
        constant, data = self._log_constant(), replace(self.boundary, log_factor=0.0)
        if self._straight():
            return math.inf
        log = constant + math.log(self.dim / data.diffusion_diffusion) - math.log(samples) - self.boundary.log_factor
        log *= 2 / (self.dim + 4)
        return math.sqrt(math.exp(log) if beta == 0 else self._root(log, beta, samples))

    def _root(self, start: float, beta: float, samples: float) -> float:
        """alpha^2 where the derivative by it vanishes; `start`: its logarithm without smoothing.

        The bias falls up to alpha^2 = `least`; the search is for the logarithm of what is beyond.
        """
        square, data = beta * beta, replace(self.boundary, log_factor=0.0)
        mixed, diffusion = square * data.curvature_diffusion, data.diffusion_diffusion
        least = max(mixed, 0.0) / diffusion

        from scipy.optimize import brentq  # slow to import, and seldom needed

        def rise(log: float) -> float:
            """The logarithm of the slope of the bias over that of the cost of sampling, which is falling."""
            a = least + math.exp(log)
            bias = diffusion * math.exp(log) - min(mixed, 0.0)
            fall = 2 / a + 2 * (self.dim - 1) / (a + square)
            cost = self._log_sampling(math.sqrt(a), beta, samples) - self.boundary.log_factor
            return math.log(bias) - math.log(fall) - cost

        low = high = start
        while rise(high) < 0:
            high += STRIDE
        while least + math.exp(low) > least and rise(low) > 0:
            low -= STRIDE
        at_the_end = low == high or least + math.exp(low) == least
        return least + math.exp(low if at_the_end else brentq(rise, low, high, xtol=PRECISION))

    def _straight(self) -> bool:
        """Whether Lap(s) is 0 all along the boundary, but for rounding: training noise leaves it where it is."""
        data = self.boundary
        size = np.divide(data.marginal, data.width**2, out=np.zeros_like(data.width), where=data.width > 0)
        return bool((np.abs(data.laplacian) <= STRAIGHT * size).all())

    def _log_constant(self) -> float:
        """log of (4 pi)^(-d/2) int_B q/|grad s| dS."""
        if not self.boundary.bounded:
            raise NoExactRoute(UNBOUNDED)
        return self.boundary.log_width - 0.5 * self.dim * math.log(4 * math.pi)

    def _log_sampling(self, alpha: float, beta: float, samples: float) -> float:
        averaged = 0.5 * (self.dim - 1) * math.log(alpha**2 + beta**2)
        return self._log_constant() - math.log(2 * samples) - math.log(alpha) - averaged


def many(value: float, key: str) -> int | float:
    """A number of samples or votes: a whole one >= 1, or infinity. Raises `ProblemError` on others."""
    return math.inf if value == math.inf else whole(value, key)


def error_budget(problem: Problem, *, route: Route | None = None) -> ErrorBudget:
    """What small noises, n samples and N votes add to the Bayes risk, from four integrals over one boundary.

    The leading order for small noises and large n alpha^d and N; see the module for the equation. How far it is to be
    trusted is not known from it: compare with `parzen_risk` where that has a route, `vote_risk` and `clean_risk`.

    Args:
        problem: Gaussian components on the line, about a centre or in the plane, Gaussian noises, the posterior rule.

    Raises:
        NoExactRoute: as `small_noise`.

    Examples:
        >>> from theory import regimes
        >>> budget = error_budget(regimes.concentric(dim=2))
        >>> [round(budget.total(alpha, beta, 40_000), 6) for alpha, beta in ((0.2, 0.0), (0.3, 0.3))]
        [0.000626, 0.000274]
        >>> round(budget.best_alpha(0.3, 40_000), 6)
        0.26239
    """
    boundary = small_noise(problem, route=route)
    return ErrorBudget(boundary, problem.dim)
