"""Intervals of risks and of differences of risks, over test points and over networks. Sets of alphas: sets.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulate.montecarlo.statistics.intervals import clopper_pearson, paired_difference
from simulate.networks.statistics.design import Moments, effective_points


@dataclass(frozen=True)
class Means:
    """Estimates with the ends of their intervals, arrays over settings."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray


def seed_risk(wrong: np.ndarray, confidence: float) -> Means:
    """The risk of each network by itself: Clopper-Pearson over the points, exact.

    wrong (..., points) of 0 and 1; answers (...). Covers the risk of the very network on new points.
    """
    points = wrong.shape[-1]
    count = wrong.sum(axis=-1, dtype=np.int64)
    low, high = _each(lambda k: clopper_pearson(int(k), points, confidence), count)
    return Means(count / points, low, high)


def mean_risk(wrong: np.ndarray, confidence: float) -> Means:
    """The risk of a network trained with a new seed, on a new point: mean over seeds and points.

    The Clopper-Pearson interval of the effective number of points (see `effective_points`); for one seed exactly that
    of the points, and about this network. Where all values are equal it is the interval of as many points met by one
    network: that no seed disagreed does not make the points more. It cannot see a rare seed that fails altogether.

    Args:
        wrong: (seeds, ..., points) of 0 and 1: all networks meet the same points. Answers have the shape (...).
        confidence: of each interval.
    """
    risk = Moments.of(wrong.astype(float))
    low, high = _each(
        lambda p, n: clopper_pearson(p * n, n, confidence), risk.mean, effective_points(risk, 1 - confidence)
    )
    return Means(risk.mean, low, high)


def mean_difference(first: np.ndarray, second: np.ndarray, confidence: float) -> Means:
    """Risk of the first minus risk of the second, of networks with a new seed on a new point; paired by seed and point.

    With first = wrong at alpha = 0 and second = wrong at alpha it is the gain. For one seed the interval is
    `paired_difference`, which is exact, and about these two networks. For several it is the mean difference plus or
    minus h, as design.py says, within [-1, 1], which is approximate. It is never of width 0: where no network differs
    from another at any point, it holds what so many points leave open.

    Args:
        first, second: (seeds, ..., points) of 0 and 1, broadcast against each other. Answers have the shape (...).
        confidence: of each interval.
    """
    ahead, behind = np.broadcast_arrays(first.astype(bool), second.astype(bool))
    gain = Moments.of(ahead.astype(float) - behind)
    if gain.seeds == 1:
        only = (np.asarray((a & ~b).sum(axis=(0, -1))) for a, b in ((ahead, behind), (behind, ahead)))
        return Means(gain.mean, *_each(lambda p, q: paired_difference(int(p), int(q), gain.points, confidence), *only))
    half = np.sqrt(gain.squared_half_width(1 - confidence))
    return Means(gain.mean, np.maximum(gain.mean - half, -1.0), np.minimum(gain.mean + half, 1.0))


def _each(interval: Callable[..., tuple[float, float]], *arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of an interval for every element."""
    low, high = np.vectorize(interval, otypes=[float, float])(*arrays)
    return low, high
