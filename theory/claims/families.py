"""Families of cases: maps from the unit cube to problems and noises. Nothing is solved here."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from theory.errors import ProblemError, shown
from theory.problems import validation as check
from theory.problems.noises import NOISES
from theory.problems.problem import Problem


@dataclass(frozen=True)
class Range:
    """A number between low and high, evenly, or evenly in its logarithm; whole ones are rounded.

    zero: the share of the unit interval at whose end the number is 0, for ranges in the logarithm that should have it.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False
    zero: float = 0.0

    def __post_init__(self) -> None:
        check.number(self.low, "low")
        check.number(self.high, "high")
        check.flag(self.log, "log")
        check.flag(self.whole, "whole")
        if not 0 <= check.number(self.zero, "zero") < 1:
            raise ProblemError("zero", shown(self.zero), "a share of at least 0 and less than 1")
        if not self.low <= self.high or not math.isfinite(self.high - self.low):
            raise ProblemError("range", shown((self.low, self.high)), "finite numbers low <= high")
        if self.log and self.low <= 0:
            raise ProblemError("low", repr(self.low), "a positive number, for a range in the logarithm")

    def at(self, share: float) -> float | int:
        """The number at `share` in [0, 1]."""
        if share < self.zero:
            return 0
        part = (share - self.zero) / (1 - self.zero)
        width = self.high - self.low
        found = self.low * (self.high / self.low) ** part if self.log else self.low + width * part
        found = min(max(found, self.low), self.high)
        return round(found) if self.whole else found

    def holds(self, value: Any) -> bool:
        """Whether the value could have been drawn."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        whole = not self.whole or float(value).is_integer()
        return whole and (self.low <= value <= self.high or (value == 0 and self.zero > 0))


@dataclass(frozen=True)
class Choice:
    """One of several values, of whatever kind."""

    values: Sequence[Any]

    def __post_init__(self) -> None:
        if not isinstance(self.values, Sequence) or not self.values:
            raise ProblemError("values", shown(self.values), "a sequence of at least one value")

    def at(self, share: float) -> Any:
        """The value at `share` in [0, 1]."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def holds(self, value: Any) -> bool:
        """Whether the value could have been drawn."""
        return value in self.values


@dataclass(frozen=True)
class CaseNoises:
    """alpha, beta and eps of a case (0 where the family has them not), and its further values as attributes."""

    alpha: float = 0.0
    beta: float = 0.0
    eps: float = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        # Asked only for names that are no fields; `more` itself is missing while an object is being copied.
        if name == "more" or name not in self.more:
            raise AttributeError(f"the family has no {name!r}")
        return self.more[name]


@dataclass(frozen=True)
class CaseFamily:
    """Problems and noises as functions of a point in the unit cube.

    build: makes a problem from keyword parameters, for instance a regime.
    parameters: a `Range` or `Choice` for each of them, and for the noises "alpha", "beta" and "eps", which are not
        passed to `build`.
    extra: names of further parameters that the claim gets with the noises, and `build` does not.
    held: those of `extra` with which the claim makes problems of its own, so that cases share none unless they agree.
    """

    build: Callable[..., Problem]
    parameters: Mapping[str, Range | Choice]
    extra: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.parameters:
            raise ProblemError("parameters", "none", "at least one Range or Choice")
        for name in self.extra:
            if name not in self.parameters or name in NOISES:
                raise ProblemError("extra", shown(name), "names of parameters other than the noises")
        if not set(self.held) <= set(self.extra):
            raise ProblemError("held", shown(self.held), "names that are in `extra`")

    @property
    def varied(self) -> tuple[str, ...]:
        """The parameters in which cases of one problem differ."""
        return tuple(name for name in self.parameters if name in (*NOISES, *self.extra) and name not in self.held)

    def at(self, point: Iterable[float]) -> dict[str, Any]:
        """The parameters at a point of the unit cube, one coordinate each in their order."""
        pairs = zip(self.parameters.items(), point, strict=True)
        return {name: kind.at(min(max(float(share), 0.0), 1.0)) for (name, kind), share in pairs}

    def problem(self, parameters: Mapping[str, Any]) -> Problem:
        """The problem for given parameters; raises what `build` raises."""
        apart = (*NOISES, *self.extra)
        return self.build(**{name: value for name, value in parameters.items() if name not in apart})

    def noises(self, parameters: Mapping[str, Any]) -> CaseNoises:
        """The noises, and what else the claim gets."""
        more = {name: parameters[name] for name in self.extra}
        alpha, beta, eps = (float(parameters.get(name, 0.0)) for name in NOISES)
        return CaseNoises(alpha, beta, eps, more)

    def case(self, parameters: Mapping[str, Any]) -> tuple[Problem, CaseNoises]:
        """The problem and the noises for given parameters."""
        return self.problem(parameters), self.noises(parameters)

    def defaults(self) -> dict[str, Any]:
        """Values that `build` takes if nothing is said, as far as they could have been drawn."""
        known = inspect.signature(self.build).parameters
        found = {name: known[name].default for name in self.parameters if name in known}
        return {name: value for name, value in found.items() if self.parameters[name].holds(value)}
