"""The frozen description of a problem: what the data are and which noises are used.

This is the one thing that the exact side and the simulation share. It holds no mathematics. Numbers are kept as
they were written (a scalar stays a scalar and broadcasts to every axis), so that a description of a problem in a
million dimensions is small and a file read and written again is unchanged.

Every constructor checks what it is given and raises `ProblemError`, a one-line message with the key, what was found
and what was expected. Lists and arrays become tuples of floats; a dimension left out is inferred.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from theory.displayed import Displayed
from theory.errors import ProblemError, shown
from theory.problems import validation as check
from theory.problems.low_rank import LowRank, low_rank

if TYPE_CHECKING:
    import numpy as np

Vector = float | tuple[float, ...]
NoiseFamily = Literal["gaussian", "laplace", "uniform"]
TrainingRule = Literal["posterior", "regression", "lda", "least-squares", "logistic"]
# Rules that train a linear classifier, on infinite data or on n samples.
LINEAR_RULES = ("lda", "least-squares", "logistic")
OffSupport = Literal["nearest", "class0", "class1"]
Ties = Literal["class1", "class0", "coin"]


def _settle(description: Any, **values: Any) -> None:
    """Store normalised values in a frozen description."""
    for key, value in values.items():
        object.__setattr__(description, key, value)


def _settle_law(law: Any, **values: Any) -> None:
    _settle(law, **values)
    check.common_dim(values.items())


def _settle_box(box: Any) -> None:
    _settle_law(box, low=check.vector(box.low, "low"), high=check.vector(box.high, "high"))
    check.ordered(box.low, box.high)


@dataclass(frozen=True)
class Gaussian:
    """Normal law. Exactly one of `scale` (per-axis standard deviation) and `cov` is given.

    cov: a covariance matrix, or in many dimensions {"diagonal": variances, "factor": [direction, ...]}.
    """

    mean: Vector
    scale: Vector | None = None
    cov: tuple[tuple[float, ...], ...] | LowRank | None = None

    def __post_init__(self) -> None:
        if (self.scale is None) == (self.cov is None):
            found = "neither scale nor cov" if self.scale is None else "both scale and cov"
            raise ProblemError("scale", found, "exactly one of scale and cov")
        mean = check.vector(self.mean, "mean")
        if self.cov is None:
            _settle_law(self, mean=mean, scale=check.positive_vector(self.scale, "scale"))
        else:
            _settle_law(self, mean=mean, cov=low_rank(self.cov, "cov") or check.covariance(self.cov, "cov"))


@dataclass(frozen=True)
class Laplace:
    """Product Laplace law; `scale` is the diversity b of each axis."""

    mean: Vector
    scale: Vector

    def __post_init__(self) -> None:
        _settle_law(self, mean=check.vector(self.mean, "mean"), scale=check.positive_vector(self.scale, "scale"))


@dataclass(frozen=True)
class Uniform:
    """Uniform law on the box [low, high]."""

    low: Vector
    high: Vector

    def __post_init__(self) -> None:
        _settle_box(self)


@dataclass(frozen=True)
class Ball:
    """Uniform law on the Euclidean ball; also a set in a labelled domain."""

    center: Vector
    radius: float

    def __post_init__(self) -> None:
        _settle_law(self, center=check.vector(self.center, "center"), radius=check.positive(self.radius, "radius"))


@dataclass(frozen=True)
class Point:
    """All mass at one point."""

    mean: Vector

    def __post_init__(self) -> None:
        _settle_law(self, mean=check.vector(self.mean, "mean"))


@dataclass(frozen=True)
class Box:
    """The set [low, high] in a labelled domain."""

    low: Vector
    high: Vector

    def __post_init__(self) -> None:
        _settle_box(self)


Law = Gaussian | Laplace | Uniform | Ball | Point
Set = Ball | Box


@dataclass(frozen=True)
class Component:
    """One mixture component: a law and its relative weight within its class."""

    law: Law
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.law, Law):
            raise ProblemError("law", shown(self.law), "a Gaussian, Laplace, Uniform, Ball or Point")
        _settle(self, weight=check.positive(self.weight, "weight"))


@dataclass(frozen=True)
class Training:
    """How the base classifier is trained. copies: noisy copies of each sample, None for infinitely many."""

    rule: TrainingRule = "posterior"
    noise: NoiseFamily = "gaussian"
    off_support: OffSupport = "nearest"
    copies: int | None = None

    def __post_init__(self) -> None:
        check.choice(self.rule, "rule", get_args(TrainingRule))
        check.choice(self.noise, "noise", get_args(NoiseFamily))
        check.choice(self.off_support, "off_support", get_args(OffSupport))
        if self.copies is not None:
            _settle(self, copies=check.whole(self.copies, "copies"))


@dataclass(frozen=True)
class Smoothing:
    """The noise over which the smoothed classifier votes, and who wins where u = 1/2, or with half of n votes."""

    noise: NoiseFamily = "gaussian"
    ties: Ties = "class1"

    def __post_init__(self) -> None:
        check.choice(self.noise, "noise", get_args(NoiseFamily))
        check.choice(self.ties, "ties", get_args(Ties))

    @property
    def winners(self) -> tuple[int, ...]:
        """The classes to which ties may go: one, or both by a coin, which is tossed once for the whole classifier."""
        return {"class1": (1,), "class0": (0,), "coin": (1, 0)}[self.ties]


@dataclass(frozen=True)
class MixtureProblem(Displayed):
    """Two class-conditional mixtures and the prior P(Y = 1).

    `dim` 0 (or None) on construction means: infer it from the components, 1 where all their numbers are scalars.
    """

    prior: float
    dim: int = 0
    class0: tuple[Component, ...] = ()
    class1: tuple[Component, ...] = ()
    training: Training = field(default_factory=Training)
    smoothing: Smoothing = field(default_factory=Smoothing)
    name: str | None = None

    def __post_init__(self) -> None:
        classes = {key: check.members(getattr(self, key), key, Component) for key in ("class0", "class1")}
        laws = ((f"{key}[{i}]", part.law) for key, parts in classes.items() for i, part in enumerate(parts))
        dim = _dimension(self.dim, (part for path, law in laws for part in _parts(path, law)))
        _settle(self, prior=check.probability(self.prior, "prior"), dim=dim, **classes)
        _common(self)


@dataclass(frozen=True)
class DomainProblem(Displayed):
    """A labelled domain: uniform marginal on [low, high] (infinite when both are None), Y = 1 on a union of sets.

    `dim` 0 (or None) on construction means: infer it from the domain and the sets, 1 where all numbers are scalars.
    A set may reach beyond a finite domain and counts only within it, but may not lie outside completely.
    """

    dim: int = 0
    inside: tuple[Set, ...] = ()
    low: Vector | None = None
    high: Vector | None = None
    training: Training = field(default_factory=Training)
    smoothing: Smoothing = field(default_factory=Smoothing)
    name: str | None = None

    def __post_init__(self) -> None:
        inside = check.members(self.inside, "inside", Set)
        if self.low is not None or self.high is not None:
            _settle_box(self)
        sets = (part for i, region in enumerate(inside) for part in _parts(f"inside[{i}]", region))
        dim = _dimension(self.dim, [("low", self.low), ("high", self.high), *sets])
        _settle(self, dim=dim, inside=inside)
        _common(self)
        for i, region in enumerate(inside):
            if self.low is not None and self.high is not None and _misses(region, self.low, self.high, self.dim):
                raise ProblemError(f"inside[{i}]", shown(region, 90), "a set that meets the domain")

    @property
    def infinite(self) -> bool:
        """Whether the background is all of space, where risks are Lebesgue measures."""
        return self.low is None


Problem = MixtureProblem | DomainProblem


def described(problem: Any) -> Problem:
    """The problem, if it is one; raises `ProblemError`."""
    held: Problem = check.instance(problem, "problem", Problem)
    return held


def as_vector(value: Vector, dim: int) -> np.ndarray:
    """`value` as a float array of shape (dim,); a scalar is broadcast to a read-only view that takes no memory."""
    import numpy as np

    value, dim = check.vector(value, "value"), check.whole(dim, "dim")
    if isinstance(value, tuple) and len(value) != dim:
        raise ProblemError("", f"{len(value)} axes", str(dim))
    return np.broadcast_to(np.asarray(value, dtype=float), (dim,))


def _parts(path: str, law: Law | Set) -> Iterator[tuple[str, object]]:
    return ((f"{path}.{part.name}", getattr(law, part.name)) for part in fields(law))


def _dimension(given: Any, parts: Any) -> int:
    dim = 0 if given is None or (type(given) is int and given == 0) else check.whole(given, "dim")
    return check.common_dim(parts, dim) or 1


def _common(problem: Any) -> None:
    for key, kind in (("training", Training), ("smoothing", Smoothing)):
        check.instance(getattr(problem, key), key, kind)
    check.label(problem.name, "name")


def _misses(region: Set, low: Vector, high: Vector, dim: int) -> bool:
    if isinstance(region, Box):
        return any(a >= d or b <= c for a, b, c, d in check.axes(region.low, region.high, low, high))
    gaps = [max(a - c, c - b, 0.0) for a, b, c in check.axes(low, high, region.center)]
    return math.hypot(*gaps) * math.sqrt(dim / len(gaps)) >= region.radius
