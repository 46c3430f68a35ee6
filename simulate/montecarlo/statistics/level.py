"""How sure the answers are: `Level`. Intervals are made of it in estimator.py, certificates in intervals.py."""

from __future__ import annotations

from dataclasses import dataclass

from theory.problems.validation import flag, probability


@dataclass(frozen=True)
class Level:
    """The chances of error that are allowed, each strictly between 0 and 1.

    Attributes:
        confidence: of each interval on its own, see `Interval`.
        simultaneous: whether all intervals of all records hold together with probability `confidence` (Bonferroni),
            instead of each on its own.
        failure: failure probability of a certificate from a finite number of votes.

    Raises:
        ProblemError: a chance out of range; its name, value and range in one line.
    """

    confidence: float = 0.99
    simultaneous: bool = False
    failure: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("confidence", "failure"):
            object.__setattr__(self, name, probability(getattr(self, name), name))
        flag(self.simultaneous, "simultaneous")

    def error(self, intervals: int, looks: int) -> float:
        """The chance of error of one interval at one look, where so many may have to hold together."""
        return (1 - self.confidence) / (looks * (intervals if self.simultaneous else 1))


USUAL = Level()
