"""What variance reduction gains: variance of the estimate over seeds, independent draws against spread ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulate.montecarlo import Sampling, monte_carlo
from simulate.montecarlo.draws.sampling import Scheme
from tests.benchmarks.timing import sized
from theory import clean_risk, regimes

SEEDS, SAMPLES, MANY = sized((24, 4096, 400_000), (4, 500, 500))
PROBLEMS: dict[str, Any] = {
    "bumps, d = 1": regimes.bumps(count=3),
    "stripes, d = 1": regimes.stripes(gap=0.3),
    "anisotropic, d = 2": regimes.anisotropic(),
    "concentric, d = 20": regimes.concentric(dim=20),
}


def spread(problem: Any, quantity: str, votes: int, scheme: Scheme = "independent") -> float:
    """Variance over seeds of an estimate."""
    found = [
        monte_carlo(problem, alpha=0.3, beta=0.5, votes=votes, sampling=Sampling(SAMPLES, seed, scheme))[0]
        for seed in range(SEEDS)
    ]
    return float(np.var([getattr(record, quantity).estimate for record in found], ddof=1))


@pytest.mark.parametrize("name", PROBLEMS)
def test_spread_points(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Stratified and Sobol points, clean risk at 1001 votes: factors below 1 are losses. Good to about 60 %."""
    problem, votes = PROBLEMS[name], 101 if "20" in name else 1001
    plain = spread(problem, "clean", votes)
    factors = {kind: plain / spread(problem, "clean", votes, kind) for kind in ("stratified", "sobol")}
    with capsys.disabled():
        print(f"\n  {name}: variance / " + ", ".join(f"{kind} {factor:.1f}" for kind, factor in factors.items()))


@pytest.mark.parametrize("name", PROBLEMS)
def test_antithetic_votes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How far the risk of 21 votes is from the exact one of infinitely many, antithetic against independent.

    Each with the standard error of the simulation, below which a difference means nothing.
    """
    problem = PROBLEMS[name]
    limit = float(clean_risk(problem, 0.3, 0.5).value)
    words = []
    for flag in (False, True):
        found = [
            monte_carlo(problem, alpha=0.3, beta=0.5, votes=21, sampling=Sampling(MANY, seed, antithetic=flag))[0]
            for seed in range(4)
        ]
        risks = [record.clean.estimate for record in found]
        words.append(f"{np.mean(risks) - limit:+.5f} ({np.std(risks, ddof=1) / 2:.5f})")
    with capsys.disabled():
        print(f"\n  {name}: bias at 21 votes {words[0]}, antithetic {words[1]}")
