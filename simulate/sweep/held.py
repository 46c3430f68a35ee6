"""Where the cells of a sweep go, and what a dataset has of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import xarray as xr

from simulate.sweep.axes import Axis
from simulate.sweep.cells import FIELDS
from theory.arrays import Array
from theory.errors import ProblemError
from theory.estimate import STATUSES

# A gain within its error is called neutral where that error is of rounding size, relative to risks above 1.
NEUTRAL = 1e-12
# Labels that say which sign a gain has: a change of sign between them is one of what training noise does.
SIGNED = ("exact-help", "exact-hurt")
# Variables that are numbers, and what each is; and the types of those that are words.
NUMBERS = {
    "risk": "risk",
    "risk_error": "error of the risk",
    "baseline": "risk without training noise",
    "gain": "gain",
    "gain_error": "error of the gain",
}
# Cells that are held in memory.
MOST_CELLS = 4_000_000
LABEL, STATUS = np.dtype("U10"), np.dtype(f"U{max(map(len, STATUSES))}")


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


def named(fields: Array) -> dict[str, np.ndarray]:
    """What a dataset has of cells, from their FIELDS (7, ...)."""
    values = dict(zip(FIELDS, fields, strict=True))
    known = np.nan_to_num(values["status"], nan=len(STATUSES) - 1).astype(int)
    return {key: values[key] for key in NUMBERS} | {"label": labels(values), "status": np.array(list(STATUSES))[known]}


class Held(Protocol):
    """Where the cells of a sweep go."""

    def put(self, block: tuple[slice, ...], values: Mapping[str, np.ndarray]) -> None:
        """Take in a block of cells: for each variable its values there."""

    def dataset(self, about: xr.Dataset, units: Mapping[str, Mapping[str, str]]) -> xr.Dataset:
        """All cells, in a dataset that has its coordinates and attributes; units: attributes of the variables."""


def check_size(axes: Sequence[Axis]) -> tuple[int, ...]:
    """The number of values along each axis. Raises `ProblemError` where cells are too many for memory."""
    shape = tuple(axis.count for axis in axes)
    if (size := math.prod(shape)) > MOST_CELLS:
        keys = ", ".join(axis.key for axis in axes)
        raise ProblemError(keys, f"{size} cells", f"at most {MOST_CELLS}, or --out FILE.zarr for any number")
    return shape


class InMemory:
    """The cells of a sweep as arrays."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        kinds = {"label": LABEL, "status": STATUS}
        self._values = {key: np.empty(shape, kinds.get(key, np.dtype(float))) for key in (*NUMBERS, *kinds)}

    def put(self, block: tuple[slice, ...], values: Mapping[str, np.ndarray]) -> None:
        """Take in a block of cells."""
        for key, held in self._values.items():
            held[block] = values[key]

    def dataset(self, about: xr.Dataset, units: Mapping[str, Mapping[str, str]]) -> xr.Dataset:
        """All cells."""
        return about.assign({key: (tuple(about.dims), held, dict(units[key])) for key, held in self._values.items()})
