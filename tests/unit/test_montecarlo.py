"""The whole simulation against closed forms: the binomial tail of the vote probability, integrated by quadrature."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy import optimize, special, stats

from simulate.montecarlo import Interval, Level, Record, Sampling, monte_carlo
from simulate.montecarlo.statistics.intervals import upper_tail, votes_needed
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Smoothing,
    Training,
)

# Each interval misses with at most this chance; a few hundred intervals are checked in this file, with fixed seeds.
MISS = 1e-6
CONFIDENCE = 1 - MISS

Region = list[tuple[float, float]]


def one(law: object) -> tuple[Component, ...]:
    return (Component(law),)


def noise_cdf(noise: str, z: np.ndarray) -> np.ndarray:
    if noise == "gaussian":
        return special.ndtr(z)
    return stats.laplace.cdf(z) if noise == "laplace" else np.clip((z + 1) / 2, 0, 1)


def fails(u: np.ndarray, label: int, votes: int, needed: int | None) -> np.ndarray:
    """Chance that n votes of probability u for class 1 do not decide for, or do not certify, `label`."""
    least = {None: (votes + 1) // 2 if label else votes // 2 + 1}.get(needed, needed)
    return special.bdtr(least - 1, votes, u if label else 1 - u)


def exact(
    densities: tuple[Callable[[np.ndarray], np.ndarray], ...],
    region: Region,
    beta: float,
    votes: int,
    noise: str = "gaussian",
    eps: float | None = None,
    ends: tuple[float, float] = (-14.0, 14.0),
) -> float:
    """Risk (eps None: clean) of a union of intervals on the line, X with the weighted class densities."""
    needed = None if eps is None else votes_needed(votes, upper_tail(noise, eps, beta), 1e-3)
    panels, (nodes, weights) = np.linspace(*ends, 2801), np.polynomial.legendre.leggauss(8)
    x = ((panels[1:] + panels[:-1])[:, None] / 2 + np.diff(panels)[:, None] / 2 * nodes).ravel()
    weight = (np.diff(panels)[:, None] / 2 * weights).ravel()
    u = sum(noise_cdf(noise, (x - a) / beta) - noise_cdf(noise, (x - b) / beta) for a, b in region)
    u = np.clip(u, 0, 1)
    return float(sum((densities[label](x) * fails(u, label, votes, needed) * weight).sum() for label in (0, 1)))


def holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high and interval.low <= interval.estimate <= interval.high


def check(records: list[Record], truth: Callable[[float, float, float | None], float], width: float) -> None:
    """Every interval of every record holds its truth, and the clean one is no wider than `width`."""
    truth = cache(truth)
    for r in records:
        assert holds(r.clean, truth(r.alpha, r.beta, None)), r
        assert r.clean.high - r.clean.low < width
        assert r.certified is not None
        assert holds(r.certified, truth(r.alpha, r.beta, r.eps)), r
        assert holds(r.gain, truth(0.0, r.beta, None) - truth(r.alpha, r.beta, None)), r
        assert r.certified_gain is not None
        assert holds(r.certified_gain, truth(0.0, r.beta, r.eps) - truth(r.alpha, r.beta, r.eps)), r


def two_gaussians(dim: int = 1, prior: float = 0.3, smoothing: str = "gaussian") -> MixtureProblem:
    shift = 1 / math.sqrt(dim)
    parts = one(Gaussian(-shift, 1.0)), one(Gaussian(shift, 1.0))
    return MixtureProblem(prior=prior, dim=dim, class0=parts[0], class1=parts[1], smoothing=Smoothing(smoothing))


@pytest.mark.parametrize(("dim", "votes", "smoothing"), [
    (1, 15, "gaussian"), (1, 40, "laplace"), (1, 1, "uniform"), (1, 101, "uniform"), (7, 24, "gaussian"),
])  # fmt: skip
def test_two_gaussians_with_finite_votes(dim: int, votes: int, smoothing: str) -> None:
    """In any d the rule is a half-space, and the Gaussian vote probability depends on the projection alone."""
    prior = 0.3
    densities = (lambda x: 0.7 * stats.norm.pdf(x, -1), lambda x: 0.3 * stats.norm.pdf(x, 1))

    def truth(alpha: float, beta: float, eps: float | None) -> float:
        threshold = math.log((1 - prior) / prior) * (1 + alpha**2) / 2
        return exact(densities, [(threshold, 1e9)], beta, votes, smoothing, eps)

    records = monte_carlo(
        two_gaussians(dim, prior, smoothing), alpha=[0.0, 0.5, 1.2], beta=[0.4, 1.0], eps=[0.0, 0.3],
        votes=votes, sampling=Sampling(20000, 3), level=Level(CONFIDENCE),
    )  # fmt: skip
    assert [(r.alpha, r.beta, r.eps) for r in records] == list(itertools.product([0, 0.5, 1.2], [0.4, 1], [0, 0.3]))
    check(records, truth, 0.03)


def test_two_scales_with_laplace_classes() -> None:
    """Laplace laws of two scales, no training noise: the wide class wins outside an interval."""
    problem = MixtureProblem(prior=0.5, dim=1, class0=one(Laplace(0.0, 0.5)), class1=one(Laplace(0.0, 2.0)))
    edge = math.log(4) / (1 / 0.5 - 1 / 2)
    densities = (lambda x: stats.laplace.pdf(x, 0, 0.5) / 2, lambda x: stats.laplace.pdf(x, 0, 2) / 2)
    region = [(-1e9, -edge), (edge, 1e9)]
    records = monte_carlo(
        problem, alpha=0.0, beta=[0.3, 1.0], eps=[0.1], votes=9, sampling=Sampling(20000, 4), level=Level(CONFIDENCE)
    )
    check(records, lambda a, b, e: exact(densities, region, b, 9, eps=e, ends=(-60, 60)), 0.04)


def test_without_smoothing_the_base_classifier_is_evaluated_once() -> None:
    cov = ((2.0, 0.9), (0.9, 1.0))
    problem = MixtureProblem(
        prior=0.5, dim=2, class0=one(Gaussian((-1.0, 0.0), cov=cov)), class1=one(Gaussian((1.0, 0.0), cov=cov))
    )
    records = monte_carlo(
        problem,
        alpha=[0.0, 1.0],
        beta=[0.0, 0.5],
        eps=[0.0, 0.2],
        votes=7,
        sampling=Sampling(30000, 5),
        level=Level(CONFIDENCE),
    )
    difference = np.array([2.0, 0.0])
    for r in records:
        normal = np.linalg.solve(np.array(cov) + r.alpha**2 * np.eye(2), difference)
        half = normal @ difference / 2 / math.sqrt(normal @ np.array(cov) @ normal)
        if r.beta == 0:
            assert holds(r.clean, special.ndtr(-half))
            assert r.certified == (r.clean if r.eps == 0 else None)
            assert r.certified_gain == (r.gain if r.eps == 0 else None)
        if r.alpha == 0:
            assert (r.gain.estimate, r.gain.low, r.gain.high) == (0, 0, 0)


HALF = 0.5 - 1e-9
STRIPES = ((0.0, 1.0), (1.3, 2.3), (2.6, 3.6))


def blurred(alpha: float, noise: str = "gaussian") -> Region:
    """Where the blurred label of the stripes is at least 1/2, by bisection between the points of a grid.

    Uniform noise of the size of the gap makes it exactly 1/2 in the gaps, hence the allowance for rounding.
    """
    if alpha == 0:
        return list(STRIPES)

    def excess(x: float) -> float:
        return (
            sum(float(noise_cdf(noise, (x - a) / alpha) - noise_cdf(noise, (x - b) / alpha)) for a, b in STRIPES) - HALF
        )

    grid = np.linspace(-3, 7, 997)
    signs = np.array([excess(x) for x in grid]) >= 0
    roots = [optimize.brentq(excess, grid[i], grid[i + 1]) for i in np.flatnonzero(signs[1:] != signs[:-1])]
    return list(zip(roots[::2], roots[1::2], strict=True))


def inside(x: np.ndarray) -> np.ndarray:
    return np.any([(a <= x) & (x <= b) for a, b in STRIPES], axis=0).astype(float)


@pytest.mark.parametrize(("noise", "votes"), [("gaussian", 1), ("gaussian", 40), ("laplace", 1), ("uniform", 15)])
def test_stripes_in_an_infinite_background(noise: str, votes: int) -> None:
    """Measures over the whole line, including what few votes get wrong far outside the stripes."""
    sets = tuple(Ball((a + b) / 2, (b - a) / 2) for a, b in STRIPES)
    problem = DomainProblem(
        dim=1, inside=sets, training=Training(rule="regression", noise=noise), smoothing=Smoothing(noise)
    )
    densities = (lambda x: 1 - inside(x), inside)
    ends = (-68.4, 71.6)  # stripes end on panel ends

    def truth(alpha: float, beta: float, eps: float | None) -> float:
        return exact(densities, blurred(alpha, noise), beta, votes, noise, eps, ends)

    records = monte_carlo(
        problem,
        alpha=[0.0, 0.3],
        beta=[0.4, 1.0],
        eps=[0.1],
        votes=votes,
        sampling=Sampling(20000, 6),
        level=Level(CONFIDENCE),
    )
    if votes == 1:  # one vote certifies nothing: everything in the infinite background fails
        for r in records:
            assert r.certified is not None
            assert r.certified.estimate == r.certified.high == math.inf
            assert r.certified_gain is None
            assert holds(r.clean, truth(r.alpha, r.beta, None)), r
            assert holds(r.gain, truth(0.0, r.beta, None) - truth(r.alpha, r.beta, None)), r
    else:
        check(records, truth, 0.6)


def test_stripes_in_a_finite_domain() -> None:
    sets = tuple(Box(a, b) for a, b in STRIPES)
    problem = DomainProblem(dim=1, inside=sets, low=-2.0, high=6.0, training=Training(rule="regression"))
    densities = (lambda x: (1 - inside(x)) / 8, lambda x: inside(x) / 8)
    records = monte_carlo(
        problem,
        alpha=[0.3],
        beta=[0.4],
        eps=[0.05, 0.2],
        votes=21,
        sampling=Sampling(20000, 7),
        level=Level(CONFIDENCE),
    )
    check(records, lambda a, b, e: exact(densities, blurred(a), b, 21, eps=e, ends=(-2, 6)), 0.03)


@pytest.mark.slow
def test_box_in_an_infinite_plane() -> None:
    """One box, no training noise: u is a product, and the measure an integral over a grid of the plane."""
    problem = DomainProblem(dim=2, inside=(Box((0.0, 0.0), (2.0, 1.0)),))
    beta, votes, step = 0.5, 5, 0.01
    x, y = np.arange(-5, 7, step) + step / 2, np.arange(-5, 6, step) + step / 2
    u = np.outer(*(special.ndtr(t / beta) - special.ndtr((t - e) / beta) for t, e in ((x, 2), (y, 1))))
    h = np.outer((x > 0) & (x < 2), (y > 0) & (y < 1))
    truth = np.where(h, fails(u, 1, votes, None), fails(u, 0, votes, None)).sum() * step**2
    (record,) = monte_carlo(
        problem, alpha=0, beta=beta, votes=votes, sampling=Sampling(200000, 8), level=Level(CONFIDENCE)
    )
    assert holds(record.clean, truth)
    assert record.clean.high - record.clean.low < 0.15
