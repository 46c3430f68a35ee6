"""The lines across which a function of two variables changes sign: where it is 0, and where it jumps across 0.

`zero_curve` takes the signs on a grid as they are: every side of a cell whose ends have opposite signs is crossed by a
line. Nothing here knows what the function is; `theory.risks.zero_gain` hands in gains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.numerics.chords import Chords, joined
from theory.numerics.crossings import Crossings, Kind
from theory.numerics.lattice import Function, Lattice, Plane

Seeds = tuple[ArrayLike, ArrayLike, ArrayLike]

SEEDS = 33


@dataclass(frozen=True)
class ZeroLine:
    """A piece of a line on which a function changes sign.

    points: (n, 2) of (x, y) in order, the function > 0 on the left; a closed line repeats its first point.
    kind: "zero" where the function is 0, "jump" where it changes sign without passing through 0.
    """

    points: Array
    kind: Kind


def zero_curve(
    function: Function,
    x: tuple[float, float],
    y: tuple[float, float],
    seeds: Seeds | int = SEEDS,
    *,
    tolerance: float = 1e-10,
    max_step: float = 0.05,
    places: int = 1,
) -> list[ZeroLine]:
    """The lines on which F changes sign in the rectangle x[0] <= x <= x[1], y[0] <= y <= y[1].

    The sign changes along the sides of all cells of the grid are refined by bracketing, and joined within each cell.
    Beside the quarters of each chord both signs must be found, within an eighth of its length; else, and where a cell
    has more than one chord, where a line ends in it or becomes a jump, the cell is halved, up to four times, and so are
    neighbours into which a line turns out to run. Onsets of square roots, kinks and jumps are lines like others.

    Args:
        function: (xs (n,), ys (n,)) -> (values (n,), errors (n,)), called inside the rectangle only. A value within its
            error of 0 has no sign, nor has NaN. That lets whole regions without sign exist: their borders are no lines.
        seeds: (xs (m,), ys (n,), values (n, m)) of a grid in the rectangle, increasing, with 0 or NaN where a value is
            not significant; or the number of grid lines in each direction. A line that crosses no side of a cell
            between opposite signs is not found; nor is the part of one that is nearer to another than a sixteenth of a
            cell.
        tolerance: relative to the size of the rectangle, and for F to the largest seed value.
        max_step: longest step, relative to the rectangle.
        places: for how many the function takes about as long as for one.

    Returns:
        Lines, in pieces of one kind. Where that is "zero", |F| <= max(tolerance * max|seed values|, 2 error) at every
        point, or F tends to 0 there with no bounded slope. Each neighbouring pair of the grid with opposite signs has a
        line between. Lines end only on the border and, within a sixteenth of a cell, at places without a sign. Where
        lines cross they are returned as corners that nearly touch.
    """
    plane = Plane(function, np.array([x[0], y[0]], float), np.array([x[1] - x[0], y[1] - y[0]], float))
    xs, ys, values = _grid(plane, seeds)
    sides = Crossings(Lattice(plane, xs, ys, values), np.nanmax(np.abs(values), initial=0.0), tolerance, places)
    return [ZeroLine(plane.outward(points), kind) for points, kind in joined(Chords(sides, max_step).found())]


def _grid(plane: Plane, seeds: Seeds | int) -> tuple[Array, Array, Array]:
    """The grid in units of the rectangle."""
    if isinstance(seeds, int):
        line = np.linspace(0, 1, seeds)
        places = np.stack(np.meshgrid(line, line), axis=-1)
        return line, line, plane.significant(places.reshape(-1, 2)).reshape(seeds, seeds)
    xs, ys, values = (np.asarray(part, float) for part in seeds)
    if values.shape != (len(ys), len(xs)):
        raise ValueError(f"seed values of shape {values.shape}, expected {(len(ys), len(xs))}")
    return (xs - plane.origin[0]) / plane.size[0], (ys - plane.origin[1]) / plane.size[1], values
