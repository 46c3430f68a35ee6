"""The ledger of errors: what a broad choice of requests answers, and how far each answer says that it may be off.

    python -m tests.oracle.make_errors

writes `errors.json` anew. Tests compare both columns. That the errors are right is shown elsewhere, against references;
the ledger sees to it that no term of an estimate goes, comes or changes its size unnoticed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from theory import (
    Estimate,
    NoExactRoute,
    adversarial_risk,
    certified_gain,
    certified_risk,
    certified_vote_risk,
    clean_risk,
    gain,
    gain_slopes,
    regimes,
    risk_slopes,
    vote_risk,
)
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
)

LEDGER = Path(__file__).with_name("errors.json")
# alpha, beta and eps in units of the problem.
NOISES = np.array(
    [(0.0, 0.0, 0.0), (0.0, 0.5, 0.2), (0.3, 0.0, 0.1), (0.3, 0.5, 0.1), (1.3, 0.7, 0.3), (3.0, 0.2, 0.05)]
)
NAMES = ("gaussian", "laplace", "uniform")


def mixture(
    zero: list[Law], one: list[Law], prior: float = 0.5, train: str = "gaussian", vote: str = "gaussian", dim: int = 1
) -> MixtureProblem:
    sides = (tuple(Component(law, 1.0 + 0.5 * k) for k, law in enumerate(side)) for side in (zero, one))
    return MixtureProblem(prior, dim, *sides, Training(noise=train), Smoothing(vote))


def on_the_line() -> Iterator[tuple[str, Problem, float]]:
    """Problems of the line with their units of length."""
    yield "bumps", regimes.bumps(spacing=1.5), 1.0
    yield "narrow bumps", regimes.bumps(count=2, spacing=1.0, scale=0.02), 1.0
    yield "far apart", regimes.two_gaussians(separation=24.0, prior=0.01), 1.0
    yield "half-space", regimes.two_gaussians(dim=30, separation=4.0, prior=0.2), 1.0
    yield "small unit", regimes.two_gaussians(separation=3e-6, scale=1e-6, prior=0.9), 1e-6
    parts: list[tuple[str, list[Law], list[Law]]] = [
        ("boxes", [Uniform(-1.0, 0.2), Uniform(1.0, 1.5)], [Uniform(0.2, 0.8), Uniform(-3.0, -2.0)]),
        ("atoms", [Point(0.0), Gaussian(1.5, 0.4)], [Point(1.0), Laplace(-1.0, 0.3)]),
        ("mixed", [Gaussian(0.0, 2.0), Uniform(0.5, 0.9)], [Laplace(0.3, 0.2), Uniform(-1.0, 0.4)]),
        ("laplace", [Laplace(0.0, 1.0)], [Laplace(1.0, 0.4), Laplace(-4.0, 0.1)]),
        ("nested", [Uniform(-2.0, 2.0), Gaussian(0.0, 1.0)], [Uniform(-1.0, 1.0), Gaussian(3.0, 0.3)]),
    ]
    for name, zero, one in parts:
        for train, vote in zip(NAMES, (NAMES[0], NAMES[2], NAMES[1]), strict=True):
            yield f"{name}, {train}, {vote}", mixture(zero, one, 0.4, train, vote), 1.0
    boxes = (Box(-1.3, -0.2), Box(0.2, 1.1), Box(1.4, 1.5))
    for train in NAMES:
        noises = Training("regression", train), Smoothing(train)
        yield f"intervals, {train}", DomainProblem(1, boxes, -2.0, 3.0, *noises), 1.0
        yield f"stripes, {train}", DomainProblem(1, boxes, None, None, *noises), 1.0
    smooth = mixture([Gaussian(0.0, 1.0)], [Gaussian(1.0, 0.3), Gaussian(-2.0, 0.5)])
    yield "regression", replace(smooth, training=Training("regression")), 1.0
    covariance = ((2.0, 0.6), (0.6, 1.0))
    yield (
        "full",
        mixture([Gaussian((0.0, 0.0), cov=covariance)], [Gaussian((1.0, 0.5), cov=covariance)], 0.3, dim=2),
        1.0,
    )


def about_a_centre() -> Iterator[tuple[str, Problem, float]]:
    """Radial problems with their units of length."""
    for dim in (1, 2, 20, 3072, 1_000_000):
        yield f"concentric {dim}", regimes.concentric(dim=dim, outer=1.0 + 1.5 / dim**0.5), 1.0
        yield (
            f"two scales {dim}",
            regimes.two_scales(dim=dim, separation=1.0, scale1=1 + 0.4 / dim**0.5, prior=0.3),
            1.0,
        )
    for dim in (2, 30):
        yield f"ball {dim}", regimes.ball(dim=dim, radius=2.0), 1.0
        held: list[Law] = [Gaussian(0.0, 0.5), Gaussian(0.0, 2.0)]
        yield f"three {dim}", mixture(held, [Gaussian(0.0, 1.0), Ball(0.0, 2.5)], dim=dim), 1.0
    yield "point", mixture([Point(0.0)], [Gaussian(0.0, 1.0)], dim=3), 1.0
    yield "beside a point", mixture([Point((0.0, 0.0, 0.0))], [Gaussian((1.0, 0.0, 0.0), 1.0)], dim=3), 1.0
    yield "nearly one scale", regimes.two_scales(dim=5, scale1=1.0001), 1.0


def quantities(problem: Problem, unit: float) -> dict[str, Callable[[], Estimate]]:
    alpha, beta, eps = (float(f"{unit:g}") * NOISES).T
    few = slice(3, 6)
    return {
        "clean": lambda: clean_risk(problem, alpha, beta),
        "certified": lambda: certified_risk(problem, alpha, beta, eps),
        "adversarial": lambda: adversarial_risk(problem, alpha, beta, eps),
        "gain": lambda: gain(problem, alpha, beta),
        "certified gain": lambda: certified_gain(problem, alpha, beta, eps),
        "slope": lambda: risk_slopes(problem, alpha[few], beta[few]).by_alpha,
        "certified slope": lambda: risk_slopes(problem, alpha[few], beta[few], eps[few]).by_beta,
        "gain slope": lambda: gain_slopes(problem, alpha[few], beta[few]).by_beta,
        "votes": lambda: vote_risk(problem, alpha[few], beta[few], 11),
        "certified votes": lambda: certified_vote_risk(problem, alpha[few], beta[few], eps[few], 101),
    }


def answers(problem: Problem, unit: float) -> dict[str, list[list[float]]]:
    """Values and errors of every quantity; what has no exact route is left out."""
    found = {}
    for quantity, ask in quantities(problem, unit).items():
        try:
            found[quantity] = [part.tolist() for part in ask().arrays()]
        except NoExactRoute:
            continue
    return found


if __name__ == "__main__":
    rows = {name: answers(problem, unit) for name, problem, unit in (*on_the_line(), *about_a_centre())}
    LEDGER.write_text(json.dumps(rows) + "\n")
