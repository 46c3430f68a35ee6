"""What every exact routine returns, and how such numbers are added, subtracted and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.displayed import Displayed

# The route of a number enclosed by ball arithmetic: its error is a bound, and so is that of sums of such numbers.
PROVED = "proved"
# Beyond what the few roundings in an error can have lost.
UPWARD = 1 + 2.0**-50


@dataclass(frozen=True)
class Estimate(Displayed):
    """A number, or an array of numbers, with what is known of its error and how it was obtained.

    value: the result. NaN marks a quantity that is not defined for its arguments (certified risk at beta = 0 < eps).
    error: an estimate, tested never to understate, of the absolute error of `value`: rounding and the propagated
        uncertainty of every boundary for closed forms, and the quadrature's own estimate where there is one.
    route: "line", "radial" or "half-space", the geometry that answered; "proved" where the error is a proved bound.

    Estimates are added, subtracted, negated, multiplied by numbers, and have absolute values; plain numbers count as
    exact. Errors add up, with the rounding of the operation itself, and the result is proved if all operands are:

        >>> Estimate(0.5, 1e-17, "line") - 2 * Estimate(0.125, 0.0, "radial")
        0.25 (error 1e-17, line and radial)
    """

    value: NDArray[np.float64] | float
    error: NDArray[np.float64] | float
    route: str

    # Lets a NumPy number on the left leave the operation to the Estimate.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        for name in ("value", "error"):
            held: Any = np.asarray(getattr(self, name), float)
            object.__setattr__(self, name, float(held) if held.ndim == 0 else held)

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values and the errors, both as arrays."""
        return np.asarray(self.value), np.asarray(self.error)

    def __repr__(self) -> str:
        if isinstance(self.value, float):
            return f"{self.value:.12g} (error {self.error:.1g}, {self.route})"
        return f"Estimate({self.value!r}, largest error {np.nanmax(self.error, initial=0):.1g}, {self.route})"

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, self.error, self.route)

    def __abs__(self) -> Estimate:
        return Estimate(np.abs(self.value), self.error, self.route)

    def __add__(self, other: Estimate | float) -> Estimate:
        more = other if isinstance(other, Estimate) else Estimate(other, 0.0, self.route)
        one, two = np.asarray(self.value), np.asarray(more.value)
        total = one + two
        # Knuth's two-sum: what rounding took off the total, exactly.
        part = total - one
        lost = np.abs((one - (total - part)) + (two - part))
        error = _up(np.asarray(self.error) + more.error + lost)
        return Estimate(total, error, _joint(self.route, more.route))

    __radd__ = __add__

    def __sub__(self, other: Estimate | float) -> Estimate:
        return self + -other

    def __rsub__(self, other: float) -> Estimate:
        return -self + other

    def __mul__(self, factor: float) -> Estimate:
        """Times an exact number; two estimates are not multiplied."""
        if isinstance(factor, Estimate):
            return NotImplemented
        value, error = np.asarray(self.value) * factor, np.asarray(self.error) * np.abs(factor)
        # Nothing is rounded in zeros and in products with powers of 2, unless they fall below the normal range.
        halved = (np.abs(np.frexp(factor)[0]) == 0.5) & (np.abs(value) >= np.finfo(float).tiny)
        exact = halved | (np.asarray(self.value) == 0) | (np.asarray(factor) == 0)
        spread = np.where((np.asarray(self.error) == 0) | (np.asarray(factor) == 0), 0.0, np.nextafter(error, np.inf))
        return Estimate(value, _up(spread + np.where(exact, 0.0, np.spacing(np.abs(value)))), self.route)

    __rmul__ = __mul__


def _up(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """A sum of errors, rounded so that it is not less than the true sum; 0 stays 0."""
    return np.where(error == 0, 0.0, np.nextafter(error * UPWARD, np.inf))


def _joint(one: str, other: str) -> str:
    """The routes of both operands; "proved" only together with itself."""
    names = dict.fromkeys([*one.split(" and "), *other.split(" and ")])
    if len(names) > 1:
        names.pop(PROVED, None)
    return " and ".join(names)
