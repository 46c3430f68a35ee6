"""Regions in rows: a body of revolution each, or what is outside of one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags, Index
from theory.displayed import Displayed
from theory.geometry.axial.bodies import Body
from theory.geometry.axial.graph import Graph

# Points on each panel of a drawn curve.
DRAWN = np.linspace(0.0, 1.0, 17)


@dataclass(frozen=True)
class AxialRegion(Displayed):
    """R regions, each a body or, where not `inside`, the rest; None where a row is not asked for.

    Points are (t, r): places along the axis, and distances from it. unit: points x of the bodies are called unit x.
    """

    bodies: tuple[Body | None, ...]
    inside: Flags
    unit: float = 1.0

    @property
    def first(self) -> Flags:
        """(R,) placeholders, whose number is that of the rows."""
        return self.inside

    def complement(self) -> AxialRegion:
        """The regions of the other class."""
        return replace(self, inside=~self.inside)

    def take(self, rows: Index) -> AxialRegion:
        """The given rows."""
        return replace(self, bodies=tuple(self.bodies[k] for k in rows), inside=self.inside[rows])

    def merged(self, where: Flags, other: AxialRegion) -> AxialRegion:
        """These rows where `where`, else those of the other."""
        bodies = tuple(a if w else b for w, a, b in zip(where, self.bodies, other.bodies, strict=True))
        return replace(self, bodies=bodies, inside=np.where(where, self.inside, other.inside))

    def graph(self) -> Graph | None:
        """The first row's body where the data are, in its own units."""
        body = self.bodies[0]
        return None if body is None else body.graph(0.0)

    def curves(self) -> list[Array]:
        """The first row's boundary in the half-plane of the axis, where the data are: polygons (m, 2) of (t, r), from
        left to right."""
        graph = self.graph()
        if graph is None:
            return []
        every = np.arange(len(graph.low))
        v = np.broadcast_to(DRAWN, (len(every), len(DRAWN)))
        points = self.unit * np.stack([graph.place(every, v), graph.radius(every, v)], axis=-1)
        starts = np.searchsorted(graph.low, graph.islands[:, 0])
        return [part.reshape(-1, 2) for part in np.split(points, starts[1:])] if len(every) else []

    def contains(self, points: ArrayLike) -> Flags:
        """(R, m) whether points (1, m, 2) lie in the regions; in the body where the data are, and as far as the points
        reach."""
        at = np.asarray(points, float).reshape(-1, 2) / self.unit
        far = float(np.abs(at[:, 0]).max(initial=0.0))
        rows = [
            np.zeros(len(at), bool) if body is None else at[:, 1] <= body.graph(far).at(at[:, 0])
            for body in self.bodies
        ]
        found = np.stack(rows) if rows else np.zeros((0, len(at)), bool)
        return np.asarray(found == self.inside[:, None])
