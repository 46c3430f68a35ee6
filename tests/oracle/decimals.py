"""How the references read a problem's numbers: as the decimals that are written, at the working precision."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq


def decimal(value: object) -> arb:
    """The decimal that a float is written as (the first axis of several), as a number without a radius."""
    first = value[0] if isinstance(value, tuple) else value
    written = Fraction(repr(float(first)))
    return arb(arb(fmpq(written.numerator, written.denominator)).mid())
