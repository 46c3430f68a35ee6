"""Regions of the plane: a shape each, or the complement of one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags, Index
from theory.displayed import Displayed
from theory.geometry.plane.chains import curves
from theory.geometry.plane.shapes import Shape


@dataclass(frozen=True)
class PlaneRegion(Displayed):
    """R regions of the plane, each a shape or the complement of one (flipped); None where a row is not asked for.

    unit, origin: points x of the shapes are called origin + unit x outside.
    """

    shapes: tuple[Shape | None, ...]
    flipped: Flags
    unit: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    @property
    def first(self) -> Flags:
        """(R,) placeholders, whose number is that of the rows."""
        return self.flipped

    def complement(self) -> PlaneRegion:
        """The regions of the other class."""
        return replace(self, flipped=~self.flipped)

    def take(self, rows: Index) -> PlaneRegion:
        """The given rows."""
        return replace(self, shapes=tuple(self.shapes[k] for k in rows), flipped=self.flipped[rows])

    def merged(self, where: Flags, other: PlaneRegion) -> PlaneRegion:
        """These rows where `where`, else those of the other."""
        shapes = tuple(a if w else b for w, a, b in zip(where, self.shapes, other.shapes, strict=True))
        return replace(self, shapes=shapes, flipped=np.where(where, self.flipped, other.flipped))

    def moved(self, unit: float, origin: tuple[float, float]) -> PlaneRegion:
        """The same regions where points x are called origin + unit x."""
        return replace(self, unit=unit, origin=origin)

    def curves(self, level: int = 1) -> list[Array]:
        """The first region's boundary as closed polygons, on the right of which it lies where it is flipped."""
        shape = self.shapes[0]
        found = [] if shape is None else curves(shape.outline(level))
        return [np.array(self.origin) + self.unit * curve for curve in found]

    def contains(self, points: ArrayLike) -> Flags:
        """(R, m) whether points (1, m, 2) lie in the regions."""
        at = (np.asarray(points, float).reshape(-1, 2) - self.origin) / self.unit
        rows = [np.zeros(len(at), bool) if s is None else s.contains(at) for s in self.shapes]
        return np.stack(rows) ^ self.flipped[:, None]
