"""Datasets on disk and the progress meter."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from simulate.progress import Meter
from simulate.storage import open_dataset, save_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from theory import ProblemError


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return sweep(Family("bumps"), Axis("beta", 0.1, 1.0, 3), Axis("class0.0.scale", 1.0, 2.0, 4))


def test_round_trip(dataset: xr.Dataset, tmp_path: Path) -> None:
    save_dataset(dataset, tmp_path / "a.nc")
    assert open_dataset(tmp_path / "a.nc").identical(dataset)
    assert os.listdir(tmp_path) == ["a.nc"]


def test_files_that_hold_no_sweep_get_one_line(dataset: xr.Dataset, tmp_path: Path) -> None:
    save_dataset(dataset, tmp_path / "a.nc")
    whole = (tmp_path / "a.nc").read_bytes()
    dataset.drop_vars("gain").to_netcdf(tmp_path / "less.nc", engine="h5netcdf")
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.nc").write_text("not netCDF")
    (tmp_path / "empty.nc").touch()
    reasons = {
        "gone.nc": "No such file",
        "": "Is a directory",
        "cut.nc": "damaged",
        "text.nc": "no netCDF",
        "empty.nc": "no netCDF",
        "less.nc": "no variable 'gain'",
    }
    for name, reason in reasons.items():
        with pytest.raises(ProblemError) as caught:
            open_dataset(tmp_path / name)
        assert reason in str(caught.value)
        assert str(tmp_path / name) in str(caught.value)


def test_quick_work_shows_nothing() -> None:
    stream = io.StringIO()
    with Meter("work", stream) as meter:
        meter(0.5)
        meter(1.0)
    assert stream.getvalue() == ""


def test_lasting_work_gets_lines_without_a_terminal() -> None:
    stream = io.StringIO()
    with Meter("work", stream, delay=0.0) as meter:
        deadline = time.monotonic() + 10
        while not stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.001)
        for step in range(101):
            meter(step / 100)
    between = [f"noisewise: work: {10 * i} %, about 1 s left" for i in range(1, 10)]
    assert stream.getvalue().splitlines() == ["noisewise: work: 0 %", *between, "noisewise: work: 100 %"]


def test_the_time_left_is_told_at_the_pace_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    with Meter("work", stream, delay=0.0) as meter:
        deadline = time.monotonic() + 10
        while not stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.001)
        began = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: began + 600)
        meter(0.25)
        meter(0.6)
    assert stream.getvalue().splitlines()[1:] == [
        "noisewise: work: 20 %, about 31 min left",
        "noisewise: work: 60 %, about 7 min left",
    ]


def test_a_table_has_one_row_a_cell(dataset: xr.Dataset, tmp_path: Path) -> None:
    """Every number to the last bit; what lies along one axis, or is a point, is no cell."""
    points = {"best_y": ("beta", [1.0, 2.0, 3.0]), "check_x": ("check_point", [0.5])}
    save_dataset(dataset.assign(points), tmp_path / "a.csv")
    held = pd.read_csv(tmp_path / "a.csv", dtype=str)  # older versions read numbers to fewer digits
    keys = ["class0.0.scale", "beta"]
    assert list(held) == [*keys, "risk", "risk_error", "baseline", "gain", "gain_error", "label", "status"]
    assert len(held) == 12
    for _, row in held.iterrows():
        cell = dataset.sel({key: float(row[key]) for key in keys})
        assert all(float(row[name]) == cell[name] for name in ("risk", "gain", "gain_error"))
        assert row["label"] == cell["label"]
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "a.csv.json"]


def test_a_netcdf_file_is_a_table_of_cells_to_all_who_open_it(dataset: xr.Dataset, tmp_path: Path) -> None:
    """Curves lie in a group of their own, and come back with it; in files of older versions they lie in the root."""
    points = {"zero_gain_x": ("zero_gain_point", np.arange(50.0)), "check_x": ("check_point", [0.5])}
    curved = dataset.assign(points)
    save_dataset(curved, tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as root:
        assert len(root.to_dataframe()) == dataset["risk"].size
    with xr.open_dataset(tmp_path / "a.nc", group="curves", engine="h5netcdf") as curves:
        assert set(curves.variables) == set(points)
    assert open_dataset(tmp_path / "a.nc").identical(curved)
    curved.to_netcdf(tmp_path / "older.nc", engine="h5netcdf")
    assert open_dataset(tmp_path / "older.nc").identical(curved)
    save_dataset(dataset, tmp_path / "plain.nc")
    assert open_dataset(tmp_path / "plain.nc").identical(dataset)


def test_datasets_of_unknown_kinds_are_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"expected a name that ends in \.nc or \.zarr or \.csv or \.parquet"):
        save_dataset(dataset, tmp_path / "a.xlsx")
    assert os.listdir(tmp_path) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lasting_work_gets_a_bar_on_a_terminal_that_goes_away() -> None:
    stream = Terminal()
    with Meter("work", stream, delay=0.0) as meter:
        deadline = time.monotonic() + 10
        while "work" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.001)
        meter(0.5)
    assert "work" in stream.getvalue()
    assert "noisewise:" not in stream.getvalue()


def test_a_meter_survives_an_exception() -> None:
    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Meter("work", stream, delay=0.05):
        raise KeyboardInterrupt
    time.sleep(0.15)
    assert stream.getvalue() == ""
