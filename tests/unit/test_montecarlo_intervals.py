"""Exact binomial intervals: against scipy, against the definition, and their coverage computed exactly."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from simulate.montecarlo.statistics.intervals import (
    clopper_pearson,
    paired_difference,
    rare_tail,
    upper_tail,
    votes_needed,
)

# Coverage is computed as a sum of up to a few thousand probabilities.
SUM_ROUNDING = 1e-12
# scipy's binomtest solves for the ends with this absolute tolerance.
ROOT_TOLERANCE = 1e-11


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99, 1 - 1e-9])
@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 50), (3, 50), (50, 50), (7, 10**6), (5 * 10**5, 10**6)])
def test_clopper_pearson_matches_scipy(k: int, n: int, confidence: float) -> None:
    low, high = clopper_pearson(k, n, confidence)
    want = stats.binomtest(k, n).proportion_ci(confidence, method="exact")
    np.testing.assert_allclose((low, high), (want.low, want.high), atol=ROOT_TOLERANCE)
    side = (1 - confidence) / 2
    assert low == 0 if k == 0 else stats.binom.sf(k - 1, n, low) == pytest.approx(side, rel=1e-8)
    assert high == 1 if k == n else stats.binom.cdf(k, n, high) == pytest.approx(side, rel=1e-8)


def test_clopper_pearson_without_trials() -> None:
    assert clopper_pearson(0, 0, 0.9) == (0.0, 1.0)


def coverage(pairs: int, confidence: float, p: float, q: float) -> float:
    """Exact coverage of the paired difference p - q: a sum over all multinomial outcomes."""
    total = 0.0
    for first, second in itertools.product(range(pairs + 1), repeat=2):
        if first + second <= pairs:
            low, high = paired_difference(first, second, pairs, confidence)
            if low <= p - q <= high:
                total += stats.multinomial.pmf([first, second, pairs - first - second], pairs, [p, q, 1 - p - q])
    return total


def shares(step: float) -> list[tuple[float, float]]:
    grid = np.round(np.arange(0, 1 + step / 2, step), 10)
    return [(float(p), float(q)) for p in grid for q in grid if p + q <= 1]


@pytest.mark.parametrize(("pairs", "confidence"), [(1, 0.9), (5, 0.8), (8, 0.95)])
def test_paired_difference_covers(pairs: int, confidence: float) -> None:
    for p, q in shares(0.125):
        assert coverage(pairs, confidence, p, q) >= confidence - SUM_ROUNDING, (p, q)


@pytest.mark.slow
@pytest.mark.parametrize(("pairs", "confidence"), [(20, 0.9), (40, 0.99)])
def test_paired_difference_covers_more_pairs(pairs: int, confidence: float) -> None:
    for p, q in [*shares(0.25), (0.01, 0.0), (0.02, 0.03), (0.0, 0.15), (0.45, 0.55), (0.98, 0.01)]:
        assert coverage(pairs, confidence, p, q) >= confidence - SUM_ROUNDING, (p, q)


def test_paired_difference_is_antisymmetric_and_holds_the_estimate() -> None:
    for first, second in itertools.product(range(11), repeat=2):
        if first + second <= 10:
            low, high = paired_difference(first, second, 10, 0.9)
            back = paired_difference(second, first, 10, 0.9)
            np.testing.assert_allclose((-high, -low), back, atol=1e-12)
            assert -1 <= low <= (first - second) / 10 <= high <= 1


@pytest.mark.parametrize(("first", "second", "excess"), [(550, 450, 1.2), (55000, 45000, 1.2), (520, 480, 1.2)])
def test_paired_difference_is_not_much_wider_than_normal(first: int, second: int, excess: float) -> None:
    pairs = 100 * (first + second)
    low, high = paired_difference(first, second, pairs, 0.99)
    normal = 2 * stats.norm.ppf(0.995) * math.sqrt(first + second - (first - second) ** 2 / pairs) / pairs
    assert normal < high - low < excess * normal


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
def test_upper_tail(noise: str) -> None:
    exact = {
        "gaussian": stats.norm.sf(3.0),
        "laplace": 0.5 * math.exp(-3.0),
        "uniform": 0.0,
    }
    assert upper_tail(noise, 1.5, 0.5) == pytest.approx(exact[noise], rel=1e-14)
    assert upper_tail(noise, 0.0, 0.5) == 0.5
    assert upper_tail("gaussian", 30.0, 1.0) == pytest.approx(stats.norm.sf(30.0), rel=1e-12)
    assert upper_tail("uniform", 0.25, 1.0) == 0.375


@pytest.mark.parametrize("votes", [1, 2, 10, 11, 100])
def test_votes_needed_by_the_definition(votes: int) -> None:
    for tail, failure in itertools.product([0.5, 0.3, 0.02, 1e-6, 0.0], [0.5, 1e-3]):
        wins = [k for k in range(votes + 1) if stats.binom.sf(k - 1, votes, 1 - tail) <= failure]
        assert votes_needed(votes, tail, failure) == (wins[0] if wins else votes + 1), (tail, failure)


@pytest.mark.parametrize(("votes", "radius"), [(100, 1.500475), (1000, 2.463263), (10**4, 3.198578), (10**5, 3.811457)])
def test_all_success_radius(votes: int, radius: float) -> None:
    """The largest radius that n agreeing votes certify at failure probability .001 (published to seven digits)."""
    assert votes_needed(votes, upper_tail("gaussian", radius - 1e-6, 1.0), 1e-3) == votes
    assert votes_needed(votes, upper_tail("gaussian", radius + 1e-6, 1.0), 1e-3) == votes + 1


def test_tau_that_rounds_to_one_is_never_certified_by_few_votes() -> None:
    assert votes_needed(10**6, upper_tail("gaussian", 9.0, 1.0), 1e-3) == 10**6 + 1


def test_rare_tail() -> None:
    for votes, count in [(1, 1), (100, 50), (1000, 2)]:
        u = rare_tail(votes, count, 1e-15)
        assert stats.binom.sf(count - 1, votes, u) == pytest.approx(1e-15, rel=1e-6)
