"""A problem after reduction to one coordinate: weighted components, ready for densities and masses.

Weights carry the class prior, so that masses of class-1 and class-0 components add up to P(Y = 1) and P(Y = 0) (or, in
an infinite background, are Lebesgue measures).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.terms import Array


@dataclass(frozen=True)
class Piece:
    """One component on the coordinate.

    law: "gaussian" | "laplace" | "uniform" (half-width `scale`) | "point" on the line; radially "gaussian" | "point" |
        "shell" or "measure" (uniform, or Lebesgue measure, between the radii `center` and `scale`).
    center: position on the line; radially the coordinate of the component's centre (0 where it is the centre of the
        shells). An array has one entry per training noise level.
    scale: standard deviation, diversity, half-width or outer radius.
    """

    label: int
    law: str
    center: Array
    scale: Array
    weight: float

    def at(self, rows: np.ndarray) -> Piece:
        """The component as seen from the given rows."""
        center, scale = (v if v.ndim == 0 else v[rows] for v in (self.center, self.scale))
        return replace(self, center=center, scale=scale)


def piece(label: int, law: str, center: float | Array, scale: float | Array, weight: float) -> Piece:
    """A component from numbers or per-row arrays; a law of scale 0 is a "point"."""
    return Piece(label, law, np.asarray(center, float), np.asarray(scale, float), float(weight))


def net_weights(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Signed density with components of equal law cancelled: where both classes hold the same law only the
    difference of the weights stays, so that a signed density that is 0 on a set is exactly 0 there."""
    table: dict[tuple[str, float, float], float] = {}
    for item in pieces:
        key = (item.law, float(item.center), float(item.scale))
        table[key] = table.get(key, 0.0) + (item.weight if item.label else -item.weight)
    size = max((p.weight for p in pieces), default=0.0)
    tie = 4 * np.finfo(float).eps * size
    return tuple(
        piece(int(w > 0), law, center, scale, abs(w)) for (law, center, scale), w in table.items() if abs(w) > tie
    )
