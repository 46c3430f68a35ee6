"""Directions along which components differ: nothing is lost by the projection, whatever the training noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import kstest

from theory import (
    NoExactRoute,
    ProblemError,
    Training,
    adversarial_risk,
    best_alpha,
    certified_risk,
    clean_risk,
    dumps_problem,
    gain,
    loads_problem,
    risk,
    smooth,
    train,
    vote_risk,
)
from theory.problems.problem import Component, Gaussian, MixtureProblem, Point
from theory.reduction.essential import essential
from theory.reduction.spreads import Full, Thin


def table(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def mixture(prior: float, labels: Any, laws: list[Any], weights: Any = None) -> MixtureProblem:
    weights = np.ones(len(laws)) if weights is None else weights
    parts = [(y, Component(law, float(w))) for y, law, w in zip(labels, laws, weights, strict=True)]
    sides = [tuple(part for y, part in parts if y == label) for label in (0, 1)]
    return MixtureProblem(prior, 0, *sides)


def log_density(x: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """The definition."""
    factor = np.linalg.cholesky(cov)
    steps = np.linalg.solve(factor, (x - mean).T)
    return np.asarray(-0.5 * (steps**2).sum(axis=0) - np.log(np.diag(factor)).sum())


def drawn(rng: np.random.Generator, most: int, rank: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Means (K, d) and covariances (K, d, d) that differ along `rank` random directions."""
    dim = int(rng.integers(3, most))
    root = rng.normal(size=(dim, dim))
    shared = root @ root.T / dim + 0.1 * np.eye(dim)
    ways = rng.normal(size=(dim, rank))
    means = rng.normal(size=dim) * 10 + rng.normal(size=(count, rank)) @ ways.T
    spread = rng.integers(0, 2, count)[:, None] * rng.uniform(0.1, 2.0, (count, rank))
    return means, shared + np.einsum("ir,kr,jr->kij", ways, spread, ways)


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.5, 3.0, 20.0])
def test_reduced_and_full_likelihood_ratios_agree(noise: float) -> None:
    rng = np.random.default_rng(round(10 * noise))
    for _ in range(50):
        rank = int(rng.integers(1, 3))
        means, covs = drawn(rng, 41, rank, int(rng.integers(2, 5)))
        found = essential(means, [Full(cov) for cov in covs])
        assert found is not None
        assert found.dim <= rank
        rows = found.rows(noise)
        assert np.allclose(rows @ rows.T, np.eye(found.dim), atol=1e-14)
        places, spreads = found.moments(rows, means[0])
        x = means[0] + 2 * rng.normal(size=(20, means.shape[1]))
        y = (x - means[0]) @ rows.T
        wide, narrow = noise**2 * np.eye(len(x.T)), noise**2 * np.eye(found.dim)
        full = [log_density(x, m, c + wide) for m, c in zip(means, covs, strict=True)]
        held = [log_density(y, m, c + narrow) for m, c in zip(places, spreads, strict=True)]
        for one, other in zip(full[1:], held[1:], strict=True):
            size = 1 + np.abs(one - full[0]).max()
            assert np.abs((one - full[0]) - (other - held[0])).max() <= 1e-11 * size


def simulated(problem: tuple, noises: tuple[float, float], votes: int, count: int, rng: np.random.Generator) -> int:
    """How many of `count` points the deployed classifier has wrong, in all dimensions."""
    means, covs, labels, weights = problem
    alpha, beta = noises
    which = rng.choice(len(labels), size=count, p=weights)
    roots = np.linalg.cholesky(covs)
    dim = means.shape[1]
    x = means[which] + np.einsum("nij,nj->ni", roots[which], rng.normal(size=(count, dim)))
    points = (x[:, None, :] + beta * rng.normal(size=(count, votes, dim))).reshape(-1, dim)
    noisy = covs + alpha**2 * np.eye(dim)
    logs = [np.log(w) + log_density(points, m, c) for w, m, c in zip(weights, means, noisy, strict=True)]
    sides = [logsumexp(np.stack([v for v, y in zip(logs, labels, strict=True) if y == k]), axis=0) for k in (1, 0)]
    won = (sides[0] >= sides[1]).reshape(count, votes).sum(axis=1) > votes / 2
    return int((won != (labels[which] == 1)).sum())


