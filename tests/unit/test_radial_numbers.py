"""The numbers of THEORY.md that radial geometry must reproduce: laws 4, 5, 6, 10, 11, and d = 1 against the line."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr

from theory import adversarial_risk, bayes_risk, certified_risk, clean_risk, compare, gain, smooth, train
from theory.problems.normal import Move, Normal
from theory.problems.problem import Ball, Component, DomainProblem, Gaussian, MixtureProblem
from theory.reduction.reduce import reduce

PUBLISHED = 2e-6  # seven printed digits, rounded


def pair(dim: int, prior: float = 0.5, inner: float = 1.0, outer: float = 1.5) -> MixtureProblem:
    return MixtureProblem(prior, dim, (Component(Gaussian(0.0, inner)),), (Component(Gaussian(0.0, outer)),))


def excess_radii(problem: MixtureProblem, alpha: np.ndarray, beta: float) -> np.ndarray:
    """Radii of the final balls of class 0 less the Bayes radius; less than any where it has vanished."""
    geometry = reduce(Normal(problem, Move(Fraction(1), None)))
    bayes = geometry.train(np.zeros(1)).region.ends[0, 0]
    final = geometry.smooth(geometry.train(alpha).region, np.full((len(alpha), 1), beta)).ends[:, 0]
    return np.asarray(np.where(np.isfinite(final), final, 0.0) - bayes)


def excess_radius(problem: MixtureProblem, alpha: float, beta: float) -> float:
    return float(excess_radii(problem, np.array([alpha]), beta)[0])


@pytest.mark.parametrize("dim", [2, 3, 10, 100, 784, 10**5])
@pytest.mark.parametrize("beta", [0.02, 0.3, 1.0, 5.0])
@pytest.mark.parametrize("prior", [0.2, 0.5])
def test_compensation_restores_the_bayes_risk(dim: int, beta: float, prior: float) -> None:
    problem = pair(dim, prior, outer=1.5 if dim < 10**5 else 1.02)
    top = 1.0
    while excess_radius(problem, top, beta) < 0:
        top *= 2
    best = brentq(lambda a: excess_radius(problem, a, beta), 0.0, top, xtol=1e-14, rtol=1e-14)
    least, reached = bayes_risk(problem), clean_risk(problem, best, beta)
    assert reached.value == pytest.approx(least.value, rel=1e-12, abs=1e-15)
    assert reached.value >= least.value - least.error - reached.error
    for other in (0.5 * best, 0.9 * best, 1.1 * best, 2 * best):
        assert clean_risk(problem, other, beta).value > least.value


def most(problem: MixtureProblem, beta: float) -> float:
    """The largest excess of the final radius over the Bayes radius, over training noises."""
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 30, 100)])
    values = excess_radii(problem, grid, beta)
    k = int(np.argmax(values))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    for _ in range(5):
        grid = np.linspace(low, high, 41)
        values = excess_radii(problem, grid, beta)
        k = int(np.argmax(values))
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, 40)]
    return float(values[k])


@pytest.mark.parametrize(("dim", "prior", "limit"), [(2, 0.55, 0.9060480), (2, 0.6, 0.0610177), (10, 0.6, 1.661475)])
def test_beyond_a_finite_smoothing_noise_compensation_ends(dim: int, prior: float, limit: float) -> None:
    problem = pair(dim, prior)
    found = brentq(lambda b: most(problem, b), 0.97 * limit, 1.03 * limit, xtol=1e-9)
    assert found == pytest.approx(limit, abs=PUBLISHED)


def test_a_strongly_favoured_wide_class_leaves_nothing_to_compensate() -> None:
    problem = pair(2, 0.65)
    for beta in (0.01, 0.1, 0.5):
        assert most(problem, beta) < 0
    empty = pair(2, 0.75)
    assert train(empty, 0.0).intervals == [(0.0, np.inf)]
    assert clean_risk(empty, [0.0, 0.3, 2.0], 0.7).value == pytest.approx(0.25, abs=1e-15)


VANISHES = {2: 0.849322, 3: 0.650122, 10: 0.327178, 100: 0.100335, 784: 0.0357295, 3072: 0.0180442}


@pytest.mark.parametrize(("dim", "ratio"), VANISHES.items())
def test_a_ball_vanishes_where_it_should(dim: int, ratio: float) -> None:
    problem = DomainProblem(dim, (Ball(0.0, 4.0),))
    base = train(problem, 0.0)

    def alive(beta: float) -> bool:
        return bool(smooth(base, beta).intervals)

    low, high = 0.9 * ratio * 4, 1.1 * ratio * 4
    while high - low > 1e-9 * high:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if alive(middle) else (low, middle)
    assert low / 4 == pytest.approx(ratio, abs=6e-7)  # six digits


def test_an_isolated_disc() -> None:
    problem = DomainProblem(2, (Ball(0.0, 10.0),))
    for alpha, radius in ((0.0, 3.9574), (2.0, 3.1934)):
        found = smooth(train(problem, alpha), 8.0).intervals
        assert found[0][1] == pytest.approx(radius, abs=5e-5)
        assert clean_risk(problem, alpha, 8.0).value == pytest.approx(np.pi * (100 - found[0][1] ** 2), rel=1e-12)
    assert smooth(train(problem, 4.0), 8.0).intervals == []
    assert clean_risk(problem, 4.0, 8.0).value == pytest.approx(100 * np.pi, rel=1e-14)
    assert smooth(train(problem, 0.0), 8.4931).intervals != []
    assert smooth(train(problem, 0.0), 8.4933).intervals == []
    assert (np.asarray(gain(problem, [0.5, 1, 2, 4, 8], 8.0).value) < 0).all()
    assert gain(problem, [0.5, 2.0], 9.0).value == pytest.approx(0.0, abs=0)


@pytest.mark.parametrize(("dim", "ratio"), [(2, 0.671635), (3, 0.775537), (10, 0.901092), (100, 0.945074)])
def test_the_best_training_noise_at_small_smoothing(dim: int, ratio: float) -> None:
    """R - Bayes is proportional to (alpha^2 L - beta^2 H)^2, so the best alpha is where the final radius is Bayes'."""
    problem = pair(dim)
    beta = 2e-3

    def less(a: float) -> float:
        return -float(compare(problem, a, beta).gain.value) * 1e12

    best = minimize_scalar(
        less, bounds=(0.5 * ratio * beta, 1.5 * ratio * beta), method="bounded", options={"xatol": 1e-9}
    )
    assert best.x / beta == pytest.approx(ratio, abs=0.01)  # the gain is flat there
    root = brentq(lambda a: excess_radius(problem, a, beta), 0.5 * ratio * beta, 1.5 * ratio * beta, xtol=1e-15)
    assert root / beta == pytest.approx(ratio, abs=5e-6)


