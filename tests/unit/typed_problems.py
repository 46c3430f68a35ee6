"""Random problems in small integers, and the same moved, scaled and typed as decimals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
)

FAMILIES = ("gaussian", "laplace", "uniform")
SCALES = tuple(Fraction(s) for s in ("1", "0.1", "0.01", "0.3", "2.5", "1e-6", "1e6", "1e-60", "1e60"))
SHIFTS = tuple(Fraction(s) for s in ("0", "1", "-3", "0.7", "40", "1000"))


@dataclass(frozen=True)
class Typed:
    """A description in whole numbers, which `written` turns into a problem in another place and unit."""

    prior: float
    sides: tuple[tuple[tuple[str, int, int, float], ...], ...]
    training: Training
    smoothing: Smoothing
    domain: tuple[int, int] | None

    def written(self, scale: Fraction, shift: Fraction) -> Problem:
        """x -> scale (x + shift), each number the float nearest to its decimal."""

        def place(value: int) -> float:
            return float(scale * (value + shift))

        def size(value: int) -> float:
            return float(scale * value)

        def law(kind: str, first: int, second: int) -> Law:
            if kind == "uniform":
                return Uniform(place(first), place(first + second))
            if kind == "point":
                return Point(place(first))
            return (Gaussian if kind == "gaussian" else Laplace)(place(first), size(second))

        if self.domain is not None:
            inside = tuple(Box(place(a), place(a + b)) for _kind, a, b, _weight in self.sides[0])
            low, high = self.domain
            bounds = {} if low == high else {"low": place(low), "high": place(high)}
            return DomainProblem(1, inside, **bounds, training=self.training, smoothing=self.smoothing)
        zero, one = (tuple(Component(law(k, a, b), w) for k, a, b, w in side) for side in self.sides)
        return MixtureProblem(self.prior, 1, zero, one, self.training, self.smoothing)


def draw(rng: np.random.Generator) -> tuple[Typed, tuple[int, int, int]]:
    """A problem and its noises alpha, beta and eps, all in whole numbers with many ties."""
    kinds: Any = rng.choice(["uniform", "point", "mixed", "domain"], p=[0.45, 0.15, 0.25, 0.15])
    families = [str(rng.choice(FAMILIES, p=[0.4, 0.1, 0.5])) for _ in range(2)]
    alpha, beta, eps = (int(rng.choice(v)) for v in ([0, 0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 1, 2]))
    if kinds == "domain":
        boxes = tuple(
            ("uniform", int(rng.integers(-4, 5)), int(rng.integers(1, 4)), 1.0) for _ in range(rng.integers(1, 4))
        )
        domain = (0, 0) if rng.random() < 0.5 else (-5, 9)
        training = Training("regression", families[0])
        return Typed(0.5, (boxes,), training, Smoothing(families[1]), domain), (alpha, beta, eps)
    names = {"uniform": ["uniform"], "point": ["point"]}.get(str(kinds), ["uniform", "point", "gaussian", "laplace"])
    sides = []
    for _ in range(2):
        count = int(rng.integers(1, 4))
        parts = []
        for _ in range(count):
            weight = float(rng.choice([1.0, 1.0, 2.0, 0.1, 0.3]))
            parts.append((str(rng.choice(names)), int(rng.integers(-4, 5)), int(rng.integers(1, 4)), weight))
        sides.append(tuple(parts))
    prior = float(rng.choice([0.5, 0.5, 0.2, 0.3, 0.6]))
    training = Training("posterior", families[0], str(rng.choice(["nearest", "class0", "class1"])))
    return Typed(prior, tuple(sides), training, Smoothing(families[1]), None), (alpha, beta, eps)
