"""Regions less other regions: gains without the cancellation of two nearly equal risks, and erosion by a radius."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.base import Geometry
from theory.geometry.piece import Piece
from theory.geometry.region import Region, from_boundaries


def minus(first: Region, second: Region) -> Region:
    """Row by row the points of `first` that are not in `second`."""
    return exchanged(first, second).take(np.arange(len(first.first)))


def exchanged(first: Region, second: Region) -> Region:
    """Row by row the points of `first` that are not in `second`; then in as many rows those of `second` that are not in
    `first`. At every boundary of either one of them changes, so that both together are every other interval."""
    ends = np.concatenate([first.ends, second.ends], axis=1)
    rows, n = ends.shape
    order = np.argsort(ends, axis=1, kind="stable")
    ends = ends.ravel().take(order + n * np.arange(rows)[:, None])
    own = np.concatenate([first.first[:, None], order < first.ends.shape[1]], axis=1)
    in_first = np.logical_xor.accumulate(own, axis=1)
    differ = (first.first ^ second.first)[:, None] ^ (np.arange(n + 1) % 2 == 1)
    inside = np.concatenate([differ & in_first, differ & ~in_first])
    row, column = np.nonzero((inside[:, 1:] != inside[:, :-1]) & np.tile(np.isfinite(ends), (2, 1)))
    part = from_boundaries(2 * rows, row, ends[row % rows, column], inside[:, 0])
    doubt = np.maximum(first.error.max(axis=1, initial=0.0), second.error.max(axis=1, initial=0.0))
    error = np.tile(doubt, 2)[:, None] * np.isfinite(part.ends)
    reference = None if first.reference is None else np.tile(first.reference, 2)
    return replace(part, error=error, reference=reference)


def mass_difference(geometry: Geometry, pieces: tuple[Piece, ...], both: Region, label: int) -> tuple[Array, Array]:
    """Mass of the class-`label` components in the first half of the rows of `both` less that in the second.

    Returns the differences (R,) and their rounding errors, which are relative to the parts and not to the risks.
    """
    twice = np.tile(np.arange(len(both.first) // 2), 2)
    found = geometry.mass(tuple(p.at(twice) for p in pieces), both.complement() if label else both, label)
    (value, less), (error, more) = (np.split(part, 2) for part in found)
    return value - less, error + more


def erode(region: Region, eps: Array) -> Region:
    """Points of the region farther than eps (R,) from its complement: every interval loses eps at each end.

    A point mass of the other class inside an interval belongs to the complement, and keeps its neighbourhood away too.
    """
    low, high = region.pieces(True)
    floor = region.floor[:, None]
    start, stop = low + eps[:, None], high - eps[:, None]
    real = (low < high) & (stop >= np.maximum(start, floor))
    row, column = np.nonzero(real)
    first = np.asarray((real & (low <= floor)).any(axis=1))
    ends = np.concatenate([start[row, column], stop[row, column]])
    rows = np.concatenate([row, row])
    inner = np.isfinite(ends) & (ends > region.floor[rows])
    # An interval of width 2 eps leaves its middle, where there may be a point mass.
    result = from_boundaries(len(region.first), rows[inner], ends[inner], first, points=True)
    # Each end is one rounded sum: at most half a spacing of what it came to.
    finite = np.isfinite(result.ends)
    rounding = np.spacing(np.abs(np.where(finite, result.ends, 0.0)))
    error = np.where(finite, region.error.max(axis=1, initial=0.0)[:, None] + rounding, 0.0)
    result = Region(result.ends, result.first, error, None, region.reference)
    for position, label in _columns(region):
        result = minus(result, _around(position, eps, ~label, region.reference))
    return result


def _around(position: float, eps: Array, where: Flags, reference: Array | None) -> Region:
    """[position - eps, position + eps] in the rows `where`, nothing in the others."""
    ends = np.where(where[:, None], np.stack([position - eps, position + eps], axis=1), np.inf)
    return Region(ends, np.zeros(len(eps), bool), np.zeros_like(ends), None, reference)


def _columns(region: Region) -> list[tuple[float, Flags]]:
    """Point masses and the class of each in every row."""
    if region.atoms is None:
        return []
    return [(float(p), labels) for p, labels in zip(region.atoms[0], region.atoms[1].T, strict=True)]
