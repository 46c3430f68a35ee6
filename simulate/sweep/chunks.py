"""More cells than fit into memory: written to a Zarr store, chunk by chunk, as they come."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from simulate.extras import missing
from simulate.storage import STORE, save_dataset, store_places, take_place
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import BATCH_CELLS, blocks
from simulate.sweep.held import LABEL, MOST_CELLS, NUMBERS, STATUS, InMemory, check_size

# Cells of a chunk, about: two megabytes of numbers.
CHUNK = 1 << 18


def for_target(target: str | None, family: Family, axes: Sequence[Axis]) -> Saved | Chunks:
    """Where the cells of a sweep go that is meant for a file: into memory, or where they are too many into chunks."""
    size = math.prod(axis.count for axis in axes)
    many = target is not None and size > MOST_CELLS and Path(target).suffix.lower() == STORE
    return Chunks(str(target), family, axes) if many else Saved(axes, target)


class Saved(InMemory):
    """The cells of a sweep as arrays, which go into a file when all is done.

    Raises:
        ProblemError: they are too many.
    """

    def __init__(self, axes: Sequence[Axis], target: str | None) -> None:
        check_size(axes)
        super().__init__(tuple(axis.count for axis in axes))
        self._target = target

    def finish(self, dataset: xr.Dataset) -> xr.Dataset:
        """Write the dataset, if it is meant for a file; the dataset."""
        if self._target is not None:
            save_dataset(dataset, self._target)
        return dataset


class Chunks:
    """The cells of a sweep in a Zarr store (format 2). Chunks that are not full yet are all that is in memory.

    Cells come in blocks that advance along one axis; a chunk is some of these blocks.

    Raises:
        MissingExtraError: zarr is not installed.
        OSError: the place cannot be written.
    """

    def __init__(self, target: str | os.PathLike[str], family: Family, axes: Sequence[Axis]) -> None:
        zarr = _zarr()
        self._target, self._place = store_places(target)
        self._shape = tuple(axis.count for axis in axes)
        first = [part.stop for part in next(blocks(family, axes, BATCH_CELLS))]
        self._along = next((k for k, size in enumerate(self._shape) if first[k] < size), 0)
        step, others = first[self._along], math.prod(self._shape) // self._shape[self._along]
        self._rows = step * max(1, CHUNK // (others * step))
        self._store = zarr.open_group(str(self._place), mode="w", zarr_format=2)
        self._kinds = dict.fromkeys(NUMBERS, np.dtype(float)) | {"label": LABEL, "status": STATUS}
        self._waiting: dict[int, tuple[dict[str, np.ndarray], list[int]]] = {}
        for name, kind in self._kinds.items():
            self._create(name, self._shape, self._chunk(0), kind, [axis.key for axis in axes])

    def _create(
        self, name: str, shape: tuple[int, ...], chunks: tuple[int, ...], kind: np.dtype[Any], dims: list[str]
    ) -> Any:
        missing_value = np.nan if kind.kind == "f" else None  # which readers take for what is not there
        array = self._store.create_array(name, shape=shape, chunks=chunks, dtype=kind, fill_value=missing_value)
        array.attrs["_ARRAY_DIMENSIONS"] = dims
        return array

    def _chunk(self, number: int) -> tuple[int, ...]:
        """The shape of a chunk, the last of which may be smaller."""
        left = self._shape[self._along] - number * self._rows
        return tuple(min(self._rows, left) if k == self._along else size for k, size in enumerate(self._shape))

    def put(self, block: tuple[slice, ...], values: Mapping[str, np.ndarray]) -> None:
        """Take in a block of cells; a chunk that is full is written."""
        number, start = divmod(block[self._along].start, self._rows)
        if number not in self._waiting:
            shape = self._chunk(number)
            self._waiting[number] = (
                {key: np.empty(shape, kind) for key, kind in self._kinds.items()},
                [math.prod(shape)],
            )
        held, left = self._waiting[number]
        size = block[self._along].stop - block[self._along].start
        inside = (*block[: self._along], slice(start, start + size), *block[self._along + 1 :])
        for key, chunk in held.items():
            chunk[inside] = values[key]
        left[0] -= values["gain"].size
        if left[0] == 0:
            rows = slice(number * self._rows, number * self._rows + held["gain"].shape[self._along])
            place = tuple(rows if k == self._along else slice(None) for k in range(len(self._shape)))
            for key, chunk in held.items():
                self._store[key][place] = chunk
            del self._waiting[number]

    def dataset(self, about: xr.Dataset, units: Mapping[str, Mapping[str, str]]) -> xr.Dataset:
        """All cells, which are read from the store when they are asked for."""
        for key, said in units.items():
            self._store[key].attrs.update(said)
        for name, coordinate in about.coords.items():
            values = coordinate.to_numpy()
            array = self._create(str(name), values.shape, values.shape, values.dtype, [str(name)])
            array[:] = values
            array.attrs.update(coordinate.attrs)
        return xr.open_zarr(self._place, chunks=None, consolidated=False).assign_attrs(about.attrs)

    def finish(self, dataset: xr.Dataset) -> xr.Dataset:
        """Add the dataset's attributes, and what it has besides cells; then the store takes the place of its target."""
        self._store.attrs.update(dataset.attrs)
        curves = dataset.drop_vars([*self._kinds, *dataset.coords])
        if curves.data_vars:
            curves.drop_attrs(deep=False).to_zarr(
                self._place, group="curves", mode="a", zarr_format=2, consolidated=False
            )
        _zarr().consolidate_metadata(str(self._place), zarr_format=2)
        take_place(self._place, self._target)
        return xr.open_zarr(self._target, chunks=None).assign_attrs(dataset.attrs)


def _zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise missing("zarr", "distributed") from None
    return zarr