def test_risks_of_finitely_many_votes_against_simulation_in_all_dimensions() -> None:
    """Mid-p values of exact binomial tests are evenly distributed."""
    from scipy.stats import binom

    rng = np.random.default_rng(5)
    values, routes = [], set()
    for k in range(48):
        flat = k % 12 == 0
        count = 2 if flat else int(rng.integers(2, 5))
        means, covs = drawn(rng, 7, 2 if flat else 1, count)
        labels = np.array([0, 1, *rng.integers(0, 2, count - 2)])
        prior, weights = float(rng.choice([0.3, 0.5])), rng.uniform(0.5, 1.0, count)
        laws = [Gaussian(tuple(m), cov=table(c)) for m, c in zip(means, covs, strict=True)]
        problem = mixture(prior, labels, laws, weights)
        shares = np.where(labels == 1, prior, 1 - prior) * weights
        shares = shares / np.array([weights[labels == y].sum() for y in labels])
        noises = float(rng.choice([0.0, 0.3, 1.0])), float(rng.choice([0.2, 0.7]))
        exact = vote_risk(problem, *noises, 11)
        routes.add(exact.route)
        wrong = simulated((means, covs, labels, shares / shares.sum()), noises, 11, 1000, rng)
        law = binom(1000, float(exact.value))
        values.append(law.cdf(wrong) - rng.uniform() * law.pmf(wrong))
    assert routes == {"line", "half-space", "plane"}
    assert kstest(values, "uniform").pvalue > 1e-3


SHARED = ((1.0, 0.3, 0.1), (0.3, 2.0, 0.2), (0.1, 0.2, 1.5))


def along(*places: float, cov: Any = SHARED) -> list[Gaussian]:
    return [Gaussian((1.0 * t, 2.0 * t, 0.5 * t), cov=cov) for t in places]


def test_every_quantity_where_the_direction_turns() -> None:
    problem = mixture(0.4, [0, 1, 1], along(0, 1, 2))
    alpha, beta = [0.0, 0.5, 1.0], 0.5
    clean = clean_risk(problem, alpha, beta)
    assert clean.route == "line"
    certified, adversarial = certified_risk(problem, alpha, beta, 0.2), adversarial_risk(problem, alpha, beta, 0.2)
    assert (clean.value <= adversarial.value).all()
    assert (adversarial.value <= certified.value + 1e-14).all()
    assert (gain(problem, alpha, beta).value <= 1e-15).all()
    assert best_alpha(problem, beta).alpha == 0.0
    base = train(problem, 0.5)
    assert abs(float(risk(problem, smooth(base, beta)).value) - clean.value[1]) <= 2 * clean.error[1]
    assert base([[0.0, 0.0, 0.0], [2.0, 4.0, 1.0]]).tolist() == [False, True]
    with pytest.raises(NoExactRoute, match="small-noise"):
        base.geometry.curvature()


def test_where_the_plane_turns_a_classifier_is_weighed_in_its_own() -> None:
    means, covs = drawn(np.random.default_rng(3), 5, 2, 3)
    laws = [Gaussian(tuple(m), cov=table(c)) for m, c in zip(means, covs, strict=True)]
    problem = mixture(0.4, [0, 1, 0], laws)
    found = clean_risk(problem, [0.0, 0.5], [[0.3], [0.6]])
    again = risk(problem, smooth(train(problem, 0.5), 0.6))
    assert found.route == again.route == "plane"
    assert abs(float(again.value) - found.value[1, 1]) <= float(again.error) + found.error[1, 1]
    voted = smooth(train(problem, 0.5), 0.6)
    points = means + 0.1
    assert (voted(points) == (voted.vote(points) >= 0.5)).all()


