"""From tallies to records: intervals of independent samples, and means of replicates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import product

import numpy as np
from scipy.stats import t as student

from simulate.montecarlo.arrays import NoiseTriple
from simulate.montecarlo.job import Job
from simulate.montecarlo.runs import Run
from simulate.montecarlo.statistics.limit import UNIT
from simulate.montecarlo.statistics.records import Interval, Record
from simulate.montecarlo.statistics.tally import Level, Tally

Places = tuple[int, int, int]
# The interval of a quantity at a place (beta, criterion, classifier).
Reader = Callable[[int, int, int], Interval]


def counted(run: Run, tally: Tally) -> dict[NoiseTriple, Record]:
    """Records of independent samples, with intervals from counts."""
    level, samples = Level(run.job.error, run.job.confidence), tally.samples

    def risk(b: int, c: int, a: int) -> Interval:
        likely, surely, possibly = (int(v) for v in tally.failed[b, c, :, a])
        return level.risk((likely, surely, possibly), samples, float(run.volumes[b]))

    def gain(b: int, c: int, a: int) -> Interval:
        return level.gain(tally.only[b, c, :, :, a], samples, float(run.volumes[b]))

    def limit(b: int, c: int, a: int) -> Interval:
        sums = int(tally.certain[b, a]), int(tally.possible[b, a]), int(tally.corrected[b, a])
        return level.limit(sums, samples, float(run.volumes[b]), run.job.delta)

    return _table(run, level, samples, (risk, gain, limit))


def replicated(run: Run, tallies: list[Tally]) -> dict[NoiseTriple, Record]:
    """Records of replicates, with t intervals of the means."""
    level, samples = Level(run.job.error, run.job.confidence), sum(tally.samples for tally in tallies)
    reach = float(student.ppf(1 - level.error / 2, len(tallies) - 1)) / math.sqrt(len(tallies))

    def read(values: list[np.ndarray], b: int) -> Interval:
        shares = np.array([v / tally.samples for v, tally in zip(values, tallies, strict=True)])
        mean, half = float(shares.mean()), reach * float(shares.std(ddof=1))
        volume = float(run.volumes[b])
        return Interval(volume * mean, volume * (mean - half), volume * (mean + half), level.confidence, samples)

    def risk(b: int, c: int, a: int) -> Interval:
        return read([tally.failed[b, c, 0, a] for tally in tallies], b)

    def gain(b: int, c: int, a: int) -> Interval:
        return read([tally.only[b, c, 0, 0, a] - tally.only[b, c, 0, 1, a] for tally in tallies], b)

    def limit(b: int, c: int, a: int) -> Interval:
        guess = read([tally.corrected[b, a] / UNIT for tally in tallies], b).estimate
        spare = float(run.volumes[b]) * run.job.delta
        low = read([tally.certain[b, a] for tally in tallies], b).low - spare
        high = read([tally.possible[b, a] for tally in tallies], b).high + spare
        return Interval(min(max(guess, low), high), low, high, level.confidence, samples)

    return _table(run, level, samples, (risk, gain, limit))


def widest(records: Iterable[Record]) -> float:
    """The largest half width of an interval of a record, but for those of the limit."""
    return max(
        0.5 * (interval.high - interval.low)
        for record in records
        for interval in (record.clean, record.certified, record.gain, record.certified_gain)
        if interval is not None and math.isfinite(interval.estimate)
    )


def _table(run: Run, level: Level, samples: int, readers: tuple[Reader, Reader, Reader]) -> dict[NoiseTriple, Record]:
    job, found = run.job, {}
    for (b, beta), (a, alpha), (e, eps) in product(*map(enumerate, (run.betas, job.alphas, job.radii))):
        found[alpha, beta, eps] = _record(job, (alpha, beta, eps), (b, 1 + e, a), level, samples, readers)
    return found


def _record(
    job: Job, point: NoiseTriple, place: Places, level: Level, samples: int, readers: tuple[Reader, Reader, Reader]
) -> Record:
    (alpha, beta, eps), (b, c, a) = point, place
    risk, gain, limit = readers
    clean, plain = risk(b, 0, a), level.zero(samples) if alpha == 0 else gain(b, 0, a)
    record = Record(alpha, beta, eps, job.votes, clean, None, plain, None, limit(b, 0, a) if beta > 0 else clean)
    if eps > 0 and (beta == 0 or job.antithetic):
        return record
    needed = job.needed(beta)[c - 1]
    if job.unbounded and beta > 0 and needed > job.votes:
        return _with(record, level.infinite(samples), None)
    return _with(record, risk(b, c, a), level.zero(samples) if alpha == 0 else gain(b, c, a))


def _with(record: Record, certified: Interval, gain: Interval | None) -> Record:
    return Record(**(vars(record) | {"certified": certified, "certified_gain": gain}))
