"""The highest point of each of many functions of one variable, known on a common grid and with errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.bracketing import find_roots
from theory.terms import Array, Flags, Index

Values = Callable[[Index, Array], tuple[Array, Array]]

# Shares of the way across a bracket, refined until it is NARROW (relative to its place); then a polynomial through
# NODES points within a reach of it tells the stationary point, or the bracket is refined to TIGHT. A peak narrower than
# a reach is no polynomial there: the lower degree must go through all points to FITTING of their range.
NARROW, TIGHT = 3e-3, 1e-8
NODES, DEGREES, REACHES, FITTING = 9, (6, 8), (0.045, 0.009, 0.0018), 1e-3
GOLDEN = 0.5 * (3 - np.sqrt(5))
MAX_ROUNDS = 100


@dataclass(frozen=True)
class Peak:
    """at: the place; error: of the place; last: whether it is the end of the grid, where the function still rises."""

    at: float
    error: float
    last: bool = False


@dataclass
class _Brackets:
    """Brackets low < at < high with the largest value at `at`; `row` is the function each belongs to."""

    row: Index
    low: Array
    at: Array
    high: Array
    value: Array
    error: Array
    sides: Array
    width: Array


def highest(function: Values, grid: Array, value: Array, error: Array) -> list[Peak]:
    """The least place of the highest value of each row, 0 (the first of the grid) unless another is significantly > 0.

    Args:
        function: (rows, places) -> (values, errors).
        grid: (n,) increasing; value, error: (rows, n); the first column is the reference, 0.
    """
    found = _candidates(grid, value, error)
    if len(found.row):
        _narrow(function, found, NARROW)
        smooth = np.zeros(len(found.row), bool)
        for reach in REACHES:
            tried = _take(found, ~smooth)
            sound = _stationary(function, tried, reach) if len(tried.row) else np.zeros(0, bool)
            rows = np.flatnonzero(~smooth)[sound]
            for name in ("at", "value", "error", "width"):
                getattr(found, name)[rows] = getattr(tried, name)[sound]
            smooth[rows] = True
        rest = _take(found, ~smooth)
        _narrow(function, rest, TIGHT)
        for name in ("at", "value", "error", "width"):
            getattr(found, name)[~smooth] = getattr(rest, name)
    return [_choose(function, k, grid, value[k], error[k], _take(found, found.row == k)) for k in range(len(value))]


def _candidates(grid: Array, value: Array, error: Array) -> _Brackets:
    """Local maxima of the scan whose bracket may hold the best."""
    middle, left, right = value[:, 1:-1], value[:, :-2], value[:, 2:]
    top = np.nanmax(np.where(np.isnan(value), -np.inf, value), axis=1, initial=0.0)
    hope = middle + 2 * np.maximum(middle - left, middle - right)
    with np.errstate(invalid="ignore"):
        row, column = np.nonzero((middle > left) & (middle >= right) & (hope >= top[:, None]) & (hope > error[:, 1:-1]))
    low, at, high = grid[column], grid[column + 1], grid[column + 2]
    sides = np.stack([value[row, column], value[row, column + 2]], axis=1)
    inner = row, column + 1
    return _Brackets(row, low, at, high, value[inner], error[inner], sides, high - low)


def _take(b: _Brackets, rows: Flags) -> _Brackets:
    return _Brackets(*(getattr(b, name)[rows] for name in _Brackets.__dataclass_fields__))


def _narrow(function: Values, b: _Brackets, limit: float) -> None:
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


def _next(b: _Brackets, active: Index, stalled: Flags, limit: float) -> Array:
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


def _stationary(function: Values, b: _Brackets, reach: float) -> Flags:
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


def _choose(function: Values, k: int, grid: Array, value: Array, error: Array, found: _Brackets) -> Peak:
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


def _flat(found: _Brackets, pick: int, values: Array, errors: Array) -> bool:
    """Whether the refined bracket still has values within the errors on its left: the beginning of a plateau."""
    return pick < len(found.row) and bool(found.sides[pick, 0] >= values[pick] - errors[pick])


def _edge(function: Values, k: int, grid: Array, excess: Array, place: float) -> Peak:
    """The beginning of the plateau of best values that holds `place`: the least place that ties."""
    first = int(np.flatnonzero(np.append((excess >= 0), True))[0])
    high = min(place, float(grid[first])) if first < len(grid) else place
    below = np.flatnonzero((grid < high) & (excess < 0))
    return Peak(high, 0.0) if len(below) == 0 else Peak(*_bisect(function, k, float(grid[below[-1]]), high, excess))


def _bisect(function: Values, k: int, low: float, high: float, excess: Array) -> tuple[float, float]:
    level, _ = function(np.array([k, k]), np.array([low, high]))
    spread = float(function(np.array([k]), np.array([high]))[1][0])

    def above(_index: Index, x: Array) -> tuple[Array, Array]:
        value, _error = function(np.full(len(x), k), x)
        return value - level[1] + 2 * spread, np.zeros(len(x))

    start = np.array([level[0] - level[1] + 2 * spread])
    roots = find_roots(above, np.array([low]), np.array([high]), start, np.array([2 * spread]), TIGHT * high)
    return float(roots.at[0]), float(roots.width[0])
