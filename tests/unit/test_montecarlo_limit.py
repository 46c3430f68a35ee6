"""The limit of infinitely many votes: thresholds, the correction by subsets, bias, and coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta, binom, hypergeom

from simulate.montecarlo import Sampling, monte_carlo
from simulate.montecarlo.statistics.limit import UNIT, limit_of
from theory import clean_risk, regimes


@pytest.mark.parametrize("votes", [1, 2, 9, 100, 1001])
@pytest.mark.parametrize("delta", [1e-2, 1e-5])
def test_decided_votes_are_rarely_wrong(votes: int, delta: float) -> None:
    limit = limit_of(votes, delta, False)
    assert binom.sf(limit.high - 1, votes, 0.5) <= delta
    assert limit.high == 0 or binom.sf(limit.high - 2, votes, 0.5) > delta


def subsets(votes: int, fewer: int) -> np.ndarray:
    """By the definition: the chance that a random subset has a majority for class 1."""
    counts, inner = np.arange(votes + 1), np.arange(fewer + 1)
    says = np.where(2 * inner > fewer, 1.0, np.where(2 * inner == fewer, 0.5, 0.0))
    return np.array([hypergeom.pmf(inner, votes, k, fewer) @ says for k in counts])


@pytest.mark.parametrize("votes", [4, 5, 10, 37, 200])
def test_correction_by_subsets(votes: int) -> None:
    counts, fewer = np.arange(votes + 1), votes // 2
    plain = 0.5 * (np.sign(2 * counts - votes) + 1)
    want = (votes * plain - fewer * subsets(votes, fewer)) / (votes - fewer)
    assert np.allclose(limit_of(votes, 1e-3, False).corrected(counts) / UNIT, want, atol=1e-9)


@pytest.mark.parametrize("votes", [25, 100, 101])
def test_correction_removes_the_first_order_of_the_bias(votes: int) -> None:
    """u ~ Beta(2, 1.3): R_n - R_infinity falls like 1/n, the corrected guess like 1/n^2."""
    u = (np.arange(40_000) + 0.5) / 40_000
    weight = beta.pdf(u, 2, 1.3) / len(u)
    counts = np.arange(votes + 1)
    chance = np.array([weight @ binom.pmf(k, votes, u) for k in counts])
    truth = beta.sf(0.5, 2, 1.3)
    plain = chance @ (2 * counts >= votes) - truth
    corrected = chance @ limit_of(votes, 1e-3, False).corrected(counts) / UNIT - truth
    assert abs(plain) > 0.15 / votes
    assert abs(corrected) < 0.6 / votes**2


@pytest.mark.parametrize("antithetic", [False, True])
def test_interval_holds_the_exact_risk(antithetic: bool) -> None:
    """Bumps at 40 votes: the risk of the vote is far from the limit, and the interval of the limit holds it."""
    problem = regimes.bumps(count=3)
    exact = clean_risk(problem, 0.1, 0.4).value
    request: dict[str, Any] = {"votes": 40, "sampling": Sampling(20_000, 4, antithetic=antithetic)}
    (record,) = monte_carlo(problem, alpha=0.1, beta=0.4, **request)
    assert record.limit is not None
    assert record.limit.low <= exact <= record.limit.high
    (more,) = monte_carlo(problem, alpha=0.1, beta=0.4, **(request | {"votes": 4000}))
    assert more.limit is not None
    assert more.limit.low <= exact <= more.limit.high
    assert more.limit.high - more.limit.low < 0.5 * (record.limit.high - record.limit.low)


def test_corrected_guess_is_nearer_than_the_vote() -> None:
    """At 20 votes and 200 000 samples the bias is far above the sampling error, and is mostly removed."""
    problem = regimes.two_gaussians(dim=1)
    exact = clean_risk(problem, 0.0, 2.0).value
    (record,) = monte_carlo(problem, alpha=0.0, beta=2.0, votes=20, sampling=Sampling(200_000, 1))
    assert record.limit is not None
    assert not record.clean.low <= exact <= record.clean.high
    assert abs(record.limit.estimate - exact) < 0.25 * abs(record.clean.estimate - exact)
