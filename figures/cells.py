"""The cells of a map: their edges, sets of cells as shapes, and the roomiest place within a set.

A map has one value per grid point; its cell reaches half way to the neighbours and, at the rim, not beyond the grid.
"""

from __future__ import annotations

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray
from scipy import ndimage

from theory.arrays import Array, Flags


def edges(points: Array, scale: str = "linear") -> Array:
    """The n + 1 edges of the cells of n increasing grid points, half way between these on a "linear" or a "log" scale;
    one point alone gets a cell of some width."""
    if scale == "log":
        bounds = np.sqrt(points[1:] * points[:-1])
        ends = points[[0, -1]] if len(points) > 1 else points[0] * np.sqrt([0.5, 2.0])
        return np.concatenate([ends[:1], bounds, ends[1:]])
    if len(points) == 1:
        half = 0.5 * abs(points[0]) or 0.5
        return np.array([points[0] - half, points[0] + half])
    return np.concatenate([points[:1], 0.5 * (points[1:] + points[:-1]), points[-1:]])


def runs(cells: Flags, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """A set of cells (ny, nx) between edges x and y as rectangles, the runs of each row: left, right, bottom, top."""
    padded = np.pad(cells.astype(np.int8), ((0, 0), (1, 1)))
    row, start = np.nonzero(np.diff(padded, axis=1) == 1)
    _row, stop = np.nonzero(np.diff(padded, axis=1) == -1)
    return x[start], x[stop], y[row], y[row + 1]


def shape_of(cells: Flags, x: Array, y: Array) -> Path:
    """A set of cells (ny, nx) between edges x and y, as one path of rectangles."""
    left, right, bottom, top = runs(cells, x, y)
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    points = np.stack([np.stack(c, axis=-1) for c in (*corners, corners[0])], axis=1)
    codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(left))
    return Path(points.reshape(-1, 2), codes.astype(np.uint8))


def outline(cells: Flags, x: Array, y: Array) -> Path:
    """The border of a set of cells inside the map, as one path of unconnected segments."""
    row, column = np.nonzero(cells[:, 1:] != cells[:, :-1])
    upright = [(x[column + 1], y[row]), (x[column + 1], y[row + 1])]
    row, column = np.nonzero(cells[1:] != cells[:-1])
    level = [(x[column], y[row + 1]), (x[column + 1], y[row + 1])]
    ends = [np.stack([np.stack(c, axis=-1) for c in pair], axis=1) for pair in (upright, level)]
    points = np.concatenate(ends).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.LINETO], len(points) // 2)
    return Path(points, codes.astype(np.uint8))


def roomiest(cells: Flags, size: tuple[float, float], room: float) -> tuple[int, int] | None:
    """The cell (row, column) of a set farthest from all others, None where that is nearer than `room`.

    size: (height, width) of the whole map, in the unit of `room`. The rim of the map counts as its border.
    """
    sampling = (size[0] / cells.shape[0], size[1] / cells.shape[1])
    distance = ndimage.distance_transform_edt(np.pad(cells, 1), sampling=sampling)[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(distance)), cells.shape)
    return (int(row), int(column)) if distance[row, column] >= room else None


def nearest(points: Array, values: Array) -> NDArray[np.intp]:
    """The index of the cell that holds each value, by the edges of increasing grid points."""
    return np.clip(np.searchsorted(edges(points), values) - 1, 0, len(points) - 1)
