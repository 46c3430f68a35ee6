"""What is known of a trained half-space {w.x >= c} whose direction is random: how far it is from its classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index


@dataclass(frozen=True)
class Overlaps:
    """Half-spaces (n,) seen from two classes N(mean, Sigma), in units of the standard deviation along w.

    Class 1 is mistaken with probability Phi(one + eps * stretch) and class 0 with Phi(zero + eps * stretch), also under
    perturbations of length eps. NaN where no classifier is defined.

    one, zero: (c - w.mean1)/sd and (w.mean0 - c)/sd, sd^2 = w' Sigma w. stretch: |w|/sd, one over a length.
    error: absolute error of one and zero, relative one of stretch.
    """

    one: Array
    zero: Array
    stretch: Array
    error: Array

    def in_units(self, length: float) -> Overlaps:
        """The same with lengths measured in units of which one is `length` of these."""
        return Overlaps(self.one, self.zero, self.stretch * length, self.error)


def gathered(count: int, parts: Sequence[tuple[Index, Overlaps]]) -> Overlaps:
    """Overlaps (count,) from those of some rows each; NaN for the others."""
    one, zero, stretch, error = (np.full(count, np.nan) for _ in range(4))
    for rows, part in parts:
        one[rows], zero[rows], stretch[rows], error[rows] = part.one, part.zero, part.stretch, part.error
    return Overlaps(one, zero, stretch, error)
