"""The dataset of a comparison of theory and simulation: variables, units, the verdict, and one record for each test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.agreement.exact_tests import normality, rejected
from simulate.agreement.plan import GAINS, Plan, Trial
from simulate.version import software_version
from theory.arrays import Array
from theory.problems.noises import NOISES
from theory.problems.problem import DomainProblem
from theory.problems.problem_file import dumps_problem

NAMES = {
    "exact": "exact value at this number of votes",
    "exact_error": "error of the exact value",
    "estimate": "simulated value",
    "low": "low end of its interval",
    "high": "high end of its interval",
    "p": "p-value",
    "p_adjusted": "p-value adjusted by Holm",
    "z": "normal quantile of the randomised p-value",
    "disagrees": "whether theory and simulation disagree",
}
MEASURED = ("exact", "exact_error", "estimate", "low", "high")
# Variables that the figure needs, and by which a file is known to hold a comparison.
NEEDED = ("exact", "estimate", "p", "p_adjusted", "z", "disagrees")


def as_dataset(
    plan: Plan, trial: Trial, values: Mapping[str, Array], judged: Mapping[str, Array], reasons: Sequence[str]
) -> xr.Dataset:
    """All results over (quantity, y, x), with everything that is needed to repeat the run in the attributes.

    judged: p, adjusted and z. reasons: why cells are not compared.
    """
    adjusted = judged["adjusted"]
    disagrees = rejected(np.where(np.isnan(adjusted), 1.0, adjusted), trial.family_wise).astype(np.int8)
    held: dict[str, NDArray[Any]] = {
        **values,
        "p": judged["p"],
        "p_adjusted": adjusted,
        "z": judged["z"],
        "disagrees": disagrees,
    }
    units = _unit(plan)
    dataset = xr.Dataset(coords={axis.key: (axis.key, axis.values, {"units": axis.unit}) for axis in (plan.y, plan.x)})
    dataset = dataset.assign_coords(quantity=list(plan.quantities))
    for name, text in NAMES.items():
        dataset[name] = plan.on_map(held[name])
        dataset[name].attrs = {"units": units if name in MEASURED else "1", "long_name": text}
    seeds = np.empty((1, *plan.shape[1:]), np.int64)
    for run in plan.runs(trial.independent):
        seeds[0, *run.cells] = trial.seed_of(run.number)
    dataset["seed"] = plan.on_map(seeds)[0]
    dataset["seed"].attrs = {"units": "1", "long_name": "seed of the simulation"}
    dataset.attrs = _described(plan, trial) | _verdict(dataset, trial)
    if reasons:
        dataset.attrs["not_compared"] = "\n".join(reasons)
    return dataset


def _unit(plan: Plan) -> str:
    """The unit of risks: that of a volume in an infinite background."""
    _place, example = next(plan.problems())
    infinite = isinstance(example, DomainProblem) and example.infinite
    return f"(units of x)^{example.dim}" if infinite and example.dim > 1 else "units of x" if infinite else "1"


def _described(plan: Plan, trial: Trial) -> dict[str, Any]:
    """What was compared. The problem is written down as it is at the low ends of swept keys."""
    _place, example = next(plan.problems())
    attrs = {
        "name": example.name or "",
        "problem": dumps_problem(example),
        "settings": json.dumps(dict(plan.family.settings)),
        "x_key": plan.x.key,
        "y_key": plan.y.key,
        "x": str(plan.x),
        "y": str(plan.y),
        **{key: float(held[0]) for key, held in plan.noises.items() if key not in (plan.x.key, plan.y.key)},
        **vars(trial) | {"independent": int(trial.independent)},
        "version": software_version(),
    }
    if isinstance(plan.family.source, str):
        attrs |= {"regime": plan.family.source, "regime_parameters": json.dumps(plan.family.parameters)}
    return attrs


def _verdict(dataset: xr.Dataset, trial: Trial) -> dict[str, Any]:
    """How many cells and tests there are and what came of them."""
    p, z = dataset["p"].to_numpy(), dataset["z"].to_numpy()
    risks = ~np.isin(dataset["quantity"].to_numpy(), GAINS)
    cells = np.isfinite(p[risks]).any(axis=0)
    tests = int(np.isfinite(p).sum())
    disagreeing = int(dataset["disagrees"].sum())
    return {
        "cells": int(cells.size),
        "cells_compared": int(cells.sum()),
        "tests": tests,
        "disagreeing": disagreeing,
        "smallest_p_adjusted": float(np.nanmin(dataset["p_adjusted"].to_numpy())),
        "normality_p": _normality(z[risks]) if trial.independent else float("nan"),
        "verdict": "disagree" if disagreeing else "agree",
    }


def _normality(z: Array) -> float:
    """Whether independent scores are standard normal: the least of the p-values of both risks, by Bonferroni."""
    found = [normality(held[np.isfinite(held)]) for held in z]
    return float(min(1.0, len(found) * np.nanmin(found))) if np.isfinite(found).any() else float("nan")


def verdict(dataset: xr.Dataset) -> dict[str, Any]:
    """The verdict and what it rests on, as one JSON object."""
    keys = ("verdict", "family_wise", "cells", "cells_compared", "tests", "disagreeing", "smallest_p_adjusted")
    return {key: _plain(dataset.attrs[key]) for key in (*keys, "normality_p", "votes", "samples")} | {
        "independent": bool(dataset.attrs["independent"])
    }


def records(dataset: xr.Dataset) -> list[dict[str, Any]]:
    """One record for each test, in the order of the map."""
    keys = {axis: str(dataset.attrs[f"{axis}_key"]) for axis in "xy"}
    x, y = (dataset[key].to_numpy() for key in keys.values())
    fixed = {key: float(dataset.attrs[key]) for key in NOISES if key in dataset.attrs}
    columns = {name: dataset[name].to_numpy() for name in NAMES}
    seeds = dataset["seed"].to_numpy()
    found = []
    for place in map(tuple, np.argwhere(np.isfinite(columns["p"]))):
        quantity, i, j = place
        record: dict[str, Any] = {keys["x"]: float(x[j]), keys["y"]: float(y[i]), **fixed}
        record |= {"quantity": str(dataset["quantity"].to_numpy()[quantity])}
        record |= {name: float(column[place]) for name, column in columns.items()}
        found.append(record | {"disagrees": bool(columns["disagrees"][place]), "seed": int(seeds[i, j])})
    return found


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
