"""The normal form of a problem: about the origin, of size one, with the decimals that were typed exact in floats.

Every risk is the same for a problem moved and scaled as a whole (laws `motions` and `scaling`), so every route, the
proofs and the simulation work on x -> (x - center)/unit. The unit is 2^BITS/10^k for the k that makes the largest
number of the problem a whole one of DIGITS digits: then every number with no more decimals than that is a whole number
over 2^BITS, which floats hold exactly, as they hold sums and differences of such. So ends, midpoints, reaches of
uniform noise and radii tie in floats where they tie on paper, wherever the problem lies and in whatever unit.

Numbers with more decimals are rounded once, to the nearest float.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from theory.arrays import Array
from theory.errors import ProblemError
from theory.problems.kept import Kept
from theory.problems.limits import MOST_NOISE
from theory.problems.low_rank import LowRank
from theory.problems.problem import Ball, Component, DomainProblem, Problem, Uniform, Vector
from theory.problems.typed import typed
from theory.problems.units import decimal_unit, scaled

# In more dimensions than this an exact rational for each axis takes too long: the place stays, and all axes are scaled
# at once, exactly where all places are decimals of the unit, and else by a power of two.
MOST_AXES = 64
# Powers of 2 and of 5 up to this are floats.
MOST_EXACT = 2.0**53


@dataclass(frozen=True)
class Move:
    """x -> (x - center)/unit, exactly by axis, or for all axes at once where `center` is None: then the place stays."""

    unit: Fraction
    center: list[Fraction] | None

    @property
    def shown(self) -> Vector:
        """The centre as floats."""
        if self.center is None:
            return 0.0
        return float(self.center[0]) if len(self.center) == 1 else tuple(map(float, self.center))

    def problem(self, problem: Problem) -> Problem:
        """The whole problem."""
        if isinstance(problem, DomainProblem):
            inside = tuple(self._part(part) for part in problem.inside)
            low, high = (None if v is None else self._place(v) for v in (problem.low, problem.high))
            return replace(problem, inside=inside, low=low, high=high)
        zero, one = (
            tuple(Component(self._part(c.law), c.weight) for c in side) for side in (problem.class0, problem.class1)
        )
        return replace(problem, class0=zero, class1=one)

    def _part(self, part: Any) -> Any:
        moved: dict[str, Any] = {key: self._place(getattr(part, key)) for key in PLACES if hasattr(part, key)}
        for key in SCALES:
            if getattr(part, key, None) is not None:
                moved[key] = self._size(getattr(part, key), self.unit)
        if getattr(part, "cov", None) is not None:
            moved["cov"] = self._covariance(part.cov)
        return replace(part, **moved)

    def _covariance(self, cov: Any) -> Any:
        if isinstance(cov, LowRank):
            rows: Any = tuple(self._size(row, self.unit) for row in cov.factor)
            return LowRank(self._size(cov.diagonal, self.unit**2), rows)
        return tuple(self._size(row, self.unit**2) for row in cov)

    def _size(self, value: Vector, unit: Fraction) -> Vector:
        if isinstance(value, tuple):
            if self.center is None:
                return tuple(scaled(np.array(value), unit)[0].tolist())
            return tuple(float(typed(v) / unit) for v in value)
        return float(typed(value) / unit)

    def _place(self, value: Vector) -> Vector:
        if self.center is None:
            return self._size(value, self.unit)
        if len(self.center) == 1 and not isinstance(value, tuple):
            return float((typed(value) - self.center[0]) / self.unit)
        axes = value if isinstance(value, tuple) else [value] * len(self.center)
        centers = self.center if len(self.center) > 1 else self.center * len(axes)
        return tuple(float((typed(v) - c) / self.unit) for v, c in zip(axes, centers, strict=True))


@dataclass(frozen=True)
class Normal:
    """A problem in normal form, and the way there: x = center + unit * (normal x).

    move: the way there, exactly.
    halves: in one dimension the half-widths of the components, class 1 first, None where one has none: the width of a
        box far from the centre has more digits than its ends have together.
    """

    problem: Problem
    move: Move
    halves: tuple[Fraction | None, ...] = ()

    @property
    def unit(self) -> Fraction:
        """The unit of length as a rational number."""
        return self.move.unit

    @property
    def center(self) -> Vector:
        """The place of the origin, rounded to floats."""
        return self.move.shown

    def inward(self, problem: Problem) -> Normal:
        """Another problem of this dimension, seen from the same place in the same unit."""
        return Normal(self.move.problem(problem), self.move, halves(problem, self.unit))

    @property
    def length(self) -> float:
        """The unit of length."""
        return float(self.unit)

    @property
    def volume(self) -> float:
        """What a risk of the normal form is multiplied by: 1, or in an infinite background the unit of measure."""
        return self.length**self.problem.dim if _endless(self.problem) else 1.0

    def outward(self, values: Array) -> Array:
        """Lengths of the normal form in the problem's unit; whole numbers over 2^BITS become the decimals they were."""
        up, down = self.unit.numerator, self.unit.denominator
        if max(up, down) > MOST_EXACT:
            return np.asarray(self.length * values)
        return np.asarray(values * float(up) / float(down))

    def lengths(self, values: Array, key: str = "noise") -> Array:
        """Noises and radii in units of the normal form; NaN stays. `key` is what errors call them.

        Raises:
            ProblemError: one is too large beside the problem.
        """
        flat = np.asarray(values, float)
        distinct, where = np.unique(flat, return_inverse=True)
        scaled = np.array([self._noise(v, key) for v in distinct.tolist()], float)
        return scaled[where].reshape(flat.shape)

    def _noise(self, value: float, key: str) -> float:
        if math.isnan(value):
            return value
        found = typed(value) / self.unit
        if found > MOST_NOISE:
            most = f"at most {MOST_NOISE * self.length:.3g}, {MOST_NOISE:g} times the size of the problem"
            raise ProblemError(key, repr(value), most)
        return float(found)


