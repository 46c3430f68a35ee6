"""Outlines along the edge of a window: what closes them, and how they are cut there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.common import along, cut
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import panel_ends
from theory.geometry.plane.window import Window

# Panels that end this near to the edge of the window, relative to its size, cut it. The ends of coarse panels are not
# exact; a cut that is not needed does no harm.
CLOSE = 0.01
# Panels all of whose nodes are this near to the edge run along it.
ALONG = 1e-12


def closed(outline: Outline, window: Window, inside: Callable[[Array], Flags]) -> Outline:
    """An outline closed along the edge of a window, in which it lies; inside: whether points belong to the region."""
    count = outline.points.shape[1]
    local = (panel_ends(outline.points).reshape(-1, 2) - window.center) / window.half
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
    good = inside(place[:, -1])
    if good.all():
        return replace(outline, outside=True)
    points, steps = np.concatenate([outline.points, place[good, :-1]]), np.concatenate([outline.steps, run[good]])
    return replace(outline, points=points, steps=steps, outside=False)


def on_edge(outline: Outline, window: Window) -> Flags:
    """(P,) which panels run along the edge of a window."""
    near = np.abs(np.abs(outline.points - window.center) / window.half - 1) < ALONG
    return np.asarray(np.any(np.all(near, axis=1), axis=1))


def clipped(outline: Outline, window: Window) -> Outline:
    """The parts of panels, and squares, that lie in a window."""
    local = (outline.points - window.center) / window.half
    values = np.concatenate([local[..., axis] - side for axis in (0, 1) for side in (-1.0, 1.0)])
    row = np.tile(np.arange(len(local)), 4)
    near = np.abs(values).min(axis=1) < np.ptp(local, axis=1).max(axis=1)[row]
    row, low, high = cut(outline, row[near], values[near])
    count = outline.points.shape[1]
    at, weights = rule(count)
    place = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * np.append(at, 0.0)
    points = along(outline.points[row], place)
    good = (np.abs(points[:, -1] - window.center) <= window.half).all(axis=1)
    speeds = along(outline.steps[row] / weights[:, None], place[:, :-1])
    steps = (0.5 * (high - low))[:, None, None] * weights[:, None] * speeds
    stuck = (np.abs(outline.stuck[:, :2] - window.center) <= window.half + outline.stuck[:, 2:]).all(axis=1)
    return replace(outline, points=points[good, :-1], steps=steps[good], stuck=outline.stuck[stuck])
