"""Units of length in which typed decimals are whole numbers over a power of two, which floats hold exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from theory.arrays import Array, Flags

BITS, DIGITS = 40, 13
# Powers of ten up to this are floats.
MOST_TEN = 10**22


def decimal_unit(largest: Fraction) -> Fraction:
    """2^BITS/10^k with DIGITS digits before the point of largest * 10^k."""
    k = DIGITS - 1 - (len(str(largest.numerator)) - len(str(largest.denominator)))
    while largest * Fraction(10) ** k >= 10**DIGITS:
        k -= 1
    while largest * Fraction(10) ** k < 10 ** (DIGITS - 1):
        k += 1
    return 2**BITS / Fraction(10) ** k


def scaled(values: Array, unit: Fraction) -> tuple[Array, Flags]:
    """values/unit, and where that is exact: decimals of at most DIGITS digits, whole numbers of unit/2^BITS."""
    power = 2**BITS / unit
    if not 1 <= power <= MOST_TEN:
        return values / float(unit), np.zeros(values.shape, bool)
    whole = np.rint(values * float(power))
    exact = (whole / float(power) == values) & (np.abs(whole) <= 10.0**DIGITS)
    return np.where(exact, whole / 2.0**BITS, values / float(unit)), exact
