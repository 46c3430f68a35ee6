"""Gaussian components that differ along two directions, where these turn with the training noise: a plane for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from theory.arrays import Array, Index
from theory.errors import NoExactRoute
from theory.geometry.base import VoteRequest
from theory.geometry.curvature import SmallNoise
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.plane import Plane, PlaneBase
from theory.geometry.plane.region import PlaneRegion
from theory.geometry.plane.shapes import BaseRegion, Still, Voted


@dataclass(frozen=True)
class TurningPlanes:
    """The plane E_alpha of `theory.reduction.essential` for every noise: rows are asked for where they live.

    plane: the geometry of one training noise; the same object when asked again.
    """

    plane: Callable[[float], Plane]
    route: str = "plane"
    fixed: bool = False
    smooth_motion: bool = False
    _homes: dict[BaseRegion, Plane] = field(default_factory=dict, compare=False)

    def train(self, alpha: Array) -> PlaneBase:
        """The base classifiers, each in its plane."""
        shapes = []
        for noise in alpha:
            plane = self.plane(float(noise))
            base = plane.train(np.array([noise]))
            (shape,) = base.region.shapes
            assert isinstance(shape, Still)
            self._homes[shape.base] = plane
            shapes.append(shape)
        return PlaneBase(base.pieces, PlaneRegion(tuple(shapes), np.zeros(len(alpha), bool)), True)

    def _apart(self, region: PlaneRegion) -> Iterator[tuple[Index, Plane]]:
        """The rows of each plane."""
        bases = [s.base if isinstance(s, Still | Voted) else None for s in region.shapes]
        for base in dict.fromkeys(b for b in bases if b is not None):
            yield np.array([k for k, b in enumerate(bases) if b is base], np.intp), self._homes[base]

    def smooth(self, region: PlaneRegion, beta: Array, eps: Array | None = None) -> PlaneRegion:
        """Level sets, row by row."""
        columns = beta.shape[1]
        shapes: list[Any] = [None] * beta.size
        flipped = np.repeat(region.flipped, columns)
        for rows, plane in self._apart(region):
            found = plane.smooth(region.take(rows), beta[rows], None if eps is None else eps[rows])
            for k, row in enumerate(rows):
                shapes[row * columns : (row + 1) * columns] = found.shapes[k * columns : (k + 1) * columns]
        return PlaneRegion(tuple(shapes), flipped)

    def mass(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its error."""
        value, error = np.zeros(len(region.shapes)), np.zeros(len(region.shapes))
        for rows, plane in self._apart(region):
            value[rows], error[rows] = plane.mass(plane.pieces, region.take(rows), label)
        return value, error

    def uncertainty(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion) -> Array:
        """As in each plane."""
        found = np.zeros(len(region.shapes))
        for rows, plane in self._apart(region):
            found[rows] = plane.uncertainty(plane.pieces, region.take(rows))
        return found

    def vote(self, region: PlaneRegion, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at points x (N, 2) of the planes of the rows."""
        share = np.empty(len(x))
        for rows, plane in self._apart(region):
            here = np.isin(row, rows)
            share[here] = plane.vote(region, row[here], beta[here], x[here])[0]
        return share, 1 - share

    def expected(self, base: PlaneBase, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes."""
        value, error = np.zeros(len(request.beta)), np.zeros(len(request.beta))
        for rows, plane in self._apart(base.region):
            here = np.isin(request.trained, rows)
            part = replace(request, trained=request.trained[here], beta=request.beta[here], need=request.need[here])
            value[here], error[here] = plane.expected(base, label, part)
        return value, error

    def erode(self, region: PlaneRegion, eps: Array) -> PlaneRegion:
        """As in each plane."""
        shapes, flipped = list(region.shapes), region.flipped.copy()
        for rows, plane in self._apart(region):
            found = plane.erode(region.take(rows), eps[rows])
            flipped[rows] = found.flipped
            for row, shape in zip(rows, found.shapes, strict=True):
                shapes[row] = shape
        return PlaneRegion(tuple(shapes), flipped)

    def curvature(self) -> SmallNoise:
        """Not known."""
        raise NoExactRoute("small-noise data are not known where the plane turns with the training noise")

    def coordinate(self, base: PlaneBase, points: Array) -> Array:
        """(1, m, 2) points projected on the plane of the first row."""
        return self._first(base).coordinate(base, points)

    def center(self, base: PlaneBase) -> Array | None:
        """The origin of coordinates in the plane of the first row."""
        return self._first(base).center(base)

    def _first(self, base: PlaneBase) -> Plane:
        return next(plane for _rows, plane in self._apart(base.region))
