"""The best training noise against a dense scan: `python -m tests.oracle.dense_optimum [problems] [seed]`.

The reference is deliberately dumb: thousands of training noises, the least risk among them. Problems are random
mixtures whose scales differ by up to four decades, with Gaussian, Laplace and uniform laws and noises, shells and
half-spaces in up to ten thousand dimensions, some with a radius.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from theory import Component, Gaussian, Laplace, MixtureProblem, NoExactRoute, Smoothing, Training, Uniform, regimes
from theory.arrays import Array
from theory.problems.extent import extent
from theory.risks.objective import Scan, scanned
from theory.risks.optimum import best_alpha
from theory.risks.panel import Noises, Panel

# Training noises looked at, and the range of them beyond the smallest and the largest length of the problem.
POINTS, LEAST, MOST = 2400, 1e-4, 300.0
# A shortfall of less than this part of the best gain, or of less than this in log R, is none.
SLACK = 1e-9


@dataclass(frozen=True)
class Miss:
    """A place that is better than the one found: by how much of the best gain, or in log R where that is compared."""

    beta: float
    eps: float
    found: float
    better: float
    shortfall: float


def dense(problem: MixtureProblem, beta: float, eps: float) -> float:
    """The best of thousands of training noises."""
    small, large = extent(problem)
    low = LEAST * min(small, beta)
    grid = np.concatenate([[0.0], np.geomspace(low, MOST * max(large, beta), POINTS), np.linspace(0, large, 400)[1:]])
    alphas = np.unique(grid)
    scan = _scanned(problem, beta, eps, alphas)
    return float(scan.alphas[0, np.nanargmax(scan.values[0])])


def _scanned(problem: MixtureProblem, beta: float, eps: float, alphas: Array) -> Scan:
    return scanned(Panel([problem]), Noises(np.zeros(1, np.intp), np.array([beta]), np.array([eps])), alphas[None, :])


def missed(problem: MixtureProblem, beta: float, eps: float) -> Miss | None:
    """What a dense scan finds that `best_alpha` does not."""
    found = best_alpha(problem, beta, eps)
    at = min(found.alpha, MOST * max(*extent(problem), beta))
    best = dense(problem, beta, eps)
    objective = _scanned(problem, beta, eps, np.unique([0.0, at, best])).objective
    (mine, theirs), errors = objective.values(np.zeros(2, np.intp), np.array([at, best]))
    scale = 1.0 if objective.deep[0] else abs(theirs)
    if theirs - mine <= errors.sum() + SLACK * scale:
        return None
    return Miss(beta, eps, found.alpha, best, float((theirs - mine) / scale))


def problems(rng: np.random.Generator) -> Iterator[MixtureProblem]:
    """Random problems without end."""
    while True:
        kind = rng.integers(5)
        if kind < 3:
            yield _on_line(rng)
        elif kind == 3:
            dim, outer = int(10 ** rng.uniform(0, 4)), 1 + float(10 ** rng.uniform(-2, 0.3))
            yield regimes.concentric(dim=dim, outer=outer, prior=float(rng.choice([0.5, 0.1, 0.01, 0.9])))
        else:
            yield _two_centres(rng)


def _on_line(rng: np.random.Generator) -> MixtureProblem:
    noise = str(rng.choice(["gaussian", "laplace", "uniform"]))
    sides = [[_component(rng) for _ in range(rng.integers(1, 4))] for _ in range(2)]
    prior = float(rng.choice([0.5, 0.3, 0.01]))
    training, smoothing = Training(noise=noise), Smoothing(noise=noise)
    return MixtureProblem(prior, 1, tuple(sides[0]), tuple(sides[1]), training=training, smoothing=smoothing)


def _component(rng: np.random.Generator) -> Component:
    center, scale = round(float(2 * rng.normal()), 2), round(float(10 ** rng.uniform(-3, 1)), 4)
    law = (Gaussian(center, scale), Laplace(center, scale), Uniform(center - scale, center + scale))
    return Component(law[rng.integers(3)], round(float(rng.uniform(0.05, 1)), 2))


def _two_centres(rng: np.random.Generator) -> MixtureProblem:
    dim = int(10 ** rng.uniform(0.5, 4))
    mean = (float(10 ** rng.uniform(-1, 1.5)),) + (0.0,) * (dim - 1)
    one, zero = Component(Gaussian(mean, float(10 ** rng.uniform(-1, 1)))), Component(Gaussian(0.0, 1.0))
    return MixtureProblem(float(rng.choice([0.5, 0.2, 0.01])), dim, (zero,), (one,))


def main(count: int = 300, seed: int = 0) -> None:
    """Print every problem on which the dense scan is better."""
    rng = np.random.default_rng(seed)
    source, misses, refused = problems(rng), 0, 0
    for k in range(count):
        problem = next(source)
        beta = float(extent(problem)[rng.integers(2)] * 10 ** rng.uniform(-2, 0.5))
        eps = float(rng.choice([0.0, 0.0, 0.3])) * beta
        try:
            miss = missed(problem, beta, eps)
        except NoExactRoute:
            refused += 1
            continue
        if miss is not None:
            misses += 1
            print(k, miss, problem if problem.dim < 10 else f"dim {problem.dim}", flush=True)
    print(f"{count} problems, {refused} without an exact route, {misses} where a dense scan finds less risk")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
