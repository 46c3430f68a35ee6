"""The regression rule on mixtures of boxes under uniform noise, exactly: the posterior is a step function.

With h_i = P(Y = 1 | X) on the cells [a_i, b_i] between the ends of boxes,

    (h * p_alpha)(x) = sum_i h_i |[a_i, b_i] in [x - alpha, x + alpha]|/(2 alpha),

piecewise linear between the places a_i -+ alpha, with rational values there. So a blurred posterior of 1/2 on a whole
interval, or at a single point, is one on paper.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np

from theory.arrays import Array
from theory.geometry.piece import Piece
from theory.geometry.region import POSITION_ULPS, Region, from_boundaries

# A cell and the posterior on it.
Step = tuple[Fraction, Fraction, Fraction]
HALF = Fraction(1, 2)


def stepped(pieces: tuple[Piece, ...], noise: str) -> bool:
    """Whether the posterior is a step function and the noise uniform."""
    return noise == "uniform" and all(p.law == "uniform" for p in pieces)


def step_region(pieces: tuple[Piece, ...], alpha: Array) -> Region:
    """{h * p_alpha >= 1/2} for training noises alpha (R,) > 0; ties are class 1."""
    steps = _steps(pieces)
    rows: list[int] = []
    places: list[float] = []
    errors: list[float] = []
    for row, noise in enumerate(map(Fraction, alpha.tolist())):
        for at, slope in _crossings(steps, noise):
            rows.append(row)
            places.append(float(at))
            errors.append(_error(steps, float(noise), abs(float(slope))))
    region = from_boundaries(
        len(alpha), np.array(rows, np.intp), np.array(places), np.zeros(len(alpha), bool), points=True
    )
    error = np.zeros_like(region.ends)
    error[np.isfinite(region.ends)] = np.array(errors)[np.lexsort((places, rows))]
    return Region(region.ends, region.first, error)


def _steps(pieces: tuple[Piece, ...]) -> list[Step]:
    boxes = []
    for item in pieces:
        weight, half = item.rational
        center = Fraction(float(item.center))
        boxes.append((center - half, center + half, weight / half, item.label))
    ends = sorted({end for low, high, _height, _label in boxes for end in (low, high)})
    steps = []
    for low, high in pairwise(ends):
        over = [(height, label) for start, stop, height, label in boxes if start <= low and high <= stop]
        one = sum((height for height, label in over if label), Fraction(0))
        if one:
            steps.append((low, high, one / sum(height for height, _label in over)))
    return steps


def _crossings(steps: list[Step], noise: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Where h * p_alpha - 1/2 passes 0, and its slopes there."""
    knots = sorted({end + side * noise for low, high, _h in steps for end in (low, high) for side in (-1, 1)})
    values = [_blurred(steps, noise, x) - HALF for x in knots]
    found = []
    for k in range(len(knots) - 1):
        low, high = values[k : k + 2]
        if (low >= 0) != (high >= 0):
            slope = (high - low) / (knots[k + 1] - knots[k])
            found.append((knots[k] - low / slope, slope))
    return found


def _blurred(steps: list[Step], noise: Fraction, x: Fraction) -> Fraction:
    inside = (h * max(min(high, x + noise) - max(low, x - noise), Fraction(0)) for low, high, h in steps)
    return sum(inside, Fraction(0)) / (2 * noise)


def _error(steps: list[Step], noise: float, slope: float) -> float:
    """How far a crossing moves with the rounding of ends and noise: every end moves the value by h/(2 alpha) each."""
    far = max(max(abs(float(low)), abs(float(high))) for low, high, _h in steps) + noise
    ramps = sum(2 * float(h) for _low, _high, h in steps) / (2 * noise)
    return float(POSITION_ULPS * np.spacing(far) * max(ramps / slope, 1.0))
