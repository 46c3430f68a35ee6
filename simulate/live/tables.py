"""Maps in other forms: one of which nothing is known yet, one in words for readers without a picture, and files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr

from figures.wording import LABELS
from simulate.live.view import View

# Rows and columns that the table has at most; all cells are in the CSV.
MOST = 17


def blank(view: View) -> xr.Dataset:
    """A map of which nothing is known."""
    shape, dims = (view.y.count, view.x.count), ("alpha", "beta")
    unit = {"units": "units of x"}
    coords = {axis.key: (axis.key, axis.values, unit) for axis in (view.y, view.x)}
    attrs = {"name": view.name, "x_key": "beta", "y_key": "alpha", "eps": view.eps}
    numbers = ("risk", "risk_error", "baseline", "gain", "gain_error")
    made = {key: (dims, np.full(shape, np.nan), {"units": "1", "long_name": key}) for key in numbers}
    words = {
        key: (dims, np.full(shape, value)) for key, value in (("label", "undecided"), ("status", "ok"), ("route", ""))
    }
    return xr.Dataset(made | words, coords, attrs)


def gain_table(dataset: xr.Dataset) -> dict[str, Any]:
    """Gains with what they mean, at some rows and columns: strings for the page."""
    picks = {
        key: np.unique(np.linspace(0, n - 1, min(n, MOST)).round().astype(int))
        for key, n in dataset.sizes.items()
        if key in ("alpha", "beta")
    }
    part = dataset[["gain", "label"]].transpose("alpha", "beta", ...).isel(picks)
    cells = [
        [f"{gain:+.4g} {_word(label)}" for gain, label in zip(*row, strict=True)]
        for row in zip(part["gain"].to_numpy(), part["label"].to_numpy().astype(str), strict=True)
    ]
    alpha, beta = ([f"{value:.4g}" for value in part[key].to_numpy()] for key in ("alpha", "beta"))
    shown = f"{len(alpha)} of {dataset.sizes['alpha']} by {len(beta)} of {dataset.sizes['beta']}"
    caption = (
        f"Gain (baseline less risk) by training noise alpha (rows) and smoothing noise beta (columns); {shown} cells"
    )
    return {
        "alpha": [f"α = {v}" for v in alpha],
        "beta": [f"β = {v}" for v in beta],
        "cells": cells,
        "caption": caption,
    }


def file_of(dataset: xr.Dataset, name: str) -> bytes:
    """What a file of that name would hold."""
    import simulate.sweep.plane  # noqa: F401 - the accessor

    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        dataset.noisewise.save(path)
        return path.read_bytes()


def best_cell(dataset: xr.Dataset) -> tuple[int, int] | None:
    """Where training noise helps most: places along alpha and beta; None where it helps nowhere."""
    helps = np.char.endswith(dataset["label"].to_numpy().astype(str), "-help")
    if not helps.any():
        return None
    row, column = np.unravel_index(int(np.where(helps, dataset["gain"].to_numpy(), -np.inf).argmax()), helps.shape)
    return int(row), int(column)


def summary(dataset: xr.Dataset) -> str:
    """What a whole map says, in a sentence."""
    size, at = dataset["gain"].size, best_cell(dataset)
    if at is None:
        return f"training noise helps in none of {size} cells"
    share = np.char.endswith(dataset["label"].to_numpy().astype(str), "-help").mean()
    best = dataset["gain"].isel(alpha=at[0], beta=at[1])
    place = f"beta = {float(best['beta']):.3g}, alpha = {float(best['alpha']):.3g}"
    return f"helps in {share:.0%} of {size} cells; largest gain {float(best):.4g} at {place}"


def _word(label: str) -> str:
    return LABELS.get(label.rsplit("-", 1)[-1], label)
