"""Stationary points of functions of one variable: by their exact derivative, or by polynomials through their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots

ValuesAt = Callable[[Index, Array], tuple[Array, Array]]

# A bracket is TIGHT enough for a kink. A polynomial through NODES points within a reach of a place tells its stationary
# point; a peak narrower than a reach is no polynomial there: the lower degree must go through all points to FITTING of
# their range. Values a share BESIDE to the left tell a peak from a plateau.
TIGHT, BESIDE = 1e-8, 1.5e-3
NODES, DEGREES, FITTING = 9, (6, 8), 1e-3
# Where the derivative is known, functions answer so many places at about the cost of one.
AT_ONCE = 128
# The curvature at a zero of the derivative is taken over this share of its bracket.
CURVATURE_STEP = 1e-4


@dataclass
class Brackets:
    """Brackets low < at < high with the largest value at `at`; `row` is the function each belongs to."""

    row: Index
    low: Array
    at: Array
    high: Array
    value: Array
    error: Array
    sides: Array
    width: Array


def balance(function: ValuesAt, slope: ValuesAt, b: Brackets) -> Flags:
    """Move `at` to the zero of the derivative where it falls through 0 in the bracket; whether that is sound.

    The place is known to (|slope| + error)/|curvature|: in proportion to the rounding of the slope. A kink, where the
    slope jumps, ends the search as a bracket of width TIGHT.
    """
    low, high = pair(slope, b.row, b.low, b.high)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((low[0] > low[1]) & (high[0] < -high[1]))
    sound = np.zeros(len(b.row), bool)
    if len(rows) == 0:
        return sound
    row = b.row[rows]
    roots = find_roots(
        lambda k, x: slope(row[k], x),
        *(b.low[rows], b.high[rows]),
        *(low[0][rows], high[0][rows]),
        TIGHT * b.at[rows],
        AT_ONCE,
    )
    step = CURVATURE_STEP * (b.high - b.low)[rows]
    before, after = pair(slope, row, roots.at - step, roots.at + step)
    with np.errstate(invalid="ignore", divide="ignore"):
        curvature = (before[0] - after[0]) / (2 * step)
        newton = roots.value / curvature
        at = roots.at + np.where((curvature > 0) & (np.abs(newton) < step), newton, 0.0)
    left, error = slope(row, at)
    with np.errstate(invalid="ignore", divide="ignore"):
        doubt = (np.abs(left) + error) / curvature + 4 * np.spacing(at)
        smooth = (curvature > 0) & (doubt < np.minimum(step, TIGHT * at))
    # Across a kink the difference of the slopes is no curvature, and a Newton step leads away from it.
    at = np.where(smooth, at, roots.at)
    (value, spread), (beside, _) = pair(function, row, at, at * (1 - BESIDE))
    with np.errstate(invalid="ignore"):
        kink = (roots.width > 0) & (roots.width <= 2 * TIGHT * at) & np.isfinite(roots.value)
        good = (smooth | kink) & (value >= b.value[rows] - b.error[rows])
    sound[rows[good]] = True
    b.at[sound], b.value[sound], b.error[sound] = at[good], value[good], spread[good]
    b.sides[sound, 0], b.width[sound] = beside[good], np.where(smooth, doubt, roots.width)[good]
    return sound


def pair(function: ValuesAt, row: Index, first: Array, second: Array) -> list[tuple[Array, Array]]:
    """A function at two places of each row, in one call."""
    value, error = function(np.concatenate([row, row]), np.concatenate([first, second]))
    return [(value[part], error[part]) for part in (slice(None, len(row)), slice(len(row), None))]


def stationary(function: ValuesAt, b: Brackets, reach: float) -> Flags:
    """Move `at` to the zero of the derivative of a polynomial through Chebyshev points around it, where that is sound.

    The zero of a derivative is known to about error/(curvature * width), not to the square root of the error as the
    place of a largest value is. Two degrees must agree.
    """
    nodes = -np.cos(np.pi * np.arange(NODES) / (NODES - 1))
    half = reach * b.at
    places = b.at[:, None] + half[:, None] * nodes
    rows = np.repeat(b.row, NODES)
    value, error = (part.reshape(places.shape) for part in function(rows, places.ravel()))
    smooth = np.zeros(len(b.row), bool)
    for k in range(len(b.row)):
        if np.ptp(value[k]) <= 4 * error[k].max():
            continue
        fits = [np.polynomial.Chebyshev.fit(nodes, value[k] - b.value[k], degree, domain=[-1, 1]) for degree in DEGREES]
        zeros = [_vertex(fit) for fit in fits]
        bend = abs(float(fits[-1].deriv(2)(zeros[-1]))) if np.isfinite(zeros[-1]) else 0.0
        off = np.abs(fits[0](nodes) - (value[k] - b.value[k])).max() - 4 * error[k].max()
        if bend == 0 or not abs(zeros[0] - zeros[1]) < 1e-5 or off > FITTING * np.ptp(value[k]):
            continue
        smooth[k] = True
        b.at[k] += half[k] * zeros[-1]
        b.width[k] = half[k] * (abs(zeros[0] - zeros[1]) + 4 * error[k].max() / bend) + 4 * np.spacing(b.at[k])
    if smooth.any():
        b.value[smooth], b.error[smooth] = function(b.row[smooth], b.at[smooth])
    return smooth


def _vertex(fit: np.polynomial.Chebyshev) -> float:
    """The stationary point nearest the middle at which the fit is highest, NaN if there is none near."""
    slope, bend = fit.deriv(1), fit.deriv(2)
    x = 0.0
    for _ in range(20):
        x -= float(slope(x) / bend(x)) if bend(x) else 0.0
        if not abs(x) <= 1:
            return np.nan
    return x if bend(x) < 0 else np.nan
