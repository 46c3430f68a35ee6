"""Votes per second of the Monte Carlo side, relative to the raw random numbers of the same device."""

from __future__ import annotations

import jax

from simulate.montecarlo import monte_carlo
from tests.benchmarks.timing import best
from theory import regimes

DRAWS = 1 << 24


def test_votes_per_second() -> None:
    """Paired gains (two classifiers for each noise draw) of two Gaussians, d = 1, 16, 256, against raw normals."""
    with jax.enable_x64(True):
        draw = jax.jit(lambda key: jax.random.normal(key, (DRAWS,), "float64").sum())
        raw = DRAWS / best(lambda: draw(jax.random.key(0)).block_until_ready())
    print(f"\n{jax.devices()[0].device_kind}: jax.random.normal (float64) {raw / 1e6:.0f} M/s")
    for dim in (1, 16, 256):
        samples, votes = 20_000, max(4, 2000 // dim)
        problem = regimes.two_gaussians(dim=dim)
        seconds = best(
            lambda p=problem, m=samples, n=votes: monte_carlo(p, alpha=0.5, beta=0.5, votes=n, samples=m, seed=1)
        )
        rate = samples * votes / seconds
        print(f"d = {dim}: {rate / 1e6:.2f} M votes/s, {rate * dim / raw:.2f} of the raw normals")
