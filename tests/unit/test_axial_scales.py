"""Several scales across an axis in a class: against the plane, shells, dumb sums over a grid and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, ncx2

from tests.unit.axial_problems import failures, log_odds, on_axis
from tests.unit.axial_scales import by_grid, several
from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    NoExactRoute,
    adversarial_risk,
    certified_risk,
    clean_risk,
    compare,
    risk,
    smooth,
    train,
    vote_risk,
)
from theory.geometry.halfplane import balls, votes
from theory.geometry.halfplane.halfplane import HalfPlane
from theory.numerics.special.noncentral import ball_log_mass

# Chance at which a correct simulation is called wrong.
UNLUCKY = 1e-6


def within(mine, other, most: float = 1e-9) -> None:
    """Both are right to within their errors, and mine is small."""
    assert np.all(np.abs(mine.value - other.value) <= mine.error + other.error + 1e-15)
    assert np.all(mine.error < most)


def mixed(dim: int, places: tuple[float, ...] = (0.0, 0.5, -1.0, 2.0), unit: float = 1.0) -> MixtureProblem:
    """Two components of two scales in each class; of each other's in three dimensions and nearer in more."""
    wide = 1 + np.array([0.0, 1.0, -0.3, 0.5]) / np.sqrt(dim - 1)
    laws = [Component(Gaussian(on_axis(unit * at, dim), unit * w)) for at, w in zip(places, wide, strict=True)]
    return MixtureProblem(0.4, dim, tuple(laws[:2]), tuple(laws[2:]))


