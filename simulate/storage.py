"""Datasets on disk, completely written or not at all: netCDF, and tables of cells for other programs. Arrays of the
user's are read here too."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from simulate.extras import missing
from theory.atomic import atomic_write
from theory.errors import ProblemError, shown

SUFFIXES = (".nc", ".zarr", ".csv", ".parquet")
# What says of the columns of a table what they are, and in which units, in a file beside it.
HEADER = ".json"
# A Zarr store is a folder. It is built beside its place, as a hidden one, and so does the one before it leave.
STORE = ".zarr"
UNFINISHED, LEAVING = ".unfinished", ".old"
# The group of a netCDF file for what is no table of cells.
CURVES = "curves"
# What a sweep holds.
NEEDED = ("risk", "risk_error", "baseline", "gain", "gain_error", "label")

Held = TypeVar("Held")


def save_dataset(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a dataset by suffix, every number to the last bit: .nc (netCDF), .zarr (a folder, Zarr format 2), or its
    `table` as .csv or .parquet.

    In netCDF and Zarr, curves and Monte Carlo points, which are no cells, lie in a group of their own, `curves`, so
    that for all who open the file its root is a plain table of cells. Beside a table a header, of its name and .json,
    says the meaning and the unit of each column, and has the attributes of the dataset.

    What was at `path` stays as it was until the new file is complete. The file is laid out in memory first: HDF5
    cannot be relied on to say that a disk is full.
    Raises `ProblemError` for other suffixes, `OSError` where the place cannot be written, `MissingExtraError` where the
    library of the suffix is not installed.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError("", shown(os.fspath(path)), f"a name that ends in {' or '.join(SUFFIXES)}")
    if suffix == STORE:
        _save_store(dataset, Path(path))
        return
    content = bytes(_grouped(dataset).to_netcdf(engine="h5netcdf")) if suffix == ".nc" else _tabled(dataset, suffix)
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)
    if suffix != ".nc":
        with atomic_write(f"{os.fspath(path)}{HEADER}") as temporary:
            temporary.write_text(json.dumps(header(dataset), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tabled(dataset: xr.Dataset, suffix: str) -> bytes:
    """The table as the bytes of a file."""
    if suffix == ".csv":
        return table(dataset).to_csv(index=False, lineterminator="\n").encode()
    if find_spec("pyarrow") is None:
        raise missing("pyarrow", "distributed")
    return bytes(table(dataset).to_parquet(None, engine="pyarrow", index=False))


def _save_store(dataset: xr.Dataset, path: Path) -> None:
    """A Zarr store, built beside its place, which it takes when it is complete."""
    if find_spec("zarr") is None:
        raise missing("zarr", "distributed")
    target, built = store_places(path)
    try:
        _grouped(dataset).to_zarr(built, mode="w", zarr_format=2)
        take_place(built, target)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def store_places(path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Where a store goes, which a link may say, and where it is built; what a killed process left there is removed.

    Raises:
        OSError: something is there that is no store.
    """
    target = Path(os.path.realpath(path))
    for place in (built := target.with_name(f".{target.name}{UNFINISHED}"), _leaving(target)):
        if place.is_dir() and (is_store(place) or not any(place.iterdir())):
            shutil.rmtree(place)
        elif place.exists():
            raise OSError(errno.EEXIST, "is in the way, and no store", str(place))
    return target, built


def is_store(path: Path) -> bool:
    """Whether a folder is a Zarr store."""
    return path.is_dir() and (path / ".zgroup").is_file()


def _leaving(target: Path) -> Path:
    return target.with_name(f".{target.name}{LEAVING}")


def take_place(built: Path, target: Path) -> None:
    """A store that is complete replaces the one at its target, which is there until then but for one moment between two
    steps; a process that is killed in it leaves the old one hidden beside the new one, and the same command goes on."""
    old = _leaving(target)
    if target.exists():
        os.rename(target, old)
    os.rename(built, target)
    shutil.rmtree(old, ignore_errors=True)


