"""Sweeps: risks and gains over a plane of two keys, as a dataset.

The sweep knows neither the cluster nor the terminal: executor and progress meter are handed in. Curves are in
curves.py, proofs in proofs.py, Monte Carlo points in checks.py; what is asked for is in axes.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Executor

import numpy as np
import xarray as xr

from simulate.progress import Progress
from simulate.sweep.axes import Axis, Family, check_axes
from simulate.sweep.cells import FIELDS, evaluate, pieces
from simulate.sweep.lost import with_lost
from simulate.version import software_version
from simulate.work.part import PartFile
from simulate.work.pieces import Crew, Lost, finished
from theory import NoExactRoute
from theory.arrays import Array
from theory.errors import ProblemError
from theory.estimate import STATUSES
from theory.problems.noises import RATIO
from theory.problems.problem import DomainProblem, Problem
from theory.problems.problem_file import dumps_problem

# Noises that are neither swept nor given.
USUAL = {"alpha": 0.5, "beta": 0.5, "eps": 0.0}

# A gain within its error is called neutral where that error is of rounding size, relative to risks above 1.
NEUTRAL = 1e-12
MOST_CELLS = 4_000_000


def sweep(
    problem: Family | Problem,
    x: Axis,
    y: Axis,
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    kept: PartFile | None = None,
) -> xr.Dataset:
    """Risk, baseline and gain in every cell of a plane of two keys; certified ones where eps > 0.

    Args:
        problem: a family of problems, or one whose file keys are the keys.
        x, y: the swept keys; dimensions are named by them, y first.
        fixed: noises that are not swept, `USUAL` where not given; and the ratio n/d, infinite data where not given.
        executor: who evaluates; the caller itself if None. The result is the same to the last bit.
        progress: called with the share done, ending at 1.
        kept: where finished pieces are kept, and taken from (`simulate.work.part.keeping`).

    Returns:
        risk, risk_error, baseline, gain, gain_error and label: exact-help or exact-hurt where the gain exceeds its
        error, constant where a smoothed classifier gives (all but) one class, neutral where the gain is 0 within
        rounding, else undecided: also where it is not defined or has no exact route, and is NaN. status: "ok", or why
        the errors of a cell are large or it has no numbers (`theory.estimate.STATUSES`). Cells whose workers died
        three times are undecided, and the attribute `lost` says why.

    Raises:
        NoExactRoute: no cell has an exact route.
        ProblemError: a key is unknown or given twice, a value makes no sense.

    Examples:
        >>> dataset = sweep(Family("bumps"), Axis("beta", 0.2, 0.8, 4), Axis("alpha", 0.0, 0.6, 3))
        >>> dict(dataset["gain"].sizes)
        {'alpha': 3, 'beta': 4}
        >>> str(dataset["label"].sel(alpha=0.3, beta=0.4).item())
        'exact-hurt'
    """
    family = problem if isinstance(problem, Family) else Family(problem)
    fixed = fixed or {}
    if unknown := [key for key in fixed if not family.asks(key)]:
        raise ProblemError(unknown[0], "a fixed value", "settings of the family for all keys but noises and the ratio")
    check_axes(family, (x, y), fixed)
    if x.count * y.count > MOST_CELLS:
        raise ProblemError(f"{x.key}, {y.key}", f"{x.count * y.count} cells", f"at most {MOST_CELLS}")
    noises = {key: float(value) for key, value in (USUAL | dict(fixed)).items() if key not in (x.key, y.key)}
    values = np.full((len(FIELDS), y.count * x.count), np.nan)
    reasons: dict[str, None] = {}
    lost: dict[str, None] = {}
    done = 0
    for piece, made in finished("cells", pieces(family, x, y, noises), evaluate, Crew(executor, kept)):
        done += sum(len(batch.cells) for batch in piece.batches)
        if progress is not None:
            progress(done / values.shape[1])
        if isinstance(made, Lost):
            lost[made.reason] = None
            continue
        for batch, result in zip(piece.batches, made[0], strict=True):
            values[:, batch.cells] = result
        reasons |= dict.fromkeys(made[1])
    if reasons and not lost and np.isnan(values[FIELDS.index("constant")]).all():
        raise NoExactRoute(min(reasons))
    return with_lost(_dataset(family, x, y, noises, values.reshape(-1, y.count, x.count), sorted(reasons)), lost)


def labels(values: Mapping[str, Array]) -> np.ndarray:
    """The label of each cell from its FIELDS."""
    gain, error = values["gain"], values["gain_error"]
    small = NEUTRAL * np.maximum(1.0, np.abs(values["baseline"]))
    with np.errstate(invalid="ignore"):
        cases = {
            "constant": values["constant"] == 1,
            "exact-help": gain > error,
            "exact-hurt": gain < -error,
            "neutral": (np.abs(gain) <= error) & (error <= small),
        }
    return np.select(list(cases.values()), list(cases), "undecided")


def _dataset(
    family: Family, x: Axis, y: Axis, noises: Mapping[str, float], values: Array, reasons: list[str]
) -> xr.Dataset:
    named = dict(zip(FIELDS, values, strict=True))
    example = family.at({axis.key: axis.low for axis in (x, y) if not family.asks(axis.key)})
    infinite = isinstance(example, DomainProblem) and example.infinite
    unit = f"(units of x)^{example.dim}" if infinite and example.dim > 1 else "units of x" if infinite else "1"
    dims = (y.key, x.key)
    variables = {
        key: (dims, named[key], {"units": unit, "long_name": name})
        for key, name in (
            ("risk", "risk"),
            ("risk_error", "error of the risk"),
            ("baseline", "risk without training noise"),
            ("gain", "gain"),
            ("gain_error", "error of the gain"),
        )
    }
    coords = {axis.key: (axis.key, axis.values, _about(family, axis)) for axis in (y, x)}
    dataset = xr.Dataset(variables, coords)
    dataset["label"] = (dims, labels(named), {"units": "1", "long_name": "what training noise does"})
    known = np.nan_to_num(named["status"], nan=len(STATUSES) - 1).astype(int)
    dataset["status"] = (dims, np.array(list(STATUSES))[known], {"units": "1", "long_name": "why errors are large"})
    dataset.attrs = {
        "name": example.name or "",
        "problem": dumps_problem(family.at(_held(family, x, y))),
        "settings": json.dumps(dict(family.settings)),
        "x_key": x.key,
        "y_key": y.key,
        "x": str(x),
        "y": str(y),
        **noises,
        "version": software_version(),
    }
    if isinstance(family.source, str):
        dataset.attrs |= {"regime": family.source, "regime_parameters": json.dumps(family.parameters)}
    if reasons:
        dataset.attrs["no_exact_route"] = "\n".join(reasons)
    return dataset


def _about(family: Family, axis: Axis) -> dict[str, str]:
    """Attributes of a coordinate."""
    long = {RATIO: "samples per dimension $n/d$"} if family.asks(RATIO) else {}
    long |= {"copies": "noisy copies of each sample"}
    return {"units": axis.unit} | ({"long_name": long[axis.key]} if axis.key in long else {})


def _held(family: Family, x: Axis, y: Axis) -> dict[str, float]:
    """Values of swept keys at which to write the problem down: its own where it makes sense without them."""
    try:
        family.at()
    except ProblemError:
        return {axis.key: axis.low for axis in (x, y) if not family.asks(axis.key)}
    return {}
