"""Along which stretches of an axis regions have sections, and where these are narrow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Flags, Index

# Sections everywhere; everywhere but narrowest at a centre; between two ends; beyond two ends; nowhere.
PLAIN, PINCHED, WITHIN, BEYOND, NONE = range(5)


@dataclass(frozen=True)
class Extent:
    """Where N regions have sections: table (N, 5) of kinds, the two ends, and the centre and width of the pinch."""

    table: Array

    @property
    def kind(self) -> Index:
        """(N,)"""
        return self.table[:, 0].astype(np.intp)

    def take(self, rows: Index | Flags) -> Extent:
        """The given rows."""
        return Extent(self.table[rows])

    def lost(self, mean: Array, scale: Array) -> tuple[Array, Array]:
        """(N,) what share of normal laws lies where there are no sections, and its derivative by the mean."""
        kind, one, two = self.kind, *((self.table[:, k] - mean) / scale for k in (1, 2))
        left, right = (np.exp(-0.5 * z * z) / (scale * np.sqrt(2 * np.pi)) for z in (one, two))
        between = np.where(two < 0, ndtr(two) - ndtr(one), ndtr(-one) - ndtr(-two))
        which = [kind == WITHIN, kind == BEYOND, kind == NONE]
        share = np.select(which, [ndtr(one) + ndtr(-two), between, np.ones(len(one))], 0.0)
        return share, np.select(which[:2], [right - left, left - right], 0.0)
