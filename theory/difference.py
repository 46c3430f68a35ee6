"""What one region has and another lacks: gains without the cancellation of two nearly equal risks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.geometry.base import Geometry
from theory.mixture import Piece
from theory.region import Region, from_boundaries
from theory.terms import Array, Flags, Index


def minus(first: Region, second: Region) -> Region:
    """Row by row the points of `first` that are not in `second`."""
    label = first.first & ~second.first
    some = np.flatnonzero(np.isfinite(first.ends[:, :1]).any(axis=1) | np.isfinite(second.ends[:, :1]).any(axis=1))
    row, at, label[some] = _parts(first.take(some), second.take(some))
    return replace(from_boundaries(len(label), some[row], at, label), reference=first.reference)


def _parts(first: Region, second: Region) -> tuple[Index, Array, Flags]:
    """Boundaries of the difference: their rows and places, and the class below the first one of each row."""
    ends = np.concatenate([first.ends, second.ends], axis=1)
    order = np.argsort(ends, axis=1, kind="stable")
    own = order < first.ends.shape[1]
    ends = np.take_along_axis(ends, order, axis=1)
    in_first = np.logical_xor.accumulate(np.concatenate([first.first[:, None], own], axis=1), axis=1)
    in_second = np.logical_xor.accumulate(np.concatenate([second.first[:, None], ~own], axis=1), axis=1)
    inside = in_first & ~in_second
    row, column = np.nonzero((inside[:, 1:] != inside[:, :-1]) & np.isfinite(ends))
    return row, ends[row, column], inside[:, 0]


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
