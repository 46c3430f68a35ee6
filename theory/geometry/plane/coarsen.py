"""Fewer and longer panels for an outline that was traced in small squares.

Panels that follow each other are joined as long as the curve turns little, and get new nodes, by arc length. A run
whose area does not come out as before keeps its panels.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane.chains import chains, forward
from theory.geometry.plane.outline import Outline, rule

# A panel turns by at most this angle.
TURN = 0.5
INVERSIONS = 6


def coarsen(outline: Outline, accuracy: float) -> Outline:
    """The same curves with long panels; area under a panel is kept to `accuracy` of its squared length."""
    if len(outline.points) < 2:
        return outline
    points, steps = forward(outline)
    sequence, first = chains(points)
    points, steps = points[sequence], steps[sequence]
    weights = rule(points.shape[1])[1]
    length = np.hypot(steps[..., 0], steps[..., 1])
    group = _groups(steps, first)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(starts[1:], len(group))
    total = np.concatenate([[0.0], np.cumsum(length.sum(axis=1))])
    new_points, new_steps = _resampled(points, steps / weights[:, None], total, starts, ends)
    before = np.add.reduceat(_areas(points, steps, points[starts[group], 0]), starts)
    span = total[ends] - total[starts]
    good = np.abs(_areas(new_points, new_steps, points[starts, 0]) - before) <= accuracy * span**2
    keep = ~good[group]
    return Outline(
        np.concatenate([new_points[good], points[keep]]),
        np.concatenate([new_steps[good], steps[keep]]),
        outline.outside,
        outline.stuck,
    )


def _groups(steps: Array, chain: Index) -> Index:
    """The number of the run that each panel belongs to."""
    heading = np.unwrap(np.arctan2(steps[..., 1], steps[..., 0]).ravel()).reshape(steps.shape[:2])
    turning = np.abs(np.diff(heading.ravel(), prepend=heading[0, 0])).reshape(heading.shape)
    joint, inner = turning[:, 0], turning[:, 1:].sum(axis=1)
    group, number, so_far = [], -1, np.inf
    for k in range(len(steps)):
        so_far += joint[k] + inner[k]
        if so_far > TURN or chain[k] != chain[k - 1] or k == 0:
            number += 1
            so_far = inner[k]
        group.append(number)
    return np.array(group)


def _resampled(points: Array, speed: Array, total: Array, starts: Index, ends: Index) -> tuple[Array, Array]:
    """Nodes and steps of runs of panels, by arc length."""
    count = points.shape[1]
    at, weights = rule(count)
    half = 0.5 * (total[ends] - total[starts])
    target = (total[starts] + half)[:, None] + half[:, None] * at
    panel = np.clip(np.searchsorted(total, target, side="right") - 1, 0, len(points) - 1)
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(at, count - 1))
    pace = np.hypot(speed[..., 0], speed[..., 1]) @ inverse.T
    path = np.polynomial.legendre.legint(pace.T, lbnd=-1).T
    local = (target - total[panel]).ravel()
    flat = panel.ravel()
    t = 2 * local / np.maximum(total[flat + 1] - total[flat], 1e-300) - 1
    for _ in range(INVERSIONS):
        table = np.polynomial.legendre.legvander(t, count)
        excess = np.einsum("ni,ni->n", table, path[flat]) - local
        t = np.clip(t - excess / np.einsum("ni,ni->n", table[:, :-1], pace[flat]), -1, 1)
    turn = np.polynomial.legendre.legvander(t, count - 1) @ inverse
    place, move = (np.einsum("ni,nid->nd", turn, v[flat]) for v in (points, speed))
    move /= np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-300)[:, None]
    shape = (*target.shape, 2)
    return place.reshape(shape), move.reshape(shape) * (half[:, None] * weights)[..., None]


def _areas(points: Array, steps: Array, origin: Array) -> Array:
    """(P,) 1/2 of the integral of x dy - y dx along panels, around origins (P, 2)."""
    x = points - origin[:, None]
    return 0.5 * (x[..., 0] * steps[..., 1] - x[..., 1] * steps[..., 0]).sum(axis=1)
