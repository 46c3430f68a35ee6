"""Balls on the Monte Carlo side: tables of their noised mass, draws from them, end to end."""

from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.special import log_ndtr

from simulate.montecarlo import Level, Sampling, monte_carlo
from simulate.montecarlo.assemble import domain_rule, mixture_rule
from simulate.montecarlo.draws.in_balls import draw_ball
from simulate.montecarlo.laws.balls import ball_tables, log_mass, turn
from simulate.montecarlo.laws.bessel import log_bessel
from simulate.montecarlo.laws.domains import sets_of
from simulate.montecarlo.laws.fields import contains, log_ball_mass
from simulate.montecarlo.laws.laws import LawGroup
from simulate.montecarlo.rules.rules import bounded
from tests.unit.montecarlo_labels import base_label, label_bounds
from theory import clean_risk, regimes
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Training

# What `balls` promises, and its integrals, which are right to rounding.
TABLE, RELATIVE, PER_AXIS = 1e-9, 1e-13, 1e-14
# More pieces than a table has: padded to as many, tables share what is compiled.
PIECES = 3000


read = jax.jit(log_ball_mass)


def looked_up(dim: int, ratio: float, alpha: float, distance: np.ndarray, others: tuple[float, ...] = ()) -> np.ndarray:
    """log P from the table, as the rules read it, which may be one among those of other noises."""
    radius = np.array([ratio * alpha])
    tables = ball_tables(dim, radius, np.array([*others, alpha]))
    padding = PIECES - tables.coefficients.shape[1]
    tables = tables._replace(coefficients=np.pad(tables.coefficients, ((0, 0), (0, padding), (0, 0))))
    with jax.enable_x64(True):
        return np.asarray(read(tables, jnp.asarray(alpha), jnp.asarray(distance)[None], jnp.asarray(radius)))[0]


@mpmath.workdps(1500)  # the masses are differences
def exact_log_mass(dim: int, ratio: float, s: float) -> float:
    """log P(|s e1 + Z| <= rho) by mpmath: a Poisson mixture of chi-square laws, summed until nothing is added."""
    half, shift, total, before = mpmath.mpf(ratio) ** 2 / 2, mpmath.mpf(s) ** 2 / 2, mpmath.mpf(0), mpmath.mpf(0)
    chance, k = mpmath.exp(-shift), 0
    mass = mpmath.gammainc(mpmath.mpf(dim) / 2, 0, half, regularized=True)
    drop = mpmath.exp(-half) * half ** (mpmath.mpf(dim) / 2) / mpmath.gamma(mpmath.mpf(dim) / 2 + 1)
    while True:
        term = chance * mass
        total += term
        if term < before and term < total * mpmath.mpf(10) ** -20:
            return float(mpmath.log(total))
        before, k = term, k + 1
        mass, drop = mass - drop, drop * half / (mpmath.mpf(dim) / 2 + k)
        chance = chance * shift / k


@pytest.mark.parametrize("order", [1.0, 1.5, 7.0, 39.5, 40.0, 120.0, 5000.0])
def test_log_bessel(order: float) -> None:
    mpmath.mp.dps = 40
    for x in 10.0 ** np.random.default_rng(int(order)).uniform(-7, 4, 12):
        want = float(mpmath.log(mpmath.besseli(order, x)) - x)
        got = float(log_bessel(order, np.array([x]))[0])
        assert abs(got - want) <= 1e-13 * max(1.0, order, abs(want)), (x, got, want)


@pytest.mark.parametrize(("dim", "ratio"), [(2, 0.02), (2, 1.0), (2, 30.0), (3, 4.0), (7, 2.0), (20, 10.0), (60, 5.0)])
def test_tables_match_brute_force(dim: int, ratio: float) -> None:
    rng = np.random.default_rng(dim)
    middle = turn(dim, ratio)[0]
    s = np.concatenate([rng.uniform(max(0, middle - 3), middle + 12, 5), [0.0, middle + 35.0]])
    got = looked_up(dim, ratio, 0.7, 0.7 * s, (2.1, 0.49))
    for mine, place in zip(got, s, strict=True):
        want = exact_log_mass(dim, ratio, float(place))
        assert abs(mine - want) <= TABLE + RELATIVE * abs(want) + PER_AXIS * dim, (place, mine, want)


