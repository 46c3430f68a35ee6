"""{s >= 0} from cells of the coordinate: by rule off the supports, at once where one class is alone, else isolated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.cells import Cells, covered, merge, off_support, settle
from theory.geometry.region import Region, boundary_error, from_pieces, place_error
from theory.numerics.isolate import Pieces, isolate
from theory.numerics.terms import Terms, relative

INSET_ULPS = 8


class WidthTerms(Terms, Protocol):
    """Terms that know the length (R, K) over which each varies."""

    widths: Array


class Cancelling(Protocol):
    """Knows on which cells the densities of both classes nearly cancel, and the signed density there.

    `balanced` gives which cells (N,) those are, and terms with one row for each of them, or None where there are none.
    """

    def balanced(self, cells: Cells) -> tuple[Flags, WidthTerms | None]: ...


@dataclass(frozen=True)
class Supports:
    """Noised supports (R, K) along the coordinate: of all components with labels, and of the net signed density."""

    low: Array
    high: Array
    labels: np.ndarray
    one: tuple[Array, Array]
    zero: tuple[Array, Array]

    @property
    def inset(self) -> Array:
        """(R,) how far from the end of a support rounding may confuse its inside and outside."""
        ends = np.concatenate([self.low, self.high], axis=1)
        return INSET_ULPS * np.finfo(float).eps * np.where(np.isfinite(ends), np.abs(ends), 0.0).max(axis=1)


def positive_set(
    cells: Cells,
    supports: Supports,
    make: Callable[[], WidthTerms],
    choice: str,
    plateaus: Cancelling | None = None,
    exactly: Callable[[Cells], tuple[Pieces, Array]] | None = None,
) -> Region:
    """The region where the net signed density is >= 0, and the class `choice` gives off every support.

    Cells on which plateaus cancel are decided by what is left of them; `exactly` decides all that both classes contest.
    """
    rows = len(supports.low)
    bounded = covered(cells, supports.low, supports.high)
    parts = [off_support(cells.take(~bounded), supports.low, supports.high, supports.labels, choice)]
    cells = cells.take(bounded)
    one, zero = covered(cells, *supports.one), covered(cells, *supports.zero)
    contested = one & zero
    parts.append(settle(cells.take(~contested), ~zero[~contested]))
    work, inset = cells.take(contested), supports.inset
    level: list[_Level] = []
    if exactly is not None:
        level = [_Level(*exactly(work))]
        work = work.take(np.zeros(len(work.row), bool))
    elif plateaus is not None and contested.any():
        flat, special = plateaus.balanced(work)
        if special is not None:
            level = [_level(special, work.take(flat), inset)]
            work = work.take(~flat)
    terms: WidthTerms | None = None
    if len(work.row):
        terms = make()
        if relative(terms):
            inset = np.maximum(inset, terms.inset)
        parts.append(isolate(terms, work.row, work.low, work.high, terms.widths.min(axis=1), inset))
    parts += [found.pieces for found in level]
    region = from_pieces(rows, merge(*parts), np.ones(rows, bool))
    error = boundary_error(terms, region)
    for found in level:
        found.put(error, region.ends)
    return Region(region.ends, region.first, error)


@dataclass(frozen=True)
class _Level:
    """Settled intervals of cells on which plateaus cancel, and the errors (N,) of the roots in them."""

    pieces: Pieces
    error: Array

    def put(self, error: Array, ends: Array) -> None:
        """Write the errors where boundaries (R, n) are roots."""
        some = np.isfinite(self.pieces.root)
        same = ends[self.pieces.row[some]] == self.pieces.root[some][:, None]
        found, column = np.nonzero(same)
        error[self.pieces.row[some][found], column] = self.error[some][found]


def _level(terms: WidthTerms, cells: Cells, inset: Array) -> _Level:
    """The terms have one row for each cell."""
    every = np.arange(len(cells.row))
    found = isolate(terms, every, cells.low, cells.high, terms.widths.min(axis=1), inset[cells.row])
    some = np.flatnonzero(np.isfinite(found.root))
    error = np.zeros(len(found.root))
    error[some] = place_error(terms, found.row[some], found.root[some])
    return _Level(replace(found, row=cells.row[found.row]), error)
