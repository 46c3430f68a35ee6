"""Monte Carlo points on a sweep: the simulated paired gain beside the exact one of the same number of votes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simulate.progress import Progress, silent, within
from simulate.sweep.axes import Axis, Family, SpotCheck, sampled
from simulate.sweep.deployed import deployed
from simulate.sweep.lost import with_lost
from simulate.work.pieces import ALONE, Crew, Lost, finished
from theory.errors import UnsupportedError
from theory.problems.noises import NOISES

if TYPE_CHECKING:
    from simulate.montecarlo import Record


# The chance that any point of a sweep is said to disagree where both sides are right.
FAMILY_WISE = 0.01
# Failure probability of the certificates that are simulated.
FAILURE = 1e-3

NAMES = {
    "check_x": "x of a Monte Carlo point",
    "check_y": "y of a Monte Carlo point",
    "check_exact": "exact gain at this number of votes",
    "check_estimate": "simulated gain",
    "check_low": "low end of its interval",
    "check_high": "high end of its interval",
    "check_agrees": "whether the exact gain lies in the interval",
}


@dataclass(frozen=True)
class Points:
    """Monte Carlo points of one problem: values of its keys, noises along each of NOISES, and how to check."""

    family: Family
    values: dict[str, float]
    noises: tuple[np.ndarray, ...]
    check: SpotCheck
    confidence: float


def add_checks(
    dataset: xr.Dataset,
    family: Family,
    x: Axis,
    y: Axis,
    check: SpotCheck,
    progress: Progress | None = None,
    crew: Crew = ALONE,
) -> xr.Dataset:
    """The dataset with Monte Carlo points on evenly spread cells, and their seed among its attributes.

    A point agrees if the exact gain of the n-vote classifier lies in the simulated interval, at a level that makes the
    chance of any disagreement at most FAMILY_WISE where both sides are right (Bonferroni).

    Raises:
        NoExactRoute: the problem has no exact route, and there is nothing to compare with.
        UnsupportedError: it cannot be simulated.
    """
    if sampled(dataset, family, x, y):
        raise UnsupportedError("points of a map of samples per dimension are not simulated; see noisewise mc --ratio")
    work = list(_work(dataset, family, x, y, check))
    rows: dict[tuple[float, ...], list[tuple[float, ...]]] = {}
    lost: dict[str, None] = {}

    def told(points: Points) -> list[tuple[float, ...]]:
        return compared(points, within(progress or silent, len(rows) / len(work), 1 / len(work)))

    for points, made in finished(f"points {check}", work, compared if crew.executor else told, crew):
        if isinstance(made, Lost):
            lost[made.reason] = None
        told_of = [] if isinstance(made, Lost) else made
        rows[tuple(points.values.values())] = [_on_map(points, found, x, y) for found in told_of]
        if progress is not None:
            progress(len(rows) / len(work))
    held = [row for points in work for row in rows[tuple(points.values.values())]]
    table = np.array(held).reshape(-1, len(NAMES))
    units = (x.unit, y.unit, *[dataset["gain"].attrs["units"]] * 4, "1")
    columns = {
        name: ("check_point", column, {"units": unit, "long_name": NAMES[name]})
        for name, column, unit in zip(NAMES, table.T, units, strict=True)
    }
    result = dataset.assign(columns)
    result["check_agrees"] = result["check_agrees"].astype(np.int8)
    result.attrs |= {"seed": check.seed, "votes": check.votes, "samples": check.samples, "family_wise": FAMILY_WISE}
    return with_lost(result, lost)


def _work(dataset: xr.Dataset, family: Family, x: Axis, y: Axis, check: SpotCheck) -> Iterator[Points]:
    """The points, by problem and training noise."""
    own = [axis.key for axis in (x, y) if not family.asks(axis.key)]
    picks = {axis.key: _spread(axis.values, check.count) for axis in (x, y)}
    total = len(picks[x.key]) * len(picks[y.key])
    noises = [picks.get(key, np.array([float(dataset.attrs.get(key, 0.0))])) for key in NOISES]
    for values in product(*(picks[key].tolist() for key in own)):
        held = dict(zip(own, values, strict=True))
        yield Points(family, held, tuple(noises), check, 1 - FAMILY_WISE / total)


def _on_map(points: Points, found: tuple[float, ...], x: Axis, y: Axis) -> tuple[float, ...]:
    """NAMES of a point, from its noises and what was compared."""
    at = {**points.values, **dict(zip(NOISES, found, strict=False))}
    return (at[x.key], at[y.key], *found[len(NOISES) :])


def _spread(values: np.ndarray, count: int) -> np.ndarray:
    """`count` of the values (all, if there are fewer), as evenly spread as can be and away from the ends."""
    count = min(count, len(values))
    places = np.rint((np.arange(count) + 0.5) / count * (len(values) - 1)).astype(int)
    return values[np.unique(places)]


def compared(points: Points, progress: Progress = silent) -> list[tuple[float, ...]]:
    """alpha, beta, eps, and exact, estimate, low, high, agrees of some points, where the gain is defined."""
    from simulate.montecarlo import Level, Sampling, monte_carlo

    check, problem = points.check, points.family.at(points.values)
    alpha, beta, eps = np.meshgrid(*points.noises, indexing="ij")
    exact = deployed(problem, alpha, beta, eps, check.votes, FAILURE)
    records = monte_carlo(
        problem,
        alpha=points.noises[0].tolist(),
        beta=points.noises[1].tolist(),
        eps=points.noises[2].tolist(),
        votes=check.votes,
        sampling=Sampling(check.samples, check.seed),
        level=Level(points.confidence, failure=FAILURE),
        progress=progress,
    )
    certified = bool((eps > 0).any())
    side = exact.certified_gain if certified else exact.gain
    rows = zip(records, np.ravel(side.value).tolist(), np.ravel(side.error).tolist(), strict=True)
    return [row for record, value, error in rows for row in _row(record, certified, value, error)]


def _row(record: Record, certified: bool, value: float, error: float) -> Iterator[tuple[float, ...]]:
    found = record.certified_gain if certified else record.gain
    if found is not None and np.isfinite(value):
        agrees = found.low - error <= value <= found.high + error
        held = (value, found.estimate, found.low, found.high, float(agrees))
        yield (record.alpha, record.beta, record.eps, *held)
