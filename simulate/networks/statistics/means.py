"""Intervals of risks and of differences of risks, over test points and over networks. Sets of alphas: sets.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulate.montecarlo.statistics.intervals import clopper_pearson, paired_difference
from simulate.networks.statistics.design import effective_points


@dataclass(frozen=True)
class Means:
    """Estimates with the ends of their intervals, arrays over settings; points: how many independent points, each met
    by one network, would tell as much."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    points: np.ndarray


def seed_risk(wrong: np.ndarray, confidence: float) -> Means:
    """The risk of each network by itself: Clopper-Pearson over the points, exact.

    wrong (..., points) of 0 and 1; answers (...). Covers the risk of the very network on new points.
    """
    points = wrong.shape[-1]
    count = wrong.sum(axis=-1, dtype=np.int64)
    low, high = _each(lambda k: clopper_pearson(int(k), points, confidence), count)
    return Means(count / points, low, high, np.full(count.shape, float(points)))


def mean_risk(wrong: np.ndarray, confidence: float) -> Means:
    """The risk of a network trained with a new seed, on a new point: mean over seeds and points.

    The Clopper-Pearson interval of the effective number of points (see `effective_points`); for one seed exactly that
    of the points, and about this network. Where all values are equal it is the interval of the points as if there were
    one network: that no seed disagreed does not make the points more. It cannot see a rare seed that fails altogether.

    Args:
        wrong: (seeds, ..., points) of 0 and 1: all networks meet the same points. Answers have the shape (...).
        confidence: of each interval.
    """
    values = wrong.astype(float)
    mean, of_seeds, point_square = _moments(values)
    shape = values.shape[0], values.shape[-1]
    worth = effective_points(mean, mean, of_seeds, point_square, shape, 1 - confidence, (0.0, 1.0))
    low, high = _each(lambda p, n: clopper_pearson(p * n, n, confidence), mean, worth)
    return Means(mean, low, high, worth)


def mean_difference(first: np.ndarray, second: np.ndarray, confidence: float) -> Means:
    """Risk of the first minus risk of the second, as `mean_risk`, paired by seed and point.

    The interval `paired_difference` of the effective number of points; for one seed exactly that of the points. With
    first = wrong at alpha = 0 and second = wrong at alpha it is the gain. The arrays broadcast against each other.
    """
    ahead, behind = np.broadcast_arrays(first.astype(bool), second.astype(bool))
    values = ahead.astype(float) - behind
    mean, of_seeds, point_square = _moments(values)
    shape = values.shape[0], values.shape[-1]
    only = (ahead & ~behind).mean(axis=(0, -1)), (behind & ~ahead).mean(axis=(0, -1))
    worth = effective_points(mean, only[0] + only[1], of_seeds, point_square, shape, 1 - confidence, (-1.0, 1.0))
    low, high = _each(lambda p, q, n: paired_difference(p * n, q * n, n, confidence), *only, worth)
    return Means(mean, low, high, worth)


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, variance of the means of the seeds, and mean square of the means of the points; of (seeds, ..., points)."""
    of_seeds = values.mean(axis=-1)
    several = of_seeds.var(axis=0, ddof=1) if len(values) > 1 else np.zeros(of_seeds.shape[1:])
    return of_seeds.mean(axis=0), several, (values.mean(axis=0) ** 2).mean(axis=-1)


def _each(interval: Callable[..., tuple[float, float]], *arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of an interval for every element."""
    low, high = np.vectorize(interval, otypes=[float, float])(*arrays)
    return low, high
