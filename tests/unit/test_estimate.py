"""Sums, differences and multiples of Estimates: the error of the result covers the truth, whatever the rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Estimate

numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 5e-324, -5e-324, 1e-300, 1.0, 1 + 2**-52, 1e300])
errors = st.sampled_from([0.0, 5e-324, 1e-300, 1e-20]) | st.floats(0, 1)
signs = st.sampled_from([-1, 0, 1])


def covers(found: Estimate, truth: Fraction) -> bool:
    return abs(Fraction(float(found.value)) - truth) <= Fraction(float(found.error))


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    numbers, errors, signs, numbers, errors, signs, st.floats(-1e3, 1e3) | st.sampled_from([0.0, 5e-324, 0.1, 2.0**-30])
)
def test_errors_cover_the_extremes(a: float, e: float, s: int, b: float, f: float, t: int, factor: float) -> None:
    one, other = Estimate(a, e, "proved"), Estimate(b, f, "proved")
    x, y = Fraction(a) + s * Fraction(e), Fraction(b) + t * Fraction(f)
    assert covers(one + other, x + y)
    assert covers(one - other, x - y)
    assert covers(-one, -x)
    assert covers(abs(one), abs(x))
    assert covers(factor * one, Fraction(factor) * x)
    assert covers(one * factor, Fraction(factor) * x)
    assert covers(b - one, Fraction(b) - x)
    assert covers(one + b, x + Fraction(b))


def test_exact_operations_stay_exact() -> None:
    exact = Estimate(0.25, 0.0, "proved")
    for found in (exact - exact, exact + 0.5, 0 * exact, 1 - exact, -0.125 * exact, 3 * (exact - exact)):
        assert found.error == 0.0
        assert found.route == "proved"


def test_routes_are_joined_and_proved_is_not_inherited() -> None:
    proved, line, radial = (Estimate(1.0, 0.0, route) for route in ("proved", "line", "radial"))
    assert (proved - proved).route == "proved"
    assert (proved - line).route == "line"
    assert (line + proved + line).route == "line"
    assert (line + radial + line).route == "line and radial"


def test_numbers_of_numpy_and_arrays() -> None:
    one = Estimate(np.array([1.0, 2.0]), np.array([0.0, 1e-3]), "line")
    for found in (np.float64(2.0) * one, np.array([2.0, 2.0]) * one):
        assert isinstance(found, Estimate)
        assert np.array_equal(found.value, [2.0, 4.0])
        assert (np.asarray(found.error) >= [0.0, 2e-3]).all()
    assert isinstance(np.float64(1.0) - one, Estimate)


def test_two_estimates_are_not_multiplied() -> None:
    one = Estimate(1.0, 0.0, "line")
    with pytest.raises(TypeError):
        one * one
