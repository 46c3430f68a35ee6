"""A region of the plane by its rows: strips of heights in which every row is a union of intervals with smooth ends.

    y = middle + half sin(pi s/2),  s in [low, high] within [-1, 1]

in a strip between two heights at which the rows change their number or their formula: the highest and lowest places of
curves, and corners. Ends of intervals that are square roots at such a height are smooth in s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.product.parts import bridged, columns_of, pieces_of

# Nodes of the polynomials that stand for ends of rows.
NODES = 16
# A strip is halved at most so often; what its polynomials leave out is a share of the size of the whole.
HALVINGS = 24
# Ends need not be known where all that they bound is this share of the area, for a share 1 that they may be off.
LEAST_AREA = 1e-4
# More pieces of strips than this are not halved.
MOST = 4000


@dataclass(frozen=True, eq=False)
class Rows:
    """P pieces of strips, from the lowest to the highest.

    middle, half, low, high (P,): of the strips, and which part of s. ends (P, m, n): Chebyshev coefficients of the ends
    of intervals, from left to right; NaN beyond their number. count (P,): that number. outside: whether the region
    holds beyond. unsure (P,): by how much ends may be off. columns: abscissae at which columns change.
    loose: area that is not resolved.
    """

    middle: Array
    half: Array
    low: Array
    high: Array
    ends: Array
    count: Index
    outside: bool
    unsure: Array
    columns: Array
    loose: float

    def height(self, piece: Index, place: Array) -> Array:
        """y (N, ...) at places (N, ...) of [-1, 1] in pieces (N,)."""
        shape = (-1, *[1] * (place.ndim - 1))
        low, high, middle, half = (v[piece].reshape(shape) for v in (self.low, self.high, self.middle, self.half))
        return middle + half * np.sin(0.5 * np.pi * (0.5 * (low + high) + 0.5 * (high - low) * place))

    def rise(self, piece: Index, place: Array) -> Array:
        """dy (N, m) for a step of the place."""
        low, high, half = (v[piece, None] for v in (self.low, self.high, self.half))
        s = 0.5 * (low + high) + 0.5 * (high - low) * place
        return np.asarray(half * 0.25 * np.pi * (high - low) * np.cos(0.5 * np.pi * s))

    def place(self, piece: Index, y: Array) -> Array:
        """The inverse of `height`, for y (N, m)."""
        low, high, middle, half = (v[piece, None] for v in (self.low, self.high, self.middle, self.half))
        s = 2 / np.pi * np.arcsin(np.clip((y - middle) / half, -1, 1))
        return np.clip((2 * s - low - high) / (high - low), -1.0, 1.0)

    @property
    def edges(self) -> tuple[Array, Array]:
        """(P,) lowest and highest heights of the pieces."""
        every = np.arange(len(self.low))
        one = np.ones((len(every), 1))
        return self.height(every, -one)[:, 0], self.height(every, one)[:, 0]


def rows_of(outline: Outline, size: float, accuracy: float) -> Rows:
    """The rows of a region; ends are good to a share `accuracy` of the size of the whole."""
    if len(outline.points) == 0:
        none = np.empty(0)
        return Rows(none, none, none, none, np.empty((0, 0, NODES)), none.astype(int), outline.outside, none, none, 0.0)
    outline = bridged(outline, size)
    pieces, heights = pieces_of(outline, size)
    columns = columns_of(outline, size)
    strips = np.stack([heights[:-1], heights[1:]], axis=1)
    number, low, high = np.arange(len(strips)), np.full(len(strips), -1.0), np.ones(len(strips))
    at, turn = chebyshev.nodes(NODES), chebyshev.to_coefficients(NODES)
    done: list[tuple[Any, ...]] = []
    for halving in range(HALVINGS + 1):
        middle, half = strips[number].mean(axis=1), 0.5 * (strips[number, 1] - strips[number, 0])
        s = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
        counts, places = pieces.meet(middle[:, None] + half[:, None] * np.sin(0.5 * np.pi * s))
        same = (counts == counts[:, :1]).all(axis=1) & (counts[:, 0] % 2 == 0)
        held = np.einsum("kn,pnm->pmk", turn, places)
        with np.errstate(invalid="ignore"):
            tail = np.nan_to_num(np.abs(held[:, :, -2:]).sum(axis=2)).max(axis=1, initial=0.0)
        height = half * (np.sin(0.5 * np.pi * high) - np.sin(0.5 * np.pi * low))
        good = same & ((tail <= accuracy * size) | (tail * height <= LEAST_AREA * accuracy * size**2))
        if halving == HALVINGS or len(good) > MOST:
            good[:] = True
        lost = np.where(same, 0.0, height)
        done.append((middle, half, low, high, counts[:, 0], tail, lost, np.flatnonzero(good), held))
        number, low, high = number[~good], low[~good], high[~good]
        if len(number) == 0:
            break
        cut = 0.5 * (low + high)
        number, low, high = np.tile(number, 2), np.concatenate([low, cut]), np.concatenate([cut, high])
    return _joined(done, outline, columns, size)


def _joined(done: list[tuple[Any, ...]], outline: Outline, columns: Array, size: float) -> Rows:
    widest = max(part[-1].shape[1] for part in done)
    held = [
        np.pad(part[-1], ((0, 0), (0, widest - part[-1].shape[1]), (0, 0)), constant_values=np.nan)[part[-2]]
        for part in done
    ]
    ends = np.concatenate(held)
    middle, half, low, high, count, tail, lost = (
        np.concatenate([part[k][part[-2]] for part in done]) for k in range(7)
    )
    order = np.lexsort((low, middle))
    count = np.where(lost > 0, 0, count).astype(np.intp)
    ends = np.where(np.arange(widest)[:, None] < count[:, None, None], ends, np.nan)
    loose = outline.loose + float(2 * size * lost.sum())
    middle, half, low, high = (v[order] for v in (middle, half, low, high))
    return Rows(middle, half, low, high, ends[order], count[order], outline.outside, tail[order], columns, loose)
