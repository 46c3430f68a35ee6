"""The plane against closed forms and symmetries, where the reductions would choose the line or the shells."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from tests.unit.plane_laws import moments
from theory import bayes_risk, certified_risk, clean_risk, gain, regimes, vote_risk
from theory.problems.normal import Normal
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Problem, Training
from theory.reduction.mixtures import in_plane, mixture
from theory.reduction.planar import sets_in_plane
from theory.risks import risks as risks_module

REGRESSION = Training("regression")
Matrix = tuple[tuple[float, ...], ...]


def gauss(mean: tuple[float, ...], cov: Any = 1.0, weight: float = 1.0) -> Component:
    """A component with a scale or a covariance matrix."""
    return Component(Gaussian(mean, scale=cov) if np.ndim(cov) == 0 else Gaussian(mean, cov=cov), weight)


def two(first: Component, second: Component, prior: float = 0.5) -> MixtureProblem:
    assert isinstance(first.law, Gaussian)
    return MixtureProblem(prior, len(np.atleast_1d(first.law.mean)), (first,), (second,))


@contextmanager
def forced() -> Iterator[None]:
    """Every problem is answered by the plane."""

    def plane(normal: Normal, window: float = 0.0, tolerance: float = 1e-8, *_more: object) -> Any:
        problem = normal.problem
        if isinstance(problem, DomainProblem):
            return sets_in_plane(problem, tolerance)
        return in_plane(mixture(problem), tolerance)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(risks_module, "reduce", plane)
        yield


def agrees(problem: Problem, alpha: float, beta: float, eps: float = 0.0) -> None:
    """The plane says what the other route says, within its error."""
    ask = certified_risk if eps else clean_risk
    args = (alpha, beta, eps) if eps else (alpha, beta)
    other = ask(problem, *args)
    with forced():
        mine = ask(problem, *args)
    assert mine.route == "plane"
    assert other.route != "plane"
    assert abs(mine.value - other.value) <= mine.error + other.error + 1e-14
    # The tolerance is a share: of a labelled set's area where risks are areas.
    assert mine.error < 2e-8 * max(1.0, other.value)


COV: Matrix = ((1.3, 0.4), (0.4, 0.6))
SCALED: Matrix = ((1.0, 0.0), (0.0, 1.0))
PAIRS = [
    two(gauss((0.0, 0.0), COV), gauss((1.2, 0.7), COV), 0.3),
    two(gauss((0.0, 0.0)), gauss((1.5, -0.5)), 0.6),
    two(gauss((0.0, 0.0), 1.0), gauss((0.5, 0.4), 0.4), 0.5),
    two(gauss((0.0, 0.0), 0.5), gauss((2.0, 1.0), 1.7), 0.7),
    regimes.concentric(dim=2, inner=1.0, outer=1.6),
    MixtureProblem(0.4, 2, (gauss((0.0, 0.0)),), (gauss((0.0, 0.0), 0.5), gauss((0.0, 0.0), 2.5, 0.7))),
]


@pytest.mark.parametrize("problem", PAIRS)
@pytest.mark.parametrize(("alpha", "beta", "eps"), [(0.0, 0.4, 0.0), (0.7, 0.4, 0.3), (0.3, 1.5, 1.0), (2.0, 0.0, 0.0)])
def test_other_routes(problem: MixtureProblem, alpha: float, beta: float, eps: float) -> None:
    agrees(problem, alpha, beta, eps)


@pytest.mark.slow
def test_votes_of_a_half_plane() -> None:
    problem = PAIRS[1]
    other = vote_risk(problem, 0.3, 0.5, 11)
    with forced():
        from theory.risks import votes as votes_module

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(votes_module, "reduce", lambda normal, *_a: in_plane(mixture(normal.problem), 1e-6))
            mine = vote_risk(problem, 0.3, 0.5, 11)
    assert mine.route == "plane"
    assert abs(mine.value - other.value) <= mine.error + other.error


def area(problem: DomainProblem, alpha: float, beta: float) -> float:
    """Area of {g = 1} where it lies inside the labelled set: what is missing is the risk."""
    with forced():
        geometry = sets_in_plane(problem, 1e-8)
        found = clean_risk(problem, alpha, beta)
    return geometry.pieces[0].weight - float(found.value)


@pytest.mark.parametrize(("alpha", "radius"), [(0.0, 3.9574), (2.0, 3.1934), (4.0, 0.0)])
def test_a_disc(alpha: float, radius: float) -> None:
    disc = DomainProblem(2, (Ball((3.0, -2.0), 10.0),), training=REGRESSION)
    agrees(disc, alpha, 8.0)
    agrees(disc, alpha, 1.5, 1.0)
    other = clean_risk(disc, alpha, 8.0).value
    assert math.sqrt(max(100 * math.pi - other, 0) / math.pi) == pytest.approx(radius, abs=6e-5 if radius else 1e-6)


def test_far_discs_add_up() -> None:
    one = DomainProblem(2, (Ball((0.0, 0.0), 1.0),), training=REGRESSION)
    pair = DomainProblem(2, (Ball((0.0, 0.0), 1.0), Ball((30.0, 5.0), 1.0)), training=REGRESSION)
    for alpha, beta, eps in [(0.0, 0.6, 0.4), (0.5, 0.3, 0.2), (0.1, 0.5, 0.6)]:
        got = certified_risk(pair, alpha, beta, eps)
        assert abs(got.value - 2 * certified_risk(one, alpha, beta, eps).value) <= got.error + 1e-12
        got = clean_risk(pair, alpha, beta)
        assert abs(got.value - 2 * clean_risk(one, alpha, beta).value) <= got.error + 1e-12


def moved(problem: MixtureProblem, turn: np.ndarray, shift: np.ndarray, scale: float) -> MixtureProblem:
    def part(component: Component) -> Component:
        center, cov = moments(component.law)
        mean = scale * (turn @ center) + shift
        full = scale**2 * turn @ cov @ turn.T
        full = 0.5 * (full + full.T)
        return Component(Gaussian(tuple(mean.tolist()), cov=tuple(map(tuple, full.tolist()))), component.weight)

    sides = [tuple(part(c) for c in side) for side in (problem.class0, problem.class1)]
    return MixtureProblem(problem.prior, 2, sides[0], sides[1])


MIXED = MixtureProblem(
    0.4,
    2,
    (gauss((0.0, 0.0), ((1.0, 0.3), (0.3, 2.0))), gauss((2.0, 0.0), ((0.1, 0.0), (0.0, 0.2)))),
    (gauss((1.0, 1.0), ((0.5, 0.3), (0.3, 0.6))), gauss((-1.0, 0.5), 0.4, 0.5)),
)


@pytest.mark.parametrize(("angle", "shift", "scale"), [(0.6, (0, 0), 1), (1.9, (3, -40), 1), (0.3, (0.1, 0), 50.0)])
def test_motions_and_scalings(angle: float, shift: tuple[float, float], scale: float) -> None:
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    other = moved(MIXED, turn, np.array(shift), scale)
    for alpha, beta, eps in [(0.0, 0.4, 0.3), (0.6, 0.5, 0.2)]:
        first = certified_risk(MIXED, alpha, beta, eps)
        second = certified_risk(other, scale * alpha, scale * beta, scale * eps)
        assert abs(first.value - second.value) <= first.error + second.error
        assert max(first.error, second.error) < 5e-8


def test_labels_swapped() -> None:
    other = MixtureProblem(0.6, 2, MIXED.class1, MIXED.class0)
    for alpha, beta in [(0.0, 0.5), (0.5, 0.3)]:
        for one, two_ in [
            (clean_risk(MIXED, alpha, beta), clean_risk(other, alpha, beta)),
            (certified_risk(MIXED, alpha, beta, 0.2), certified_risk(other, alpha, beta, 0.2)),
        ]:
            assert abs(one.value - two_.value) <= one.error + two_.error


def test_a_plane_in_five_dimensions() -> None:
    rng = np.random.default_rng(4)
    basis = np.linalg.qr(rng.normal(size=(5, 2)))[0].T
    origin = rng.normal(size=5)
    means = np.array([[0.0, 0.0], [1.0, 0.4], [-0.3, 1.5]])
    flat = MixtureProblem(0.45, 2, (gauss((0.0, 0.0)), gauss((1.0, 0.4), 1.0, 0.5)), (gauss((-0.3, 1.5)),))
    deep = [gauss(tuple((origin + m @ basis).tolist()), 1.0, w) for m, w in zip(means, (1.0, 0.5, 1.0), strict=True)]
    problem = MixtureProblem(0.45, 5, tuple(deep[:2]), (deep[2],))
    for alpha, beta, eps in [(0.0, 0.5, 0.3), (1.0, 0.7, 0.5)]:
        first, second = (certified_risk(p, alpha, beta, eps) for p in (flat, problem))
        assert second.route == "plane"
        assert abs(first.value - second.value) <= first.error + second.error


def test_alternating_square() -> None:
    """s = 0 on both axes, which cross at the origin; g = f by symmetry, and the risk is a product of tails."""
    at = 1.0
    zero = (gauss((at, -at)), gauss((-at, at)))
    one = (gauss((at, at)), gauss((-at, -at)))
    problem = MixtureProblem(0.5, 2, zero, one)
    right = ndtr(at)
    for alpha, beta in [(0.0, 0.5), (0.8, 0.3), (0.3, 2.0), (0.0, 0.0)]:
        found = clean_risk(problem, alpha, beta)
        assert abs(found.value - 2 * right * (1 - right)) <= found.error
        assert found.error < 1e-7


def test_classes_that_agree() -> None:
    problem = MixtureProblem(0.5, 2, MIXED.class0, MIXED.class0)
    assert clean_risk(problem, 0.3, 0.5).value == pytest.approx(0.5, abs=1e-12)
    heavier = MixtureProblem(0.3, 2, MIXED.class0, MIXED.class0)
    assert clean_risk(heavier, 0.3, 0.5).value == pytest.approx(0.3, abs=1e-12)
    assert certified_risk(heavier, 0.3, 0.5, 0.4).value == pytest.approx(0.3, abs=1e-9)


def test_one_class_everywhere() -> None:
    problem = MixtureProblem(0.001, 2, (gauss((0.0, 0.0), 2.0), gauss((1.0, 0.0), 1.0)), (gauss((0.2, 0.1), 1.0),))
    for alpha, beta in [(0.0, 0.0), (0.0, 0.5), (1.0, 2.0)]:
        found = clean_risk(problem, alpha, beta)
        assert abs(found.value - 0.001) <= found.error


def test_everything_vanishes() -> None:
    discs = DomainProblem(2, (Ball((0.0, 0.0), 1.0), Ball((1.5, 0.0), 1.0)), training=REGRESSION)
    whole = sets_in_plane(discs, 1e-8).pieces[0].weight
    for alpha, beta in [(50.0, 0.5), (0.0, 50.0), (50.0, 50.0)]:
        assert clean_risk(discs, alpha, beta).value == pytest.approx(whole, rel=1e-12)


def test_no_smoothing_is_the_base() -> None:
    boxes = DomainProblem(2, (Box((0.0, 0.0), (1.0, 1.0)), Ball((1.0, 0.0), 1.0)), -1.0, 3.0, training=REGRESSION)
    assert clean_risk(boxes, 0.0, 0.0).value == 0
    assert bayes_risk(MIXED).value == clean_risk(MIXED, 0.0, 0.0).value
    assert gain(MIXED, 0.0, 0.5).value == 0


@pytest.mark.parametrize("gap", [0.0, 1e-12, 1e-9, 1e-6, -1e-9])
def test_touching_discs(gap: float) -> None:
    """The risk is continuous in the gap."""
    pair = [DomainProblem(2, (Ball((0.0, 0.0), 1.0), Ball((2.0 + g, 0.0), 1.0)), training=REGRESSION) for g in (0, gap)]
    for alpha, beta in [(0.0, 0.3), (0.4, 0.3)]:
        first, second = (clean_risk(p, alpha, beta) for p in pair)
        assert abs(first.value - second.value) <= first.error + second.error + 3 * abs(gap)
        assert max(first.error, second.error) < 1e-7


@pytest.mark.parametrize("share", [1 - 1e-3, 1 - 1e-6, 1 + 1e-6, 1 + 1e-3])
def test_an_island_about_to_vanish(share: float) -> None:
    """A narrow class before a wide one, at the prior where their densities touch."""
    problem = two(gauss((0.0, 0.0), 1.0), gauss((0.0, 0.0), 0.5), 0.2 * share)
    agrees(problem, 0.0, 0.0)
    agrees(problem, 0.0, 2e-3)
