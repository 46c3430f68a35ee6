"""Which alphas cannot be told from the best. Intervals of single differences: means.py."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc

from simulate.networks.statistics.design import effective_points


def cannot_be_told(wrong: np.ndarray, confidence: float) -> np.ndarray:
    """Whether each alpha is not significantly worse than any other one, (alphas,) of bool.

    The alpha of least risk is in the set with probability at least `confidence` (with one seed: of least risk for
    these networks, and exactly so). It could only be missed if one of the A - 1 others were found significantly better
    though none is, so that each one-sided test may err with (1 - confidence)/(A - 1) (Bonferroni). If several alphas
    are best, this holds for each of them. The set is never empty: that of least error in the data is never worse.

    Two alphas are compared by the sign test of the pairs on which only one is wrong (McNemar), of the effective number
    of points (see `effective_points`), which for one seed is the exact test.

    Args:
        wrong: (seeds, alphas, points) of 0 and 1: all networks meet the same points.
    """
    seeds, alphas, points = wrong.shape
    error = (1 - confidence) / max(alphas - 1, 1)
    values = wrong.astype(float)
    risk, of_seeds = values.mean(axis=(0, 2)), values.mean(axis=2)
    both = np.einsum("sap,sbp->ab", values, values, optimize=True) / (seeds * points)
    only = risk[:, None] - both
    by_seed = of_seeds[:, :, None] - of_seeds[:, None]
    several = by_seed.var(axis=0, ddof=1) if seeds > 1 else np.zeros((alphas, alphas))
    by_point = values.mean(axis=0)
    shared = by_point @ by_point.T / points
    own = np.diag(shared)
    square = own[:, None] + own - 2 * shared
    gap, differing = only - only.T, only + only.T
    # One-sided tests: the interval behind the effective number has this error on either side.
    worth = effective_points(gap, differing, several, square, (seeds, points), 2 * error, (-1.0, 1.0))
    chance = betainc(only * worth, only.T * worth + 1, 0.5)
    return ~((gap > 0) & (chance <= error)).any(axis=1)
