"""Writes line.json: random and chosen problems on the line with reference risks. Takes about ten minutes.

    python -m tests.oracle.make_line [first last]

Every row is drawn from its own seed, its number. Numbers are rounded to six digits so that the file stays readable.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from flint import arb

from tests.oracle.reference_risk import answer
from theory import dumps_problem
from theory.problems.problem import (
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

FAMILIES = ("gaussian", "laplace", "uniform")
LAWS = (*FAMILIES, "point")
OFF = ("nearest", "class0", "class1")
TARGET = Path(__file__).with_name("line.json")
DIGITS = 30
Noises = tuple[float, float, float]


def short(x: float) -> float:
    return float(f"{x:.6g}")


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return short(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def draw_law(rng: np.random.Generator, kind: str, spread: float, scales: tuple[float, float]) -> Law:
    center, scale = short(float(rng.normal(0, spread))), log_uniform(rng, *scales)
    if kind == "uniform":
        return Uniform(short(center - scale), short(center + scale))
    if kind == "point":
        return Point(center)
    return Gaussian(center, scale) if kind == "gaussian" else Laplace(center, scale)


def draw_noise(rng: np.random.Generator) -> float:
    if rng.random() < 0.1:
        return 0.0
    return log_uniform(rng, 1e-3, 50) if rng.random() < 0.4 else log_uniform(rng, 0.02, 1.5)


def draw_eps(rng: np.random.Generator, beta: float) -> float:
    return log_uniform(rng, 0.02, 3) * (beta if beta > 0 and rng.random() < 0.7 else 0.3)


def pairing(index: int) -> tuple[str, Training, Smoothing]:
    """All 36 combinations in turn, and the choices off the support."""
    law, noise, votes = LAWS[index % 4], FAMILIES[index // 4 % 3], FAMILIES[index // 12 % 3]
    return law, Training(noise=noise, off_support=OFF[index // 5 % 3]), Smoothing(votes)


def mixed(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """One to four components a class, mostly of one law; scales over four decades in every third problem."""
    law, training, smoothing = pairing(index)
    scales = (1e-2, 1e2) if index % 3 == 0 else (0.2, 2.0)
    sides = []
    for _ in range(2):
        kinds = [law if rng.random() < 0.7 else str(rng.choice(LAWS)) for _ in range(rng.integers(1, 5))]
        weights = [log_uniform(rng, 1e-9 if index % 7 == 0 else 0.1, 1) for _ in kinds]
        sides.append(tuple(Component(draw_law(rng, k, 2.0, scales), w) for k, w in zip(kinds, weights, strict=True)))
    prior = short(float(rng.uniform(0.01, 0.99)))
    alpha, beta = draw_noise(rng), draw_noise(rng)
    eps = 0.0 if beta == 0 and any("point" in str(c).lower() for s in sides for c in s) else draw_eps(rng, beta)
    return MixtureProblem(prior, 1, sides[0], sides[1], training, smoothing), (alpha, beta, short(eps))


def separated(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Classes so far apart that risks are 1e-10 to 1e-40."""
    _, training, smoothing = pairing(index)
    kind = ("gaussian", "laplace")[index % 2]
    gap = float(rng.uniform(7, 13)) if kind == "gaussian" else float(rng.uniform(25, 90))
    make = Gaussian if kind == "gaussian" else Laplace
    zero = [Component(make(short(-gap - rng.exponential(1)), 1.0)) for _ in range(rng.integers(1, 3))]
    one = [Component(make(short(gap + rng.exponential(1)), short(float(rng.uniform(0.5, 1)))))]
    if index % 3 == 0:
        zero.append(Component(make(short(4 * gap), 1.0), 0.5))
    prior = short(float(rng.uniform(0.05, 0.95)))
    alpha, beta = log_uniform(rng, 0.05, gap / 5), log_uniform(rng, 0.05, gap / 5)
    return MixtureProblem(prior, 1, tuple(zero), tuple(one), training, smoothing), (alpha, beta, short(beta / 2))


