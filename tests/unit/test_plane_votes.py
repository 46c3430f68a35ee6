"""Finite votes, small tolerances and tangent boundaries in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracle.reference_plane import described
from tests.oracle.reference_plane_votes import drawn, vote_risks
from tests.unit.test_plane_numbers import REGRESSION, gauss
from theory import clean_risk, gain, regimes, vote_risk
from theory.geometry.plane import plane
from theory.problems.problem import Ball, DomainProblem, MixtureProblem
from theory.reduction.planar import sets_in_plane
from theory.risks import votes as votes_module

TYPED = MixtureProblem(
    0.4,
    2,
    (
        gauss((-0.1748, 0.9312), ((0.6211, 0.3115), (0.3115, 0.6033))),
        gauss((1.4035, 0.3915), ((2.3958, -1.127), (-1.127, 0.909))),
    ),
    (
        gauss((0.262, 0.0997), ((0.694, 0.3685), (0.3685, 0.6517))),
        gauss((-1.9794, -0.7719), ((1.4973, 0.0607), (0.0607, 0.3033))),
    ),
)
# By tests.oracle.reference_plane_votes: votes, risk; two grids agree to 2e-14.
REFERENCE = {25: 0.1715018965202526, 1001: 0.16948311875412078}


@pytest.mark.parametrize("votes", [25, pytest.param(1001, marks=pytest.mark.slow)])
def test_two_components_a_class(votes: int) -> None:
    """The vote probability has saddles between the levels that votes can be at."""
    found = vote_risk(TYPED, 0.4, 0.5, votes)
    assert abs(found.value - REFERENCE[votes]) <= found.error <= 1e-8
    assert found.status == "ok"


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_random_mixtures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem, votes = drawn(rng, 1), int(rng.integers(1, 12))
    found = vote_risk(problem, 0.3, 0.9, votes, route="plane")
    want, accuracy = vote_risks(described(problem), 0.3, 0.9, votes, (0.25, 0.3))
    assert accuracy < 1e-9
    assert abs(found.value - want) <= found.error + 2 * accuracy + 1e-12


@pytest.mark.slow
def test_level_sets_and_rectangles_agree_at_small_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    args = TYPED, 0.4, 0.04, 12
    by_levels = vote_risk(*args)
    monkeypatch.setattr(plane, "FINE", 0.0)
    by_area = vote_risk(*args)
    assert abs(by_levels.value - by_area.value) <= by_levels.error + by_area.error
    assert by_levels.value != by_area.value
    assert by_levels.status == by_area.status == "ok"


def test_many_votes_are_all_votes() -> None:
    problem = regimes.anisotropic()
    found, limit = vote_risk(problem, 0.4, 0.5, 10**10 + 1), clean_risk(problem, 0.4, 0.5)
    assert abs(found.value - limit.value) <= found.error + limit.error + 1e-9


@pytest.mark.parametrize(("alpha", "beta", "votes"), [(0.0, 0.5, 7), (0.4, 0.7, 20)])
def test_a_disc(alpha: float, beta: float, votes: int) -> None:
    """The radial route answers too."""
    disc = DomainProblem(2, (Ball((0.3, -0.2), 1.0),), training=REGRESSION)
    other = vote_risk(disc, alpha, beta, votes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(votes_module, "reduce", lambda normal, *_a: sets_in_plane(normal.problem, 1e-8))
        mine = vote_risk(disc, alpha, beta, votes)
    assert (mine.route, other.route) == ("plane", "radial")
    assert abs(mine.value - other.value) <= mine.error + other.error
    assert mine.status == "ok"


def test_the_tolerance_is_met_or_said_to_be_missed() -> None:
    problem = regimes.anisotropic()
    fine = clean_risk(problem, 0.4, 0.5, tolerance=1e-12)
    assert fine.error <= 1e-12
    assert fine.status == "ok"
    assert fine.value == pytest.approx(0.15739914276928, abs=1e-13)
    missed = clean_risk(problem, 0.4, 0.5, tolerance=1e-15)
    assert missed.error > 1e-15
    assert missed.status == "tolerance"
    assert gain(problem, 0.4, 0.5, tolerance=1e-15).status == "tolerance"
    assert clean_risk(problem, 0.4, 0.5, tolerance=np.inf).status == "ok"


@pytest.mark.slow
def test_a_ring_about_to_be_born() -> None:
    """Two densities touch along a circle: squares without end, cut off, and their mass is in the error."""
    radii = np.linspace(0.5, 2.5, 200_001)

    def density(scale: float) -> np.ndarray:
        return np.exp(-0.5 * (radii / scale) ** 2) / scale**2

    least = float((0.5 * (density(0.5) + density(2.5)) / density(1.0)).min())
    prior = least / (1 + least)
    problem = MixtureProblem(prior, 2, (gauss((0.0, 0.0), 0.5), gauss((0.0, 0.0), 2.5)), (gauss((0.0, 0.0)),))
    mine, other = clean_risk(problem, 0.0, 0.0, route="plane"), clean_risk(problem, 0.0, 0.0)
    assert abs(mine.value - other.value) <= mine.error + other.error
    assert mine.status == "tangency"
