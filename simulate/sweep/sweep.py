"""Sweeps: risks and gains over a plane of two keys, as a dataset.

The sweep knows neither the cluster nor the terminal: executor and progress meter are handed in. Curves are in
curves.py, proofs in proofs.py, Monte Carlo points in checks.py; what is asked for is in axes.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np
import xarray as xr

from simulate.progress import Progress
from simulate.sweep.axes import Axis, Family, check_axes
from simulate.sweep.cells import FIELDS, evaluate, pieces
from simulate.sweep.held import NUMBERS, Held, InMemory, check_size, named
from simulate.sweep.lost import with_lost
from simulate.version import software_version
from simulate.work.part import PartFile
from simulate.work.pieces import Crew, Lost, finished
from theory import NoExactRoute
from theory.errors import ProblemError
from theory.problems.noises import RATIO
from theory.problems.problem import DomainProblem, Problem
from theory.problems.problem_file import dumps_problem

# Noises that are neither swept nor given.
USUAL = {"alpha": 0.5, "beta": 0.5, "eps": 0.0}

# The axes of a plane, in the order of dimensions.
PLANE = ("y", "x")


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
    return sweep_grid(problem, (y, x), fixed, executor, progress, kept)


def sweep_grid(
    problem: Family | Problem,
    axes: Sequence[Axis],
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    kept: PartFile | None = None,
    held: Held | None = None,
) -> xr.Dataset:
    """As `sweep`, over any number of keys; dimensions are in the order of the axes, and the first varies slowest.

    Args:
        axes: the swept keys.
        held: where the cells go, into memory if None; `simulate.sweep.chunks` has one for more than fits there.

    Other arguments, the dataset and what is raised are those of `sweep`.

    Examples:
        >>> axes = Axis("spacing", 1.0, 3.0, 3), Axis("alpha", 0.0, 0.6, 3), Axis("beta", 0.2, 0.8, 4)
        >>> dict(sweep_grid(Family("bumps"), axes)["gain"].sizes)
        {'spacing': 3, 'alpha': 3, 'beta': 4}
    """
    family = problem if isinstance(problem, Family) else Family(problem)
    noises = checked_noises(family, axes, fixed or {})
    size = math.prod(axis.count for axis in axes)
    held = InMemory(check_size(axes)) if held is None else held
    reasons: dict[str, None] = {}
    lost: dict[str, None] = {}
    done, answered = 0, False
    for piece, made in finished("cells", pieces(family, axes, noises), evaluate, Crew(executor, kept)):
        done += piece.size
        if progress is not None:
            progress(done / size)
        if isinstance(made, Lost):
            lost[made.reason] = None
        for k, batch in enumerate(piece.batches):
            fields = np.full((len(FIELDS), *batch.shape), np.nan)
            if not isinstance(made, Lost):
                fields = made[0][k].reshape(fields.shape)
                answered |= not np.isnan(fields[FIELDS.index("constant")]).all()
            held.put(batch.block, named(fields))
        reasons |= {} if isinstance(made, Lost) else dict.fromkeys(made[1])
    if reasons and not lost and not answered:
        raise NoExactRoute(min(reasons))
    about = with_lost(described(family, axes, noises, sorted(reasons)), lost)
    return held.dataset(about, units_of(family, axes))


def checked_noises(family: Family, axes: Sequence[Axis], fixed: Mapping[str, float]) -> dict[str, float]:
    """The noises that are not swept, `USUAL` where not given. Raises `ProblemError` on keys that make no sense."""
    if unknown := [key for key in fixed if not family.asks(key)]:
        raise ProblemError(unknown[0], "a fixed value", "settings of the family for all keys but noises and the ratio")
    check_axes(family, axes, fixed)
    swept = [axis.key for axis in axes]
    return {key: float(value) for key, value in (USUAL | dict(fixed)).items() if key not in swept}


def described(family: Family, axes: Sequence[Axis], noises: Mapping[str, float], reasons: list[str]) -> xr.Dataset:
    """Coordinates and attributes of a sweep: all that is needed to repeat it."""
    dataset = xr.Dataset(coords={axis.key: (axis.key, axis.values, _about(family, axis)) for axis in axes})
    example = family.at({axis.key: axis.low for axis in axes if not family.asks(axis.key)})
    dataset.attrs = {
        "name": example.name or "",
        "problem": dumps_problem(family.at(_held(family, axes))),
        "settings": json.dumps(dict(family.settings)),
        **named_axes(axes),
        **noises,
        "version": software_version(),
    }
    if isinstance(family.source, str):
        dataset.attrs |= {"regime": family.source, "regime_parameters": json.dumps(family.parameters)}
    if reasons:
        dataset.attrs["no_exact_route"] = "\n".join(reasons)
    return dataset


def named_axes(axes: Sequence[Axis]) -> dict[str, str]:
    """The attributes that say what is swept: x and y of a plane, else all axes, one a line."""
    if len(axes) != len(PLANE):
        return {"axes": "\n".join(map(str, axes))}
    keys = {f"{name}_key": axis.key for name, axis in zip(PLANE, axes, strict=True)}
    texts = {name: str(axis) for name, axis in zip(PLANE, axes, strict=True)}
    held = keys | texts
    return {key: held[key] for key in ("x_key", "y_key", "x", "y")}


def units_of(family: Family, axes: Sequence[Axis]) -> dict[str, dict[str, str]]:
    """The attributes of variables: what each is, and its unit."""
    example = family.at({axis.key: axis.low for axis in axes if not family.asks(axis.key)})
    infinite = isinstance(example, DomainProblem) and example.infinite
    unit = f"(units of x)^{example.dim}" if infinite and example.dim > 1 else "units of x" if infinite else "1"
    texts = {"label": "what training noise does", "status": "why errors are large"}
    return {key: {"units": unit, "long_name": text} for key, text in NUMBERS.items()} | {
        key: {"units": "1", "long_name": text} for key, text in texts.items()
    }


def _about(family: Family, axis: Axis) -> dict[str, str]:
    """Attributes of a coordinate."""
    long = {RATIO: "samples per dimension $n/d$"} if family.asks(RATIO) else {}
    long |= {"copies": "noisy copies of each sample"}
    return {"units": axis.unit} | ({"long_name": long[axis.key]} if axis.key in long else {})


def _held(family: Family, axes: Sequence[Axis]) -> dict[str, float]:
    """Values of swept keys at which to write the problem down: its own where it makes sense without them."""
    try:
        family.at()
    except ProblemError:
        return {axis.key: axis.low for axis in axes if not family.asks(axis.key)}
    return {}
