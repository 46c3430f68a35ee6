"""Labelled intervals as a line problem: a uniform marginal on a domain, or Lebesgue measure on the whole line."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.arrays import Array
from theory.geometry.line.linear import Linear, LineTrainer
from theory.geometry.piece import Piece, piece
from theory.geometry.region import Region
from theory.problems.problem import Ball, DomainProblem, as_vector


def line_of_domain(problem: DomainProblem, window: float) -> Linear:
    """The line geometry of labelled intervals.

    A finite domain has components uniform on its labelled and unlabelled parts, weighted by their share of the domain.
    In an infinite background weights are lengths. Outside the hull of the labelled set a half-space argument shows
    u < 1/2 for every symmetric noise, and u <= 1 - tau(eps) beyond eps from it; so counting up to `window` = eps around
    the hull counts the whole disagreement.
    """
    low, high = _union(problem)
    ends = np.stack([low, high], axis=1).ravel()[None, :]
    region = Region(ends, np.zeros(1, bool), np.zeros_like(ends))
    if problem.infinite:
        start, stop, total = low[0] - window, high[-1] + window, 1.0
    else:
        start, stop = (float(as_vector(v, 1)[0]) for v in (problem.low, problem.high) if v is not None)
        total = stop - start
    pieces = [_interval(1, a, b, total) for a, b in zip(low, high, strict=True)]
    edges = np.concatenate([[start], ends[0], [stop]])
    pieces += [_interval(0, a, b, total) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
    training = problem.training
    if problem.infinite and training.rule == "posterior":
        indicator: Region | None = region
        training = type(training)(rule="regression", noise=training.noise, off_support=training.off_support)
    else:
        indicator = region
    return Linear(LineTrainer(tuple(pieces), training, indicator), problem.smoothing.noise)


def _interval(label: int, low: float, high: float, total: float) -> Piece:
    length = Fraction(float(high)) - Fraction(float(low))
    exact = (length / Fraction(float(total)), length / 2)
    return piece(label, "uniform", 0.5 * (low + high), 0.5 * (high - low), (high - low) / total, exact)


def _union(problem: DomainProblem) -> tuple[Array, Array]:
    """The labelled set as disjoint intervals, clipped to the domain."""
    pairs = []
    for part in problem.inside:
        if isinstance(part, Ball):
            center = float(as_vector(part.center, 1)[0])
            pairs.append((center - part.radius, center + part.radius))
        else:
            pairs.append((float(as_vector(part.low, 1)[0]), float(as_vector(part.high, 1)[0])))
    if not problem.infinite:
        bounds = [float(as_vector(v, 1)[0]) for v in (problem.low, problem.high) if v is not None]
        pairs = [(max(a, bounds[0]), min(b, bounds[1])) for a, b in pairs]
    merged: list[list[float]] = []
    for a, b in sorted(p for p in pairs if p[0] < p[1]):
        if merged and a <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], b)
        else:
            merged.append([a, b])
    table = np.array(merged)
    return table[:, 0], table[:, 1]
