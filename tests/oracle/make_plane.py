"""Writes plane.json: random problems in the plane with reference risks. Takes several hours on two cores.

    python -m tests.oracle.make_plane [first last]

Every row is drawn from its own seed, its number. A row is left out where its two frames differ by more than LOOSEST.
"""

from __future__ import annotations

import json
import math
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from tests.oracle.make_line import log_uniform, short
from tests.oracle.reference_plane import answer
from theory import dumps_problem
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    MixtureProblem,
    Problem,
    Set,
    Training,
)

TARGET = Path(__file__).with_name("plane.json")
MIXTURES, DOMAINS = 40, 32
LOOSEST = {"mixture": 1e-9, "domain": 1e-8}
Noises = tuple[float, float, float]


def noises(rng: np.random.Generator, index: int, scale: float) -> Noises:
    """Training noise (none in every fifth problem), smoothing noise, and a radius within the reach of certificates."""
    alpha = 0.0 if index % 5 == 0 else log_uniform(rng, 0.05 * scale, 5 * scale)
    beta = log_uniform(rng, 0.07 * scale, 5 * scale if index % 3 == 0 else 1.5 * scale)
    return alpha, beta, short(beta * float(rng.uniform(0.1, 1.3)))


def covariance(rng: np.random.Generator) -> tuple[tuple[float, ...], ...]:
    """Eigenvalues of ratio up to 30, scales 0.3 to 3."""
    ratio = math.sqrt(log_uniform(rng, 1, 30))
    small = log_uniform(rng, 0.3, 3 / ratio)
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    full = turn @ np.diag([small**2, (small * ratio) ** 2]) @ turn.T
    a, b, c = (short(float(v)) for v in (full[0, 0], full[0, 1], full[1, 1]))
    return (a, b), (b, c)


def mixture(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Two to six Gaussians."""
    count = 2 + index % 5
    split = int(rng.integers(1, count))
    parts = []
    for _ in range(count):
        mean = tuple(short(float(v)) for v in rng.normal(0, 1.5, 2))
        parts.append(Component(Gaussian(mean, cov=covariance(rng)), log_uniform(rng, 0.2, 1)))
    prior = short(float(rng.uniform(0.05, 0.95)))
    return MixtureProblem(prior, 2, tuple(parts[:split]), tuple(parts[split:])), noises(rng, index, 1.0)


def domain(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Discs and boxes: overlapping, apart by small gaps, in half of the problems in a finite domain that clips them."""
    sets: list[Set] = []
    for k in range(1 + int(rng.integers(1, 5))):
        center = tuple(short(float(v)) for v in rng.uniform(-2, 2, 2))
        if rng.random() < 0.65:
            sets.append(Ball(center, log_uniform(rng, 0.3, 1.2)))
        else:
            size = rng.uniform(0.3, 1.5, 2)
            sets.append(Box(center, tuple(short(float(c + s)) for c, s in zip(center, size, strict=True))))
        if index % 4 == 1 and k == 0:
            radius = log_uniform(rng, 0.4, 1)
            sets = [Ball((0.0, 0.0), 1.0), Ball((short(1.0 + radius + 10.0 ** -int(rng.integers(1, 7))), 0.0), radius)]
    training = Training("regression")
    if index % 2:
        return DomainProblem(2, tuple(sets), training=training), noises(rng, index, 0.7)
    return DomainProblem(2, tuple(sets), -2.2, 2.5, training=training), noises(rng, index, 0.7)


def row(number: int) -> dict[str, object]:
    """One problem, its risks, and how far two frames differ."""
    kind, index = (mixture, number) if number < MIXTURES else (domain, number - MIXTURES)
    problem, (alpha, beta, eps) = kind(np.random.default_rng(1000 + number), index)
    start = time.time()
    (clean, certified), apart = answer(problem, alpha, beta, eps)
    print(number, kind.__name__, apart, round(time.time() - start), file=sys.stderr, flush=True)
    return {
        "row": number,
        "kind": kind.__name__,
        "problem": dumps_problem(problem),
        "alpha": alpha,
        "beta": beta,
        "eps": eps,
        "clean": float(f"{clean:.14g}"),
        "certified": float(f"{certified:.14g}"),
        "accuracy": float(f"{max(apart):.2g}"),
    }


def main() -> None:
    """Write the table."""
    first, last = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (0, MIXTURES + DOMAINS)
    with ProcessPoolExecutor(2) as pool:
        rows = [held for held in pool.map(row, range(first, last)) if held["accuracy"] <= LOOSEST[str(held["kind"])]]
    TARGET.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
