"""Arranging requests: broadcast noises become rows (one per distinct training noise) of smoothing noises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import Array, Flags, Index
from theory.problems.noises import NOISES, together
from theory.problems.normal import Normal


@dataclass(frozen=True)
class Layout:
    """Distinct requests as a matrix, and the way back to the shape that was asked for.

    alpha: (A,) distinct training noises, or with `ratio` (A,), samples per dimension, distinct pairs of both.
    own: (A,) to which of several problems each belongs; None where there is one problem.
    trained: (R,) which of them a row belongs to; one with many more requests than the others has several rows.
    beta, eps: (R, M), NaN where a row has fewer requests.
    where: for each element of the request its place in the flattened matrix. shape: of the request.
    """

    alpha: Array
    trained: Index
    beta: Array
    eps: Array
    where: Index
    shape: tuple[int, ...]
    ratio: Array | None = None
    own: Index | None = None

    @property
    def flat(self) -> Index:
        """(R * M,) the training noise of each place in the flattened matrix."""
        return np.repeat(self.trained, self.beta.shape[1])

    def within(self, *normals: Normal) -> Layout:
        """The same requests in units of the normal form of a problem, or of the problem that each belongs to."""
        noises = {key: getattr(self, key).copy() for key in NOISES}
        for k, normal in enumerate(normals):
            for key, rows in zip(NOISES, (slice(None),) * 3 if self.own is None else self._rows(k), strict=True):
                noises[key][rows] = normal.lengths(noises[key][rows], key)
        return replace(self, **noises)

    def _rows(self, k: int) -> tuple[Flags, Flags, Flags]:
        """The training noises of problem k, and the rows of smoothing noises and radii."""
        trained = np.asarray(self.own) == k
        return trained, trained[self.trained], trained[self.trained]

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Results of the flattened matrix in the shape of the request."""
        return np.asarray(values)[self.where].reshape(self.shape)


def lay_out(
    alpha: ArrayLike,
    beta: ArrayLike,
    eps: ArrayLike = 0.0,
    ratio: ArrayLike | None = None,
    own: Index | None = None,
) -> Layout:
    """Group a request by training; equal requests are answered once. own: of which problem each noise is asked, if of
    several; then data are infinite."""
    noisy, beta, eps, *ratios = together(alpha, beta, eps, ratio)
    shape = noisy.shape
    owned = [] if own is None else [np.broadcast_to(own, shape).astype(float)]
    trainings, training = _distinct(noisy, *ratios, *owned)
    values, codes = [], training
    for array in (beta, eps):
        (distinct,), code = _distinct(array)
        values.append(distinct)
        codes = codes * max(len(distinct), 1) + code
    used, inverse = np.unique(codes, return_inverse=True)
    beta_eps, eps_index = np.divmod(used, max(len(values[1]), 1))
    row, beta_index = np.divmod(beta_eps, max(len(values[0]), 1))
    counts = np.bincount(row, minlength=len(trainings[0]))
    rank = np.arange(len(used)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = max(-(-len(used) // max(len(counts), 1)), 1)
    pieces = -(-counts // width)
    line = (np.cumsum(pieces) - pieces)[row] + rank // width
    matrix = np.full((2, pieces.sum(), width), np.nan)
    matrix[:, line, rank % width] = values[0][beta_index], values[1][eps_index]
    trained = np.repeat(np.arange(len(counts)), pieces)
    where = (line * width + rank % width)[inverse.ravel()]
    more = trainings[1] if len(trainings) > 1 else None
    ratio, own = (more, None) if own is None else (None, np.asarray(more, np.intp))
    return Layout(trainings[0], trained, matrix[0], matrix[1], where, shape, ratio, own)


def stacked(layouts: list[Layout]) -> Layout:
    """Layouts of one request at other noises as one, row after row; each training noise is there once."""
    noises, which = np.unique(np.concatenate([part.alpha for part in layouts]), return_inverse=True)
    starts = np.cumsum([0, *(len(part.alpha) for part in layouts[:-1])])
    trained = np.concatenate([which[start + part.trained] for start, part in zip(starts, layouts, strict=True)])
    beta, eps = (np.concatenate([getattr(part, key) for part in layouts]) for key in ("beta", "eps"))
    return replace(layouts[0], alpha=noises, trained=trained, beta=beta, eps=eps)


def _distinct(*arrays: Array) -> tuple[list[Array], NDArray[np.int64]]:
    """The distinct tuples of numbers of some arrays, as columns, and which of them each place has (n,)."""
    codes, tables = np.zeros(arrays[0].size, np.int64), []
    for array in arrays:
        # What was broadcast along an axis is looked at once.
        few = array[tuple(slice(1 if step == 0 else None) for step in array.strides)] + 0.0
        table, code = np.unique(few, return_inverse=True)
        tables.append(table)
        codes = codes * max(len(table), 1) + np.broadcast_to(code.reshape(few.shape), array.shape).ravel()
    if len(arrays) == 1:
        return tables, codes
    used, which = np.unique(codes, return_inverse=True)
    first, second = np.divmod(used, max(len(tables[1]), 1))
    return [tables[0][first], tables[1][second]], which.ravel()
