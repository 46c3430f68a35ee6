"""The frozen description of a problem: what the data are and which noises are used.

This is the one thing that the exact side and the simulation share. It holds no mathematics. Numbers are kept as
they were written (a scalar stays a scalar and broadcasts to every axis), so that a description of a problem in a
million dimensions is small and a file read and written again is unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Vector = float | tuple[float, ...]
NoiseFamily = Literal["gaussian", "laplace", "uniform"]
TrainingRule = Literal["posterior", "regression"]
OffSupport = Literal["nearest", "class0", "class1"]


@dataclass(frozen=True)
class Gaussian:
    """Normal law. Exactly one of `scale` (per-axis standard deviation) and `cov` (covariance matrix) is given."""

    mean: Vector
    scale: Vector | None = None
    cov: tuple[tuple[float, ...], ...] | None = None


@dataclass(frozen=True)
class Laplace:
    """Product Laplace law; `scale` is the diversity b of each axis."""

    mean: Vector
    scale: Vector


@dataclass(frozen=True)
class Uniform:
    """Uniform law on the box [low, high]."""

    low: Vector
    high: Vector


@dataclass(frozen=True)
class Ball:
    """Uniform law on the Euclidean ball; also a set in a labelled domain."""

    center: Vector
    radius: float


@dataclass(frozen=True)
class Point:
    """All mass at one point."""

    mean: Vector


@dataclass(frozen=True)
class Box:
    """The set [low, high] in a labelled domain."""

    low: Vector
    high: Vector


Law = Gaussian | Laplace | Uniform | Ball | Point
Set = Ball | Box


@dataclass(frozen=True)
class Component:
    """One mixture component: a law and its relative weight within its class."""

    law: Law
    weight: float = 1.0


@dataclass(frozen=True)
class Training:
    """How the base classifier is trained."""

    rule: TrainingRule = "posterior"
    noise: NoiseFamily = "gaussian"
    off_support: OffSupport = "nearest"


@dataclass(frozen=True)
class Smoothing:
    """The noise over which the smoothed classifier votes."""

    noise: NoiseFamily = "gaussian"


@dataclass(frozen=True)
class MixtureProblem:
    """Two class-conditional mixtures and the prior P(Y = 1)."""

    prior: float
    dim: int
    class0: tuple[Component, ...]
    class1: tuple[Component, ...]
    training: Training = field(default_factory=Training)
    smoothing: Smoothing = field(default_factory=Smoothing)
    name: str | None = None


@dataclass(frozen=True)
class DomainProblem:
    """A labelled domain: uniform marginal on [low, high] (infinite when both are None), Y = 1 on a union of sets."""

    dim: int
    inside: tuple[Set, ...]
    low: Vector | None = None
    high: Vector | None = None
    training: Training = field(default_factory=Training)
    smoothing: Smoothing = field(default_factory=Smoothing)
    name: str | None = None


Problem = MixtureProblem | DomainProblem
