"""Reference risks with finitely many votes in the plane: the definition on a grid.

u comes from the rows of reference_plane_rows, and the integrand is smooth and vanishes far out, so that the trapezoid
rule converges faster than any power; the difference of two grids of which neither holds the other is its accuracy.

Run `python -m tests.oracle.reference_plane_votes [COUNT [SEED]]` to pit random mixtures against the program.
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np
from scipy.stats import binom

from tests.oracle.reference_plane import TOL, Mixture, Ratio, _scan, described
from tests.oracle.reference_plane_rows import FAR, Positive, Votes, rows
from theory import vote_risk
from theory.arrays import Array
from theory.problems.problem import Component, Gaussian, MixtureProblem


def vote_risks(m: Mixture, alpha: float, beta: float, votes: int, steps: tuple[float, float]) -> tuple[float, float]:
    """P(g_n(X) != Y) and the difference of two grids; steps in units of the smoothing noise."""
    low, high = m.box()
    ratio = Ratio(m, alpha)
    base = Positive(ratio, _scan(low[0] - FAR * beta, high[0] + FAR * beta, 0.2 * ratio.length))
    held = rows(base, np.array([low[1] - FAR * beta, high[1] + FAR * beta]), min(beta, ratio.length), TOL)
    found = []
    for step in steps:
        x, y = (np.arange(low[k], high[k] + beta, step * beta) for k in (0, 1))
        u = np.clip(Votes(held, beta, 0.0).scan(y, x)[0].T, 0.0, 1.0)
        wins = binom.sf(np.ceil(votes / 2) - 1, votes, u)
        one, zero = (_density(m, x, y, label) for label in (1, 0))
        found.append(float((one * (1 - wins) + zero * wins).sum()) * (step * beta) ** 2)
    return found[0], abs(found[1] - found[0])


def _density(m: Mixture, x: Array, y: Array, label: int) -> Array:
    at = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    total = np.zeros(at.shape[:-1])
    for own, weight, mean, cov in zip(m.labels, m.weights, m.means, m.covariances, strict=True):
        off = at - mean
        power = np.einsum("...i,ij,...j->...", off, np.linalg.inv(cov), off)
        if own == label:
            total += weight * np.exp(-0.5 * power) / (2 * np.pi * np.sqrt(np.linalg.det(cov)))
    return total


def drawn(rng: np.random.Generator, decimals: int = 4) -> MixtureProblem:
    """One to three Gaussians a class, of any covariance, typed with few decimals."""

    def side() -> tuple[Component, ...]:
        parts = []
        for _ in range(rng.integers(1, 4)):
            turn = rng.normal(size=(2, 2))
            cov = np.round(turn @ turn.T * rng.uniform(0.2, 1.0) + 0.1 * np.eye(2), decimals)
            mean = tuple(np.round(rng.normal(size=2) * 1.3, decimals).tolist())
            parts.append(Component(Gaussian(mean, cov=tuple(map(tuple, cov.tolist()))), float(rng.integers(1, 4))))
        return tuple(parts)

    return MixtureProblem(round(float(rng.uniform(0.2, 0.8)), 2), 2, side(), side())


def study(count: int, seed: int) -> None:
    """Print what disagrees, the largest error, and the slowest."""
    worst, slowest, wrong = 0.0, 0.0, 0
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        problem = drawn(rng, int(rng.integers(1, 5)))
        alpha, beta = round(float(rng.uniform(0, 1)), 2), round(float(rng.uniform(0.2, 1.2)), 2)
        votes = int(rng.choice([1, 2, 5, 11, 25, 101]))
        start = perf_counter()
        found = vote_risk(problem, alpha, beta, votes, route="plane")
        spent = perf_counter() - start
        want, accuracy = vote_risks(described(problem), alpha, beta, votes, (0.11, 0.13))
        apart = abs(found.value - want)
        worst, slowest = max(worst, apart - accuracy), max(slowest, spent)
        if apart > found.error + 2 * accuracy + 1e-11:
            wrong += 1
            print(k, alpha, beta, votes, found, want, accuracy, f"{spent:.1f} s", flush=True)
    print(f"{count} problems, {wrong} beyond their errors; farthest {worst:.1e}, slowest {slowest:.1f} s")


if __name__ == "__main__":
    study(int(sys.argv[1]) if len(sys.argv) > 1 else 30, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
