"""Zero curves of a function of two variables, by predictor-corrector continuation from many seeds at once.

`zero_curve` finds seeds on the lines of a grid and puts them onto the curve; `theory.numerics.tracing` joins and
extends them. Nothing here knows what the function is; `theory.risks.zero_gain` hands in gains.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags
from theory.numerics.bracketing import find_roots
from theory.numerics.field import Field
from theory.numerics.tracing import Web

PlaneFunction = Callable[[Array, Array], tuple[Array, Array]]
Seeds = tuple[ArrayLike, ArrayLike, ArrayLike]

SEEDS = 33
# Seeds nearer than this share of the rectangle are one seed found on two grid lines.
SAME_SEED = 1e-7


def zero_curve(
    function: PlaneFunction,
    x: tuple[float, float],
    y: tuple[float, float],
    seeds: Seeds | int = SEEDS,
    *,
    tolerance: float = 1e-10,
    max_step: float = 0.05,
    slopes: PlaneFunction | None = None,
) -> list[Array]:
    """The branches of {F = 0} in the rectangle x[0] <= x <= x[1], y[0] <= y <= y[1].

    Sign changes along the lines of the seeding grid are refined to roots by bracketing. All roots are then continued
    in both directions at the same time: neighbours whose tangents agree are joined through a corrected midpoint, and
    open ends advance by pseudo-arclength steps (predictor along the tangent, secant corrector along the normal, step by
    the turn of the tangent) until they leave the rectangle, meet another branch's open end, or cannot go on.

    Args:
        function: (xs (n,), ys (n,)) -> (values (n,), errors (n,)). It is called only inside the rectangle. A value
            within its error of 0 counts as 0, which lets whole regions of zeros exist: they and their borders are no
            zero curves and are not traced. F may have kinks and jumps.
        seeds: (xs (m,), ys (n,), values (n, m)) of a grid in the rectangle, increasing, with 0 or NaN where a value is
            not significant; or the number of grid lines in each direction. A branch that crosses no line of the grid is
            not found; one that crosses any is followed to its ends.
        tolerance: relative to the size of the rectangle, and for F to the largest seed value.
        max_step: longest step, relative to the rectangle.
        slopes: (xs, ys) -> (derivatives (n, 2), errors (n, 2)), NaN where there is none: tangents are then exact, at
            one evaluation instead of three.

    Returns:
        One array (n, 2) of points per branch, in order, F > 0 on the left; a closed branch repeats its first point.
        Every point satisfies |F| <= max(tolerance * max|seed values|, 2 error). At jumps and at regions of zeros a
        branch ends, within max_step / 16 of them. Corners (kinks of F) are cut by at most max_step / 4; where branches
        cross (grad F = 0) they are returned as corners that touch, with F > 0 on the left of each.
    """
    field = Field(function, np.array([x[0], y[0]], float), np.array([x[1] - x[0], y[1] - y[0]], float), tolerance)
    field.slopes = slopes
    grid_x, grid_y, values = _grid(field, seeds)
    finite = np.abs(values[np.isfinite(values)])
    field.scale = float(finite.max(initial=0.0))
    low, high, at_low, at_high = _brackets(grid_x, grid_y, values)
    if len(low) == 0:
        return []

    def along(index: np.ndarray, share: Array) -> tuple[Array, Array]:
        return field(low[index] + share[:, None] * (high[index] - low[index]))

    ends = np.zeros(len(low)), np.ones(len(low))
    roots = find_roots(along, *ends, at_low, at_high, tolerance)
    good = field.small(roots.value, roots.error)
    places = (low + roots.at[:, None] * (high - low))[good]
    web = Web(field, places[_distinct(places)], max_step)
    web.trace()
    return [field.outward(curve) for curve in web.curves()]


def _grid(field: Field, seeds: Seeds | int) -> tuple[Array, Array, Array]:
    """The seeding grid in units of the rectangle."""
    if isinstance(seeds, int):
        line = np.linspace(0, 1, seeds)
        places = np.stack(np.meshgrid(line, line), axis=-1)
        value, error = field(places.reshape(-1, 2))
        return line, line, np.where(np.abs(value) <= error, 0.0, value).reshape(seeds, seeds)
    xs, ys, values = (np.asarray(part, float) for part in seeds)
    if values.shape != (len(ys), len(xs)):
        raise ValueError(f"seed values of shape {values.shape}, expected {(len(ys), len(xs))}")
    return (xs - field.origin[0]) / field.size[0], (ys - field.origin[1]) / field.size[1], values


def _brackets(xs: Array, ys: Array, values: Array) -> tuple[Array, Array, Array, Array]:
    """Neighbours on the lines of the grid, or next but one across a single zero, where the sign changes."""
    parts = []
    for table, lines, nodes, flip in ((values, ys, xs, False), (values.T, xs, ys, True)):
        for reach in (1, 2):
            first, second = table[:, :-reach], table[:, reach:]
            change = (first * second < 0) & _single_zero(table, reach)
            row, column = np.nonzero(change)
            ends = [np.stack([nodes[k], lines[row]], axis=1) for k in (column, column + reach)]
            ends = [e[:, ::-1] for e in ends] if flip else ends
            parts.append((*ends, first[change], second[change]))
    low, high, at_low, at_high = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return low, high, at_low, at_high


def _single_zero(table: Array, reach: int) -> Flags | bool:
    return True if reach == 1 else table[:, 1:-1] == 0


def _distinct(places: Array) -> Flags:
    """Which points are not within SAME_SEED of one before them."""
    near = np.abs(places[:, None, :] - places[None, :, :]).max(axis=2) <= SAME_SEED
    return ~np.tril(near, -1).any(axis=1)
