"""Evenly spaced numbers: round decimals stay round, ends are exact, and the values are evenly spread and in order."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulate.sweep.axes import Axis
from simulate.sweep.spacing import spaced

whole = st.integers(-(10**6), 10**6)
ends = st.floats(-1e300, 1e300)


@given(whole, st.integers(1, 10**4), st.integers(2, 60), st.integers(-9, 9))
def test_round_decimals_are_round_decimals(start: int, step: int, count: int, places: int) -> None:
    """Ends and step with few digits: each value is the float that its decimal reads as."""
    low, high = (float(f"{start + k * step}e{places}") for k in (0, count - 1))
    assert spaced(low, high, count) == [float(f"{start + k * step}e{places}") for k in range(count)]


@given(ends, ends, st.integers(2, 50))
def test_ends_are_exact_and_values_in_order(one: float, other: float, count: int) -> None:
    low, high = min(one, other), max(one, other)
    values = spaced(low, high, count)
    assert (values[0], values[-1], len(values)) == (low, high, count)
    assert values == sorted(values)
    gap = (Fraction(high) - Fraction(low)) / (count - 1)
    for k, value in enumerate(values):
        # The decimal an end prints as lies within half a unit in the last place of it.
        room = Fraction(math.ulp(value)) / 2 + Fraction(max(math.ulp(low), math.ulp(high))) / 2
        assert abs(Fraction(value) - (Fraction(low) + k * gap)) <= room


@given(st.integers(2, 99), st.integers(1, 10**6))
def test_a_symmetric_range_has_symmetric_values(count: int, end: int) -> None:
    values = spaced(-end / 1000, end / 1000, count)
    assert values == [-value for value in reversed(values)]


@pytest.mark.parametrize(
    ("text", "value"), [("beta=0:0.9:10", 0.3), ("spacing=-0.4:0.5:10", 0.3), ("alpha=0:1.1:12", 0.7)]
)
def test_an_axis_holds_the_decimal_that_is_asked_for(text: str, value: float) -> None:
    axis = Axis.parse(text)
    assert value in axis.values.tolist()
    assert value not in np.linspace(axis.low, axis.high, axis.count).tolist()
