"""Boundaries of votes at tau = 1/2: those of a search and of a dense grid, however noises are asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from theory import regimes
from theory.geometry.line.level import level_set, search
from theory.geometry.region import Region
from theory.laws import NOISE
from theory.problems.normal import normal_form
from theory.problems.problem import Smoothing
from theory.reduction.reduce import reduce
from theory.risks.gains import compare
from theory.risks.risks import adversarial_risk, clean_risk

# Two routes to one root agree to the errors that both report; this much more is allowed for their own rounding.
SLACK = 1e-15
# Rounding of the bisected grid, in noise scales.
GRID = 1e-14


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_following_finds_what_the_search_finds(noise: str) -> None:
    rng = np.random.default_rng(3)
    for count in (2, 3, 5):
        geometry = reduce(normal_form(regimes.bumps(count=count, spacing=1.1)))
        base = geometry.train(np.sort(rng.uniform(0, 1.5, 12)))
        beta = np.sort(rng.uniform(0.01, 2, (12, 40)), axis=1)
        followed = level_set(base.region, noise, beta)
        flat = base.region.take(np.repeat(np.arange(12), 40))
        rows = np.flatnonzero(flat.counts > 1)
        searched = search(flat.take(rows), noise, beta.ravel()[rows], None)
        assert (searched.counts == followed.counts[rows]).all()
        width = searched.ends.shape[1]
        found = followed.take(rows)
        real = np.isfinite(searched.ends)
        miss = np.abs(searched.ends[real] - found.ends[:, :width][real])
        assert (miss <= searched.error[real] + found.error[:, :width][real] + SLACK).all()


def spaced(rng: np.random.Generator, kind: int) -> np.ndarray:
    """Boundaries of a base region: generic, in round decimals, almost periodic, symmetric, of many sizes, periodic."""
    n = int(rng.integers(2, 13))
    gaps = (
        rng.exponential(1, n),
        rng.choice([0.1, 0.2, 0.25, 0.3, 0.5, 1.0, 2.0], n),
        1 + rng.normal(0, 10.0 ** rng.integers(-6, -1), n) / 10,
        np.concatenate([half := rng.exponential(1, (n + 1) // 2), half[::-1]]),
        10.0 ** rng.uniform(-3, 1, n),
        np.full(n, 0.5),
        np.tile(rng.uniform(0.05, 1, 2), n),
    )
    shift, scale = rng.choice([0.0, 0.0, 100.0, -1e4]), rng.choice([1.0, 1e-6, 1e6])
    return (np.cumsum(gaps[kind])[:n] + shift) * scale


def counted(ends: np.ndarray, noise: str, beta: float) -> np.ndarray:
    """Boundaries by a dense grid: signs there and at every extremum that it brackets, then bisection."""
    sign, law = np.where(np.arange(len(ends)) % 2 == 0, 1.0, -1.0), NOISE[noise]

    def bisected(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
        side = function(x) > 0
        at = np.flatnonzero(side[1:] != side[:-1])
        low, high = x[at], x[at + 1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            same = (function(middle) > 0) == side[at]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return 0.5 * (low + high)

    def z(x: np.ndarray) -> np.ndarray:
        return (x[:, None] - ends) / beta

    grid = np.linspace(ends[0] - beta, ends[-1] + beta, 1500)
    x = np.unique(np.concatenate([grid, (ends[:, None] + beta * np.linspace(-1, 1, 41)).ravel()]))
    x = np.sort(np.concatenate([x, bisected(lambda at: law.pdf(z(at)) @ sign, x)]))
    return bisected(lambda at: law.cdf(z(at)) @ sign - 0.5, x)


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_no_boundary_is_missed_and_none_is_made(noise: str) -> None:
    rng, merged = np.random.default_rng(11), 0
    for kind in range(7):
        for _ in range(20):
            ends = spaced(rng, kind)[None, :]
            unit = np.ptp(ends) / ends.shape[1]
            region = Region(ends, rng.uniform(size=1) < 0.5, np.spacing(np.abs(ends)))
            beta = unit * np.exp(rng.uniform(np.log(0.05), np.log(6), (1, 12)))
            found = level_set(region, noise, beta)
            for k in range(12):
                known = counted(ends[0], noise, beta[0, k])
                some = np.isfinite(found.ends[k])
                assert some.sum() == len(known)
                off = np.abs(found.ends[k, some] - known)
                assert (off <= found.error[k, some] + 4 * np.spacing(np.abs(known)) + GRID * beta[0, k]).all()
                merged += len(known) < ends.shape[1]
    assert merged > 500


def test_noises_before_any_merger_need_no_search() -> None:
    ends = np.array([[-3.0, -1.0, 0.5, 4.0]])
    region, beta = Region(ends, np.zeros(1, bool), np.zeros_like(ends)), np.linspace(0.1, 0.4, 40)[None, :]
    found = level_set(region, "gaussian", beta)
    assert (found.counts == 4).all()
    alone = [level_set(region, "gaussian", beta[:, k : k + 1]).ends[0] for k in range(40)]
    assert np.abs(found.ends - np.array(alone)).max() <= found.error.max()


def test_windows_leave_out_nothing() -> None:
    """Stripes cost no more than their number, and each is where all of them together put it."""
    rng = np.random.default_rng(2)
    ends = np.cumsum(rng.uniform(0.2, 1.0, 256))[None, :]
    region, beta = Region(ends, np.zeros(1, bool), np.zeros_like(ends)), np.array([[0.01, 0.05, 0.1, 0.2, 0.5, 3.0]])
    found, searched = (
        level_set(region, "gaussian", beta),
        search(region.take(np.zeros(6, int)), "gaussian", beta[0], None),
    )
    assert (found.counts == searched.counts).all()
    real = np.isfinite(searched.ends)
    width = real.shape[1]
    miss = np.abs(searched.ends[real] - found.ends[:, :width][real])
    assert (miss <= searched.error[real] + found.error[:, :width][real] + SLACK).all()


def test_a_noise_asked_for_at_several_radii_is_followed_as_one() -> None:
    problem = regimes.bumps()
    alpha, beta, eps = np.meshgrid([0.0, 0.4], [0.3, 0.8], [0.0, 0.25], indexing="ij")
    together = compare(problem, alpha, beta, eps).risk
    attacked = adversarial_risk(problem, alpha, beta, eps)
    for place in np.ndindex(alpha.shape):
        one = compare(problem, alpha[place], beta[place], eps[place]).risk
        alone = adversarial_risk(problem, alpha[place], beta[place], eps[place])
        assert abs(one.value - together.value[place]) <= one.error + together.error[place]
        assert abs(alone.value - attacked.value[place]) <= alone.error + attacked.error[place]


def test_requests_in_any_order_give_the_same_risks() -> None:
    rng = np.random.default_rng(5)
    problem = regimes.bumps(count=3, spacing=1.3)
    alpha, beta = rng.uniform(0, 1.5, 200), rng.choice(np.linspace(0, 2, 37), 200)
    whole, order = clean_risk(problem, alpha, beta), rng.permutation(200)
    shuffled = clean_risk(problem, alpha[order], beta[order])
    assert (np.abs(whole.value[order] - shuffled.value) <= whole.error[order] + shuffled.error).all()


def test_a_grid_equals_its_cells() -> None:
    problem = regimes.stripes(count=3, gap=0.3)
    for smoothing in ("gaussian", "laplace", "uniform"):
        changed = type(problem)(problem.dim, problem.inside, training=problem.training, smoothing=Smoothing(smoothing))
        alpha, beta = np.linspace(0, 1, 9)[:, None], np.linspace(0, 1.5, 10)
        grid = clean_risk(changed, alpha, beta)
        cells = [[clean_risk(changed, a, b).value for b in beta] for a in alpha[:, 0]]
        assert np.abs(grid.value - np.array(cells)).max() <= 2 * grid.error.max()


def test_training_noises_between_others_have_the_boundaries_they_have_alone() -> None:
    alpha = np.sort(np.random.default_rng(8).uniform(0, 2, 60))
    merged = 0
    for problem in (regimes.bumps(count=5, spacing=1.1), regimes.bumps(count=2, background=0.7)):
        geometry = reduce(normal_form(problem))
        together = geometry.train(alpha).region
        for k in range(60):
            alone = geometry.train(alpha[k : k + 1]).region
            assert alone.counts[0] == together.counts[k]
            width = alone.ends.shape[1]
            miss = np.abs(alone.ends[0] - together.ends[k, :width])
            assert (miss <= alone.error[0] + together.error[k, :width] + SLACK).all()
            merged += alone.counts[0] < together.counts[0]
    assert merged
