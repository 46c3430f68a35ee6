"""`noisewise figures`: recipes in small, their files, going on after an interruption, and what is refused."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulate.cli import main
from simulate.experiments import curves, recipes
from simulate.experiments.discs import VARIABLES, Study
from simulate.experiments.sources import Computed, Map, Pictured, Placed
from simulate.storage import open_dataset

Run = Callable[..., "subprocess.CompletedProcess[str]"]

TINY = Study((0.0, 1.0), 3, (0.0, 1.0, 2.0), (2.0,), side=12.0, radius=3.0, tries=40, seed=1)
SMALL: dict[str, dict[str, Any]] = {
    "plane": {"plane-anisotropic": Pictured("anisotropic", 0.5, 0.5)},
    "disc-experiment": {"disc-experiment": Placed(TINY)},
    "interference": {
        "interference-alpha": Placed(replace(TINY, count=3)),
        "interference-beta": Placed(replace(TINY, alphas=(0.0, 1.0), betas=(1.5, 2.0), count=3)),
    },
    "phase-bumps": {"phase-bumps": Map("bumps", "alpha=0:1:5", "beta=0.1:1:5")},
    "rules": {
        stem: Computed(curves.rules, {"title": stem, "beta": 0.5, "reach": 1.0, "count": 5}, (regime, {}))
        for stem, regime in (("rules-gaussians", "two-gaussians"), ("rules-intervals", "intervals"))
    },
}
SUFFIXES = (".pdf", ".png", ".svg")


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in recipes.RECIPES.copy():
            if name in SMALL:
                patch.setitem(recipes.RECIPES, name, replace(recipes.RECIPES[name], sources=SMALL[name]))
            else:
                patch.delitem(recipes.RECIPES, name)
        yield


@pytest.fixture(scope="module")
def whole(small: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """All recipes with two draws in a folder, and what the command said."""
    folder, said = tmp_path_factory.mktemp("whole"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["noisewise", "figures", "--out", "made/here", "--draws", "2"])
        assert main() == 0
    return folder / "made/here", said.getvalue()


@pytest.fixture
def made(whole: tuple[Path, str], tmp_path: Path) -> None:
    """All these files are there before the test begins."""
    shutil.copytree(whole[0], tmp_path, dirs_exist_ok=True)


@pytest.mark.slow
def test_all_recipes_with_two_draws(whole: tuple[Path, str]) -> None:
    folder, said = whole
    stems = ("plane-anisotropic", "disc-experiment", "interference", "phase-bumps", "rules")
    expected = {f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES}
    expected |= {f"{stem}.nc" for sources in SMALL.values() for stem in sources}
    assert set(os.listdir(folder)) == expected | {"drawn.json"}
    assert sorted(line.split()[-1] for line in said.splitlines()) == sorted(f"made/here/{e}" for e in expected)
    assert open_dataset(folder / "disc-experiment.nc", VARIABLES).sizes["draw"] == 2


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_files_are_continued_and_can_be_drawn_again(call: Run, tmp_path: Path) -> None:
    assert call("figures", "disc-experiment").returncode == 0
    dataset = open_dataset(tmp_path / "disc-experiment.nc", VARIABLES)
    assert dataset.sizes["draw"] == 3
    assert dataset["risk"].notnull().all()
    before = (tmp_path / "disc-experiment.nc").read_bytes()
    result = call("figures", "disc-experiment", "--from", "disc-experiment.nc", "--out", "again")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "disc-experiment.nc").read_bytes() == before
    names = [f"disc-experiment{suffix}" for suffix in SUFFIXES]
    assert sorted(os.listdir(tmp_path / "again")) == [*names, "drawn.json"]
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_a_study_in_parts_is_drawn_as_one(call: Run, tmp_path: Path) -> None:
    whole = open_dataset(tmp_path / "disc-experiment.nc", VARIABLES)
    for k in (0, 1):
        whole.isel(gap=[k]).to_netcdf(tmp_path / f"{k}.nc", engine="h5netcdf")
    assert call("figures", "disc-experiment", "--from", "1.nc", "0.nc", "--out", "again").returncode == 0
    assert (tmp_path / "again/disc-experiment.png").read_bytes() == (tmp_path / "disc-experiment.png").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_the_plane_drawn_again_is_the_same(call: Run, tmp_path: Path) -> None:
    assert call("figures", "plane", "--from", "plane-anisotropic.nc", "--out", "again").returncode == 0
    for suffix in SUFFIXES:
        name = f"plane-anisotropic{suffix}"
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_what_is_unchanged_stays_and_what_is_missing_comes_back(call: Run, tmp_path: Path) -> None:
    words = ("figures", "phase-bumps", "rules")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}
    again = call(*words).stdout.splitlines()
    assert all(line.startswith("kept ") for line in again)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()} == before
    (tmp_path / "rules.png").unlink()
    (tmp_path / "phase-bumps.svg").write_text("spoilt")
    assert "kept rules-gaussians.nc" in call(*words).stdout
    for path, (_time, content) in before.items():
        assert path.read_bytes() == content, path
    wide = call(*words[:2], "--columns", "2").stdout.splitlines()
    assert wide == ["kept phase-bumps.nc", *(f"wrote phase-bumps{suffix}" for suffix in (".png", ".pdf", ".svg"))]


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_other_inputs_are_computed_anew(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("figures", "phase-bumps").stdout.splitlines()[0] == "kept phase-bumps.nc"
    other = {"phase-bumps": Map("bumps", "alpha=0:1:5", "beta=0.1:1.5:5")}
    monkeypatch.setitem(recipes.RECIPES, "phase-bumps", replace(recipes.RECIPES["phase-bumps"], sources=other))
    assert call("figures", "phase-bumps").stdout.splitlines()[0] == "wrote phase-bumps.nc"
    assert call("figures", "phase-bumps", "--fresh").stdout.splitlines()[0] == "wrote phase-bumps.nc"


def test_the_list_says_what_each_figure_shows(call: Run, tmp_path: Path) -> None:
    lines = call("figures", "--list").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(recipes.RECIPES)
    assert not list(tmp_path.iterdir())


BAD = [
    (("rules", "--columns", "1"), "--columns: found 1, expected 2 for rules"),
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


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_files_of_other_figures_are_refused(call: Run) -> None:
    for words in (("plane", "interference-beta.nc"), ("disc-experiment", "disc-experiment.nc", "interference-beta.nc")):
        result = call("figures", words[0], "--from", *words[1:])
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("made")
def test_a_file_of_another_study_is_left_alone(call: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (tmp_path / "disc-experiment.nc").read_bytes()
    other = replace(recipes.RECIPES["disc-experiment"], sources={"disc-experiment": Placed(replace(TINY, seed=5))})
    monkeypatch.setitem(recipes.RECIPES, "disc-experiment", other)
    result = call("figures", "disc-experiment")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "another study" in result.stderr
    assert (tmp_path / "disc-experiment.nc").read_bytes() == before