def test_the_regression_rule_keeps_the_direction_of_no_noise() -> None:
    """Along one direction it is the problem on the line."""
    rule = Training(rule="regression")
    turning = replace(mixture(0.4, [0, 1, 1], along(0, 1, 2)), training=rule)
    v = np.array([1.0, 2.0, 0.5])
    w = np.linalg.solve(np.array(SHARED), v)
    unit = w / np.linalg.norm(w)
    scale = float(np.sqrt(unit @ np.array(SHARED) @ unit))
    line = replace(mixture(0.4, [0, 1, 1], [Gaussian(float(t * unit @ v), scale) for t in (0, 1, 2)]), training=rule)
    one, other = clean_risk(turning, [0.0, 0.5], 0.4), clean_risk(line, [0.0, 0.5], 0.4)
    assert (np.abs(one.value - other.value) <= one.error + other.error).all()


def test_one_law_for_both_classes_leaves_the_prior() -> None:
    laws = along(1, 1)
    found = clean_risk(mixture(0.3, [0, 1], laws), [0.0, 0.5], [[0.0], [1.0]])
    assert np.abs(found.value - 0.3).max() <= 1e-15


@pytest.mark.parametrize("change", [1e-10, 1e-13])
def test_a_nearly_degenerate_direction_is_neither_lost_nor_invented(change: float) -> None:
    """Means off a line by some 1e-10 of a deviation: the risk is nearly that of the line, and the error says so."""
    laws = along(0, 1, 2)
    off = [laws[0], Gaussian((1.0 + change, 2.0, 0.5), cov=SHARED), laws[2]]
    one, other = (clean_risk(mixture(0.4, [0, 1, 1], held), 0.5, 0.4) for held in (laws, off))
    assert other.route == ("plane" if change > 1e-12 else "line")
    assert abs(float(one.value - other.value)) <= float(one.error) + float(other.error) + change
    if change < 1e-12:
        assert float(other.error) > float(one.error)


def test_narrow_axes_beside_wide_ones_are_not_lost() -> None:
    """Ten deviations along an axis of scale 1e-6, where the other is a million times as wide."""
    laws = [Gaussian((0.0, 0.0, 0.0), (1.0, 1e-6, 1.0)), Gaussian((1.0, 1e-5, 0.0), (1.0, 1e-6, 1.0))]
    found = clean_risk(mixture(0.5, [0, 1], laws), 0.0, 0.0)
    from scipy.special import ndtr

    assert abs(float(found.value) - ndtr(-np.sqrt(101) / 2)) <= float(found.error)


def test_shared_axes_leave_spheres_about_a_centre() -> None:
    """Scales that differ on three axes and are shared on the fourth: three dimensions."""
    wide = mixture(0.4, [0, 1], [Gaussian((0.0,) * 4, (1.0, 1.0, 1.0, 2.0)), Gaussian(0.0, (1.5, 1.5, 1.5, 2.0))])
    plain = mixture(0.4, [0, 1], [Gaussian((0.0,) * 3, 1.0), Gaussian(0.0, 1.5)])
    one, other = clean_risk(wide, [0.0, 0.5], 0.4), clean_risk(plain, [0.0, 0.5], 0.4)
    assert one.route == other.route == "radial"
    assert (np.abs(one.value - other.value) <= one.error + other.error).all()
    base = train(wide, 0.3)
    assert base([[0.0, 0.0, 0.0, 9.0], [9.0, 0.0, 0.0, 0.0]]).tolist() == [False, True]
    again = risk(wide, smooth(train(wide, 0.5), 0.4))
    assert abs(float(again.value) - one.value[1]) <= float(again.error) + one.error[1]


def thin(diagonal: Any, factor: np.ndarray) -> dict[str, Any]:
    return {"diagonal": diagonal, "factor": factor.tolist()}


