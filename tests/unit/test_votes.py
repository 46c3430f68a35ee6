"""Finite votes: all-success radii, binomial edge cases, limits, orderings and extremes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from theory import (
    adversarial_risk,
    certified_risk,
    certified_vote_risk,
    clean_risk,
    smooth,
    train,
    vote_risk,
)
from theory.errors import NoExactRoute, ProblemError
from theory.laws.binomial import least_count
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Point, Smoothing


def mixture(prior: float, dim: int, zero: list[object], one: list[object], votes: str = "gaussian") -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, dim, *sides, smoothing=Smoothing(votes))


TWO = mixture(0.3, 1, [Gaussian(-1.0, 1.0)], [Gaussian(1.0, 1.0)])
PAIR = mixture(0.5, 3, [Gaussian(0.0, 1.0)], [Gaussian(0.0, 1.5)])
DISC = DomainProblem(2, (Ball(0.0, 1.0),))
STRIPES = DomainProblem(1, (Box(0.0, 1.0), Box(1.3, 2.3)))

# THEORY.md, printed to seven digits: the largest radius/sigma that n votes, all for one class, certify at c = .001.
ALL_SUCCESS = {100: 1.500475, 1000: 2.463263, 10**4: 3.198578, 10**5: 3.811457}


@pytest.mark.parametrize(("votes", "radius"), ALL_SUCCESS.items())
def test_the_largest_certifiable_radius(votes: int, radius: float) -> None:
    """Just inside some data are certified, just outside none."""
    far = mixture(0.5, 1, [Gaussian(-30.0, 1.0)], [Gaussian(30.0, 1.0)])
    within = certified_vote_risk(far, 0.0, 1.0, radius - 2e-6, votes)
    beyond = certified_vote_risk(far, 0.0, 1.0, radius + 2e-6, votes)
    assert within.value < 1e-6
    assert beyond.value == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("votes", [1, 2, 7, 100, 1000])
@pytest.mark.parametrize("tail", [0.5, 0.3, 0.05, 1e-3, 1e-9, 1e-300])
@pytest.mark.parametrize("failure", [1e-3, 0.05, 0.4])
def test_the_count_that_certifies(votes: int, tail: float, failure: float) -> None:
    """P(Bin(n, 1 - tail) >= k) = P(Bin(n, tail) <= n - k), in scipy's words."""
    k = least_count(votes, tail, failure)
    assert k == votes + 1 or stats.binom.cdf(votes - k, votes, tail) <= failure
    assert k == 0 or stats.binom.cdf(votes - k + 1, votes, tail) > failure


@pytest.mark.parametrize("problem", [TWO, PAIR, DISC, STRIPES], ids=["two", "pair", "disc", "stripes"])
def test_one_vote_errs_as_often_as_noised_data_are_misclassified(problem: MixtureProblem) -> None:
    """n = 1: P(f(X + V) != Y), for Gaussians the risk of the base classifier on data with variances increased."""
    one, two = vote_risk(problem, 0.3, 0.4, 1), vote_risk(problem, 0.3, 0.4, 2)
    assert one.value > clean_risk(problem, 0.3, 0.4).value
    if isinstance(problem, MixtureProblem):
        base = train(problem, 0.3).region.ends[0]
        total = 0.0
        for label, share, side in ((1, problem.prior, problem.class1), (0, 1 - problem.prior, problem.class0)):
            law = side[0].law
            assert isinstance(law, Gaussian)
            spread = float(np.hypot(law.scale, 0.4))
            if problem.dim == 1:
                below = stats.norm.cdf(base[0], law.mean, spread)
            else:
                below = stats.chi2.cdf((base[0] / spread) ** 2, problem.dim)
            total += share * (below if label else 1 - below)
        assert one.value == pytest.approx(total, rel=1e-12)
    # two votes, ties to class 1: class 1 errs less than with one vote and class 0 more
    assert two.value != pytest.approx(one.value, rel=1e-6)


@pytest.mark.parametrize("problem", [TWO, PAIR, DISC, STRIPES], ids=["two", "pair", "disc", "stripes"])
def test_many_votes_tend_to_the_exact_classifier(problem: MixtureProblem) -> None:
    alpha, beta, eps = 0.3, 0.4, 0.1
    clean, certified = clean_risk(problem, alpha, beta), certified_risk(problem, alpha, beta, eps)
    gaps, more = [], []
    for votes in (101, 1001, 10001, 100001):
        gaps.append(abs(vote_risk(problem, alpha, beta, votes).value - clean.value))
        more.append(certified_vote_risk(problem, alpha, beta, eps, votes).value - certified.value)
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] < 100001**-0.5  # first order where nothing cancels across a boundary
    assert (np.array(more) > 0).all()
    assert (np.diff(more) < 0).all()
    assert more[-1] < 0.05 * max(certified.value, 0.1)


