"""`noisewise figures`: recipes in small, their files, going on after an interruption, and what is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from simulate.experiments import recipes
from simulate.experiments.discs import VARIABLES, Study
from simulate.storage import open_dataset
from theory import regimes

Run = Callable[..., "subprocess.CompletedProcess[str]"]

TINY = Study((0.0, 1.0), 3, (0.0, 1.0, 2.0), (2.0,), side=12.0, radius=3.0, tries=40, seed=1)
SMALL = {
    "plane": {"plane-anisotropic": recipes.Pictured(regimes.anisotropic(), 0.5, 0.5)},
    "disc-experiment": {"disc-experiment": TINY},
    "interference": {
        "interference-alpha": replace(TINY, count=3),
        "interference-beta": replace(TINY, alphas=(0.0, 1.0), betas=(1.5, 2.0), count=3),
    },
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, sources in SMALL.items():
        monkeypatch.setitem(recipes.RECIPES, name, replace(recipes.RECIPES[name], sources=sources))


@pytest.mark.slow
def test_all_recipes_with_two_draws(call: Run, tmp_path: Path) -> None:
    result = call("figures", "--out", "made/here", "--draws", "2")
    assert result.returncode == 0, result.stderr
    stems = ("plane-anisotropic", "disc-experiment", "interference")
    expected = {f"{stem}{suffix}" for stem in stems for suffix in (".png", ".pdf", ".nc")} - {"interference.nc"}
    expected |= {"interference-alpha.nc", "interference-beta.nc"}
    assert set(os.listdir(tmp_path / "made/here")) == expected
    assert sorted(line.split()[-1] for line in result.stdout.splitlines()) == sorted(f"made/here/{e}" for e in expected)
    assert open_dataset(tmp_path / "made/here/disc-experiment.nc", VARIABLES).sizes["draw"] == 2


@pytest.mark.slow
def test_files_are_continued_and_can_be_drawn_again(call: Run, tmp_path: Path) -> None:
    for words in (("--draws", "2"), ()):
        assert call("figures", "disc-experiment", *words).returncode == 0
    dataset = open_dataset(tmp_path / "disc-experiment.nc", VARIABLES)
    assert dataset.sizes["draw"] == 3
    assert dataset["risk"].notnull().all()
    before = (tmp_path / "disc-experiment.nc").read_bytes()
    result = call("figures", "disc-experiment", "--from", "disc-experiment.nc", "--out", "again")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "disc-experiment.nc").read_bytes() == before
    assert sorted(os.listdir(tmp_path / "again")) == ["disc-experiment.pdf", "disc-experiment.png"]
    for name in os.listdir(tmp_path / "again"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.slow
def test_a_study_in_parts_is_drawn_as_one(call: Run, tmp_path: Path) -> None:
    assert call("figures", "disc-experiment", "--draws", "2").returncode == 0
    whole = open_dataset(tmp_path / "disc-experiment.nc", VARIABLES)
    for k in (0, 1):
        whole.isel(gap=[k]).to_netcdf(tmp_path / f"{k}.nc", engine="h5netcdf")
    assert call("figures", "disc-experiment", "--from", "1.nc", "0.nc", "--out", "again").returncode == 0
    assert (tmp_path / "again/disc-experiment.png").read_bytes() == (tmp_path / "disc-experiment.png").read_bytes()


@pytest.mark.slow
def test_the_plane_drawn_again_is_the_same(call: Run, tmp_path: Path) -> None:
    assert call("figures", "plane").returncode == 0
    assert call("figures", "plane", "--from", "plane-anisotropic.nc", "--out", "again").returncode == 0
    for suffix in (".png", ".pdf"):
        name = f"plane-anisotropic{suffix}"
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


BAD = [
    (("disc-experimnt",), "did you mean disc-experiment?"),
    (("--from", "a.nc"), "--from: found no names"),
    (("plane", "interference", "--from", "a.nc"), "--from: found 2 names"),
    (("plane", "--from", "gone.nc"), "gone.nc: found an unreadable file"),
    (("plane", "--draws", "1"), "draws: found 1"),
    (("plane", "--workers", "0"), "workers: found 0"),
    (("plane", "--out", "file"), "--out: found the file 'file'"),
]


@pytest.mark.parametrize(("words", "expected"), BAD, ids=[" ".join(words) for words, _expected in BAD])
def test_bad_input(words: tuple[str, ...], expected: str, call: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = call("figures", *words)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert expected in result.stderr
    assert os.listdir(tmp_path) == ["file"]


def test_files_of_other_figures_are_refused(call: Run) -> None:
    assert call("figures", "disc-experiment", "interference", "--draws", "2").returncode == 0
    for words in (("plane", "interference-beta.nc"), ("disc-experiment", "disc-experiment.nc", "interference-beta.nc")):
        result = call("figures", words[0], "--from", *words[1:])
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_file_of_another_study_is_left_alone(call: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("figures", "disc-experiment", "--draws", "2").returncode == 0
    before = (tmp_path / "disc-experiment.nc").read_bytes()
    other = replace(recipes.RECIPES["disc-experiment"], sources={"disc-experiment": replace(TINY, seed=5)})
    monkeypatch.setitem(recipes.RECIPES, "disc-experiment", other)
    result = call("figures", "disc-experiment")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "another study" in result.stderr
    assert (tmp_path / "disc-experiment.nc").read_bytes() == before
