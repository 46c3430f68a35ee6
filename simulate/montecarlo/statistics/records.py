"""What a Monte Carlo run hands back. No computation lives here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A Monte Carlo estimate with a confidence interval.

    The random interval [low, high] contains the true value with probability at least `confidence`, for every sample
    size and every true value. Unless a run was asked for simultaneous intervals, the guarantee is per interval: the
    intervals of several records share their random draws and hold together only at the sum of their error rates.
    With stratified or Sobol points it is the t interval of the means of replicates, which is approximate.

    Attributes:
        estimate: the observed value, in [low, high].
        low, high: ends of the interval. A share lies in [0, 1], a gain in [-1, 1]; in an infinite background both are
            multiplied by the sampled volume and are Lebesgue measures.
        confidence: the guaranteed coverage.
        samples: how many independent draws of (X, Y) the interval rests on.
        fewest, most: between how many of the samples failed, for the Clopper-Pearson interval of a risk: its low end is
            that of `fewest`, its high end that of `most`. They differ where a rule leaves points undecided, and the
            estimate is then of the likelier votes. None for what is no single count: gains, limits, spread points, and
            infinite risks.
        volume: by which shares of the samples are multiplied; 1 where risks are probabilities.
    """

    estimate: float
    low: float
    high: float
    confidence: float
    samples: int
    fewest: int | None = None
    most: int | None = None
    volume: float = 1.0


@dataclass(frozen=True)
class Record:
    """The results at one (alpha, beta, eps), for the classifier that takes `votes` votes.

    Attributes:
        alpha, beta, eps: training noise, smoothing noise, certified radius.
        votes: number n of votes asked for; at beta = 0 all votes agree and one evaluation stands for them.
        clean: P(g_n(X) != Y).
        certified: probability that eps is not certified for the true class; None at beta = 0 < eps, infinite where
            no number of successes among n votes certifies eps in an infinite background.
        gain: clean risk at alpha = 0 minus clean risk at this alpha, same beta.
        certified_gain: the same for `certified`; None where that is None or infinite.
        limit: the risk of the classifier with infinitely many votes; the interval holds for every distribution of
            the votes, the estimate within it is corrected for the first order of the bias, as limit.py says.
    """

    alpha: float
    beta: float
    eps: float
    votes: int
    clean: Interval
    certified: Interval | None
    gain: Interval
    certified_gain: Interval | None
    limit: Interval | None = None
