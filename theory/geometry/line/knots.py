"""Level sets under uniform smoothing noise: the vote probability is piecewise linear between its knots."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.region import Region, from_boundaries
from theory.laws import uniform

# Rounding of a sum of clipped differences; a vote probability this close to its level is a tie, and in the set.
TIE = 16 * np.finfo(float).eps


def uniform_level_set(region: Region, beta: Array, log_tail: Array | None) -> Region:
    """{x : P(x + beta V not in region) <= q} for V uniform on [-1, 1], q = exp(log_tail), or 1/2.

    beta and log_tail are (R,). Between consecutive knots b_j +- beta the vote mass is linear, so that its crossings
    of q are exact; on a plateau at q itself the tie goes to the set.
    """
    rows = len(beta)
    tail = np.full(rows, 0.5) if log_tail is None else np.exp(log_tail)
    scale = beta[:, None]
    knots = np.sort(np.concatenate([region.ends - scale, region.ends + scale], axis=1), axis=1)
    real = np.isfinite(knots)
    excess = np.where(real, _outside(region, beta, np.where(real, knots, 0.0)) - tail[:, None], np.nan)
    excess = np.where(np.abs(excess) <= TIE * (1 + knots.shape[1]), 0.0, excess)
    inside = excess <= 0
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = excess[:, :-1] / (excess[:, :-1] - excess[:, 1:])
        cross = knots[:, :-1] + weight * np.diff(knots, axis=1)
        slope = np.abs(np.diff(excess, axis=1)) / np.diff(knots, axis=1)
    change = (inside[:, :-1] != inside[:, 1:]) & real[:, 1:]
    row, column = np.nonzero(change)
    found = from_boundaries(rows, row, cross[row, column], region.first.copy())
    steepness = np.full_like(found.ends, np.inf)
    order = np.lexsort((cross[row, column], row))
    filled = np.isfinite(found.ends)
    if filled.sum() == len(row):
        steepness[filled] = slope[row, column][order]
    moved = region.error.sum(axis=1)[:, None] / scale + TIE
    error = np.where(filled, moved / steepness + 4 * np.spacing(np.where(filled, np.abs(found.ends), 0.0)), 0.0)
    return Region(found.ends, found.first, np.where(filled & (steepness == np.inf), moved * scale, error))


def _outside(region: Region, beta: Array, x: Array) -> Array:
    """P(x + beta V outside the region) at points x (R, m)."""
    low, high = region.pieces(False)
    scale = beta[:, None, None]
    below, above = (low[:, None, :] - x[:, :, None]) / scale, (high[:, None, :] - x[:, :, None]) / scale
    return uniform.interval(below, above).sum(axis=2)
