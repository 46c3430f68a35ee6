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
# Steps of the scan over this part of its range may hide a peak. A place is on a slope if both its neighbours at a share
# ASIDE of it are.
STEEP, ASIDE = 1 / 16, 1e-6
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
    low, high = _pair(slope, b.row, b.low, b.high)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((low[0] > low[1]) & (high[0] < -high[1]))
    sound = np.zeros(len(b.row), bool)
    if len(rows) == 0:
        return sound
    row = b.row[rows]
    roots = find_roots(
        lambda k, x: slope(row[k], x), b.low[rows], b.high[rows], low[0][rows], high[0][rows], TIGHT * b.at[rows]
    )
    step = CURVATURE_STEP * (b.high - b.low)[rows]
    before, after = _pair(slope, row, roots.at - step, roots.at + step)
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
    (value, spread), (beside, _) = _pair(function, row, at, at * (1 - BESIDE))
    with np.errstate(invalid="ignore"):
        kink = (roots.width > 0) & (roots.width <= 2 * TIGHT * at) & np.isfinite(roots.value)
        good = (smooth | kink) & (value >= b.value[rows] - b.error[rows])
    sound[rows[good]] = True
    b.at[sound], b.value[sound], b.error[sound] = at[good], value[good], spread[good]
    b.sides[sound, 0], b.width[sound] = beside[good], np.where(smooth, doubt, roots.width)[good]
    return sound


def turns(function: ValuesAt, slope: ValuesAt, grid: Array, value: Array, error: Array) -> Brackets:
    """Brackets in which the slope falls through 0, beside steep steps of the scan and where its values tie for the
    best: a peak narrower than a step shows in no value, and one that is flat to within errors in too many."""
    known = np.where(np.isnan(value), -np.inf, value)
    best = np.argmax(known, axis=1)
    every = np.arange(len(value))
    with np.errstate(invalid="ignore"):
        spread = np.fmax.reduce(value, axis=1) - np.fmin.reduce(value, axis=1)
        steep = np.abs(np.diff(value, axis=1)) > STEEP * spread[:, None]
        level = value + error >= (value - error)[every, best][:, None]
    level[:, 0] = False
    asked = np.pad(steep, ((0, 0), (1, 0))) | np.pad(steep, ((0, 0), (0, 1))) | level
    asked |= np.roll(level, 1, axis=1) | np.roll(level, -1, axis=1)
    asked[:, 0] = False
    row, column = np.nonzero(asked)
    rate, doubt = slope(row, grid[row, column]) if len(row) else (np.zeros(0), np.zeros(0))
    with np.errstate(invalid="ignore"):
        sure = np.flatnonzero(np.abs(rate) > doubt)
    row, column, up = row[sure], column[sure], rate[sure] > 0
    # Between two that are sure all must have been asked.
    count = np.cumsum(asked, axis=1)
    first, second = slice(None, -1), slice(1, None)
    near = (row[first] == row[second]) & (
        count[row[second], column[second]] - count[row[first], column[first]] == column[second] - column[first]
    )
    turn = np.flatnonzero(near & up[first] & ~up[second])
    row, low, high = row[turn], column[turn], column[turn + 1]
    ends = grid[row, low], grid[row, high]
    at = 0.5 * (ends[0] + ends[1])
    inner = function(row, at) if len(row) else (at, at)
    sides = np.stack([value[row, low], value[row, high]], axis=1)
    return Brackets(row, ends[0], at, ends[1], *inner, sides, ends[1] - ends[0])


def sloping(slope: ValuesAt, row: Index, at: Array, width: Array) -> Flags:
    """Places about which the function rises or falls for certain, so that they are no peak."""
    aside = np.minimum(np.maximum(2 * width, ASIDE * at), 0.5 * at)
    (before, doubt), (after, more) = (slope(row, at + side * aside) for side in (-1, 1))
    with np.errstate(invalid="ignore"):
        rises, falls = np.minimum(before - doubt, after - more) > 0, np.maximum(before + doubt, after + more) < 0
    return np.asarray(rises | falls)


def _pair(function: ValuesAt, row: Index, first: Array, second: Array) -> list[tuple[Array, Array]]:
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
