"""Datasets on disk: netCDF, completely written or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from theory.atomic import atomic_write
from theory.errors import ProblemError

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("risk", "risk_error", "baseline", "gain", "gain_error", "label")


def save_dataset(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset as netCDF. What was at `path` stays as it was until the new file is complete.

    The file is laid out in memory first: HDF5 cannot be relied on to say that a disk is full.
    Raises `OSError` where the place cannot be written.
    """
    content = dataset.to_netcdf(engine="h5netcdf")
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row a cell: the coordinates of the two swept keys, then the variables of the cells; no curves, no points."""
    keys = list(dataset["gain"].dims)
    cells = dataset[[name for name, held in dataset.data_vars.items() if set(held.dims) == set(keys)]]
    return cells.to_dataframe(dim_order=keys).reset_index()


def open_dataset(path: str | os.PathLike[str], needed: Collection[str] = NEEDED, writer: str = "phase") -> xr.Dataset:
    """Read a dataset from a netCDF file, whole; a sweep unless other variables are `needed`.

    Raises:
        ProblemError: the file cannot be read, is no netCDF file, or lacks a variable; one line that names it.
    """
    expected = f"a netCDF file as `noisewise {writer}` writes"
    try:
        Path(path).open("rb").close()  # for the system's own words on why a file cannot be read
        dataset = xr.load_dataset(path, engine="h5netcdf")
    except Exception as error:  # whatever the libraries make of a damaged file: their errors have no common class
        reason = getattr(error, "strerror", None) or "no netCDF, or damaged"
        raise ProblemError("", f"an unreadable file ({reason})", expected, str(path)) from None
    missing = [name for name in needed if name not in dataset]
    if missing:
        raise ProblemError("", f"no variable {missing[0]!r}", expected, str(path))
    return dataset
