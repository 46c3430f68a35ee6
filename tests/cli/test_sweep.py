"""`noisewise sweep`: any number of keys, and planes that are drawn of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.storage import open_dataset

Run = Callable[..., "subprocess.CompletedProcess[str]"]

WORDS = ("sweep", "bumps", "--axis", "spacing=1:3:3", "--axis", "alpha=0:1:4", "--axis", "beta=0.2:1:5")


def test_three_keys_and_a_plane_of_them(call: Run, tmp_path: Path) -> None:
    result = call(*WORDS, "--eps", "0.1", "--out", "a.nc")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("wrote a.nc\nlabel ")
    dataset = open_dataset(tmp_path / "a.nc")
    assert dict(dataset["gain"].sizes) == {"spacing": 3, "alpha": 4, "beta": 5}
    assert dataset.attrs["command"] == f"noisewise {' '.join(WORDS)} --eps 0.1 --out a.nc"
    result = call("phase", "a.nc", "--sel", "spacing=2.1", "--out", "b.csv", "--figure", "b.png")
    assert result.returncode == 0, result.stderr
    assert call(
        "phase",
        "bumps",
        "--set",
        "spacing=2",
        "--x",
        "beta=0.2:1:5",
        "--y",
        "alpha=0:1:4",
        "--eps",
        "0.1",
        "--out",
        "c.csv",
    )
    assert (tmp_path / "b.csv").read_text() == (tmp_path / "c.csv").read_text()
    assert json.loads((tmp_path / "b.csv.json").read_text())["attributes"]["spacing"] == 2.0
    result = call("phase", "a.nc", "--figure", "d.png")
    assert (result.returncode, "found 3 keys are left: spacing, alpha, beta" in result.stderr) == (2, True)


def test_json(call: Run) -> None:
    result = call(*WORDS, "--out", "a.parquet", "--json")
    said = json.loads(result.stdout)
    assert (said["cells"], sum(said["labels"].values()), said["written"]) == (60, 60, {"dataset": "a.parquet"})
    assert [axis["key"] for axis in said["axes"]] == ["spacing", "alpha", "beta"]


def test_a_store_of_more_than_fits_into_memory(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ("phase", "bumps", "--set", "spacing=1.5", "--x", "beta=0.2:1.6:40", "--y", "alpha=0:1.2:30")
    plain = call(*words, "--out", "a.nc")
    monkeypatch.setattr("simulate.sweep.chunks.MOST_CELLS", 100)
    monkeypatch.setattr("simulate.sweep.held.MOST_CELLS", 100)
    monkeypatch.setattr("simulate.sweep.plane.MOST_DRAWN", 700)
    result = call(*words, "--out", "a.zarr", "--figure", "a.png")
    assert result.returncode == 0, result.stderr
    one, other = open_dataset(tmp_path / "a.nc"), open_dataset(tmp_path / "a.zarr")
    assert result.stdout.split("label")[1] == plain.stdout.split("label")[1]
    assert one.drop_attrs().equals(other.drop_attrs())
    assert "zero_gain_x" in other
    assert sorted(os.listdir(tmp_path)) == ["a.nc", "a.png", "a.zarr"]
    refused = call(*words, "--out", "b.nc")
    assert refused.returncode == 2
    assert "found 1200 cells, expected at most 100, or --out FILE.zarr" in refused.stderr
    assert call(*words, "--out", "a.zarr", "--prove").returncode == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sweep", "bumps", "--out", "a.nc"), "--axis: found nothing, expected KEY=LO:HI:COUNT"),
        (
            ("sweep", "bumps", "--axis", "beta=0:1:3", "--axis", "beta=0:1:3", "--out", "a.nc"),
            "beta: found more than one",
        ),
        ((*WORDS, "--out", "a.txt"), "expected a name that ends in .nc or .zarr or .csv or .parquet"),
        ((*WORDS, "--out", "folder.zarr"), "'folder.zarr', which is no Zarr store, expected a new name"),
        (("phase", "bumps", "--sel", "a=1", "--x", "beta=0:1:3", "--y", "alpha=0:1:3"), "--sel: found"),
    ],
)
def test_bad_input_gets_one_line(words: tuple[str, ...], told: str, call: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.zarr").mkdir()
    (tmp_path / "folder.zarr" / "mine.txt").write_text("precious")
    result = call(*words)
    assert result.returncode == 2
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert (tmp_path / "folder.zarr" / "mine.txt").read_text() == "precious"
