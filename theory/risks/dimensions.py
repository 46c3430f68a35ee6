"""Two isotropic Gaussians as the dimension grows: who is classified rightly is a matter of two signs.

N(m0, s0^2 I) against N(m1, s1^2 I) at distance |m1 - m0| = sqrt(d) D, v_i = s_i^2 + alpha^2. The base classifier is
class 1 where T(x) = |x - m0|^2/v0 - |x - m1|^2/v1 + d log(v0/v1) + 2 log(prior/(1 - prior)) >= 0. For X of class 1 and
V the smoothing noise T(X + beta V)/d has mean M_1 and variance S_1/d, so that in many dimensions almost every X of
class 1 has almost every vote where M_1 > 0, and almost none where M_1 < 0; likewise class 0 with -T, M_0 and S_0. How
fast, the law `high-dimension-phases` says. Nothing is solved for a finite dimension here: that is `theory.clean_risk`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.estimate import Estimate
from theory.numerics.special.logs import log1pmx
from theory.problems.components import isotropic
from theory.problems.noises import noises, together
from theory.problems.problem import Gaussian, MixtureProblem, Problem, as_vector, described
from theory.problems.typed import typed
from theory.problems.validation import positive

# Newton's steps rise to the root of a concave function; their errors square once they are small.
MOST_STEPS, SETTLED = 100, 4 * np.finfo(float).eps


class Margins(NamedTuple):
    """M_0 and M_1, the means of T/d in favour of the true class, and S_0 and S_1, d times their variances."""

    mean0: Array
    mean1: Array
    spread0: Array
    spread1: Array


@dataclass(frozen=True)
class HighDimension:
    """Two isotropic Gaussians, per dimension.

    scale0, scale1: standard deviations per axis. distance: D, that of the means over sqrt(d). prior: P(Y = 1).
    """

    scale0: float
    scale1: float
    distance: float
    prior: float

    def margins(self, alpha: ArrayLike, beta: ArrayLike, dim: float = math.inf) -> Margins:
        """The means and variances of T/d, of the shape of alpha and beta together.

        With w = v1 - v0, h(x) = x - log(1 + x) >= 0 and t = w (beta^2 - alpha^2)/(v0 v1) + (2/d) log(prior/(1 - prior))

            M_1 = D^2/v0 + h(w/v0) + t      S_1 = 2 (c_1 w/(v0 v1))^2 + 4 c_1 D^2/v0^2
            M_0 = D^2/v1 + h(-w/v1) - t     S_0 = 2 (c_0 w/(v0 v1))^2 + 4 c_0 D^2/v1^2

        and c_i = s_i^2 + beta^2. In the limit both means are positive at alpha = beta.
        """
        a, b, _ = together(alpha, beta)
        v0, v1 = (scale**2 + a**2 for scale in (self.scale0, self.scale1))
        wider, apart = (self.scale1 - self.scale0) * (self.scale1 + self.scale0), self.distance**2
        moved = wider / v0 / v1 * (b - a) * (b + a) + 2 / dim * math.log(self.prior / (1 - self.prior))
        means = (apart / v1 - log1pmx(-wider / v1) - moved, apart / v0 - log1pmx(wider / v0) + moved)
        noisy = ((self.scale0**2 + b**2, v1), (self.scale1**2 + b**2, v0))
        spreads = (2 * (c * wider / v0 / v1) ** 2 + 4 * c * apart / v**2 for c, v in noisy)
        return Margins(*means, *spreads)

    def risk(self, alpha: ArrayLike, beta: ArrayLike, dim: float = math.inf) -> Estimate:
        """The limit of R(alpha, beta), and in `dim` dimensions what R is from there at most.

        value: prior where M_1 < 0 plus 1 - prior where M_0 < 0; NaN on the edge of a phase, where one of them is 0.
        error: 2 sum over classes of share S/(S + d M^2), 0 in the limit, and the rounding of the value.

        Raises:
            ProblemError: a noise is negative or not finite, or dim is not positive.
        """
        held = self.margins(alpha, beta, dim if dim == math.inf else positive(dim, "dim"))
        value, error = np.zeros_like(held.mean0), np.zeros_like(held.mean0)
        sides = ((float(1 - typed(self.prior)), held.mean0, held.spread0), (self.prior, held.mean1, held.spread1))
        for share, mean, spread in sides:
            value = value + np.where(mean == 0, np.nan, np.where(mean < 0, share, 0.0))
            if dim < math.inf:
                error = error + 2 * share * spread / (spread + dim * mean**2)
        rounding = np.where(value > 0, np.spacing(value), 0.0)
        return Estimate(value[()], (error + rounding)[()], "high dimension")

    def squared_radius(self, alpha: ArrayLike) -> Array:
        """Lam(alpha) = v0 v1 log(v1/v0)/(v1 - v0): of the concentric pair the base ball has the radius sqrt(d Lam).

        In the limit R = 0 where s0^2 + beta^2 < Lam(alpha) < s1^2 + beta^2 for s0 < s1.

        Raises:
            NoExactRoute: the means differ, so that the ball is not about the common mean.
        """
        v0, wider = self._narrow() ** 2 + noises(alpha, "alpha") ** 2, self._wider()
        return _reciprocal_mean(v0, wider)

    def best_alpha(self, beta: ArrayLike) -> Array:
        """The limit of the best training noise, Lam(alpha) = Lam(0) + beta^2: the smoothed ball is the Bayes ball.

        It is less than beta for every beta > 0. By Newton's iteration in alpha^2, from below.

        Raises:
            NoExactRoute: the means differ.

        Examples:
            >>> from theory import regimes
            >>> high_dimension(regimes.concentric()).best_alpha([0.3, 0.6, 1.0, 2.0]).round(8).tolist()
            [0.28568251, 0.57504766, 0.96826637, 1.9703006]
        """
        wanted = noises(beta, "beta") ** 2
        v0, wider = self._narrow() ** 2, self._wider()
        square = np.zeros_like(wanted)
        for _ in range(MOST_STEPS):
            step = (wanted - _rise(v0, wider, square)) / _slope(v0 + square, wider)
            square = square + step
            if (np.abs(step) <= SETTLED * square).all():
                break
        return np.asarray(np.sqrt(square))

    def _narrow(self) -> float:
        if self.distance:
            raise NoExactRoute("a ball about the common mean needs means that agree, and these differ")
        return min(self.scale0, self.scale1)

    def _wider(self) -> float:
        return abs(self.scale1 - self.scale0) * (self.scale1 + self.scale0)


def _reciprocal_mean(v0: Array, wider: float) -> Array:
    """1 over the logarithmic mean of 1/v0 and 1/(v0 + wider)."""
    return v0 + wider if wider == 0 else np.asarray(v0 * (v0 + wider) * np.log1p(wider / v0) / wider)


def _slope(v0: Array, wider: float) -> Array:
    """Of that mean in v0, at a given width: (2 + u) log(1 + u)/u - 1, u = wider/v0."""
    u = wider / v0
    return np.ones_like(v0) if wider == 0 else np.asarray((2 + u) * np.log1p(u) / u - 1)


def _rise(v0: float, wider: float, more: Array) -> Array:
    """That mean at v0 + more less that at v0, without their cancellation."""
    after = v0 + more
    if wider == 0:
        return more
    turned = v0 * (v0 + wider) / wider * np.log1p(-wider * more / (after * (v0 + wider)))
    return np.asarray(more * (1 + (v0 + after) / wider) * np.log1p(wider / after) + turned)


def high_dimension(problem: Problem) -> HighDimension:
    """What a problem of two isotropic Gaussians becomes where its scales stay and distances grow like sqrt(d).

    Examples:
        >>> from theory import clean_risk, regimes
        >>> problem = regimes.concentric(dim=10_000, prior=0.9)
        >>> round(clean_risk(problem, 1.0, 0.0).value, 6), high_dimension(problem).risk(1.0, 0.0).value
        (0.9, 0.9)

    Raises:
        NoExactRoute: a class is not one isotropic Gaussian, a noise is not Gaussian or the rule not posterior.
    """
    held = described(problem)
    families = {held.training.noise, held.smoothing.noise}
    if not isinstance(held, MixtureProblem) or held.training.rule != "posterior" or families != {"gaussian"}:
        raise NoExactRoute("the limit of many dimensions is one of mixtures, the posterior rule and Gaussian noises")
    sides = (held.class0, held.class1)
    laws = [side[0].law for side in sides if len(side) == 1]
    gaussians = [law for law in laws if isinstance(law, Gaussian)]
    scales = [scale for law in gaussians if (scale := isotropic(law, held.dim)) is not None]
    if len(scales) < 2:
        raise NoExactRoute("the limit of many dimensions is known for one isotropic Gaussian a class")
    zero, one = (as_vector(law.mean, held.dim) for law in gaussians)
    distance = float(np.linalg.norm(one - zero)) / math.sqrt(held.dim)
    return HighDimension(scales[0], scales[1], distance, held.prior)
