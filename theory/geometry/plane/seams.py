"""Where stretches of a curve that have a tube meet those that have none: level sets are cut there, along normals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Index
from theory.geometry.plane.common import cut
from theory.geometry.plane.curve import Curve, Stretches, series
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.tubes import Tubes

# Ends of stretches are the same up to this share of the noise.
SAME = 0.01
# Beside a seam level sets are cut as far out as they may be, and this many scales; along the curve this many more.
ASIDE, ALONG = 1.0, 5.0


@dataclass(frozen=True)
class Seams:
    """place, tangent (S,): seams as complex numbers, with the tangents towards what has no tube."""

    place: Array
    tangent: Array

    @staticmethod
    def of(curve: Curve, tubes: Tubes, beta: float) -> Seams:
        """Ends of what has no tube that are those of something that has."""
        (low, ahead), (high, back) = (_ends(curve, tubes.left, side) for side in (0, 1))
        starts, ends = _ends(curve, tubes.along, 0)[0], _ends(curve, tubes.along, 1)[0]
        place, tangent = np.concatenate([low, high]), np.concatenate([ahead, -back])
        met = np.concatenate([_near(low, ends, SAME * beta), _near(high, starts, SAME * beta)])
        return Seams(place[met], tangent[met])

    def local(self, at: Array) -> Array:
        """(N, S) points (N,) as seen from seams: towards what has no tube, and to the left of that."""
        return np.asarray((at[:, None] - self.place) / self.tangent)

    def clipped(self, outline: Outline, reach: float, beta: float) -> Outline:
        """What of a level set, drawn about what has no tube, does not belong to a tube."""
        if not len(self.place) or not len(outline.points):
            return outline
        middle, length = outline.points.mean(axis=1), outline.lengths
        seen = self.local(middle[:, 0] + 1j * middle[:, 1])
        wide, long = reach + ASIDE * beta, reach + ALONG * beta
        row, seam = np.nonzero((np.abs(seen.real) <= length[:, None]) & (np.abs(seen.imag) <= wide + length[:, None]))
        nodes = outline.points[row, :, 0] + 1j * outline.points[row, :, 1]
        values = ((nodes - self.place[seam, None]) / self.tangent[seam, None]).real
        parts = _parts(outline, *cut(outline, row, values))
        middle = parts.points.mean(axis=1)
        seen = self.local(middle[:, 0] + 1j * middle[:, 1])
        close = np.where((np.abs(seen.imag) <= wide) & (np.abs(seen.real) <= long), np.abs(seen.real), np.inf)
        nearest = close.argmin(axis=1)[:, None]
        kept = np.isinf(close.min(axis=1)) | (np.take_along_axis(seen.real, nearest, axis=1)[:, 0] > 0)
        return Outline(parts.points[kept], parts.steps[kept], stuck=outline.stuck)


def _parts(outline: Outline, row: Index, low: Array, high: Array) -> Outline:
    """Parts of panels as panels."""
    count = outline.points.shape[1]
    some = Stretches(row, low, high)
    at, weights = rule(count)
    table = np.polynomial.legendre.legvander(some.places(at), count - 1) @ series(count)
    share = 0.5 * (high - low)[:, None, None] * weights[:, None]
    return Outline(table @ outline.points[row], table @ (outline.steps[row] / weights[:, None]) * share)


def _ends(curve: Curve, some: Stretches, side: int) -> tuple[Array, Array]:
    """Starts or ends of stretches, and tangents there."""
    points, paces = (v[..., 0] + 1j * v[..., 1] for v in curve.on(some.panel, (some.low, some.high)[side]))
    return points, paces / np.abs(paces)


def _near(some: Array, others: Array, distance: float) -> Array:
    """Which points have another within a distance."""
    if not len(others) or not len(some):
        return np.zeros(len(some), bool)
    flat = [np.stack([v.real, v.imag], axis=1) for v in (others, some)]
    return np.asarray(cKDTree(flat[0]).query(flat[1])[0] <= distance)
