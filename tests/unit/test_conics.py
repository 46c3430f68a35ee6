"""Regions of two Gaussians by sections: against the line, the shells, and the outlines that stand for any region."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tests.unit.plane_laws import moments
from tests.unit.test_plane_numbers import gauss, moved, two
from theory import certified_risk, clean_risk, regimes, risk, smooth, train, vote_risk
from theory.geometry.plane import mixtures
from theory.geometry.plane.chains import forward
from theory.geometry.plane.conic_shapes import weigh
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.shapes import Voted
from theory.geometry.plane.winding import panel_ends
from theory.problems.normal import normal_form
from theory.problems.problem import Component, Gaussian, MixtureProblem
from theory.reduction.reduce import reduce

BETAS = (1e-3, 0.02, 0.4, 3.0, 50.0)
# By outlines: their tolerance.
OUTLINES = 1e-8
CLOSE = 1e-9


def rotated(angle: float, first: float, second: float) -> Any:
    """A covariance with given variances along turned axes, as people type them."""
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    full = (turn @ np.diag([first, second]) @ turn.T).round(6).tolist()
    return (full[0][0], full[0][1]), (full[0][1], full[1][1])


def axes(mean: tuple[float, float], scales: tuple[float, float]) -> Component:
    return Component(Gaussian(mean, scale=scales))


ROUND = [
    regimes.concentric(dim=2, inner=1.0, outer=1.6),
    two(gauss((0.3, -0.2), 0.5), gauss((1.0, 1.0), 1.7), 0.7),
    two(gauss((300.0, -1e3), 0.9), gauss((300.5, -1e3), 1.0), 0.01),
    two(gauss((0.0, 0.0), 1.0), gauss((0.0, 1e-3), 1.0001), 0.5),
    two(gauss((0.0, 0.0), 1e-6), gauss((1e-6, 0.0), 2e-6), 0.99),
]
# They differ on one axis: pairs of parallel lines.
STRIPES = [
    two(axes((0.0, 0.0), (1.0, 1.5)), axes((0.5, 0.0), (2.0, 1.5)), 0.5),
    two(axes((0.0, 2.0), (1.0, 0.5)), axes((0.0, 1.5), (1.0, 0.2)), 0.3),
]
CONICS = {
    "parabola": regimes.anisotropic(),
    "ellipse": two(gauss((0.0, 0.0), rotated(0.5, 2.0, 6.0)), gauss((0.7, 0.3), rotated(0.9, 0.2, 1.0)), 0.4),
    "hyperbola": two(gauss((0.0, 0.0), rotated(0.2, 4.0, 0.3)), gauss((0.5, 1.0), rotated(0.7, 0.3, 2.0)), 0.5),
    "crossing lines": two(gauss((0.0, 0.0), rotated(0, 1.0, 4.0)), gauss((0.0, 0.0), rotated(0, 4.0, 1.0)), 0.5),
    "nearly crossing": two(gauss((0.0, 0.0), rotated(0, 1.0, 4.0)), gauss((1e-4, 0.0), rotated(0, 4.0, 1.0)), 0.5),
    "nearly a line": two(gauss((0.0, 0.0), rotated(0, 1.0, 2.0)), gauss((1.0, 0.5), rotated(1e-4, 1.0, 2.0)), 0.5),
    "far": two(gauss((5e3, 1e3), rotated(0.3, 1.0, 2.0)), gauss((5001.0, 1e3), rotated(0.3, 1.0, 1.2)), 0.99),
}


@pytest.mark.parametrize("problem", [*ROUND, *STRIPES])
@pytest.mark.parametrize("beta", BETAS)
def test_other_routes(problem: MixtureProblem, beta: float) -> None:
    unit = 1e-6 if problem is ROUND[-1] else 1.0
    for alpha, share in ((0.0, 0.4), (0.7, 1.3)):
        noises = unit * alpha, unit * beta
        for ask, args in ((clean_risk, noises), (certified_risk, (*noises, share * noises[1]))):
            usual, mine = ask(problem, *args), ask(problem, *args, route="plane")
            assert usual.route != mine.route == "plane"
            assert abs(mine.value - usual.value) <= mine.error + usual.error + 1e-14
            assert mine.error <= CLOSE


@pytest.mark.parametrize("name", CONICS)
@pytest.mark.parametrize(("alpha", "beta", "eps"), [(0.0, 0.3, 0.2), (0.5, 1.5, 1.0), (2.0, 0.6, 0.9)])
def test_outlines(name: str, alpha: float, beta: float, eps: float, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = CONICS[name]
    fresh = MixtureProblem(problem.prior, 2, problem.class0, problem.class1)
    mine = clean_risk(problem, alpha, beta), certified_risk(problem, alpha, beta, eps)
    monkeypatch.setattr(mixtures, "quadratic", lambda *_args: None)
    other = clean_risk(fresh, alpha, beta), certified_risk(fresh, alpha, beta, eps)
    for one, two_ in zip(mine, other, strict=True):
        assert abs(one.value - two_.value) <= one.error + two_.error
        assert one.error <= CLOSE
        assert two_.error <= OUTLINES


@pytest.mark.parametrize("name", CONICS)
@pytest.mark.parametrize("beta", BETAS)
def test_motions(name: str, beta: float) -> None:
    """Turned, moved and in other units the frame, its axes and their directions are others."""
    problem, turn = CONICS[name], np.array([[math.cos(2.2), -math.sin(2.2)], [math.sin(2.2), math.cos(2.2)]])
    other = moved(problem, turn, np.array([3.0, -7.0]), 50.0)
    one, two_ = clean_risk(problem, 0.4, beta), clean_risk(other, 20.0, 50 * beta)
    # Components that are typed anew are rounded: nearly equal ones keep fewer digits.
    assert abs(one.value - two_.value) <= one.error + two_.error + 1e-11
    swapped = MixtureProblem(1 - problem.prior, 2, problem.class1, problem.class0)
    assert abs(one.value - clean_risk(swapped, 0.4, beta).value) <= 2 * one.error + 1e-14


@pytest.mark.parametrize("name", CONICS)
def test_small_noise_is_none(name: str) -> None:
    """The risk is smooth in beta^2: from small noises it is that without noise."""
    problem = CONICS[name]
    still, *near = clean_risk(problem, 0.3, [0.0, 1e-3, 2e-3]).value
    assert abs(near[0] - still) < 1e-5
    if "crossing" not in name:
        assert near[1] - still == pytest.approx(4 * (near[0] - still), rel=0.02, abs=1e-12)


@pytest.mark.parametrize("problem", [*ROUND[:3], *STRIPES])
@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.02), (0.5, 0.1)])
def test_radii_of_many_noises(problem: MixtureProblem, alpha: float, beta: float) -> None:
    """Votes within 1e-16 and 1e-200 of all; beyond the range of floats the error says what is not known."""
    for share in (5.0, 8.0, 30.0, 100.0):
        usual, mine = (certified_risk(problem, alpha, beta, share * beta, route=route) for route in (None, "plane"))
        assert abs(mine.value - usual.value) <= mine.error + usual.error + 1e-14
        if share < 36:
            assert mine.error <= 1e-7


@pytest.mark.parametrize("votes", [1, 12, 1001, 10**6 + 1])
@pytest.mark.parametrize(("problem", "beta"), [(ROUND[0], 0.05), (ROUND[1], 0.6), (ROUND[2], 1.5), (STRIPES[1], 0.3)])
def test_votes(problem: MixtureProblem, beta: float, votes: int) -> None:
    """The line and the shells answer too; with few votes levels reach the one of the centre."""
    usual, mine = vote_risk(problem, 0.3, beta, votes), vote_risk(problem, 0.3, beta, votes, route="plane")
    assert usual.route != mine.route == "plane"
    assert abs(mine.value - usual.value) <= mine.error + usual.error + 1e-14
    assert mine.error <= OUTLINES


@pytest.mark.parametrize("name", ["parabola", "ellipse", "hyperbola", "nearly a line", "far"])
@pytest.mark.parametrize("beta", [0.05, 0.4, 3.0])
def test_one_vote(name: str, beta: float) -> None:
    """One vote is the base classifier on wider components."""
    problem = CONICS[name]
    region, laws = train(problem, 0.3), (problem.class0[0], problem.class1[0])
    held = [moments(c.law) for c in laws]
    wide = [gauss(tuple(mean.tolist()), (cov + beta**2 * np.eye(2)).tolist()) for mean, cov in held]
    wanted = risk(two(*wide, problem.prior), smooth(region, 0.0))
    found = vote_risk(problem, 0.3, beta, 1)
    assert abs(found.value - wanted.value) <= found.error + wanted.error + 1e-13


def test_noise_does_not_keep_regions_star_shaped() -> None:
    """The example of docs/mathematics/geometries.md: a disc with a wedge that widens outward, on a raster."""
    beta, at = 0.02, np.linspace(-0.2, 1.2, 1401)
    x, y = np.meshgrid(at, at[:401], indexing="ij")
    inside = (x**2 + y**2 <= 0.01) | ((np.abs(y) <= x / 20) & (x <= 1))

    def vote(place: float) -> float:
        noise = np.exp(-0.5 * ((x - place) ** 2 + y**2) / beta**2)
        return float((noise * inside).sum() / noise.sum())

    assert vote(0.0) > 0.99
    assert vote(0.15) < 0.35
    assert vote(0.9) > 0.9


@pytest.mark.parametrize("seed", range(16))
def test_outlines_close_and_hold_what_sections_hold(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In windows of any size, at every level by itself: two levels may share a fault."""
    rng = np.random.default_rng(seed)
    laws = [gauss(tuple(rng.normal(0, 1, 2)), rotated(*rng.uniform((0, 0.3, 0.3), (3, 2, 2)))) for _ in range(2)]
    plane = reduce(normal_form(two(*laws, 0.5)))
    assert isinstance(plane, Plane)
    noise = np.array([[float(rng.choice([0.05, 0.3, 1.5]))]])
    (shape,) = plane.smooth(plane.train(np.array([0.2])).region, noise).shapes
    assert isinstance(shape, Voted)
    ((known, _error, _loose),) = weigh([shape], plane.pieces, 1e-13)
    monkeypatch.setattr(mixtures, "quadratic", lambda *_args: None)
    for more in (0.0, 0.7, 2.0):
        wide = shape.around(more)
        for level, most, apart in ((1, 1e-7, 1e-6), (2, 1e-9, 1e-8), (3, 1e-9, 1e-10)):
            outline = wide.outline(level)
            ends = panel_ends(forward(outline)[0])
            gap = cKDTree(ends[:, 0]).query(ends[:, 1])[0].max(initial=0.0)
            assert gap <= apart
            assert max(abs(p.mass(wide, outline, level) - v) for p, v in zip(plane.pieces, known, strict=True)) <= most
