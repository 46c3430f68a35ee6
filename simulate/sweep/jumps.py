"""A function of one variable known at some places, with gaps where it jumps: drawn lines do not slant across them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array

# A step is looked into where it is more than OUTSTANDING times the lesser of its neighbours and SEEN of the range.
OUTSTANDING, SEEN = 3.0, 1 / 200
# How often a step is cut in so many parts at once, after which a jump has kept this share of it; a square root has a
# sixth left.
ROUNDS, PARTS, KEPT = 2, 6, 0.5


def with_gaps(function: Callable[[Array], Array], at: Array, value: Array, span: float) -> Array:
    """Points (n, 2) of (place, value), with both ends of each jump and NaN between.

    Args:
        function: values at places (n,); NaN where there is none.
        at: increasing; value: there. span: of the values that are drawn.
    """
    step = np.abs(np.diff(value))
    known = np.nan_to_num(np.pad(step, 1))
    doubtful = np.flatnonzero(step > np.maximum(OUTSTANDING * np.minimum(known[:-2], known[2:]), SEEN * span))
    ends = np.stack([np.stack([at[doubtful + k], value[doubtful + k]], axis=1) for k in (0, 1)])
    for _ in range(ROUNDS):
        if len(doubtful) == 0:
            break
        places = np.linspace(ends[0, :, 0], ends[1, :, 0], PARTS + 1)
        values = np.concatenate([ends[:1, :, 1], function(places[1:-1].ravel()).reshape(PARTS - 1, -1), ends[1:, :, 1]])
        most = np.argmax(np.nan_to_num(np.abs(np.diff(values, axis=0)), nan=np.inf), axis=0)
        points, every = np.stack([places, values], axis=2), np.arange(len(doubtful))
        ends = np.stack([points[most, every], points[most + 1, every]])
    jumps = ~(np.abs(np.diff(ends[:, :, 1], axis=0)[0]) <= KEPT * step[doubtful])
    parts, last = [], 0
    points = np.stack([at, value], axis=1)
    for k, low, high in zip(doubtful[jumps], ends[0, jumps], ends[1, jumps], strict=True):
        parts += [points[last : k + 1], [low], [[np.nan, np.nan]], [high]]
        last = k + 1
    return np.concatenate([*parts, points[last:]])
