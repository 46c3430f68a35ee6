"""Point masses: the labels that they keep without noise, and lose with any; Parzen windows; attacks; finite votes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom, norm

from theory import adversarial_risk, certified_risk, clean_risk, compare, smooth, train, vote_risk
from theory.problems.problem import Component, Gaussian, MixtureProblem, Point, Smoothing, Training, Uniform

FAMILIES = ("gaussian", "laplace", "uniform")
# Sums of a few dozen weights.
ROUNDING = 1e-14


def parzen(seed: int, count: int, prior: float = 0.5, votes: str = "gaussian") -> MixtureProblem:
    """Random points of both classes, of random weights."""
    rng = np.random.default_rng(seed)
    sides = [
        tuple(Component(Point(float(x)), float(w)) for x, w in zip(*side, strict=True))
        for side in zip(rng.normal(0, 2, (2, count)), rng.uniform(0.1, 1, (2, count)), strict=True)
    ]
    return MixtureProblem(prior, 1, sides[0], sides[1], smoothing=Smoothing(votes))


def points(problem: MixtureProblem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, labels and weights with the prior."""
    rows = []
    for label, side, share in ((0, problem.class0, 1 - problem.prior), (1, problem.class1, problem.prior)):
        total = sum(c.weight for c in side)
        rows += [(c.law.mean, label, share * c.weight / total) for c in side]
    x, label, weight = (np.array(v) for v in zip(*rows, strict=True))
    return x, label, weight


@pytest.mark.parametrize("seed", range(5))
def test_without_noise_every_point_keeps_its_label(seed: int) -> None:
    problem = parzen(seed, 20, 0.3)
    x, label, _weight = points(problem)
    assert clean_risk(problem, 0.0, 0.0).value == 0
    assert (train(problem, 0.0)(x) == (label == 1)).all()
    assert (smooth(train(problem, 0.0), 0.0)(x) == (label == 1)).all()


def test_between_the_points_the_nearest_one_decides() -> None:
    problem = parzen(7, 12)
    x, label, _weight = points(problem)
    grid = np.linspace(-8, 8, 1001)
    nearest = label[np.abs(grid[:, None] - x).argmin(axis=1)]
    assert (train(problem, 0.0)(grid) == (nearest == 1)).all()


@pytest.mark.parametrize(("weight", "label"), [(0.4, False), (0.5, True), (0.6, True)])
def test_points_of_both_classes_at_one_place(weight: float, label: bool) -> None:
    """The larger total decides, ties for class 1; the rest of the place is lost."""
    zero = (Component(Point(1.0), 0.5), Component(Point(-1.0), 0.5))
    problem = MixtureProblem(0.5, 1, zero, (Component(Point(1.0), weight), Component(Point(3.0), 1 - weight)))
    assert bool(train(problem, 0.0)(np.array([1.0]))[0]) is label
    assert clean_risk(problem, 0.0, 0.0).value == pytest.approx(min(0.25, 0.5 * weight), abs=ROUNDING)


def test_weights_of_points_at_one_place_add_up() -> None:
    zero = (Component(Point(0.0), 1.0), Component(Point(2.0), 1.0))
    one = (Component(Point(0.0), 0.3), Component(Point(0.0), 0.3), Component(Point(-2.0), 0.4))
    problem = MixtureProblem(0.5, 1, zero, one)
    assert train(problem, 0.0)(np.array([0.0])).all()
    assert clean_risk(problem, 0.0, 0.0).value == pytest.approx(0.25, abs=ROUNDING)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("noise", FAMILIES)
def test_training_noise_makes_parzen_windows(seed: int, noise: str) -> None:
    problem = replace(parzen(seed, 15, 0.4), training=Training(noise=noise))
    x, label, weight = points(problem)
    alpha = 0.35
    z = (x[:, None] - x) / alpha
    kernel = {"gaussian": np.exp(-z * z / 2), "laplace": np.exp(-np.abs(z)), "uniform": (np.abs(z) <= 1) * 1.0}[noise]
    held = kernel @ (weight * (2 * label - 1)) >= 0
    assert clean_risk(problem, alpha, 0.0).value == pytest.approx(weight[held != (label == 1)].sum(), abs=ROUNDING)


@pytest.mark.parametrize("votes", FAMILIES)
def test_smoothing_removes_the_labels_of_points(votes: str) -> None:
    """A point of class 0 amid class 1 is right only as long as there is no noise at all."""
    zero, one = (Component(Point(0.0)),), (Component(Uniform(-1.0, 1.0)),)
    problem = MixtureProblem(0.7, 1, zero, one, smoothing=Smoothing(votes))
    np.testing.assert_allclose(clean_risk(problem, 0.0, [0.0, 1e-9, 0.1, 3.0]).value, [0, 0.3, 0.3, 0.3])
    assert not smooth(train(problem, 0.0), 0.0)(np.array([0.0])).any()
    assert smooth(train(problem, 0.0), 1e-9)(np.array([0.0])).all()
    assert smooth(train(problem, 0.0), 0.1).vote(np.array([0.0]))[0] == pytest.approx(1.0)


