"""One request with its arguments checked, and what follows from them alone. No problem is interpreted here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from simulate.montecarlo.intervals import upper_tail, votes_needed
from simulate.montecarlo.noise import MOST_NUMBERS, MOST_SAMPLES
from theory.problem import DomainProblem, Problem

Scales = float | Sequence[float]
Sampling = Literal["independent", "stratified", "sobol"]

# Samples of the first look where a run may stop early; every look doubles them.
FIRST_LOOK = 1 << 12
# Independent replicates of stratified and Sobol points, from which their intervals are made.
REPLICATES = 32
# Quantities with an interval at each point: clean, certified, both gains, and the limit of votes.
QUANTITIES = 5


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
    simultaneous: bool = False
    half_width: float | None = None
    sampling: Sampling = "independent"
    antithetic: bool = False

    def __post_init__(self) -> None:
        for name, least in (("votes", 1), ("samples", 1), ("seed", 0), ("chunk_bytes", 1)):
            count = getattr(self, name)
            if count < least:
                raise ValueError(f"{name}: {count} is out of range, expected at least {least}")
        for name in ("confidence", "failure"):
            share = getattr(self, name)
            if not 0 < share < 1:
                raise ValueError(f"{name}: {share} is out of range, expected strictly between 0 and 1")

        if self.sampling not in get_args(Sampling):
            raise ValueError(f"sampling: {self.sampling!r} is unknown, expected one of {get_args(Sampling)}")
        if self.half_width is not None and not self.half_width > 0:
            raise ValueError(f"half_width: {self.half_width} is out of range, expected a number above 0")
        if self.sampling != "independent" and (self.half_width is not None or self.samples < 2 * REPLICATES):
            raise ValueError(f"sampling: {self.sampling} needs {2 * REPLICATES} samples or more and no half_width")
        most = {"samples": (self.samples, MOST_SAMPLES), "votes": (self.votes * self.problem.dim, MOST_NUMBERS)}
        for name, (count, limit) in most.items():
            if count >= limit:
                raise ValueError(f"{name}: {count} numbers are out of range, expected less than {limit}")

    @property
    def looks(self) -> list[int]:
        """The numbers of samples after which the run may stop; the last is all of them."""
        looks = []
        if self.half_width is not None:
            count = FIRST_LOOK
            while count < self.samples:
                looks.append(count)
                count *= 2
        return [*looks, self.samples]

    @property
    def error(self) -> float:
        """The chance of error of one interval at one look."""
        points = len(self.alphas) * len(self.betas) * len(self.radii) * QUANTITIES if self.simultaneous else 1
        return (1 - self.confidence) / (len(self.looks) * points)

    @property
    def delta(self) -> float:
        """The chance at which the votes of one sample are held to decide the limit: small beside the interval."""
        return min(1e-2, 0.1 / math.sqrt(self.samples))

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
