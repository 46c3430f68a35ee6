"""Level sets under uniform smoothing noise: the vote probability is piecewise linear between its knots."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.region import Region

# Rounding of a sum of clipped differences, relative to the lengths in it; a mass this close to its level is a tie.
TIE = 16 * np.finfo(float).eps


def uniform_level_set(region: Region, beta: Array, eps: Array) -> Region:
    """{x : |[x - beta, x + beta] outside the region| <= beta - eps}, beta and eps (R,): certified at radius eps.

    Between consecutive knots b_j +- beta that length is linear, so its crossings are exact; on a plateau at the level
    itself, and at a single point that just reaches it, the tie goes to the set: such a point is an interval of width 0.
    """
    rows = len(beta)
    scale = beta[:, None]
    knots = np.sort(np.concatenate([region.ends - scale, region.ends + scale], axis=1), axis=1)
    real = np.isfinite(knots)
    at = np.where(real, knots, 0.0)
    excess = np.where(real, _outside(region, beta, at) - (beta - eps)[:, None], np.nan)
    tie = TIE * (1 + knots.shape[1]) * (scale + np.abs(at))
    excess = np.where(np.abs(excess) <= tie, 0.0, excess)
    inside = excess <= 0
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = excess[:, :-1] / (excess[:, :-1] - excess[:, 1:])
        cross = knots[:, :-1] + weight * np.diff(knots, axis=1)
        slope = np.abs(np.diff(excess, axis=1)) / np.diff(knots, axis=1)
    cross = np.where(excess[:, 1:] == 0, knots[:, 1:], cross)
    row, column = np.nonzero((inside[:, :-1] != inside[:, 1:]) & real[:, 1:])
    counts = np.bincount(row, minlength=rows)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    ends, error = np.full((rows, counts.max(initial=0)), np.inf), np.zeros((rows, counts.max(initial=0)))
    ends[row, rank] = cross[row, column]
    moved = region.error.sum(axis=1)[row] + tie[row, column]
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.nan_to_num(moved / slope[row, column], nan=0.0, posinf=0.0)
    error[row, rank] = shift + 4 * np.spacing(np.abs(cross[row, column]))
    return Region(ends, region.first.copy(), error)


def _outside(region: Region, beta: Array, x: Array) -> Array:
    """The length of [x - beta, x + beta] outside the region, at points x (R, m)."""
    low, high = region.pieces(False)
    at, scale = x[:, :, None], beta[:, None, None]
    with np.errstate(invalid="ignore"):
        lengths = np.minimum(high[:, None, :], at + scale) - np.maximum(low[:, None, :], at - scale)
    return np.asarray(np.where(lengths > 0, lengths, 0.0).sum(axis=2))
