"""Signs of a signed density that is piecewise linear: boxes and point masses under uniform noise, exactly.

After uniform noise of half-width a a box of half-width h and weight w is a plateau of height w/(2 max(a, h)) with ramps
on both sides, and a point a plateau; between their knots the signed density is linear. Its values at both ends of every
cell are rational numbers, so that ramps and plateaus of both classes cancel where they do on paper.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.arrays import Array
from theory.geometry.cells import Cells
from theory.geometry.piece import Piece
from theory.numerics.isolate import Pieces

LINEAR = ("uniform", "point")
# Of a place and of a half-width, in units of the last place of the farthest knot.
ULPS = 4


def piecewise_linear(net: tuple[Piece, ...], noise: str, alpha: Array) -> bool:
    """Whether the signed density is piecewise linear after the noises (R,), all positive or all 0."""
    return noise == "uniform" and bool(alpha.any()) and all(p.law in LINEAR for p in net)


def knots(net: tuple[Piece, ...], alpha: Array) -> Array:
    """(R, 4K) where ramps begin and end."""
    centers, halves = (np.array([float(getattr(p, key)) for p in net]) for key in ("center", "scale"))
    reach = [centers + s * halves + t * alpha[:, None] for s in (-1, 1) for t in (-1, 1)]
    return np.concatenate(reach, axis=1)


def settled(net: tuple[Piece, ...], alpha: Array, cells: Cells) -> tuple[Pieces, Array]:
    """The sign on cells between knots: 0 goes to class 1; a crossing is where the line through both values has it.

    Also the errors (N,) of the crossings: what the rounding of places of many decimals does to the ramps.
    """
    left, right = np.empty(len(cells.row), bool), np.empty(len(cells.row), bool)
    root, error = np.full(len(cells.row), np.nan), np.zeros(len(cells.row))
    for k, (row, low, high) in enumerate(zip(cells.row, cells.low.tolist(), cells.high.tolist(), strict=True)):
        ends, noise = (Fraction(low), Fraction(high)), float(alpha[row])
        first, last = _values(net, Fraction(noise), *ends)
        left[k], right[k] = first > 0 or (first == 0 and last >= 0), last > 0 or (last == 0 and first >= 0)
        if left[k] != right[k]:
            root[k] = float(ends[0] + (ends[1] - ends[0]) * first / (first - last))
            error[k] = _doubt(net, noise, abs(float((first - last) / (ends[1] - ends[0]))))
    return Pieces(cells.row, cells.low, cells.high, left, right, root), error


def _doubt(net: tuple[Piece, ...], alpha: float, slope: float) -> float:
    """How far a crossing at some slope moves with the rounding of the knots: by the slopes of all ramps together."""
    ramps = sum(p.weight / (4 * float(p.scale) * alpha) for p in net if p.law == "uniform")
    far = max(abs(float(p.center)) + float(p.scale) for p in net) + alpha
    return float(ULPS * np.spacing(far) * max(ramps / slope, 1.0))


def _values(net: tuple[Piece, ...], alpha: Fraction, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """The signed density at both ends of a cell, as seen from inside."""
    middle = (low + high) / 2
    total = [Fraction(0), Fraction(0)]
    for item in net:
        weight, half = item.rational
        center = Fraction(float(item.center))
        if item.law == "point":
            if abs(middle - center) < alpha:
                value = weight / (2 * alpha) * (1 if item.label else -1)
                total = [part + value for part in total]
            continue
        wide, narrow = max(alpha, half), min(alpha, half)
        height = weight / (2 * wide) * (1 if item.label else -1)
        for k, x in enumerate((low, high)):
            depth = (wide + narrow - abs(x - center)) / (2 * narrow)
            total[k] += height * min(max(depth, Fraction(0)), Fraction(1))
    return total[0], total[1]
