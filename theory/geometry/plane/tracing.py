"""Zero sets inside a window, closed along its edge."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.plane import arcs
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import closed
from theory.geometry.plane.squares import Leaves, PlaneField, fitting, settle
from theory.geometry.plane.window import Window

# Squares this small, relative to the scale of the field, are crossed by straight lines.
LEAST = 1e-6


def trace(field: PlaneField, window: Window, start: tuple[Array, Array], scale: float, level: Refinement) -> Outline:
    """The outline of {field >= 0} in a window, from squares `start` that hold its zero set."""
    return enclosed(field, window, settle(field, fitting(field, *start), LEAST * scale, level.accuracy), level)


def enclosed(field: PlaneField, window: Window, leaves: Leaves, level: Refinement) -> Outline:
    """The same from squares that are settled."""
    count = level.nodes
    points, steps = arcs.panels(leaves, count, level.accuracy)
    more, moves = arcs.chords(*leaves.stuck, count)
    points, steps = np.concatenate([points, more]), np.concatenate([steps, moves])
    center, half, _held = leaves.stuck
    found = Outline(points, steps, stuck=np.column_stack([center, half]))
    return closed(found, window, lambda at: field.value(at) >= 0)
