"""What a sweep is asked for: axes of values of keys, the family of problems they select, and Monte Carlo points.

Keys are the noises alpha, beta, eps; a regime's parameters; and the keys of a problem file. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulate.sweep.spacing import check_range, parse_range, spaced
from theory import regimes
from theory.errors import ProblemError, one_of, shown
from theory.problems.document import to_document
from theory.problems.noises import NOISES, RATIO, noise, samples
from theory.problems.problem import Problem, described
from theory.problems.problem_file import with_overrides
from theory.problems.validation import instance, whole

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

UNITS = {"angle": "degree"}
UNITS |= dict.fromkeys(("copies", "count", "dim", "prior", "ratio", "seed", "tries", "weight"), "1")
# Keys of a question, not of a problem: noises, and samples per dimension.
ASKED = (*NOISES, RATIO)
# Short names of keys of the problem file.
SHORT = {"copies": "training.copies"}


# A key of a problem file that lies below the first level.
EXAMPLE = "class0.0.scale"


@dataclass(frozen=True)
class Axis:
    """`count` evenly spaced values of `key` from `low` to `high`, both included.

    Raises:
        ProblemError: fewer than two values, ends that are not finite or not in order, a negative noise.
    """

    key: str
    low: float
    high: float
    count: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", instance(self.key, "key", str).replace("[", ".").replace("]", ""))
        check_range(self.key, self.low, self.high, self.count)
        if self.key in NOISES and self.low < 0:
            raise ProblemError(self.key, repr(self.low), "noise scales of at least 0")

    @classmethod
    def parse(cls, text: str) -> Axis:
        """The axis written as KEY=LO:HI:COUNT."""
        key, _equals, rest = instance(text, "axis", str).partition("=")
        found = parse_range(rest)
        if found is None or not key.strip():
            raise ProblemError("", shown(text), "KEY=LO:HI:COUNT, as in beta=0.1:2:65")
        return cls(key.strip(), *found)

    def __str__(self) -> str:
        return f"{self.key}={self.low!r}:{self.high!r}:{self.count}"

    @property
    def unit(self) -> str:
        """What the values are measured in; "1" for a pure number."""
        return UNITS.get(self.key.rsplit(".", 1)[-1], "units of x")

    @property
    def values(self) -> np.ndarray:
        """The values (count,); round decimals where ends and step are."""
        import numpy as np

        return np.array(spaced(self.low, self.high, self.count))


@dataclass(frozen=True)
class Family:
    """Problems that differ in the values of some keys.

    source: the name of a regime, or one problem. settings: keys set to other than their usual values, each a parameter
    of the regime if it has one of that name, and else a key of the problem file.
    """

    source: str | Problem
    settings: Mapping[str, Any] = field(default_factory=dict)

    def asks(self, key: str) -> bool:
        """Whether a key belongs to the question, so that the problem is the same whatever its value."""
        return key in NOISES or (key == RATIO and key not in self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Problem:
        """The problem at some values of keys; a whole number where the key asks for one. Raises `ProblemError`."""
        settings = {key: self._cast(key, value) for key, value in {**self.settings, **(values or {})}.items()}
        if not isinstance(self.source, str):
            return self._override(described(self.source), settings)
        own = regimes.parameters(self.source)
        problem = regimes.build(self.source, **{key: value for key, value in settings.items() if key in own})
        others = {key: value for key, value in settings.items() if key not in own}
        for key in others:
            if key not in SHORT and _top(key) not in (known := self._known(problem)):
                raise ProblemError(key, "an unknown key", one_of(known, key), self.source)
        return self._override(problem, others)

    def check_swept(self, key: str) -> None:
        """Refuse to sweep what is no noise, no parameter of the regime and no key of the problem file."""
        if self.asks(key) or key in self.parameters or key in SHORT:
            return
        known = self._known(regimes.build(self.source) if isinstance(self.source, str) else self.source)
        if _top(key) not in known:
            expected = f"{one_of((*ASKED, *SHORT, *known), key)}; or further down in the file, as in {EXAMPLE}"
            raise ProblemError(key, "an unknown key", expected, self.source if isinstance(self.source, str) else "")

    def _known(self, problem: Problem) -> tuple[str, ...]:
        """The parameters of the regime and the first words of the keys of the problem's file."""
        return tuple(dict.fromkeys((*self.parameters, *to_document(problem))))

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the regime in force; none where the source is a problem."""
        if not isinstance(self.source, str):
            return {}
        return {key: self.settings.get(key, usual) for key, usual in regimes.parameters(self.source).items()}

    def whole(self, key: str) -> bool:
        """Whether a key takes whole numbers only."""
        own = regimes.parameters(self.source) if isinstance(self.source, str) else {}
        return type(own.get(key)) is int or key in ("dim", "copies", "training.copies")

    def _cast(self, key: str, value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() and self.whole(key) else value

    def _override(self, problem: Problem, settings: Mapping[str, Any]) -> Problem:
        if not settings:
            return problem
        try:
            return with_overrides(problem, {SHORT.get(key, key): value for key, value in settings.items()})
        except ProblemError as error:
            raise error.located(problem.name or "") from None


def sampled(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> bool:
    """Whether a sweep asks for training on n/d samples."""
    return family.asks(RATIO) and (RATIO in dataset.attrs or RATIO in (x.key, y.key))


def _top(key: str) -> str:
    """The first word of a key."""
    return key.partition(".")[0].partition("[")[0]


@dataclass(frozen=True)
class SpotCheck:
    """How to check: `count` x `count` points, and the size and seed of the simulation."""

    count: int
    votes: int
    samples: int
    seed: int

    def __post_init__(self) -> None:
        for name, least in (("count", 1), ("votes", 1), ("samples", 1), ("seed", 0)):
            whole(getattr(self, name), name, least)


def check_axes(family: Family, axes: Iterable[Axis], fixed: Mapping[str, float]) -> None:
    """Refuse axes that share a key, that are also fixed, or whose ends the family does not know."""
    instance(family, "family", Family)
    for key, value in instance(fixed, "fixed", Mapping).items():
        samples(value) if key == RATIO else noise(value, key)
    seen = [*family.settings, *fixed]
    for axis in axes:
        instance(axis, "axis", Axis)
        if axis.key in seen:
            raise ProblemError(axis.key, "more than one value or range", "each key fixed or swept once")
        seen.append(axis.key)
        if family.asks(axis.key):
            if axis.key == RATIO:
                samples(axis.low)
            continue
        family.check_swept(axis.key)
        for value in (axis.low, axis.high):
            family.at({axis.key: value})
