"""Random discs in a square, exactly draw by draw: does noise-augmented training help the smoothed classifier?

Every draw places discs by random sequential insertion with a least gap; X is uniform on the square, Y = 1 on
the discs, the training rule is regression with zero padding. For each draw the risk is computed for all noises, so that
differences over alpha are paired and carry no sampling error but that of the placement.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from itertools import product

import numpy as np
import xarray as xr

from simulate.work.pieces import Crew, Lost, finished
from theory import DomainProblem, compare, regimes
from theory.arrays import Array
from theory.errors import LostError, ProblemError

Keep = Callable[[xr.Dataset], None]

# Every so many draws are solved again to CHECKED, which tells the numerical error of all.
CHECK_EVERY, CHECKED = 25, 1e-7
# Results are handed over after so many draws, so that an interrupted study goes on from there.
KEEP_EVERY = 20
VARIABLES = ("risk", "share", "constant")


@dataclass(frozen=True)
class Study:
    """What is computed: draws for each gap, and for each draw the risks at all alphas and betas.

    count: keep the first so many discs of each insertion, for one packing density at all gaps; None keeps all.
    metric: what the least gap is measured in, as for `regimes.discs`.
    """

    gaps: tuple[float, ...] = (0.0, 1.0, 2.0, 3.0)
    draws: int = 200
    alphas: tuple[float, ...] = tuple(float(a) for a in range(21))
    betas: tuple[float, ...] = (8.0, 11.0, 14.0)
    side: float = 100.0
    radius: float = 10.0
    tries: int = 10000
    count: int | None = None
    seed: int = 0
    metric: str = "euclidean"

    def problem(self, gap: float, draw: int) -> DomainProblem:
        """One placement; the same random numbers for every gap.

        Raises:
            ProblemError: the insertion found fewer discs than `count`.
        """
        problem = regimes.discs(self.side, self.radius, gap, self.tries, self.seed + draw, self.metric)
        if self.count is None:
            return problem
        if len(problem.inside) < self.count:
            raise ProblemError("count", str(self.count), f"at most {len(problem.inside)}, which fit at gap {gap}")
        return replace(problem, inside=problem.inside[: self.count])


def solve_draw(study: Study, gap: float, draw: int) -> tuple[Array, float]:
    """(3, alphas, betas) risk, P(g = 1) and whether g is nearly constant; and the error if it was checked, or NaN."""
    problem = study.problem(gap, draw)
    noises = np.array(study.alphas)[:, None], np.array(study.betas)
    found = compare(problem, *noises, tolerance=math.inf)
    result = np.stack([np.asarray(v, float) for v in (found.risk.value, found.share, found.constant)])
    if draw % CHECK_EVERY:
        return result, math.nan
    better = compare(problem, *noises, tolerance=CHECKED)
    worst = np.abs(np.asarray(better.risk.value) - result[0]) + better.risk.error
    result[:2] = better.risk.value, better.share
    return result, float(worst.max())


def run_study(
    study: Study,
    known: xr.Dataset | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
    keep: Keep | None = None,
) -> xr.Dataset:
    """The study as a dataset (gap, draw, alpha, beta); draws that `known` holds are not computed again.

    Variables: risk, share = P(g = 1), constant, and numerical_error (gap, draw), NaN where a draw was not solved twice.
    """
    dataset = _empty(study) if known is None else known
    if dataset.attrs != attributes(study):
        raise ProblemError("", "a dataset of another study", "one with the same settings")
    todo = [(g, d) for g, d in product(range(len(study.gaps)), range(study.draws)) if not _done(dataset, g, d)]
    work = ((study, g, d) for g, d in todo)
    for number, ((_, gap, draw), made) in enumerate(finished("draws", work, placed, Crew(executor)), 1):
        if isinstance(made, Lost):
            raise LostError(made.reason)
        values, error = made
        for name, value in zip(VARIABLES, values, strict=True):
            dataset[name][gap, draw] = value
        dataset["numerical_error"][gap, draw] = error
        if progress is not None:
            progress(number / len(todo))
        if keep is not None and (number % KEEP_EVERY == 0 or number == len(todo)):
            keep(dataset)
    return dataset


def placed(piece: tuple[Study, int, int]) -> tuple[Array, float]:
    """A draw of a study, by the numbers of its gap and of itself; see `solve_draw`."""
    study, gap, draw = piece
    return solve_draw(study, study.gaps[gap], draw)


def _done(dataset: xr.Dataset, gap: int, draw: int) -> bool:
    return not bool(dataset["risk"][gap, draw].isnull().any())


def attributes(study: Study) -> dict[str, object]:
    """The settings of a study that are no coordinates of its dataset; the Euclidean metric, as usual, is not said."""
    usual = {"metric": Study.metric}
    held = asdict(study).items()
    return {key: value for key, value in held if isinstance(value, int | float | str) and usual.get(key) != value}


def _empty(study: Study) -> xr.Dataset:
    coordinates = {
        "gap": list(study.gaps),
        "draw": range(study.draws),
        "alpha": list(study.alphas),
        "beta": list(study.betas),
    }
    shape = tuple(len(values) for values in coordinates.values())
    variables = {name: (tuple(coordinates), np.full(shape, np.nan)) for name in VARIABLES}
    variables["numerical_error"] = (("gap", "draw"), np.full(shape[:2], np.nan))
    return xr.Dataset(variables, coordinates, attributes(study))
