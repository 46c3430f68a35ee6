"""Laplace and uniform smoothing noise in the plane: against closed forms, grids, the line, and themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import fftconvolve

from theory import NoExactRoute, adversarial_risk, certified_risk, clean_risk, smooth, train, vote_risk
from theory.geometry.plane.mixtures import gaussians
from theory.laws import laplace, uniform
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Smoothing, Training
from theory.reduction.planar import covariance

LAWS = ("laplace", "uniform")
# Closed forms agree with polynomials of order 20.
VOTES = 1e-10
# A grid of this step sees a boundary to a fraction of it; so many rare cells are on the wrong side.
STEP, GRID = 0.03, 4e-4


def mixture(noise: str, *parts: tuple[int, Gaussian], prior: float = 0.4, dim: int = 2) -> MixtureProblem:
    sides = [tuple(Component(law, 1.0) for label, law in parts if label == k) for k in (0, 1)]
    return MixtureProblem(prior, dim, *sides, smoothing=Smoothing(noise=noise))


def three(noise: str) -> MixtureProblem:
    tilted = Gaussian((-1.0, 1.0), cov=((1.0, 0.3), (0.3, 0.8)))
    return mixture(noise, (0, Gaussian((0.0, 0.5), (1.0, 0.6))), (1, Gaussian((1.0, 0.3), (0.5, 0.9))), (1, tilted))


TWO = (0, Gaussian((0.0, 0.0), (1.0, 2.0))), (1, Gaussian((1.0, 1.0), cov=((1.0, 0.3), (0.3, 0.8))))


def sets(noise: str, scale: float = 1.0, shift: float = 0.0) -> DomainProblem:
    def at(*places: float) -> tuple[float, ...]:
        return tuple(round(scale * p + shift, 9) for p in places)

    inside = Ball(at(0.0, 0.0), scale), Box(at(0.8, -0.5), at(2.0, 1.5))
    return DomainProblem(2, inside, smoothing=Smoothing(noise=noise))


def share(law: str, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return (laplace if law == "laplace" else uniform).interval(low, high)


@pytest.mark.parametrize("noise", LAWS)
@pytest.mark.parametrize("beta", [0.02, 0.3, 2.0, 50.0])
def test_votes_of_boxes_are_products(noise: str, beta: float) -> None:
    rng = np.random.default_rng(3)
    low = np.array([[0.0, 0.0], [1.0, 1.0], [-2.0, 0.5], [2.5, -1.0]])
    high = low + np.array([[1.0, 1.0], [1.5, 0.3], [0.7, 0.7], [0.2, 3.0]])
    inside = tuple(Box(tuple(a), tuple(b)) for a, b in zip(low.round(1).tolist(), high.round(1).tolist(), strict=True))
    problem = DomainProblem(2, inside, smoothing=Smoothing(noise=noise))
    x = np.concatenate([rng.uniform(-3, 4, (80, 2)), low, 0.5 * (low + high)])
    gaps = [share(noise, (a - x) / beta, (b - x) / beta).prod(axis=1) for a, b in zip(low, high, strict=True)]
    found = smooth(train(problem, 0.0), beta).vote(x)
    assert np.abs(found - np.sum(gaps, axis=0)).max() < VOTES


def on_grid(problem: MixtureProblem, alpha: float, beta: float, votes: int | None, tail: float) -> float:
    """The risk on a grid: noise by shares of cells, all by sums."""
    x = np.arange(-7.5, 7.5, STEP)
    at = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1)
    density = {}
    for label, side in ((0, problem.class0), (1, problem.class1)):
        for noised in (0.0, alpha):
            total = np.zeros(at.shape[:2])
            for part in side:
                cov = covariance(part.law, 2) + noised**2 * np.eye(2)
                away = at - np.array(part.law.mean)
                square = np.einsum("...i,ij,...j", away, np.linalg.inv(cov), away)
                total += np.exp(-0.5 * square) / (2 * np.pi * np.sqrt(np.linalg.det(cov))) / len(side)
            density[label, noised] = total * (problem.prior if label else 1 - problem.prior)
    base = (density[1, alpha] >= density[0, alpha]).astype(float)
    reach = int(np.ceil((25 if problem.smoothing.noise == "laplace" else 1) * beta / STEP)) + 1
    ends = (np.arange(-reach, reach + 2) - 0.5) * STEP / beta
    kernel = share(problem.smoothing.noise, ends[:-1], ends[1:])
    wide = np.pad(base, reach, mode="edge")
    u = fftconvolve(fftconvolve(wide, kernel[:, None], mode="valid"), kernel[None], mode="valid")
    if votes is None:
        wrong = (1 - u > tail), (u > tail if tail < 0.5 else u >= 0.5)
    else:
        from scipy.stats import binom

        lost = binom.cdf((votes - 1) // 2, votes, np.clip(u, 0, 1))
        wrong = lost, 1 - lost
    return float((density[1, 0.0] * wrong[0] + density[0, 0.0] * wrong[1]).sum() * STEP**2)


@pytest.mark.parametrize("noise", LAWS)
def test_a_mixture_is_that_of_a_fine_grid(noise: str) -> None:
    alpha, beta, eps = 0.3, 0.7, 0.21
    problem = three(noise) if noise == "laplace" else mixture(noise, *TWO)
    tail = 0.5 * np.exp(-eps / beta) if noise == "laplace" else 0.5 - 0.5 * eps / beta
    clean, certified = clean_risk(problem, alpha, beta), certified_risk(problem, alpha, beta, eps)
    assert abs(clean.value - on_grid(problem, alpha, beta, None, 0.5)) < GRID
    assert abs(certified.value - on_grid(problem, alpha, beta, None, float(tail))) < GRID
    assert abs(vote_risk(problem, alpha, beta, 5).value - on_grid(problem, alpha, beta, 5, 0.5)) < GRID
    assert clean.route == "plane"
    assert clean.error < 1e-8


@pytest.mark.parametrize("noise", LAWS)
@pytest.mark.parametrize("beta", [0.05, 0.8])
def test_strips_along_an_axis_are_those_of_the_line(noise: str, beta: float) -> None:
    places, labels = [-1.5, 0.0, 1.5], np.array([1, 0, 1])
    laws = [Gaussian((x, 0.0), (0.5, 0.8)) for x in places]
    problem = mixture(noise, *zip(labels.tolist(), laws, strict=True))
    weights = np.array([0.2, 0.6, 0.2])
    for turned in (False, True) if beta > 0.1 else (True,):
        means = np.array([[0.0, x] if turned else [x, 0.0] for x in places])
        spread = np.diag([0.64, 0.25] if turned else [0.25, 0.64])
        plane = replace(gaussians(means, np.tile(spread, (3, 1, 1)), weights, labels, 1e-8), noise=noise)
        base = plane.train(np.array([0.3]))
        one = plane.smooth(base.region, np.array([[beta]]))
        wrong, error = plane.mass(base.pieces, one, 1)
        other, doubt = plane.mass(base.pieces, one, 0)
        line = clean_risk(problem, 0.3, beta)
        assert line.route == "line"
        assert abs(wrong + other - line.value)[0] <= (error + doubt)[0] + line.error + 1e-12


def moved(problem: MixtureProblem, turn: np.ndarray, scale: float, shift: float) -> MixtureProblem:
    def part(held: Component) -> Component:
        mean = tuple((scale * (turn @ np.array(held.law.mean)) + shift).round(12).tolist())
        cov = scale**2 * turn @ covariance(held.law, 2) @ turn.T
        return replace(held, law=Gaussian(mean, cov=tuple(map(tuple, cov.tolist()))))

    zero, one = (tuple(map(part, side)) for side in (problem.class0, problem.class1))
    return replace(problem, class0=zero, class1=one)


TURNS = [np.array(rows, float) for rows in ([[0, 1], [1, 0]], [[0, -1], [1, 0]])]


@pytest.mark.parametrize("noise", LAWS)
def test_axes_places_and_units_do_not_matter(noise: str) -> None:
    problem = mixture(noise, *TWO)
    found = clean_risk(problem, 0.2, 0.5)
    turn, scale, shift = (TURNS[0], 1e-6, 0.0) if noise == "laplace" else (TURNS[1], 1e6, 3e6)
    other = clean_risk(moved(problem, turn, scale, shift), 0.2 * scale, 0.5 * scale)
    assert abs(other.value - found.value) <= other.error + found.error


@pytest.mark.parametrize("noise", LAWS)
def test_decimals_are_those_of_integers(noise: str) -> None:
    whole, tenths = clean_risk(sets(noise), 0.0, 0.4), clean_risk(sets(noise, 0.1, 0.3), 0.0, 0.04)
    assert abs(whole.value - 100 * tenths.value) <= whole.error + 100 * tenths.error
    assert whole.error < 1e-8


@pytest.mark.parametrize(("ties", "wrong"), [("class1", 2.0), ("class0", 10.0), ("coin", 6.0)])
def test_ties_of_a_strip_as_wide_as_half_of_the_noise(ties: str, wrong: float) -> None:
    """Half of the square about any point of [0, 1] x [1, 9] is labelled, and less of every other."""
    strip = DomainProblem(2, (Box((0.0, 0.0), (1.0, 10.0)),), smoothing=Smoothing(noise="uniform", ties=ties))
    found = clean_risk(strip, 0.0, 1.0)
    assert abs(found.value - wrong) <= found.error + 1e-12


@pytest.mark.parametrize("noise", LAWS)
def test_what_the_base_classifier_of_a_symmetric_set_becomes(noise: str) -> None:
    """Four bumps at the corners of a square: the axes bound both classifiers, whatever the noises."""
    corners = [(0, (1.0, -1.0)), (0, (-1.0, 1.0)), (1, (1.0, 1.0)), (1, (-1.0, -1.0))]
    problem = mixture(noise, *((k, Gaussian(m, 0.5)) for k, m in corners), prior=0.5)
    beside = 0.022750131948179  # P(Z > 2)
    found = clean_risk(problem, 0.0, [0.0, 0.5])
    assert (np.abs(found.value - 2 * beside * (1 - beside)) <= found.error + 1e-12).all()
    assert (found.error < 1e-7).all()


@pytest.mark.parametrize("noise", LAWS)
def test_one_vote_is_noise_on_the_data(noise: str) -> None:
    """P(f(X + beta V) != Y) for a box and one point of votes: the mean of closed forms over the box."""
    box = DomainProblem(2, (Box((0.0, 0.0), (1.0, 1.0)),), (0.0, 0.0), (1.5, 1.5), Training(rule="regression"))
    problem, beta = replace(box, smoothing=Smoothing(noise=noise)), 0.7
    at, weights = np.polynomial.legendre.leggauss(200)

    def mean(low: float, high: float) -> float:
        x = 0.5 * (low + high) + 0.5 * (high - low) * at
        return float(0.5 * (high - low) * weights @ share(noise, -x / beta, (1 - x) / beta))

    inner, whole = mean(0, 1), mean(0, 0.3) + mean(0.3, 0.7) + mean(0.7, 1.0) + mean(1.0, 1.5)
    wrong = (1 - inner**2 + whole**2 - inner**2) / 2.25
    found = vote_risk(problem, 0.0, beta, 1)
    assert abs(found.value - wrong) <= found.error + 1e-5 * (noise == "uniform")
    assert found.error < 1e-8


@pytest.mark.parametrize("noise", LAWS)
def test_shared_axes_cancel(noise: str) -> None:
    plane = mixture(noise, (0, Gaussian((0.0, 0.0), (1.0, 2.0))), (1, Gaussian((1.0, 1.0), 1.0)))
    solid = mixture(
        noise,
        (0, Gaussian((0.0, 3.0, 0.0), (1.0, 0.7, 2.0))),
        (1, Gaussian((1.0, 3.0, 1.0), (1.0, 0.7, 1.0))),
        dim=3,
    )
    one, two = clean_risk(plane, 0.3, 0.5), clean_risk(solid, 0.3, 0.5)
    assert abs(one.value - two.value) <= one.error + two.error


def test_certificates_far_out_keep_their_digits() -> None:
    """Laplace noise about a long box: the votes are those of the line, and radii near its middle are depths."""
    box = DomainProblem(2, (Box((0.0, 0.0), (20.0, 2.0)),), smoothing=Smoothing(noise="laplace"))
    beta, eps = 0.2, 0.8
    found = certified_risk(box, 0.0, beta, [0.0, eps])
    # Lost on the long sides: a strip of the depth where exp(-(1 - y)/beta) + exp(-(1 + y)/beta) = exp(-eps/beta).
    depth = 1 - beta * np.arccosh(0.5 * np.exp((1 - eps) / beta))
    short = certified_risk(replace(box, inside=(Box((0.0, 0.0), (10.0, 2.0)),)), 0.0, beta, [0.0, eps])
    outside = eps + beta * np.log1p(-np.exp(-2 / beta))
    assert abs((found.value - short.value)[1] - 10 * 2 * (depth + outside)) < 1e-7
    assert (found.error < 1e-7).all()


@pytest.mark.parametrize("noise", LAWS)
def test_what_is_refused_says_so(noise: str) -> None:
    with pytest.raises(NoExactRoute, match="adversarial"):
        adversarial_risk(three(noise), 0.3, 0.5, 0.1)
    with pytest.raises(NoExactRoute, match="training noise"):
        clean_risk(replace(three(noise), training=Training(noise=noise)), 0.3, 0.5)
    apart = [(0, Gaussian((0.0, 0.0, 0.0), 1.0)), (1, Gaussian((1.0, 1.0, 1.0), 1.0))]
    with pytest.raises(NoExactRoute, match="two axes"):
        clean_risk(mixture(noise, *apart, dim=3), 0.3, 0.5)
