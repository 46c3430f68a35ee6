"""Fitted mixtures: what was put in comes out within its statistical error, and projecting changes no risk."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, chi2, ortho_group

from simulate.data import Data, load_data
from simulate.fitted import fit_problem
from theory import bayes_risk, clean_risk
from theory.errors import ProblemError
from theory.problems.problem import Component, Gaussian, MixtureProblem

FAILURE = 1e-6
# Points are kept in single precision: what is turned and moved comes back with an error of some 1e-7 of its size.
SINGLE = 2e-6
TRUE = MixtureProblem(
    prior=0.3,
    class0=(Component(Gaussian((0.0, 1.0), cov=((1.0, 0.6), (0.6, 2.0)))),),
    class1=(Component(Gaussian((2.0, -0.5), cov=((1.5, -0.4), (-0.4, 0.5)))),),
)


@pytest.fixture(scope="module")
def sampled() -> Data:
    return load_data(TRUE, samples=4000, test=3000, seed=2)


def numbers(problem: MixtureProblem) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """Share, mean and covariance of the one Gaussian of each class."""
    laws = [problem.class0[0].law, problem.class1[0].law]
    return [
        (share, np.array(law.mean), np.array(law.cov))
        for share, law in zip((1 - problem.prior, problem.prior), laws, strict=True)
    ]


def divergence(one: MixtureProblem, other: MixtureProblem) -> float:
    """The relative entropy of the joint laws of X and Y, in nats."""
    total = 0.0
    for (share, mean, cov), (guess, place, matrix) in zip(numbers(one), numbers(other), strict=True):
        solved = np.linalg.solve(matrix, cov)
        step = place - mean
        gauss = np.trace(solved) + step @ np.linalg.solve(matrix, step) - len(mean) - np.linalg.slogdet(solved)[1]
        total += share * (math.log(share / guess) + gauss / 2)
    return total


def npz(folder: Path, x: np.ndarray, y: np.ndarray, **more: Any) -> Data:
    np.savez(folder / "mine.npz", x=x, y=y, **more)
    return load_data(str(folder / "mine.npz"))


def test_two_gaussians_are_recovered_within_their_statistical_error(sampled: Data, tmp_path: Path) -> None:
    found = fit_problem(npz(tmp_path, sampled.x, sampled.y, x_test=sampled.x_test, y_test=sampled.y_test))
    assert (found.points, found.held, found.kept, found.converged) == (4000, 3000, None, True)
    # Wilks: 2 n times the relative entropy is chi-square, of 2 (2 + 3) + 1 numbers.
    entropy = divergence(TRUE, found.problem)
    assert 2 * found.points * entropy < chi2.isf(FAILURE, 11)
    # Pinsker: no event, and so no risk of one and the same classifier, differs by more than this.
    apart = math.sqrt(entropy / 2)
    assert found.bayes is not None
    true = bayes_risk(TRUE).value
    assert abs(found.bayes.value - true) <= apart
    low, high = binom.ppf([FAILURE, 1 - FAILURE], found.held, [true, true + 2 * apart])
    assert low <= found.wrong <= high


def test_likelihoods_are_those_of_the_law(sampled: Data) -> None:
    found = fit_problem(sampled)
    entropy = sum(
        share * (1 + math.log(2 * math.pi) + np.linalg.slogdet(cov)[1] / 2) for share, _, cov in numbers(TRUE)
    )
    # The log density of a Gaussian in the plane has variance 1, and between the classes hardly any more.
    assert abs(found.held_likelihood + entropy) < 6 * math.sqrt(1.1 / found.held)
    assert abs(found.likelihood + entropy) < 6 * math.sqrt(1.1 / found.points)


def test_noise_keeps_its_unit_when_points_are_projected(sampled: Data, tmp_path: Path) -> None:
    turn = ortho_group.rvs(12, random_state=1)[:2]
    flat = fit_problem(npz(tmp_path, sampled.x, sampled.y))
    tall = fit_problem(npz(tmp_path, sampled.x @ turn + 3.0, sampled.y))
    assert tall.problem.dim == 2
    assert tall.kept == pytest.approx(1, abs=SINGLE)
    assert tall.scale == pytest.approx(flat.scale, rel=SINGLE)
    for alpha, beta in ((0.0, 0.0), (0.5, 1.0), (1.0, 0.3)):
        assert clean_risk(tall.problem, alpha, beta).value == pytest.approx(
            clean_risk(flat.problem, alpha, beta).value, abs=SINGLE
        )


KINDS = [("full", 2, "plane"), ("diagonal", 2, "plane"), ("isotropic", 4, "radial"), ("shared", 4, "half-space")]


@pytest.mark.parametrize(("covariance", "dim", "route"), KINDS)
def test_covariances_have_the_form_asked_for(covariance: Any, dim: int, route: str) -> None:
    drawn = load_data("two-scales", samples=300, test=100, settings=(f"dim={dim}",))
    found = fit_problem(drawn, covariance=covariance, project=dim)
    zero, one = found.problem.class0[0].law, found.problem.class1[0].law
    assert found.bayes is not None
    assert found.bayes.route == route
    assert (zero.cov is not None) == (covariance in ("full", "shared"))
    assert isinstance(zero.scale, float) == (covariance == "isotropic")
    assert (zero.cov is not None and zero.cov == one.cov) == (covariance == "shared")


def test_a_shared_covariance_is_the_mean_within_the_classes(sampled: Data) -> None:
    found = fit_problem(sampled, covariance="shared")
    centred = np.concatenate([side - side.mean(axis=0) for side in (sampled.x[sampled.y == k] for k in (0, 1))])
    expected = centred.T.astype(float) @ centred / len(centred)
    assert np.array(found.problem.class0[0].law.cov) == pytest.approx(expected, rel=1e-5)


def test_a_line_is_enough_for_one_dimension_and_more_components_fit_better(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    y = np.arange(2000) % 2
    x = rng.normal(size=2000) * 0.3 + np.where(y == 1, rng.choice([-2.0, 2.0], 2000), 0.0)
    one, two = (fit_problem(npz(tmp_path, x[:, None], y), components=k) for k in (1, 2))
    assert two.bayes is not None
    assert two.bayes.route == "line"
    assert two.held_likelihood > one.held_likelihood + 0.3
    means = sorted(part.law.mean[0] for part in two.problem.class1)
    assert means == pytest.approx([-2, 2], abs=6 * 0.3 / math.sqrt(350))


def test_digits_overlap_more_than_the_mixture_says() -> None:
    found = fit_problem(load_data("digits", classes=("3", "8")), components=2)
    assert found.problem.dim == 2
    assert found.kept is not None
    assert 0.3 < found.kept < 0.45
    assert found.bayes is not None
    assert found.wrong / found.held > found.bayes.value
    assert found.problem.name == "digits: 3 and 8"


def test_beyond_the_plane_there_may_be_no_exact_route_and_the_reason_is_kept() -> None:
    found = fit_problem(load_data("digits", classes=("3", "8")), project=4)
    assert found.bayes is None
    assert "differ along" in found.reason
    assert found.problem.dim == 4


def test_the_same_seed_gives_the_same_fit() -> None:
    drawn = load_data("two-scales", samples=300, test=100)
    first, again = (fit_problem(drawn, components=2, seed=5) for _ in range(2))
    assert first == again


BAD: list[tuple[dict[str, Any], str]] = [
    ({"components": 0}, "components: found 0"),
    ({"components": 2.5}, "components: found 2.5"),
    ({"covariance": "round"}, "covariance: found 'round', expected one of full"),
    ({"project": 0}, "project: found 0"),
    ({"project": 3}, "project: found 3, expected at most the 2 dimensions"),
    ({"seed": -1}, "seed: found -1"),
    ({"components": 900}, r"class 1: found \d+ different points, expected at least 2700, K \(d \+ 1\)"),
]


@pytest.mark.parametrize(("options", "said"), BAD, ids=[said for _, said in BAD])
def test_fits_that_cannot_be_get_one_line(sampled: Data, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemError, match=said) as found:
        fit_problem(sampled, **options)
    assert "\n" not in str(found.value)


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(ProblemError, match="data: found 'digits', expected a Data"):
        fit_problem("digits")


def test_points_that_do_not_vary_get_one_line(tmp_path: Path) -> None:
    y = np.arange(40) % 2
    with pytest.raises(ProblemError, match="mine: class 0: found 1 different points, expected at least 3"):
        fit_problem(npz(tmp_path, np.repeat(y[:, None], 2, axis=1).astype(float), y))
    with pytest.raises(ProblemError, match="mine: classes: found 3 of them, expected two"):
        fit_problem(npz(tmp_path, np.arange(80.0).reshape(40, 2), np.arange(40) % 3))
    with pytest.raises(ProblemError, match="mine: project: found 40, expected fewer than the 32 points"):
        fit_problem(npz(tmp_path, np.random.default_rng(1).normal(size=(40, 50)), y), project=40)
