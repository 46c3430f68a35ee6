"""Ties on paper, and numbers of too many decimals to tell: then the mass at stake is in the error, and said to be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory import adversarial_risk, certified_risk, clean_risk, compare, regimes, train
from theory.estimate import KNIFE_EDGE, OK, STATUSES, TANGENCY, TOLERANCE_MISSED, Estimate
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Law,
    MixtureProblem,
    Point,
    Smoothing,
    Training,
    Uniform,
)


def mixture(zero: list[Law], one: list[Law], prior: float = 0.5, rule: str = "posterior") -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, 1, *sides, Training(rule, "uniform"), Smoothing("uniform"))


def one_box(width: float, low: float = 0.0) -> DomainProblem:
    return DomainProblem(
        1, (Box(low, low + width),), -2.0, 16.0, Training("regression", "uniform"), Smoothing("uniform")
    )


@pytest.mark.parametrize("beta", [math.sqrt(2), 1.4142135623730954, 1.414213562373095])
def test_a_box_as_wide_as_the_noise_reaches(beta: float) -> None:
    """u = 1/2 on the whole box if they are equal; below, all of it is lost: sqrt(2)/18."""
    for found in (clean_risk(one_box(math.sqrt(2)), 0.0, beta), clean_risk(one_box(math.sqrt(2)), beta, 0.0)):
        truth = math.sqrt(2) / 18 if beta > math.sqrt(2) else 0.0
        assert found.status == KNIFE_EDGE
        assert abs(found.value - truth) <= found.error < 0.1


def test_sums_of_decimals_as_python_adds_them() -> None:
    """0.1 + 0.2 is a little more than 0.3: the supports share no end, and class 0 owns what lies beyond."""
    found = clean_risk(mixture([Uniform(0.2, 0.1 + 0.2)], [Uniform(0.2, 0.3)], 0.2), 0.0, 0.3)
    assert found.status == KNIFE_EDGE
    assert found.error > 0.5
    plain = clean_risk(mixture([Uniform(0.2, 0.3)], [Uniform(0.2, 0.3)], 0.2), 0.0, 0.3)
    assert plain.status == OK
    assert plain.value == pytest.approx(0.8, abs=1e-14)


def test_radii_as_python_multiplies_them() -> None:
    atoms = mixture([Point(0.0)], [Point(0.6)])
    for ask in (certified_risk, adversarial_risk):
        assert ask(atoms, 0.1, 0.5, 0.3).status == OK
        assert ask(atoms, 0.1, 0.5, 0.3).value == 0
        found = ask(atoms, 0.1, 0.5, 0.1 * 3)
        assert found.status == KNIFE_EDGE
        assert found.error >= 0.5


def test_numbers_of_many_decimals_away_from_ties_are_as_good_as_any() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        width, low, beta, eps = rng.uniform([0.5, 0, 0.1, 0], [2, 5, 0.9, 0.2])
        found = certified_risk(one_box(float(width), float(low)), float(rng.uniform(0, 0.4)), float(beta), float(eps))
        assert found.status == OK
        assert found.error < 1e-12


def test_close_to_a_tie_is_not_at_it() -> None:
    """A hundred times farther than noises are moved."""
    for side in (-1, 1):
        found = clean_risk(one_box(math.sqrt(2)), 0.0, math.sqrt(2) * (1 + side * 1e-10))
        assert found.status == OK
        assert found.value == pytest.approx(math.sqrt(2) / 18 if side > 0 else 0.0, abs=1e-8)


def test_the_radius_beside_the_reach_of_the_noise() -> None:
    """At eps > beta nothing is certified: only a radius that moves against its noise tells."""
    atoms = mixture([Point(0.0)], [Point(6.0)])
    found = certified_risk(atoms, 0.0, math.sqrt(2), [math.sqrt(2), 1.41421356])
    assert found.status.tolist() == [KNIFE_EDGE, OK]
    assert found.value.tolist() == [0.0, 0.0]
    assert found.error[0] >= 1.0
    endless = DomainProblem(1, (Box(0.0, 6.0),), None, None, Training("regression", "uniform"), Smoothing("uniform"))
    wild = certified_risk(endless, 0.0, math.sqrt(2), math.sqrt(2))
    assert wild.status == KNIFE_EDGE
    assert wild.error >= 6.0


def test_radii_that_move_with_the_noise_or_against_it_are_compared_with_their_mirrors() -> None:
    """What erodes two boxes is linear in the radius: no second difference, whatever the decimals of another noise."""
    boxes = (Box(0.45, 0.62), Box(1.99, 2.13))
    problem = DomainProblem(1, boxes, training=Training("regression", "uniform"), smoothing=Smoothing("uniform"))
    found = adversarial_risk(problem, [0.0, math.sqrt(2)], 0.0, 0.51)
    assert found.status.tolist() == [OK, OK]
    assert found.error.max() < 1e-14


def test_where_the_gap_of_stripes_closes() -> None:
    """Two boundaries merge at the noise: the risk is continuous, and what rounding makes of the place is no jump."""
    stripes = regimes.stripes(count=2, gap=0.5)
    found = clean_risk(stripes, 0.0, [0.3713097934, 0.37130979343788595, 0.371309793437886, 0.3713097935])
    assert TANGENCY in found.status
    assert np.ptp(found.value) < 1e-4
    assert abs(found.value[1] - found.value[2]) <= found.error[1] + found.error[2]


def test_an_error_above_the_tolerance_says_so() -> None:
    found = clean_risk(regimes.bumps(spacing=1.5), 0.3, 0.5, tolerance=1e-17)
    assert found.status == TOLERANCE_MISSED
    assert clean_risk(regimes.bumps(spacing=1.5), 0.3, 0.5).status == OK


def test_a_gain_is_no_better_known_than_its_risks() -> None:
    found = compare(one_box(math.sqrt(2)), [0.1, 0.2], [math.sqrt(2), 0.5])
    assert found.gain.status.tolist() == [KNIFE_EDGE, OK]
    assert found.gain.error[0] > 0.05


@pytest.mark.parametrize("unit", [0.1, 0.3, 1.0, 1e6])
def test_a_posterior_of_one_half_on_an_interval(unit: float) -> None:
    """Class 1 on [0, 1] under uniform noise of half-width 1: 1/2 on the whole box, and less with wider noise."""

    def at(x: float) -> float:
        return float(f"{x * unit:.12g}")

    boxes = [Uniform(at(-1), 0.0), Uniform(at(1), at(2))]
    problem = mixture(boxes, [Uniform(0.0, at(1))], rule="regression")
    risks = clean_risk(problem, [at(0.999), at(1), at(1.001)], 0.0)
    assert np.allclose(risks.value, [0.0, 0.0, 0.5], rtol=0, atol=1e-14)
    assert set(risks.status) == {OK}


def posterior_of_steps(problem: MixtureProblem, alpha: float, x: np.ndarray) -> np.ndarray:
    """(h * p_alpha)(x) by adding up cells."""
    sides = (problem.class0, problem.class1)
    ends = np.unique([end for side in sides for c in side for end in (c.law.low, c.law.high)])
    low, high = ends[:-1], ends[1:]
    middle, masses = 0.5 * (low + high), []
    for side, share in zip(sides, (1 - problem.prior, problem.prior), strict=True):
        total = sum(c.weight for c in side)
        parts = [
            c.weight / total * ((c.law.low < middle) & (middle < c.law.high)) / (c.law.high - c.law.low) for c in side
        ]
        masses.append(share * np.sum(parts, axis=0))
    h = np.where(masses[1] > 0, masses[1] / np.where(masses[1] > 0, masses[0] + masses[1], 1.0), 0.0)
    reach = np.minimum(high, x[:, None] + alpha) - np.maximum(low, x[:, None] - alpha)
    return (h * np.maximum(reach, 0.0)).sum(axis=1) / (2 * alpha)


def test_regression_on_random_boxes_against_sums_over_cells() -> None:
    rng = np.random.default_rng(5)

    def side() -> list[Law]:
        starts, widths = rng.integers(-30, 30, 3) / 10, rng.integers(1, 20, 3) / 10
        return [Uniform(float(a), float(a + w)) for a, w in zip(starts, widths, strict=True)][: rng.integers(1, 4)]

    for _ in range(100):
        problem = mixture(side(), side(), float(rng.choice([0.3, 0.5, 0.6])), "regression")
        alpha, x = float(rng.choice([0.05, 0.3, 0.7, 1.0, 2.5])), rng.uniform(-6, 6, 200)
        value = posterior_of_steps(problem, alpha, x) - 0.5
        clear = np.abs(value) > 1e-9
        assert (train(problem, alpha)(x) == (value >= 0))[clear].all()


def test_the_status_of_a_sum_is_the_worst() -> None:
    one, two = Estimate(0.1, 0.0, "line"), Estimate(0.2, 0.3, "line", KNIFE_EDGE)
    assert (one + two).status == (two - one).status == (-two * 2).status == KNIFE_EDGE
    many = Estimate(np.array([0.1, np.nan]), np.array([0.0, np.nan]), "line") + two
    assert many.status.tolist() == [KNIFE_EDGE, "undefined"]
    assert many.at(0).status == KNIFE_EDGE
    assert many.remarks() == {KNIFE_EDGE: 1, "undefined": 1}
    assert list(many.remarks()) == [word for word in STATUSES if word in (KNIFE_EDGE, "undefined")]
    assert "knife-edge" in repr(two)
