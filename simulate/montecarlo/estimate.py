"""Nested Monte Carlo of a whole request: `monte_carlo`. Host side; the drawing and voting is in kernel.py."""

from __future__ import annotations

from itertools import product

from simulate.montecarlo.arrays import NoiseTriple
from simulate.montecarlo.job import Job, Scales, Scheme, scales
from simulate.montecarlo.plan import DEFAULT_CHUNK_BYTES
from simulate.montecarlo.reading import counted, replicated, widest
from simulate.montecarlo.runs import Run
from simulate.montecarlo.statistics.records import Record
from simulate.progress import Progress
from theory.problems.problem import Problem


def monte_carlo(  # noqa: PLR0913 - a request has this many parts
    problem: Problem,
    *,
    alpha: Scales,
    beta: Scales,
    eps: Scales = (0.0,),
    votes: int,
    samples: int,
    seed: int,
    confidence: float = 0.99,
    failure: float = 1e-3,
    simultaneous: bool = False,
    half_width: float | None = None,
    sampling: Scheme = "independent",
    antithetic: bool = False,
    chunk_bytes: int = DEFAULT_CHUNK_BYTES,
    progress: Progress | None = None,
) -> list[Record]:
    """Risks of the n-vote smoothed classifier and the paired gain of training noise, by direct simulation.

    `samples` times (X, Y) is drawn, and for each X `votes` noises V of the smoothing family at scale 1. With
    f_alpha = 1[s * p_alpha >= 0] (posterior rule) or 1[h * p_alpha >= 1/2] (regression rule, labelled domains),
    k = #{f_alpha(X + beta V) = 1} and n votes:

        g_n(X) = 1[k >= n/2],  clean = P(g_n(X) != Y),  gain = clean(0, beta) - clean(alpha, beta),
        certified = P(k_Y < K),  K the least number with P(Bin(n, tau(eps)) >= K) <= failure,

    k_Y the votes for the true class and tau(eps) the level of the smoothing family (`intervals.upper_tail`): the
    certificate succeeds iff its Clopper-Pearson lower bound at `failure` reaches tau. This is the risk of the deployed
    n-vote classifier, estimated without bias. X, Y and V are shared by all alpha (alpha = 0 is always among them) and
    all beta. At beta = 0 there is one evaluation, certified at eps = 0 is the clean risk, and None at eps > 0.

    A finite labelled domain has X uniform on it. In an infinite background all results are Lebesgue measures: X is
    uniform on a box outside which nothing can go wrong (why: `domains.reach`), and shares are multiplied by its volume.

    Args:
        problem: a mixture or a labelled domain, any that is valid. Where no closed form is known the base classifier is
            evaluated with error bounds (`settle`); points it leaves undecided count for and against in the intervals.
        alpha, beta, eps: scales >= 0, each a number or a sequence of numbers.
        votes, samples: counts >= 1. Cost: samples * votes * dim draws, and that times alphas * betas evaluations.
        seed: of everything random. The same arguments give the same records, whatever `chunk_bytes` is.
        confidence: of each interval on its own, see `Interval`. Risks have Clopper-Pearson intervals, gains the
            conservative interval of `intervals.paired_difference`; the gain at alpha = 0 is exactly 0.
        failure: failure probability of a certificate.
        simultaneous: whether all intervals of all records hold together with probability `confidence` (Bonferroni),
            instead of each on its own.
        half_width: stop as soon as no interval but that of the limit is wider to either side on average. The run is
            looked at after 4096 samples and each time they have doubled; the error is shared equally among all looks
            that `samples`, now the most that are drawn, allows. So the intervals hold whenever it stops.
        sampling: "stratified" or "sobol" draw X and Y in 32 independent replicates of evenly spread points (see
            `given`); intervals are then t intervals of their means, which hold approximately. They gain where the
            risk is mostly a matter of which component X comes from, or of few dimensions; in many dimensions Sobol
            points gain nothing.
        antithetic: the noises of votes 2m and 2m + 1 are V and -V. The classifier is then another one: closer to that
            of infinitely many votes where f is monotone along V, farther where it is even around X (the centre of a
            ball). Its certificates would not be valid: `certified` is None at eps > 0.
        chunk_bytes: memory that the draws and evaluations may take at a time.
        progress: called with the share done, ending at 1.

    Returns:
        One record for each (alpha, beta, eps), row-major in that order.

    Raises:
        UnsupportedError: a covariance that is singular in double precision, or Sobol points of too many dimensions.
        ProblemError: an argument out of range; its name, value and range in one line.

    Examples:
        >>> from theory import regimes, vote_risk
        >>> problem = regimes.bumps()
        >>> (record,) = monte_carlo(problem, alpha=0.3, beta=0.5, votes=11, samples=2000, seed=1)
        >>> record.clean.low < vote_risk(problem, 0.3, 0.5, votes=11).value < record.clean.high
        True
    """
    grid = [scales(name, value) for name, value in (("alpha", alpha), ("beta", beta), ("eps", eps))]
    alphas, betas, radii = (tuple(dict.fromkeys(values)) for values in ([0.0, *grid[0]], grid[1], grid[2]))
    options = (simultaneous, half_width, sampling, antithetic)
    job = Job(problem, alphas, betas, radii, votes, samples, seed, confidence, failure, chunk_bytes, *options)
    results = _simulate(job, progress or (lambda done: None))
    return [results[a, b, e] for a, b, e in product(*grid)]


def _simulate(job: Job, progress: Progress) -> dict[NoiseTriple, Record]:
    """All records, by (alpha, beta, eps). At beta = 0 one vote is counted, with the same X."""
    runs: list[tuple[tuple[float, ...], int]] = [((0.0,), 1)] if 0.0 in job.betas else []
    if smoothed := tuple(beta for beta in job.betas if beta > 0):
        runs.append((smoothed, job.votes))
    results: dict[NoiseTriple, Record] = {}
    done, total = 0, sum(votes for _, votes in runs)
    for betas, votes in runs:
        run = Run.of(job, betas, votes)
        results |= _records(job, run, _within(progress, done / total, votes / total))
        done += votes
    return results


def _records(job: Job, run: Run, progress: Progress) -> dict[NoiseTriple, Record]:
    """The records of one run, which ends early where every interval is narrow enough."""
    if job.sampling != "independent":
        return replicated(run, run.replicates(progress))
    for tally in run.looks(progress):
        found = counted(run, tally)
        if job.half_width is not None and widest(found.values()) <= job.half_width:
            break
    progress(1.0)
    return found


def _within(progress: Progress, start: float, share: float) -> Progress:
    return lambda part: progress(start + share * part)
