"""Theory against simulation over a map: exact risks of the n-vote classifier, counts of its failures, and a verdict.

A risk is tested by its count of failures, which is binomial; a gain, whose discordant pairs are not handed out, by
whether it lies in its interval at the Bonferroni confidence. All p-values go through one adjustment by Holm, which
holds although the cells of one problem share their draws, unless they are asked to be independent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.agreement.dataset import as_dataset
from simulate.agreement.exact_tests import holm, interval_p, nearest_share, two_sided, z_scores
from simulate.agreement.plan import Plan, Simulation, Trial
from simulate.progress import Progress, silent, within
from simulate.sweep.axes import Axis, Family
from simulate.sweep.deployed import deployed
from simulate.work.pieces import ALONE, Crew, Lost, finished
from theory import NoExactRoute
from theory.arrays import Array
from theory.errors import LostError, UnsupportedError

if TYPE_CHECKING:
    from simulate.montecarlo import Interval


# What is known of a quantity in a cell, and of the volume by which shares are multiplied (1 for probabilities).
EXACT = ("exact", "exact_error")
SIMULATED = ("estimate", "low", "high", "fewest", "most", "volume")


@dataclass(frozen=True)
class Exact:
    """What is asked of the exact side of one run."""

    run: Simulation
    quantities: tuple[str, ...]
    trial: Trial


@dataclass(frozen=True)
class Simulated(Exact):
    """What is asked of one simulation."""

    confidence: float


@dataclass(frozen=True)
class Judged:
    """Results of all tests, arrays of one shape; NaN where there is none."""

    p: Array
    adjusted: Array
    z: Array


def agreement(
    family: Family,
    x: Axis,
    y: Axis,
    fixed: Mapping[str, float],
    trial: Trial,
    progress: Progress | None = None,
    crew: Crew = ALONE,
) -> xr.Dataset:
    """Compare exact and simulated risks and gains of the n-vote classifier in every cell of a plane of two keys.

    Args:
        family: a family of problems.
        x, y: the swept keys; dimensions are named by them, y first.
        fixed: noises that are not swept. With a value for `eps`, or with `eps` swept, certified risks are compared; the
            clean ones are left out where `eps` is swept, as they do not depend on it.
        trial: size, seed and family-wise rate.
        progress: called with the share of the simulation done, ending at 1.
        crew: who computes, and where finished pieces are kept.

    Returns:
        exact, exact_error, estimate, low, high, p, p_adjusted, z, disagrees over (quantity, y, x), NaN where a quantity
        is not compared, the seed of each cell, and the verdict among the attributes.

    Raises:
        NoExactRoute: no cell has an exact value.
        UnsupportedError: none can be simulated.
        ProblemError: a key is unknown or given twice, a value makes no sense, the map has too many cells.
        LostError: the worker of a piece died each time it was tried.
    """
    plan = Plan.of(family, x, y, fixed)
    exact, reasons = _exact(plan, trial, crew)
    asked = np.isfinite(exact["exact_error"]) | np.isinf(exact["exact"])
    tests = int(asked.sum())
    found, more = _simulated(plan, trial, 1 - trial.family_wise / tests, asked, progress, crew)
    judged = _judged(plan, trial, exact | found, trial.family_wise / tests)
    return as_dataset(plan, trial, exact | found, vars(judged), [*reasons, *more])


def _exact(plan: Plan, trial: Trial, crew: Crew) -> tuple[dict[str, Array], list[str]]:
    """Exact values and their errors, and why some problems have none; raises where none has any."""
    values = {name: np.full(plan.shape, np.nan) for name in EXACT}
    failed: dict[str, None] = {}
    work = (Exact(run, plan.quantities, trial) for run in plan.runs(False))
    for one, (fields, why) in _made(finished("exact", work, exact_values, crew)):
        failed |= dict.fromkeys(why)
        for name, field in zip(EXACT, fields, strict=True):
            values[name][:, *one.run.cells] = field
    for q, name in enumerate(plan.quantities):
        for held in values.values():
            held[q, ..., ~plan.compared(name)] = np.nan
    if not (np.isfinite(values["exact_error"]) | np.isinf(values["exact"])).any():
        raise NoExactRoute(min(failed, default="nothing on the map has an exact value to compare with"))
    return values, sorted(failed)


def exact_values(one: Exact) -> tuple[Array, list[str]]:
    """EXACT (2, quantities, alphas, betas, radii) of one problem, NaN where it has no exact route, and why."""
    alpha, beta, eps = np.meshgrid(*one.run.noises, indexing="ij")
    try:
        held = deployed(one.run.problem, alpha, beta, eps, one.trial.votes, one.trial.failure)
    except NoExactRoute as error:
        return np.full((len(EXACT), len(one.quantities), *alpha.shape), np.nan), [str(error)]
    sides = [getattr(held, name) for name in one.quantities]
    return np.stack([[side.value for side in sides], [side.error for side in sides]]).astype(float), []


def _simulated(
    plan: Plan, trial: Trial, confidence: float, asked: NDArray[np.bool_], progress: Progress | None, crew: Crew
) -> tuple[dict[str, Array], list[str]]:
    """Runs for each problem with all its noises, where anything is asked of it; why some cannot be simulated."""
    values = {name: np.full(plan.shape, np.nan) for name in SIMULATED}
    failed: dict[str, None] = {}
    work = [
        Simulated(run, plan.quantities, trial, confidence)
        for run in plan.runs(trial.independent)
        if asked[:, *run.cells].any()
    ]
    done = 0

    def told(one: Simulated) -> tuple[Array, list[str]]:
        return simulated_values(one, within(progress or silent, done / len(work), 1 / len(work)))

    stage = f"simulated at {confidence!r}"
    for one, (fields, why) in _made(finished(stage, work, simulated_values if crew.executor else told, crew)):
        done += 1
        failed |= dict.fromkeys(why)
        for name, field in zip(SIMULATED, fields, strict=True):
            values[name][:, *one.run.cells] = np.where(asked[:, *one.run.cells], field, np.nan)
        if progress is not None:
            progress(done / len(work))
    if failed and np.isnan(values["estimate"]).all():
        raise UnsupportedError(min(failed))
    return values, sorted(failed)


def simulated_values(one: Simulated, progress: Progress = silent) -> tuple[Array, list[str]]:
    """SIMULATED (6, quantities, alphas, betas, radii) of one simulation, NaN where there is none, and why."""
    from simulate.montecarlo import Level, Sampling, monte_carlo

    alpha, beta, eps = (values.tolist() for values in one.run.noises)
    shape = (len(SIMULATED), len(one.quantities), len(alpha), len(beta), len(eps))
    try:
        records = monte_carlo(
            one.run.problem,
            alpha=alpha,
            beta=beta,
            eps=eps,
            votes=one.trial.votes,
            sampling=Sampling(one.trial.samples, one.trial.seed_of(one.run.number)),
            level=Level(one.confidence, failure=one.trial.failure),
            progress=progress,
        )
    except UnsupportedError as error:
        return np.full(shape, np.nan), [str(error)]
    rows = [_row(getattr(record, name)) for name in one.quantities for record in records]
    return np.array(rows).T.reshape(shape), []


Task = TypeVar("Task")
Fields = tuple[Array, list[str]]


def _made(results: Iterable[tuple[Task, Fields | Lost]]) -> Iterator[tuple[Task, Fields]]:
    """What was made; a comparison with holes would say more than it knows."""
    for task, made in results:
        if isinstance(made, Lost):
            raise LostError(made.reason)
        yield task, made


def _row(held: Interval | None) -> tuple[float, ...]:
    """SIMULATED of one interval; NaN for the counts of what is no count."""
    if held is None:
        return (np.nan,) * len(SIMULATED)
    return tuple(np.nan if (value := getattr(held, name)) is None else float(value) for name in SIMULATED)


def _judged(plan: Plan, trial: Trial, values: Mapping[str, Array], level: float) -> Judged:
    """p-values, adjusted ones and z-scores. The uniforms of z are drawn for all cells, so that no cell moves another's.

    `level` is that of the intervals, family_wise / tests.
    """
    exact, error, fewest, most, volume = (values[name] for name in (*EXACT, "fewest", "most", "volume"))
    tested = ~np.isnan(exact) & ~np.isnan(values["estimate"])
    counted = tested & np.isfinite(fewest) & np.isfinite(exact)
    ends = (values["low"][tested], values["high"][tested])
    p, adjusted, z = (np.full(plan.shape, np.nan) for _ in range(3))
    p[tested] = interval_p(*ends, exact[tested], error[tested], level)
    share = exact[counted] / volume[counted]
    k = np.clip(np.rint(share * trial.samples), fewest[counted], most[counted])
    chance = nearest_share(k, trial.samples, share, error[counted] / volume[counted])
    p[counted] = two_sided(k, trial.samples, chance)
    uniform = np.random.default_rng(np.random.SeedSequence(trial.seed, spawn_key=(0,))).random(plan.shape)
    z[counted] = z_scores(k, trial.samples, chance, uniform[counted])
    adjusted[tested] = holm(p[tested])
    return Judged(p, adjusted, z)
