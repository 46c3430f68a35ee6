"""One request with its arguments checked, and what follows from them alone. No problem is interpreted here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from simulate.montecarlo.draws.noise import MOST_NUMBERS, MOST_SAMPLES
from simulate.montecarlo.statistics.intervals import upper_tail, votes_needed
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem import DomainProblem, Problem

Scales = float | Sequence[float]
Scheme = Literal["independent", "stratified", "sobol"]

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
    sampling: Scheme = "independent"
    antithetic: bool = False

    def __post_init__(self) -> None:
        for name, least in (("votes", 1), ("samples", 1), ("seed", 0), ("chunk_bytes", 1)):
            self._expect(name, f"at least {least}", getattr(self, name) >= least)
        for name in ("confidence", "failure"):
            self._expect(name, "a number strictly between 0 and 1", 0 < getattr(self, name) < 1)
        self._expect("sampling", one_of(get_args(Scheme), self.sampling), self.sampling in get_args(Scheme))
        self._expect("half_width", "a number above 0", self.half_width is None or self.half_width > 0)
        if self.sampling != "independent":
            self._expect("half_width", f"none with sampling {self.sampling}", self.half_width is None)
            fits = self.samples >= 2 * REPLICATES
            self._expect("samples", f"at least {2 * REPLICATES} with sampling {self.sampling}", fits)
        most = {"samples": (self.samples, MOST_SAMPLES), "votes": (self.votes * self.problem.dim, MOST_NUMBERS)}
        for name, (count, limit) in most.items():
            if count >= limit:
                raise ProblemError(name, f"{count} numbers", f"less than {limit}")

    def _expect(self, name: str, expected: str, holds: bool) -> None:
        if not holds:
            raise ProblemError(name, shown(getattr(self, name)), expected)

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
        raise ProblemError(name, "no number", "at least one")
    for scale in found:
        if not (math.isfinite(scale) and scale >= 0):
            raise ProblemError(name, str(scale), "a finite number of at least 0")
    return found
