"""What every exact routine returns, and how such numbers are added, subtracted and scaled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.displayed import Displayed

# The route of a number enclosed by ball arithmetic: its error is a bound, and so is that of sums of such numbers.
PROVED = "proved"
# Beyond what the few roundings in an error can have lost.
UPWARD = 1 + 2.0**-50
OK, LIMIT, TOLERANCE_MISSED, TANGENCY = "ok", "limit", "tolerance", "tangency"
KNIFE_EDGE, UNDEFINED, NO_EXACT_ROUTE = "knife-edge", "undefined", "no-exact-route"

# What a status says and what to do about it, from the best to the worst; of several the worst is told.
STATUSES = {
    OK: "the error is below the tolerance",
    LIMIT: "the number is that of a limit, not of the finite case; its error is that of the limit",
    TOLERANCE_MISSED: "the error is above the tolerance; ask for a larger one, or prove the number with `--prove`",
    TANGENCY: "a boundary is being born or merges here, and moves like a root of the rounding; the error covers it: "
    "ask beside this noise, or prove the number with `--prove`",
    KNIFE_EDGE: "a point mass lies within the error of a boundary, and is a part of the error: type lengths and noises "
    "as decimals that meet exactly, or move them apart",
    UNDEFINED: "the quantity is not defined for these noises: a certified risk needs beta > 0",
    NO_EXACT_ROUTE: "nothing is known exactly; simulate it: noisewise mc",
}
_RANK = {name: place for place, name in enumerate(STATUSES)}


@dataclass(frozen=True)
class Estimate(Displayed):
    """A number, or an array of numbers, with what is known of its error and how it was obtained.

    value: the result. NaN marks a quantity that is not defined for its arguments (certified risk at beta = 0 < eps).
    error: an estimate, tested never to understate, of the absolute error of `value`: rounding and the propagated
        uncertainty of every boundary for closed forms, and the quadrature's own estimate where there is one.
    route: "line", "radial" or "half-space", the geometry that answered; "proved" where the error is a proved bound.
    status: "ok", or why the error is large or the number is not to be had: a word of `STATUSES`, which has the meaning
        of each and what to do; an array of words, of the shape of `value`, where that is an array.

    Estimates are added, subtracted, negated, multiplied by numbers, and have absolute values; plain numbers count as
    exact. Errors add up, with the rounding of the operation itself, the result is proved if all operands are, and its
    status is the worst of theirs:

        >>> Estimate(0.5, 1e-17, "line") - 2 * Estimate(0.125, 0.0, "radial")
        0.25 (error 1e-17, line and radial)
    """

    value: NDArray[np.float64] | float
    error: NDArray[np.float64] | float
    route: str
    status: NDArray[np.str_] | str = OK

    # Lets a NumPy number on the left leave the operation to the Estimate.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        for name in ("value", "error"):
            held: Any = np.asarray(getattr(self, name), float)
            object.__setattr__(self, name, float(held) if held.ndim == 0 else held)
        status: Any = self.status
        if np.any(np.isnan(self.value)):
            status = np.where(np.isnan(self.value), _worse(status, UNDEFINED), status)
        shape = np.shape(self.value)
        object.__setattr__(self, "status", np.broadcast_to(status, shape) if shape else str(status))

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values and the errors, both as arrays."""
        return np.asarray(self.value), np.asarray(self.error)

    def __repr__(self) -> str:
        if isinstance(self.value, float):
            said = "" if self.status == OK else f", {self.status}"
            return f"{self.value:.12g} (error {self.error:.1g}, {self.route}{said})"
        said = "".join(f", {word}" for word in self.remarks())
        return f"Estimate({self.value!r}, largest error {np.nanmax(self.error, initial=0):.1g}, {self.route}{said})"

    def remarks(self) -> dict[str, int]:
        """The statuses other than "ok" that occur, the worst last, and how many numbers have each."""
        said = Counter(np.ravel(self.status).tolist())
        return {word: said[word] for word in STATUSES if said[word] and word != OK}

    def at(self, index: Any) -> Estimate:
        """The numbers at an index of the arrays."""
        value, error = self.arrays()
        error = np.broadcast_to(error, value.shape)
        return Estimate(value[index], error[index], self.route, np.asarray(self.status)[index])

    def __neg__(self) -> Estimate:
        return Estimate(-self.value, self.error, self.route, self.status)

    def __abs__(self) -> Estimate:
        return Estimate(np.abs(self.value), self.error, self.route, self.status)

    def __add__(self, other: Estimate | float) -> Estimate:
        more = other if isinstance(other, Estimate) else Estimate(other, 0.0, self.route)
        one, two = np.asarray(self.value), np.asarray(more.value)
        with np.errstate(invalid="ignore"):  # infinite risks have no difference
            total = one + two
            # Knuth's two-sum: what rounding took off the total, exactly.
            part = total - one
            lost = np.abs((one - (total - part)) + (two - part))
        error = _up(np.asarray(self.error) + more.error + lost)
        return Estimate(total, error, _joint(self.route, more.route), _worse(self.status, more.status))

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
        return Estimate(value, _up(spread + np.where(exact, 0.0, np.spacing(np.abs(value)))), self.route, self.status)

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


def _worse(one: Any, other: Any) -> Any:
    """The worse of two statuses, or of arrays of them."""
    if isinstance(one, str) and isinstance(other, str):
        return max(one, other, key=_RANK.__getitem__)
    return np.array(list(STATUSES))[np.maximum(ranks(one), ranks(other))]


def ranks(status: NDArray[np.str_] | str) -> NDArray[np.intp]:
    """The places of statuses in `STATUSES`: the larger the worse."""
    words, where = np.unique(status, return_inverse=True)
    return np.array([_RANK[word] for word in words.tolist()], np.intp)[where].reshape(np.shape(status))
