"""Certificates, intervals, sets and ratios for networks against definitions, and coverage where the truth is known."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb, inf

import mpmath
import numpy as np
import pytest
from scipy.stats import binom, binomtest, t

from simulate.montecarlo.statistics.intervals import clopper_pearson, paired_difference, upper_tail, votes_needed
from simulate.networks.statistics import (
    ABSTAINED,
    Means,
    TwoStage,
    average_radius,
    cannot_be_told,
    cross_fitted_benefit,
    mean_difference,
    mean_risk,
    predict,
    predicted,
    ratio_of_means,
    seed_risk,
)
from tests.unit.network_coverage import DESIGNS, SEEDS, study
from theory.errors import ProblemError

# Sums in another order, a few operations on numbers of order one.
ROUNDING = 1e-12


def votes(random: np.random.Generator, total: int, *shape: int, classes: int = 4) -> np.ndarray:
    """Random votes (*shape, classes), of shares from near even to near certain."""
    shares = random.dirichlet(np.ones(classes) * 0.5, size=shape)
    return random.multinomial(total, shares)


def some_errors(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Errors that differ by seed and by point, (seeds, ..., points)."""
    hard = random.normal(size=(*shape[1:-1], shape[-1]))
    return hard + random.normal(size=shape) > 1


# ---------------------------------------------------------------- classes


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_most_votes_with_ties_in_either_order(classes: int) -> None:
    counts = np.random.default_rng(1).integers(0, 4, (5, 40, classes))
    for place in np.ndindex(5, 40):
        leaders = [c for c in range(classes) if counts[place][c] == max(counts[place])]
        assert predicted(counts)[place] == leaders[-1]
        assert predicted(counts, "class0")[place] == leaders[0]
        assert predicted(counts, "coin", 3)[place] in leaders


def test_the_coin_is_fair_and_shared_by_all_networks() -> None:
    counts = np.tile([5, 0, 5, 5], (2, 3000, 1))
    classes = predicted(counts, "coin", 1)
    assert (classes[0] == classes[1]).all()
    assert (classes != predicted(counts, "coin", 2)).any()
    for c in (0, 2, 3):
        assert binomtest(int((classes[0] == c).sum()), 3000, 1 / 3).pvalue > 1e-4


@pytest.mark.parametrize("failure", [0.001, 0.05, 0.25, 0.5])
@pytest.mark.parametrize("total", [1, 2, 10, 100])
def test_predict_is_the_binomial_test(total: int, failure: float) -> None:
    """Exactly so: both tails are compared in whole numbers, typed failures with ties among them."""
    counts = votes(np.random.default_rng(total), total, 60)
    for row, found in zip(counts, predict(counts, failure), strict=True):
        second, first = (int(k) for k in np.sort(row)[-2:])
        both = first + second
        tail = Fraction(2 * sum(comb(both, k) for k in range(first, both + 1)), 2**both)
        assert found == (row.argmax() if tail <= Fraction(failure) else ABSTAINED)


def test_predict_agrees_with_scipy() -> None:
    counts = votes(np.random.default_rng(4), 1000, 100, classes=3)
    for row, found in zip(counts, predict(counts, 1e-3), strict=True):
        second, first = (int(k) for k in np.sort(row)[-2:])
        assert (found == ABSTAINED) == (binomtest(first, first + second).pvalue > 1e-3)


# ---------------------------------------------------------------- certificates


