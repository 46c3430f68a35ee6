"""Level sets of votes over several shells: the true share of votes crosses the level within each boundary's error."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, ctx
from scipy.special import log_ndtr

from tests.oracle.reference_shell_votes import shell_mass
from theory.geometry.radial.level import level_set
from theory.geometry.radial.shell_votes import ShellVoteTerms
from theory.geometry.region import Region
from theory.numerics.terms import log_ratio


def drawn(rng: np.random.Generator, dim: int) -> tuple[Region, float, float]:
    """Two to four shells at distances and widths of 1e-3 to 60 noises, the noise, and log(1 - tau)."""
    beta, count = float(np.exp(rng.uniform(-2, 2))), int(rng.integers(2, 5))
    start = np.sqrt(dim) * rng.uniform(0.8, 1.4) if rng.random() < 0.5 or dim > 1000 else rng.uniform(0.01, 30)
    gaps = np.exp(rng.uniform(np.log(rng.choice([1e-3, 0.05])), np.log(rng.choice([5, 60])), count - 1))
    ends = beta * np.concatenate([[start], start + np.cumsum(gaps)])
    radius = rng.choice([0.0, rng.uniform(0, 1), rng.uniform(1, 8), rng.uniform(8, 40)])
    region = Region(ends[None, :], np.array([rng.random() < 0.5]), np.zeros((1, count)), None, np.zeros(1))
    return region, beta, float(log_ndtr(-radius))


def miss(region: Region, dim: int, beta: float, t: arb) -> arb:
    """Logarithm of 1 - u at distance t."""
    total, noise = arb(0), arb(beta)
    for low, high in zip(*(v[0] for v in region.pieces(False)), strict=True):
        if low < high:
            inner = arb(max(float(low), 0.0)) / noise
            total += shell_mass(dim, t / noise, inner, None if np.isinf(high) else arb(float(high)) / noise)
    return total.log()


@pytest.mark.parametrize("dim", [2, 3, 10, 100, 784, 10**4, 10**6])
@pytest.mark.parametrize("seed", range(4))
def test_the_share_of_votes_crosses_the_level_at_every_boundary(dim: int, seed: int) -> None:
    rng = np.random.default_rng([dim, seed])
    for _ in range(1 if dim >= 10**4 else 6):
        region, beta, tail = drawn(rng, dim)
        found = level_set(dim, region, np.array([[beta]]), np.array([[tail]]))
        ctx.prec = int(350 + 3 * abs(tail) + (200 if dim >= 10**4 else 0))
        for t, error in zip(found.ends[0], found.error[0], strict=True):
            if not t < 1500 * beta:
                continue
            assert error < 1e-9 * t
            sides = [miss(region, dim, beta, arb(t) + sign * arb(error)) - arb(tail) for sign in (-1, 1)]
            assert (sides[0] > 0 and sides[1] < 0) or (sides[0] < 0 and sides[1] > 0)


@pytest.mark.parametrize("dim", [2, 3, 10, 100, 784, 10**4, 10**6])
def test_no_crossing_is_missed(dim: int) -> None:
    """On a grid the class is that of the level set wherever the comparison is beyond its rounding."""
    rng = np.random.default_rng(dim)
    for _ in range(12):
        region, beta, tail = drawn(rng, dim)
        found = level_set(dim, region, np.array([[beta]]), np.array([[tail]]))
        grid = np.maximum(np.add.outer(region.ends[0], beta * np.linspace(-45, 45, 1500)).ravel(), 0.0)
        terms = ShellVoteTerms(dim, region, np.array([beta]), np.array([tail]))
        value, tie = log_ratio(terms, np.zeros(len(grid), np.intp), grid**2)
        near = (np.abs(grid[:, None] - found.ends[0]) <= found.error[0] + 1e-12 * grid[:, None]).any(axis=1)
        assert ((found.contains(grid[None, :])[0] == (value >= -tie)) | (np.abs(value) <= tie) | near).all()
