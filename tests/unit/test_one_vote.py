"""One vote wants alpha = beta, many want something else; and a majority costs at most twice what one vote does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    Problem,
    ProblemError,
    bayes_risk,
    best_alpha,
    best_alphas,
    certified_vote_risk,
    clean_risk,
    regimes,
    vote_risk,
)
from theory.claims.sides import FLOATS, Side
from theory.proof import PROVED
from theory.risks.votes import Finite
from theory.theorems.one_vote import points

BUMPS, RINGS = regimes.bumps(spacing=1.5), regimes.concentric(dim=10)
VOTES = (1, 3, 11, 101)
# The best training noise at beta = .5 with these numbers of votes, to two digits.
BEST: dict[str, tuple[Problem, tuple[float, ...]]] = {
    "bumps": (BUMPS, (0.50, 0.44, 0.28, 0.0, 0.0)),
    "concentric": (RINGS, (0.50, 0.48, 0.46, 0.45, 0.45)),
    "favoured": (regimes.concentric(dim=10, prior=0.7), (0.50, 0.57, 0.60, 0.61, 0.62)),
}
RNG = np.random.default_rng(29)


def noised(problem: MixtureProblem, beta: float) -> MixtureProblem:
    """The problem with Gaussian noise on its inputs; isotropic components."""
    sides = []
    for side in (problem.class0, problem.class1):
        laws = [part.law for part in side]
        parts = [Gaussian(law.mean, math.hypot(float(law.scale), beta)) for law in laws if isinstance(law, Gaussian)]
        sides.append(tuple(Component(law, part.weight) for law, part in zip(parts, side, strict=True)))
    return replace(problem, class0=sides[0], class1=sides[1])


def drawn(count: int) -> list[MixtureProblem]:
    """Gaussian mixtures on the line and pairs in several dimensions."""
    found = []
    for k in range(count):
        means, scales = RNG.uniform(-2, 2, 3).tolist(), RNG.uniform(0.2, 1.5, 3).tolist()
        laws = [Component(Gaussian(m, s)) for m, s in zip(means, scales, strict=True)]
        prior = float(RNG.uniform(0.2, 0.8))
        line = MixtureProblem(prior, 1, tuple(laws[:2]), tuple(laws[2:]))
        found.append(line if k % 2 else regimes.two_scales(2 + k, 1.0, scales[0], scales[0] + scales[1], prior))
    return found


@pytest.mark.parametrize("name", BEST)
@pytest.mark.parametrize("place", range(4))
def test_known_best_noises(name: str, place: int) -> None:
    """Each has less risk than its neighbours in steps of .02, in which bumps and three votes are published."""
    problem, known = BEST[name]
    step = 0.02 if name == "bumps" else 0.01
    alphas = np.array([max(known[place] - step, 0.0), known[place], known[place] + step])
    before, at, after = vote_risk(problem, alphas, 0.5, VOTES[place]).value
    assert at < after
    assert at < before or known[place] == 0.0


def test_with_three_votes_bumps_are_best_where_the_gaps_between_them_close() -> None:
    found = best_alpha(BUMPS, 0.5, votes=3, upper=0.5)
    assert found.alpha == pytest.approx(0.432215, abs=5e-7)
    open_ones, closed = (FLOATS.boundaries(BUMPS, found.alpha * (1 + side * 1e-6)).value for side in (-1, 1))
    assert (open_ones, closed) == (6, 2)
    assert vote_risk(BUMPS, 0.4322, 0.5, 3).value > found.risk.value < vote_risk(BUMPS, 0.4323, 0.5, 3).value


def test_the_best_noise_is_found_between_them() -> None:
    """Against a parabola through values of `vote_risk`."""
    found = best_alpha(BUMPS, 0.5, votes=11, upper=0.4)
    assert found.alpha == pytest.approx(0.281105, abs=5e-7)
    low, at, high = vote_risk(BUMPS, found.alpha + np.array([-1e-3, 0.0, 1e-3]), 0.5, 11).value
    assert abs(0.5 * 1e-3 * (low - high) / (low - 2 * at + high)) < 1e-5
    assert found.helps[0][0] == 0.0


@pytest.mark.parametrize("name", BEST)
def test_without_end_of_votes_it_is_that_of_the_smoothed_classifier(name: str) -> None:
    problem, known = BEST[name]
    assert best_alpha(problem, 0.5, votes=None).alpha == pytest.approx(known[-1], abs=0.005)


def test_one_vote_is_best_at_equal_noises() -> None:
    """alpha is beta to within the error that it claims, and its risk the Bayes risk of the noised problem."""
    for problem in drawn(2):
        beta = float(RNG.uniform(0.2, 0.9))
        found = best_alpha(problem, beta, votes=1, upper=1.2)
        bayes = bayes_risk(noised(problem, beta))
        assert abs(found.risk.value - bayes.value) <= found.risk.error + bayes.error + 1e-15
        if found.alpha > 0 or vote_risk(problem, 0.0, beta, 1).value - bayes.value > 1e-10:
            assert abs(found.alpha - beta) <= found.alpha_error + 1e-9


def test_the_one_vote_risk_is_a_clean_risk_of_the_noised_problem() -> None:
    for problem in drawn(8):
        beta, more = RNG.uniform(0.1, 1.0, 2)
        one = vote_risk(problem, math.hypot(beta, more), beta, 1)
        other = clean_risk(noised(problem, float(beta)), more, 0.0)
        assert one.value == pytest.approx(float(other.value), abs=float(one.error + other.error) + 1e-14)
        assert one.value >= vote_risk(problem, beta, beta, 1).value - 1e-13


def test_compared_votes_are_differences_of_vote_risks() -> None:
    found = Finite(votes=11).compare(BUMPS, [0.0, 0.3], 0.5)
    risks = vote_risk(BUMPS, [0.0, 0.3], 0.5, 11)
    np.testing.assert_array_equal(found.risk.value, risks.value)
    assert found.gain.value.tolist() == [0.0, risks.value[0] - risks.value[1]]
    assert found.gain.error[0] == 0 < found.gain.error[1]
    certified = Finite(votes=101).compare(BUMPS, 0.3, 0.5, 0.1)
    assert certified.risk.value == certified_vote_risk(BUMPS, 0.3, 0.5, 0.1, 101).value


def test_the_best_noise_of_certificates_is_that_of_a_scan() -> None:
    found = best_alpha(BUMPS, 0.5, 0.1, votes=20, upper=0.8)
    alphas = np.linspace(0, 0.8, 41)
    values = certified_vote_risk(BUMPS, alphas, 0.5, 0.1, 20).value
    assert found.risk.value <= values.min() + 1e-12
    assert abs(found.alpha - alphas[values.argmin()]) < 0.021


def test_votes_are_checked() -> None:
    with pytest.raises(ProblemError, match="votes"):
        best_alphas(BUMPS, [0.5], votes=0)


@pytest.mark.parametrize(("distance", "ratio"), [(1.0, 1.3131), (4.0, 1.6823), (16.0, 1.9054)])
@pytest.mark.parametrize("side", [FLOATS, PROVED])
def test_the_factor_comes_close_to_two(distance: float, ratio: float, side: Side) -> None:
    """Two points: matched noise loses the lighter one, of which the Bayes rule keeps nearly half."""
    problem = points(distance)
    exact = side.risk(problem, 1.0, 1.0).value
    zero, one = Component(Gaussian(0.0, 1.0)), Component(Gaussian(distance, 1.0))
    bayes = bayes_risk(MixtureProblem(problem.prior, 1, (zero,), (one,))).value
    assert exact == pytest.approx(problem.prior, rel=1e-12)
    assert exact / bayes == pytest.approx(ratio, abs=5e-5)


def test_matched_noise_helps_where_no_noise_has_twice_the_bayes_risk() -> None:
    """Also where the other way round nothing is known."""
    helped = 0
    for dim in (50, 100, 200):
        problem = regimes.concentric(dim=dim)
        for beta in (0.5, 0.8, 1.2):
            bayes = bayes_risk(noised(problem, beta)).value
            matched, none = clean_risk(problem, [beta, 0.0], beta).value
            assert matched <= 2 * bayes
            if none > 2 * bayes:
                helped += 1
                assert matched < none
    assert helped >= 3