@cache
def lower_bound(k: int, total: int, failure: float) -> float:
    """The definition, P(Bin(total, p) >= k) = failure, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        p = (low + high) / 2
        tail = sum(comb(total, j) * p**j * (1 - p) ** (total - j) for j in range(k, total + 1))
        low, high = (low, p) if tail > failure else (p, high)
    return low


RADIUS = {
    "gaussian": lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1),
    "laplace": lambda p: -mpmath.log(2 * (1 - p)),
    "uniform": lambda p: 2 * (p - 0.5),
}


@pytest.mark.parametrize("noise", list(RADIUS))
def test_radii_are_those_of_the_lower_bound(noise: str) -> None:
    random = np.random.default_rng(5)
    total, failure, betas = 60, 0.01, np.array([0.25, 1.0])
    estimation = votes(random, total, 2, 30)
    estimation[:, 0] = [total, 0, 0, 0]
    selection = votes(random, 10, 2, 30) + estimation
    classes, radius = TwoStage.of(selection, estimation).certify(betas, noise, failure)
    for place in np.ndindex(2, 30):
        chosen = predicted(selection[place][None])[0]
        k = int(estimation[place][chosen])
        p = lower_bound(k, total, failure) if k > total / 2 else 0.0
        assert classes[place] == (chosen if p > 0.5 else ABSTAINED)
        expected = betas[place[0]] * RADIUS[noise](p) if p > 0.5 else 0.0
        assert radius[place] == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("noise", list(RADIUS))
@pytest.mark.parametrize(("eps", "beta"), [(0.0, 0.5), (0.1, 0.5), (0.25, 0.5), (0.5, 0.25), (0.3, 1.0)])
def test_certified_means_as_many_votes_as_needed(noise: str, eps: float, beta: float) -> None:
    """At every count, and in line with the radii, which may differ in their last digits only."""
    total, failure = 100, 1e-3
    counts = np.stack([np.arange(total + 1), total - np.arange(total + 1)], axis=-1)
    two = TwoStage.of(np.tile([1, 0], (total + 1, 1)), counts)
    labels = np.zeros(total + 1, int)
    missed = two.uncertified(labels, eps, beta, noise, failure)
    needed = votes_needed(total, upper_tail(noise, eps, beta), failure)
    assert (~missed == (counts[:, 0] >= needed)).all()
    assert two.uncertified(labels + 1, eps, beta, noise, failure).all()
    classes, radius = two.certify(beta, noise, failure)
    apart = np.abs(radius - eps) > 1e-9
    assert ((radius[apart] < eps) | (classes[apart] == ABSTAINED) == missed[apart]).all()


def test_without_smoothing_noise_nothing_but_the_class_is_certified() -> None:
    counts = np.array([[[100, 0], [0, 100]]])
    two = TwoStage.of(counts, counts)
    labels = np.array([0, 0])
    beta = np.array([0.0])
    assert two.uncertified(labels, 0.0, beta, "gaussian", 1e-3).tolist() == [[False, True]]
    assert two.uncertified(labels, 0.1, beta, "gaussian", 1e-3).all()
    classes, radius = two.certify(beta, "gaussian", 1e-3)
    assert classes.tolist() == [[0, 1]]
    assert np.isnan(radius).all()
    assert np.isnan(average_radius(classes, radius, labels)).all()


def test_wrong_and_abstained_points_have_no_radius_on_average() -> None:
    classes = np.array([[0, 1, ABSTAINED, 1], [1, 1, 1, 1]])
    radius = np.array([[1.0, 2.0, 0.0, 4.0], [1.0, 2.0, 3.0, 4.0]])
    assert average_radius(classes, radius, np.array([0, 0, 0, 1])).tolist() == [1.25, 1.0]


def test_unequal_votes_are_refused() -> None:
    with pytest.raises(ProblemError, match="votes: found 3 to 4 for a point, expected equally many"):
        TwoStage.of(np.array([[1, 0], [1, 0]]), np.array([[3, 0], [2, 2]]))


# ---------------------------------------------------------------- intervals


def test_one_seed_has_the_exact_intervals() -> None:
    first, second = some_errors(np.random.default_rng(7), 2, 1, 6, 50)
    for i in range(6):
        wrong, count = mean_risk(first, 0.9), int(first[0, i].sum())
        assert (wrong.low[i], wrong.high[i]) == pytest.approx(clopper_pearson(count, 50, 0.9), abs=ROUNDING)
        gain = mean_difference(first, second, 0.9)
        only = [int((a & ~b)[0, i].sum()) for a, b in ((first, second), (second, first))]
        assert gain.estimate[i] == pytest.approx((only[0] - only[1]) / 50, abs=ROUNDING)
        assert (gain.low[i], gain.high[i]) == paired_difference(*only, 50, 0.9)
        alone = seed_risk(first, 0.9)
        assert (alone.low[0, i], alone.high[0, i]) == clopper_pearson(count, 50, 0.9)


@pytest.mark.parametrize(("seeds", "points"), [(2, 7), (3, 40), (10, 100)])
def test_several_seeds_have_the_intervals_of_the_design(seeds: int, points: int) -> None:
    """Sums written out; the extra points of the design are put beside the others."""
    first, second = some_errors(np.random.default_rng(8), 2, seeds, points)
    t_seeds, t_points = (t.ppf(0.975, m - 1) for m in (seeds, points))

    def squares(values: np.ndarray) -> float:
        return float(sum((v - sum(values) / len(values)) ** 2 for v in values))

    gain, d = mean_difference(first, second, 0.95), first.astype(float) - second
    by_seed = t_seeds**2 * squares(d.mean(axis=1)) / (seeds - 1) / seeds
    by_point = t_points**2 * (squares(d.mean(axis=0)) / (points - 1) / points + t_points**2 / points**2)
    half = np.sqrt(by_seed + by_point)
    ends = max(d.mean() - half, -1.0), min(d.mean() + half, 1.0)
    assert (gain.low, gain.high) == pytest.approx(ends, abs=ROUNDING)

    risk, y = mean_risk(first, 0.95), first.astype(float)
    more = np.column_stack([y, np.zeros(seeds), np.ones(seeds)])
    of_seeds = t_seeds**2 * squares(y.mean(axis=1)) / (seeds - 1) / seeds
    effect = squares(more.mean(axis=0)) / (points + 2) + of_seeds * points / t_points**2
    worth = points * more.var() / effect
    ends = clopper_pearson(y.mean() * worth, worth, 0.95)
    assert (risk.low, risk.high) == pytest.approx(ends, abs=ROUNDING)


@pytest.mark.parametrize("seeds", [1, 2, 3, 10])
@pytest.mark.parametrize("value", [False, True])
def test_equal_values_leave_open_what_the_points_leave_open(seeds: int, value: bool) -> None:
    """No seed disagreed, which makes the points no more: the exact interval of one network."""
    wrong = np.full((seeds, 100), value)
    risk, exact = mean_risk(wrong, 0.95), clopper_pearson(100 * value, 100, 0.95)
    assert (risk.low, risk.high) == pytest.approx(exact, abs=ROUNDING)
    gain = mean_difference(wrong, wrong, 0.95)
    assert gain.low < -0.03
    assert gain.high > 0.03


# ---------------------------------------------------------------- sets


@pytest.mark.parametrize("seeds", [1, 4])
@pytest.mark.parametrize("alphas", [1, 2, 5])
def test_sets_by_pairwise_tests(seeds: int, alphas: int) -> None:
    random = np.random.default_rng(10 * seeds + alphas)
    seen = set()
    for level in np.repeat([0.0, 0.5, 1.5], 10):
        shift = level * np.arange(alphas)[:, None]
        wrong = random.normal(size=(1, 1, 60)) + random.normal(size=(seeds, alphas, 60)) + shift > 1
        found = cannot_be_told(wrong, 0.9)
        error = 0.1 / max(alphas - 1, 1)
        for i in range(alphas):
            worse = [beats(wrong[:, j], wrong[:, i], error) for j in range(alphas) if j != i]
            assert found[i] == (not any(worse))
        assert found[wrong.mean(axis=(0, 2)).argmin()]
        seen |= set(found.tolist())
    assert seen == ({True} if alphas == 1 else {True, False})


def beats(better: np.ndarray, worse: np.ndarray, error: float) -> bool:
    """The one-sided test that a pair is compared by."""
    if len(better) == 1:
        only, other = int((worse & ~better).sum()), int((better & ~worse).sum())
        return only > other and binomtest(only, only + other, alternative="greater").pvalue <= error
    return bool(mean_difference(worse, better, 1 - 2 * error).low > 0)


def test_equal_alphas_stay_together() -> None:
    same = np.repeat(np.random.default_rng(3).random((3, 1, 50)) < 0.2, 4, axis=1)
    assert cannot_be_told(same, 0.95).all()
    assert cannot_be_told(same, 0.2).all()


# ---------------------------------------------------------------- ratios


@pytest.mark.parametrize("seeds", [1, 4])
def test_the_ratio_is_where_the_difference_cannot_be_told_from_zero(seeds: int) -> None:
    """The ends of Fieller's interval, found without its quadratic: a - rho b is as far from 0 as its half-width."""
    random = np.random.default_rng(12)
    b = (random.random((seeds, 80)) < 0.6) * 1.0 - (random.random((seeds, 80)) < 0.1)
    a = b * (random.random((seeds, 80)) < 0.5)
    found = ratio_of_means(a, b, 0.9)
    assert found.determined
    assert found.estimate == pytest.approx(a.mean() / b.mean(), abs=ROUNDING)
    t_seeds, t_points = (t.ppf(0.95, max(m - 1, 1)) for m in (seeds, 80))
    for rho in (found.low, found.high):
        y = a - rho * b
        of_seeds = t_seeds**2 * y.mean(axis=1).var(ddof=1) / seeds if seeds > 1 else 0.0
        floor = t_points**4 / 80**2 * (1 + rho**2)
        h = of_seeds + t_points**2 * y.mean(axis=0).var(ddof=1) / 80 + floor
        assert y.mean() ** 2 == pytest.approx(h, rel=1e-9)
    assert found.low < found.estimate < found.high


