"""What variance reduction gains: variance of the estimate over seeds, independent draws against spread ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulate.montecarlo import monte_carlo
from theory import regimes

SEEDS, SAMPLES = 24, 4096
PROBLEMS: dict[str, Any] = {
    "bumps, d = 1": regimes.bumps(count=3),
    "stripes, d = 1": regimes.stripes(gap=0.3),
    "anisotropic, d = 2": regimes.anisotropic(),
    "concentric, d = 20": regimes.concentric(dim=20),
}


def spread(problem: Any, quantity: str, votes: int, **options: Any) -> float:
    """Variance over seeds of an estimate."""
    found = [
        monte_carlo(problem, alpha=0.3, beta=0.5, votes=votes, samples=SAMPLES, seed=seed, **options)[0]
        for seed in range(SEEDS)
    ]
    return float(np.var([getattr(record, quantity).estimate for record in found], ddof=1))


@pytest.mark.parametrize("name", PROBLEMS)
def test_spread_points(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Stratified and Sobol points, clean risk at 1001 votes: factors below 1 are losses. Good to about 60 %."""
    problem, votes = PROBLEMS[name], 101 if "20" in name else 1001
    plain = spread(problem, "clean", votes)
    factors = {kind: plain / spread(problem, "clean", votes, sampling=kind) for kind in ("stratified", "sobol")}
    with capsys.disabled():
        print(f"\n  {name}: variance / " + ", ".join(f"{kind} {factor:.1f}" for kind, factor in factors.items()))


@pytest.mark.parametrize("name", PROBLEMS)
def test_antithetic_votes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How far the risk of 21 votes is from that of 2001, antithetic against independent."""
    request: dict[str, Any] = {"alpha": 0.3, "beta": 0.5, "samples": 100_000, "seed": 1}
    limit = monte_carlo(PROBLEMS[name], votes=2001, **(request | {"samples": 20_000}))[0].clean.estimate
    away = [
        abs(monte_carlo(PROBLEMS[name], votes=21, antithetic=flag, **request)[0].clean.estimate - limit)
        for flag in (False, True)
    ]
    with capsys.disabled():
        print(f"\n  {name}: bias at 21 votes {away[0]:.4f}, antithetic {away[1]:.4f}")
