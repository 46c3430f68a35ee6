"""Distances at which balls are hit with a given chance, against masses to 40 digits by Poisson mixtures.

The mass of a ball falls with the distance of its centre: at the two ends of an error it must lie on either side.
"""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, ctx

from tests.oracle.reference_radial_mass import BITS, ball
from theory.arrays import Array
from theory.numerics.special.lost_square import LOG_HALF, lost_square, place, radius_of_half

DIMS = (1, 2, 3, 10, 100, 784)
DRAWS = 40


def encloses(dim: int, rho: float, lost: float, doubt: float, log_tail: float, outer: bool) -> bool:
    """Whether the distance that gives the chance lies within the error of the one found."""
    ctx.prec = BITS
    below, above = (arb(rho) ** 2 - arb(lost) + side * arb(doubt) for side in (-1, 1))
    chance = ball if outer else beyond
    near, far = (chance(dim, max(square, arb(0)).sqrt(), arb(rho)) for square in (below, above))
    wanted, sign = arb(log_tail).exp(), 1 if outer else -1
    return bool((sign * (near - wanted) >= 0 or below <= 0) and sign * (far - wanted) <= 0)


def beyond(dim: int, ell: arb, rho: arb) -> arb:
    """P(|ell e + Z| > rho), as a Poisson mixture of what gamma variables leave above rho^2/2."""
    a, x, mean = arb(dim) / 2, (rho * rho / 2).mid(), (ell * ell / 2).mid()
    weight, tail = (-mean).exp(), x.gamma_upper(a, 1)
    more, total = (x.log() * a - x - (a + 1).lgamma()).exp(), arb(0)
    for j in range(100_000):
        total = (total + weight * tail).mid()
        weight, tail, more = (weight * mean / (j + 1)).mid(), (tail + more).mid(), (more * x / (a + j + 1)).mid()
        if j > mean and weight < total * arb(10) ** -40:
            return total
    raise ArithmeticError(f"no convergence: {dim} {ell} {rho}")


def understated(dim: int, rho: Array, log_tail: float, outer: bool) -> list[float]:
    """The radii whose distances are not where the error says, among those that have any."""
    lost, doubt = lost_square(dim, rho, np.full_like(rho, log_tail), np.full(rho.shape, outer))
    there = np.isfinite(lost)
    assert there.any()
    answers = zip(rho[there], lost[there], doubt[there], strict=True)
    return [r for r, a, b in answers if not encloses(dim, float(r), float(a), float(b), log_tail, outer)]


def radii(dim: int, seed: int | list[int], size: float = 400.0, draws: int = DRAWS) -> Array:
    """Generic ones from where distances end, some next to there, and round ones."""
    rng, least = np.random.default_rng(seed), radius_of_half(dim)
    wide = least * np.exp(rng.uniform(0, np.log(size / least), draws))
    edge = least * (1 + 10.0 ** rng.uniform(-15, -2, draws // 4))
    typed = np.ceil(least * 10) / 10 + np.array([0.0, 0.1, 0.5, 1.0, 2.0, 10.0])
    return np.concatenate([wide, edge, typed])


@pytest.mark.parametrize("dim", DIMS)
def test_half_the_votes(dim: int) -> None:
    assert not understated(dim, radii(dim, dim), LOG_HALF, outer=True)


def test_a_million_dimensions() -> None:
    rho = radius_of_half(10**6) * np.array([1 + 1e-12, 1.0001, 1.02])
    assert not understated(10**6, rho, LOG_HALF, outer=True)


@pytest.mark.parametrize("outer", [True, False])
@pytest.mark.parametrize("log_tail", np.log([0.25, 1e-3, 1e-30, 1e-300]).tolist())
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_other_tails(dim: int, log_tail: float, outer: bool) -> None:
    rho = radii(dim, [dim, int(-log_tail)], 60.0, DRAWS // 2)  # other ones for each tail
    small = 10.0 ** np.random.default_rng(dim).uniform(-3, 1, DRAWS // 2 if outer else 0)
    assert not understated(dim, np.concatenate([rho, small]), log_tail, outer)


@pytest.mark.parametrize("dim", DIMS)
def test_errors_are_of_use(dim: int) -> None:
    rho = radii(dim, dim, 1e6)
    half, all_of_it = np.full_like(rho, LOG_HALF), np.ones(rho.shape, bool)
    lost, doubt = lost_square(dim, rho, half, all_of_it)
    assert (doubt <= 2e-13 * rho).all()
    ell, delta = place(rho, lost)
    np.testing.assert_allclose(ell + delta, rho, rtol=1e-15)


@pytest.mark.parametrize("dim", [2, 10, 10**6])
def test_spheres_that_are_almost_planes(dim: int) -> None:
    """rho^2 - ell^2 = (d - 1)(1 + 1/(6 rho^2) + ...) at 1/2; at other tails rho - ell is the normal quantile."""
    rho = np.array([1e8, 1e20, 1e80])
    lost, _ = lost_square(dim, rho, np.full(3, LOG_HALF), np.ones(3, bool))
    np.testing.assert_allclose(lost, dim - 1, rtol=1e-6)
    far = np.array([1e20, 1e80])
    lost, _ = lost_square(dim, far, np.log([0.15865525393145707] * 2), np.array([True, False]))
    np.testing.assert_allclose(lost / (2 * far), [-1.0, 1.0], rtol=1e-14)


def test_where_there_is_no_distance() -> None:
    """A ball that its centre hits with less than half: none at 1/2, and none for the outside of a small ball."""
    dim = np.array([0.9, 0.999]) * radius_of_half(3)
    assert np.isnan(lost_square(3, dim, np.full(2, LOG_HALF), np.ones(2, bool))[0]).all()
    assert np.isnan(lost_square(3, dim, np.full(2, np.log(1e-3)), np.zeros(2, bool))[0]).all()
    assert np.isfinite(lost_square(3, dim, np.full(2, np.log(1e-3)), np.ones(2, bool))[0]).all()
