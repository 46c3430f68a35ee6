"""How many of the problems that people write have an exact route, and why the others have none."""

from __future__ import annotations

import os
import re
from collections import Counter

import numpy as np

from theory import NoExactRoute, ProblemError
from theory.problems.normal import normal_form
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
)
from theory.reduction.reduce import reduce

COUNT = 100 if os.environ.get("BENCHMARKS") == "smoke" else 1000
NOISES, RULES = ("gaussian", "laplace", "uniform"), ("posterior", "regression")


def test_refusals() -> None:
    rng = np.random.default_rng(2026)
    found: Counter[str] = Counter()
    gaussian: Counter[str] = Counter()
    for _ in range(COUNT):
        problem = drawn(rng)
        try:
            answer = reduce(normal_form(problem)).route
        except NoExactRoute as error:
            answer = "refused: " + re.sub(r"\d+", "N", str(error).split(";")[0])
        found[answer] += 1
        if _usual(problem):
            gaussian[answer.split(":")[0]] += 1
    for title, counts in (("all", found), ("gaussian mixtures, gaussian noises, posterior", gaussian)):
        total = sum(counts.values())
        print(f"\n{title}: {total} problems")
        for answer, count in counts.most_common():
            print(f"{count / total:7.1%}  {answer}")


def _usual(problem: Problem) -> bool:
    if isinstance(problem, DomainProblem) or problem.training.rule != "posterior":
        return False
    laws = [part.law for part in problem.class0 + problem.class1]
    noises = {problem.training.noise, problem.smoothing.noise}
    return noises == {"gaussian"} and all(isinstance(law, Gaussian) for law in laws)


def drawn(rng: np.random.Generator) -> Problem:
    """Half of the noises are the usual ones, half of the rules too; a fifth are labelled sets."""
    dim = int(rng.integers(1, 11))
    training = Training(rule=_mostly(rng, RULES), noise=_mostly(rng, NOISES))
    smoothing = Smoothing(noise=training.noise if rng.random() < 0.7 else _mostly(rng, NOISES))
    if rng.random() < 0.2:
        return _domain(rng, dim, training, smoothing)
    counts = rng.integers(1, 5, 2)
    laws = _laws(rng, dim, int(counts.sum()))
    sides = laws[: counts[0]], laws[counts[0] :]
    try:
        parts = [tuple(Component(law, float(rng.integers(1, 4))) for law in side) for side in sides]
        return MixtureProblem(float(rng.choice([0.3, 0.5])), dim, *parts, training=training, smoothing=smoothing)
    except ProblemError:
        return drawn(rng)


def _mostly(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[0] if rng.random() < 0.6 else str(rng.choice(words))


def _vector(values: np.ndarray) -> tuple[float, ...]:
    return tuple(np.round(values, 1).tolist())


def _laws(rng: np.random.Generator, dim: int, count: int) -> list:
    kind = rng.choice(["gaussian", "laplace", "uniform", "point", "ball"], p=[0.68, 0.1, 0.1, 0.06, 0.06])
    means = _places(rng, dim, count)
    if kind == "gaussian":
        return _gaussians(rng, dim, means)
    scale = round(float(rng.uniform(0.3, 2)), 1)
    if kind == "laplace":
        return [Laplace(m, scale) for m in means]
    if kind == "uniform":
        return [Uniform(m, _vector(np.array(m) + scale)) for m in means]
    return [Point(m) if kind == "point" else Ball(m, scale) for m in means]


def _places(rng: np.random.Generator, dim: int, count: int) -> list[tuple[float, ...]]:
    """On one axis, along one direction, in a plane, at one place, or anywhere."""
    way = rng.choice(["axis", "line", "plane", "same", "any"], p=[0.25, 0.2, 0.15, 0.15, 0.25])
    rank = {"axis": 1, "line": 1, "plane": 2, "same": 0}.get(str(way), dim)
    ways = np.eye(1, dim) if way == "axis" else np.round(rng.normal(size=(rank, dim)), 1)
    return [_vector(rng.integers(-3, 4, rank) @ ways if rank else np.zeros(dim)) for _ in range(count)]


def _gaussians(rng: np.random.Generator, dim: int, means: list[tuple[float, ...]]) -> list:
    """One scale, a scale each, one diagonal, one diagonal but for an axis or two, one matrix, a matrix each."""
    kind = rng.choice(["one", "each", "diagonal", "axes", "shared", "full"], p=[0.25, 0.2, 0.15, 0.1, 0.2, 0.1])
    scales = np.round(rng.uniform(0.3, 2, (len(means), dim)), 1)
    if kind == "one":
        return [Gaussian(m, float(scales[0, 0])) for m in means]
    if kind == "each":
        return [Gaussian(m, float(rng.choice(scales[:2, 0]))) for m in means]
    if kind in ("diagonal", "axes"):
        same = np.tile(scales[0], (len(means), 1))
        if kind == "axes":
            some = rng.integers(0, dim, 2)
            same[:, some] = scales[:, some]
        return [Gaussian(m, _vector(s)) for m, s in zip(means, same, strict=True)]
    roots = np.round(rng.normal(size=(len(means), dim, dim)), 1)
    covs = roots @ roots.transpose(0, 2, 1) + 0.5 * np.eye(dim)
    if kind == "shared":
        covs = np.broadcast_to(covs[0], covs.shape)
    return [Gaussian(m, cov=tuple(map(tuple, c.tolist()))) for m, c in zip(means, covs, strict=True)]


def _domain(rng: np.random.Generator, dim: int, training: Training, smoothing: Smoothing) -> Problem:
    dim = int(rng.choice([1, 1, 2, 2, 2, dim]))
    count = int(rng.integers(1, 5))
    places = np.round(rng.uniform(0, 9, (count, dim)), 1)
    sizes = np.round(rng.uniform(0.3, 1, count), 1)
    ball = rng.random() < 0.5
    inside = tuple(
        Ball(tuple(p), float(s)) if ball else Box(tuple(p), tuple(np.round(p + s, 1)))
        for p, s in zip(places.tolist(), sizes, strict=True)
    )
    bounds = {} if rng.random() < 0.5 else {"low": (-1.0,) * dim, "high": (11.0,) * dim}
    return DomainProblem(dim, inside, **bounds, training=training, smoothing=smoothing)
