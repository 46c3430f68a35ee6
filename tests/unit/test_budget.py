"""The error budget: published numbers, the least total against a dense scan, exact N-vote risks, and refusals."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import NoExactRoute, ProblemError, Smoothing, clean_risk, regimes, vote_risk
from theory.laws.median import median_square
from theory.problems.problem import Problem, Ties
from theory.risks.budget import error_budget

CONCENTRIC = regimes.concentric(dim=2)
EQUAL = regimes.two_gaussians(dim=1, separation=2.0, prior=0.5)


@pytest.mark.parametrize(("noises", "total"), [((0.2, 0.0), 0.000626), ((0.3, 0.3), 0.000274)])
def test_published_totals(noises: tuple[float, float], total: float) -> None:
    assert error_budget(CONCENTRIC).total(*noises, 40_000) == pytest.approx(total, abs=5e-7)


@pytest.mark.parametrize(
    ("problem", "beta", "votes", "exact", "law"),
    [
        (EQUAL, 0.3, 11, 0.00148430, 0.00155490),
        (EQUAL, 0.3, 101, 0.00016851, 0.00016935),
        (regimes.concentric(dim=10), 0.05, 101, 0.000006293, 0.000006305),
    ],
)
def test_published_costs_of_votes(problem: Problem, beta: float, votes: int, exact: float, law: float) -> None:
    digits, budget = 5e-9 if law > 1e-4 else 5e-10, error_budget(problem)
    assert math.pi * beta**2 / (4 * votes) * budget.boundary.steepness == pytest.approx(law, abs=digits)
    found = vote_risk(problem, 0.0, beta, votes).value - clean_risk(problem, 0.0, beta).value
    assert found == pytest.approx(exact, abs=digits)


def test_the_median_of_normals_is_that_of_mpmath_and_of_laplace() -> None:
    for votes in (1, 3, 5, 11):
        half = (votes - 1) // 2

        def density(z: Any, half: int = half) -> Any:
            return (mpmath.ncdf(z) * mpmath.ncdf(-z)) ** half * mpmath.npdf(z)

        ends = [-12, -3, -1, 0, 1, 3, 12]
        square = mpmath.quad(lambda z, f=density: z * z * f(z), ends) / mpmath.quad(density, ends)
        assert median_square(votes) == pytest.approx(float(square), rel=1e-13)
        assert median_square(votes + 1) == median_square(votes)
    for votes in (1001, 10**6 + 1, 10**15 + 1):
        limit = math.pi / (2 * votes) * (1 - (4 - math.pi) / (2 * votes))
        assert median_square(votes) == pytest.approx(limit, rel=2 / votes**2 + 1e-12)


@pytest.mark.parametrize("votes", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("ties", ["class1", "class0", "coin"])
def test_few_votes_cost_what_the_median_says_whatever_ties_do(votes: int, ties: Ties) -> None:
    """Even numbers with a favourite displace the boundary on average too, so that the next order is one lower."""
    problem, away = replace(regimes.concentric(dim=3), smoothing=Smoothing("gaussian", ties)), []
    for beta in (0.04, 0.02):
        exact = vote_risk(problem, 0.0, beta, votes).value - clean_risk(problem, 0.0, beta).value
        away.append(abs(exact / error_budget(problem).voting(beta, votes) - 1))
    assert away[0] < (0.02 if votes % 2 or ties == "coin" else 0.05)
    assert away[1] < 0.6 * away[0] + 1e-4


@pytest.mark.parametrize("alpha", [0.0, 0.02])
@pytest.mark.parametrize("problem", [EQUAL, regimes.two_scales(dim=3), regimes.concentric(dim=30)])
def test_votes_cost_what_is_predicted_more_and_more_nearly_whatever_the_training_noise(
    problem: Problem, alpha: float
) -> None:
    budget, away = error_budget(problem), []
    for beta, votes in ((0.04, 101), (0.02, 401)):
        exact = vote_risk(problem, alpha, beta, votes).value - clean_risk(problem, alpha, beta).value
        away.append(abs(exact / budget.voting(beta, votes) - 1))
    assert away[0] < 0.01
    assert away[1] < 0.5 * away[0] + 1e-4


@settings(max_examples=12, deadline=None)
@given(
    dim=st.sampled_from([1, 2, 3, 10, 100]),
    outer=st.floats(1.2, 4.0),
    prior=st.floats(0.3, 0.5),
    beta=st.one_of(st.just(0.0), st.floats(1e-3, 3.0)),
    samples=st.sampled_from([1, 100, 10**6, 10**12]),
)
def test_the_best_noise_has_the_least_total_of_a_dense_scan(
    dim: int, outer: float, prior: float, beta: float, samples: int
) -> None:
    budget = error_budget(regimes.concentric(dim=dim, outer=outer, prior=prior))
    best = budget.best_alpha(beta, samples)
    assert 0 < best < math.inf
    least = budget.total(best, beta, samples)
    around = best * np.concatenate([np.geomspace(1e-2, 1e2, 81), 1 + np.linspace(-1e-3, 1e-3, 11)])
    assert min(budget.total(alpha, beta, samples) for alpha in around) >= least * (1 - 1e-12)


def test_without_smoothing_the_best_noise_is_that_of_the_closed_form() -> None:
    for dim in (1, 2, 7):
        budget = error_budget(regimes.concentric(dim=dim))
        data = budget.boundary
        width = math.exp(data.log_width) * (4 * math.pi) ** (-dim / 2)
        power = dim * width / (1000 * data.diffusion_diffusion)
        assert budget.best_alpha(0.0, 1000) == pytest.approx(power ** (1 / (dim + 4)), rel=1e-12)
        assert budget.best_alpha(1e-9, 1000) == pytest.approx(budget.best_alpha(0.0, 1000), rel=1e-12)


def test_with_infinitely_many_samples_and_votes_the_small_noise_law_is_left() -> None:
    budget = error_budget(regimes.concentric(dim=10))
    assert budget.total(0.2, 0.3) == budget.boundary.excess(0.2, 0.3)
    assert budget.best_alpha(0.3) == budget.boundary.ratio * 0.3
    assert budget.best_alpha(0.3, 10**15) == pytest.approx(budget.best_alpha(0.3), rel=1e-3)


def test_a_spending_is_the_sum_of_its_terms_and_by_itself_at_the_best_noise() -> None:
    budget = error_budget(regimes.concentric(dim=3))
    best = budget.spending(0.3, 1000, 11)
    assert best.alpha == budget.best_alpha(0.3, 1000)
    assert best.total == best.bias + best.sampling + best.voting == budget.total(best.alpha, 0.3, 1000, 11)
    assert best.training == budget.boundary.excess(best.alpha, 0.0)
    assert best.smoothing == budget.boundary.excess(0.0, 0.3)
    assert best.bias < best.training + best.smoothing
    assert budget.spending(0.3, 1000, alpha=0.0).total == math.inf
    straight = error_budget(EQUAL).spending(0.3, 1000, 11)
    assert straight.alpha == math.inf
    assert straight.total == straight.voting > 0


def test_where_training_noise_moves_nothing_more_of_it_is_always_better() -> None:
    for prior, separation in ((0.5, 2.0), (0.5, 3.1)):
        budget = error_budget(regimes.two_gaussians(dim=1, separation=separation, prior=prior))
        assert budget.best_alpha(0.3, 100) == math.inf
    nowhere = error_budget(regimes.concentric(dim=1, outer=1.25, prior=0.57))
    assert len(nowhere.boundary.weights) == 0
    assert nowhere.best_alpha(0.3, 100) == math.inf
    assert nowhere.total(0.2, 0.3, 100, 11) == 0
    assert error_budget(regimes.two_gaussians(dim=1, prior=0.5 - 1e-6)).best_alpha(0.0, 100) < 1e3


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_do_not_matter_not_even_in_a_million_dimensions(unit: float) -> None:
    for dim in (1, 2, 10, 10**6):
        one, other = (error_budget(regimes.concentric(dim=dim, inner=u, outer=1.5 * u)) for u in (1.0, unit))
        best = one.best_alpha(0.3, 1000)
        assert other.best_alpha(0.3 * unit, 1000) == pytest.approx(unit * best, rel=1e-9)
        for total in (other.total(unit * best, 0.3 * unit, 1000, 101),):
            assert total == pytest.approx(one.total(best, 0.3, 1000, 101), rel=1e-8)


def test_an_endless_boundary_has_a_cost_of_votes_but_none_of_samples() -> None:
    budget = error_budget(regimes.two_gaussians(dim=2))
    assert budget.voting(0.3, 11) > 0
    for ask in (lambda: budget.sampling(0.2, 0.3, 100), lambda: budget.best_alpha(0.3, 100)):
        with pytest.raises(NoExactRoute, match="goes on for ever"):
            ask()


@pytest.mark.parametrize("bad", [0, -3, 2.5, math.nan, True, "many"])
def test_what_is_no_number_of_samples_or_votes_is_refused(bad: Any) -> None:
    budget = error_budget(CONCENTRIC)
    with pytest.raises(ProblemError, match="samples"):
        budget.sampling(0.2, 0.3, bad)
    with pytest.raises(ProblemError, match="votes"):
        budget.voting(0.3, bad)
