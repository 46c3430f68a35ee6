"""Float answers against proved enclosures on random problems: does a reported error ever understate?

Run as `python -m tests.oracle.enclosures 10000` for the whole; the tests take some hundreds of the same draws.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory import certified_risk, clean_risk, regimes
from theory.errors import NoExactRoute, ProblemError
from theory.estimate import Estimate
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
from theory.proof import NoProof, Prover

FAMILIES = ("gaussian", "laplace", "uniform")
NOISES = (0.0, 1e-3, 0.1, 0.3, 1.0, 5.0, 50.0)
# Precision of the proofs: enough that what they leave open is far below the floats' own errors.
BITS = 128


@dataclass(frozen=True)
class Draw:
    """One question: a problem with noises and a radius."""

    problem: Problem
    alpha: float
    beta: float
    eps: float


@dataclass(frozen=True)
class Outcome:
    """kind: "inside" (the float's range overlaps the enclosure), "understated", "open" (the enclosure is wider than the
    float's error), or "unanswered" by either side."""

    kind: str
    draw: Draw
    found: Estimate | None = None
    proved: Estimate | None = None


def draw(rng: np.random.Generator) -> Draw:
    """A random problem of any geometry, law, noise, rule and off-support choice that has proofs."""
    family = [str(rng.choice(FAMILIES)) for _ in range(2)]
    choice = str(rng.choice(["nearest", "class0", "class1"]))
    rule = "posterior"
    kind = rng.integers(12)
    if kind < 2:
        rule = str(rng.choice(["posterior", "regression"]))
    training, smoothing = Training(rule, family[0], choice), Smoothing(family[1])
    problem: Problem
    if kind < 2:
        problem = _domain(rng, training, smoothing)
    else:
        problem = _radial(rng) if kind > 9 else _mixture(rng, training, smoothing, collinear=kind == 9)
    noises = [float(rng.choice(NOISES)) if rng.random() < 0.6 else float(rng.uniform(0, 3)) for _ in range(2)]
    eps = float(rng.uniform(0, 1)) if rng.random() < 0.3 and noises[1] > 0 else 0.0
    return Draw(problem, *noises, eps)


def _law(rng: np.random.Generator) -> Law:
    center = float(np.round(rng.normal(0, 2), int(rng.integers(0, 4))))
    scale = float(np.round(10 ** rng.uniform(-1.5, 0.7), 3))
    laws = (Gaussian(center, scale), Laplace(center, scale), Uniform(center - scale, center + scale), Point(center))
    return laws[rng.choice(4, p=[0.4, 0.25, 0.2, 0.15])]


def _mixture(rng: np.random.Generator, training: Training, smoothing: Smoothing, *, collinear: bool) -> MixtureProblem:
    prior = float(rng.choice([0.01, 0.2, 0.5, 0.5, 0.7, 0.99]))
    counts = rng.integers(1, 4, 2)
    if not collinear:
        one, zero = (tuple(Component(_law(rng), float(rng.integers(1, 4))) for _ in range(n)) for n in counts)
        return MixtureProblem(prior, 1, one, zero, training, smoothing)
    dim, scale = int(rng.integers(2, 6)), float(np.round(10 ** rng.uniform(-1, 0.5), 3))
    direction = rng.integers(-3, 4, dim).astype(float)
    direction[0] = 1.0
    places = iter(rng.permutation(np.arange(-8, 9) / 4).tolist())
    sides = [
        tuple(Component(Gaussian(tuple((next(places) * direction).tolist()), scale)) for _ in range(n)) for n in counts
    ]
    gaussian = Training("posterior", "gaussian", training.off_support)
    return MixtureProblem(prior, dim, sides[0], sides[1], gaussian, Smoothing("gaussian"))


def _radial(rng: np.random.Generator) -> Problem:
    """Shells: concentric mixtures, two Gaussians of different scales, or a ball, in 2 to 1000 dimensions."""
    dim = int(np.exp(rng.uniform(np.log(2), np.log(1000))))
    scales = np.round(10 ** rng.uniform(-1, 0.7, 4), 3)
    prior = float(rng.choice([0.01, 0.2, 0.5, 0.5, 0.7, 0.99]))
    kind = rng.integers(5)
    if kind == 0:
        return DomainProblem(dim, (Ball(0.0, float(scales[0])),), training=Training("regression"))
    if kind == 1:
        apart = float(np.round(rng.uniform(0, 4), 2))
        return regimes.two_scales(dim, apart, float(scales[0]), float(scales[1]), prior)
    parts = [Component(Gaussian(0.0, float(scale)), float(rng.integers(1, 4))) for scale in scales]
    split = int(rng.integers(1, 4))
    return MixtureProblem(prior, dim, tuple(parts[:split]), tuple(parts[split : split + int(rng.integers(1, 3))]))


def _domain(rng: np.random.Generator, training: Training, smoothing: Smoothing) -> DomainProblem:
    lengths = np.round(rng.uniform(0.1, 1.5, 2 * int(rng.integers(1, 4))), 2)
    ends = np.cumsum(lengths) - 2
    inside = tuple(Box(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2], strict=True))
    if rng.random() < 0.5:
        return DomainProblem(1, inside, training=training, smoothing=smoothing)
    return DomainProblem(1, inside, -4.0, float(ends[-1]) + 1.0, training, smoothing)


def outcome(case: Draw) -> Outcome:
    """Both sides' answers to one question."""
    try:
        found = (
            certified_risk(case.problem, case.alpha, case.beta, case.eps)
            if case.eps > 0
            else clean_risk(case.problem, case.alpha, case.beta)
        )
        proved = Prover(case.problem, case.eps).risk(case.alpha, case.beta, case.eps, most_bits=BITS)
    except (NoExactRoute, NoProof, ProblemError):
        return Outcome("unanswered", case)
    if not abs(found.value - proved.value) <= found.error + proved.error:
        return Outcome("understated", case, found, proved)
    return Outcome("inside" if proved.error <= max(found.error, 1e-30) else "open", case, found, proved)


def outcomes(count: int, seed: int, question: Callable[[np.random.Generator], Draw] = draw) -> list[Outcome]:
    """As many as asked for, from one seed."""
    rng = np.random.default_rng(seed)
    return [outcome(question(rng)) for _ in range(count)]


def report(words: list[str], question: Callable[[np.random.Generator], Draw] = draw) -> None:
    """COUNT [SEED] [-v]: how many of each kind, and all that understate; with -v those that stay open too."""
    every = outcomes(int(words[0]), int(words[1]) if len(words) > 1 else 0, question)
    print(dict(Counter(item.kind for item in every)))
    for item in every:
        if item.kind == "understated" or (item.kind == "open" and "-v" in words):
            print(item)


if __name__ == "__main__":
    report(sys.argv[1:])
