"""Components along one coordinate axis: their marginals, as pieces of the line."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from theory.geometry.piece import Piece, piece
from theory.problems.components import exact_weights, laws, marginal, weighted
from theory.problems.problem import MixtureProblem


def on_axis(problem: MixtureProblem, axis: int, halves: Sequence[Fraction | None] = ()) -> tuple[Piece, ...]:
    """Every component's marginal on one axis; halves: of boxes, where they are known exactly."""
    pieces = []
    known = halves or [None] * len(laws(problem))
    for (label, weight, law), share, half in zip(weighted(problem), exact_weights(problem), known, strict=True):
        kind, center, scale = marginal(law, problem.dim)
        exact = Fraction(float(scale[axis])) if half is None else half
        pieces.append(piece(label, kind, center[axis], float(exact), weight, (share, exact)))
    return tuple(pieces)
