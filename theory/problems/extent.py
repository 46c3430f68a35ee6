"""The lengths in a problem: the smallest and the largest that its risks can depend on. For choosing ranges of noise."""

from __future__ import annotations

import math

import numpy as np

from theory.problems.components import laws
from theory.problems.low_rank import LowRank
from theory.problems.problem import (
    Ball,
    Box,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    Point,
    Problem,
    Set,
    Uniform,
    Vector,
    as_vector,
)


def extent(problem: Problem) -> tuple[float, float]:
    """(smallest, largest) positive length: widths of laws or sets, and distances between neighbours along each axis."""
    parts: tuple[Law | Set, ...] = problem.inside if isinstance(problem, DomainProblem) else laws(problem)
    widths = [width for part in parts for width in _widths(part)]
    places = np.array([_middle(part, problem.dim) for part in parts])
    reach = float(np.linalg.norm(places.max(axis=0) - places.min(axis=0)))
    gaps = np.diff(np.sort(places, axis=0), axis=0)
    known = [v for v in (*widths, reach) if v > 0] or [1.0]
    near = [float(gaps[gaps > 0].min())] if (gaps > 0).any() else []
    return min(known + near), max(widths, default=0.0) + reach or max(known)


def _widths(part: Law | Set) -> list[float]:
    if isinstance(part, Ball):
        return [part.radius]
    if isinstance(part, Point):
        return []
    if isinstance(part, Gaussian) and isinstance(part.cov, LowRank):
        # The least is no less, the largest no more than this.
        most = np.max(part.cov.diagonal) + (np.array(part.cov.factor) ** 2).sum()
        return [math.sqrt(np.min(part.cov.diagonal)), math.sqrt(most)]
    if isinstance(part, Gaussian) and part.cov is not None:
        return [math.sqrt(v) for v in np.linalg.eigvalsh(np.array(part.cov))]
    if isinstance(part, Gaussian | Laplace):
        assert part.scale is not None
        return list(_numbers(part.scale))
    return [b - a for a in _numbers(part.low) for b in _numbers(part.high) if b > a]


def _middle(part: Law | Set, dim: int) -> np.ndarray:
    if isinstance(part, Uniform | Box):
        return 0.5 * (as_vector(part.low, dim) + as_vector(part.high, dim))
    return as_vector(part.center if isinstance(part, Ball) else part.mean, dim)


def _numbers(value: Vector) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