@pytest.mark.parametrize("dim", [2, 10, 784])
def test_large_training_noise(dim: int) -> None:
    """prior != 1/2: the majority label. prior = 1/2: the half-space x.(m1 - m0) >= (E1|X|^2 - E0|X|^2)/2."""
    side = 3.0 / np.sqrt(dim)
    parts = [(Component(Gaussian(m, s)),) for m, s in ((0.0, 1.0), (side, 1.1))]
    for prior in (0.3, 0.7):
        problem = MixtureProblem(prior, dim, *parts)
        assert clean_risk(problem, 1e4, [0.0, 1.0]).value == pytest.approx(min(prior, 1 - prior), abs=1e-9)
    problem = MixtureProblem(0.5, dim, *parts)
    place = 0.5 * (9.0 + dim * (1.1**2 - 1)) / 3.0
    limit = 0.5 * ndtr((place - 3.0) / 1.1) + 0.5 * ndtr(-place)
    assert clean_risk(problem, 1e5, [0.0, 0.5, 3.0]).value == pytest.approx(limit, abs=1e-7)


@pytest.mark.parametrize("prior", [0.3, 0.5, 0.6])
@pytest.mark.parametrize("scales", [(1.0, 1.5), (2.0, 0.3), (1.0, 1.000001)])
def test_one_dimension_against_the_line(prior: float, scales: tuple[float, float]) -> None:
    problem = MixtureProblem(prior, 1, (Component(Gaussian(0.0, scales[0])),), (Component(Gaussian(0.0, scales[1])),))
    alpha, beta = np.array([0.0, 0.3, 1.0])[:, None], np.array([0.0, 0.01, 0.3, 1.0, 3.0])
    for ask in (lambda *args, **kw: clean_risk(*args[:3], **kw), certified_risk, adversarial_risk):
        one, other = (ask(problem, alpha, beta, 0.2, route=route) for route in (None, "radial"))
        assert (one.route, other.route) == ("line", "radial")
        gap = np.abs(np.asarray(one.value) - other.value)
        defined = np.isfinite(one.value)
        assert (np.isfinite(other.value) == defined).all()
        assert (gap <= np.asarray(one.error) + other.error + 1e-16)[defined].all()
        assert (gap <= 1e-13)[defined].all()


@pytest.mark.parametrize("factor", [1 + 1e-6, 1 + 1e-10, 1 + 1e-14])
def test_nearly_equal_scales_tend_to_the_half_space(factor: float) -> None:
    """The difference of the scales acts at first order: risks differ from the half-space's by about as much."""
    laws = [Gaussian((0.0, 0.0, 0.0), 1.0), Gaussian((1.0, 2.0, 0.5), factor)]
    problem = MixtureProblem(0.3, 3, (Component(laws[0]),), (Component(laws[1]),))
    same = MixtureProblem(0.3, 3, (Component(laws[0]),), (Component(Gaussian((1.0, 2.0, 0.5), 1.0)),))
    alpha, beta = np.array([0.0, 0.5, 2.0])[:, None], np.array([0.0, 0.2, 1.0])
    one, other = clean_risk(problem, alpha, beta), clean_risk(same, alpha, beta)
    assert {one.route, other.route} == {"radial", "line"}
    assert np.abs(np.asarray(one.value) - other.value).max() <= 5 * (factor - 1) + 1e-14


def test_solutions_are_shared_between_equal_requests() -> None:
    problem = pair(3)
    whole = clean_risk(problem, [[0.0], [0.5]], [0.1, 0.2, 0.1])
    single = [[clean_risk(problem, a, b).value for b in (0.1, 0.2, 0.1)] for a in (0.0, 0.5)]
    assert np.asarray(whole.value) == pytest.approx(np.array(single), rel=1e-14)
