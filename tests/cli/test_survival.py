"""What was computed is not computed again: commands that are killed, refused or fail in part, and are given again."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.storage import open_dataset
from tests.cli.conftest import without_progress

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]

# Some seconds of cells in many pieces.
MAP = ("phase", "stripes", "--x", "count=2:15:14", "--y", "gap=0.2:1.2:40")
CHECK = ("check", "bumps", "--x", "spacing=1:3:6", "--y", "alpha=0:1:3", "--samples", "300", "--votes", "11")
SMALL = ("phase", "bumps", "--x", "beta=0.2:0.8:5", "--y", "alpha=0:0.6:4")


def _whole(run: Run, words: tuple[str, ...], folder: Path) -> bytes:
    """The file of an undisturbed run."""
    result = run(*words, "--out", "a.nc")
    assert result.returncode in (0, 1), result.stderr
    content = (folder / "a.nc").read_bytes()
    (folder / "a.nc").unlink()
    assert os.listdir(folder) == []
    return content


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_at_ten_random_moments_the_file_is_the_same(
    number: signal.Signals, run: Run, start: Start, tmp_path: Path
) -> None:
    words = (*MAP, "--workers", "2") if number == signal.SIGKILL else (*MAP, "--check", "1", "--samples", "50")
    whole, draw, kills = _whole(run, words, tmp_path), random.Random(int(number)), 0
    while kills < 10:
        process = start(*words, "--out", "a.nc")
        try:
            process.wait(draw.uniform(0.3, 2.0))
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            kills += 1
            assert process.wait(30) == (-number if number == signal.SIGKILL else 128 + number)
            assert set(os.listdir(tmp_path)) <= {"a.nc.part"}
            continue
        assert process.returncode == 0
        assert (tmp_path / "a.nc").read_bytes() == whole
        assert os.listdir(tmp_path) == ["a.nc"]
        (tmp_path / "a.nc").unlink()
    assert run(*words, "--out", "a.nc").returncode == 0
    assert (tmp_path / "a.nc").read_bytes() == whole
    assert os.listdir(tmp_path) == ["a.nc"]


def test_a_check_that_is_killed_goes_on(run: Run, start: Start, tmp_path: Path) -> None:
    whole = _whole(run, CHECK, tmp_path)
    process = start(*CHECK, "--out", "a.nc")
    part = tmp_path / "a.nc.part"
    while not part.exists() or part.read_bytes().count(b'["piece", "simulated') < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    result = run(*CHECK, "--out", "a.nc")
    assert re.search(r"going on from a\.nc\.part, which holds \d+ finished pieces", result.stderr)
    assert (tmp_path / "a.nc").read_bytes() == whole
    assert os.listdir(tmp_path) == ["a.nc"]


def test_ctrl_c_says_what_is_kept(start: Start, tmp_path: Path) -> None:
    process = start(*MAP, "--out", "a.nc")
    part = tmp_path / "a.nc.part"
    while not part.exists() or b'["piece"' not in part.read_bytes():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    (line,) = without_progress(err)
    kept = r"\d+ finished pieces? (is|are) kept in a\.nc\.part, give the command again to go on"
    assert re.fullmatch(f"noisewise: interrupted; {kept}", line)


def test_a_second_run_for_the_same_file_is_refused(call: Run, start: Start, tmp_path: Path) -> None:
    process = start(*MAP, "--out", "a.nc")
    while not (tmp_path / "a.nc.part").exists() or b'"opened"' not in (tmp_path / "a.nc.part").read_bytes():
        assert process.poll() is None
        time.sleep(0.01)
    result = call(*SMALL, "--out", "a.nc")
    told = f"noisewise: a.nc: process {process.pid} is working for it; wait for its end, or end it\n"
    assert (result.returncode, result.stderr) == (1, told)
    assert process.poll() is None


def test_pieces_of_another_map_are_not_touched_unless_asked(start: Start, call: Run, tmp_path: Path) -> None:
    process = start(*MAP, "--out", "a.nc")
    while not (tmp_path / "a.nc.part").exists() or b'["piece"' not in (tmp_path / "a.nc.part").read_bytes():
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = (tmp_path / "a.nc.part").read_bytes()
    result = call(*SMALL, "--out", "a.nc")
    assert result.returncode == 2
    assert re.match(
        r"noisewise: a\.nc\.part: [a-z0-9 ]+: found finished pieces of .* --fresh to start anew\n", result.stderr
    )
    assert (tmp_path / "a.nc.part").read_bytes() == before
    assert call(*SMALL, "--out", "a.nc", "--fresh").returncode == 0
    assert call(*SMALL, "--out", "b.nc").returncode == 0
    one, two = (open_dataset(tmp_path / name) for name in ("a.nc", "b.nc"))
    assert "--fresh" not in one.attrs["command"]
    assert one.drop_attrs().identical(two.drop_attrs())
    assert sorted(os.listdir(tmp_path)) == ["a.nc", "b.nc"]


def test_a_stage_that_fails_leaves_the_rest(call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such\ncurve")

    words = (*SMALL, "--prove", "--out", "a.nc")
    with monkeypatch.context() as patched:
        patched.setattr("simulate.sweep.curves.best", fail)
        result = call(*words)
    kept = r"\d+ finished pieces are kept in a\.nc\.part, give the command again to go on"
    told = rf"noisewise: failed: curves: ValueError: no such curve; all else is written; {kept}"
    assert result.returncode == 1
    assert re.fullmatch(told, result.stderr.splitlines()[-1])
    dataset = open_dataset(tmp_path / "a.nc")
    assert dataset.attrs["failed"] == "curves: ValueError: no such curve"
    assert "proof" in dataset
    assert "best_x" not in dataset
    asked: list[object] = []
    monkeypatch.setattr("simulate.sweep.sweep.evaluate", asked.append)
    assert call(*words).returncode == 0
    assert asked == []
    assert "best_x" in open_dataset(tmp_path / "a.nc")
    assert os.listdir(tmp_path) == ["a.nc"]


def test_a_place_that_cannot_be_written_is_told_at_once(call: Run, tmp_path: Path) -> None:
    (tmp_path / "a.nc.part").mkdir()
    result = call(*SMALL, "--out", "a.nc")
    assert (result.returncode, result.stderr) == (1, "noisewise: a.nc.part: Is a directory\n")
