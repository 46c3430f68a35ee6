"""The highest point of each of many functions of one variable, known on a common grid and with errors."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import MOST
from theory.numerics.leftmost import Peak, Rows
from theory.numerics.stationary import AT_ONCE, TIGHT, Brackets, ValuesAt, balance, stationary
from theory.numerics.turns import sloping, turns

# Brackets are refined until they are NARROW (relative to their place); then polynomials within REACHES of it tell the
# stationary point, or they are refined to TIGHT. Steps that stall take this share of the way across.
NARROW, REACHES = 3e-3, (0.045, 0.009, 0.0018)
GOLDEN = 0.5 * (3 - np.sqrt(5))
MAX_ROUNDS = 100
# From so many places of each bracket on they are asked for at once.
EACH = 4


def highest(function: ValuesAt, grid: Array, value: Array, error: Array, slope: ValuesAt | None = None) -> list[Peak]:
    """The least place of the highest value of each row, the first of the grid unless another is significantly higher.

    Args:
        function: (rows, places) -> (values, errors).
        grid: (n,), or (rows, n), increasing; value, error: (rows, n).
        slope: a positive multiple of the derivative in the place that is smooth beside its zeros, NaN where it is not
            known; None where it never is.
    """
    grid = np.broadcast_to(grid, value.shape)
    found = _candidates(grid, value, error)
    if slope is not None:
        found = _joined(found, turns(function, slope, grid, value, error))
    if len(found.row):
        done = np.zeros(len(found.row), bool) if slope is None else balance(function, slope, found)
        rest = _take(found, ~done)
        _refine(function, rest, 1 if slope is None else AT_ONCE)
        _put(found, ~done, rest)
        if slope is not None and not done.all():
            kept = done.copy()
            kept[~done] = ~sloping(slope, rest.row, rest.at, rest.width)
            found = _take(found, kept)
    return Rows(function, slope, grid, value, error, found).peaks()


def _refine(function: ValuesAt, found: Brackets, places: int) -> None:
    """By values alone: polynomials where these are sound, else brackets to TIGHT. places: for how many the function
    takes about as long as for one."""
    _narrow(function, found, NARROW, places)
    smooth = np.zeros(len(found.row), bool)
    for reach in REACHES:
        tried = _take(found, ~smooth)
        sound = stationary(function, tried, reach) if len(tried.row) else np.zeros(0, bool)
        rows = np.zeros_like(smooth)
        rows[np.flatnonzero(~smooth)[sound]] = True
        _put(found, rows, _take(tried, sound))
        smooth |= rows
    rest = _take(found, ~smooth)
    _narrow(function, rest, TIGHT, places)
    _put(found, ~smooth, rest)


def _put(b: Brackets, rows: Flags, part: Brackets) -> None:
    """Take over places, values and widths for the given rows."""
    for name in ("low", "at", "high", "value", "error", "width", "sides"):
        getattr(b, name)[rows] = getattr(part, name)


def _candidates(grid: Array, value: Array, error: Array) -> Brackets:
    """Local maxima of the scan whose bracket may hold the best."""
    middle, left, right = value[:, 1:-1], value[:, :-2], value[:, 2:]
    top = np.max(np.where(np.isnan(value), -np.inf, value), axis=1)
    beyond = value[:, :1] + error[:, :1] + error[:, 1:-1]
    hope = middle + 2 * np.maximum(middle - left, middle - right)
    with np.errstate(invalid="ignore"):
        row, column = np.nonzero((middle > left) & (middle >= right) & (hope >= top[:, None]) & (hope > beyond))
    low, at, high = (grid[row, column + k] for k in range(3))
    sides = np.stack([value[row, column], value[row, column + 2]], axis=1)
    inner = row, column + 1
    return Brackets(row, low, at, high, value[inner], error[inner], sides, high - low)


def _take(b: Brackets, rows: Flags) -> Brackets:
    return Brackets(*(getattr(b, name)[rows] for name in Brackets.__dataclass_fields__))


def _narrow(function: ValuesAt, b: Brackets, limit: float, places: int) -> None:
    """Shrink brackets to a width of `limit` times their place: parabolic steps, golden ones where those stall; few
    brackets at several places at once."""
    stalled = np.zeros(len(b.row), bool)
    for _ in range(MAX_ROUNDS):
        active = np.flatnonzero(b.width > limit * b.at)
        if len(active) == 0:
            return
        count = min(places // len(active), MOST)
        if count >= EACH:
            _cut(function, b, active, count)
            continue
        x = _next(b, active, stalled[active], limit)
        value, error = function(b.row[active], x)
        before = b.width[active]
        better = value > b.value[active]
        right = x > b.at[active]
        for side, here in ((0, right), (1, ~right)):
            end = "low" if side == 0 else "high"
            rows, new = active[better & here], x[better & here]
            getattr(b, end)[rows], b.sides[rows, side] = b.at[rows], b.value[rows]
            other = "high" if side == 0 else "low"
            worse = ~better & here
            getattr(b, other)[active[worse]], b.sides[active[worse], 1 - side] = x[worse], value[worse]
            b.at[rows], b.value[rows], b.error[rows] = new, value[better & here], error[better & here]
        b.width[active] = b.high[active] - b.low[active]
        stalled[active] = b.width[active] > 0.5 * before


def _cut(function: ValuesAt, b: Brackets, active: Index, count: int) -> None:
    """Look at places that divide each side of a bracket evenly, and keep what lies beside the best."""
    steps = np.arange(1, count // 2 + 1) / (count // 2 + 1)
    low, at, high = (getattr(b, key)[active, None] for key in ("low", "at", "high"))
    x = np.concatenate([low + steps * (at - low), at + steps * (high - at)], axis=1)
    value, error = (part.reshape(x.shape) for part in function(np.repeat(b.row[active], x.shape[1]), x.ravel()))
    half, every = x.shape[1] // 2, np.arange(len(active))
    known = (
        (low, at, high),
        (b.sides[active, :1], b.value[active, None], b.sides[active, 1:]),
        (0 * at, b.error[active, None], 0 * at),
    )
    x, value, error = (
        np.concatenate([left, part[:, :half], middle, part[:, half:], right], axis=1)
        for (left, middle, right), part in zip(known, (x, value, error), strict=True)
    )
    best = 1 + np.argmax(np.where(np.isnan(value), -np.inf, value)[:, 1:-1], axis=1)
    best = np.where(value[every, best] > b.value[active], best, half + 1)
    for key, k in (("low", -1), ("at", 0), ("high", 1)):
        getattr(b, key)[active] = x[every, best + k]
    b.value[active], b.error[active] = value[every, best], error[every, best]
    b.sides[active] = np.stack([value[every, best - 1], value[every, best + 1]], axis=1)
    b.width[active] = b.high[active] - b.low[active]


def _next(b: Brackets, active: Index, stalled: Flags, limit: float) -> Array:
    """Where to look next: the vertex of the parabola, kept off the known points; or into the longer part."""
    low, at, high = b.low[active], b.at[active], b.high[active]
    rise, fall = b.value[active] - b.sides[active, 0], b.value[active] - b.sides[active, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = rise / (at - low), fall / (high - at)
        vertex = 0.5 * ((at + low) * second + (at + high) * first) / (first + second)
        longer = np.where(high - at > at - low, high - at, low - at)
        margin = np.minimum(0.3 * limit * at, 0.5 * np.abs(longer))
        close = np.abs(vertex - at) < margin
        vertex = np.where(close, at + np.sign(longer) * margin, vertex)
        good = ~stalled & (vertex > low) & (vertex < high)
    return np.where(good, vertex, at + GOLDEN * longer)


def _joined(first: Brackets, second: Brackets) -> Brackets:
    names = Brackets.__dataclass_fields__
    return Brackets(*(np.concatenate([getattr(part, name) for part in (first, second)]) for name in names))
