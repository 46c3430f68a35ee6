"""Monte Carlo points on a sweep: the simulated paired gain beside the exact one of the same number of votes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simulate.progress import Progress, silent, within
from simulate.sweep.axes import Axis, Family, SpotCheck, sampled
from simulate.sweep.deployed import deployed
from theory.errors import UnsupportedError
from theory.problems.noises import NOISES
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from simulate.montecarlo import Record
    from simulate.montecarlo.arrays import NoiseTriple


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


def add_checks(
    dataset: xr.Dataset, family: Family, x: Axis, y: Axis, check: SpotCheck, progress: Progress | None = None
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
    own = [axis.key for axis in (x, y) if not family.asks(axis.key)]
    picks = {axis.key: _spread(axis.values, check.count) for axis in (x, y)}
    total = len(picks[x.key]) * len(picks[y.key])
    rows: list[tuple[float, ...]] = []
    for values in product(*(picks[key] for key in own)):
        chosen = dict(zip(own, map(float, values), strict=True))
        noises = [picks.get(key, np.array([dataset.attrs.get(key, 0.0)])) for key in NOISES]
        start, share = len(rows) / total, float(np.prod([len(n) for n in noises])) / total
        inner = within(progress or silent, start, share)
        for found in _compared(family.at(chosen), noises, check, 1 - FAMILY_WISE / total, inner):
            at = {**chosen, **dict(zip(NOISES, found[0], strict=True))}
            rows.append((at[x.key], at[y.key], *found[1]))
    table = np.array(rows).reshape(len(rows), len(NAMES))
    units = (x.unit, y.unit, *[dataset["gain"].attrs["units"]] * 4, "1")
    columns = {
        name: ("check_point", column, {"units": unit, "long_name": NAMES[name]})
        for name, column, unit in zip(NAMES, table.T, units, strict=True)
    }
    result = dataset.assign(columns)
    result["check_agrees"] = result["check_agrees"].astype(np.int8)
    result.attrs |= {"seed": check.seed, "votes": check.votes, "samples": check.samples, "family_wise": FAMILY_WISE}
    return result


def _spread(values: np.ndarray, count: int) -> np.ndarray:
    """`count` of the values (all, if there are fewer), as evenly spread as can be and away from the ends."""
    count = min(count, len(values))
    places = np.rint((np.arange(count) + 0.5) / count * (len(values) - 1)).astype(int)
    return values[np.unique(places)]


def _compared(
    problem: Problem, noises: list[np.ndarray], check: SpotCheck, confidence: float, progress: Progress
) -> Iterator[tuple[NoiseTriple, tuple[float, ...]]]:
    """(alpha, beta, eps) and (exact, estimate, low, high, agrees) of one problem, where the gain is defined."""
    from simulate.montecarlo import Level, Sampling, monte_carlo

    alpha, beta, eps = np.meshgrid(*noises, indexing="ij")
    exact = deployed(problem, alpha, beta, eps, check.votes, FAILURE)
    records = monte_carlo(
        problem,
        alpha=noises[0].tolist(),
        beta=noises[1].tolist(),
        eps=noises[2].tolist(),
        votes=check.votes,
        sampling=Sampling(check.samples, check.seed),
        level=Level(confidence, failure=FAILURE),
        progress=progress,
    )
    certified = bool((eps > 0).any())
    side = exact.certified_gain if certified else exact.gain
    for record, value, error in zip(records, np.ravel(side.value), np.ravel(side.error), strict=True):
        yield from _row(record, certified, float(value), float(error))


def _row(
    record: Record, certified: bool, value: float, error: float
) -> Iterator[tuple[NoiseTriple, tuple[float, ...]]]:
    found = record.certified_gain if certified else record.gain
    if found is not None and np.isfinite(value):
        agrees = found.low - error <= value <= found.high + error
        yield (record.alpha, record.beta, record.eps), (value, found.estimate, found.low, found.high, float(agrees))
