"""One request with its arguments checked, and what follows from them alone. No problem is interpreted here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulate.montecarlo.intervals import upper_tail, votes_needed
from theory.problem import DomainProblem, Problem

Scales = float | Sequence[float]


@dataclass(frozen=True)
class Job:
    """A checked request; `alphas`, `betas` and `radii` hold each value once, `alphas` begins with 0."""

    problem: Problem
    alphas: tuple[float, ...]
    betas: tuple[float, ...]
    radii: tuple[float, ...]
    votes: int
    samples: int
    seed: int
    confidence: float
    failure: float
    chunk_bytes: int

    def __post_init__(self) -> None:
        for name, least in (("votes", 1), ("samples", 1), ("seed", 0), ("chunk_bytes", 1)):
            count = getattr(self, name)
            if count < least:
                raise ValueError(f"{name}: {count} is out of range, expected at least {least}")
        for name in ("confidence", "failure"):
            share = getattr(self, name)
            if not 0 < share < 1:
                raise ValueError(f"{name}: {share} is out of range, expected strictly between 0 and 1")

    @property
    def unbounded(self) -> bool:
        """Whether the background is infinite, so that risks are measures."""
        return isinstance(self.problem, DomainProblem) and self.problem.low is None

    def needed(self, beta: float) -> list[int]:
        """For each radius the number of votes for the label that certifies it, beyond all votes where none does.

        At beta = 0 the one evaluation must agree with the label; only radius 0 has a meaning there.
        """
        if beta == 0:
            return [1] * len(self.radii)
        tails = (upper_tail(self.problem.smoothing.noise, radius, beta) for radius in self.radii)
        return [votes_needed(self.votes, tail, self.failure) for tail in tails]


def scales(name: str, value: Scales) -> list[float]:
    """A number or a sequence of numbers as a list of finite floats >= 0."""
    found = [float(v) for v in (value if isinstance(value, Iterable) else [value])]
    if not found:
        raise ValueError(f"{name}: empty, expected at least one number")
    for scale in found:
        if not (math.isfinite(scale) and scale >= 0):
            raise ValueError(f"{name}: {scale} is out of range, expected a finite number of at least 0")
    return found
