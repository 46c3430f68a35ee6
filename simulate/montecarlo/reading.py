"""From tallies to records: intervals of independent samples, and means of replicates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.special import stdtrit

from simulate.montecarlo.arrays import NoiseTriple
from simulate.montecarlo.job import Job
from simulate.montecarlo.runs import Run
from simulate.montecarlo.statistics.estimator import IntervalEstimator
from simulate.montecarlo.statistics.limit import UNIT
from simulate.montecarlo.statistics.records import Interval, Record
from simulate.montecarlo.statistics.tally import Tally

Places = tuple[int, int, int]
# The interval of a quantity at a place (beta, criterion, classifier).
Reader = Callable[[int, int, int], Interval]


def counted(run: Run, tally: Tally) -> dict[NoiseTriple, Record]:
    """Records of independent samples, with intervals from counts."""
    maker, samples = _estimator(run.job), tally.samples

    def risk(b: int, c: int, a: int) -> Interval:
        likely, surely, possibly = (int(v) for v in tally.failed[b, c, :, a])
        return maker.risk((likely, surely, possibly), samples, float(run.volumes[b]))

    def gain(b: int, c: int, a: int) -> Interval:
        return maker.gain(tally.only[b, c, :, :, a], samples, float(run.volumes[b]))

    def limit(b: int, c: int, a: int) -> Interval:
        sums = int(tally.certain[b, a]), int(tally.possible[b, a]), int(tally.corrected[b, a])
        return maker.limit(sums, samples, float(run.volumes[b]), run.job.sampling.delta)

    return _table(run, samples, (risk, gain, limit))


def replicated(run: Run, tallies: list[Tally]) -> dict[NoiseTriple, Record]:
    """Records of replicates, with t intervals of the means."""
    maker, samples = _estimator(run.job), sum(tally.samples for tally in tallies)
    reach = float(stdtrit(len(tallies) - 1, 1 - maker.error / 2)) / math.sqrt(len(tallies))

    def mean(values: list[np.ndarray]) -> tuple[float, float, float]:
        shares = np.array([v / tally.samples for v, tally in zip(values, tallies, strict=True)])
        middle, half = float(shares.mean()), reach * float(shares.std(ddof=1))
        return middle, middle - half, middle + half

    def read(values: list[np.ndarray], b: int) -> Interval:
        return maker.uncounted(*mean(values), samples, float(run.volumes[b]))

    def risk(b: int, c: int, a: int) -> Interval:
        return read([tally.failed[b, c, 0, a] for tally in tallies], b)

    def gain(b: int, c: int, a: int) -> Interval:
        return read([tally.only[b, c, 0, 0, a] - tally.only[b, c, 0, 1, a] for tally in tallies], b)

    def limit(b: int, c: int, a: int) -> Interval:
        guess = mean([tally.corrected[b, a] / UNIT for tally in tallies])[0]
        low = mean([tally.certain[b, a] for tally in tallies])[1] - run.job.sampling.delta
        high = mean([tally.possible[b, a] for tally in tallies])[2] + run.job.sampling.delta
        return maker.uncounted(min(max(guess, low), high), low, high, samples, float(run.volumes[b]))

    return _table(run, samples, (risk, gain, limit))


def widest(records: Iterable[Record]) -> float:
    """The largest half width of an interval of a record, but for those of the limit."""
    return max(
        0.5 * (interval.high - interval.low)
        for record in records
        for interval in (record.clean, record.certified, record.gain, record.certified_gain)
        if interval is not None and math.isfinite(interval.estimate)
    )


def _estimator(job: Job) -> IntervalEstimator:
    return IntervalEstimator(job.error, job.level.confidence)


def _table(run: Run, samples: int, readers: tuple[Reader, Reader, Reader]) -> dict[NoiseTriple, Record]:
    job, found = run.job, {}
    for (b, beta), (a, alpha), (e, eps) in product(*map(enumerate, (run.betas, job.alphas, job.radii))):
        found[alpha, beta, eps] = _record(run, (alpha, beta, eps), (b, 1 + e, a), samples, readers)
    return found


def _record(
    run: Run, point: NoiseTriple, place: Places, samples: int, readers: tuple[Reader, Reader, Reader]
) -> Record:
    (alpha, beta, eps), (b, c, a), job = point, place, run.job
    risk, gain, limit = readers
    maker, volume = _estimator(job), float(run.volumes[b])
    clean, plain = risk(b, 0, a), maker.zero(samples, volume) if alpha == 0 else gain(b, 0, a)
    record = Record(alpha, beta, eps, job.votes, clean, None, plain, None, limit(b, 0, a) if beta > 0 else clean)
    if eps > 0 and (beta == 0 or job.sampling.antithetic):
        return record
    needed = job.needed(beta)[c - 1]
    if job.unbounded and beta > 0 and needed > job.votes:
        return replace(record, certified=maker.infinite(samples, volume))
    advantage = maker.zero(samples, volume) if alpha == 0 else gain(b, c, a)
    return replace(record, certified=risk(b, c, a), certified_gain=advantage)
