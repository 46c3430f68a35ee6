"""Problems about an axis against the plane, spheres, a dumb sum and simulation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom, ncx2

from tests.unit.axial_problems import bumps_of, drawn, failures, log_odds, on_axis
from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    NoExactRoute,
    Point,
    Training,
    adversarial_risk,
    best_alpha,
    certified_risk,
    clean_risk,
    compare,
    regimes,
    risk,
    smooth,
    train,
    vote_risk,
)
from theory.geometry.axial.graph import Panels
from theory.geometry.axial.neighbours import neighbours

# Chance at which a correct simulation is called wrong.
UNLUCKY = 1e-6


def within(mine, other) -> None:
    """Both are right to within their errors, and these are small."""
    assert np.all(np.abs(mine.value - other.value) <= mine.error + other.error + 1e-15)
    assert np.all(mine.error < 2e-9)


@pytest.mark.parametrize(
    ("dim", "spacing", "noise", "wanted"), [(50, 3.0, 0.25, 0.087957135880), (10_000, 1.5, 0.3, 0.226146503782)]
)
def test_two_bumps_in_front_of_a_gaussian(dim: int, spacing: float, noise: float, wanted: float) -> None:
    found = clean_risk(bumps_of(dim, spacing), noise, noise)
    assert (found.route, found.status) == ("axial", "ok")
    assert found.value == pytest.approx(wanted, abs=1e-12)
    assert found.error < 1e-10


@pytest.mark.parametrize("seed", range(5))
def test_in_two_dimensions_it_is_the_plane(seed: int) -> None:
    rng = np.random.default_rng(seed)
    held = drawn(rng, 2)
    alpha, beta = (float(np.round(rng.choice([0.0, 0.1, 0.4, 1.0, 3.0]) * rng.uniform(0.5, 1.5), 2)) for _ in (0, 1))
    alpha, beta = alpha * held.unit, (beta or 0.2) * held.unit
    for route_risk in (
        lambda route: clean_risk(held.problem, [0.0, alpha], [beta, 0.0], route=route),
        lambda route: certified_risk(held.problem, alpha, beta, 0.4 * beta, route=route),
    ):
        mine = route_risk("axial")
        assert mine.route == "axial"
        within(mine, route_risk("plane"))


def test_votes_in_two_dimensions_are_those_of_the_plane() -> None:
    sides = tuple((Component(Gaussian((at, 0.0), scale)),) for at, scale in ((0.0, (1.0, 0.7)), (1.0, (0.5, 1.2))))
    within(*(vote_risk(MixtureProblem(0.4, 2, *sides), 0.3, 0.7, 9, route=route) for route in ("axial", "plane")))


@pytest.mark.parametrize(("dim", "gap"), [(3, 0.0), (3, 1.0), (2000, 1.0)])
def test_two_spheres(dim: int, gap: float) -> None:
    sides = tuple((Component(Gaussian(on_axis(at, dim), scale)),) for at, scale in ((0.0, 1.0), (gap, 1.0 + dim**-0.5)))
    problem = MixtureProblem(0.4, dim, *sides)
    for mine, other in zip(*(_all(problem, route) for route in ("axial", "radial")), strict=True):
        assert (mine.route, other.route) == ("axial", "radial")
        within(mine, other)


def _all(problem: MixtureProblem, route: str) -> list:
    found = [clean_risk(problem, [0.0, 0.5], 0.4, route=route), certified_risk(problem, 0.5, 0.4, 0.8, route=route)]
    found.append(adversarial_risk(problem, 0.5, 0.4, [1e-3, 0.1, 0.8], route=route))
    return found if problem.dim < 1000 else [*found, vote_risk(problem, 0.5, 0.4, 5, route=route)]


@pytest.mark.parametrize(
    ("scales", "prior", "noise", "votes"), [((0.95, 1.05), 0.3, 0.3, 101), ((0.5, 1.1), 0.5, 0.01, 21)]
)
def test_votes_change_within_noise_scales_beside_the_end_of_a_body(
    scales: tuple[float, float], prior: float, noise: float, votes: int
) -> None:
    dim = 10 if noise > 0.1 else 2
    problem = MixtureProblem(prior, dim, *((Component(Gaussian(0.0, scale)),) for scale in scales))
    within(*(vote_risk(problem, 0.0, noise, votes, route=route) for route in ("axial", "radial")))


def test_where_little_noise_meets_a_steep_surface_the_level_is_bracketed() -> None:
    """Votes are saturated on both sides of it, so that free steps of Newton's method go to and fro."""
    laws = ((-0.6, 0.85, 1.0), (0.0, 1.35, 1.2), (0.6, 0.45, 1.6))
    zero = tuple(Component(Gaussian((at, 0.0), (along, 1.35135)), weight) for at, along, weight in laws)
    one = tuple(Component(Gaussian((at, 0.0), 1.35), weight) for at, weight in ((-0.8, 1.1), (0.8, 1.6)))
    mine = clean_risk(MixtureProblem(0.3, 2, zero, one), 0.11605, 0.001, route="axial")
    still = clean_risk(MixtureProblem(0.3, 2, zero, one), 0.11605, 0.0, route="axial")
    assert mine.error < 1e-11
    assert abs(mine.value - still.value) < 1e-5