@pytest.mark.slow
@pytest.mark.parametrize("dim", [2, 3, 10, 500, 10_000, 10**6])
@pytest.mark.parametrize("share", [1e-3, 0.3, 0.99, 1.1, 30.0])
def test_tables_match_their_integrals(dim: int, share: float) -> None:
    """At random places in every range; the integrals themselves are compared with mpmath above and below."""
    ratio = share * math.sqrt(dim)
    middle, excess = turn(dim, ratio)
    rng = np.random.default_rng(1)
    above = np.concatenate([rng.uniform(-min(11, middle), 20, 40), 10 ** rng.uniform(0, 6, 20)])
    got, want = looked_up(dim, ratio, 1.0, middle + above), log_mass(dim, ratio, above)
    rounding = 1e-15 * (middle + np.abs(above)) * (1 + np.abs(above - excess))
    allowed = TABLE + 1e-12 * np.abs(want) + PER_AXIS * dim + 4 * rounding
    assert (np.abs(got - want) <= allowed).all(), np.max(np.abs(got - want) / allowed)


def test_central_mass_is_chi_square() -> None:
    for dim, ratio in [(2, 0.5), (30, 4.0), (1000, 29.0), (10_000, 99.0), (10_000, 90.0)]:
        want = stats.chi2.logcdf(ratio**2, dim)
        got = looked_up(dim, ratio, 1.0, np.zeros(1))[0]
        assert abs(got - want) <= 1e-8 * max(1, abs(want)), (dim, ratio)


def test_a_huge_ball_is_a_half_space() -> None:
    depth = np.array([-6.0, -1.0, 0.0, 0.5, 4.0, 30.0])
    got = looked_up(2, 1e6, 1.0, 1e6 + depth)
    np.testing.assert_allclose(got, log_ndtr(-depth), atol=5e-6 * (1 + np.abs(depth).max()))


@pytest.mark.parametrize("dim", [2, 5, 300])
def test_draws_fill_the_ball(dim: int) -> None:
    part = LawGroup(np.array([[1.0] * dim, [-2.0] * dim]), np.array([[0.5], [3.0]]), np.zeros(2))
    chosen = np.arange(20_000) % 2
    with jax.enable_x64(True):
        x = np.asarray(jax.jit(draw_ball)(part, jnp.asarray(chosen), jax.random.key(5)))
    for k in (0, 1):
        step = x[:, chosen == k] - part.center[k][:, None]
        size = np.linalg.norm(step, axis=0)
        assert stats.kstest((size / part.scale[k, 0]) ** dim, "uniform").pvalue > 1e-4
        assert np.abs((step / size).mean(axis=1)).max() < 6 / math.sqrt(dim * 10_000)


@pytest.mark.slow
def test_disjoint_balls_and_boxes_add_up() -> None:
    problem = DomainProblem(
        3, (Ball((0.0, 0.0, 0.0), 1.0), Box((1.2, -1.0, -1.0), (2.0, 1.0, 1.0))), training=Training("regression")
    )
    rule = domain_rule(problem, np.array([0.5]))
    assert not bounded(rule, "gaussian")
    rng = np.random.default_rng(9)
    x = rng.uniform(-1, 2, (3, 60))
    with jax.enable_x64(True):
        got = np.asarray(base_label(rule, "gaussian", "nearest", jnp.asarray(0.5), jnp.asarray(x)))
        draws = rng.normal(size=(3, 40_000)) * 0.5
        within = jax.jit(partial(contains, sets_of(problem)))
        share = [np.asarray(within(jnp.asarray(p[:, None] + draws))).mean() for p in x.T]
    clear = np.abs(np.array(share) - 0.5) > 0.015
    assert clear.sum() > 40
    np.testing.assert_array_equal(got[clear], np.array(share)[clear] > 0.5)


