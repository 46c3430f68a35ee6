"""Which alphas cannot be told from the best. Intervals of single differences: means.py."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from simulate.networks.statistics.design import Moments


def cannot_be_told(wrong: np.ndarray, confidence: float) -> np.ndarray:
    """Whether each alpha is not significantly worse than any other one, (alphas,) of bool.

    The alpha of least risk is in the set with probability at least `confidence` (with one seed: of least risk for
    these networks, and exactly so). It could only be missed if one of the A - 1 others were found significantly better
    though none is, so that each one-sided test may err with (1 - confidence)/(A - 1) (Bonferroni). If several alphas
    are best, this holds for each of them. The set is never empty: that of least error in the data is never worse.

    With one seed two alphas are compared by the exact sign test of the points at which only one of them errs (McNemar);
    with several by whether the mean difference exceeds its half-width h (see design.py).

    Args:
        wrong: (seeds, alphas, points) of 0 and 1: all networks meet the same points.
    """
    seeds, alphas, points = wrong.shape
    error = (1 - confidence) / max(alphas - 1, 1)
    values = wrong.astype(float)
    by_seed, by_point = values.mean(axis=2), values.mean(axis=0)
    risk = by_point.mean(axis=1)
    gap = risk[:, None] - risk
    if seeds == 1:
        only = np.rint(by_point @ (1 - by_point.T))
        worse = betainc(only, only.T + 1, 0.5) <= error
    else:
        of_seeds = (by_seed[:, :, None] - by_seed[:, None]).var(axis=0, ddof=1)
        shared = np.cov(by_point).reshape(alphas, alphas)
        own = np.diag(shared)
        of_points = np.maximum(own[:, None] + own - 2 * shared, 0.0)
        # One-sided tests: the interval with this half-width has the error on either side.
        worse = gap**2 >= Moments(seeds, points, gap, of_seeds, of_points).squared_half_width(2 * error)
    return ~((gap > 0) & worse).any(axis=1)