@pytest.mark.parametrize("seed", range(4))
def test_noises_asked_for_together_are_those_asked_for_alone(seed: int) -> None:
    """They begin with each other's level sets, also where these fall apart, vanish or are nearly the same."""
    rng = np.random.default_rng(seed)
    held = drawn(rng, int(rng.choice([2, 7, 40])))
    alpha = held.unit * float(rng.choice([0.0, 0.3]))
    beta = held.unit * [np.linspace(0.1, 2.5, 7), np.array([0.3, 9.0, 0.3 + 1e-9, 0.05, 0.31, 0.32])][seed % 2]
    for eps in (0.0 * beta, 0.4 * beta):
        together = certified_risk(held.problem, alpha, beta, eps, route="axial")
        pairs = zip(beta, eps, strict=True)
        alone = [certified_risk(replace(held.problem), alpha, *pair, route="axial") for pair in pairs]
        for k, other in enumerate(alone):
            assert abs(together.value[k] - other.value) <= together.error[k] + other.error
        again = certified_risk(replace(held.problem), alpha, beta, eps, route="axial")
        assert (again.value == together.value).all()


def test_neighbouring_noises_tell_where_level_sets_are() -> None:
    level = smooth(train(bumps_of(50, 1.5), 0.3), 0.3).held.bodies[0]
    known = [(beta, replace(level, beta=beta).half(0.0)) for beta in (0.31, 0.29, 0.32)]
    asked = []

    def fine(graph, _rounding):
        asked.append(len(graph.low))
        return np.ones(len(graph.low), bool)

    own = level.half(0.0)
    found = neighbours(known, 0.3, own.islands).panels([Panels(own.low, own.high, own.bend, own.radii)], fine)
    assert asked == [len(own.low)]
    assert np.abs(found[0].guess - own.radii).max() < 1e-5
    assert neighbours(known[:1], 0.3, own.islands) is None


def test_far_certificates_keep_their_digits() -> None:
    sides = tuple((Component(Gaussian(on_axis(at, 5), scale)),) for at, scale in ((0.0, 1.0), (9.0, 1.2)))
    problem = MixtureProblem(0.5, 5, *sides)
    within(*(certified_risk(problem, 0.1, 0.1, [1.0, 4.0], route=route) for route in ("axial", "radial")))


