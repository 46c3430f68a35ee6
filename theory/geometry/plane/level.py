"""Levels of refinement: what is computed at one is compared with what is computed at the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """A level of refinement: order of polynomials, their least accuracy, nodes of panels, squares per noise scale."""

    order: int
    accuracy: float
    nodes: int
    share: float


LEVELS = (
    Level(12, 1e-3, 8, 0.8),
    Level(14, 1e-6, 10, 0.6),
    Level(16, 1e-8, 12, 0.6),
    Level(20, 1e-10, 16, 0.6),
)
