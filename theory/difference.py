"""What one region has and another lacks: gains without the cancellation of two nearly equal risks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.geometry.base import Geometry
from theory.mixture import Piece
from theory.region import Region, from_boundaries
from theory.terms import Array


def minus(first: Region, second: Region) -> Region:
    """Row by row the points of `first` that are not in `second`."""
    ends = np.concatenate([first.ends, second.ends], axis=1)
    order = np.argsort(ends, axis=1, kind="stable")
    own = order < first.ends.shape[1]
    sorted_ends = np.take_along_axis(ends, order, axis=1)
    start = np.zeros((len(ends), 1), np.intp)
    in_first = first.first[:, None] ^ (np.concatenate([start, np.cumsum(own, axis=1)], axis=1) % 2 == 1)
    in_second = second.first[:, None] ^ (np.concatenate([start, np.cumsum(~own, axis=1)], axis=1) % 2 == 1)
    inside = in_first & ~in_second
    row, column = np.nonzero((inside[:, 1:] != inside[:, :-1]) & np.isfinite(sorted_ends))
    part = from_boundaries(len(ends), row, sorted_ends[row, column], inside[:, 0])
    return replace(part, reference=first.reference)


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
