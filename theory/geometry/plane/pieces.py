"""A component as the geometry of the plane weighs regions by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.arrays import Array, Index
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.shapes import Shape


@dataclass(frozen=True)
class PlanePiece:
    """A component: its label, its weight (with the prior), and how to weigh a region by it.

    mass: (shape, its outline, level) -> share of the component inside. peak: its largest density.
    moments: mean and covariance of a Gaussian.
    """

    label: int
    weight: float
    mass: Callable[[Shape, Outline, int], float]
    peak: float
    law: str = "plane"
    moments: tuple[Array, Array] | None = None

    def at(self, rows: Index) -> PlanePiece:
        """The same for all rows."""
        return self
