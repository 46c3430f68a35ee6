"""Finding every sign change of a comparison of log-concave terms, by exclusion.

An interval is settled when bounds show that the sign is constant on it, or that the logarithmic ratio D is monotone on
it (then the signs at its ends tell whether there is one root). Unsettled intervals are halved. Near a simple root and
near a tangency alike the number of unsettled intervals per level is bounded, so the cost is logarithmic in the
resolution. Nothing is missed above the stated resolution: an interval still unsettled there is judged by its ends.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, Flags, Index
from theory.errors import NoExactRoute
from theory.numerics.terms import (
    SideBounds,
    Terms,
    bound_side,
    concave_side,
    convex_side,
    ratio_and_slope,
    ratio_of,
    relative,
)

# Intervals of this width relative to the smallest scale of a row are no longer halved: a pair of boundaries closer than
# that is a tangency to within double precision (the depth of a dip of relative width w is of order w^2 = 1e-18).
RESOLUTION = 1e-9
MAX_INTERVALS = 4_000_000
ROUNDS = 200
MAX_STEPS = 200
# Sums of exponentials near 1 round by a few units in the last place; relative terms resolve less than that.
VALUE_SLACK = 1e-14


@dataclass(frozen=True)
class Pieces:
    """Settled intervals, ordered by row and position: the sign at either end, and the root between if they differ."""

    row: Index
    low: Array
    high: Array
    left: Flags
    right: Flags
    root: Array


@dataclass(frozen=True)
class _Verdict:
    settled: Flags
    left: Flags
    right: Flags


def _judge(terms: Terms, row: Index, low: Array, high: Array) -> _Verdict:
    """Which intervals are settled, and the class at either end."""
    count, p, width, slack = len(row), terms.positive, high - low, 0.0
    rows, x = np.concatenate([row, row]), np.concatenate([low, high])
    values, scores = terms.values(rows, x), terms.scores(rows, x)
    sides = [(values[:, k], scores[:, k]) for k in (slice(None, p), slice(p, None))]
    if relative(terms):
        bound = convex_side if terms.convex else concave_side
        one, zero = (bound(*side, width) for side in sides)
        ratio, tie = terms.ratio(rows, x)
        slack = VALUE_SLACK
    else:
        peak = _peaks(terms, row, low, high)
        one, zero = bound_side(*sides[0], peak[:, :p], width), bound_side(*sides[1], peak[:, p:], width)
        ratio, tie = ratio_of(values, terms.sizes(rows, x, values), p)
    least, most, falling, rising = _range(one, zero, ratio[:count], ratio[count:], width, slack)
    both = np.maximum(tie[:count], tie[count:])
    class1 = ratio >= -tie
    return _Verdict((least >= -both) | (most < -both) | falling | rising, class1[:count], class1[count:])


def _peaks(terms: Terms, row: Index, low: Array, high: Array) -> Array:
    """The largest value of each term whose mode lies inside its interval, -inf for the others, (N, K)."""
    modes = terms.modes[row]
    peak = np.full(modes.shape, -np.inf)
    some, term = np.nonzero((modes > low[:, None]) & (modes < high[:, None]))
    if len(some):
        peak[some, term] = terms.values(row[some], modes[some, term])[np.arange(len(some)), term]
    return peak


def _range(
    one: SideBounds, zero: SideBounds, at_left: Array, at_right: Array, width: Array, slack: float
) -> tuple[Array, Array, Flags, Flags]:
    """Bounds of D over intervals, by values and by the mean value theorem, and where D is monotone.

    slack is the rounding of the sides' values where it exceeds that of D.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        slope_low, slope_high = one.slope_low - zero.slope_high, one.slope_high - zero.slope_low
        down, up = width * np.minimum(slope_low, 0), width * np.maximum(slope_high, 0)
        least = np.fmax(one.low - zero.high - slack, np.fmax(at_left + down, at_right - up))
        most = np.fmin(one.high - zero.low + slack, np.fmin(at_left + up, at_right - down))
        return least, most, slope_high < 0, slope_low > 0


