"""One request with its arguments checked, and what follows from them alone. No problem is interpreted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulate.montecarlo.draws.noise import MOST_NUMBERS
from simulate.montecarlo.draws.sampling import Sampling
from simulate.montecarlo.statistics.intervals import upper_tail, votes_needed
from simulate.montecarlo.statistics.level import USUAL, Level
from theory.errors import ProblemError
from theory.problems.problem import DomainProblem, Problem
from theory.problems.validation import whole

Scales = float | Sequence[float]

# Quantities with an interval at each point: clean, certified, both gains, and the limit of votes.
QUANTITIES = 5


@dataclass(frozen=True, kw_only=True)
class Job:
    """A checked request; `alphas`, `betas` and `radii` hold each value once, `alphas` begins with 0.

    The problem and its scales are those of a normal form; `volume` is what risks of an infinite background are
    multiplied by.
    """

    problem: Problem
    alphas: tuple[float, ...]
    betas: tuple[float, ...]
    radii: tuple[float, ...]
    votes: int
    sampling: Sampling
    level: Level = USUAL
    volume: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "votes", whole(self.votes, "votes"))
        numbers = self.votes * self.problem.dim
        if numbers >= MOST_NUMBERS:
            raise ProblemError("votes", f"{numbers} numbers for one sample", f"less than {MOST_NUMBERS}")

    @property
    def error(self) -> float:
        """The chance of error of one interval at one look."""
        points = len(self.alphas) * len(self.betas) * len(self.radii)
        return self.level.error(points * QUANTITIES, len(self.sampling.looks))

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
        return [votes_needed(self.votes, tail, self.level.failure) for tail in tails]