@pytest.mark.parametrize("benefit", [0.0, -0.5, 0.01])
def test_a_share_of_no_benefit_is_not_determined(benefit: float) -> None:
    b = np.zeros((3, 100))
    b[:, : round(abs(benefit) * 100)] = np.sign(benefit)
    found = ratio_of_means(b, b, 0.95)
    assert (found.low, found.high, found.determined) == (-inf, inf, False)


def test_the_benefit_is_chosen_on_the_other_half() -> None:
    wrong = np.random.default_rng(14).random((3, 9, 101)) < 0.3
    benefit, chosen = cross_fitted_benefit(wrong, 5)
    halves = []
    for alpha in chosen:
        gain = wrong[:, 0].astype(float) - wrong[:, alpha]
        halves.append((benefit == gain).all(axis=0))
    order = np.random.default_rng(5).permutation(101)
    for side, alpha in enumerate(chosen):
        here = order % 2 == side
        assert halves[side][here].all()
        risks = [wrong[:, a][:, ~here].mean() for a in range(9)]
        assert alpha == risks.index(min(risks))


def test_choosing_does_not_flatter() -> None:
    """Alphas that are all alike have no benefit on average, however many there are to choose from."""
    random = np.random.default_rng(15)
    means = [cross_fitted_benefit(random.random((1, 10, 40)) < 0.3, i)[0].mean() for i in range(400)]
    optimistic = [w[0].mean() - w.mean(axis=1).min() for w in random.random((400, 10, 40)) < 0.3]
    error = np.std(means) / np.sqrt(400)
    assert abs(np.mean(means)) < 4 * error
    assert np.mean(optimistic) > 20 * error


