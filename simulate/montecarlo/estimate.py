"""Nested Monte Carlo of a whole request: `monte_carlo`. Host side; the drawing and voting is in kernel.py."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np

from simulate.montecarlo.assemble import assemble
from simulate.montecarlo.job import Job, Scales, scales
from simulate.montecarlo.kernel import count_votes
from simulate.montecarlo.noise import seeded
from simulate.montecarlo.plan import DEFAULT_CHUNK_BYTES, plan
from simulate.montecarlo.records import Interval, Record
from simulate.montecarlo.tally import failures, gain_interval, infinite, paired_counts, risk_interval, zero
from theory.problem import Problem

Progress = Callable[[float], None]


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
        problem: a mixture or a labelled domain; see `laws.mixture` and `domains.boxes_of` for what is supported.
        alpha, beta, eps: scales >= 0, each a number or a sequence of numbers.
        votes, samples: counts >= 1. Cost: samples * votes * dim draws, and that times alphas * betas evaluations.
        seed: of everything random. The same arguments give the same records, whatever `chunk_bytes` is.
        confidence: of each interval on its own, see `Interval`. Risks have Clopper-Pearson intervals, gains the
            conservative interval of `intervals.paired_difference`; the gain at alpha = 0 is exactly 0.
        failure: failure probability of a certificate.
        chunk_bytes: memory that the draws and evaluations may take at a time.
        progress: called with the share done, ending at 1.

    Returns:
        One record for each (alpha, beta, eps), row-major in that order.

    Raises:
        UnsupportedError: no closed form here for this problem (ball laws and balls in domains in more than one
            dimension, the regression rule on mixtures, full covariances with other than Gaussian training noise,
            unions of overlapping boxes that need too many cells).
        ValueError: an argument out of range; its name, value and range in one line.
    """
    grid = [scales(name, value) for name, value in (("alpha", alpha), ("beta", beta), ("eps", eps))]
    alphas, betas, radii = (tuple(dict.fromkeys(values)) for values in ([0.0, *grid[0]], grid[1], grid[2]))
    job = Job(problem, alphas, betas, radii, votes, samples, seed, confidence, failure, chunk_bytes)
    results = _simulate(job, progress or (lambda done: None))
    return [results[point] for point in product(*grid)]


def _simulate(job: Job, progress: Progress) -> dict[tuple[float, ...], Record]:
    """All records, by (alpha, beta, eps). At beta = 0 one vote is counted, with the same X."""
    runs: list[tuple[tuple[float, ...], int]] = [((0.0,), 1)] if 0.0 in job.betas else []
    if smoothed := tuple(beta for beta in job.betas if beta > 0):
        runs.append((smoothed, job.votes))
    results: dict[tuple[float, ...], Record] = {}
    done, total = 0, sum(votes for _, votes in runs)
    for betas, votes in runs:
        tallies, volumes = _run(job, betas, votes, _within(progress, done / total, votes / total))
        done += votes
        for (b, beta), (a, alpha), (e, eps) in product(enumerate(betas), enumerate(job.alphas), enumerate(job.radii)):
            counts = tallies[b, :, :, a]
            results[alpha, beta, eps] = _record(job, (alpha, beta, eps), counts[0], counts[1 + e], float(volumes[b]))
    return results


def _within(progress: Progress, start: float, share: float) -> Progress:
    return lambda part: progress(start + share * part)


def _run(job: Job, betas: tuple[float, ...], votes: int, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
    """Paired counts (betas, 1 + radii, 3, alphas), clean first (see `tally.paired_counts`), and the sampled volumes.

    Double precision is switched on for this computation only; drawing dominates the cost, so it costs little, and it
    spares every comparison of densities in this package a case of its own.
    """
    request, volumes = assemble(job, betas, votes)
    training = job.problem.training
    setting, blocks = plan(training, job.problem.smoothing, request, job.samples, job.chunk_bytes)
    tallies = np.zeros((len(betas), 1 + len(job.radii), 3, len(job.alphas)), dtype=np.int64)
    with jax.enable_x64(True):
        request = jax.tree.map(jnp.asarray, request._replace(key=seeded(job.seed)))
        key = jax.random.key(job.seed)
        for first in range(0, blocks, setting.blocks):
            counts, labels = (np.asarray(part) for part in count_votes(setting, request, key, jnp.asarray(first)))
            left = job.samples - first * setting.block
            for b, beta in enumerate(betas):
                count = np.moveaxis(counts[:, b], 0, 1).reshape(len(job.alphas), -1)[:, :left]
                label = labels[:, b].reshape(-1)[:left]
                for e, needed in enumerate([None, *job.needed(beta)]):
                    tallies[b, e] += paired_counts(failures(count, label, votes, needed))
            progress(min(1.0, (first + setting.blocks) / blocks))
    return tallies, volumes


def _record(
    job: Job, point: tuple[float, float, float], clean: np.ndarray, certified: np.ndarray, volume: float
) -> Record:
    """One record from the three paired counts of the clean and of the certified risk."""
    alpha, beta, eps = point

    def risk(counts: np.ndarray) -> Interval:
        return risk_interval(int(counts[0]), job.samples, job.confidence, volume)

    def gain(counts: np.ndarray) -> Interval:
        if alpha == 0:
            return zero(job.confidence, job.samples)
        return gain_interval(int(counts[1]), int(counts[2]), job.samples, job.confidence, volume)

    if beta == 0 and eps > 0:
        return Record(alpha, beta, eps, job.votes, risk(clean), None, gain(clean), None)
    needed = job.needed(beta)[job.radii.index(eps)]
    if job.unbounded and beta > 0 and needed > job.votes:
        nothing = infinite(job.confidence, job.samples)
        return Record(alpha, beta, eps, job.votes, risk(clean), nothing, gain(clean), None)
    return Record(alpha, beta, eps, job.votes, risk(clean), risk(certified), gain(clean), gain(certified))