@pytest.mark.parametrize("problem", [TWO, PAIR, DISC, STRIPES], ids=["two", "pair", "disc", "stripes"])
def test_certified_vote_risk_rises_with_the_radius_and_falls_with_the_failure_probability(
    problem: MixtureProblem,
) -> None:
    radii = np.linspace(0, 0.5, 11)
    risk = np.asarray(certified_vote_risk(problem, 0.2, 0.4, radii, 1000).value)
    assert (np.diff(risk) >= -1e-12 * risk[0]).all()
    loose = certified_vote_risk(problem, 0.2, 0.4, 0.2, 1000, 0.05).value
    assert loose < certified_vote_risk(problem, 0.2, 0.4, 0.2, 1000, 1e-3).value
    assert loose < certified_vote_risk(problem, 0.2, 0.4, 0.2, 100, 0.05).value
    assert loose >= adversarial_risk(problem, 0.2, 0.4, 0.2).value * 0.9


def test_without_smoothing_every_vote_is_the_same() -> None:
    for problem in (TWO, PAIR, DISC, STRIPES):
        plain = clean_risk(problem, [0.0, 0.5], 0.0)
        for votes in (1, 2, 1000):
            assert vote_risk(problem, [0.0, 0.5], 0.0, votes).value == pytest.approx(plain.value, rel=1e-14)
        held = certified_vote_risk(problem, 0.5, 0.0, [0.0, 0.1], 1000)
        assert held.value[0] == pytest.approx(plain.value[1], rel=1e-14)
        assert np.isnan(held.value[1])


def test_points_vote_by_their_own_binomial() -> None:
    problem = mixture(0.35, 1, [Point(-1.0), Point(1.0)], [Point(0.25)])
    voted = smooth(train(problem, 0.5), 0.3)
    u = voted.vote([-1.0, 1.0, 0.25])
    for votes in (1, 2, 11, 1000):
        half = (votes + 1) // 2
        wrong = [stats.binom.sf(half - 1, votes, u[i]) * 0.325 for i in (0, 1)]
        total = sum(wrong) + 0.35 * stats.binom.cdf(half - 1, votes, u[2])
        assert vote_risk(problem, 0.5, 0.3, votes).value == pytest.approx(total, rel=1e-9, abs=1e-14)


def test_nothing_certified_in_an_infinite_background_is_an_infinite_measure() -> None:
    result = certified_vote_risk(DISC, 0.0, 0.3, 0.3, 3)
    assert result.value == np.inf
    assert certified_vote_risk(TWO, 0.0, 0.3, 0.3, 3).value == pytest.approx(1.0, rel=1e-14)
    assert certified_vote_risk(TWO, 0.0, 0.3, 20.0, 10**5).value == pytest.approx(1.0, rel=1e-14)


def test_extremes() -> None:
    sharp = vote_risk(TWO, 0.0, 1e-3, 10**5)
    assert sharp.value == pytest.approx(clean_risk(TWO, 0.0, 0.0).value, rel=1e-9)
    tiny = mixture(0.5, 1, [Gaussian(-12.0, 1.0)], [Gaussian(12.0, 1.0)])
    assert vote_risk(tiny, 0.0, 1e-3, 10**5).value == pytest.approx(1.776482112077679e-33, rel=1e-6)
    wide = vote_risk(PAIR, 0.0, 1e3, 10)
    assert 0 < wide.value < 1
    alone = vote_risk(PAIR, [0.0, 0.1], [[0.0], [0.2]], 10)
    for i, beta in enumerate((0.0, 0.2)):
        for j, alpha in enumerate((0.0, 0.1)):
            assert alone.value[i, j] == vote_risk(PAIR, alpha, beta, 10).value


@pytest.mark.parametrize("dim", [100])
def test_a_vote_in_a_background_of_many_dimensions(dim: int) -> None:
    """One vote misplaces as much measure outside as inside, int_out u = int_in (1 - u); u is about 0 throughout."""
    size = float(np.sqrt(dim / 17.0))
    problem = DomainProblem(dim, (Ball(0.0, size),))
    volume = np.exp(0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1) + dim * np.log(size))
    result = vote_risk(problem, 0.0, 2.0, 1)
    assert result.value == pytest.approx(2 * volume, rel=1e-9)


@pytest.mark.parametrize("dim", [784, 3072])
def test_votes_in_a_background_beyond_floats_are_refused(dim: int) -> None:
    with pytest.raises(NoExactRoute, match="beyond floating point"):
        vote_risk(DomainProblem(dim, (Ball(0.0, float(np.sqrt(dim / 17.0))),)), 0.0, 2.0, 1)


@pytest.mark.parametrize(
    ("name", "value"), [("votes", 0), ("votes", 1.5), ("votes", True), ("failure", 0.0), ("failure", 1)]
)
def test_refusals(name: str, value: float) -> None:
    arguments = {"votes": 10, "failure": 0.01} | {name: value}
    with pytest.raises(ProblemError, match=name):
        certified_vote_risk(TWO, 0.1, 0.2, 0.1, **arguments)
