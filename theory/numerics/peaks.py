"""The highest point of each of many functions of one variable, known on a common grid and with errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots
from theory.numerics.stationary import TIGHT, Brackets, ValuesAt, balance, stationary

# Brackets are refined until they are NARROW (relative to their place); then polynomials within REACHES of it tell the
# stationary point, or they are refined to TIGHT. Steps that stall take this share of the way across.
NARROW, REACHES = 3e-3, (0.045, 0.009, 0.0018)
GOLDEN = 0.5 * (3 - np.sqrt(5))
MAX_ROUNDS = 100


@dataclass(frozen=True)
class Peak:
    """at: the place; error: of the place; last: whether it is the end of the grid, where the function still rises."""

    at: float
    error: float
    last: bool = False


def highest(function: ValuesAt, grid: Array, value: Array, error: Array, slope: ValuesAt | None = None) -> list[Peak]:
    """The least place of the highest value of each row, 0 (the first of the grid) unless another is significantly > 0.

    Args:
        function: (rows, places) -> (values, errors).
        grid: (n,) increasing; value, error: (rows, n); the first column is the reference, 0.
        slope: the derivative in the place, NaN where it is not known; None where it never is.
    """
    found = _candidates(grid, value, error)
    if len(found.row):
        done = np.zeros(len(found.row), bool) if slope is None else balance(function, slope, found)
        rest = _take(found, ~done)
        _refine(function, rest)
        _put(found, ~done, rest)
    return [_choose(function, k, grid, value[k], error[k], _take(found, found.row == k)) for k in range(len(value))]


def _refine(function: ValuesAt, found: Brackets) -> None:
    """By values alone: polynomials where these are sound, else brackets to TIGHT."""
    _narrow(function, found, NARROW)
    smooth = np.zeros(len(found.row), bool)
    for reach in REACHES:
        tried = _take(found, ~smooth)
        sound = stationary(function, tried, reach) if len(tried.row) else np.zeros(0, bool)
        rows = np.zeros_like(smooth)
        rows[np.flatnonzero(~smooth)[sound]] = True
        _put(found, rows, _take(tried, sound))
        smooth |= rows
    rest = _take(found, ~smooth)
    _narrow(function, rest, TIGHT)
    _put(found, ~smooth, rest)


def _put(b: Brackets, rows: Flags, part: Brackets) -> None:
    """Take over places, values and widths for the given rows."""
    for name in ("at", "value", "error", "width", "sides"):
        getattr(b, name)[rows] = getattr(part, name)


def _candidates(grid: Array, value: Array, error: Array) -> Brackets:
    """Local maxima of the scan whose bracket may hold the best."""
    middle, left, right = value[:, 1:-1], value[:, :-2], value[:, 2:]
    top = np.nanmax(np.where(np.isnan(value), -np.inf, value), axis=1, initial=0.0)
    hope = middle + 2 * np.maximum(middle - left, middle - right)
    with np.errstate(invalid="ignore"):
        row, column = np.nonzero((middle > left) & (middle >= right) & (hope >= top[:, None]) & (hope > error[:, 1:-1]))
    low, at, high = grid[column], grid[column + 1], grid[column + 2]
    sides = np.stack([value[row, column], value[row, column + 2]], axis=1)
    inner = row, column + 1
    return Brackets(row, low, at, high, value[inner], error[inner], sides, high - low)


def _take(b: Brackets, rows: Flags) -> Brackets:
    return Brackets(*(getattr(b, name)[rows] for name in Brackets.__dataclass_fields__))


def _narrow(function: ValuesAt, b: Brackets, limit: float) -> None:
    """Shrink brackets to a width of `limit` times their place: parabolic steps, golden ones where those stall."""
    stalled = np.zeros(len(b.row), bool)
    for _ in range(MAX_ROUNDS):
        active = np.flatnonzero(b.width > limit * b.at)
        if len(active) == 0:
            return
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


def _choose(function: ValuesAt, k: int, grid: Array, value: Array, error: Array, found: Brackets) -> Peak:
    """The least place of row k whose value ties with the best."""
    if np.isnan(value).all():
        return Peak(np.nan, np.nan)
    last = len(grid) - 1
    places = np.concatenate([found.at, grid[[last]]])
    values, errors = np.append(found.value, value[last]), np.append(found.error, error[last])
    widths = np.append(found.width, 0.0)
    best = int(np.argmax(values))
    if not values[best] > errors[best]:
        return Peak(0.0, 0.0)
    tied = np.flatnonzero(values + errors >= values[best] - errors[best])
    pick = int(tied[np.argmin(places[tied])])
    low = values[best] - errors[best]
    before = np.flatnonzero((grid < places[pick]) & (value + error >= low))
    if len(before) or _flat(found, pick, values, errors):
        return _edge(function, k, grid, value + error - low, float(places[pick]))
    return Peak(float(places[pick]), float(widths[pick]), pick == len(places) - 1 and last > 0)


def _flat(found: Brackets, pick: int, values: Array, errors: Array) -> bool:
    """Whether the refined bracket still has values within the errors on its left: the beginning of a plateau."""
    return pick < len(found.row) and bool(found.sides[pick, 0] >= values[pick] - errors[pick])


def _edge(function: ValuesAt, k: int, grid: Array, excess: Array, place: float) -> Peak:
    """The beginning of the plateau of best values that holds `place`: the least place that ties."""
    first = int(np.flatnonzero(np.append((excess >= 0), True))[0])
    high = min(place, float(grid[first])) if first < len(grid) else place
    below = np.flatnonzero((grid < high) & (excess < 0))
    return Peak(high, 0.0) if len(below) == 0 else Peak(*_bisect(function, k, float(grid[below[-1]]), high, excess))


def _bisect(function: ValuesAt, k: int, low: float, high: float, excess: Array) -> tuple[float, float]:
    level, _ = function(np.array([k, k]), np.array([low, high]))
    spread = float(function(np.array([k]), np.array([high]))[1][0])

    def above(_index: Index, x: Array) -> tuple[Array, Array]:
        value, _error = function(np.full(len(x), k), x)
        return value - level[1] + 2 * spread, np.zeros(len(x))

    start = np.array([level[0] - level[1] + 2 * spread])
    roots = find_roots(above, np.array([low]), np.array([high]), start, np.array([2 * spread]), TIGHT * high)
    return float(roots.at[0]), float(roots.width[0])
