"""A problem after reduction to one coordinate: weighted components, ready for densities and masses.

Weights carry the class prior, so that masses of class-1 and class-0 components add up to P(Y = 1) and P(Y = 0) (or, in
an infinite background, are Lebesgue measures).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from theory.arrays import Array

# Masses below this lose digits to underflow, or have underflowed to 0: each is known to the smallest normal float.
UNDERFLOW = 1e-290


@dataclass(frozen=True)
class Piece:
    """One component on the coordinate.

    law: "gaussian" | "laplace" | "uniform" (half-width `scale`) | "point" on the line; radially "gaussian" | "point" |
        "shell" or "measure" (uniform, or Lebesgue measure, between the radii `center` and `scale`).
    center: position on the line; radially the coordinate of the component's centre (0 where it is the centre of the
        shells).
    scale: standard deviation, diversity, half-width or outer radius.
    weight: with the class prior. Each is one number, or has an entry per training noise level (or problem).
    exact: weight and scale as rational numbers: as typed, in units of the normal form; None where not known.
    """

    label: int
    law: str
    center: Array
    scale: Array
    weight: Array
    exact: tuple[Fraction, Fraction] | None = None

    @property
    def rational(self) -> tuple[Fraction, Fraction]:
        """Weight and scale as rational numbers; those of their floats where nothing better is known."""
        return self.exact or (Fraction(float(self.weight)), Fraction(float(self.scale)))

    def at(self, rows: np.ndarray) -> Piece:
        """The component as seen from the given rows."""
        held = (self.center, self.scale, self.weight)
        center, scale, weight = (v if v.ndim == 0 else v[rows] for v in held)
        return replace(self, center=center, scale=scale, weight=weight)


def piece(
    label: int,
    law: str,
    center: float | Array,
    scale: float | Array,
    weight: float | Array,
    exact: tuple[Fraction, Fraction] | None = None,
) -> Piece:
    """A component from numbers or per-row arrays; a law of scale 0 is a "point"."""
    center, scale, weight = (np.asarray(v, float) for v in (center, scale, weight))
    return Piece(label, law, center, scale, weight, exact)


def net_weights(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Signed density with components of equal law cancelled: where both classes hold the same law only the
    difference of the weights stays, so that a signed density that is 0 on a set is exactly 0 there. Weights are equal
    if the rational numbers that were typed are."""
    table: dict[tuple[str, float, float], tuple[Fraction, Fraction]] = {}
    for item in pieces:
        key = (item.law, float(item.center), float(item.scale))
        weight, scale = item.rational
        table[key] = table.get(key, (Fraction(0), scale))[0] + (weight if item.label else -weight), scale
    return tuple(
        piece(int(w > 0), law, center, scale, float(abs(w)), (abs(w), rational))
        for (law, center, scale), (w, rational) in table.items()
        if w
    )
