"""Masses of balls under isotropic Gaussians: against 31-digit tables, a second route, exact identities, stock routines.

The table comes from tests/oracle/make_noncentral.py.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.special import chndtr, log_ndtr
from scipy.stats import ncx2

from theory.arrays import Array
from theory.numerics.special.logs import log_diff_exp
from theory.numerics.special.noncentral import (
    ball_law,
    ball_log_mass,
    ball_mass_derivatives,
    ball_tails,
    log_density_bound,
    log_error,
)

TABLE = json.loads((Path(__file__).parents[1] / "oracle" / "noncentral.json").read_text())
DIM = np.array([row["dim"] for row in TABLE], dtype=float)
ELL, DELTA = (np.array([float(row[name]) for row in TABLE]) for name in ("ell", "delta"))

# Masses that a double can hold, log > -745: what twelve ulp per unit of the logarithm amount to there.
REPRESENTABLE_ERROR = 1e-12
# Masses above 1e-16: a few ulp, no more than a direct formula would lose.
BULK_ERROR = 3e-14
# What the tails of gamma laws may lose beyond that: four ulp for each of 200 dimensions.
GAMMA_ERROR = 2e-13


def reference(name: str) -> tuple[Array, Array]:
    """Values and remainders of a column."""
    high, low = np.array([[float(part) for part in row[name]] for row in TABLE]).T
    return high, low


def error(got: Array, name: str) -> Array:
    """Absolute error of logs, exact because neighbouring doubles subtract exactly."""
    high, low = reference(name)
    same = got == high
    return np.abs(np.where(same, 0.0, got) - np.where(same, 0.0, high) - low)


def test_the_table_reaches_into_every_regime() -> None:
    cdf, sf = reference("log_cdf")[0], reference("log_sf")[0]
    assert len(TABLE) >= 300
    assert {1, 2, 3, 5, 10, 100, 784, 3072, 10**5, 10**6} <= set(DIM)
    assert ELL.min() == 0.0
    assert ELL.max() > 1e14
    for tail in (cdf, sf):
        assert np.sum(tail < -300) > 20
        assert np.sum(tail < -10000) > 3
    assert sum("poisson" in row["routes"] for row in TABLE) > 50


def test_masses_agree_with_the_table() -> None:
    for got, name in zip(ball_log_mass(DIM, ELL, DELTA), ("log_cdf", "log_sf"), strict=True):
        wrong, truth = error(got, name), reference(name)[0]
        assert np.max(wrong[truth > -745]) < REPRESENTABLE_ERROR
        assert np.max(wrong[truth > -37]) < BULK_ERROR
        assert np.all(wrong <= log_error(DIM, ELL, DELTA))


def test_the_small_part_of_the_larger_mass_is_right() -> None:
    """The log of a mass next to 1 is minus the other mass: it too has full relative precision."""
    for got, name in zip(ball_log_mass(DIM, ELL, DELTA), ("log_cdf", "log_sf"), strict=True):
        truth = reference(name)[0]
        near_one = (truth < -1e-290) & (truth > -1e-3)
        ratio = error(got, name)[near_one] / -truth[near_one]
        assert np.all(ratio <= log_error(DIM, ELL, DELTA)[near_one])


def test_derivatives_agree_with_the_table() -> None:
    names = ("log_radial_pdf", "log_minus_dp_dell")
    for got, name in zip(ball_mass_derivatives(DIM, ELL, DELTA), names, strict=True):
        assert np.all(error(got, name) <= log_error(DIM, ELL, DELTA))


def test_one_dimension_is_a_difference_of_normal_tails() -> None:
    rng = np.random.default_rng(1)
    ell = 10.0 ** rng.uniform(-3, 3, 2000)
    delta = rng.uniform(-1, 1, 2000) * np.minimum(ell, 30.0)
    cdf, sf = ball_log_mass(1, ell, delta)
    right = log_diff_exp(log_ndtr(delta), log_ndtr(-(2 * ell + delta)))
    assert np.all(
        np.abs(sf - np.logaddexp(log_ndtr(-delta), log_ndtr(-(2 * ell + delta)))) <= 2 * log_error(1, ell, delta)
    )
    narrow = log_ndtr(-(2 * ell + delta)) > right - 3  # there the difference itself loses digits
    assert np.all((np.abs(cdf - right) <= 2 * log_error(1, ell, delta)) | narrow)


@pytest.mark.parametrize(
    ("dim", "beta"),
    [(1, 1.482602), (2, 0.849322), (3, 0.650122), (10, 0.327178), (100, 0.100335), (784, 0.0357295), (3072, 0.0180442)],
)
def test_a_centred_ball_vanishes_at_the_median_of_chi(dim: int, beta: float) -> None:
    """beta/r = 1/sqrt(median chi^2_d), known to the last printed digit: one side of 1/2 at each end of its rounding."""
    half_digit = 0.5 * 10.0 ** -len(f"{beta}".split(".")[1])
    cdf, _ = ball_log_mass(dim, 0.0, 1 / np.array([beta - half_digit, beta + half_digit]))
    assert cdf[0] > np.log(0.5) > cdf[1]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    dim=st.sampled_from([1.0, 2.0, 3.0, 17.0, 784.0, 1e6]),
    ell=st.floats(0.0, 1e8),
    delta=st.floats(-40.0, 40.0),
    step=st.floats(1e-3, 1.0),
)
def test_mass_grows_with_the_radius_and_shrinks_with_the_distance(
    dim: float, ell: float, delta: float, step: float
) -> None:
    cdf, sf = ball_log_mass(dim, ell, np.array([delta, delta + step]))
    slack = log_error(dim, ell, np.array([delta, delta + step])).sum()
    assert cdf[0] <= cdf[1] + slack
    assert sf[1] <= sf[0] + slack
    assert np.all((cdf <= 0) & (sf <= 0))
    assert ball_log_mass(dim, ell + step, delta - step)[0] <= cdf[0] + slack  # same radius, farther centre
    assert abs(np.exp(cdf[0]) + np.exp(sf[0]) - 1) <= slack


def test_derivatives_are_the_slopes_of_the_mass() -> None:
    dim, ell = np.array([1.0, 2.0, 10.0, 784.0, 3072.0]), np.array([0.7, 3.0, 20.0, 5.0, 100.0])
    delta = dim / (np.sqrt(dim + ell**2) + ell)
    h = 1e-4  # the central difference errs by O(h^2) = 1e-8 and by ulp/h = 1e-12
    radial, inward = np.exp(ball_mass_derivatives(dim, ell, delta))
    along = np.diff([np.exp(ball_log_mass(dim, ell, delta + s)[0]) for s in (-h, h)], axis=0)[0] / (2 * h)
    across = np.diff([np.exp(ball_log_mass(dim, ell + s, delta - s)[0]) for s in (-h, h)], axis=0)[0] / (2 * h)
    np.testing.assert_allclose(radial, along, rtol=1e-6)
    np.testing.assert_allclose(inward, -across, rtol=1e-6)


def test_arrays_broadcast_and_agree_with_scalars() -> None:
    cdf, sf = ball_log_mass(np.array([[1], [10], [1000]]), np.array([0.0, 2.0, 1e3, 1e9]), 0.5)
    assert cdf.shape == sf.shape == (3, 4)
    assert ball_log_mass(np.empty((0, 2)), 1.0, np.ones(2))[0].shape == (0, 2)
    assert np.ndim(ball_log_mass(3, 1.0, 1.0)[0]) == 0
    together = np.array(ball_log_mass(DIM, ELL, DELTA))
    alone = np.array([ball_log_mass(*case) for case in zip(DIM, ELL, DELTA, strict=True)]).T
    assert np.all((together == alone) | (np.abs(together - alone) <= log_error(DIM, ELL, DELTA)))


def test_many_elements_are_worked_off_in_portions() -> None:
    delta = np.linspace(-3.0, 10.0, 200_001)
    cdf, _ = ball_log_mass(5, 3.0, delta)
    few = slice(None, None, 10_000)
    np.testing.assert_allclose(cdf[few], ball_log_mass(5, 3.0, delta[few])[0], rtol=1e-14)


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("ell", "delta", "masses", "derivatives"),
    [
        (1.0, -1.0, (-INF, 0.0), (-INF, -INF)),
        (1.0, -7.0, (-INF, 0.0), (-INF, -INF)),
        (0.0, 0.0, (-INF, 0.0), (-INF, -INF)),
        (1.0, -INF, (-INF, 0.0), (-INF, -INF)),
        (1.0, INF, (0.0, -INF), (-INF, -INF)),
        (1.0, 1e80, (0.0, -5e159), (-5e159, -5e159)),
        (0.0, 1e80, (0.0, -5e159), (-5e159, -INF)),
        (1.0, NAN, (NAN, NAN), (NAN, NAN)),
        (NAN, 1.0, (NAN, NAN), (NAN, NAN)),
        (INF, 0.0, (np.log(0.5), np.log(0.5)), (-0.5 * np.log(2 * np.pi),) * 2),
    ],
)
def test_edges(ell: float, delta: float, masses: tuple[float, float], derivatives: tuple[float, float]) -> None:
    np.testing.assert_allclose(ball_log_mass(3, ell, delta), masses, rtol=1e-15)
    np.testing.assert_allclose(ball_mass_derivatives(3, ell, delta), derivatives, rtol=1e-15)
    assert log_error(3, ell, delta) >= 0 or np.isnan(ell + delta)


def test_subnormal_and_huge_arguments() -> None:
    for dim, ell, delta in [(3, 0.0, 5e-324), (1, 1e100, 1.0), (10**9, 1e100, 1e70), (2, 1e100, -9.99e99)]:
        assert np.all(np.isfinite(ball_log_mass(dim, ell, delta)))
        assert not np.any(np.isnan(ball_mass_derivatives(dim, ell, delta)))


@pytest.mark.parametrize(
    ("dim", "ell", "said"), [(0, 1.0, "dim: found 0.0"), (INF, 1.0, "dim: found inf"), (1, -2.0, "ell: found -2.0")]
)
def test_bad_input_is_refused(dim: float, ell: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ball_log_mass(dim, ell, np.zeros(3))


def stock(dim: float, ell: float, delta: float) -> tuple[float, float, float]:
    """Cdf (twice) and sf of SciPy."""
    x = (ell + delta) ** 2
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return ncx2.cdf(x, dim, ell**2), chndtr(x, dim, ell**2), ncx2.sf(x, dim, ell**2)


def test_stock_tails_underflow() -> None:
    """SciPy 1.17 answers 0 where the truth is 1e-198. If this fails SciPy has improved: drop it."""
    assert stock(784, 3e5, -30.0)[:2] == (0.0, 0.0)
    assert np.isclose(ball_log_mass(784, 3e5, -30.0)[0] / np.log(10), -197.326, atol=1e-3)


def test_stock_tails_lose_digits() -> None:
    """SciPy 1.17 keeps eight digits of 1e-45 at noncentrality 1e8."""
    ours = np.exp(ball_log_mass(10, 1e4, -14.0)[0])
    for value in stock(10, 1e4, -14.0)[:2]:
        assert 1e-9 < abs(value / ours - 1) < 1e-7


def test_stock_routines_break_beyond_5e10() -> None:
    """SciPy 1.17 answers nan for the cdf and .23 for an sf of .401 at noncentrality 1e12."""
    cdf, same, sf = stock(10, 1e6, 0.25)
    assert np.isnan(cdf)
    assert np.isnan(same)
    assert abs(sf - 0.232) < 1e-3
    np.testing.assert_allclose(np.exp(ball_log_mass(10, 1e6, 0.25)), (0.598704, 0.401296), atol=1e-5)


def test_both_masses_and_densities_at_once() -> None:
    names = ("log_cdf", "log_sf", "log_radial_pdf", "log_minus_dp_dell")
    law, bound = ball_law(DIM, ELL, DELTA), log_error(DIM, ELL, DELTA)
    np.testing.assert_array_equal(law.error, bound)
    for got, name in zip(law, names, strict=False):
        assert np.all(error(got, name) <= bound)


def test_masses_with_their_error() -> None:
    """From a contour; around the ball's own centre from a gamma law, with a larger error."""
    tails = ball_tails(DIM, ELL, DELTA)
    for got, name in zip(tails, ("log_cdf", "log_sf"), strict=False):
        assert np.all(error(got, name) <= tails.error)
    away = (ELL > 0) | (DIM > 200)
    np.testing.assert_array_equal(tails.error[away], log_error(DIM, ELL, DELTA)[away])
    assert np.sum(~away) > 10


