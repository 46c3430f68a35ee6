"""How many training sets are drawn, `TrainingSets`, and what is said of them. No computation lives here."""

from __future__ import annotations

from dataclasses import dataclass

from simulate.montecarlo.statistics.records import Interval
from theory.problems.validation import whole


@dataclass(frozen=True)
class TrainingSets:
    """How many training sets are drawn and from which seed.

    Attributes:
        draws: training sets, at least 2.
        seed: of everything random, at least 0. Draw k depends on the seed and on k only.

    Raises:
        ProblemError: a value out of range; its name, value and range in one line.
    """

    draws: int
    seed: int

    def __post_init__(self) -> None:
        for name, least in (("draws", 2), ("seed", 0)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))


@dataclass(frozen=True)
class SampleRecord:
    """The results at one (alpha, beta, eps, ratio), for a rule trained on n = round(ratio * dim) samples.

    Attributes:
        alpha, beta, eps: training noise, smoothing noise, certified radius.
        ratio: samples per dimension, n/d, as asked for.
        copies: noisy copies of each sample, None for infinitely many.
        dim, training_samples, draws: d, n, and how many training sets were drawn.
        clean: the mean over training sets of P(g(X) != Y).
        certified: the mean of the probability that eps is not certified for the true class; None at beta = 0 < eps.
        gain: clean risk at alpha = 0 minus clean risk at this alpha, on the same training sets.
        certified_gain: the same for `certified`.
    """

    alpha: float
    beta: float
    eps: float
    ratio: float
    copies: int | None
    dim: int
    training_samples: int
    draws: int
    clean: Interval
    certified: Interval | None
    gain: Interval
    certified_gain: Interval | None
