"""How near intervals and balls must be for training noise to fill the gaps between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr
from scipy.stats import ncx2

from theory import gain, train
from theory.theorems.interference import apart, close

# The last digit that is given, and a little.
DIGIT = 1.5e-6


def middle(count: int, gap: float, alpha: float) -> float:
    """The share of the noise that lands in a row of unit intervals, seen from the midpoint of its middle gap."""
    start = -(count // 2) * (1 + gap) + gap / 2
    lows = start + (1 + gap) * np.arange(count)
    return float((ndtr((lows + 1) / alpha) - ndtr(lows / alpha)).sum())


def best_share(share: Callable[[float], float], alphas: np.ndarray) -> float:
    """The largest share over training noises: that of a scan, refined."""
    at = int(np.argmax([share(alpha) for alpha in alphas]))
    ends = alphas[max(at - 1, 0)], alphas[min(at + 1, len(alphas) - 1)]
    return -float(
        minimize_scalar(lambda alpha: -share(alpha), bounds=ends, method="bounded", options={"xatol": 1e-9}).fun
    )


@pytest.mark.parametrize(("count", "kappa"), [(2, 0.937539257), (3, 0.957899932), (4, 0.997629849)])
def test_the_midpoint_of_an_inner_gap_is_labelled_one_up_to_a_width(count: int, kappa: float) -> None:
    alphas = np.geomspace(0.1, 5, 60)
    found = brentq(lambda gap: best_share(partial(middle, count, gap), alphas) - 0.5, 0.8, 0.9999, xtol=1e-10)
    assert found == pytest.approx(kappa, abs=1e-8)


@pytest.mark.parametrize(("count", "whole"), [(2, 0.936743), (3, 0.944091), (4, 0.997591)])
def test_whole_gaps_close_a_little_later(count: int, whole: float) -> None:
    """Some noise labels an inner gap 1 from edge to edge just below the number, none just above."""
    alphas = np.linspace(0.85, 1.3, 226)

    def least(gap: float, alpha: float) -> float:
        """The least share of the noise that lands in the row, over the points of the gap."""
        places = (count // 2 - 1) * (1 + gap) + 1 + gap * np.linspace(0, 1, 2001)[:, None]
        lows = (1 + gap) * np.arange(count) - places
        return float((ndtr((lows + 1) / alpha) - ndtr(lows / alpha)).sum(axis=1).min())

    found = brentq(lambda gap: best_share(partial(least, gap), alphas) - 0.5, whole - 1e-3, whole + 1e-3, xtol=1e-8)
    assert found == pytest.approx(whole, abs=DIGIT)
    best = max(alphas, key=partial(least, found))
    for gap, closes in ((found - 1e-3, True), (found + 1e-3, False)):
        low, high = (count // 2 - 1) * (1 + gap) + 1, count // 2 * (1 + gap)
        intervals = train(close(count, gap), best).intervals
        assert any(first <= low and high <= last for first, last in intervals) is closes


@pytest.mark.parametrize(("dim", "distance"), [(1, 1.87507851), (2, 0.46833394), (3, 0.23612032), (10, 0.05114419)])
def test_two_balls_bridge_up_to_a_distance(dim: int, distance: float) -> None:
    """At the midpoint each ball of radius 1 has at least a quarter of the noise, for some noise."""

    def share(gap: float, alpha: float) -> float:
        return 2 * float(ncx2.cdf(1 / alpha**2, dim, ((1 + gap / 2) / alpha) ** 2))

    alphas = np.geomspace(0.01, 2, 80)
    found = brentq(
        lambda gap: best_share(partial(share, gap), alphas) - 0.5, distance - 0.01, distance + 0.01, xtol=1e-9
    )
    assert found == pytest.approx(distance, abs=2e-7)


def test_points_next_to_an_edge_are_labelled_one_for_every_gap_below_the_width() -> None:
    for gap in (0.99, 0.999):
        (first, _), *_rest = train(close(3, gap), 0.15).intervals[1:]
        assert first < 1 + gap


def test_the_best_of_four_intervals() -> None:
    assert gain(close(4, 0.99), 1.068, 1.433).value == pytest.approx(1.7312, abs=5e-5)


def test_cases_keep_their_distances() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        count = int(rng.integers(2, 7))
        sizes = {f"width{k}": 10.0 ** rng.uniform(-2, 0) for k in range(count)}
        sizes |= {f"spare{k}": rng.choice([0.0, 0.3]) for k in range(count)}
        boxes = apart(count, False, **sizes).inside
        most = max(box.high - box.low for box in boxes)
        for one, other in pairwise(boxes):
            assert min(other.low - one.low, other.high - one.high) >= 2 * most * (1 - 1e-12)
