"""What a person typed: the decimal that a float was read from, as a rational number.

A float stands for the shortest decimal that is read as it (`repr`), which is the typed one up to 15 significant digits.
Whatever is decided on paper (shared ends, equal heights, atoms at a radius) is decided for these decimals, on the exact
side, in the proofs and in the simulation alike: 0.1 + 0.2 typed out is 0.3, although the sum of the floats is not.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache


@lru_cache(1 << 12)
def typed(value: float) -> Fraction:
    """The decimal as which a finite float is written.

    Examples:
        >>> typed(0.1) + typed(0.2) == typed(0.3)
        True
    """
    return Fraction(Decimal(repr(float(value))))
