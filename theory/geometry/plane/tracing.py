"""Zero sets from squares, and drawn again."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.plane import arcs
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.redrawn import redrawn
from theory.geometry.plane.squares import Leaves, PlaneField, fitting, settle

# Squares this small, relative to the scale of the field, are crossed by straight lines.
LEAST = 1e-6
# Panels that are drawn again are better than those of a level by this factor.
SHARE = 0.01


def trace(field: PlaneField, start: tuple[Array, Array], scale: float, level: Refinement) -> Outline:
    """The zero set in squares `start` that hold it."""
    return drawn(settle(field, fitting(field, *start), LEAST * scale, level.accuracy), level)


def drawn(leaves: Leaves, level: Refinement) -> Outline:
    """The zero set in squares that are settled, and straight across the others."""
    points, steps = arcs.panels(leaves, level.nodes, level.accuracy)
    more, moves = arcs.chords(*leaves.stuck, level.nodes)
    stuck = np.column_stack([leaves.stuck[0], leaves.stuck[1]])
    return Outline(np.concatenate([points, more]), np.concatenate([steps, moves]), stuck=stuck, near=leaves.near)


def finer(field: PlaneField, outline: Outline, scale: float, level: Refinement) -> Outline | None:
    """A zero set drawn again at a level, with few panels; None where some is left unsettled, or it is not smooth."""
    if len(outline.stuck):
        return None
    return redrawn(outline, field, level.nodes, SHARE * level.accuracy, scale)


def carried(field: PlaneField, before: Outline, scale: float, level: Refinement) -> Outline | None:
    """What was found at the level before, drawn again; None where a finer field might see more."""
    return None if before.near else finer(field, before, scale, level)