@pytest.mark.parametrize("votes", FAMILIES)
def test_batches_do_not_leak_labels(votes: str) -> None:
    problem = parzen(3, 10, 0.4, votes)
    alpha, beta = (v.ravel() for v in np.meshgrid([0.0, 0.01, 0.3, 2.0], [0.0, 1e-3, 0.2, 1.5]))
    order = np.random.default_rng(0).permutation(len(alpha))
    for ask in (clean_risk, lambda p, a, b: adversarial_risk(p, a, b, 0.1), lambda p, a, b: compare(p, a, b).gain):
        alone = np.array([ask(problem, a, b).value for a, b in zip(alpha.tolist(), beta.tolist(), strict=True)])
        np.testing.assert_allclose(ask(problem, alpha, beta).value, alone, atol=ROUNDING)
        np.testing.assert_allclose(ask(problem, alpha[order], beta[order]).value, alone[order], atol=ROUNDING)
    some = beta > 0
    alone = np.array([certified_risk(problem, a, b, 0.1).value for a, b in zip(alpha[some], beta[some], strict=True)])
    np.testing.assert_allclose(certified_risk(problem, alpha[some], beta[some], 0.1).value, alone, atol=ROUNDING)


def test_attacks_reach_points_of_the_other_class() -> None:
    """f is 1 but at 0: within eps of it class 1 can be attacked, and the point itself always."""
    problem = MixtureProblem(0.6, 1, (Component(Point(0.0)),), (Component(Uniform(-1.0, 1.0)),))
    found = adversarial_risk(problem, 0.0, 0.0, [0.0, 0.25, 0.5, 3.0])
    np.testing.assert_allclose(found.value, [0.0, 0.4 + 0.6 * 0.25, 0.4 + 0.6 * 0.5, 1.0], atol=ROUNDING)
    smoothed = adversarial_risk(problem, 0.0, 0.1, [0.0, 0.25])
    np.testing.assert_allclose(smoothed.value, [0.4, 0.4], atol=ROUNDING)


@pytest.mark.parametrize("seed", range(4))
def test_attacks_on_points_by_definition(seed: int) -> None:
    """The nearest point decides: an attack has to reach half the way between two neighbours of different classes."""
    problem = parzen(seed, 8)
    x, label, weight = points(problem)
    for eps in (0.01, 0.1, 0.4, 1.0):
        expected = sum(w for w, s in zip(weight, _safe(x, label), strict=True) if s < eps)
        assert adversarial_risk(problem, 0.0, 0.0, eps).value == pytest.approx(expected, abs=ROUNDING)


def _safe(x: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Distance of every point from the region of the other class under the nearest-point rule."""
    order = np.argsort(x)
    xs, ls = x[order], label[order]
    middles = 0.5 * (xs[1:] + xs[:-1])[ls[1:] != ls[:-1]]
    return np.abs(x[:, None] - middles).min(axis=1)


@pytest.mark.parametrize("count", [1, 2, 25, 1000])
def test_votes_on_two_points(count: int) -> None:
    """f = 1[x >= 0]: u = Phi(+-1/beta) at the points +-1."""
    problem = MixtureProblem(0.3, 1, (Component(Point(-1.0)),), (Component(Point(1.0)),))
    for beta in (0.4, 1.0, 5.0):
        one, zero = (binom.sf(np.ceil(count / 2) - 1, count, norm.cdf(s / beta)) for s in (1, -1))
        found = vote_risk(problem, 0.0, beta, count)
        assert found.value == pytest.approx(0.3 * (1 - one) + 0.7 * zero, abs=1e-12)
    assert vote_risk(problem, 0.0, 0.0, count).value == 0


def test_votes_at_a_point_of_the_other_class() -> None:
    """All votes around the point go to class 1; without noise it votes for itself."""
    problem = MixtureProblem(0.7, 1, (Component(Point(0.0)),), (Component(Uniform(-1.0, 1.0)),))
    assert vote_risk(problem, 0.0, 0.2, 15).value == pytest.approx(0.3, abs=1e-12)
    assert vote_risk(problem, 0.0, 0.0, 15).value == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_smoothed_windows_by_definition(seed: int) -> None:
    """g at the points from the boundaries of f, bisected on the kernel sum."""
    problem = parzen(seed, 6, 0.45)
    x, label, weight = points(problem)
    alpha, beta = 0.3, 0.5
    grid = np.linspace(-12, 12, 200_001)
    sums = np.exp(-((grid[:, None] - x) ** 2) / (2 * alpha**2)) @ (weight * (2 * label - 1))
    inside = sums >= 0
    edge = np.flatnonzero(inside[1:] != inside[:-1])
    cuts = grid[edge] + (grid[1] - grid[0]) * sums[edge] / (sums[edge] - sums[edge + 1])
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    start = 0 if inside[0] else 1
    low, high = edges[start:-1:2], edges[start + 1 :: 2]
    u = (ndtr((high - x[:, None]) / beta) - ndtr((low - x[:, None]) / beta)).sum(axis=1)
    assert np.abs(u - 0.5).min() > 1e-5
    expected = weight[(u >= 0.5) != (label == 1)].sum()
    assert clean_risk(problem, alpha, beta).value == pytest.approx(expected, abs=ROUNDING)
    np.testing.assert_allclose(smooth(train(problem, alpha), beta).vote(x), u, atol=1e-8)


def test_points_beside_gaussians_of_no_width_agree_in_the_limit() -> None:
    narrow, exact = (
        MixtureProblem(0.4, 1, (Component(law(0.3)), Component(law(-1.0))), (Component(law(1.0)),))
        for law in (lambda m: Gaussian(m, 1e-9), Point)
    )
    for alpha, beta in ((0.5, 0.0), (0.0, 0.5), (0.7, 0.3)):
        assert clean_risk(narrow, alpha, beta).value == pytest.approx(clean_risk(exact, alpha, beta).value, abs=1e-12)
