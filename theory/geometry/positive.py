"""{s >= 0} from cells of the coordinate: by rule off the supports, at once where one class is alone, else isolated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from theory.geometry.cells import Cells, covered, merge, off_support, settle
from theory.isolate import isolate
from theory.region import Region, boundary_error, from_pieces
from theory.terms import Array, Relative, Terms

INSET_ULPS = 8


class WidthTerms(Terms, Protocol):
    """Terms that know the length (R, K) over which each varies."""

    widths: Array


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


def positive_set(cells: Cells, supports: Supports, make: Callable[[], WidthTerms], choice: str) -> Region:
    """The region where the net signed density is >= 0, and the class `choice` gives off every support."""
    rows = len(supports.low)
    bounded = covered(cells, supports.low, supports.high)
    parts = [off_support(cells.take(~bounded), supports.low, supports.high, supports.labels, choice)]
    cells = cells.take(bounded)
    one, zero = covered(cells, *supports.one), covered(cells, *supports.zero)
    contested = one & zero
    parts.append(settle(cells.take(~contested), ~zero[~contested]))
    terms: WidthTerms | None = None
    if contested.any():
        terms = make()
        work = cells.take(contested)
        inset = supports.inset
        if isinstance(terms, Relative):
            inset = np.maximum(inset, terms.inset)
        parts.append(isolate(terms, work.row, work.low, work.high, terms.widths.min(axis=1), inset))
    region = from_pieces(rows, merge(*parts), np.ones(rows, bool))
    return Region(region.ends, region.first, boundary_error(terms, region))
