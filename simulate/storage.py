"""Datasets on disk, completely written or not at all: netCDF, and tables of cells for other programs. Arrays of the
user's are read here too."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from theory.atomic import atomic_write
from theory.errors import ProblemError, shown

SUFFIXES = (".nc", ".csv")
# The group of a netCDF file for what is no table of cells.
CURVES = "curves"
# What a sweep holds.
NEEDED = ("risk", "risk_error", "baseline", "gain", "gain_error", "label")

Held = TypeVar("Held")


def save_dataset(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset as netCDF, or its `table` where the suffix is .csv, every number to the last bit.

    In a netCDF file curves and Monte Carlo points, which are no cells, lie in a group of their own, `curves`, so that
    for all who open the file its root is a plain table of cells.

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
        content = bytes(_grouped(dataset).to_netcdf(engine="h5netcdf"))
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def _grouped(dataset: xr.Dataset) -> xr.DataTree:
    """The dataset with what lies along other dimensions than the cells' in a group of its own."""
    keys = {dataset.attrs.get(f"{axis}_key") for axis in "xy"}
    cells = {dim for variable in dataset.data_vars.values() if keys <= set(variable.dims) for dim in variable.dims}
    apart = [name for name, held in dataset.variables.items() if cells and not cells.issuperset(held.dims)]
    tree = xr.DataTree(dataset.drop_vars(apart))
    if apart:
        curves = xr.Dataset({name: dataset[name] for name in apart if name in dataset.data_vars})
        tree[CURVES] = xr.DataTree(curves.drop_vars([name for name in curves.coords if name not in apart]))
    return tree


def _whole(path: str | os.PathLike[str]) -> xr.Dataset:
    """The dataset of a file, with its curves; files of older versions have them in the root."""
    with closing(xr.open_datatree(path, engine="h5netcdf")) as tree:
        dataset = tree.to_dataset().load()
        if CURVES in tree.children:
            dataset = dataset.assign(tree.children[CURVES].to_dataset(inherit=False).load().data_vars)
    return dataset


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
    dataset, reason = _read(path, _whole, "no netCDF, or damaged")
    if dataset is None:
        raise ProblemError("", f"an unreadable file ({reason})", expected, str(path))
    missing = [name for name in needed if name not in dataset]
    if missing:
        raise ProblemError("", f"no variable {missing[0]!r}", expected, str(path))
    empty = [dim for name in needed for dim in dataset[name].dims if not dataset.sizes[dim]]
    if empty:
        raise ProblemError("", f"no value along {str(empty[0])!r}", expected, str(path))
    return dataset


def open_array(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an array from a .npy file, whole. No code of the file runs, and no more is read than there is.

    Raises:
        ProblemError: the file cannot be read, is no .npy file, or holds Python objects or less than it says; one line.
    """
    array, reason = _read(path, _mapped, "no .npy, or damaged")
    if array is None:
        raise ProblemError("", f"an unreadable file ({reason})", "an array as `numpy.save` writes", str(path))
    return array


def _mapped(path: str | os.PathLike[str]) -> np.ndarray:
    return np.array(np.lib.format.open_memmap(os.fspath(path), mode="r"))


def _read(
    path: str | os.PathLike[str], read: Callable[[str | os.PathLike[str]], Held], damaged: str
) -> tuple[Held | None, str]:
    """What a file holds, or why nothing. What libraries complain of while they drop a damaged file is not said."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        Path(path).open("rb").close()  # for the system's own words on why a file cannot be read
        return read(path), ""
    except Exception as error:  # whatever the libraries make of a damaged file: their errors have no common class
        reason = getattr(error, "strerror", None) or damaged
    finally:
        sys.unraisablehook = hook
    return None, reason