_held: Kept[Normal] = Kept(256)


def normal_form(problem: Problem) -> Normal:
    """The normal form of a problem; the same object while the problem lives."""
    return _held.get(problem, (), lambda: _made(problem))


def _made(problem: Problem) -> Normal:
    parts, vectors = _parts(problem), _vectors(problem)
    axes = max((len(v) for v in vectors if isinstance(v, tuple)), default=1)
    if axes > MOST_AXES or (_endless(problem) and problem.dim > 2):
        move = Move(_unit_of_many(problem, vectors, [s for part in parts for s in _scales(part)]), None)
    else:
        columns = [[typed(v[k] if isinstance(v, tuple) else v) for v in vectors] for k in range(axes)]
        center = [(min(column) + max(column)) / 2 for column in columns]
        sizes = [abs(x - c) for column, c in zip(columns, center, strict=True) for x in column]
        sizes += [typed(s) for part in parts for s in _scales(part)]
        move = Move(decimal_unit(max(sizes) or Fraction(1)), center)
    try:
        return Normal(move.problem(problem), move, halves(problem, move.unit))
    except ProblemError:  # widths of a unit in the last place may round to nothing
        return Normal(problem, Move(Fraction(1), None), halves(problem, Fraction(1)))


def _unit_of_many(problem: Problem, vectors: list[Vector], scales: list[float]) -> Fraction:
    """The unit where the place stays. Volumes of many dimensions stay where floats can hold them."""
    if _endless(problem):
        return Fraction(1)
    places = [np.atleast_1d(np.array(v, float)) for v in vectors]
    large = max(*(float(np.abs(v).max()) for v in places), *scales, 0.0)
    unit = decimal_unit(typed(large) or Fraction(1))
    matrix = any(getattr(part, "cov", None) is not None for part in _parts(problem))
    if not matrix and all(scaled(v, unit)[1].all() for v in places):
        return unit
    return Fraction(2) ** int(np.frexp(large)[1])


def numbers(problem: Problem) -> Iterator[Vector]:
    """All places and lengths of a problem."""
    yield from _vectors(problem)
    yield from (scale for part in _parts(problem) for scale in _scales(part))


def _vectors(problem: Problem) -> list[Vector]:
    found = [v for part in _parts(problem) for v in _places(part)]
    if isinstance(problem, DomainProblem) and problem.low is not None and problem.high is not None:
        found += [problem.low, problem.high]
    return found


def halves(problem: Problem, unit: Fraction) -> tuple[Fraction | None, ...]:
    """The half-widths of the components in one dimension, exactly; None where one has none."""
    if isinstance(problem, DomainProblem) or problem.dim > 1:
        return ()
    return tuple(_half(part.law, unit) for part in problem.class1 + problem.class0)


def _half(law: Any, unit: Fraction) -> Fraction | None:
    if isinstance(law, Ball):
        return typed(law.radius) / unit
    if not isinstance(law, Uniform):
        return None
    low, high = (typed(v[0] if isinstance(v, tuple) else v) for v in (law.low, law.high))
    return (high - low) / (2 * unit)


def _endless(problem: Problem) -> bool:
    return isinstance(problem, DomainProblem) and problem.infinite


PLACES, SCALES = ("mean", "low", "high", "center"), ("scale", "radius")


def _parts(problem: Problem) -> tuple[Any, ...]:
    if isinstance(problem, DomainProblem):
        return problem.inside
    return tuple(c.law for c in problem.class0 + problem.class1)


def _places(part: Any) -> Iterator[Vector]:
    """The places that a law or set names."""
    return (getattr(part, key) for key in PLACES if hasattr(part, key))


def _scales(part: Any) -> Iterator[Any]:
    """The lengths that a law or set names: of a covariance the deviations."""
    for key in SCALES:
        value = getattr(part, key, None)
        if value is not None:
            yield from (value if isinstance(value, tuple) else (value,))
    if getattr(part, "cov", None) is not None:
        cov = part.cov
        known = cov.variances if isinstance(cov, LowRank) else (cov[k][k] for k in range(len(cov)))
        yield from (float(v) ** 0.5 for v in known)
