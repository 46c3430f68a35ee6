"""Zero sets inside a window, closed along its edge."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.plane import arcs
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.squares import Leaves, PlaneField, fitting, settle
from theory.geometry.plane.winding import panel_ends
from theory.geometry.plane.window import Window

# Squares this small, relative to the scale of the field, are crossed by straight lines.
LEAST = 1e-6
# Panels that end this near to the edge of the window, relative to its size, cut it. The ends of coarse panels are not
# exact; a cut that is not needed does no harm.
CLOSE = 0.01


def trace(field: PlaneField, window: Window, start: tuple[Array, Array], scale: float, level: Refinement) -> Outline:
    """The outline of {field >= 0} in a window, from squares `start` that hold its zero set."""
    return enclosed(field, window, settle(field, fitting(field, *start), LEAST * scale, level.accuracy), level)


def enclosed(field: PlaneField, window: Window, leaves: Leaves, level: Refinement) -> Outline:
    """The same from squares that are settled."""
    count = level.nodes
    points, steps = arcs.panels(leaves, count, level.accuracy)
    more, moves = arcs.chords(*leaves.stuck, count)
    points, steps = np.concatenate([points, more]), np.concatenate([steps, moves])
    loose = float((4 * leaves.stuck[1] ** 2).sum())
    edge, run = _edges(field, window, points, steps, count)
    if edge is None:
        return Outline(points, steps, True, loose)
    return Outline(np.concatenate([points, edge]), np.concatenate([steps, run]), False, loose)


def _edges(field: PlaneField, window: Window, points: Array, steps: Array, count: int) -> tuple[Array | None, Array]:
    """Panels along the edge of the window where the field is positive; None where that is all of it."""
    local = (panel_ends(points).reshape(-1, 2) - window.center) / window.half
    at, weights = rule(count)
    places, runs = [], []
    for axis, side in ((1, -1.0), (0, 1.0), (1, 1.0), (0, -1.0)):
        other = 1 - axis
        here = np.abs(local[:, axis] - side) < CLOSE
        cuts = np.unique(np.concatenate([[-1.0, 1.0], np.clip(local[here, other], -1, 1)]))
        middle, half = 0.5 * (cuts[1:] + cuts[:-1]), 0.5 * np.diff(cuts)
        place = np.full((len(middle), count + 1, 2), side)
        place[..., other] = middle[:, None] + half[:, None] * np.append(at, 0.0)
        run = np.zeros((len(middle), count, 2))
        run[..., other] = (-side if axis == 1 else side) * half[:, None] * weights
        places.append(window.center + window.half * place)
        runs.append(window.half * run)
    place, run = np.concatenate(places), np.concatenate(runs)
    good = field.value(place[:, -1]) >= 0
    return (None, np.empty((0, count, 2))) if good.all() else (place[good, :-1], run[good])