def header(dataset: xr.Dataset) -> dict[str, Any]:
    """What the columns of a `table` are: `columns` has unit and meaning of each, `attributes` those of the dataset."""
    about = {name: {key: str(held) for key, held in column.attrs.items()} for name, column in dataset.variables.items()}
    names = {
        name: next(key for key in about if name == key or name.endswith(f"_{key}")) for name in table(dataset).columns
    }
    plain = {key: held.item() if isinstance(held, np.generic) else held for key, held in dataset.attrs.items()}
    return {"columns": {name: about[key] for name, key in names.items()}, "attributes": plain}


def cell_dims(dataset: xr.Dataset) -> tuple[str, ...]:
    """The keys that are swept, the first of which varies slowest."""
    if "axes" in dataset.attrs:
        return tuple(line.partition("=")[0] for line in str(dataset.attrs["axes"]).splitlines())
    return tuple(str(dataset.attrs.get(f"{axis}_key")) for axis in "yx")


def _grouped(dataset: xr.Dataset) -> xr.DataTree:
    """The dataset with what lies along other dimensions than the cells' in a group of its own."""
    keys = set(cell_dims(dataset))
    cells = {dim for variable in dataset.data_vars.values() if keys <= set(variable.dims) for dim in variable.dims}
    apart = [name for name, held in dataset.variables.items() if cells and not cells.issuperset(held.dims)]
    tree = xr.DataTree(dataset.drop_vars(apart))
    if apart:
        curves = xr.Dataset({name: dataset[name] for name in apart if name in dataset.data_vars})
        tree[CURVES] = xr.DataTree(curves.drop_vars([name for name in curves.coords if name not in apart]))
    return tree


def _whole(path: str | os.PathLike[str], most: int | None = None) -> xr.Dataset:
    """The dataset of a file, with its curves; files of older versions have them in the root."""
    engine: Any = "zarr" if Path(path).is_dir() else "h5netcdf"
    with closing(xr.open_datatree(path, engine=engine)) as tree:
        dataset = _thinned(tree.to_dataset(), most).load()
        if CURVES in tree.children:
            dataset = dataset.assign(tree.children[CURVES].to_dataset(inherit=False).load().data_vars)
    return dataset


def _thinned(dataset: xr.Dataset, most: int | None) -> xr.Dataset:
    """Every so-manieth cell along each axis, so that there are no more than so many."""
    keys = [key for key in cell_dims(dataset) if key in dataset.sizes]
    size = math.prod(dataset.sizes[key] for key in keys)
    if most is None or size <= most:
        return dataset
    step = math.ceil((size / most) ** (1 / len(keys)))
    return dataset.isel({key: slice(None, None, step) for key in keys})


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """One row a cell: the values of the swept keys, the first (y) slowest, and all that is known of the cell.

    Curves and Monte Carlo points, which are no cells, are left out. What a comparison tells of several quantities
    stands side by side, as clean_exact and gain_exact.
    """
    dims = cell_dims(dataset)
    grids = np.meshgrid(*(dataset[key].to_numpy() for key in dims), indexing="ij")
    columns = {key: grid.ravel() for key, grid in zip(dims, grids, strict=True)}
    for name, variable in dataset.data_vars.items():
        if variable.dims == dims:
            columns[str(name)] = variable.to_numpy().ravel()
        elif variable.dims[1:] == dims:
            kinds = dataset[variable.dims[0]].to_numpy()
            columns |= {f"{kind}_{name}": held.ravel() for kind, held in zip(kinds, variable.to_numpy(), strict=True)}
    return pd.DataFrame(columns)


def open_dataset(
    path: str | os.PathLike[str], needed: Collection[str] = NEEDED, writer: str = "phase", most: int | None = None
) -> xr.Dataset:
    """Read a dataset from a netCDF file or a Zarr store, whole; a sweep unless other variables are `needed`.

    most: of more cells than so many in a store, every so-manieth along each axis is read.

    Raises:
        ProblemError: the file cannot be read, is no netCDF file, or lacks a variable or its values; one line.
    """
    expected = f"a netCDF file as `noisewise {writer}` writes"
    dataset, reason = _read(path, partial(_whole, most=most), "no netCDF, or damaged")
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
        if not is_store(Path(path)):
            Path(path).open("rb").close()  # for the system's own words on why a file cannot be read
        return read(path), ""
    except Exception as error:  # whatever the libraries make of a damaged file: their errors have no common class
        reason = getattr(error, "strerror", None) or damaged
    finally:
        sys.unraisablehook = hook
    return None, reason
