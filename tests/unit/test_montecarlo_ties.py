"""Ties of votes in simulations: who wins them, and the coins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulate.montecarlo.draws.coins import coins
from simulate.montecarlo.draws.sampling import Sampling
from simulate.montecarlo.estimate import monte_carlo
from tests.unit.test_ties import RARE, TIES, given
from theory import regimes, vote_risk
from theory.problems.problem import Ties


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("votes", [2, 3])
def test_the_simulation_sends_ties_the_same_way(ties: Ties, votes: int) -> None:
    problem = given(regimes.bumps(spacing=1.5), ties)
    sampling = Sampling(samples=20_000, seed=3)
    (record,) = monte_carlo(problem, alpha=0.3, beta=0.5, votes=votes, sampling=sampling)
    share = vote_risk(problem, 0.3, 0.5, votes).value
    low, high = stats.binom.ppf([RARE / 2, 1 - RARE / 2], 20_000, share)
    assert low <= record.clean.fewest == record.clean.most <= high
    assert record.gain.low <= vote_risk(problem, 0.0, 0.5, votes).value - share <= record.gain.high


def test_a_coin_belongs_to_its_sample() -> None:
    key = np.array([3, 4], np.uint64)
    held = coins(key, 0, 4000)
    assert (coins(key, 137, 50) == held[137:187]).all()
    low, high = stats.binom.ppf([RARE / 2, 1 - RARE / 2], 4000, 0.5)
    assert low <= held.sum() <= high
    assert (coins(key + np.uint64(1), 0, 4000) != held).any()
