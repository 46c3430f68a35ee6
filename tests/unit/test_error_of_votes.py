"""Each term of the error of a finite vote is needed, and none is larger than it must be: single points, mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

from theory import compare, regimes
from theory.arrays import Array
from theory.geometry import along
from theory.geometry.base import Base, VoteRequest
from theory.geometry.line.level import level_set
from theory.geometry.line.linear import Linear, LineTrainer
from theory.geometry.piece import piece
from theory.geometry.radial.radial import Radial, concentric
from theory.geometry.region import Region
from theory.problems.problem import Training

EPS = float(np.finfo(float).eps)
LINE = Linear(LineTrainer((), Training()), "gaussian")


def failing(
    geometry: Linear | Radial, region: Region, at: Array, beta: Array, vote: tuple[int, int, int]
) -> tuple[Array, Array]:
    """The chance that a point mass of class `label` at each row's place has fewer than `need` of n votes; its error."""
    label, votes, need = vote
    rows = np.arange(len(at))
    base = Base((piece(label, "point", at, 0.0, 1.0),), region)
    peak = (along.PEAK["gaussian"], 1) if isinstance(geometry, Linear) else (float(along.PEAK_DISTANCE), geometry.dim)
    return along.expected(geometry, base, label, VoteRequest(rows, beta, votes, np.full(len(at), need)), peak)


def interval(low: Array, high: Array, error: float = 0.0) -> Region:
    ends = np.stack([low, high], axis=1)
    return Region(ends, np.zeros(len(low), bool), np.full_like(ends, error))


def above(rows: int, error: float = 0.0) -> Region:
    """{x >= 0}."""
    return Region(np.zeros((rows, 1)), np.zeros(rows, bool), np.full((rows, 1), error))


def test_the_rounding_of_votes_is_admitted() -> None:
    """u = F((high - x)/beta) - F((low - x)/beta) with 40 digits; votes are rounded, in some rows at least."""
    rng, rows = np.random.default_rng(3), 100
    low, wide, at, beta = (
        rng.normal(size=rows),
        rng.uniform(0.5, 2, rows),
        rng.normal(size=rows),
        rng.uniform(1, 2, rows),
    )
    high = low + wide
    value, error = failing(LINE, interval(low, high), at, beta, (1, 1, 1))
    rounded = 0
    with mpmath.workdps(40):
        for k in range(rows):
            a, b = ((mpmath.mpf(end[k]) - mpmath.mpf(at[k])) / mpmath.mpf(beta[k]) for end in (low, high))
            gap = abs(1 - (mpmath.ncdf(b) - mpmath.ncdf(a)) - mpmath.mpf(value[k]))
            assert gap <= error[k] <= 64 * EPS
            rounded += gap > 0
    assert rounded


@pytest.mark.parametrize(("votes", "need"), [(1, 1), (3, 2), (11, 6), (101, 51), (101, 20), (101, 90)])
def test_votes_move_with_a_boundary_as_said(votes: int, need: int) -> None:
    """Where the chance is steepest the error is the change itself, but for the density there and at the boundary."""
    share = (need - 1) / max(votes - 1, 1) if votes > 1 else 0.5
    at, moved = norm.ppf([share]), 1e-6
    _value, error = failing(LINE, above(1, moved), at, np.ones(1), (1, votes, need))
    slope = votes * binom.pmf(need - 1, votes - 1, share) * norm.pdf(at[0])
    assert error[0] * norm.pdf(at[0]) / norm.pdf(0) == pytest.approx(slope * moved, rel=1e-6)


@pytest.mark.parametrize("need", [0, 8])
def test_a_certain_vote_has_no_error(need: int) -> None:
    value, error = failing(LINE, above(1, 1e-6), np.zeros(1), np.ones(1), (1, 7, need))
    assert value[0] == (need > 0)
    assert error[0] <= 64 * EPS


@pytest.mark.parametrize("beta", [0.3, 1.0, 20.0])
@pytest.mark.parametrize("far", [8.0, 20.0, 35.0])
def test_small_chances_move_relative_to_themselves(far: float, beta: float) -> None:
    """The hazard of a Gaussian tail z deviations out is some z + 1/z."""
    moved = 1e-6 * beta
    value, error = failing(LINE, above(1, moved), np.array([-far * beta]), np.array([beta]), (0, 1, 1))
    change = value[0] * moved / beta * (far + 1 / far - 2 / far**3)
    assert change <= error[0] <= 40.1 / far * change


