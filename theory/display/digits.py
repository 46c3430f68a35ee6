"""Numbers as they are shown: short, vectors cut after a few axes, and no more digits than an error allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal

import numpy as np

from theory.arrays import Array

# Axes of a vector, and rows of a matrix, that are shown.
MOST_AXES = 4
# No float has more significant digits.
DIGITS = 17
# Characters of a number that is shown in full.
LONGEST = 14
# By this share an error may be rounded down: the float nearest to 1e-3 is above it, and would be shown as 2e-3.
SLIGHT = Decimal("1e-9")


def number(value: float) -> str:
    """A number as it was written, if that is short, else six digits."""
    exact = f"{value:.15g}"
    return exact if len(exact) <= LONGEST and float(exact) == value else f"{value:.6g}"


def vector(value: float | Sequence[float] | Array) -> str:
    """One number, which stands for every axis, or the first few axes and how many there are."""
    if isinstance(value, float | int):
        return number(value)
    count = len(value)
    if count == 1:
        return number(float(value[0]))
    shown = ", ".join(number(float(item)) for item in value[:MOST_AXES])
    return f"({shown})" if count <= MOST_AXES else f"({shown}, ... {count} axes)"


def matrix(rows: Sequence[Sequence[float]]) -> str:
    """A small matrix row by row, of a larger one its size."""
    count = len(rows)
    return f"[{', '.join(map(vector, rows))}]" if count <= MOST_AXES else f"{count} x {count} matrix"


def with_error(value: float, error: float) -> tuple[str, str]:
    """A value to the digits that its error allows, and the error rounded up to one digit.

    What is shown covers what is known: the shown error includes the rounding of the shown value.
    """
    value, error = float(value), abs(float(error))
    if not math.isfinite(value):
        return ("not defined" if math.isnan(value) else number(value)), ""
    if not math.isfinite(error):
        return number(value), "unknown" if math.isnan(error) else "inf"
    if error == 0:
        return (shorter if float(shorter := f"{value:.15g}") == value else repr(value)), "0"
    text = _rounded(value, error) if value else "0"
    total = (Decimal(error) + abs(Decimal(value) - Decimal(text))) * (1 - SLIGHT)
    return text, f"{float(Context(prec=1, rounding=ROUND_CEILING).plus(total)):.0e}"


def _rounded(value: float, error: float) -> str:
    last, first = math.floor(math.log10(error)), math.floor(math.log10(abs(value)))
    digits = min(max(first - last + 1, 1), DIGITS)
    decimals = digits - 1 - first
    return f"{value:.{decimals}f}" if decimals >= 0 and -5 <= first < DIGITS else f"{value:.{digits - 1}e}"


def largest(error: Array) -> str:
    """The largest of several errors, rounded up to one digit; "" where there is none."""
    known = error[np.isfinite(error)]
    return with_error(0.0, float(known.max()))[1] if known.size else ""
