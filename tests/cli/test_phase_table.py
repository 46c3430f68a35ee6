"""`noisewise phase` of datasets that were kept and of the user's measured risks: drawn as they are, or one line."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from figures import phase
from simulate.storage import open_array, save_dataset
from simulate.sweep.plane import measured_map, open_dataset
from tests.figures.examples import full
from theory.errors import ProblemError

Run = Callable[..., "subprocess.CompletedProcess[str]"]

ALPHA, BETA = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 0.3, 0.6, 0.9]
AXES = ("--x", "beta=0:0.9:4", "--y", "alpha=0:1:6")


def risks(seeds: int = 3) -> np.ndarray:
    """Training noise helps at large smoothing noise and hurts at small."""
    a, b = np.meshgrid(ALPHA, BETA, indexing="ij")
    noise = np.random.default_rng(1).normal(0, 0.01, (seeds, *a.shape))
    return 0.2 + 0.3 * b**2 + 0.3 * a * (a - 1.5 * b) + noise


def trained() -> xr.Dataset:
    """What `noisewise train` writes: risks of each seed, and along other dimensions certificates, shares and losses."""
    held = measured_map(risks(), ALPHA, BETA)
    dataset = held.drop_vars("risk").assign(mean_risk=held["risk"], risk=(("seed", "alpha", "beta"), risks()))
    dataset["certified"] = (("seed", "alpha", "beta", "eps"), np.repeat(risks()[..., None], 2, axis=3))
    dataset["share"] = (("alpha", "beta", "class"), np.full((6, 4, 10), 0.1))
    dataset["loss"] = (("seed", "alpha", "epoch"), np.ones((3, 6, 5)))
    dataset["converged"] = (("seed", "alpha"), np.ones((3, 6), bool))
    dataset = dataset.assign_coords(eps=[0.1, 0.2], seed=[0, 1, 2])
    attrs = {"x_key": "beta", "y_key": "alpha", "data": "digits", "model": "mlp", "samples": 300, "command": "before"}
    return dataset.drop_attrs(deep=False).assign_attrs(attrs)


@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_what_training_wrote_is_drawn(name: str, call: Run, tmp_path: Path) -> None:
    save_dataset(trained(), tmp_path / "trained.nc")
    result = call("phase", "trained.nc", "--figure", name)
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(os.listdir(tmp_path)) == [name, "trained.nc"]
    assert result.stdout.startswith(f"wrote {name}\n")


def test_what_is_kept_again_is_the_same(call: Run, tmp_path: Path) -> None:
    save_dataset(trained(), tmp_path / "trained.nc")
    result = call("phase", "trained.nc", "--out", "again.nc")
    assert (result.returncode, result.stderr) == (0, "")
    assert open_dataset(tmp_path / "again.nc").identical(open_dataset(tmp_path / "trained.nc"))


def test_a_sweep_is_drawn_from_its_file_as_when_it_was_made(call: Run, tmp_path: Path) -> None:
    save_dataset(full(), tmp_path / "a.nc")
    phase.save(full(), tmp_path / "a.png")
    result = call("phase", "a.nc", "--figure", "b.png")
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_measured_table_becomes_dataset_figure_and_cells(call: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", risks())
    result = call("phase", "mine.npy", *AXES, "--out", "a.nc", "--figure", "a.png", "--json")
    assert result.returncode == 0, result.stderr
    said, dataset = json.loads(result.stdout), open_dataset(tmp_path / "a.nc")
    assert said["written"] == {"dataset": "a.nc", "figure": "a.png"}
    assert (said["name"], said["cells"], sum(said["labels"].values())) == ("mine", 24, 24)
    assert said["x"] == {"key": "beta", "low": 0.0, "high": 0.9, "count": 4}
    assert {"significant-help", "significant-hurt", "neutral"} <= set(said["labels"])
    assert dataset.drop_attrs(deep=False).identical(measured_map(risks(), ALPHA, BETA).drop_attrs(deep=False))
    assert dataset.attrs["command"].startswith("noisewise phase mine.npy")
    assert call("phase", "a.nc", "--out", "a.csv").returncode == 0
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "alpha,beta,risk,baseline,gain,gain_low,gain_high,label,best"
    assert len(lines) == 25


def test_one_table_without_seeds_is_measured_only(call: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", risks()[0].astype(np.float32))
    result = call("phase", "mine.npy", *AXES)
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(os.listdir(tmp_path)) == ["mine.npy", "phase.png"]
    assert [line.split()[0] for line in result.stdout.splitlines()[2:]] == ["measured-help", "measured-hurt", "neutral"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prove",), "--prove: found True"),
        (("--workers", "2"), "--workers: found 2"),
        (("--check", "3"), "--check: found 3"),
        (("--check", "0"), "--check: found 0"),
        (("--votes", "11"), "--votes: found 11"),
        (("--samples", "11"), "--samples: found 11"),
        (("--seed", "1"), "--seed: found 1"),
        (("--set", "prior=0.2"), "--set: found ('prior=0.2',)"),
        (("--eps", "0.1"), "--eps: found 0.1"),
        (("--alpha", "0.1"), "--alpha: found 0.1"),
        (("--beta", "0.1"), "--beta: found 0.1"),
        (("--ratio", "2"), "--ratio: found 2.0"),
    ],
)
@pytest.mark.parametrize("name", ["a.nc", "a.npy"])
def test_options_that_make_no_sense_are_refused(name: str, words: tuple[str, ...], said: str, call: Run) -> None:
    """Before the file is opened."""
    result = call("phase", name, *(AXES if name == "a.npy" else ()), *words, "--figure", "a.png")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"{said}, expected no such option beside {name}" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.nc", "--x", "beta=0:1:3"), "--x: found 'beta=0:1:3', expected no such option beside a.nc"),
        (("a.npy", *AXES[:2]), "--y: found nothing, expected alpha=LO:HI:COUNT"),
        (("a.npy", "--x", "alpha=0:1:6", "--y", "beta=0:0.9:4"), "--x: found 'alpha=0:1:6', expected beta=LO:HI:COUNT"),
        (("a.npy", *AXES[:2], "--y", "alpha=0.1:1:6"), "a.npy: alpha: found 0.1 in the first row, expected alpha = 0"),
        (("a.npy", *AXES[:2], "--y", "alpha=0:1:5"), "a.npy: risk: found an array of shape (3, 6, 4)"),
        (("gone.npy", *AXES), "gone.npy: found an unreadable file (No such file or directory)"),
        (("gone.nc",), "gone.nc: found an unreadable file (No such file or directory)"),
    ],
)
def test_axes_and_files_that_do_not_fit(words: tuple[str, ...], said: str, call: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", risks())
    result = call("phase", *words, "--figure", "a.png")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (np.full((6, 4), np.nan), "risk: found nan"),
        (np.full((6, 4), 1.01), "risk: found 1.01, expected risks in [0, 1]"),
        (np.full((6, 4), 0.5j), "risk: found 0.5j"),
        (np.full((6, 4), "a"), "risk: found 'a'"),
        (np.zeros((6, 4), [("a", float)]), "risk: found"),
        (np.full((6, 4), None), "found an unreadable file"),
        (np.zeros((0, 6, 4)), "risk: found an array of shape (0, 6, 4)"),
    ],
)
def test_arrays_that_are_no_risks(held: np.ndarray, said: str, call: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", held, allow_pickle=True)
    result = call("phase", "a.npy", *AXES)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"a.npy: {said}" in result.stderr


def test_what_a_file_holds_besides_its_cells_may_be_wrong(call: Run, tmp_path: Path) -> None:
    for attrs in ({"settings": "{"}, {"eps": "much"}, {"eps": [1.0, 2.0]}):
        save_dataset(trained().assign_attrs(attrs), tmp_path / "a.nc")
        result = call("phase", "a.nc", "--figure", "a.png")
        assert (result.returncode, result.stderr.count("\n")) == (2, 1)
        assert "a.nc cannot be drawn" in result.stderr


def test_damaged_arrays_are_refused_and_nothing_else_happens(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", risks())
    whole, draw, read = (tmp_path / "a.npy").read_bytes(), random.Random(5), 0
    for k in range(200):
        content = bytearray(whole[: draw.randrange(len(whole))] if k % 3 == 0 else whole)
        for _ in range(draw.choice((1, 3, 20)) if k % 3 else 0):
            content[draw.randrange(128)] = draw.randrange(256)
        (tmp_path / "b.npy").write_bytes(content)
        with contextlib.suppress(ProblemError):
            open_array(tmp_path / "b.npy")
            read += 1
    assert 0 < read < 100


def test_an_array_that_says_more_than_there_is_takes_no_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**20)})
        file.write(b"0" * 100)
    with pytest.raises(ProblemError, match="unreadable file"):
        open_array(tmp_path / "a.npy")
