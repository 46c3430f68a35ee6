"""Networks times test points: how far a mean over both is from its expectation. Every network meets the same points.

With value y(s, x) of the network of seed s at point x, a mean over K seeds and n points varies as both are drawn anew:

    y = mu + S_s + P_x + E_sx,    Var(mean) = Var(S)/K + Var(P)/n + Var(E)/(K n).

s_seed^2/K + s_point^2/n, from the sample variances of the means of seeds and of points, expects the last term twice
(Owen 2007) and so is not too small on average. A sum of two estimated variances has no t distribution. The half-width

    h^2 = t_{K-1}^2 s_seed^2/K + t_{n-1}^2 s_point^2/n,

with a quantile for each, covers at no less than the asked confidence whatever the ratio of the two variances, for
normal effects (Banerjee 1960), where Satterthwaite's degrees of freedom fall short for few seeds. With one seed the
first term is left out: the answer is then about that network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t


@dataclass(frozen=True)
class Moments:
    """Of values (seeds, ..., points), arrays over the axes between: their mean, the sample variance of the means of
    the seeds (0 for one seed), and the sample variance of the means of the points."""

    seeds: int
    points: int
    mean: np.ndarray
    of_seeds: np.ndarray
    of_points: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> Moments:
        """Of values (seeds, ..., points)."""
        seeds, points = values.shape[0], values.shape[-1]
        by_seed = values.mean(axis=-1)
        of_seeds = by_seed.var(axis=0, ddof=1) if seeds > 1 else np.zeros(by_seed.shape[1:])
        of_points = values.mean(axis=0).var(axis=-1, ddof=min(1, points - 1))
        return cls(seeds, points, by_seed.mean(axis=0), of_seeds, of_points)

    def squared_half_width(self, error: float) -> np.ndarray:
        """h^2 + (t_{n-1}^2/n)^2 of a difference of errors, at a two-sided chance of error.

        The last term is that of t^2/2 more points at which all networks have 1 and as many at which all have -1, as in
        adjusted Wald intervals (Agresti and Coull 1998, Bonett and Price 2012): a few points that differ, or none, say
        little of how many will, and without it no difference at all would leave an interval of no width.
        """
        t_seeds, t_points = quantiles(self.seeds, self.points, error)
        spread = t_seeds * self.of_seeds / self.seeds + t_points * self.of_points / self.points
        return np.asarray(spread + (t_points / self.points) ** 2)


def quantiles(seeds: int, points: int, error: float) -> tuple[float, float]:
    """Squares of the two-sided quantiles of t with K - 1 and n - 1 degrees of freedom; 0 for a single seed."""
    of_seeds = float(t.isf(error / 2, seeds - 1)) ** 2 if seeds > 1 else 0.0
    return of_seeds, float(t.isf(error / 2, max(points - 1, 1))) ** 2


def effective_points(risk: Moments, error: float) -> np.ndarray:
    """How many independent points, each met by one network, tell as much about a risk as the design does.

    The points divided by the design effect h^2/(t_{n-1}^2 Var(y)/n), as for proportions in sample surveys (Korn and
    Graubard 1998): an exact binomial interval of so many points keeps its shape near 0 and 1, where a t interval fails.
    The ratio is measured with two points more, at one of which all networks err and at the other none. This matters
    only where few points differ: whether they are hard for one network or for all cannot then be seen, and no error
    at all would leave nothing to divide. With one seed the answer is exactly the number of points.
    """
    if risk.seeds == 1:
        return np.full(np.shape(risk.mean), float(risk.points))
    t_seeds, t_points = quantiles(risk.seeds, risk.points, error)
    more = risk.points + 2
    wrong = (risk.points * risk.mean + 1) / more
    single = wrong * (1 - wrong)
    between = risk.points * (risk.mean - wrong) ** 2 + wrong**2 + (1 - wrong) ** 2
    common = ((risk.points - 1) * risk.of_points + between) / more
    return np.asarray(risk.points * single / (common + t_seeds / t_points * risk.points * risk.of_seeds / risk.seeds))
