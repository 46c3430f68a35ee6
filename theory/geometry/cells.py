"""Cutting the line into intervals free of jumps, and the class of what lies off every noised support."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.piece import Piece
from theory.numerics.isolate import Pieces

# Tails are covered by intervals growing by this factor, out to GROWTH^TAIL_CELLS scales; beyond, the last sign holds.
# Farther out the logarithms of two Gaussian tails are too large for their difference to mean anything; quadratics
# relative to the widest Gaussian have no such limit.
GROWTH = 4.0
TAIL_CELLS = 12
FAR_TAIL_CELLS = 20
TAIL_STEPS = np.concatenate([[0.25], GROWTH ** np.arange(TAIL_CELLS)])
FAR_TAIL_STEPS = np.concatenate([[0.25], GROWTH ** np.arange(FAR_TAIL_CELLS)])
# Beyond all boundaries of a region its vote probability is monotone under symmetric unimodal noise: few cells do.
VOTE_STEPS = GROWTH ** np.array([0.0, 2.0, TAIL_CELLS - 1])


@dataclass(frozen=True)
class Cells:
    """N intervals with the row each belongs to."""

    row: Index
    low: Array
    high: Array

    def take(self, chosen: Flags) -> Cells:
        """The chosen intervals."""
        return Cells(self.row[chosen], self.low[chosen], self.high[chosen])


def cut(points: Array, scale: Array, tails: Array = TAIL_STEPS) -> Cells:
    """Intervals between the given points (R, m; infinite ones are ignored) and out into both tails.

    tails, in units of scale (R,), are the distances from the outermost points at which the tails are cut.
    """
    finite = np.where(np.isfinite(points), points, np.nan)
    with np.errstate(all="ignore"):
        low, high = np.nanmin(finite, axis=1), np.nanmax(finite, axis=1)
    steps = tails * scale[:, None]
    grid = np.sort(np.concatenate([low[:, None] - steps, finite, high[:, None] + steps], axis=1), axis=1)
    start, stop = grid[:, :-1], grid[:, 1:]
    row = np.broadcast_to(np.arange(len(points))[:, None], start.shape)
    real = (start < stop) & np.isfinite(stop)
    return Cells(row[real], start[real], stop[real])


def supports(pieces: tuple[Piece, ...], noise: str, alpha: Array) -> tuple[Array, Array]:
    """Lower and upper ends (R, K) of the supports of the components after noise."""
    centers = np.array([float(p.center) for p in pieces])
    reaches = [
        np.where(alpha > 0, alpha if noise == "uniform" else np.inf, 0.0)
        + (np.inf if p.law in ("gaussian", "laplace") else float(p.scale))
        for p in pieces
    ]
    reach = np.stack(reaches, axis=1) if pieces else np.empty((len(alpha), 0))
    return centers - reach, centers + reach


def covered(cells: Cells, low: Array, high: Array) -> Flags:
    """Whether any of the supports (R, K) covers each interval."""
    if low.shape[1] == 0:
        return np.zeros(len(cells.row), bool)
    middle = (cells.low + 0.5 * (cells.high - cells.low))[:, None]
    return np.asarray(((low[cells.row] < middle) & (middle < high[cells.row])).any(axis=1))


def settle(cells: Cells, label: Flags) -> Pieces:
    """Intervals whose class is already known."""
    return Pieces(cells.row, cells.low, cells.high, label, label, np.full(len(cells.row), np.nan))


def off_support(cells: Cells, low: Array, high: Array, labels: np.ndarray, choice: str) -> Pieces:
    """The class of intervals that no support covers.

    `choice` "class0" or "class1" fixes it; "nearest" gives each half of a gap to the class that owns the nearer end,
    ties to class 1. low, high (R, K) are the supports and labels (K,) their classes.
    """
    if choice != "nearest":
        return settle(cells, np.full(len(cells.row), choice == "class1"))
    starts, stops = low[cells.row], high[cells.row]
    before = np.where(stops <= cells.low[:, None], stops, -np.inf)
    after = np.where(starts >= cells.high[:, None], starts, np.inf)
    left, right = before.max(axis=1), after.min(axis=1)
    one = labels[None, :] == 1
    left_one = ((before == left[:, None]) & one & np.isfinite(before)).any(axis=1)
    right_one = ((after == right[:, None]) & one & np.isfinite(after)).any(axis=1)
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isinf(left), -np.inf, np.where(np.isinf(right), np.inf, 0.5 * (left + right)))
    split = (middle > cells.low) & (middle < cells.high)
    at_left = np.where(middle <= cells.low, right_one, left_one)
    at_right = np.where(middle >= cells.high, left_one, right_one)
    root = np.where(split & (at_left != at_right), middle, np.nan)
    return Pieces(cells.row, cells.low, cells.high, at_left, np.where(split, at_right, at_left), root)


def merge(*parts: Pieces) -> Pieces:
    """All intervals together, ordered by row and position."""
    names = ("row", "low", "high", "left", "right", "root")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.lexsort((joined["low"], joined["row"]))
    return Pieces(**{name: values[order] for name, values in joined.items()})
