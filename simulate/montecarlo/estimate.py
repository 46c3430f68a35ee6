"""Nested Monte Carlo of a whole request: `monte_carlo`. Host side; the drawing and voting is in kernel.py."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from simulate.montecarlo.arrays import NoiseTriple
from simulate.montecarlo.draws.sampling import Sampling
from simulate.montecarlo.job import Job, Scales
from simulate.montecarlo.reading import counted, replicated, widest
from simulate.montecarlo.runs import Run
from simulate.montecarlo.statistics.level import USUAL, Level
from simulate.montecarlo.statistics.records import Record
from simulate.progress import Progress, silent, within
from theory.problems.noises import NOISES, listed_noises
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.problems.validation import instance


def monte_carlo(
    problem: Problem,
    *,
    alpha: Scales,
    beta: Scales,
    eps: Scales = 0.0,
    votes: int,
    sampling: Sampling,
    level: Level = USUAL,
    progress: Progress | None = None,
) -> list[Record]:
    """Risks of the n-vote smoothed classifier and the paired gain of training noise, by direct simulation.

    `sampling.samples` times (X, Y) is drawn, and for each X `votes` noises V of the smoothing family at scale 1. With
    f_alpha = 1[s * p_alpha >= 0] (posterior rule) or 1[h * p_alpha >= 1/2] (regression rule, labelled domains),
    k = #{f_alpha(X + beta V) = 1} and n votes:

        g_n(X) = 1[k >= n/2],  clean = P(g_n(X) != Y),  gain = clean(0, beta) - clean(alpha, beta),
        certified = P(k_Y < K),  K the least number with P(Bin(n, tau(eps)) >= K) <= `level.failure`,

    k_Y the votes for the true class and tau(eps) the level of the smoothing family (`intervals.upper_tail`): the
    certificate succeeds iff its Clopper-Pearson lower bound at that failure probability reaches tau. This is the risk
    of the deployed n-vote classifier, estimated without bias. X, Y and V are shared by all alpha (alpha = 0 is always
    among them) and all beta. Who wins with k = n/2 is the problem's `smoothing.ties`; a coin is tossed once for each X
    and shared as X is. At beta = 0 there is one evaluation, certified at eps = 0 is the clean risk, None at eps > 0.

    What is simulated is the problem's normal form, so that units and places change nothing, and numbers that were typed
    as decimals tie where they do on paper.

    A finite labelled domain has X uniform on it. In an infinite background all results are Lebesgue measures: X is
    uniform on a box outside which nothing can go wrong (why: laws/domains.py, `reach`), and shares are multiplied by
    its volume.

    Args:
        problem: a mixture or a labelled domain, any that is valid. Where no closed form is known the base classifier is
            evaluated with error bounds (`settle`); points it leaves undecided count for and against in the intervals.
        alpha, beta, eps: scales >= 0, each a number or a sequence of numbers.
        votes: the number n, at least 1. Cost: samples * votes * dim draws, and that times alphas * betas evaluations.
        sampling: how many samples are drawn, from which seed and how; the same ones give the same records.
        level: confidence of the intervals, failure probability of certificates. Risks have Clopper-Pearson intervals,
            gains the conservative interval of `intervals.paired_difference`; the gain at alpha = 0 is exactly 0.
        progress: called with the share done, ending at 1.

    Returns:
        One record for each (alpha, beta, eps), row-major in that order.

    Raises:
        UnsupportedError: a covariance that is singular in double precision, or Sobol points of too many dimensions.
        ProblemError: an argument out of range; its name, value and range in one line.
        DeviceError: JAX has no device of the platform that JAX_PLATFORMS names.
        MemoryError: a limit of this process leaves JAX too little.
        RuntimeError: this process was forked from one that had called `monte_carlo`, and may hang.

    Examples:
        >>> from theory import regimes, vote_risk
        >>> problem, sampling = regimes.bumps(), Sampling(samples=2000, seed=1)
        >>> (record,) = monte_carlo(problem, alpha=0.3, beta=0.5, votes=11, sampling=sampling)
        >>> record.clean.low < vote_risk(problem, 0.3, 0.5, votes=11).value < record.clean.high
        True
    """
    instance(sampling, "sampling", Sampling)
    instance(level, "level", Level)
    grid = [listed_noises(value, key) for key, value in zip(NOISES, (alpha, beta, eps), strict=True)]
    normal = normal_form(described(problem))
    scaled = [normal.lengths(np.array(values), key).tolist() for key, values in zip(NOISES, grid, strict=True)]
    alphas, betas, radii = (tuple(dict.fromkeys(values)) for values in ([0.0, *scaled[0]], scaled[1], scaled[2]))
    scales = {"alphas": alphas, "betas": betas, "radii": radii}
    job = Job(problem=normal.problem, volume=normal.volume, **scales, votes=votes, sampling=sampling, level=level)
    results = _simulate(job, progress or silent)
    places = zip(product(*grid), product(*scaled), strict=True)
    return [replace(results[held], alpha=a, beta=b, eps=e) for (a, b, e), held in places]


def _simulate(job: Job, progress: Progress) -> dict[NoiseTriple, Record]:
    """All records, by (alpha, beta, eps). At beta = 0 one vote is counted, with the same X."""
    runs: list[tuple[tuple[float, ...], int]] = [((0.0,), 1)] if 0.0 in job.betas else []
    if smoothed := tuple(beta for beta in job.betas if beta > 0):
        runs.append((smoothed, job.votes))
    results: dict[NoiseTriple, Record] = {}
    done, total = 0, sum(votes for _, votes in runs)
    for betas, votes in runs:
        run = Run.of(job, betas, votes)
        results |= _records(job, run, within(progress, done / total, votes / total))
        done += votes
    return results


def _records(job: Job, run: Run, progress: Progress) -> dict[NoiseTriple, Record]:
    """The records of one run, which ends early where every interval is narrow enough."""
    if job.sampling.spread:
        return replicated(run, run.replicates(progress))
    half_width = job.sampling.half_width
    for tally in run.looks(progress):
        found = counted(run, tally)
        if half_width is not None and widest(found.values()) <= half_width:
            break
    progress(1.0)
    return found
