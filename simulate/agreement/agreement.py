"""Theory against simulation over a map: exact risks of the n-vote classifier, counts of its failures, and a verdict.

A risk is tested by its count of failures, which is binomial; a gain, whose discordant pairs are not handed out, by
whether it lies in its interval at the Bonferroni confidence. All p-values go through one adjustment by Holm, which
holds although the cells of one problem share their draws, unless they are asked to be independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.agreement.dataset import as_dataset
from simulate.agreement.exact_tests import holm, interval_p, nearest_share, two_sided, z_scores
from simulate.agreement.plan import Plan, Simulation, Trial
from simulate.progress import Progress, silent, within
from simulate.sweep.axes import Axis, Family
from simulate.sweep.deployed import deployed
from theory import NoExactRoute
from theory.arrays import Array

if TYPE_CHECKING:
    from simulate.montecarlo import Interval


# What is known of a quantity in a cell, and of the volume by which shares are multiplied (1 for probabilities).
EXACT = ("exact", "exact_error")
SIMULATED = ("estimate", "low", "high", "fewest", "most", "volume")


@dataclass(frozen=True)
class Judged:
    """Results of all tests, arrays of one shape; NaN where there is none."""

    p: Array
    adjusted: Array
    z: Array


def agreement(
    family: Family, x: Axis, y: Axis, fixed: Mapping[str, float], trial: Trial, progress: Progress | None = None
) -> xr.Dataset:
    """Compare exact and simulated risks and gains of the n-vote classifier in every cell of a plane of two keys.

    Args:
        family: a family of problems.
        x, y: the swept keys; dimensions are named by them, y first.
        fixed: noises that are not swept. With a value for `eps`, or with `eps` swept, certified risks are compared; the
            clean ones are left out where `eps` is swept, as they do not depend on it.
        trial: size, seed and family-wise rate.
        progress: called with the share of the simulation done, ending at 1.

    Returns:
        exact, exact_error, estimate, low, high, p, p_adjusted, z, disagrees over (quantity, y, x), NaN where a quantity
        is not compared, the seed of each cell, and the verdict among the attributes.

    Raises:
        NoExactRoute: no cell has an exact value.
        UnsupportedError: none can be simulated.
        ProblemError: a key is unknown or given twice, a value makes no sense, the map has too many cells.
    """
    plan = Plan.of(family, x, y, fixed)
    exact, reasons = _exact(plan, trial)
    asked = np.isfinite(exact["exact_error"]) | np.isinf(exact["exact"])
    tests = int(asked.sum())
    found, more = _simulated(plan, trial, 1 - trial.family_wise / tests, asked, progress)
    judged = _judged(plan, trial, exact | found, trial.family_wise / tests)
    return as_dataset(plan, trial, exact | found, vars(judged), [*reasons, *more])


def _exact(plan: Plan, trial: Trial) -> tuple[dict[str, Array], list[str]]:
    """Exact values and their errors, and why some problems have none; raises where none has any."""
    values = {name: np.full(plan.shape, np.nan) for name in EXACT}
    failed: dict[str, Exception] = {}
    for place, problem in plan.problems():
        try:
            held = deployed(problem, *plan.mesh, trial.votes, trial.failure)
        except NoExactRoute as error:
            failed.setdefault(str(error), error)
            continue
        for q, name in enumerate(plan.quantities):
            side, compared = getattr(held, name), plan.compared(name)
            values["exact"][q, *place] = np.where(compared, side.value, np.nan)
            values["exact_error"][q, *place] = np.where(compared, side.error, np.nan)
    if not (np.isfinite(values["exact_error"]) | np.isinf(values["exact"])).any():
        if failed:
            raise min(failed.items())[1]
        raise NoExactRoute("nothing on the map has an exact value to compare with")
    return values, sorted(failed)


def _simulated(
    plan: Plan, trial: Trial, confidence: float, asked: NDArray[np.bool_], progress: Progress | None
) -> tuple[dict[str, Array], list[str]]:
    """One run for each problem with all its noises, where anything is asked of it; why some cannot be simulated."""
    from simulate.montecarlo import UnsupportedError

    values = {name: np.full(plan.shape, np.nan) for name in SIMULATED}
    failed: dict[str, UnsupportedError] = {}
    wanted = [(i, run) for i, run in enumerate(plan.runs(trial.independent)) if asked[:, *run.cells].any()]
    for done, (i, run) in enumerate(wanted):
        inner = within(progress or silent, done / len(wanted), 1 / len(wanted))
        try:
            fields = _run(run, plan.quantities, trial, trial.seed_of(i), confidence, inner)
        except UnsupportedError as error:
            failed.setdefault(str(error), error)
            continue
        for name, field in zip(SIMULATED, fields, strict=True):
            values[name][:, *run.cells] = np.where(asked[:, *run.cells], field, np.nan)
    if failed and np.isnan(values["estimate"]).all():
        raise min(failed.items())[1]
    return values, sorted(failed)


def _run(
    run: Simulation, quantities: tuple[str, ...], trial: Trial, seed: int, confidence: float, progress: Progress
) -> Array:
    """SIMULATED (6, quantities, alphas, betas, radii) of one simulation."""
    from simulate.montecarlo import Level, Sampling, monte_carlo

    alpha, beta, eps = (values.tolist() for values in run.noises)
    records = monte_carlo(
        run.problem,
        alpha=alpha,
        beta=beta,
        eps=eps,
        votes=trial.votes,
        sampling=Sampling(trial.samples, seed),
        level=Level(confidence, failure=trial.failure),
        progress=progress,
    )
    rows = [_row(getattr(record, name)) for name in quantities for record in records]
    return np.array(rows).T.reshape(len(SIMULATED), len(quantities), len(alpha), len(beta), len(eps))


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
