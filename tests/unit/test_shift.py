"""Classifiers weighed on problems that they were not trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from theory import NoExactRoute, ProblemError, clean_risk, regimes, risk, smooth, train
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
)
from theory.problems.regimes import bumps, concentric, two_gaussians, two_scales

SAMPLES = 40_000


def gaussian(mean: float | tuple[float, ...], scale: float) -> Component:
    return Component(Gaussian(mean, scale))


def discs(*held: tuple[tuple[float, float], float]) -> DomainProblem:
    balls = tuple(Ball(center, radius) for center, radius in held)
    return DomainProblem(2, balls, (0.0, 0.0), (10.0, 10.0), Training("regression"))


FULL = Gaussian((0.0, 0.0, 1.0), cov=((1.0, 0.3, 0.0), (0.3, 2.0, 0.1), (0.0, 0.1, 1.0)))
SPREAD = MixtureProblem(0.4, 3, (Component(FULL),), (gaussian((1.0, 1.0, 1.0), 0.5),))
FOUR = MixtureProblem(
    0.4,
    2,
    (gaussian((-0.2, 0.9), 0.6), gaussian((1.4, 0.4), 1.5)),
    (gaussian((0.3, 0.1), 0.8), gaussian((-2.0, -0.8), 0.9)),
)
OTHER = replace(FOUR, prior=0.6, class1=(gaussian((0.3, 0.1), 0.8), gaussian((-5.0, -3.0), 0.9)))
ATOMS = MixtureProblem(
    0.5,
    1,
    (Component(Point(0.0)), gaussian(2.0, 1.0)),
    (Component(Point(1.0)), Component(Uniform(-1.0, 0.5))),
    Training(),
)
BALL = MixtureProblem(0.5, 5, (Component(Ball(0.0, 2.0)),), (gaussian(0.0, 0.3),))
# Tested on, trained on.
PAIRS: dict[str, tuple[Problem, Problem]] = {
    "line": (bumps(), bumps(spacing=3.0)),
    "prior": (two_gaussians(dim=3), two_gaussians(dim=3, prior=0.9)),
    "direction": (SPREAD, two_gaussians(dim=3)),
    "half-space": (
        two_gaussians(dim=2),
        MixtureProblem(0.5, 2, (gaussian((0.0, 0.0), 1.0),), (gaussian((1.0, 1.0), 1.0),)),
    ),
    "shells": (concentric(dim=20), concentric(dim=20, inner=1.2, outer=1.4)),
    "off centre": (two_gaussians(dim=5), two_scales(dim=5)),
    "two centres": (two_scales(dim=5), two_scales(dim=5, separation=1.0, scale0=0.7)),
    "ball": (BALL, concentric(dim=5)),
    "plane": (OTHER, FOUR),
    "half-space in the plane": (two_gaussians(dim=2), FOUR),
    "discs": (discs(((3.0, 4.0), 1.5), ((7.0, 6.0), 1.0)), discs(((3.5, 4.0), 1.2), ((6.0, 6.0), 1.0))),
    "discs by a mixture": (discs(((3.0, 4.0), 1.5), ((7.0, 6.0), 1.0)), FOUR),
    "mixture by discs": (FOUR, discs(((3.5, 4.0), 1.2), ((6.0, 6.0), 1.0))),
    "intervals": (
        DomainProblem(1, (Box(0.5, 1.5), Box(2.5, 3.0)), -1.0, 4.0),
        DomainProblem(1, (Box(0.0, 1.0),), -1.0, 5.0),
    ),
    "intervals by a mixture": (DomainProblem(1, (Box(0.5, 1.5), Box(2.5, 3.0)), -1.0, 4.0), bumps()),
    "atoms": (ATOMS, bumps()),
    "by atoms": (bumps(), replace(ATOMS, training=Training(noise="laplace"), smoothing=Smoothing("uniform"))),
}


def points(law: Law, count: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    if isinstance(law, Gaussian):
        if law.cov is not None:
            return rng.multivariate_normal(law.mean, law.cov, count)
        return law.mean + law.scale * rng.normal(size=(count, dim))
    if isinstance(law, Point):
        return np.full((count, dim), law.mean)
    if isinstance(law, Uniform):
        return rng.uniform(law.low, law.high, (count, dim))
    assert isinstance(law, Ball)
    step = rng.normal(size=(count, dim))
    return law.center + law.radius * step * (
        rng.random((count, 1)) ** (1 / dim) / np.linalg.norm(step, axis=1)[:, None]
    )


def sample(problem: Problem, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    dim = problem.dim
    if isinstance(problem, DomainProblem):
        x = rng.uniform(problem.low, problem.high, (SAMPLES, dim))
        inside = np.zeros(SAMPLES, bool)
        for part in problem.inside:
            if isinstance(part, Ball):
                inside |= np.linalg.norm(x - np.array(part.center), axis=1) <= part.radius
            else:
                inside |= ((x >= part.low) & (x <= part.high)).all(axis=1)
        return x, inside
    y, x = rng.random(SAMPLES) < problem.prior, np.empty((SAMPLES, dim))
    for label, side in ((False, problem.class0), (True, problem.class1)):
        own = np.flatnonzero(y == label)
        which = rng.choice(len(side), len(own), p=np.array([c.weight for c in side]) / sum(c.weight for c in side))
        for k, part in enumerate(side):
            x[own[which == k]] = points(part.law, int((which == k).sum()), dim, rng)
    return x, y


@pytest.mark.parametrize("name", PAIRS)
def test_against_sampled_points(name: str) -> None:
    tested, trained = PAIRS[name]
    voted = smooth(train(trained, 0.3), 0.5)
    exact = risk(tested, voted)
    x, y = sample(tested, np.random.default_rng(1))
    wrong = (voted(x) != y).mean()
    assert exact.error < 1e-7
    assert abs(exact.value - wrong) < 4 * max(np.sqrt(wrong * (1 - wrong) / SAMPLES), 1 / SAMPLES)


def test_on_its_own_problem_it_is_the_clean_risk() -> None:
    for problem in (bumps(), concentric(dim=7), two_scales(dim=3), regimes.stripes(count=2, gap=0.3)):
        own, plain = risk(problem, smooth(train(problem, 0.3), 0.5)), clean_risk(problem, 0.3, 0.5)
        assert own.value == pytest.approx(plain.value, abs=1e-13)


def test_intervals_against_distribution_functions() -> None:
    """The regions of one problem, the densities of the other."""
    voted, tested = smooth(train(bumps(), 0.3), 0.5), bumps(spacing=3.0)
    inside = [np.array(pair) for pair in voted.intervals]

    def mass(mean: float, scale: float) -> float:
        return float(sum(np.diff(stats.norm.cdf(pair, mean, scale))[0] for pair in inside))

    missed = 1 - np.mean([mass(mean, 0.3) for mean in (-3.0, 0.0, 3.0)])
    assert risk(tested, voted).value == pytest.approx(0.5 * missed + 0.5 * mass(0.0, 2.0), abs=1e-12)


def test_risks_are_linear_in_the_prior() -> None:
    voted = smooth(train(two_gaussians(dim=3, prior=0.9), 0.4), 0.5)
    low, middle, high = (risk(two_gaussians(dim=3, prior=p), voted, eps=[0.0, 0.2]) for p in (0.25, 0.5, 0.75))
    assert np.allclose(low.value + high.value, 2 * middle.value, rtol=0, atol=1e-14)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_infinite_backgrounds(unit: float) -> None:
    def box(low: float, high: float) -> DomainProblem:
        return DomainProblem(1, (Box(float(f"{low * unit:g}"), float(f"{high * unit:g}")),))

    held = smooth(train(box(0.0, 1.0), 0.0), 0.0)
    for low, high, lost in ((0.5, 1.5, 1.0), (3.0, 4.0, 2.0), (0.2, 0.4, 0.8), (-1.0, 3.0, 3.0)):
        assert risk(box(low, high), held).value == pytest.approx(lost * unit, rel=1e-13)
    ball = smooth(train(regimes.ball(dim=3, radius=unit), 0.0), 0.0)
    for radius in (0.5, 2.0):
        other = regimes.ball(dim=3, radius=float(f"{radius * unit:g}"))
        assert risk(other, ball).value == pytest.approx(4 / 3 * np.pi * abs(radius**3 - 1) * unit**3, rel=1e-13)


def test_a_tie_of_the_classifier_is_a_knife_edge_elsewhere_too() -> None:
    """A box as wide as the noise reaches has votes of 1/2 on all of it; typed out, sqrt(2) cannot tell."""
    wide = np.sqrt(2.0)
    noises = Training("regression", "uniform"), Smoothing("uniform")
    trained, tested = (DomainProblem(1, (Box(0.0, end),), -2.0, 16.0, *noises) for end in (float(wide), 1.0))
    found = risk(tested, smooth(train(trained, 0.0), float(wide)))
    assert found.status == "knife-edge"
    assert abs(found.value - (wide - 1) / 18) <= found.error
    assert risk(tested, smooth(train(trained, 0.0), 0.5)).status == "ok"


def test_what_is_not_known_is_refused() -> None:
    voted = smooth(train(bumps(), 0.3), 0.5)
    with pytest.raises(ProblemError, match="dimension 2, expected 1"):
        risk(two_gaussians(dim=2), voted)
    with pytest.raises(NoExactRoute, match="infinite background"):
        risk(regimes.stripes(), voted)
    boxes = MixtureProblem(0.5, 2, (Component(Uniform((0.0, 0.0), (1.0, 1.0))),), (gaussian((0.3, 0.1), 0.8),))
    oblique = MixtureProblem(0.5, 2, (gaussian((0.0, 0.0), 1.0),), (gaussian((1.0, 1.0), 1.0),))
    for trained in (FOUR, concentric(dim=2), oblique):
        with pytest.raises(NoExactRoute, match=r"components|isotropic"):
            risk(boxes, smooth(train(trained, 0.3), 0.5))