@pytest.mark.parametrize("beta", [0.5, 1.0, 10.0])
@pytest.mark.parametrize("share", [1e-3, 1e-5])
def test_a_narrow_interval_moves_with_its_width(share: float, beta: float) -> None:
    moved, wide, at = 1e-9 * beta, share * beta, np.array([3.0 * beta])
    _value, error = failing(LINE, interval(np.zeros(1), np.full(1, wide), moved), at, np.full(1, beta), (0, 1, 1))
    change = 2 * moved / beta * norm.pdf(3.0)
    assert 0.99 * change <= error[0] <= 1.1 * change


def test_the_rounding_of_a_narrow_interval_is_admitted() -> None:
    rng, rounded = np.random.default_rng(5), 0
    low, wide, at = rng.uniform(1, 2, 50), rng.uniform(1e-9, 1e-8, 50), rng.uniform(7, 9, 50)
    high = low + wide
    value, error = failing(LINE, interval(low, high), at, np.ones(50), (0, 1, 1))
    with mpmath.workdps(60):
        for k in range(50):
            a, b = (mpmath.mpf(end[k]) - mpmath.mpf(at[k]) for end in (low, high))
            gap = abs(mpmath.ncdf(b) - mpmath.ncdf(a) - mpmath.mpf(value[k]))
            assert gap <= error[k] <= 1e4 * EPS * value[k] / (high[k] - low[k])
            rounded += gap > EPS * value[k]
    assert rounded


@pytest.mark.parametrize(("dim", "radius"), [(20, 0.1), (100, 1.0), (400, 4.0)])
def test_a_small_ball_moves_with_its_surface(dim: int, radius: float) -> None:
    """At the centre u = P(chi2_d <= r^2), whose logarithm has a slope of nearly d/r."""
    moved = 1e-6 * radius
    region = Region(np.full((1, 1), radius), np.ones(1, bool), np.full((1, 1), moved), None, np.zeros(1))
    geometry = concentric(dim, np.zeros(dim), (), "class0")
    value, error = failing(geometry, region, np.zeros(1), np.ones(1), (0, 1, 1))
    change = moved * 2 * radius * chi2.pdf(radius**2, dim)
    assert value[0] == pytest.approx(chi2.cdf(radius**2, dim), rel=1e-9)
    assert change <= error[0] <= 1.7 * change


def test_the_error_of_flat_crossings_holds_what_is_off_and_little_more() -> None:
    """[-1, 1] has half of the votes at +-x: u' -> 0 and x -> 0 as the noise nears 1/F^-1(3/4)."""
    last = 1 / float(norm.ppf(0.75))
    beta = last * (1 - np.array([1e-1, 1e-3, 1e-9, 1e-12]))
    found = level_set(interval(np.full(4, -1.0), np.ones(4)), "gaussian", beta[:, None])
    assert found.counts.tolist() == [2, 2, 2, 2]
    with mpmath.workdps(40):
        for k, noise in enumerate(beta):
            b, guess = mpmath.mpf(float(noise)), float(found.ends[k, 1])
            place = mpmath.findroot(lambda x, b=b: mpmath.ncdf((x + 1) / b) - mpmath.ncdf((x - 1) / b) - 0.5, guess)
            slope = abs(float((mpmath.npdf((place + 1) / b) - mpmath.npdf((place - 1) / b)) / b))
            assert np.abs(np.abs(found.ends[k]) - float(place)).max() <= found.error[k].min()
            assert found.error[k].max() <= 16 * EPS / slope


@pytest.mark.parametrize("prior", [0.2, 0.5, 0.7])
def test_the_share_of_class_1_of_two_gaussians(prior: float) -> None:
    """Between N(-+s/2, 1) the threshold is log((1 - prior)/prior) V/s with V = 1 + alpha^2."""
    alpha = np.array([0.0, 0.5, 2.0])
    found = compare(regimes.two_gaussians(separation=2.0, prior=prior), alpha, 0.7)
    at = np.log((1 - prior) / prior) * (1 + alpha**2) / 2
    assert found.share == pytest.approx(prior * norm.sf(at - 1) + (1 - prior) * norm.sf(at + 1), rel=1e-12)
