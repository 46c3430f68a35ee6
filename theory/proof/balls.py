"""Ball arithmetic as the proofs use it: the working precision, exact numbers, hulls, and the way back to floats.

Balls are those of python-flint (`flint.arb`; Johansson 2017): a midpoint and a radius that every operation rounds
outward. A comparison `a > b` is true only if it holds for all points of both balls.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flint import arb, ctx, fmpq

from theory.problems.typed import typed

Arb = Any  # flint.arb, which has no type stubs
Rational = Any  # flint.fmpq


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with `bits` bits inside the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def exact(value: float) -> Rational:
    """The decimal that was typed, as a rational number."""
    return fmpq(*typed(value).as_integer_ratio())


def hull(first: Arb, second: Arb) -> Arb:
    """A ball that contains both."""
    return first.union(second)


def sign(value: Arb) -> int:
    """1 or -1 where every point of the ball has that sign, else 0."""
    return 1 if value > 0 else -1 if value < 0 else 0


def floats(value: Arb) -> tuple[float, float]:
    """(middle, error) in floats with middle -+ error around the whole ball; error inf where the ball is not finite."""
    if not value.is_finite():
        return math.nan, math.inf
    middle = float(value.mid())
    if math.isinf(middle):
        return middle, math.inf
    away = abs(value - arb(middle)).upper()
    return middle, 0.0 if away == 0 else math.nextafter(float(away), math.inf)


def between(low: Arb, high: Arb, share: float = 0.4921875) -> Arb:
    """An exact point of the interval (low, high), by default near its middle but off it, where symmetric problems
    have their boundaries."""
    return (low + (high - low) * share).mid()
