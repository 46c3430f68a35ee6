"""Signals, a few of them at moments of all kinds; `python -m tests.cli.signals 100` sends many more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.signals import START, WORDS, struck
from theory.atomic import atomic_write

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize("delay", [0.1, 0.6, 2.0])
@pytest.mark.parametrize("name", WORDS)
def test_a_signal_ends_a_command_tidily(name: str, delay: float) -> None:
    number = signal.SIGTERM if delay == 0.6 else signal.SIGINT
    status, wrong = struck(WORDS[name], number, delay, old=True, group=delay > 1)
    assert wrong == ""
    assert status in {str(128 + number), str(-number), "0", START}


def test_a_signal_that_a_command_was_started_to_ignore_is_ignored(start: Start) -> None:
    process = start(
        "-c",
        'trap \'\' INT; exec "$0" -c "$1"',
        sys.executable,
        _obeying("import time; time.sleep(0.5); print('done')"),
        command=["sh"],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("done\n", "")
    assert process.returncode == 0


@pytest.mark.parametrize("signals", [1, 2])
def test_compiled_code_that_does_not_come_back_is_ended_too(signals: int, start: Start) -> None:
    """No handler of Python's runs while the main thread sleeps in a library."""
    process = start("-c", _obeying(STUCK), command=[sys.executable])
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    for _ in range(signals):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert process.communicate(timeout=30) == ("", "noisewise: terminated\n")
    assert process.returncode == 143
    assert time.monotonic() - began < 20


# A lock of the C library that is taken twice: never again a step of Python's main thread.
STUCK = "import ctypes; m = ctypes.create_string_buffer(64); l = ctypes.CDLL(None).pthread_mutex_lock; l(m); l(m)"


def _obeying(then: str) -> str:
    """A program that obeys signals and does something."""
    return f"from simulate.stopping import obey_signals; obey_signals(); print('ready', flush=True)\n{then}"


def test_a_process_killed_while_it_writes_leaves_nothing_to_the_next(start: Start, tmp_path: Path) -> None:
    half = "import os, theory.atomic as a\nwith a.atomic_write('a.nc') as t: print(t.name, flush=True); input()"
    process = start("-c", half, command=[sys.executable], stdin=subprocess.PIPE)
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    for _ in range(2):
        with atomic_write(tmp_path / "a.nc") as temporary:
            temporary.write_text("whole")
        assert sorted(os.listdir(tmp_path)) == sorted(filter(None, [name, "a.nc"]))  # what lives is left alone
        process.kill()
        process.wait()
        name = ""
