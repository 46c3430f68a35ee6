"""Scattered cells of a map in pieces of work; those of whole blocks are in cells.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import PIECE_BATCHES, Batch, CellBatch, most_cells

Index = NDArray[np.intp]


def ordered(family: Family, axes: tuple[Axis, ...], points: Index) -> Index:
    """Points (n, axes) so that those that share a problem are side by side, those of one training noise next to each
    other in them."""
    own = [points[:, k] for k, axis in enumerate(axes) if not family.asks(axis.key)]
    alpha = [points[:, k] for k, axis in enumerate(axes) if axis.key == "alpha"]
    return points[np.lexsort([*alpha, *own])] if own or alpha else points


def scattered(family: Family, axes: tuple[Axis, ...], fixed: Mapping[str, float], points: Index) -> Iterator[CellBatch]:
    """`ordered` points in pieces: batches of one problem each, no more of them than one call answers. The block of a
    batch says which points it has."""
    most = most_cells(family, axes)
    held: list[Batch] = []
    for batch in _batches(family, axes, fixed, points, most):
        if held and (len(held) == PIECE_BATCHES or sum(part.shape[0] for part in held) + batch.shape[0] > most):
            yield CellBatch(family, tuple(held))
            held = []
        held.append(batch)
    if held:
        yield CellBatch(family, tuple(held))


def _batches(
    family: Family, axes: tuple[Axis, ...], fixed: Mapping[str, float], points: Index, most: int
) -> Iterator[Batch]:
    own = [k for k, axis in enumerate(axes) if not family.asks(axis.key)]
    ends = np.flatnonzero(np.diff(points[:, own], axis=0).any(axis=1)) + 1 if own else np.empty(0, int)
    values = [axis.values for axis in axes]
    for start, stop in zip([0, *ends], [*ends, len(points)], strict=True):
        for first in range(start, stop, most):
            block = slice(int(first), int(min(first + most, stop)))
            at = {axis.key: held[points[block, k]] for k, (axis, held) in enumerate(zip(axes, values, strict=True))}
            noises = {key: np.full(block.stop - block.start, value) for key, value in fixed.items()}
            noises |= {key: held for key, held in at.items() if family.asks(key)}
            yield Batch({key: float(held[0]) for key, held in at.items() if not family.asks(key)}, noises, (block,))
