"""What the command says before any command runs: help, its version, and which command was meant."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from importlib import metadata

import pytest

from simulate.cli_words import COMMANDS

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"noisewise {metadata.version('noisewise')}\n", "")


def test_without_words_it_prints_its_help(run: Run) -> None:
    bare, asked = run(), run("--help")
    assert (bare.returncode, bare.stderr) == (0, "")
    assert bare.stdout == asked.stdout
    assert all(f" {name} " in bare.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("word", "meant"), [("phas", "phase"), ("optimun", "optimum"), ("theorem", "theorems"), ("rsik", "risk")]
)
def test_an_unknown_command_is_told_the_nearest(word: str, meant: str, call: Run) -> None:
    done = call(word)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"no command called '{word}'" in done.stderr
    assert f"(did you mean {meant}?)" in done.stderr


def test_a_word_like_no_command_is_told_all_of_them(call: Run) -> None:
    done = call("zzzz")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert all(name in done.stderr for name in COMMANDS)
    assert "did you mean" not in done.stderr
