"""Isolation with proof: every root of known functions is found, no sign is wrong, and what is open stays open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.proof.balls import hull, precision, sign
from theory.proof.isolate import Bounds, gaps, isolate
from theory.proof.region import Gap, Signs

ROOTS = st.lists(st.integers(-400, 400), min_size=0, max_size=6, unique=True)


@dataclass
class Place:
    x: Any
    sign: int


class Polynomial:
    """prod (x - root), plus a constant, with the crudest enclosures: the factors over the interval."""

    def __init__(self, roots: list[float], lift: float = 0.0) -> None:
        self.roots, self.lift = [arb(root) for root in roots], arb(lift)

    def value(self, x: Any) -> Any:
        product = arb(1)
        for root in self.roots:
            product *= x - root
        return product + self.lift

    def slope(self, x: Any) -> Any:
        total = arb(0)
        for skipped in range(len(self.roots)):
            product = arb(1)
            for k, root in enumerate(self.roots):
                product *= x - root if k != skipped else 1
            total += product
        return total

    def at(self, x: Any) -> Place:
        return Place(x, sign(self.value(x)))

    def over(self, left: Place, right: Place) -> Bounds:
        x = hull(left.x, right.x)
        return Bounds(sign(self.value(x)), self.slope(x), self.value(left.x), self.value(right.x))


def found(function: Polynomial, bits: int = 64, width: float = 1e-12) -> Signs:
    with precision(bits):
        low, high = function.at(arb(-7)), function.at(arb(8))
        return Signs(*gaps(isolate(function, low, high, arb(width))))


@settings(max_examples=150, deadline=None)
@given(ROOTS)
def test_all_roots(whole: list[int]) -> None:
    """Simple roots are found one by one, closed in, and counted."""
    roots = sorted(k / 64 for k in whole)
    region = found(Polynomial(roots))
    assert [gap.simple for gap in region.gaps] == [True] * len(roots)
    assert region.changes == (len(roots), len(roots))
    for gap, root in zip(region.gaps, roots, strict=True):
        assert gap.low <= root <= gap.high
        assert gap.high - gap.low < 1e-9
    assert region.first == (len(roots) % 2 == 0)
    assert all(after.before == before.after for before, after in zip(region.gaps, region.gaps[1:], strict=False))


@settings(max_examples=60, deadline=None)
@given(ROOTS, st.lists(st.floats(-7, 8), min_size=5, max_size=5))
def test_no_wrong_sign(whole: list[int], points: list[float]) -> None:
    """Wherever a class is given it is the sign of the function."""
    function = Polynomial([k / 64 for k in whole])
    region = found(function)
    with precision(200):
        for x in points:
            label = region.contains(arb(x))
            assert label is None or sign(function.value(arb(x))) == (1 if label else -1)


def test_double_root_stays_open() -> None:
    """Two roots at one place: a gap with the same class on either side, that may hide any number of boundaries."""
    region = found(Polynomial([0.25, 0.25, 2.0]))
    assert region.changes == (1, None)
    (double, single) = region.gaps
    assert (double.simple, single.simple) == (False, True)
    assert double.before == double.after
    assert double.low < 0.25 < double.high
    assert double.high - double.low < 1e-4


def test_precision_settles_what_is_nearly_a_double_root() -> None:
    assert found(Polynomial([0.25, 0.25], 1e-40), 64).changes[1] is None
    assert found(Polynomial([0.25, 0.25], 1e-40), 256, 1e-60).constant


def test_a_gap_at_the_end_of_the_coordinate() -> None:
    infinity = arb("inf")
    region = Signs(False, (Gap(arb(1), arb(1), False, True, True), Gap(arb(9), infinity, True, True, False)))
    assert region.changes == (1, None)
    assert [region.contains(arb(x)) for x in (0, 2, 10)] == [False, True, None]
    assert [region.complement().contains(arb(x)) for x in (0, 2, 10)] == [True, False, None]


def test_precision_is_restored() -> None:
    from flint import ctx

    before = ctx.prec
    with pytest.raises(ZeroDivisionError), precision(300):
        1 / (ctx.prec - 300)
    assert ctx.prec == before
