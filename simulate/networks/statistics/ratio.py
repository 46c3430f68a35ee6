"""A share of two means over the same networks and points, and a benefit not chosen on the points that measure it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulate.networks.statistics.design import quantiles


@dataclass(frozen=True)
class Ratio:
    """A/B with Fieller's interval; where B cannot be told from 0 it is not determined, and the interval is the line."""

    estimate: float
    low: float
    high: float
    determined: bool


def ratio_of_means(a: np.ndarray, b: np.ndarray, confidence: float) -> Ratio:
    """The ratio A/B of the means of a and b over seeds and points, with Fieller's interval (1954).

    rho is in the interval unless the mean of a - rho b differs from 0 significantly: (A - rho B)^2 > h^2 with

        h^2 = H_aa - 2 rho H_ab + rho^2 H_bb,
        H = t_{K-1}^2 Sigma_seed/K + t_{n-1}^2 Sigma_point/n + (t_{n-1}^2/n)^2 I,

    Sigma the covariances of the means of seeds and of points, and the last term as in design.py. It is bounded if and
    only if B^2 > H_bb; otherwise, and where B < 0, nothing is said.

    Args:
        a, b: (seeds, points), in [-1, 1], such as paired differences of errors.
    """
    seeds, points = a.shape
    mean = np.array([a.mean(), b.mean()])
    t_seeds, t_points = quantiles(seeds, points, 1 - confidence)
    h = t_points * np.cov(a.mean(axis=0), b.mean(axis=0)) / points + (t_points / points) ** 2 * np.eye(2)
    if seeds > 1:
        h = h + t_seeds * np.cov(a.mean(axis=1), b.mean(axis=1)) / seeds
    (aa, ab), (_, bb) = np.outer(mean, mean) - h
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(mean[0] / mean[1])
    if mean[1] <= 0 or bb <= 0:
        return Ratio(estimate, -np.inf, np.inf, False)
    half = np.sqrt(max(ab * ab - aa * bb, 0.0))
    return Ratio(estimate, float((ab - half) / bb), float((ab + half) / bb), True)


def cross_fitted_benefit(wrong: np.ndarray, seed: int = 0) -> tuple[np.ndarray, tuple[int, int]]:
    """What the best training noise gains over none, (seeds, points), and the two alphas taken.

    The points are shuffled and dealt into two halves. On each half the benefit wrong(alpha = 0) - wrong(alpha*) is
    that of the alpha* with least mean error over all networks on the other half (the first one of equals), so that
    choosing the best on the points that measure it does not add to it. The halves are equal to within one point.

    Args:
        wrong: (seeds, alphas, points) of 0 and 1, the first alpha that without training noise.
    """
    points = wrong.shape[-1]
    half = np.random.default_rng(seed).permutation(points) % 2
    benefit = np.empty((wrong.shape[0], points))
    chosen = []
    for side in (0, 1):
        here = half == side
        best = int(wrong[..., ~here].mean(axis=(0, 2)).argmin())
        benefit[:, here] = wrong[:, 0, here].astype(float) - wrong[:, best, here]
        chosen.append(best)
    return benefit, (chosen[0], chosen[1])
