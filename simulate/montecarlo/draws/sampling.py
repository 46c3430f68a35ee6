"""How much is drawn and in which way: `Sampling`. Nothing is drawn here; how sure the answers are is `Level`'s."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from simulate.montecarlo.draws.noise import MOST_SAMPLES
from theory.errors import ProblemError, shown
from theory.problems.validation import choice, flag, positive, whole

Scheme = Literal["independent", "stratified", "sobol"]

# Samples of the first look where a run may stop early; every look doubles them.
FIRST_LOOK = 1 << 12
# Independent replicates of stratified and Sobol points, from which their intervals are made.
REPLICATES = 32
# Bytes that draws and evaluations take at a time if nothing is said.
CHUNK_BYTES = 1 << 28


@dataclass(frozen=True)
class Sampling:
    """How many (X, Y) are drawn, from which seed and how.

    Attributes:
        samples: draws of (X, Y), at least 1. The most that are drawn, where `half_width` is given.
        seed: of everything random, at least 0.
        scheme: "stratified" or "sobol" draw X and Y in 32 independent replicates of evenly spread points (see `given`);
            intervals are then t intervals of their means, which hold approximately. They gain where the risk is mostly
            a matter of which component X comes from, or of few dimensions; in many dimensions Sobol points gain
            nothing. On the command line this is `--sampling`.
        antithetic: the noises of votes 2m and 2m + 1 are V and -V. The classifier is then another one: closer to that
            of infinitely many votes where f is monotone along V, farther where it is even around X (the centre of a
            ball). Its certificates would not be valid: `certified` is None at eps > 0.
        half_width: stop as soon as no interval but that of the limit is wider to either side on average. The run is
            looked at after 4096 samples and each time they have doubled; the error is shared equally among all looks
            that `samples` allows. So the intervals hold whenever it stops. For independent samples only.
        chunk_bytes: memory that the draws and evaluations may take at a time; it does not change a number.

    Raises:
        ProblemError: a value out of range; its name, value and range in one line.
    """

    samples: int
    seed: int
    scheme: Scheme = "independent"
    antithetic: bool = False
    half_width: float | None = None
    chunk_bytes: int = CHUNK_BYTES

    def __post_init__(self) -> None:
        for name, least in (("samples", 1), ("seed", 0), ("chunk_bytes", 1)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))
        if self.half_width is not None:
            object.__setattr__(self, "half_width", positive(self.half_width, "half_width"))
        self._expect("samples", f"less than {MOST_SAMPLES}", self.samples < MOST_SAMPLES)
        choice(self.scheme, "scheme", get_args(Scheme))
        flag(self.antithetic, "antithetic")
        if self.spread:
            why = f"with {self.scheme} points (`scheme`, on the command line --sampling)"
            self._expect("half_width", f"none {why}", self.half_width is None)
            self._expect("samples", f"at least {2 * REPLICATES} {why}", self.samples >= 2 * REPLICATES)

    def _expect(self, name: str, expected: str, holds: bool) -> None:
        if not holds:
            raise ProblemError(name, shown(getattr(self, name)), expected)

    @property
    def spread(self) -> bool:
        """Whether points are spread in replicates instead of drawn independently."""
        return self.scheme != "independent"

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
    def delta(self) -> float:
        """The chance at which the votes of one sample are held to decide the limit: small beside the interval."""
        return min(1e-2, 0.1 / math.sqrt(self.samples))