def test_the_bound_of_densities() -> None:
    """Never below the density, and not far above it: on the table and at 20000 random places."""
    rng = np.random.default_rng(3)
    dim = np.where(rng.random(20_000) < 0.3, rng.integers(1, 6, 20_000), np.floor(np.exp(rng.uniform(0, 14, 20_000))))
    ell = np.where(rng.random(20_000) < 0.1, 0.0, 10.0 ** rng.uniform(-4, 6, 20_000))
    delta = np.sqrt(dim + ell**2) - ell + rng.normal(0, 4, 20_000)
    delta = np.maximum(delta, 1e-6 - 0.999 * ell)
    for place in ((DIM, ELL, DELTA), (dim, ell, delta)):
        over = log_density_bound(*place) - ball_mass_derivatives(*place)[0]
        assert np.all(over >= -2 * log_error(*place))
        assert over.max() < 0.18
    tails = ball_tails(dim, ell, delta)
    np.testing.assert_array_equal(tails.log_most, log_density_bound(dim, ell, delta))


@pytest.mark.parametrize("dim", [2, 3, 4, 9, 19, 20, 21, 50, 199, 200])
def test_masses_about_the_own_centre(dim: int) -> None:
    """Against incomplete gamma functions to 40 digits, generic radii and round ones."""
    rng = np.random.default_rng(dim)
    radius = np.abs(np.sqrt(dim) + np.concatenate([rng.normal(0, 1, 60), rng.uniform(-20, 20, 60)]))
    radius = np.concatenate([radius, 10.0 ** rng.uniform(-3, 0, 20), [0.1, 0.5, 1.0, 2.0, np.sqrt(dim)]])
    found = ball_tails(dim, 0.0, radius)
    with mp.workdps(40):
        for k, x in enumerate(radius):
            square = mpf(float(x)) ** 2 / 2
            for got, ends in ((found.log_cdf, (0, square)), (found.log_sf, (square, mp.inf))):
                truth = mp.log(mp.gammainc(mpf(dim) / 2, *ends, regularized=True))
                assert abs(mpf(float(got[k])) - truth) <= found.error[k]
    assert np.max(found.error - log_error(dim, 0.0, radius)) < GAMMA_ERROR
