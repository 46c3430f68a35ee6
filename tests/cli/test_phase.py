"""`noisewise phase`: what it writes, and that nothing which stops it harms what was there."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulate.storage import open_dataset
from tests.cli.conftest import without_progress
from theory import compare, loads_problem, regimes
from theory.problems.problem import Training
from theory.problems.problem_file import dumps_problem

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]

SMALL = ("phase", "two-scales", "--x", "separation=0.5:3:4", "--y", "alpha=0:1.5:5", "--set", "dim=1")
# Minutes of work: something to be interrupted in.
LONG = ("phase", "bumps", "--x", "spacing=0.5:3:2000", "--y", "scale=0.1:1:2000")


def test_a_dataset_and_a_figure(call: Run, tmp_path: Path) -> None:
    words = (*SMALL, "--out", "a.nc", "--figure", "a.png", "--beta", "0.4")
    result = call(*words)
    assert result.returncode == 0, result.stderr
    assert sorted(os.listdir(tmp_path)) == ["a.nc", "a.png"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert result.stdout.startswith("wrote a.nc\nwrote a.png\n")
    dataset = open_dataset(tmp_path / "a.nc")
    assert dataset["gain"].dims == ("alpha", "separation")
    assert dataset.attrs["command"] == shlex.join(["noisewise", *words])
    assert (dataset.attrs["regime"], dataset.attrs["beta"]) == ("two-scales", 0.4)
    assert loads_problem(dataset.attrs["problem"]) == regimes.two_scales(dim=1)
    cell = dataset.sel(separation=3.0, alpha=1.5)
    exact = compare(regimes.two_scales(dim=1, separation=3.0), 1.5, 0.4)
    assert float(cell["gain"]) == pytest.approx(exact.gain.value, abs=2 * exact.gain.error)
    assert np.isfinite(dataset["best_y"]).any()


def test_few_cells_give_the_same_picture(call: Run, tmp_path: Path) -> None:
    words = ("phase", "stripes", "--x", "beta=0.1:1.2:40", "--y", "alpha=0:1:40")
    assert call(*words, "--out", "full.nc").returncode == 0
    result = call(*words, "--adaptive", "--tolerance", "0.01", "--out", "few.nc", "--figure", "few.png", "--check", "2")
    assert result.returncode == 0, result.stderr
    full, few = open_dataset(tmp_path / "full.nc"), open_dataset(tmp_path / "few.nc")
    assert f"evaluated {few.attrs['evaluations']} cells, interpolated others within 0.01" in result.stdout
    assert few.attrs["evaluations"] == few["evaluated"].sum() < few["gain"].size / 2
    assert np.abs(few["gain"] - full["gain"]).max() <= 0.01
    assert (few["label"] == full["label"]).all()
    assert {"zero_gain_x", "best_y", "check_agrees"} <= set(few.variables)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--adaptive", "--prove"), "--adaptive: found --prove beside it, expected one of the two"),
        (("--tolerance", "0.1"), "--tolerance: found 0.1, expected --adaptive beside it"),
        (("--adaptive", "--tolerance", "0"), "tolerance: found 0.0, expected a positive number"),
        (("--adaptive",), "adaptive: found 4 x 5 cells, expected more than 16 along each axis"),
    ],
)
def test_few_cells_are_refused_in_one_line(call: Run, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    result = call(*SMALL, *words, "--out", "a.nc")
    assert result.returncode == 2
    assert told in result.stderr
    assert len(without_progress(result.stderr)) == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("option", ["--adaptive", "--prove"])
def test_more_than_fits_into_memory_is_refused(call: Run, tmp_path: Path, option: str) -> None:
    axes = ("--x", "beta=0.5:3:2001", "--y", "alpha=0:1:2001")
    result = call("phase", "bumps", *axes, option, "--out", "a.zarr")
    assert result.returncode == 2
    assert f"{option}: found 4004001 cells, more than fit into memory, expected at most 4000000" in result.stderr
    assert os.listdir(tmp_path) == []


def test_the_command_in_a_file_repeats_it(call: Run, tmp_path: Path) -> None:
    assert call(*SMALL, "--out", "a.nc").returncode == 0
    before = (tmp_path / "a.nc").read_bytes()
    command = shlex.split(open_dataset(tmp_path / "a.nc").attrs["command"])
    assert call(*command[1:]).returncode == 0
    assert (tmp_path / "a.nc").read_bytes() == before


def test_workers_change_nothing(run: Run, tmp_path: Path) -> None:
    for workers in ("1", "2"):
        result = run(*SMALL, "--out", f"{workers}.nc", "--workers", workers)
        assert result.returncode == 0, result.stderr
    one, two = (open_dataset(tmp_path / f"{workers}.nc") for workers in "12")
    one.attrs["command"] = two.attrs["command"]
    assert one.identical(two)


def test_proofs(call: Run, tmp_path: Path) -> None:
    words = ("phase", "stripes", "--x", "gap=0.2:0.8:3", "--y", "alpha=0:0.5:3", "--beta", "0.8", "--prove")
    result = call(*words, "--out", "a.nc", "--figure", "a.png")
    assert result.returncode == 0, result.stderr
    assert "proved-help" in result.stdout
    dataset = open_dataset(tmp_path / "a.nc")
    assert {"proved-help", "proved-hurt", "proved-neutral"} >= set(dataset["label"].to_numpy().ravel().tolist())
    assert (dataset["proof_low"] <= dataset["gain"] + dataset["gain_error"]).all()


def test_without_proofs_the_labels_stay(call: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(dumps_problem(replace(regimes.bumps(count=1), training=Training("regression"))))
    words = ("phase", "p.toml", "--x", "beta=0.3:0.6:2", "--y", "alpha=0.1:0.5:2")
    result = call(*words, "--prove", "--out", "a.nc")
    assert result.returncode == 0, result.stderr
    assert "no proofs: " in result.stderr
    assert "proof" not in open_dataset(tmp_path / "a.nc")


def test_without_arguments_a_checked_default_diagram(call: Run, tmp_path: Path) -> None:
    sizes = ("--x", "beta=0.6:0.9:4", "--y", "alpha=0:1:4", "--check", "2", "--samples", "500", "--votes", "11")
    result = call("phase", *sizes)
    assert result.returncode == 0, result.stderr
    assert sorted(os.listdir(tmp_path)) == ["phase.nc", "phase.png"]
    dataset = open_dataset(tmp_path / "phase.nc")
    assert {"exact-help", "exact-hurt", "neutral"} == set(dataset["label"].to_numpy().ravel().tolist())
    assert np.isfinite(dataset["zero_gain_x"]).any()
    assert dataset["check_agrees"].to_numpy().tolist() == [1, 1, 1, 1]
    assert (dataset.attrs["seed"], dataset.attrs["votes"], dataset.attrs["samples"]) == (0, 11, 500)
    assert "Monte Carlo agrees at 4 of 4 points" in result.stdout


def test_only_what_is_asked_for_is_written(call: Run, tmp_path: Path) -> None:
    assert call(*SMALL, "--figure", "a.svg").returncode == 0
    assert os.listdir(tmp_path) == ["a.svg"]


def _under_way(start: Start, *words: str) -> subprocess.Popen[str]:
    """A long diagram that has begun to report."""
    process = start(*LONG, "--out", "a.nc", *words)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("noisewise: sweeping: 0 %"), line
    return process


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_diagram_cut_short_leaves_the_old_file(
    number: signal.Signals, workers: str, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "a.nc").write_text("old")
    process = _under_way(start, "--workers", workers)
    children = _children(process.pid)
    assert len(children) >= (2 if workers == "2" else 0)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: to all processes of the command
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert out == ""
    if number != signal.SIGKILL:
        said = "interrupted" if number == signal.SIGINT else "terminated"
        kept = r"1 finished piece is|\d+ finished pieces are"
        assert process.returncode == 128 + number
        (line,) = without_progress(err)
        told = rf"noisewise: {said}(; ({kept}) kept in a\.nc\.part, give the command again to go on)?"
        assert re.fullmatch(told, line)
    assert (tmp_path / "a.nc").read_text() == "old"
    assert set(os.listdir(tmp_path)) <= {"a.nc", "a.nc.part"}
    deadline = time.monotonic() + 10
    while any(_alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(child) for child in children)


# A curve that takes long: the best alpha at many places along an axis that is not beta.
CURVED = ("phase", "stripes", "--x", "gap=0.3:1.6:99", "--y", "alpha=0:1.2:3", "--beta", "0.8")


def test_cells_are_safe_before_curves_begin(start: Start, tmp_path: Path) -> None:
    process = start(*CURVED, "--out", "a.nc")
    assert process.stderr is not None
    while not process.stderr.readline().startswith("noisewise: tracing curves"):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert os.listdir(tmp_path) == ["a.nc.part"]
    again = start(*CURVED, "--out", "a.nc")
    assert again.stderr is not None
    assert re.match(r"noisewise: going on from a\.nc\.part, which holds \d+ finished pieces", again.stderr.readline())


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# No file may grow beyond 2000 bytes: as on a full disk, a write fails half way.
LITTLE_DISK = (
    "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
    "runpy.run_module('noisewise', run_name='__main__', alter_sys=True)"
)


@pytest.mark.parametrize("option", ["--out", "--figure"])
def test_a_full_disk_leaves_the_old_file(option: str, run: Run, tmp_path: Path) -> None:
    name = {"--out": "a.nc", "--figure": "a.png"}[option]
    (tmp_path / name).write_text("old")
    result = run(*SMALL, option, name, command=[sys.executable, "-c", LITTLE_DISK])
    lines = without_progress(result.stderr)
    kept = rf"\d+ finished pieces are kept in {name}\.part, give the command again to go on"
    assert (result.returncode, len(lines)) == (1, 1)
    assert re.fullmatch(rf"noisewise: ({name}|{name}\.part): File too large; {kept}", lines[0])
    assert (tmp_path / name).read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == [name, f"{name}.part"]
    assert run(*SMALL, option, name).returncode == 0
    assert os.listdir(tmp_path) == [name]
