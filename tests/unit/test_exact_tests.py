"""Exact tests of counts: against enumeration, uniform under agreement, and powerful without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, kstest, norm

from simulate.agreement.exact_tests import (
    holm,
    interval_p,
    nearest_share,
    normality,
    rejected,
    two_sided,
    z_scores,
)


@pytest.mark.parametrize("samples", [1, 7, 40])
@pytest.mark.parametrize("chance", [0.0, 1e-9, 0.03, 0.5, 0.97, 1.0])
def test_p_values_by_enumeration(samples: int, chance: float) -> None:
    counts = np.arange(samples + 1)
    weight = binom.pmf(counts, samples, chance)
    p = two_sided(counts, samples, np.full(len(counts), chance))
    tails = [min(weight[: k + 1].sum(), weight[k:].sum()) for k in counts]
    assert p == pytest.approx(np.minimum(1, 2 * np.array(tails)), rel=1e-9, abs=1e-14)
    for level in p:
        assert weight[p <= level].sum() <= level * (1 + 1e-9) + 1e-300


def test_impossible_counts_have_no_chance() -> None:
    p = two_sided(np.array([1.0, 0.0, 9.0]), 9, np.array([0.0, 0.0, 1.0]))
    assert p.tolist() == [0.0, 1.0, 1.0]
    z = z_scores(np.array([1.0, 8.0]), 9, np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    assert z[0] > 37
    assert z[1] < -37


@pytest.mark.parametrize(("samples", "chance"), [(4000, 0.3), (1000, 2e-4), (1000, 0.9999), (3, 0.4), (50, 0.0)])
def test_scores_are_standard_normal_under_agreement(samples: int, chance: float) -> None:
    random = np.random.default_rng(5)
    counts = random.binomial(samples, chance, 20_000)
    z = z_scores(counts, samples, np.full(len(counts), chance), random.random(len(counts)))
    assert kstest(z, "norm").pvalue > 0.001
    p = two_sided(counts, samples, np.full(len(counts), chance))
    for level in (0.2, 0.05, 0.01):
        assert np.mean(p <= level) <= level + 4 * np.sqrt(level / len(p))


def test_scores_keep_their_digits_and_their_sign_in_both_tails() -> None:
    counts, chance = np.array([700.0, 300.0]), np.full(2, 0.5)
    high, low = z_scores(counts, 1000, chance, np.array([0.5, 0.5]))
    assert high == pytest.approx(-low, rel=1e-12)
    middle = (binom.sf(700, 1000, 0.5) + binom.sf(699, 1000, 0.5)) / 2
    assert high == pytest.approx(norm.isf(middle), rel=1e-9)


def test_errors_of_the_exact_side_are_allowed_for() -> None:
    counts = np.array([500.0, 500.0, 500.0, 0.0])
    value, error = np.array([0.4, 0.4, 0.6, 0.001]), np.array([0.05, 0.2, 0.08, 0.01])
    assert nearest_share(counts, 1000, value, error) == pytest.approx([0.45, 0.5, 0.52, 0.0], abs=1e-15)
    p = two_sided(counts, 1000, nearest_share(counts, 1000, value, error))
    without = two_sided(counts, 1000, value)
    assert (p >= without).all()
    assert p[1] == 1.0
    assert p[0] < 0.01


def test_a_measure_above_the_volume_is_impossible() -> None:
    chance = nearest_share(np.array([9.0]), 10, np.array([1.2]), np.array([0.0]))
    assert two_sided(np.array([9.0]), 10, chance).tolist() == [0.0]


def test_a_wrong_risk_is_found() -> None:
    random = np.random.default_rng(2)
    counts = random.binomial(4000, 0.33, 200)
    p = two_sided(counts, 4000, np.full(200, 0.30))
    assert np.mean(p < 0.01 / 50) > 0.5


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert rejected(holm(np.full(3, 0.01 / 3)), 0.01).all()


def test_holm_keeps_its_rate_under_full_dependence() -> None:
    p = np.random.default_rng(4).random(20_000)
    wrong = np.mean([rejected(holm(np.full(5, one)), 0.05).any() for one in p])
    assert wrong <= 0.05 / 5 + 0.003


def test_intervals_as_tests_of_two_steps() -> None:
    low, high = np.full(4, 0.1), np.full(4, 0.2)
    value, error = np.array([0.15, 0.21, 0.21, np.inf]), np.array([0.0, 0.005, 0.02, np.nan])
    assert interval_p(low, high, value, error, 1e-4).tolist() == [1.0, 1e-4, 1.0, 1e-4]
    endless = np.full(1, np.inf)
    assert interval_p(endless, endless, endless, np.full(1, np.nan), 1e-4).tolist() == [1.0]
    assert rejected(holm(np.array([0.01 / 7, *[1.0] * 6])), 0.01).tolist() == [True] + [False] * 6


def test_normality() -> None:
    assert normality(norm.ppf((np.arange(50) + 0.5) / 50)) > 0.99
    assert normality(np.full(50, 2.0)) < 1e-6
    assert np.isnan(normality(np.array([])))
