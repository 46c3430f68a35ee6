"""The outline of a labelled set in a finite domain that goes on outside of it: without noise nothing else tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.terms import on_edges
from theory.geometry.plane.winding import panel_ends
from theory.geometry.plane.window import Window
from theory.problems.problem import OffSupport

# Lines go on this many times as far as the window.
FAR = 1.5
# Parts of an edge shorter than this share of it are rounding.
CLOSE = 1e-12
# Directions of the edges of a box, counterclockwise from its low corner; outward is to their right.
WAYS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def outside(plain: Outline, held: SetUnion, beyond: OffSupport, window: Window) -> Outline:
    """The outline of a set in its clip, and outside of that what a rule says.

    plain: that of the set alone. beyond: "nearest", the class of the nearest point of the clip, or "class1".
    """
    box = held.clip
    assert box is not None
    along = on_edges(plain, (box[0], box[1], box[2], box[3]))
    corners = np.array([box[[0, 1]], box[[2, 1]], box[[2, 3]], box[[0, 3]], box[[0, 1]]])
    count, far = plain.points.shape[1], FAR * (window.half + np.abs(window.center - corners).max())
    starts, ends = [np.empty((0, 2))], [np.empty((0, 2))]
    for k, way in enumerate(WAYS):
        cuts, labels = _parts(plain.take(along[k]), corners[k], corners[k + 1], way)
        places = corners[k] + cuts[:, None] * way
        places[-1] = corners[k + 1]
        if beyond == "class1":
            starts.append(places[1:][~labels])
            ends.append(places[:-1][~labels])
            continue
        sides = np.concatenate([held.contains(corners[[k]]), labels, held.contains(corners[[k + 1]])])
        out = places + far * np.array([way[1], -way[0]])
        for turns, first, last in ((~sides[:-1] & sides[1:], places, out), (sides[:-1] & ~sides[1:], out, places)):
            starts.append(first[turns])
            ends.append(last[turns])
    points, steps = _straight(np.concatenate(starts), np.concatenate(ends), count)
    inner = plain.take(np.asarray(~along.any(axis=0)))
    return replace(inner, points=np.concatenate([inner.points, points]), steps=np.concatenate([inner.steps, steps]))


def _parts(labelled: Outline, start: Array, stop: Array, way: Array) -> tuple[Array, Flags]:
    """Where an edge is cut by the ends of labelled panels along it, and which parts (n - 1,) are labelled."""
    low, high = np.sort((panel_ends(labelled.points) - start) @ way, axis=1).T
    length = float((stop - start) @ way)
    inner = np.sort(np.concatenate([low, high]))
    inner = inner[(inner > CLOSE * length) & (inner < (1 - CLOSE) * length)]
    inner = inner[np.diff(inner, prepend=0.0) > CLOSE * length]
    cuts = np.concatenate([[0.0], inner, [length]])
    middle = 0.5 * (cuts[1:] + cuts[:-1])[:, None]
    return cuts, np.asarray(((low < middle) & (middle < high)).any(axis=1))


def _straight(start: Array, stop: Array, count: int) -> tuple[Array, Array]:
    """Panels along straight lines."""
    at, weights = rule(count)
    middle, half = 0.5 * (start + stop)[:, None], 0.5 * (stop - start)[:, None]
    return middle + half * at[:, None], half * weights[:, None]
