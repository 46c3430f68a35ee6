"""What `noisewise phase` prints: what came of it, and with --json where it was written and what is swept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from simulate.commands.output import print_table
from simulate.sweep.axes import ASKED

if TYPE_CHECKING:
    import xarray as xr


# Labels that are counted at once: there may be more than fit into memory.
AT_ONCE = 1 << 20


def summarise(dataset: xr.Dataset) -> None:
    """How many cells have each label, how many were evaluated, and how many Monte Carlo points agree."""
    print_table(["label", "cells"], [(name, str(count)) for name, count in label_counts(dataset).items()])
    if "evaluations" in dataset.attrs:
        held = dataset.attrs
        print(f"evaluated {held['evaluations']} cells, interpolated others within {held['tolerance']:.2g}")
    if "check_agrees" in dataset:
        agrees = dataset["check_agrees"].to_numpy().astype(bool)
        print(f"Monte Carlo agrees at {agrees.sum()} of {agrees.size} points")


def summary(dataset: xr.Dataset, written: Mapping[str, str | None]) -> dict[str, Any]:
    """One JSON object; `check` is null where nothing was simulated."""
    reasons = str(dataset.attrs.get("no_exact_route", "")).splitlines()
    return {
        "written": dict(written),
        "name": dataset.attrs.get("name", ""),
        "x": _axis(dataset, "x"),
        "y": _axis(dataset, "y"),
        "fixed": {key: float(held) for key in ASKED if isinstance(held := dataset.attrs.get(key), Real)},
        "cells": int(dataset["label"].size),
        "evaluated": int(dataset.attrs.get("evaluations", dataset["label"].size)),
        "labels": label_counts(dataset),
        "no_exact_route": reasons,
        "proved": "proof_low" in dataset,
        "check": _check(dataset),
        "version": dataset.attrs.get("version"),
    }


def _axis(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    """The key of an axis, and between which values it was swept."""
    key = str(dataset.attrs[f"{name}_key"])
    values = dataset[key].to_numpy()
    return {"key": key, "low": float(values.min()), "high": float(values.max()), "count": int(values.size)}


def label_counts(dataset: xr.Dataset) -> dict[str, int]:
    """How many cells have each label, in the order of the alphabet."""
    import numpy as np

    found: Counter[str] = Counter()
    held = dataset["label"]
    for start in range(0, held.shape[0], step := max(1, AT_ONCE * held.shape[0] // held.size)):
        names, counts = np.unique(held[start : start + step].to_numpy(), return_counts=True)
        found.update(dict(zip(map(str, names), map(int, counts), strict=True)))
    return dict(sorted(found.items()))


def _check(dataset: xr.Dataset) -> dict[str, Any] | None:
    """At how many Monte Carlo points theory and simulation agree, and what was simulated."""
    if "check_agrees" not in dataset:
        return None
    agrees = dataset["check_agrees"].to_numpy()
    said: dict[str, Any] = {"points": int(agrees.size), "agree": int((agrees == 1).sum())}
    said |= {key: int(dataset.attrs[key]) for key in ("votes", "samples", "seed")}
    return said | {"family_wise": float(dataset.attrs["family_wise"])}
