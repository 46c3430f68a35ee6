"""Shapes that are conics, weighed by Gaussian components."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from theory.arrays import Array
from theory.geometry.plane.conic_votes import chances
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.shapes import Still, Voted
from theory.geometry.plane.weighing import shares

# Errors are below this at no cost. Share of the tolerance that finite votes aim at.
FREE, VOTES = 1e-10, 0.1


def weigh(
    shapes: Sequence[Still | Voted], pieces: tuple[PlanePiece, ...], tolerance: float
) -> Iterator[tuple[Array, Array, Array]]:
    """For every shape the shares of all components (K,), their errors, and that no boundary is unresolved."""
    moments = [p.moments for p in pieces if p.moments is not None]
    conics = [s.base.conic for s in shapes if s.base.conic is not None]
    count, number = len(conics), len(moments)
    noises = [(s.beta, s.level) if isinstance(s, Voted) else (0.0, 0.0) for s in shapes]
    beta, level = (np.repeat(column, number) for column in np.array(noises).T)
    held = Quadratic.joined(conics).take(np.repeat(np.arange(count), number))
    means, covariances = (np.stack(column * count) for column in zip(*moments, strict=True))
    found = shares(held, beta, level, means, covariances, np.full(len(beta), min(FREE, tolerance)))
    value, error = (part.reshape(count, number) for part in found)
    return zip(value, error, np.zeros((count, number)), strict=True)


def fail(
    conic: Quadratic, pieces: tuple[PlanePiece, ...], beta: float, label: int, votes: int, need: int, tolerance: float
) -> tuple[float, float]:
    """The chance that a class gets fewer than `need` of the votes, and its error."""
    own = [(p.weight, *p.moments) for p in pieces if p.label == label and p.moments is not None]
    weights, means, covariances = (np.stack(column) for column in zip(*own, strict=True))
    value, error = chances(conic, beta, votes, need, label, means, covariances, VOTES * tolerance)
    return float(weights @ value), float(weights @ error)
