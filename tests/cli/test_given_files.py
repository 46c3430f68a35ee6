"""Files and names that a user hands in: damaged, empty, or with signs that formats and formulas cannot hold."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from simulate.storage import save_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep

Run = Callable[..., "subprocess.CompletedProcess[str]"]
DRAW = ("figures", "phase-bumps", "--from", "a.nc")
PLANE = ("--x", "beta=0.2:0.8:3", "--y", "alpha=0:0.6:3")


@pytest.fixture
def dataset() -> xr.Dataset:
    return sweep(Family("bumps"), Axis("beta", 0.2, 0.8, 3), Axis("alpha", 0.0, 0.6, 3))


@pytest.mark.parametrize("key", ["beta", "alpha"])
def test_an_axis_without_values(key: str, dataset: xr.Dataset, call: Run, tmp_path: Path) -> None:
    save_dataset(dataset.isel({key: slice(0)}), tmp_path / "a.nc")
    result = call(*DRAW)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"a.nc: found no value along '{key}'" in result.stderr


@pytest.mark.parametrize("name", ["$$", "$", r"$\frac$", "a$b", "\\", "ü"])
def test_names_are_drawn_as_they_are(name: str, dataset: xr.Dataset, call: Run, tmp_path: Path) -> None:
    save_dataset(dataset.assign_attrs(name=name), tmp_path / "a.nc")
    result = call(*DRAW)
    assert (result.returncode, result.stderr) == (0, "")


def test_what_cannot_be_drawn_is_said_in_one_line(dataset: xr.Dataset, call: Run, tmp_path: Path) -> None:
    dataset["beta"].attrs["scale"] = "crooked"
    save_dataset(dataset, tmp_path / "a.nc")
    result = call(*DRAW)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "a.nc cannot be drawn: " in result.stderr


def test_damaged_files_have_one_line_and_no_noise(dataset: xr.Dataset, run: Run, tmp_path: Path) -> None:
    whole, draw = bytes(dataset.to_netcdf(engine="h5netcdf")), random.Random(3)
    for k in range(40):
        content = bytearray(whole[: draw.randrange(len(whole))] if k % 3 == 0 else whole)
        for place in np.array([draw.random() for _ in range(draw.choice((0, 5, 50, 400)))]):
            content[int(place * len(content))] = draw.randrange(256)
        (tmp_path / f"{k}.nc").write_bytes(content)
    program = (
        "from simulate.storage import open_dataset\nfor k in range(40):\n    try: open_dataset(f'{k}.nc')\n"
        "    except ValueError as error: print(error)"
    )
    result = run("-W", "ignore", "-c", program, command=[sys.executable])
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) > 10


@pytest.mark.parametrize("sign", ["\\u0000", "\\u0007", "\\uffff"])
def test_signs_that_no_file_can_hold(sign: str, call: Run, tmp_path: Path) -> None:
    laws = "".join(f'[[class{k}]]\nlaw = "gaussian"\nmean = {k}\nscale = 1\n' for k in range(2))
    (tmp_path / "a.toml").write_text(f'name = "a{sign}b"\nprior = 0.5\n{laws}')
    result = call("phase", "a.toml", *PLANE, "--out", "a.nc")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "a.toml: name: found " in result.stderr
    assert "expected a string without control characters" in result.stderr