def test_votes_at_points_against_a_dumb_sum() -> None:
    problem, alpha, beta, dim = bumps_of(5, 1.5), 0.3, 0.4, 5
    voted = smooth(train(problem, alpha), beta)
    points = np.random.default_rng(0).normal(size=(6, dim)) * 1.5
    t0, r0 = points[:, 0], np.linalg.norm(points[:, 1:], axis=1)
    z = np.linspace(-9, 9, 200_001)
    for point, (place, height) in zip(points, zip(t0, r0, strict=True), strict=True):
        t = place + beta * z
        level = log_odds(problem, alpha, t, np.zeros_like(t))
        # Class 1 is outside: the odds rise with the square of the distance.
        rate = log_odds(problem, alpha, t, np.ones_like(t)) - level
        inside = np.where(level < 0, ncx2.cdf(np.maximum(-level / rate, 0) / beta**2, dim - 1, (height / beta) ** 2), 0)
        chance = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * inside
        wanted = 1 - np.trapezoid(chance, z)
        assert voted.vote(point[None])[0] == pytest.approx(wanted, abs=1e-9)
    assert (voted(points) == (voted.vote(points) >= 0.5)).all()


@pytest.mark.parametrize(("dim", "samples"), [(3, 40_000), (50, 40_000), (784, 40_000)])
def test_against_nested_simulation(dim: int, samples: int) -> None:
    problem, votes = bumps_of(dim, 1.5, 0.4), 7
    failed = failures(problem, 0.4, 0.6, votes, samples, np.random.default_rng(dim))
    found = vote_risk(problem, 0.4, 0.6, votes).value
    assert binom.ppf(UNLUCKY / 2, samples, found) <= failed <= binom.isf(UNLUCKY / 2, samples, found)


def test_the_axis_may_point_anywhere_and_shared_axes_do_not_count() -> None:
    own = bumps_of(3, 1.5)
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]

    def turned(part: Component) -> Component:
        mean, scale = np.broadcast_to(np.asarray(part.law.mean), 3), part.law.scale
        cov = turn @ np.diag([scale**2] * 3 + [4.0, 0.25]) @ turn.T
        return Component(Gaussian(tuple((turn[:, :3] @ mean + 1).tolist()), cov=tuple(map(tuple, cov.tolist()))))

    problem = MixtureProblem(0.5, 5, *(tuple(map(turned, side)) for side in (own.class0, own.class1)))
    for quantity in (clean_risk, partial(certified_risk, eps=0.2)):
        mine, other = (quantity(p, 0.3, 0.4) for p in (problem, own))
        assert mine.route == other.route == "axial"
        assert mine.value == pytest.approx(other.value, abs=1e-11)
    points = rng.normal(size=(40, 3))
    moved = points @ turn[:, :3].T + 1
    assert (smooth(train(problem, 0.3), 0.4)(moved) == smooth(train(own, 0.3), 0.4)(points)).all()


def test_units_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    held = drawn(rng, 4)
    sides = [
        tuple(
            Component(Gaussian(tuple(np.multiply(1e-3, p.law.mean).tolist()), cov=_times(p.law, 1e-6)), p.weight)
            for p in side
        )
        for side in (held.problem.class0, held.problem.class1)
    ]
    small = MixtureProblem(held.problem.prior, 4, *sides)
    own, other = (clean_risk(p, 0.4 * u, 0.3 * u) for p, u in ((held.problem, held.unit), (small, 1e-3 * held.unit)))
    assert own.value == pytest.approx(other.value, abs=1e-11)


def _times(law: Gaussian, factor: float) -> tuple[tuple[float, ...], ...]:
    cov = np.array(law.cov) if law.cov else np.diag(np.broadcast_to(np.square(law.scale), 4))
    return tuple(map(tuple, (factor * cov).tolist()))


def test_ties_and_complements() -> None:
    problem = bumps_of(4, 2.0)
    swapped = MixtureProblem(0.5, 4, problem.class1, problem.class0)
    for eps in (0.0, 0.3):
        one, two = (certified_risk(p, 0.2, 0.5, eps) for p in (problem, swapped))
        assert one.value == pytest.approx(two.value, abs=1e-12)
    assert 1 - compare(problem, 0.2, 0.5).share == pytest.approx(compare(swapped, 0.2, 0.5).share, abs=1e-12)