@pytest.mark.parametrize("seed", [3, 22, 53])
def test_in_two_dimensions_it_is_the_plane(seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = float(rng.choice([1, 1, 1e-6, 1e6]))
    problem = several(rng, 2, unit)
    alpha, beta = (unit * round(float(rng.choice([0.1, 0.4, 1.0, 2.0]) * rng.uniform(0.5, 1.5)), 2) for _ in (0, 1))
    beta = max(beta, 0.2 * unit)
    for route_risk in (
        lambda route: clean_risk(problem, [0.0, alpha], [beta, 0.0], route=route),
        lambda route: certified_risk(problem, alpha, beta, 0.4 * beta, route=route),
    ):
        mine = route_risk("axial")
        assert mine.route == "axial"
        within(mine, route_risk("plane"))


@pytest.mark.parametrize(("dim", "alpha", "beta"), [(3, 0.3, 1.1), (30, 0.25, 0.6), (5000, 0.1, 0.22)])
def test_about_one_centre_it_is_shells(dim: int, alpha: float, beta: float) -> None:
    scales = 1 + np.array([0.0, 1.3, 0.4, 2.1]) / np.sqrt(dim - 1)
    laws = [Component(Gaussian(0.0, float(scale)), k + 1.0) for k, scale in enumerate(scales)]
    problem = MixtureProblem(0.5, dim, tuple(laws[:2]), tuple(laws[2:]))
    for ask in (
        lambda route: clean_risk(problem, [0.0, alpha], beta, route=route),
        lambda route: certified_risk(problem, alpha, beta, [0.5 * beta, 1.5 * beta], route=route),
    ):
        mine = ask("axial")
        assert mine.route == "axial"
        within(mine, ask("radial"))


@pytest.mark.parametrize("dim", [3, 50])
def test_against_sums_over_a_grid(dim: int) -> None:
    problem = mixed(dim)
    found = clean_risk(problem, 0.3, 0.5)
    assert (found.route, found.status) == ("axial", "ok")
    assert found.error < 1e-10
    assert found.value == pytest.approx(by_grid(problem, 0.3, 0.5, 500), abs=2e-3)


def test_votes_at_points_against_a_dumb_sum() -> None:
    dim, alpha, beta = 4, 0.3, 0.5
    problem = mixed(dim)
    points = np.array([[0.0, 0.0], [1.0, 1.5], [-2.0, 0.3], [2.5, 4.0]])
    at = np.column_stack([points[:, 0], points[:, 1], np.zeros((4, dim - 2))])
    found = smooth(train(problem, alpha), beta)
    t, r = np.linspace(-6, 7, 1301), np.linspace(0, 9, 1201)
    base = log_odds(problem, alpha, *np.meshgrid(t, 0.5 * (r[1:] + r[:-1]), indexing="ij")) >= 0
    for point, one in zip(points, found.vote(at), strict=True):
        across = np.diff(ncx2.cdf((r / beta) ** 2, dim - 1, max((point[1] / beta) ** 2, 1e-12)))
        along = np.exp(-0.5 * ((t - point[0]) / beta) ** 2) / (beta * np.sqrt(2 * np.pi)) * (t[1] - t[0])
        assert one == pytest.approx(along @ base @ across, abs=2e-3)
    assert (found(at) == (found.vote(at) >= 0.5)).all()


@pytest.mark.parametrize("dim", [3, 50, 784])
def test_finite_votes_against_simulation(dim: int) -> None:
    problem, samples = mixed(dim), 20_000
    found = vote_risk(problem, 0.3, 1.0, 3)
    assert found.error < 1e-7
    seen = failures(problem, 0.3, 1.0, 3, samples, np.random.default_rng(dim))
    low, high = binom.ppf([UNLUCKY / 2, 1 - UNLUCKY / 2], samples, found.value)
    assert low <= seen <= high


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_and_places_do_not_matter(unit: float) -> None:
    own = clean_risk(mixed(5), 0.3, 0.5)
    other = clean_risk(mixed(5, unit=unit), 0.3 * unit, 0.5 * unit)
    shifted = clean_risk(mixed(5, places=(700.0, 700.5, 699.0, 702.0)), 0.3, 0.5)
    within(own, other)
    within(own, shifted)


def test_a_gaussian_in_front_of_its_mirror_image_with_other_labels() -> None:
    """The boundary of the base classifier is the plane of symmetry, and noise leaves it there."""
    laws = [[Component(Gaussian(on_axis(s * at, 3), w)) for at, w in ((1.0, 1.0), (2.0, 1.5))] for s in (-1, 1)]
    problem = MixtureProblem(0.5, 3, tuple(laws[0]), tuple(laws[1]))
    found = clean_risk(problem, [0.0, 0.5], [0.0, 0.5])
    exact = 0.5 * (0.15865525393145707 + 0.09121121972586788)
    assert np.abs(found.value - exact).max() <= found.error.max() <= 1e-10


def test_scales_that_are_nearly_one() -> None:
    """Of each class they are one but for 1e-10: bodies of revolution, whose radii are known."""
    places = ((0, -2.0), (0, 2.0), (1, -0.5), (1, 0.5))

    def split(near: float) -> MixtureProblem:
        laws = [[], []]
        for k, (label, at) in enumerate(places):
            scale = (1.0 if label else 1.2) * (1 + near * (k % 2))
            laws[label].append(Component(Gaussian(on_axis(at, 9), scale)))
        return MixtureProblem(0.4, 9, tuple(laws[0]), tuple(laws[1]))

    body, curve = clean_risk(split(0.0), 0.2, 0.4), clean_risk(split(1e-10), 0.2, 0.4)
    assert not isinstance(train(split(0.0), 0.2).geometry, HalfPlane)
    assert isinstance(train(split(1e-10), 0.2).geometry, HalfPlane)
    assert abs(body.value - curve.value) <= body.error + curve.error + 1e-9


def test_gains_optima_and_other_data() -> None:
    problem = mixed(4)
    pair = compare(problem, 0.4, 0.6)
    apart = clean_risk(problem, [0.0, 0.4], 0.6)
    assert pair.gain.value == pytest.approx(apart.value[0] - apart.value[1], abs=1e-10)
    same = risk(problem, smooth(train(problem, 0.4), 0.6))
    assert same.value == pytest.approx(apart.value[1], abs=1e-10)
    with pytest.raises(NoExactRoute, match="one scale across it in each class"):
        adversarial_risk(problem, 0.3, 0.4, 0.1)


@pytest.mark.parametrize("dim", [1, 2, 49, 783, 9999])
def test_masses_of_balls_by_polynomials(dim: int) -> None:
    rng = np.random.default_rng(dim)
    ell = np.exp(rng.uniform(np.log(0.01), np.log(1e4), 500))
    radius = ell + dim / (np.hypot(ell, np.sqrt(dim)) + ell) + rng.uniform(-9, 9, 500)
    ell, radius = ell[radius > 0], radius[radius > 0]
    wanted = np.exp(ball_log_mass(dim, ell, radius - ell)[0])
    assert np.abs(balls.share(dim, ell, radius) - wanted).max() < 5e-14
    row = balls.shares(dim, ell[:3], radius)
    assert np.abs(row[1] - balls.share(dim, np.full(len(radius), ell[1]), radius)).max() < 5e-14


def test_the_stated_error_tells_of_votes_that_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outlines that are found by a rule with too few nodes are looked at with one that has more."""
    right = clean_risk(mixed(3), 0.3, 0.5)
    monkeypatch.setattr(votes, "COUNTS", votes.COUNTS // 3)
    monkeypatch.setattr(votes, "STRAIGHT", 1e-2)
    rough = clean_risk(replace(mixed(3), prior=0.4 + 1e-15), 0.3, 0.5)
    assert 1e-10 < abs(rough.value - right.value) <= rough.error
