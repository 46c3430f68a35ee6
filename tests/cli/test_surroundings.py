"""Surroundings that a command does not choose: encodings, streams that are closed or full, display, and memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from simulate.storage import open_dataset
from tests.cli.conftest import COMMAND, ROOT, strict, without_progress

Run = Callable[..., "subprocess.CompletedProcess[str]"]

RISK = ("risk", "bumps", "--alpha", "0.4", "--beta", "0.5")
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
FULL = Path("/dev/full")


def surrounded(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


@pytest.mark.parametrize("more", [PLAIN, {"PYTHONIOENCODING": "ascii"}, PLAIN | {"PYTHONIOENCODING": "ascii"}])
def test_an_encoding_without_our_signs(more: dict[str, str], run: Run) -> None:
    result = run(*RISK, env=surrounded(**more))
    assert (result.returncode, result.stderr) == (0, "")
    assert " +- " in result.stdout
    assert result.stdout.isascii()
    missing = run("risk", "bumps", env=surrounded(**more))
    assert missing.stderr == run("risk", "bumps").stderr
    assert run("--help", env=surrounded(**more)).returncode == 0


def test_names_that_cannot_be_spelled_are_escaped(run: Run) -> None:
    words = ("phase", "bumps", "--x", "beta=0.2:0.8:2", "--y", "alpha=0:0.6:2", "--out", "a.nc", "--json")
    result = run(*words, "--set", "name=ü𝄞", env=surrounded(PYTHONIOENCODING="ascii"))
    assert result.returncode == 0, result.stderr
    assert strict(result.stdout)["name"] == "ü𝄞"


@pytest.mark.parametrize("words", [RISK, ("--version",), ("--help",)])
def test_standard_output_is_closed(words: tuple[str, ...], run: Run) -> None:
    result = run("-c", 'exec "$@" >&-', "sh", *_command(words), command=["sh"])
    assert (result.returncode, result.stderr) == (1, "noisewise: standard output is closed\n")


def test_standard_error_is_closed(run: Run) -> None:
    result = run("-c", 'exec "$@" 2>&-', "sh", *_command((*RISK[:-1], "x")), command=["sh"])
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("words", [RISK, (*RISK, "--json"), ("--help",), ("figures", "--list")])
def test_standard_output_is_full(words: tuple[str, ...], run: Run) -> None:
    with FULL.open("w") as full:
        result = run(*words, stdout=full)
    assert (result.returncode, result.stderr) == (1, "noisewise: No space left on device\n")


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
def test_standard_error_is_full(run: Run) -> None:
    with FULL.open("w") as full:
        assert run(*RISK[:-1], "x", stderr=full).returncode == 2
        assert run(*RISK, stderr=full).returncode == 0


def test_windows_that_do_not_exist(run: Run) -> None:
    words = ("phase", "bumps", "--x", "beta=0.2:0.8:2", "--y", "alpha=0:0.6:2", "--figure", "a.png")
    result = run(*words, env=surrounded(MPLBACKEND="nope"))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("limit", ["-v 1500000", "-v 900000", "-d 500000"])
def test_little_memory(limit: str, run: Run) -> None:
    """A limit under which JAX would die of a signal, without a word."""
    words = _command(("mc", *RISK[1:], "--votes", "5", "--samples", "100"))
    result = run("-c", f'ulimit {limit}; exec "$@"', "sh", *words, command=["sh"])
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "not enough memory" in result.stderr


@pytest.mark.parametrize("platform", ["cuda", "nope"])
def test_a_device_that_is_not_there(platform: str, run: Run) -> None:
    result = run("mc", *RISK[1:], env=surrounded(JAX_PLATFORMS=platform))
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert f"JAX finds no device of '{platform}'" in result.stderr


def test_without_a_device_what_is_exact_is_kept(run: Run, tmp_path: Path) -> None:
    words = ("phase", "bumps", "--x", "beta=0.2:0.8:2", "--y", "alpha=0:0.6:2", "--check", "1", "--out", "a.nc")
    result = run(*words, env=surrounded(JAX_PLATFORMS="nope"))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "wrote a.nc" in result.stdout
    assert "gain" in open_dataset(tmp_path / "a.nc")


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    return (*COMMAND, *words)


def test_what_was_compiled_is_kept_in_the_cache_of_the_user(run: Run, tmp_path: Path) -> None:
    """A damaged entry is made again, and a cache that cannot be written is done without; nothing is said of either."""
    words = ("mc", "bumps", "--alpha", "0.3", "--beta", "0.5", "--samples", "200", "--json")
    own = {name: value for name, value in os.environ.items() if "CACHE" not in name} | {"PYTHONPATH": str(ROOT)}
    cache, blocked = tmp_path / "cache", tmp_path / "blocked"
    blocked.write_text("")
    first = run(*words, env=own | {"XDG_CACHE_HOME": str(cache)})
    entries = [path for path in (cache / "noisewise" / "compiled").rglob("*-cache") if path.is_file()]
    assert entries
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:100])
    for folder in (cache, blocked):
        again = run(*words, env=own | {"XDG_CACHE_HOME": str(folder)})
        assert (again.returncode, without_progress(again.stderr), again.stdout) == (0, [], first.stdout)