def isolate(terms: Terms, row: Index, low: Array, high: Array, scale: Array, inset: Array | None = None) -> Pieces:
    """Settle the given intervals (finite, free of jumps inside) and find the root in each that changes sign.

    Args:
        row, low, high: N intervals and the row of `terms` each belongs to.
        scale: (R,) the smallest length over which a row's terms vary; the resolution is RESOLUTION times it.
        inset: (R,) how far inside an interval its ends are evaluated, where terms may jump there; None for nowhere.

    Raises:
        NoExactRoute: more than MAX_INTERVALS intervals would be needed for one row.
    """
    try:
        return _isolate(terms, row, low, high, scale, inset)
    except NoExactRoute:
        rows = np.unique(row)
        if len(rows) == 1:
            raise
    first = row <= rows[(len(rows) - 1) // 2]
    parts = [isolate(terms, row[some], low[some], high[some], scale, inset) for some in (first, ~first)]
    return Pieces(*(np.concatenate(pair) for pair in zip(*map(astuple, parts), strict=True)))


def _isolate(terms: Terms, row: Index, low: Array, high: Array, scale: Array, inset: Array | None) -> Pieces:
    done: list[tuple[Index, Array, Array, Flags, Flags]] = []
    total = 0
    for _ in range(ROUNDS):
        if len(row) == 0:
            break
        total += len(row)
        if total > MAX_INTERVALS:
            raise NoExactRoute(f"more than {MAX_INTERVALS} intervals are needed to separate the sign changes")
        middle = low + 0.5 * (high - low)
        shift = 0.0 if inset is None else np.minimum(inset[row], 0.25 * (high - low))
        verdict = _judge(terms, row, low + shift, high - shift)
        limit = np.maximum(RESOLUTION * scale[row], 4 * np.spacing(np.maximum(np.abs(low), np.abs(high))))
        settled = verdict.settled | (high - low <= limit)
        done.append((row[settled], low[settled], high[settled], verdict.left[settled], verdict.right[settled]))
        rest = ~settled
        row, low, middle, high = row[rest], low[rest], middle[rest], high[rest]
        row, low, high = np.concatenate([row, row]), np.concatenate([low, middle]), np.concatenate([middle, high])
    if not done:
        empty = np.empty(0)
        return Pieces(row, empty, empty, empty.astype(bool), empty.astype(bool), empty)
    row, low, high = (np.concatenate([part[i] for part in done]) for i in range(3))
    left, right = (np.concatenate([part[i] for part in done]) for i in (3, 4))
    order = np.lexsort((low, row))
    row, low, high, left, right = row[order], low[order], high[order], left[order], right[order]
    root = np.full_like(low, np.nan)
    change = left != right
    root[change] = refine(terms, row[change], low[change], high[change], right[change])
    return Pieces(row, low, high, left, right, root)


def refine(terms: Terms, row: Index, low: Array, high: Array, rising: Flags) -> Array:
    """The root of D in each bracket, to the last places, by Newton steps guarded by bisection."""
    low, high = low.copy(), high.copy()
    x = 0.5 * (low + high)
    active: NDArray[np.intp] = np.arange(len(x))
    rows = row  # one object while no root is done: terms keep what they know of its rows
    previous, newton = np.full(len(x), np.inf), np.zeros(len(x))
    for _ in range(MAX_STEPS):
        if len(active) == 0:
            break
        at = x[active]
        value, rate = ratio_and_slope(terms, rows, at)
        above = (value >= 0) == rising[active]
        high[active] = np.where(above, at, high[active])
        low[active] = np.where(above, low[active], at)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            step = value / rate
            target, size = at - step, np.abs(step)
            # Newton's steps shrink ever faster, until rounding is all that they see.
            last = size**2 <= np.spacing(np.abs(target)) * newton[active]
        bottom, top = low[active], high[active]
        good = (target >= bottom) & (target <= top) & (size <= 0.5 * previous[active])
        target = np.where(good, target, 0.5 * (bottom + top))
        previous[active], newton[active] = np.where(good, size, top - bottom), np.where(good, size, 0.0)
        x[active] = target
        ulp = np.spacing(np.abs(target)) + np.finfo(float).tiny
        moving = (value != 0) & ~(good & last) & (np.abs(target - at) > ulp) & (top - bottom > ulp)
        x[active] = np.where(value == 0, at, target)
        if not moving.all():
            active, rows = active[moving], rows[moving]
    return x
