"""Levels of refinement: what is computed at one is compared with what is computed at the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refinement:
    """A level of refinement: order of polynomials, their least accuracy, nodes of panels, squares per noise scale."""

    order: int
    accuracy: float
    nodes: int
    share: float


LEVELS = (
    Refinement(12, 1e-3, 8, 0.8),
    Refinement(14, 1e-6, 10, 0.6),
    Refinement(16, 1e-8, 12, 0.6),
    Refinement(20, 1e-10, 16, 0.6),
    Refinement(24, 1e-12, 20, 0.6),
)
