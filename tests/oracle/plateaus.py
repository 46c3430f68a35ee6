"""Problems whose plateaus cancel: components flat after uniform noise, or uniform ones of equal height, prior 1/2.

What `tests.oracle.enclosures` draws almost never has them. Run as `python -m tests.oracle.plateaus 1000`.
"""

from __future__ import annotations

import sys

import numpy as np

from tests.oracle.enclosures import FAMILIES, Draw, report
from theory.problems.problem import (
    Component,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Smoothing,
    Training,
    Uniform,
)

# On a grid of eighths, so that half-widths of uniform components are exact and often equal.
GRID = 8


def _law(rng: np.random.Generator, half: float) -> Law:
    center = float(rng.integers(-3 * GRID, 3 * GRID + 1)) / GRID
    scale = float(np.round(10 ** rng.uniform(-1.5, 0.5), 3))
    laws = (Gaussian(center, scale), Laplace(center, scale), Uniform(center - half, center + half), Point(center))
    return laws[rng.choice(4, p=[0.4, 0.25, 0.25, 0.1])]


def draw(rng: np.random.Generator) -> Draw:
    """Either uniform training noise and components of all kinds, or uniform components alone and any noise."""
    wide = rng.random() < 0.6
    half = float(rng.integers(1, 4 * GRID)) / GRID
    count, weights = int(rng.integers(1, 4)), rng.integers(1, 4, 3).astype(float)
    sides: list[tuple[Component, ...]] = []
    for _ in range(2):
        centers = rng.integers(-3 * GRID, 3 * GRID + 1, count) / GRID
        flat = [Uniform(float(c) - half, float(c) + half) for c in centers]
        laws = [_law(rng, half) for _ in range(count)] if wide else flat
        sides.append(
            tuple(Component(law, float(w)) for law, w in zip(laws, rng.permutation(weights[:count]), strict=True))
        )
    training = Training("posterior", "uniform" if wide else str(rng.choice(FAMILIES)), "nearest")
    smoothing = Smoothing(str(rng.choice(FAMILIES)))
    prior = 0.5 if rng.random() < 0.8 else float(np.nextafter(0.5, rng.choice([0.0, 1.0])))
    problem = MixtureProblem(prior, 1, sides[1], sides[0], training, smoothing)
    reach = float(rng.choice([2.0, 5.0, 10.0, 50.0])) if wide else float(np.round(10 ** rng.uniform(-3, 0.3), 4))
    beta = 0.0 if rng.random() < 0.3 else float(np.round(10 ** rng.uniform(-2, 1), 3))
    return Draw(problem, reach, beta, float(rng.uniform(0, 1)) if beta and rng.random() < 0.2 else 0.0)


if __name__ == "__main__":
    report(sys.argv[1:], draw)
