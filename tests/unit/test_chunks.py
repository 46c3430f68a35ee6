"""Sweeps over any number of keys, in memory and in chunks on disk, and the files that they go into."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from simulate.storage import open_dataset, save_dataset, table
from simulate.sweep import plane
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import blocks
from simulate.sweep.chunks import Chunks, Saved, for_target
from simulate.sweep.sweep import sweep, sweep_grid
from theory import compare
from theory.errors import ProblemError

BUMPS = Family("bumps")
ALPHA, BETA, EPS = Axis("alpha", 0.0, 1.2, 7), Axis("beta", 0.1, 1.5, 6), Axis("eps", 0.0, 0.4, 3)
SPACING, SCALE = Axis("spacing", 1.0, 3.0, 4), Axis("scale", 0.2, 0.5, 3)
GRIDS = [(ALPHA, BETA), (BETA, ALPHA), (SPACING, ALPHA), (BETA, EPS, ALPHA), (SPACING, BETA, ALPHA), (SCALE, SPACING)]


def test_cells_over_many_keys_are_those_of_each_problem() -> None:
    dataset = sweep_grid(BUMPS, (SPACING, EPS, ALPHA, BETA))
    assert dataset["gain"].dims == ("spacing", "eps", "alpha", "beta")
    assert dataset.attrs["axes"].splitlines() == [str(axis) for axis in (SPACING, EPS, ALPHA, BETA)]
    for spacing in (1.0, 3.0):
        part = dataset.sel(spacing=spacing, eps=0.2)
        found = compare(BUMPS.at({"spacing": spacing}), ALPHA.values[:, None], BETA.values, 0.2)
        assert np.abs(part["gain"] - found.gain.value).max() <= (part["gain_error"] + found.gain.error).max()


@pytest.mark.parametrize("axes", GRIDS)
def test_blocks_are_all_cells_once(axes: tuple[Axis, ...]) -> None:
    seen = np.zeros([axis.count for axis in axes], int)
    for block in blocks(BUMPS, axes, 5):
        seen[block] += 1
        assert seen[block].size <= 5 * max(axis.count for axis in axes) * EPS.count
    assert (seen == 1).all()


@pytest.mark.parametrize("axes", GRIDS)
def test_chunks_hold_what_memory_holds(axes: tuple[Axis, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("simulate.sweep.cells.BATCH_CELLS", 4)
    monkeypatch.setattr("simulate.sweep.chunks.BATCH_CELLS", 4)
    monkeypatch.setattr("simulate.sweep.chunks.CHUNK", 11)
    whole = sweep_grid(BUMPS, axes)
    place = Chunks(tmp_path / "a.zarr", BUMPS, axes)
    dataset = sweep_grid(BUMPS, axes, held=place)
    assert os.listdir(tmp_path) == [".a.zarr.unfinished"]
    place.finish(dataset.assign(curve_x=("curve", [1.0, 2.0])))
    assert os.listdir(tmp_path) == ["a.zarr"]
    with xr.open_zarr(tmp_path / "a.zarr", chunks=None) as root:
        assert root.load().identical(whole)  # a table of cells alone, and words and numbers to the last bit
    again = open_dataset(tmp_path / "a.zarr")
    assert again["curve_x"].to_numpy().tolist() == [1.0, 2.0]
    assert again.drop_vars("curve_x").identical(whole)
    save_dataset(whole, tmp_path / "b.zarr")
    assert open_dataset(tmp_path / "b.zarr").identical(whole)


def test_what_does_not_fit_into_memory_goes_into_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(for_target(str(tmp_path / "a.zarr"), BUMPS, (ALPHA, BETA)), Saved)
    monkeypatch.setattr("simulate.sweep.chunks.MOST_CELLS", 20)
    monkeypatch.setattr("simulate.sweep.held.MOST_CELLS", 20)
    assert isinstance(for_target(str(tmp_path / "a.zarr"), BUMPS, (ALPHA, BETA)), Chunks)
    told = "alpha, beta: found 42 cells, expected at most 20, or --out FILE.zarr for any number"
    for target in (None, str(tmp_path / "a.nc")):
        with pytest.raises(ProblemError, match=told):
            for_target(target, BUMPS, (ALPHA, BETA))


def test_a_store_that_is_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    save_dataset(sweep(BUMPS, BETA, ALPHA), tmp_path / "a.zarr")
    before = open_dataset(tmp_path / "a.zarr")
    other = Chunks(tmp_path / "a.zarr", BUMPS, (SPACING, ALPHA))
    sweep_grid(BUMPS, (SPACING, ALPHA), held=other)
    assert open_dataset(tmp_path / "a.zarr").identical(before)
    place = Chunks(tmp_path / "a.zarr", BUMPS, (ALPHA, BETA))  # the next takes over from one that was killed
    place.finish(sweep_grid(BUMPS, (ALPHA, BETA), {"eps": 0.1}, held=place))
    assert open_dataset(tmp_path / "a.zarr").attrs["eps"] == 0.1
    assert os.listdir(tmp_path) == ["a.zarr"]


def test_more_cells_than_a_picture_shows_are_thinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dataset = sweep(BUMPS, BETA, ALPHA)
    save_dataset(dataset, tmp_path / "a.zarr")
    monkeypatch.setattr("simulate.sweep.plane.MOST_DRAWN", 12)
    found = plane.open_dataset(tmp_path / "a.zarr")
    assert math.prod(found.sizes[key] for key in ("alpha", "beta")) <= 12
    assert found["gain"].equals(dataset["gain"].sel(alpha=found["alpha"], beta=found["beta"]))


def test_a_plane_is_cut_at_the_nearest_values(tmp_path: Path) -> None:
    dataset = sweep_grid(BUMPS, (SPACING, ALPHA, BETA))
    save_dataset(dataset, tmp_path / "a.nc")
    cut = plane.open_dataset(tmp_path / "a.nc", {"spacing": 1.7})
    assert (cut.attrs["y_key"], cut.attrs["x_key"], cut.attrs["spacing"]) == ("alpha", "beta", SPACING.values[1])
    assert cut["gain"].equals(dataset["gain"].isel(spacing=1, drop=True))
    for chosen, told in (
        ({}, "found 3 keys are left: spacing, alpha, beta, expected two of them"),
        ({"spacing": 9.0}, "found spacing=9, expected a value from 1 to 3"),
        ({"spacin": 1.0}, r"expected one of spacing, alpha, beta \(did you mean spacing\?\)"),
        ({"spacing": 1.0, "alpha": 0.2}, "found 1 keys are left"),
    ):
        with pytest.raises(ProblemError, match=told):
            plane.open_dataset(tmp_path / "a.nc", chosen)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_have_a_header_with_units(suffix: str, tmp_path: Path) -> None:
    dataset = sweep_grid(BUMPS, (SPACING, ALPHA, BETA), {"eps": 0.1})
    save_dataset(dataset, tmp_path / f"a{suffix}")
    found = pd.read_csv(tmp_path / "a.csv") if suffix == ".csv" else pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(found, table(dataset), check_exact=True, check_dtype=suffix == ".parquet")
    header = json.loads((tmp_path / f"a{suffix}.json").read_text())
    assert list(header["columns"]) == list(found.columns)
    assert header["columns"]["gain"] == {"units": "1", "long_name": "gain"}
    assert header["attributes"]["axes"] == dataset.attrs["axes"]
    frame = dataset.to_dataframe().reset_index()[list(found.columns)]  # one call makes the same table
    pd.testing.assert_frame_equal(frame, table(dataset), check_dtype=False)


def test_a_store_follows_links_and_takes_no_folder_of_others(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a.zarr").symlink_to(tmp_path / "real" / "a.zarr")
    dataset = sweep(BUMPS, BETA, ALPHA)
    for _ in range(2):
        save_dataset(dataset, tmp_path / "a.zarr")
        assert (tmp_path / "a.zarr").is_symlink()
        assert open_dataset(tmp_path / "real" / "a.zarr").identical(dataset)
    for name in ("b.zarr.old", ".b.zarr.old", ".b.zarr.unfinished"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("precious")
    with pytest.raises(OSError, match="is in the way, and no store"):
        save_dataset(dataset, tmp_path / "b.zarr")
    for name in ("b.zarr.old", ".b.zarr.old", ".b.zarr.unfinished"):
        assert (tmp_path / name / "thesis.txt").read_text() == "precious"