def test_ball_laws_without_noise_and_off_support() -> None:
    class0, class1 = (Component(Ball((0.0, 0.0), 1.0)),), (Component(Ball((3.0, 0.0), 0.5)),)
    x = np.array([[0.5, 3.2, 1.8, 2.4, 9.0, 0.0], [0.5, 0.1, 0.0, 0.0, 0.0, 9.0]])
    wanted = {"nearest": [0, 1, 0, 1, 1, 0], "class0": [0, 1, 0, 0, 0, 0], "class1": [0, 1, 1, 1, 1, 1]}
    x[0, 2] = 1.7  # 0.7 from one, 0.8 from the other
    for off_support, want in wanted.items():
        problem = MixtureProblem(0.5, 2, class0, class1, Training(off_support=off_support))
        rule = mixture_rule(problem, np.array([0.3]))
        with jax.enable_x64(True):
            low, high = label_bounds(rule, "gaussian", off_support, None, jnp.asarray(x))
        np.testing.assert_array_equal(low, high)
        np.testing.assert_array_equal(low, want)


def test_two_balls_against_noncentral_chi_squares() -> None:
    """Posterior rule of ball laws with Gaussian noise in ten dimensions."""
    dim, alpha = 10, 0.8
    class0, class1 = (Component(Ball(0.0, 2.0)),), (Component(Ball(0.3, 2.5)), Component(Gaussian(0.0, 1.0), 0.5))
    rule = mixture_rule(MixtureProblem(0.4, dim, class0, class1), np.array([alpha]))
    assert not bounded(rule, "gaussian")
    x = np.random.default_rng(6).normal(size=(dim, 400))
    volume = math.pi ** (dim / 2) / math.gamma(dim / 2 + 1)

    def ball(center: float, radius: float) -> np.ndarray:
        shift = ((x - center) ** 2).sum(axis=0) / alpha**2
        return stats.ncx2.cdf((radius / alpha) ** 2, dim, shift) / (volume * radius**dim)

    total = stats.norm.pdf(x, 0, math.hypot(1, alpha)).prod(axis=0)
    above, below = 0.4 * (ball(0.3, 2.5) * 2 / 3 + total / 3), 0.6 * ball(0.0, 2.0)
    with jax.enable_x64(True):
        got = np.asarray(base_label(rule, "gaussian", "nearest", jnp.asarray(alpha), jnp.asarray(x)))
    clear = np.abs(above - below) > 1e-9 * (above + below)
    assert 50 < got.sum() < 350
    np.testing.assert_array_equal(got[clear], (above > below)[clear])


@pytest.mark.slow
def test_two_balls_end_to_end_against_the_exact_side() -> None:
    """Concentric ball laws: clean risk of n votes with and without training noise."""
    from theory import vote_risk

    problem = MixtureProblem(0.5, 3, (Component(Ball(0.0, 1.0)),), (Component(Ball(0.0, 1.6)),))
    for record in monte_carlo(
        problem, alpha=[0.0, 0.5], beta=[0.4], votes=9, sampling=Sampling(30_000, 5), level=Level(0.999)
    ):
        exact = float(vote_risk(problem, record.alpha, record.beta, votes=9).value)
        assert record.clean.low <= exact <= record.clean.high, (record, exact)


@pytest.mark.slow
def test_discs_end_to_end() -> None:
    """One evaluation without voting noise is f itself: its risk is the share that training noise spoils."""
    problem = regimes.discs(side=40, radius=8, seed=1)
    base, noised = monte_carlo(problem, alpha=[0.0, 4.0], beta=0.0, votes=1, sampling=Sampling(20_000, 3))
    assert base.clean.estimate == 0
    exact = float(clean_risk(problem, 4.0, 0.0).value)
    assert noised.clean.low <= exact <= noised.clean.high
