"""Several scales across an axis in a class: against the plane, shells, dumb sums over a grid and simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom, ncx2

from tests.unit.axial_problems import failures, log_odds, on_axis
from tests.unit.axial_scales import by_grid, several
from theory import (
    Ball,
    Component,
    DomainProblem,
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
from theory.geometry.halfplane.halfplane import balls as set_geometry
from theory.geometry.halfplane.sets import Balls, Blurred, SetBase
from theory.numerics.special.noncentral import ball_log_mass
from theory.problems.normal import normal_form
from theory.reduction.reduce import reduce

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
    with pytest.raises(NoExactRoute, match="with one scale across it in each"):
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


SETS = [((0.0, 3.0), (1.0, 1.0)), ((0.0, 1.5, 4.0), (1.0, 1.2, 0.5)), ((0.0, 2.0, 2.5), (1.0, 1.0, 0.3))]


def labelled(dim: int, centers: tuple[float, ...], radii: tuple[float, ...], unit: float = 1.0) -> DomainProblem:
    """Balls along a diagonal of the first two axes."""
    row = np.array([0.6, 0.8, *[0.0] * (dim - 2)])
    pairs = zip(centers, radii, strict=True)
    return DomainProblem(dim, tuple(Ball(tuple((unit * c * row).tolist()), unit * r) for c, r in pairs))


@pytest.mark.parametrize(("centers", "radii"), SETS)
def test_discs_on_a_line_are_those_of_the_plane(centers: tuple[float, ...], radii: tuple[float, ...]) -> None:
    """Apart, overlapping, and one inside of another."""
    axis = np.array([0.6, 0.8])
    mine = set_geometry(Balls(1, centers, radii), (np.zeros(2), axis, None), 1e-8)
    plane = reduce(normal_form(labelled(2, centers, radii)))
    assert plane.route == "plane"
    for alpha, beta, eps in ((0.0, 0.5, None), (0.4, 0.0, None), (0.4, 0.3, None), (0.3, 0.5, 0.4)):
        value, error = disagreement(mine, alpha, beta, eps)
        other = certified_risk(labelled(2, centers, radii), alpha, beta, eps or 0.0)
        assert abs(value - other.value) <= error + other.error
        assert error < 1e-10


def disagreement(geometry: HalfPlane, alpha: float, beta: float, eps: float | None) -> tuple[float, float]:
    """The measure of what is misjudged, or not certified, straight from the geometry."""
    region, total, error = geometry.train(np.array([alpha])).region, 0.0, 0.0
    for label in (0, 1):
        own = region if label else region.complement()
        if beta > 0:
            own = geometry.smooth(own, np.array([[beta]]), None if eps is None else np.array([[eps]]))
        value, doubt = geometry.mass(geometry.weights.pieces, own if label else own.complement(), label)
        total, error = total + float(value[0]), error + float(doubt[0])
    return total, error


@pytest.mark.parametrize("dim", [3, 40])
def test_one_ball_is_a_ball(dim: int) -> None:
    noise = 1 / np.sqrt(dim)
    mine = set_geometry(Balls(dim - 1, (0.0,), (1.0,)), (np.zeros(dim), np.eye(dim)[0], None), 1e-8)
    one = DomainProblem(dim, (Ball(0.0, 1.0),))
    for alpha, beta, eps in ((0.0, 0.3, None), (0.4, 0.5, None), (0.3, 0.5, 0.2)):
        value, error = disagreement(mine, alpha * noise, beta * noise, eps and eps * noise)
        other = certified_risk(one, alpha * noise, beta * noise, (eps or 0.0) * noise)
        assert other.route == "radial"
        assert abs(value - other.value) <= error + other.error
        assert error <= 1e-10 * value


@pytest.mark.parametrize("dim", [3, 5])
def test_votes_for_balls_against_simulation(dim: int) -> None:
    """Points of a cylinder about balls that are apart, and copies of them: what f says is a sum of two masses."""
    centers, radii, alpha, beta, samples = (0.0, 2.2), (1.0, 0.8), 0.6 / np.sqrt(dim), 0.5 / np.sqrt(dim), 20_000
    found = vote_risk(labelled(dim, centers, radii), alpha, beta, 3)
    assert (found.route, found.status) == ("axial", "ok")
    rng = np.random.default_rng(dim)
    t, far = rng.uniform(-2, 4, samples), 2.0
    r = far * rng.random(samples) ** (1 / (dim - 1))
    moved = t[:, None] + beta * rng.normal(size=(samples, 3))
    aside = rng.normal(size=(samples, 3))
    across = np.sqrt((r[:, None] + beta * aside) ** 2 + beta**2 * rng.chisquare(dim - 2, (samples, 3)))
    votes_ = np.zeros((samples, 3))
    for c, radius in zip(centers, radii, strict=True):
        square = ((moved - c) ** 2 + across**2) / alpha**2
        votes_ += ncx2.cdf((radius / alpha) ** 2, dim, square)
    inside = np.any([(t - c) ** 2 + r**2 <= radius**2 for c, radius in zip(centers, radii, strict=True)], axis=0)
    seen = int((((votes_ >= 0.5).sum(axis=1) >= 2) != inside).sum())
    volume = 6 * np.pi ** ((dim - 1) / 2) / math.gamma((dim + 1) / 2) * far ** (dim - 1)
    low, high = binom.ppf([UNLUCKY / 2, 1 - UNLUCKY / 2], samples, float(found.value) / volume)
    assert low <= seen <= high
    assert seen > 200


@pytest.mark.parametrize("dim", [2, 3, 20])
def test_under_little_training_noise_balls_shrink_by_themselves(dim: int) -> None:
    """As the level sets of their common votes do."""
    alpha, beta, frame = 0.07 / np.sqrt(dim), 0.3 / np.sqrt(dim), (np.zeros(dim), np.eye(dim)[0], None)
    alone = set_geometry(Balls(dim - 1, (0.0, 3.0), (1.0, 0.8)), frame, 1e-8)
    together = replace(alone, trainer=partial(Blurred, alone.own))
    assert isinstance(alone.trainer(alpha), SetBase)
    assert Balls(dim - 1, (0.0, 1.9), (1.0, 0.8)).shrunk(alpha) is None
    for noise in (0.0, beta):
        (one, doubt), (two, error) = (disagreement(g, alpha, noise, None) for g in (alone, together))
        assert abs(one - two) <= doubt + error <= 2e-12


def test_balls_in_other_units_and_places() -> None:
    own = certified_risk(labelled(4, *SETS[1]), 0.3, 0.4, 0.2)
    assert own.route == "axial"
    small = certified_risk(labelled(4, *SETS[1], unit=1e-3), 0.3e-3, 0.4e-3, 0.2e-3)
    assert small.value * 1e12 == pytest.approx(own.value, rel=1e-10)
    moved = DomainProblem(
        4, tuple(Ball(tuple(c + 500.0 for c in ball.center), ball.radius) for ball in labelled(4, *SETS[1]).inside)
    )
    within(own, certified_risk(moved, 0.3, 0.4, 0.2))
    assert clean_risk(labelled(4, *SETS[1]), 0.0, 0.0).value == 0


def test_classifiers_of_balls_on_other_data() -> None:
    """Their own, other balls on the axis, Gaussians about it; and balls elsewhere, which are refused."""
    voted = smooth(train(labelled(3, *SETS[1]), 0.3), 0.4)
    within(risk(labelled(3, *SETS[1]), voted), clean_risk(labelled(3, *SETS[1]), 0.3, 0.4))
    assert "about the axis" in str(voted)
    alone = risk(labelled(3, (8.0,), (0.5,)), voted)
    whole = clean_risk(labelled(3, *SETS[1]), 0.3, 0.4)
    assert alone.value > whole.value
    mean = tuple((1.5 * np.array([0.6, 0.8, 0.0])).tolist())
    near = MixtureProblem(0.5, 3, (Component(Gaussian(mean, 3.0)),), (Component(Gaussian(mean, 0.3)),))
    assert 0 < risk(near, voted).value < 0.5
    with pytest.raises(NoExactRoute, match="on the classifier's axis"):
        risk(DomainProblem(3, (Ball((0.0, 0.0, 5.0), 1.0),)), voted)


def test_balls_that_are_not_on_a_line_are_refused() -> None:
    balls_ = tuple(Ball(c, 1.0) for c in ((0.0, 0.0, 0.0), (3.0, 0.0, 0.0), (0.0, 3.0, 1e-6)))
    with pytest.raises(NoExactRoute, match="on one line"):
        clean_risk(DomainProblem(3, balls_), 0.3, 0.3)
