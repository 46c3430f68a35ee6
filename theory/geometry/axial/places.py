"""Points of R^d as places along an axis and distances from it."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array

# A point of the axis, its direction, and the rows that are looked at across it, all if None.
Frame = tuple[Array, Array, Array | None]


def about_axis(frame: Frame, points: Array) -> Array:
    """(1, m, 2) places along the axis and distances from it of points (m, d)."""
    origin, axis, rows = frame
    offset = points - origin
    t = offset @ axis
    across = offset - t[:, None] * axis
    if rows is not None:
        across = across @ rows.T
    return np.stack([t, np.linalg.norm(across, axis=1)], axis=-1)[None]
