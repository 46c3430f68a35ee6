"""Where circles and lines along the axes cross, and which pieces of them bound a union: decided beyond rounding.

Sets that touch on paper overlap, or are apart, by a rounding error in floats. The two ends of such a crossing lie as
far from each other as a root of that error, 1e-8 of a radius, and none of its digits are known. So curves that
overlap by less than a slack of some rounding errors do not cross; the others do in places that both know alike. What
is left between crossings lies within another set, or outside of it, as far as the most distant of some of its places.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Flags, Index

# The slack, in rounding errors of the largest coordinate.
ULPS = 64
# Where pieces are looked at: no place of symmetry is among them.
PLACES = np.array([-0.83, -0.31, 0.17, 0.71])
# Circles about sets are larger by this factor, so that rounding leaves nothing out.
REACH = 1.001


def slack(*numbers: Array) -> float:
    """How far curves of sets with these coordinates may be from where they are on paper."""
    return ULPS * float(np.finfo(float).eps) * max(float(np.abs(v).max(initial=0.0)) for v in numbers)


def circle_cuts(disc: Array, discs: Array, least: float) -> Array:
    """Angles at which other circles (N, 3) cross a circle (3,).

    The half-chord that two circles share is one product for both, exact where they are nearly one.
    """
    (dx, dy), r, other = (discs[:, :2] - disc[:2]).T, disc[2], discs[:, 2]
    apart = np.hypot(dx, dy)
    meet = (apart < r + other - least) & (apart > np.abs(r - other) + least)
    dx, dy, apart, other = dx[meet], dy[meet], apart[meet], other[meet]
    more, total = r - other, r + other
    chord = np.sqrt((total - apart) * (total + apart) * (apart - more) * (apart + more)) / (2 * apart)
    toward, spread = np.arctan2(dy, dx), np.arctan2(chord, 0.5 * apart + 0.5 * more * total / apart)
    return _turned(np.concatenate([toward - spread, toward + spread]))


def line_cuts(disc: Array, segments: Array, least: float) -> Array:
    """Angles at which the lines of segments (S, 4) along the axes cross a circle."""
    found = [np.empty(0)]
    for along in (0, 1):
        lines = segments[segments[:, 1 - along] == segments[:, 3 - along], 1 - along]
        offset, half, _met = _chords(lines - disc[1 - along], np.full(len(lines), disc[2]), least)
        for side in (-half, half):
            found.append(np.arctan2(offset, side) if along == 0 else np.arctan2(side, offset))
    return np.concatenate(found)


def disc_cuts(discs: Array, place: float, along: int, least: float) -> Array:
    """Where circles (N, 3) cross the line on which the other coordinate is `place`."""
    _offset, half, met = _chords(place - discs[:, 1 - along], discs[:, 2], least)
    middle = discs[met, along]
    return np.concatenate([middle - half, middle + half])


def _chords(offset: Array, radius: Array, least: float) -> tuple[Array, Array, Flags]:
    """Of lines at offsets (N,) from centres those that cross the circles, half of what they cut, and which."""
    met = np.abs(offset) < radius - least
    offset, radius = offset[met], radius[met]
    return offset, np.sqrt((radius - offset) * (radius + offset)), met


def _turned(angle: Array) -> Array:
    """The same angle in [-pi, pi]."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def parted(cuts: Array, least: float) -> Array:
    """(N, 2) from where to where the intervals between cuts go; none is shorter than `least`."""
    held = np.unique(cuts)
    held = np.concatenate([held[:1], held[1:][np.diff(held) > least]])
    held[-1] = cuts.max()
    return np.stack([held[:-1], held[1:]], axis=1)


class Pieces:
    """Pieces of boundary, seen at some places each: points and outward normals (N, m, 2).

    own: which of the sets each bounds: discs, then boxes, -1 for the clip.
    """

    def __init__(self, points: Array, normals: Array, own: Index, least: float) -> None:
        self._points, self._normals, self._own, self._least = points, normals, own, least

    def bounding(self, discs: Array, boxes: Array, clip: Array | None) -> Flags:
        """(N,) which pieces bound the union of discs and boxes, clipped: one of those that run along each other."""
        bare, covered = np.ones(len(self._own), bool), np.zeros(len(self._own), bool)
        held: list[Array] = [*discs, *boxes]
        for k, rows in enumerate(self._near(discs, boxes)):
            own = self._own[rows]
            inside, along, same = self._seen(rows, *(_disc if len(held[k]) == 3 else _box)(held[k], self._points[rows]))
            bare[rows] &= (own == k) | ~(inside | (along & (~same | (k < own))))
            covered[rows] |= inside | (along & same)
        if clip is not None:
            rows = np.flatnonzero(self._own >= 0)
            bare[rows] &= self._seen(rows, *_box(clip, self._points[rows]))[0]
        return np.where(self._own < 0, covered, bare)

    def _near(self, discs: Array, boxes: Array) -> list[Index]:
        """Of every set the pieces that are not outside of a circle about it."""
        centers = np.concatenate([discs[:, :2], 0.5 * (boxes[:, :2] + boxes[:, 2:])])
        radii = np.concatenate([discs[:, 2], 0.5 * np.hypot(*(boxes[:, 2:] - boxes[:, :2]).T)])
        count = self._points.shape[1]
        found = cKDTree(self._points.reshape(-1, 2)).query_ball_point(centers, radii * REACH + self._least)
        return [np.unique(np.asarray(places, np.intp) // count) for places in found]

    def _seen(self, rows: Index, depth: Array, normal: Array) -> tuple[Flags, Flags, Flags]:
        """Whether some pieces lie inside a set; along its boundary; and there with the same side out.

        depth (N, m) below its boundary, whose outward normal is (N, m, 2).
        """
        row, most = np.arange(len(rows)), np.abs(depth).argmax(axis=1)
        depth, normal = depth[row, most], normal[row, most]
        cosine = (normal * self._normals[rows, most]).sum(axis=1)
        along = np.abs(depth) <= self._least
        return (depth > 0) & ~along, along, cosine > 0


def _disc(disc: Array, points: Array) -> tuple[Array, Array]:
    move = points - disc[:2]
    far = np.hypot(move[..., 0], move[..., 1])
    return disc[2] - far, move / np.maximum(far, np.finfo(float).tiny)[..., None]


def _box(box: Array, points: Array) -> tuple[Array, Array]:
    depths = np.concatenate([points - box[:2], box[2:] - points], axis=-1)
    return depths.min(axis=-1), np.concatenate([-np.eye(2), np.eye(2)])[depths.argmin(axis=-1)]
