"""Labelled sets in a finite domain of the plane under the posterior rule."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr, softmax

import theory
from simulate.montecarlo import Level, Sampling, monte_carlo
from theory import Ball, Box, DomainProblem, Estimate
from theory.geometry.plane.charts import Chart
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.shares import Shares
from theory.geometry.plane.terms import NODES
from theory.geometry.plane.truncated import Truncated
from theory.problems.problem import OffSupport, Set, Training

CLIP = np.array([0.0, 0.0, 3.0, 2.0])
# Sets that overlap, touch each other, share edges with each other and with the domain, and reach beyond it.
MIXED: tuple[Set, ...] = (
    Ball((1.0, 1.0), 0.5),
    Ball((2.9, 1.9), 0.3),
    Box((0.2, 0.1), (0.7, 0.9)),
    Box((2, 0), (3, 1)),
)
# Pixels along the longer side of the domain.
SIZES = (150, 300)


def domain(inside: tuple[Set, ...], off: OffSupport = "nearest") -> DomainProblem:
    return DomainProblem(2, inside, low=(0.0, 0.0), high=(3.0, 2.0), training=Training(off_support=off))


def labels(inside: tuple[Set, ...], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    found = np.zeros(np.broadcast(x, y).shape, bool)
    for part in inside:
        if isinstance(part, Ball):
            found |= (x - part.center[0]) ** 2 + (y - part.center[1]) ** 2 <= part.radius**2
        else:
            found |= (x >= part.low[0]) & (x <= part.high[0]) & (y >= part.low[1]) & (y <= part.high[1])
    return found


def grid_risk(inside: tuple[Set, ...], alpha: float, beta: float, count: int, eps: float, off: OffSupport) -> float:
    """Pixels of the domain and far around it: every sum is a sum over pixels, of weights divided by their own sum."""
    step = 3.0 / count
    own = [step * (np.arange(round(side / step)) + 0.5) for side in (3.0, 2.0)]
    reach = int(8 * beta / step) + 1
    wide = [step * (np.arange(-reach, len(c) + reach) + 0.5) for c in own]
    held = labels(inside, own[0][:, None], own[1])
    if alpha > 0:
        rows = [softmax(-((w[:, None] - c) ** 2) / (2 * alpha**2), axis=1) for w, c in zip(wide, own, strict=True)]
        base = rows[0] @ held @ rows[1].T >= 0.5
    else:
        nearest = [np.clip(w, 0, side) for w, side in zip(wide, (3, 2), strict=True)]
        base = labels(inside, nearest[0][:, None], nearest[1])
        if off != "nearest":
            base[(nearest[0] != wide[0])[:, None] | (nearest[1] != wide[1])] = off == "class1"
    blur = [
        ndtr((w + step / 2 - c[:, None]) / beta) - ndtr((w - step / 2 - c[:, None]) / beta)
        for w, c in zip(wide, own, strict=True)
    ]
    votes = blur[0] @ base @ blur[1].T
    return float((np.where(held, votes, 1 - votes) < ndtr(eps / beta)).mean())


@pytest.mark.parametrize(
    ("alpha", "beta", "eps", "off"),
    [
        (0.02, 0.4, 0.0, "nearest"),
        (0.15, 0.2, 0.1, "class1"),
        (0.5, 0.05, 0.0, "nearest"),
        (0.5, 1.5, 0.2, "class0"),
        (2.0, 0.3, 0.0, "nearest"),
        (0.0, 0.3, 0.1, "nearest"),
        (0.0, 0.3, 0.1, "class0"),
        (0.0, 0.3, 0.0, "class1"),
    ],
)
def test_risks_are_those_of_a_fine_grid(alpha: float, beta: float, eps: float, off: OffSupport) -> None:
    """A grid is off by no more than twice what half of its pixels change, and a row of pixels along the domain."""
    found = float(theory.certified_risk(domain(MIXED, off), alpha, beta, eps).value)
    coarse, fine = (grid_risk(MIXED, alpha, beta, count, eps, off) for count in SIZES)
    assert abs(found - fine) <= 2 * abs(fine - coarse) + 1 / SIZES[1]


def within(one: Estimate, other: Estimate) -> bool:
    return bool(np.all(np.abs(one.value - other.value) <= one.error + other.error))


STRIPS = ((0.3, 1.1), (1.7, 2.2))


@pytest.mark.parametrize("off", ["nearest", "class1"])
def test_strips_across_the_domain_are_intervals(off: OffSupport) -> None:
    """Without training noise the line knows nothing beyond the second axis: what lies there must not matter."""
    inside = tuple(Box((a, 0.0), (b, 2.0)) for a, b in STRIPS)
    plane = domain(inside, off)
    line = DomainProblem(1, tuple(Box(a, b) for a, b in STRIPS), low=0.0, high=3.0, training=plane.training)
    alpha = np.array([0.0, 0.05, 3.0])[:, None] if off == "nearest" else np.array([[0.2]])
    beta = np.array([0.05, 0.4])
    assert within(theory.clean_risk(plane, alpha, beta), theory.clean_risk(line, alpha, beta))
    assert within(theory.certified_risk(plane, 0.2, 0.3, 0.1), theory.certified_risk(line, 0.2, 0.3, 0.1))


def test_adversarial_risks_and_votes_of_strips_are_those_of_intervals() -> None:
    inside = tuple(Box((a, 0.0), (b, 2.0)) for a, b in STRIPS)
    line = DomainProblem(1, tuple(Box(a, b) for a, b in STRIPS), low=0.0, high=3.0)
    assert within(*(theory.adversarial_risk(p, 0.2, 0.15, 0.1) for p in (domain(inside), line)))
    assert within(*(theory.vote_risk(p, 0.2, 0.3, 11) for p in (domain(inside), line)))


def test_shares_far_away_are_those_of_the_nearest_part() -> None:
    """Against sums of the definition in logarithms, out to a thousand noise scales: nothing underflows."""
    alpha, held = 0.02, SetUnion(np.array([[1.0, 1.0, 1.2]]), np.array([[2.0, 1.5, 2.6, 2.0]]), CLIP)
    shares = Shares(held.outline(NODES), Chart((0.0, 0.0, 3.0, 2.0), alpha))
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.uniform([0, 2], [3, 4], (10, 2)), rng.uniform([-20, -20], [23, 22], (8, 2))])
    at, weights = np.polynomial.legendre.leggauss(1000)
    for place, value in zip(places, shares.value(places), strict=True):
        # Along either axis T is drawn by its own quantiles, so that nodes lie where it does.
        parts = []
        for k, side in ((0, 3.0), (1, 2.0)):
            end = float(np.clip(place[k], 0, side))
            spread = alpha / max(1.0, abs(place[k] - end) / alpha)
            low, high = max(0.0, end - 12 * spread), min(side, end + 12 * spread)
            y = low + 0.5 * (high - low) * (1 + at)
            parts.append((y, softmax(np.log(weights) - (y - end) * (y + end - 2 * place[k]) / (2 * alpha**2))))
        inside = held.contains(np.stack(np.meshgrid(parts[0][0], parts[1][0], indexing="ij"), axis=-1))
        assert value + 0.5 == pytest.approx(float(parts[0][1] @ inside @ parts[1][1]), abs=8e-3)


def test_slopes_are_those_of_differences() -> None:
    held = SetUnion(np.array([[1.0, 1.0, 0.5]]), np.array([[0.5, 0.5, 1.5, 3.0]]), CLIP)
    for alpha in (0.05, 0.4, 5.0):
        shares = Shares(held.outline(NODES), Chart((0.0, 0.0, 3.0, 2.0), alpha))
        points = np.random.default_rng(1).uniform([-1, -1], [4, 3], (50, 2))
        value, slope = shares.rise(points)
        assert value == pytest.approx(shares.value(points), abs=2e-14)
        for k, move in enumerate(1e-4 * alpha * np.eye(2)):
            steep = (shares.value(points + move) - shares.value(points - move)) / (2e-4 * alpha)
            assert slope[:, k] * alpha == pytest.approx(steep * alpha, abs=1e-7)


@pytest.mark.parametrize("alpha", [1e-3, 0.3, 40.0])
def test_truncated_law(alpha: float) -> None:
    """Masses and densities belong together, in the interval and far from it on either side."""
    law = Truncated(1.0, 3.0, alpha)
    x = np.array([1 - 90 * alpha, 1 - 0.1 * alpha, 1.5, 3.0, 3 + 0.01 * alpha, 3 + 100 * alpha])
    for place in x:
        start, stop = (float(v[0]) for v in law.likely(np.array([place]), np.array([place]), 36.0))
        at, weights = np.polynomial.legendre.leggauss(400)
        y = start + 0.5 * (stop - start) * (1 + at)
        mass = 0.5 * (stop - start) * (law.density(np.array([place]), y)[0] @ weights)
        assert mass == pytest.approx(1.0, abs=1e-9)
        middle = np.array([0.5 * (start + stop)])
        part = start + 0.5 * (middle[0] - start) * (1 + at)
        half = 0.5 * (middle[0] - start) * (law.density(np.array([place]), part)[0] @ weights)
        assert law.below(np.array([place]), middle)[0, 0] == pytest.approx(half, abs=1e-9)


@pytest.mark.parametrize(("unit", "shift"), [(1e-6, 0.0), (1e6, 0.0), (0.1, 1e4)])
def test_units_places_and_decimals(unit: float, shift: float) -> None:
    """A problem in integers, and the same in other units, elsewhere, typed as decimals."""

    def problem(unit: float, shift: float) -> DomainProblem:
        def put(*values: float) -> tuple[float, ...]:
            return tuple(float(f"{v * unit + shift:.12g}") for v in values)

        inside = (Ball(put(3, 3), float(f"{2 * unit:.12g}")), Box(put(5, 0), put(9, 4)), Box(put(9, 4), put(12, 8)))
        return DomainProblem(2, inside, low=put(0, 0), high=put(12, 8))

    plain = theory.clean_risk(problem(1.0, 0.0), 1.5, 2.0)
    other = theory.clean_risk(problem(unit, shift), 1.5 * unit, 2.0 * unit)
    assert within(plain, other)


def test_half_of_the_domain() -> None:
    """The edge between the halves is where both count alike, whatever the noise: nothing is lost by training."""
    half = domain((Box((0, 0), (1.5, 2)),))
    for alpha in (0.01, 0.5, 10.0):
        risk = theory.clean_risk(half, alpha, np.array([0.0, 0.3, 5.0]))
        assert np.all(risk.value <= risk.error + 1e-12)


def test_a_checkerboard() -> None:
    """Four fields: shares are 1/2 on both lines, which cross, and the votes as well."""
    board = domain((Box((0, 0), (1.5, 1)), Box((1.5, 1), (3, 2))))
    for alpha in (0.3, 4.0):
        risk = theory.clean_risk(board, alpha, np.array([0.0, 0.2]))
        assert np.all(risk.value <= risk.error + 1e-9)


def test_everything_is_labelled() -> None:
    whole = domain((Box((-1, -1), (2, 3)), Box((2, 0), (3, 2))))
    assert np.all(theory.clean_risk(whole, np.array([0.0, 0.3]), 0.5).value == 0)


def test_a_small_set_vanishes_under_much_noise() -> None:
    """Then class 0 is everywhere, and the risk is the share of the set."""
    risk = theory.clean_risk(domain((Ball((1, 1), 0.3),)), 5.0, 0.2)
    assert risk.value == pytest.approx(np.pi * 0.09 / 6, abs=1e-12)


def test_simulation_agrees() -> None:
    """Disjoint sets inside the domain, of which the simulation knows the densities."""
    problem = domain((Ball((1.0, 1.0), 0.5), Box((2, 0.5), (3, 1))))
    records = monte_carlo(problem, alpha=[0.4], beta=[0.3], votes=9, sampling=Sampling(5_000, 5), level=Level(0.9999))
    for record in records:
        exact = float(theory.vote_risk(problem, record.alpha, record.beta, votes=9).value)
        assert record.clean.low <= exact <= record.clean.high, (record, exact)
