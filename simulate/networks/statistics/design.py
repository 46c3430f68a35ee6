"""Networks times test points: how far a mean over both is from its expectation. Every seed meets the same points.

With value y(s, x) of the network of seed s at point x, a mean over K seeds and n points varies as both are drawn anew:

    y = mu + S_s + P_x + E_sx,    Var(mean) = Var(S)/K + Var(P)/n + Var(E)/(K n).

s_seed^2/K + s_point^2/n, from the sample variances of the means of seeds and of points, expects the last term twice
(Owen 2007), and is never too small on average. A sum of two estimated variances has no t distribution; half the width

    h^2 = t_{K-1}^2 s_seed^2/K + t_{n-1}^2 s_point^2/n,

with a quantile for each, covers at least at the asked confidence for every ratio of the two variances (Banerjee 1960),
where Satterthwaite's degrees of freedom fall short for few seeds. With one seed the first term is left out: the answer
is then about that network.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t


def quantiles(seeds: int, points: int, error: float) -> tuple[float, float]:
    """Squares of the two-sided quantiles of t with K - 1 and n - 1 degrees of freedom; 0 for a single seed."""
    of_seeds = float(t.isf(error / 2, seeds - 1)) ** 2 if seeds > 1 else 0.0
    return of_seeds, float(t.isf(error / 2, max(points - 1, 1))) ** 2


def effective_points(
    mean: np.ndarray,
    square: np.ndarray,
    of_seeds: np.ndarray,
    point_square: np.ndarray,
    shape: tuple[int, int],
    error: float,
    pseudo: tuple[float, float],
) -> np.ndarray:
    """How many independent points, each met by one network, tell as much about the mean as the design does.

    The points divided by the design effect h^2/(t_{n-1}^2 Var(y)/n), as for proportions in sample surveys (Korn and
    Graubard 1998): an exact binomial interval of so many points then keeps its shape near 0 and 1, where a t interval
    fails. The ratio is measured as if all networks had met the two values `pseudo` at two more points. This matters
    only where few points differ: a handful of them, or none, says nothing of the others' being wrong for one network
    or for all, and without it no error at all would leave nothing to divide. With one seed it is exactly the points.

    Args:
        mean, square: of all values, and of their squares.
        of_seeds: variance of the means of the seeds.
        point_square: mean of the squares of the means of the points.
        shape: (seeds, points).
        error: two-sided, of the interval to be made.
        pseudo: the least and the greatest value that there is.
    """
    seeds, points = shape
    if seeds == 1:
        return np.full(np.shape(mean), float(points))
    t_seeds, t_points = quantiles(seeds, points, error)
    total, squares = sum(pseudo), sum(p * p for p in pseudo)
    center = ((points * mean + total) / (points + 2)) ** 2
    variance = (points * square + squares) / (points + 2) - center
    of_points = (points * point_square + squares) / (points + 2) - center
    return np.asarray(points * variance / (of_points + t_seeds / t_points * points * of_seeds / seeds))