def test_low_rank_covariances_are_those_of_their_matrices() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        dim, rank = int(rng.integers(3, 9)), int(rng.integers(1, 3))
        diagonal, factor = rng.uniform(0.2, 2.0, dim), rng.normal(size=(rank, dim))
        means = [np.zeros(dim), rng.normal(size=dim)]
        held = mixture(0.4, [0, 1], [Gaussian(tuple(m), cov=thin(diagonal.tolist(), factor)) for m in means])
        matrix = table(np.diag(diagonal) + factor.T @ factor)
        full = mixture(0.4, [0, 1], [Gaussian(tuple(m), cov=matrix) for m in means])
        one, other = (certified_risk(p, [0.0, 0.7], [[0.3], [1.0]], 0.1) for p in (held, full))
        assert (np.abs(one.value - other.value) <= one.error + other.error).all()
        assert loads_problem(dumps_problem(held)) == held


def test_ten_thousand_dimensions_need_no_matrix() -> None:
    rng = np.random.default_rng(8)
    dim = 10_000
    cov = thin(rng.uniform(0.5, 2.0, dim).tolist(), 0.1 * rng.normal(size=(2, dim)))
    mean = 0.02 * rng.normal(size=dim)
    problem = mixture(0.4, [0, 1], [Gaussian(0.0, cov=cov), Gaussian(tuple(mean), cov=cov)])
    held = Thin(np.array(cov["diagonal"]), np.array(cov["factor"]))
    length = float(mean @ held.solve(0.0, mean[:, None])[:, 0]) ** 0.5
    from scipy.special import ndtr

    cut = np.log(0.6 / 0.4) / length
    exact = 0.4 * ndtr(cut - length / 2) + 0.6 * ndtr(-cut - length / 2)
    found = clean_risk(problem, 0.0, 0.5)
    assert abs(float(found.value) - exact) <= float(found.error) + 1e-15


@pytest.mark.parametrize(
    ("cov", "line"),
    [
        ({"diagonal": 1.0}, "class0[0].cov.factor: found nothing"),
        ({"diagonal": 0.0, "factor": [[1.0, 2.0]]}, "class0[0].cov.diagonal: found 0.0, expected a positive number"),
        ({"diagonal": [1.0], "factor": [[1.0, 2.0]]}, "class0[0].cov.factor[0]: found 2 axes, expected 1"),
        ({"diagonal": 1.0, "factor": [1.0, 2.0]}, "class0[0].cov.factor[0]: found 1.0, expected a direction"),
        ({"diagonal": 1.0, "factors": [[1.0, 2.0]]}, "did you mean factor"),
    ],
)
def test_a_wrong_covariance_gets_one_line(cov: dict[str, Any], line: str) -> None:
    import tomli_w

    part = {"law": "gaussian", "mean": 0.0, "cov": cov}
    text = tomli_w.dumps({"prior": 0.5, "class0": [part], "class1": [{"law": "point", "mean": [1.0, 1.0]}]})
    with pytest.raises(ProblemError) as refused:
        loads_problem(text)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_points_nearly_on_a_line_are_on_it() -> None:
    direction = np.array([0.3, -1.7, 0.6]) / 7
    laws = [Point(tuple((k * direction).tolist())) for k in (0, 1, 3)]
    found = clean_risk(mixture(0.4, [0, 1, 0], laws), 0.3, 0.2)
    assert found.route == "line"


def test_more_directions_than_two_are_refused_with_their_number() -> None:
    laws = [Gaussian((0.0,) * 5, 1.0), Gaussian(0.0, (1.5, 0.5, 2.0, 1.0, 1.0)), Gaussian((0.0, 0, 0, 1.0, 0), 1.0)]
    with pytest.raises(NoExactRoute, match="differ along 4 directions"):
        clean_risk(mixture(0.4, [0, 1, 0], laws), 0.3, 0.2)