def test_certified_adversarial_and_clean_risks_are_in_order() -> None:
    problem = bumps_of(6, 1.5)
    eps = [0.05, 1.0]
    clean = clean_risk(problem, 0.3, 0.6).value
    bad, sure = (quantity(problem, 0.3, 0.6, eps).value for quantity in (adversarial_risk, certified_risk))
    assert (clean < bad).all()
    assert (bad <= sure + 1e-9).all()
    assert (np.diff(bad) > 0).all()


@pytest.mark.parametrize("dim", [3, 50, 784])
def test_risks_rise_with_the_radius_whatever_the_problem(dim: int) -> None:
    rng = np.random.default_rng(dim)
    held = drawn(rng, dim)
    alpha, beta = (held.unit * float(rng.choice([0.05, 0.3, 1.0, 5.0])) for _ in (0, 1))
    eps = beta * np.array([0.0, 0.01, 0.3, 1.0, 3.0])
    sure, bad = (quantity(held.problem, alpha, beta, eps) for quantity in (certified_risk, adversarial_risk))
    for found in (sure, bad):
        assert (np.diff(found.value) >= -found.error[1:] - found.error[:-1]).all()
        assert (found.error < 1e-9).all()
    assert (bad.value <= sure.value + bad.error + sure.error).all()


@pytest.mark.slow
def test_the_best_noise_is_found() -> None:
    problem = bumps_of(3, 1.5)
    best = best_alpha(problem, 0.4)
    around = clean_risk(problem, [0.9 * best.alpha, best.alpha, 1.1 * best.alpha], 0.4).value
    assert around.argmin() == 1


def test_other_data_for_a_trained_classifier() -> None:
    problem = bumps_of(7, 1.5, 0.3)
    voted = smooth(train(problem, 0.3), 0.4)
    assert risk(problem, voted).value == pytest.approx(clean_risk(problem, 0.3, 0.4).value, abs=1e-11)
    shares = [risk(MixtureProblem(p, 7, problem.class0, problem.class1), voted).value for p in (0.1, 0.5, 0.9)]
    assert shares[1] == pytest.approx(0.5 * (shares[0] + shares[2]), abs=1e-11)
    far = Component(Gaussian(on_axis(40.0, 7), 0.5))
    assert risk(MixtureProblem(0.5, 7, (far,), problem.class1), voted).value > 0.4
    with pytest.raises(NoExactRoute, match="round about the axis"):
        risk(MixtureProblem(0.5, 7, (Component(Gaussian((0.0, 3.0, *[0.0] * 5), 1.0)),), problem.class1), voted)


SPREAD = (Component(Gaussian((1.0, 0.0, 0.0), 1.0)), Component(Gaussian((-1.0, 0.0, 0.0), 2.0)))
ALONE = (Component(Gaussian(0.0, 1.5)),)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (MixtureProblem(0.5, 3, ALONE, (SPREAD[0], Component(Gaussian((0.0, 1.0, 0.0), 1.0)))), "one axis"),
        (
            MixtureProblem(0.5, 3, ALONE, (SPREAD[0], Component(Gaussian(0.0, 1.0))), training=Training("regression")),
            "regression",
        ),
        (MixtureProblem(0.5, 3, ALONE, (SPREAD[0], Component(Point(0.0)))), "one axis"),
    ],
)
def test_what_is_not_about_an_axis_is_refused(problem: MixtureProblem, reason: str) -> None:
    with pytest.raises(NoExactRoute, match=reason):
        clean_risk(problem, 0.3, 0.3)


def test_bumps_in_any_dimension() -> None:
    for dim, route in ((1, "line"), (2, "plane"), (9, "axial")):
        found = clean_risk(regimes.bumps_in(dim), 0.2, 0.3)
        assert (found.route, found.status) == (route, "ok")
    assert clean_risk(regimes.bumps_in(1), 0.2, 0.3).value == clean_risk(regimes.bumps(), 0.2, 0.3).value
