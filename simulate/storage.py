"""Datasets on disk, completely written or not at all: netCDF, and tables of cells for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from theory.atomic import atomic_write
from theory.errors import ProblemError, shown

SUFFIXES = (".nc", ".csv")
# What a sweep holds.
NEEDED = ("risk", "risk_error", "baseline", "gain", "gain_error", "label")


def save_dataset(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset as netCDF, or its `table` where the suffix is .csv, every number to the last bit.

    What was at `path` stays as it was until the new file is complete. The file is laid out in memory first: HDF5
    cannot be relied on to say that a disk is full.
    Raises `ProblemError` for other suffixes, `OSError` where the place cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError("", shown(os.fspath(path)), f"a name that ends in {' or '.join(SUFFIXES)}")
    if suffix == ".csv":
        content = table(dataset).to_csv(index=False, lineterminator="\n").encode()
    else:
        content = bytes(dataset.to_netcdf(engine="h5netcdf"))
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row a cell: the values of the swept keys, y slowest, and all that is known of the cell.

    Curves and Monte Carlo points, which are no cells, are left out. What a comparison tells of several quantities
    stands side by side, as clean_exact and gain_exact.
    """
    dims = tuple(str(dataset.attrs[f"{axis}_key"]) for axis in "yx")
    grids = np.meshgrid(*(dataset[key].to_numpy() for key in dims), indexing="ij")
    columns = {key: grid.ravel() for key, grid in zip(dims, grids, strict=True)}
    for name, variable in dataset.data_vars.items():
        if variable.dims == dims:
            columns[str(name)] = variable.to_numpy().ravel()
        elif variable.dims[1:] == dims:
            kinds = dataset[variable.dims[0]].to_numpy()
            columns |= {f"{kind}_{name}": held.ravel() for kind, held in zip(kinds, variable.to_numpy(), strict=True)}
    return pd.DataFrame(columns)


def open_dataset(path: str | os.PathLike[str], needed: Collection[str] = NEEDED, writer: str = "phase") -> xr.Dataset:
    """Read a dataset from a netCDF file, whole; a sweep unless other variables are `needed`.

    Raises:
        ProblemError: the file cannot be read, is no netCDF file, or lacks a variable or its values; one line.
    """
    expected = f"a netCDF file as `noisewise {writer}` writes"
    dataset, reason = _read(path)
    if dataset is None:
        raise ProblemError("", f"an unreadable file ({reason})", expected, str(path))
    missing = [name for name in needed if name not in dataset]
    if missing:
        raise ProblemError("", f"no variable {missing[0]!r}", expected, str(path))
    empty = [dim for name in needed for dim in dataset[name].dims if not dataset.sizes[dim]]
    if empty:
        raise ProblemError("", f"no value along {str(empty[0])!r}", expected, str(path))
    return dataset


def _read(path: str | os.PathLike[str]) -> tuple[xr.Dataset | None, str]:
    """A dataset, or why there is none. What libraries complain of while they drop a damaged file is not said."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        Path(path).open("rb").close()  # for the system's own words on why a file cannot be read
        return xr.load_dataset(path, engine="h5netcdf"), ""
    except Exception as error:  # whatever the libraries make of a damaged file: their errors have no common class
        reason = getattr(error, "strerror", None) or "no netCDF, or damaged"
    finally:
        sys.unraisablehook = hook
    return None, reason
