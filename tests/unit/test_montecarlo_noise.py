"""Noise by counters: its laws, its independence, and that it depends on seed, sample, vote and axis alone."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from simulate.montecarlo.draws.noise import MOST_NUMBERS, seeded, unit_noise, words

LAWS: dict[str, Any] = {"gaussian": stats.norm(), "laplace": stats.laplace(), "uniform": stats.uniform(-1, 2)}


def noise(
    family: str, samples: range, pairs: range, dim: int = 1, seed: int = 5, antithetic: bool = False
) -> np.ndarray:
    """(2, dim, pairs, samples)"""
    with jax.enable_x64(True):
        numbers = [jnp.arange(part.start, part.stop) for part in (samples, pairs)]
        halves = drawn(family, dim, antithetic, jnp.asarray(seeded(seed)), *numbers)
        return np.stack([np.asarray(half) for half in halves])


@partial(jax.jit, static_argnums=(0, 1, 2))
def drawn(family: str, dim: int, antithetic: bool, key: Any, samples: Any, pairs: Any) -> Any:
    axes = dim, jnp.arange(dim)[:, None, None]
    return unit_noise(family, key, samples, pairs[:, None], axes, antithetic=antithetic)


@pytest.mark.parametrize("family", LAWS)
def test_laws(family: str) -> None:
    """Kolmogorov and Smirnov on 2 million numbers, and the tails beyond 1e-4 by counts."""
    found = noise(family, range(1000), range(1000)).ravel()
    assert stats.kstest(found, LAWS[family].cdf).pvalue > 1e-4
    for share in (1e-2, 1e-3, 1e-4, 1e-5):
        for far in (found < LAWS[family].ppf(share), found > LAWS[family].isf(share)):
            assert stats.binomtest(int(far.sum()), found.size, share).pvalue > 1e-5


@pytest.mark.parametrize("family", LAWS)
def test_independence(family: str) -> None:
    """Neighbours along samples, pairs, axes and within pairs: rank correlations of values and of sizes."""
    found = LAWS[family].cdf(noise(family, range(300), range(200), 5)) - 0.5
    spread = np.abs(found) - 0.25
    for part in (found, spread):
        for axis in range(4):
            a, b = np.delete(part, -1, axis).ravel(), np.delete(part, 0, axis).ravel()
            z = np.corrcoef(a, b)[0, 1] * np.sqrt(a.size)
            assert abs(z) < 4.5


def test_pairs_of_normals_fill_the_plane() -> None:
    """Radius and angle of a Box-Muller pair, the quarters of which are made from single bits."""
    x, y = noise("gaussian", range(1000), range(500))[:, 0]
    assert stats.kstest((x**2 + y**2).ravel() / 2, stats.expon().cdf).pvalue > 1e-4
    assert stats.kstest(np.arctan2(y, x).ravel(), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-4


@pytest.mark.parametrize("family", LAWS)
def test_numbers_depend_on_their_place_alone(family: str) -> None:
    whole = noise(family, range(20), range(10), 3)
    assert np.array_equal(noise(family, range(5, 9), range(4, 7), 3), whole[:, :, 4:7, 5:9])
    assert not np.isin(noise(family, range(20), range(10), 3, seed=6), whole).any()


def test_all_numbers_of_a_run_differ() -> None:
    """No two counters coincide: far samples, far votes, many axes."""
    with jax.enable_x64(True):
        ends = [0, 1, MOST_NUMBERS - 1, MOST_NUMBERS, 5 * MOST_NUMBERS, 2**64 - 1]
        found = np.asarray(words(jnp.asarray(seeded(0)), jnp.asarray(np.array(ends, np.uint64))))
    assert len(set(found.tolist())) == len(ends)


def test_antithetic_halves_cancel() -> None:
    even, odd = noise("laplace", range(10), range(10), 2, antithetic=True)
    assert np.array_equal(even, -odd)
