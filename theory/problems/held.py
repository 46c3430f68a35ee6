"""Which numbers of a normal form floats hold exactly: whole numbers over 2^BITS, with room for their sums."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from theory.arrays import Array, Flags
from theory.problems.normal import Move, Normal, halves, numbers
from theory.problems.problem import Vector
from theory.problems.units import BITS


def held(values: Array) -> Flags:
    """Whether lengths are whole numbers over 2^BITS."""
    return np.asarray(np.isnan(values) | (nearest(values) == values))


def nearest(values: Array) -> Array:
    """The nearest such lengths."""
    return np.asarray(np.round(np.asarray(values, float) * 2.0**BITS) * 2.0**-BITS)


def all_held(normal: Normal) -> bool:
    """Whether all numbers of the problem are."""
    return all(bool(held(np.array(value)).all()) for value in numbers(normal.problem))


def rounded(normal: Normal) -> Normal:
    """The normal form with all numbers rounded to such.

    Raises:
        ProblemError: a box has become empty.
    """
    problem = _Nearest(Fraction(1), None).problem(normal.problem)
    return replace(normal, problem=problem, halves=halves(problem, Fraction(1)))


class _Nearest(Move):
    """A move that only rounds."""

    def _size(self, value: Vector, unit: Fraction) -> Vector:
        found = nearest(np.array(value))
        return tuple(found.tolist()) if isinstance(value, tuple) else float(found)
