"""Running the command line as a user does, and in this process where only its words matter."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulate.cli import main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "noisewise"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a command in an empty folder, in a session of its own; it is ended with the test."""
    started = []

    def begin(*words: str, **options: Any) -> subprocess.Popen[str]:
        usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        usual["env"] = os.environ | {"PYTHONPATH": str(ROOT)}
        command = options.pop("command", COMMAND)
        # Tests that run in the background inherit that Ctrl-C is ignored.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        begun = subprocess.Popen(
            [*command, *words], cwd=tmp_path, text=True, start_new_session=True, **(usual | options)
        )
        signal.signal(signal.SIGINT, before)
        started.append(begun)
        return begun

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def run(start: Start) -> Run:
    """Run a command in an empty folder to its end."""

    def complete(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        process = start(*words, **options)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    return complete


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Run]:
    """Run a command within this process: quicker, and the same but for what the start of a process does."""
    held = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)

    def complete(*words: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["noisewise", *words])
        status = main()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(words, status, out, err)

    yield complete
    signal.signal(signal.SIGTERM, held)


@pytest.fixture
def records(call: Run) -> Callable[..., list[dict[str, Any]]]:
    """The records that a command prints with --json: one strict document; only progress is on the other stream."""

    def parsed(*words: str) -> list[dict[str, Any]]:
        result = call(*words, "--json")
        assert result.returncode == 0, result.stderr
        assert not without_progress(result.stderr), result.stderr
        return strict(result.stdout)

    return parsed


def without_progress(text: str) -> list[str]:
    """The lines of standard error that are no lines of the progress meter."""
    line = re.compile(r"noisewise: [a-z ]+: \d+ %(, about \d+ (s|min|h) left)?")
    return [found for found in text.splitlines() if not line.fullmatch(found)]


def strict(text: str) -> Any:
    """JSON without the numbers that JSON has not."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
