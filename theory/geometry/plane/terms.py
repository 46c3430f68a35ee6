"""The outline of a labelled set in a box, as a sum for the places of one cell: see `shares`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.truncated import Truncated
from theory.geometry.plane.winding import panel_ends

# T lies elsewhere with probability exp(-RARE), which is rounding.
RARE = 36.0
# Nodes of panels that are longer than this and no longer than that, in units of the length on which T varies.
NODES = 12
RULES = ((0.0, 0.6, 6), (0.6, 1.2, 8), (1.2, 2.5, NODES))
# Panels are divided so often, and in so many parts.
DIVISIONS, PARTS = 60, 16
# Boxes about panels are wider than their nodes by this share.
PAD = 0.02


@dataclass(frozen=True)
class Terms:
    """Nodes (J,) with the weighted steps of the second coordinate, and sides (3, K): at c, from here to there."""

    first: Array
    second: Array
    rise: Array
    sides: Array

    @property
    def size(self) -> int:
        """How many there are."""
        return max(1, len(self.rise) + self.sides.shape[1])


def terms(outline: Outline, axes: tuple[Truncated, Truncated], cell: tuple[int, int]) -> Terms:
    """Nodes on panels as short as places of a cell need them, of what counts for one of them.

    outline: with NODES nodes on every panel. What lies to the right of all that counts, or along the second axis, needs
    no nodes but its ends.
    """
    (first, second), spans = axes, [np.array(axis.span(k)) for axis, k in zip(axes, cell, strict=True)]
    near = [axis.likely(span[0], span[1], RARE) for axis, span in zip(axes, spans, strict=True)]
    panels, sides, nodes = outline, [np.empty((3, 0))], []
    for _ in range(DIVISIONS):
        (x0, y0), (x1, y1) = (part.T for part in boxes(panels))
        kept = (y1 > y0) & (y0 <= near[1][1]) & (y1 >= near[1][0]) & (x1 >= near[0][0])
        beyond, straight = x0 > near[0][1], x0 == x1
        flat = kept & (beyond | straight)
        sides.append(_sides(panels.take(flat), np.where(beyond, first.high, x0)[flat]))
        long = np.stack([(x1 - x0) / first.scale(spans[0], x0, x1), (y1 - y0) / second.scale(spans[1], y0, y1)])
        size, kept = long.max(axis=0), kept & ~flat
        nodes += [_nodes(panels.take(kept & (size > a) & (size <= b)), count) for a, b, count in RULES]
        kept &= size > RULES[-1][1]
        if not kept.any():
            break
        panels = panels.take(kept).divided(np.minimum(np.ceil(size[kept] / RULES[-1][1]), PARTS).astype(int))
    place, other, rise = np.concatenate(nodes, axis=1)
    return Terms(place, other, rise, np.concatenate(sides, axis=1))


def _sides(panels: Outline, at: Array) -> Array:
    """(3, K) panels at a place of the first axis: it, and from where to where along the second."""
    low, high = np.sort(panel_ends(panels.points)[..., 1], axis=1).T
    down = panels.steps[..., 1].sum(axis=1) < 0
    return np.stack([at, np.where(down, high, low), np.where(down, low, high)])


def _nodes(panels: Outline, count: int) -> Array:
    """(3, J) nodes of panels, `count` on each, and their steps along the second axis."""
    turn, (weights, new) = _resampling(count), (rule(n)[1] for n in (NODES, count))
    points = np.einsum("ab,pbd->dpa", turn, panels.points)
    rise = np.einsum("ab,pb->pa", turn, panels.steps[..., 1] / weights) * new
    return np.stack([*points, rise]).reshape(3, -1)


@lru_cache
def _resampling(count: int) -> Array:
    """(count, NODES): from values at the nodes of a panel to those at so many others."""
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(rule(NODES)[0], NODES - 1))
    return np.polynomial.legendre.legvander(rule(count)[0], NODES - 1) @ inverse


def on_edges(outline: Outline, box: tuple[float, float, float, float]) -> Flags:
    """(4, P) which panels run along the lower, right, upper and left edge of a box."""
    places = ((1, box[1]), (0, box[2]), (1, box[3]), (0, box[0]))
    return np.stack([(outline.points[..., axis] == place).all(axis=1) for axis, place in places])


def inner_panels(outline: Outline, box: tuple[float, float, float, float]) -> Outline:
    """The panels of an outline that do not run along the edge of a box."""
    return outline.take(np.asarray(~on_edges(outline, box).any(axis=0)))


def boxes(outline: Outline) -> tuple[Array, Array]:
    """Low and high corners (P, 2) about panels."""
    low, high = outline.points.min(axis=1), outline.points.max(axis=1)
    pad = PAD * (high - low)
    return low - pad, high + pad
