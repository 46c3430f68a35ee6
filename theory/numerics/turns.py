"""Peaks that the values of a scan do not show, by the sign of the derivative beside them."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots
from theory.numerics.stationary import AT_ONCE, Brackets, ValuesAt, pair

# Steps of the scan over more than STEEP of its range may hide a peak; it is looked for to CLOSER of the step before it
# is compared with the others. A place is on a slope if both its neighbours at a share ASIDE of it are.
STEEP, CLOSER, ASIDE = 1 / 16, 1 / 32, 1e-6


def turns(function: ValuesAt, slope: ValuesAt, grid: Array, value: Array, error: Array) -> Brackets:
    """Brackets in which the slope falls through 0, beside steep steps of the scan and where its values tie for the
    best: a peak narrower than a step shows in no value, and one that is flat to within errors in too many."""
    asked = _asked(value, error)
    row, column = np.nonzero(asked)
    rate, doubt = slope(row, grid[row, column]) if len(row) else (np.zeros(0), np.zeros(0))
    with np.errstate(invalid="ignore"):
        sure = np.flatnonzero(np.abs(rate) > doubt)
    row, column, rate = row[sure], column[sure], rate[sure]
    count = np.cumsum(asked, axis=1)[row, column]
    # Between two that are sure all must have been asked.
    near = (np.diff(row) == 0) & (np.diff(count) == np.diff(column))
    turn = np.flatnonzero(near & (rate[:-1] > 0) & (rate[1:] < 0))
    row, ends = row[turn], (grid[row[turn], column[turn]], grid[row[turn], column[turn + 1]])
    return _closed_in(function, slope, (row, *ends), (rate[turn], rate[turn + 1]), np.fmax.reduce(value, axis=1))


def _asked(value: Array, error: Array) -> Flags:
    """Where the slope is worth knowing: (rows, n)."""
    best = np.argmax(np.where(np.isnan(value), -np.inf, value), axis=1)[:, None]
    with np.errstate(invalid="ignore"):
        spread = np.fmax.reduce(value, axis=1) - np.fmin.reduce(value, axis=1)
        steep = np.abs(np.diff(value, axis=1)) > STEEP * spread[:, None]
        level = value + error >= np.take_along_axis(value - error, best, axis=1)
    level[:, 0] = False
    asked = np.pad(steep, ((0, 0), (1, 0))) | np.pad(steep, ((0, 0), (0, 1))) | level
    asked |= np.roll(level, 1, axis=1) | np.roll(level, -1, axis=1)
    asked[:, 0] = False
    return asked


def _closed_in(
    function: ValuesAt, slope: ValuesAt, found: tuple[Index, Array, Array], rates: tuple[Array, Array], top: Array
) -> Brackets:
    """Narrower brackets, as far as they may hold the best."""
    row, low, high = found
    near = CLOSER * (high - low)
    roots = find_roots(lambda k, x: slope(row[k], x), low, high, *rates, near, AT_ONCE)
    at = np.clip(roots.at, low + 0.5 * near, high - 0.5 * near)
    half = np.maximum(roots.width, near)
    low, high = np.maximum(low, at - half), np.minimum(high, at + half)
    value, error = function(np.tile(row, 3), np.concatenate([low, at, high])) if len(row) else (low, low)
    left, middle, right = np.split(value, 3) if len(row) else (low, low, low)
    kept = np.flatnonzero(middle + 2 * np.maximum(np.maximum(middle - left, middle - right), 0.0) >= top[row])
    spread, sides = error[len(row) : 2 * len(row)], np.stack([left, right], axis=1)
    parts = (part[kept] for part in (low, at, high, middle, spread, sides, high - low))
    return Brackets(row[kept], *parts)


def sloping(slope: ValuesAt, row: Index, at: Array, width: Array) -> Flags:
    """Places about which the function rises or falls for certain, so that they are no peak."""
    aside = np.minimum(np.maximum(2 * width, ASIDE * at), 0.5 * at)
    (before, doubt), (after, more) = pair(slope, row, at - aside, at + aside)
    with np.errstate(invalid="ignore"):
        rises, falls = np.minimum(before - doubt, after - more) > 0, np.maximum(before + doubt, after + more) < 0
    return np.asarray(rises | falls)