# ---------------------------------------------------------------- coverage


@pytest.mark.parametrize(("points", "confidence"), [(30, 0.8), (50, 0.95), (100, 0.9), (200, 0.99), (1000, 0.99)])
def test_networks_that_agree_are_worth_one(points: int, confidence: float) -> None:
    """Coverage without drawing: k of n points at which all networks err is binomial, at every true share.

    That of a risk never falls short. That of a difference, if one side never errs, does not at 0.99, the usual level.
    """
    count = np.arange(min(points, 120) + 1)
    wrong = np.broadcast_to(np.arange(points) < count[:, None], (3, len(count), points))
    truth = np.linspace(0, min(0.5, 60 / points), 1500)[:, None]
    chance = binom.pmf(count, points, truth)

    def covered(means: Means) -> float:
        return float((chance * ((means.low <= truth) & (truth <= means.high))).sum(axis=1).min())

    assert covered(mean_risk(wrong, confidence)) >= confidence
    if confidence == 0.99:
        assert covered(mean_difference(wrong, np.zeros_like(wrong), confidence)) >= confidence


@pytest.mark.parametrize("place", range(2 * len(DESIGNS)))
def test_what_is_promised_holds(place: int) -> None:
    """Every design at two numbers of seeds; all of them, and longer, by `python -m tests.unit.network_coverage`."""
    design, seeds = DESIGNS[place // 2], SEEDS[place % len(SEEDS)]
    found = study(design, seeds, (100, 400)[place % 3 == 0], 120, 0.9, place)
    assert not [name for name, held in found.items() if held.fails(0.9)]
