"""Chances to fail with finitely many votes: a binomial tail of the votes, integrated over the half-plane."""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array
from theory.geometry.axial.weights import MISSING
from theory.geometry.halfplane.measures import Measures
from theory.geometry.halfplane.shapes import BETTER, OWN, Still, Voted
from theory.geometry.halfplane.votes import moved
from theory.geometry.halfplane.weights import Weights
from theory.geometry.plane.chances import mean_chance
from theory.laws.binomial import fewer, steepest

# Nodes of the better votes' polynomials. The votes are known to so much, and what is rarer does not count.
FINER, DOUBT, RARE = 20, 1e-12, 1e-15


def fail(
    shape: Still, weights: Weights | Measures, beta: float, label: int, votes: int, need: int, tolerance: float
) -> tuple[float, float]:
    """The chance, with the weights of the class, and its error."""
    whole = sum(s.weight for s in weights.pieces if s.label == label)
    if need < 1 or need > votes:
        return (whole if need > votes else 0.0), 0.0
    voted = Voted(shape.base, shape.extent, beta, 0.5)

    def base(points: Array) -> Array:
        return np.where(shape.contains(moved(points, shape.base.dim, beta)), 1.0, -1.0)

    def chance(share: Array) -> Array:
        own, other = (share, 1 - share) if label else (1 - share, share)
        return fewer(np.array(need), votes, own, other)

    cover = weights.cover(label, beta * math.sqrt(2 * math.log(votes / RARE)))
    levels = (voted.field(OWN), voted.field(BETTER, FINER))
    value, error = mean_chance(iter(levels), base, cover, beta, chance, tolerance)
    slope = float(steepest(need, votes))
    return value, error + whole * (MISSING + min(slope * (DOUBT + voted.doubt()), 1.0))
