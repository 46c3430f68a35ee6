"""Signals at random moments of commands that compute, and what they leave behind.

    python -m tests.cli.signals [N] [SEED]

N times one of the commands is started in an empty folder, with or without an old file in it, and gets SIGINT or SIGTERM
after a random share of the time that it takes: while Python starts, imports, compiles, simulates, draws or writes. It
must end with 130 or 143 (0 where it was finished), one line on standard error beside progress, no process, and no file
but a complete one. Before the first line of the program the signal ends Python itself, which may say where it was.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from simulate.storage import open_dataset
from tests.cli.conftest import COMMAND, ROOT, without_progress
from theory.errors import ProblemError

WORDS = {
    "mc": ("mc", "bumps", "--alpha", "0.3", "--beta", "0.5", "--votes", "101", "--samples", "60000"),
    "check": ("check", "bumps", "--x", "beta=0.2:0.8:3", "--y", "alpha=0:0.6:3", "--samples", "4000", "--out", "a.nc"),
    "phase": (
        *("phase", "bumps", "--x", "beta=0.02:1.6:81", "--y", "alpha=0:1.5:81", "--workers", "2", "--check", "1"),
        *("--out", "a.nc", "--figure", "a.png"),
    ),
}
LINES = {signal.SIGINT: "noisewise: interrupted", signal.SIGTERM: "noisewise: terminated"}
START = "start"  # the status of what was ended before it began
PATIENCE = 20.0


def begin(words: tuple[str, ...], folder: Path) -> subprocess.Popen[str]:
    """A command in a session of its own. Tests that run in the background inherit that Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, before)
    return process


def seconds(words: tuple[str, ...]) -> float:
    """How long a command takes from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process = begin(words, Path(folder))
        _out, err = process.communicate()
        assert process.returncode == 0, err
        return time.monotonic() - began


def struck(words: tuple[str, ...], number: signal.Signals, delay: float, *, old: bool, group: bool) -> tuple[str, str]:
    """What came of a command that got a signal after a delay, and what is wrong with that, if anything.

    old: a file is there before. group: all processes of the command get the signal, as from a terminal.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if old:
            (folder / "a.nc").write_text("old")
        process = begin(words, folder)
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, number) if group else process.send_signal(number)
        try:
            err = process.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return "hung", f"no end within {PATIENCE:g} s"
        wrong = [*_ending(process.returncode, number, err), *_files(folder, old=old), *_processes(process.pid)]
        return START if _before(err) else str(process.returncode), "; ".join(wrong)


def _before(err: str) -> bool:
    """Whether Python was interrupted before it came to a file of ours."""
    return err.rstrip().endswith("KeyboardInterrupt") and str(ROOT) not in err


def _ending(status: int, number: int, err: str) -> Iterator[str]:
    if _before(err):
        return
    said = [line.partition("; ")[0] for line in without_progress(err)]
    expected = {128 + number: [LINES[signal.Signals(number)]], 0: [], -number: []}
    if said != expected.get(status):
        yield f"status {status}, standard error {said}"


def _files(folder: Path, *, old: bool) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name == "a.nc" and old and path.read_bytes() == b"old":
            continue
        if path.name == "a.nc.part":
            continue
        try:
            complete = path.name == "a.png" and path.read_bytes().endswith(b"IEND\xaeB`\x82")
            complete = complete or (path.name == "a.nc" and bool(open_dataset(path, ())))
        except ProblemError:
            complete = False
        if not complete:
            yield f"left {path.name}"


def _processes(session: int) -> Iterator[str]:
    """Living processes of the session some seconds later."""
    deadline = time.monotonic() + 5
    while (found := list(living(session))) and time.monotonic() < deadline:
        time.sleep(0.02)
    yield from (f"left process {pid}" for pid in found)


def living(session: int) -> Iterator[str]:
    """Processes of a session that are no zombies."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _parent, _group, own = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            yield folder.name


def main(count: int = 100, seed: int = 0) -> int:
    draw = random.Random(seed)
    lasting = {name: seconds(words) for name, words in WORDS.items()}  # with what compiled once
    print(", ".join(f"{name}: {lasts:.1f} s" for name, lasts in lasting.items()))
    ends: Counter[tuple[str, str]] = Counter()
    bad = 0
    for k in range(count):
        name, number = draw.choice(list(WORDS)), draw.choice(list(LINES))
        delay = draw.choice((0.5, 1.0)) * draw.random() * lasting[name]
        status, wrong = struck(WORDS[name], number, delay, old=draw.random() < 0.5, group=draw.random() < 0.5)
        ends[name, status] += 1
        if wrong:
            bad += 1
            print(f"{k}: {name}, {number.name} after {delay:.3f} s: {wrong}", flush=True)
    for (name, status), many in sorted(ends.items()):
        print(f"{name}: status {status}: {many}")
    print(f"{count - bad} passed, {bad} failed")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
