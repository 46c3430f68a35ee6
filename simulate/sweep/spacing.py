"""Evenly spaced numbers as a person means them: the range LO:HI:COUNT, and its values rounded once from decimals."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from fractions import Fraction

from theory.errors import ProblemError
from theory.problems.validation import number, whole

# Values of one range: more is a slip of the finger, and would fill the memory.
MOST_VALUES = 4_000_000


def check_range(key: str, low: float, high: float, count: int) -> None:
    """Refuse ranges without two finite ends in order, or of fewer than two values. Raises `ProblemError`."""
    number(low, key)
    number(high, key)
    whole(count, key, -sys.maxsize)
    if low >= high:
        raise ProblemError(key, f"the range {low!r} to {high!r}", "the lower end first")
    if count < 2:
        raise ProblemError(key, f"{count} value{'s' * (count != 1)}", "a count of at least 2")
    if count > MOST_VALUES:
        raise ProblemError(key, f"{count} values", f"at most {MOST_VALUES}")


def parse_range(text: str) -> tuple[float, float, int] | None:
    """The numbers of LO:HI:COUNT, None where the text is something else."""
    try:
        low, high, count = text.split(":")
        return float(low), float(high), int(count)
    except ValueError:
        return None


def spaced(low: float, high: float, count: int) -> list[float]:
    """`count` values from `low` to `high`, both included: `low + (high - low) k / (count - 1)`, rounded once.

    The ends stand for the decimals that they print as, so that a step that is a round decimal gives round decimals:
    the fourth of 0:0.9:10 is 0.3, where multiples of the floating-point step give 0.30000000000000004.

    Examples:
        >>> spaced(0.0, 0.9, 10)
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    """
    first, last = (Fraction(Decimal(repr(float(end)))) for end in (low, high))
    over = math.lcm(first.denominator, last.denominator)
    start, stop = int(first * over), int(last * over)
    steps = count - 1
    # The quotient of two integers is the float nearest to it.
    return [(start * (steps - k) + stop * k) / (over * steps) for k in range(count)]
