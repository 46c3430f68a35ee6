"""Regions about an axis in rows: a shape of the half-plane each, or what is outside of one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags, Index
from theory.displayed import Displayed
from theory.geometry.halfplane.shapes import Shape
from theory.geometry.plane.chains import curves


@dataclass(frozen=True)
class HalfPlaneRegion(Displayed):
    """R regions, each a shape or, where flipped, the rest; None where a row is not asked for.

    Points are (t, r): places along the axis, and distances from it. unit: points x of the shapes are called unit x.
    """

    shapes: tuple[Shape | None, ...]
    flipped: Flags
    unit: float = 1.0

    @property
    def first(self) -> Flags:
        """(R,) placeholders, whose number is that of the rows."""
        return self.flipped

    def complement(self) -> HalfPlaneRegion:
        """The regions of the other class."""
        return replace(self, flipped=~self.flipped)

    def take(self, rows: Index) -> HalfPlaneRegion:
        """The given rows."""
        return replace(self, shapes=tuple(self.shapes[k] for k in rows), flipped=self.flipped[rows])

    def merged(self, where: Flags, other: HalfPlaneRegion) -> HalfPlaneRegion:
        """These rows where `where`, else those of the other."""
        shapes = tuple(a if w else b for w, a, b in zip(where, self.shapes, other.shapes, strict=True))
        return replace(self, shapes=shapes, flipped=np.where(where, self.flipped, other.flipped))

    def curves(self) -> list[Array]:
        """The first row's boundary in the half-plane of the axis, where the data are: closed polygons (m, 2) of (t, r),
        the edge of what is looked at among them."""
        shape = self.shapes[0]
        return [] if shape is None else [self.unit * curve for curve in curves(shape.outline())]

    def contains(self, points: ArrayLike) -> Flags:
        """(R, m) whether points (1, m, 2) lie in the regions."""
        at = np.asarray(points, float).reshape(-1, 2) / self.unit
        rows = [np.zeros(len(at), bool) if s is None else s.contains(at) for s in self.shapes]
        return (np.stack(rows) if rows else np.zeros((0, len(at)), bool)) ^ self.flipped[:, None]
