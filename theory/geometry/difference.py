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
    return exchanged(first, second)[0]


def exchanged(first: Region, second: Region) -> tuple[Region, Region]:
    """Row by row the points of `first` that are not in `second`, and those of `second` that are not in `first`."""
    ends = np.concatenate([first.ends, second.ends], axis=1)
    order = np.argsort(ends, axis=1, kind="stable")
    own = order < first.ends.shape[1]
    ends = np.take_along_axis(ends, order, axis=1)
    in_first = np.logical_xor.accumulate(np.concatenate([first.first[:, None], own], axis=1), axis=1)
    in_second = np.logical_xor.accumulate(np.concatenate([second.first[:, None], ~own], axis=1), axis=1)
    doubt = np.maximum(first.error.max(axis=1, initial=0.0), second.error.max(axis=1, initial=0.0))
    gained, lost = (
        _region(ends, inside, doubt, first.reference) for inside in (in_first & ~in_second, in_second & ~in_first)
    )
    return gained, lost


def _region(ends: Array, inside: Flags, doubt: Array, reference: Array | None) -> Region:
    """The region of these classes (R, n + 1) around sorted places (R, n)."""
    row, column = np.nonzero((inside[:, 1:] != inside[:, :-1]) & np.isfinite(ends))
    part = from_boundaries(len(inside), row, ends[row, column], inside[:, 0])
    error = np.broadcast_to(doubt[:, None], part.ends.shape) * np.isfinite(part.ends)
    return replace(part, error=error, reference=reference)


def mass_difference(
    geometry: Geometry, pieces: tuple[Piece, ...], gained: Region, lost: Region, label: int
) -> tuple[Array, Array]:
    """Mass of the class-`label` components in `gained` less that in `lost`.

    Returns the differences (R,) and their rounding errors, which are relative to the parts and not to the risks.
    """
    total, error = np.zeros(len(gained.first)), np.zeros(len(gained.first))
    for sign, part in ((1, gained), (-1, lost)):
        value, rounding = geometry.mass(pieces, part.complement() if label else part, label)
        total += sign * value
        error += rounding
    return total, error


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