def domain(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Labelled intervals in a finite or an infinite background."""
    rule = ("regression", "posterior")[index % 2]
    training = Training(rule, FAMILIES[index // 2 % 3], OFF[index // 5 % 3])
    count = int(rng.integers(1, 5))
    edges = np.cumsum(rng.uniform(0.1, 1.0, 2 * count))
    boxes = tuple(Box(short(a), short(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))
    finite = index % 4 < 2
    low = short(float(edges[0] - rng.uniform(-0.05, 2))) if finite else None
    high = short(float(edges[-1] + rng.uniform(-0.05, 2))) if finite else None
    alpha, beta = (0.0 if rng.random() < 0.15 else log_uniform(rng, 1e-2, 3) for _ in range(2))
    eps = short(draw_eps(rng, beta))
    return DomainProblem(1, boxes, low, high, training, Smoothing(FAMILIES[index // 6 % 3])), (alpha, beta, eps)


def tangent(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """A bump of class 1 on a wide class 0, weighted so that the signed density nearly touches 0 at noise alpha."""
    scale, wide, alpha = (log_uniform(rng, 0.1, 1), short(float(rng.uniform(2, 5))), log_uniform(rng, 0.05, 1))
    share = np.sqrt((scale**2 + alpha**2) / (wide**2 + alpha**2))
    prior = share / (1 + share) * (1 + (-1) ** index * 10.0 ** -(2 + index % 8))
    zero, one = Gaussian(0.0, wide), Gaussian(0.0, scale)
    beta = log_uniform(rng, 1e-3, 0.3 * scale)
    problem = MixtureProblem(float(prior), 1, (Component(zero),), (Component(one),))
    return problem, (alpha, beta, short(0.3 * beta))


def vanishing(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Components with weights down to 1e-14, and scales of ratio up to 1e5."""
    law, training, smoothing = pairing(index)
    kind = law if law != "point" else "gaussian"
    side = tuple(Component(draw_law(rng, kind, 3.0, (1e-3, 1e2)), 10.0 ** -int(rng.integers(0, 15))) for _ in range(3))
    main = (Component(draw_law(rng, "gaussian", 1.0, (0.5, 2.0))),)
    alpha, beta = log_uniform(rng, 1e-3, 2), log_uniform(rng, 1e-3, 1)
    return MixtureProblem(0.5, 1, main, side, training, smoothing), (alpha, beta, short(beta * 0.7))


def half_ties(rng: np.random.Generator, index: int) -> tuple[Problem, Noises]:
    """Dyadic numbers: votes of exactly 1/2 on plateaus, signed densities of exactly 0 on intervals."""
    noise = ("uniform", FAMILIES[index % 3])[index % 2]
    if index % 2 == 0:
        boxes = tuple(Box(2.0 * k, 2.0 * k + 1) for k in range(1 + index % 4))
        problem: Problem = DomainProblem(1, boxes, -4.0, 12.0, Training("regression", "uniform"), Smoothing(noise))
        return problem, (float(rng.choice([0, 0.5, 1, 2])), float(rng.choice([0, 0.5, 1, 2])), 0.25)
    zero, one = (Component(Uniform(0.0, 2.0)), Component(Uniform(4.0, 5.0))), (Component(Uniform(1.0, 5.0)),)
    training = Training(noise="uniform", off_support=OFF[index % 3])
    problem = MixtureProblem(0.5, 1, zero, one, training, Smoothing(noise))
    return problem, (float(rng.choice([0, 0.5, 1])), float(rng.choice([0, 0.5, 1])), 0.125)


KINDS = (
    *((mixed, i) for i in range(180)),
    *((separated, i) for i in range(36)),
    *((domain, i) for i in range(60)),
    *((tangent, i) for i in range(16)),
    *((vanishing, i) for i in range(24)),
    *((half_ties, i) for i in range(16)),
)


def shown(value: arb | None) -> str | None:
    if value is None:
        return None
    if value == arb("inf"):
        return "inf"
    if value.contains(0):
        assert value.rad() < arb(10) ** -50
        return "0"
    assert value.rad() <= abs(value.mid()) * arb(10) ** -DIGITS or value.rad() < arb(10) ** -60
    return value.mid().str(DIGITS, radius=False)


def row(number: int) -> dict[str, object]:
    """One problem and its reference values; gains are against alpha = 0."""
    kind, index = KINDS[number]
    problem, (alpha, beta, eps) = kind(np.random.default_rng(number), index)
    noisy, plain = answer(problem, alpha, beta, eps), answer(problem, 0.0, beta, eps)
    held = noisy.certified is not None and noisy.certified != arb("inf")
    return {
        "row": number,
        "kind": kind.__name__,
        "problem": dumps_problem(problem),
        "alpha": alpha,
        "beta": beta,
        "eps": eps,
        "clean": shown(noisy.clean),
        "certified": shown(noisy.certified),
        "adversarial": shown(noisy.adversarial),
        "gain": shown(plain.clean - noisy.clean),
        "certified_gain": shown(plain.certified - noisy.certified) if held else None,
        "margin": float(f"{noisy.margin:.3g}"),
        "base_margin": float(f"{plain.margin:.3g}"),
        "boundaries": noisy.counts,
    }


def main() -> None:
    first, last = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (0, len(KINDS))
    with ProcessPoolExecutor(2) as pool:
        rows = []
        for held in pool.map(row, range(first, last)):
            rows.append(held)
            if held["row"] % 20 == 0:
                print(held["row"], held["kind"], file=sys.stderr, flush=True)
    TARGET.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
