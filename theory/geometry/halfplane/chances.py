"""Chances to fail with finitely many votes: a binomial tail of the votes, integrated over the half-plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.axial.weights import MISSING, log_density
from theory.geometry.halfplane.shapes import BETTER, OWN, Still, Voted
from theory.geometry.halfplane.votes import moved
from theory.geometry.halfplane.weights import Weights
from theory.geometry.plane.chances import mean_chance
from theory.laws.binomial import fewer, steepest
from theory.numerics.cubature import Cells

# Rectangles are at first no longer than so many scales of a component; nodes of the better votes' polynomials.
SIZE, FINER = 2.0, 20
# The votes are known to so much.
DOUBT = 1e-12


@dataclass(frozen=True)
class Cover:
    """A class in the rectangle of the data."""

    weights: Weights
    label: int

    @property
    def cells(self) -> Cells:
        """The rectangle."""
        held = self.weights.extent
        low, high = np.array([[held.first, held.near]]), np.array([[held.last, held.far]])
        return Cells(np.zeros(1, np.intp), low, high)

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """The points themselves, and the density."""
        density = np.zeros(at.shape[:-1])
        for s in self.weights.spheroids:
            if s.label == self.label:
                log = (
                    log_density(self.weights.dim, at[..., 1] / s.across) - 0.5 * ((at[..., 0] - s.place) / s.along) ** 2
                )
                density += s.weight * np.exp(log) / (s.across * s.along * np.sqrt(2 * np.pi))
        return at, density

    def longest(self, points: Array) -> Array:
        """A few scales."""
        least = min(min(s.along, s.across) for s in self.weights.spheroids)
        return np.full(len(points), SIZE * least)


def fail(
    shape: Still, weights: Weights, beta: float, label: int, votes: int, need: int, tolerance: float
) -> tuple[float, float]:
    """The chance, with the weights of the class, and its error."""
    whole = sum(s.weight for s in weights.spheroids if s.label == label)
    if need < 1 or need > votes:
        return (whole if need > votes else 0.0), 0.0
    voted = Voted(shape.base, shape.extent, beta, 0.5)

    def base(points: Array) -> Array:
        return shape.base.rise(moved(points, shape.base.dim, beta))[0]

    def chance(share: Array) -> Array:
        own, other = (share, 1 - share) if label else (1 - share, share)
        return fewer(np.array(need), votes, own, other)

    levels = (voted.field(OWN), voted.field(BETTER, FINER))
    value, error = mean_chance(iter(levels), base, Cover(weights, label), beta, chance, tolerance)
    slope = float(steepest(need, votes))
    return value, error + whole * (MISSING + min(slope * (DOUBT + voted.doubt()), 1.0))
