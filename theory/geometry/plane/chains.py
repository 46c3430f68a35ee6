"""Panels in the order in which they follow each other, and outlines as polygons to look at."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Index
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.winding import panel_ends


def curves(outline: Outline) -> list[Array]:
    """Closed polygons (m, 2) through the nodes of an outline, the region on the left."""
    if len(outline.points) == 0:
        return []
    points, _steps = forward(outline)
    sequence, chain = chains(points)
    cuts = np.flatnonzero(np.diff(chain)) + 1
    return [part.reshape(-1, 2) for part in np.split(points[sequence], cuts)]


def forward(outline: Outline) -> tuple[Array, Array]:
    """Nodes and steps with the nodes of every panel in the order of its steps."""
    points, steps = outline.points.copy(), outline.steps.copy()
    against = ((points[:, -1] - points[:, 0]) * steps.sum(axis=1)).sum(axis=1) < 0
    points[against], steps[against] = points[against, ::-1], steps[against, ::-1]
    return points, steps


def chains(points: Array) -> tuple[Index, Index]:
    """Panels in the order in which they follow each other, and for each the number of its chain."""
    ends = panel_ends(points)
    follower = cKDTree(ends[:, 0]).query(ends[:, 1])[1].tolist()
    fresh = [True] * len(points)
    order, chain = [], []
    for start in range(len(points)):
        panel = start
        while fresh[panel]:
            fresh[panel] = False
            order.append(panel)
            chain.append(start)
            panel = follower[panel]
    return np.array(order), np.array(chain)
