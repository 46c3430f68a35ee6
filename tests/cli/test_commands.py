"""The other commands: `optimum`, `mc`, `regimes`, and help."""

from __future__ import annotations

import math
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulate.cli_words import COMMANDS, parse
from theory.problems.regimes import REGIMES, parameters

Records = Callable[..., list[dict[str, Any]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_optimum(records: Records) -> None:
    settings = ("--set", "separation=4", "--set", "prior=0.2")
    found = records("optimum", "two-gaussians", *settings, "--beta", "0.3", "0.6", "--eps", "0.5")
    assert [(r["beta"], r["eps"]) for r in found] == [(0.3, 0.5), (0.6, 0.5)]
    for record in found:
        assert list(record) == [
            "beta",
            "eps",
            "votes",
            "alpha",
            "ratio",
            "copies",
            "finite_dim",
            "risk",
            "gain",
            "helps",
        ]
        assert record["alpha"] == pytest.approx(1 / math.sqrt(3), rel=1e-6)
        assert record["gain"]["value"] > 0
        ((low, high),) = record["helps"]
        assert low == 0
        assert high > record["alpha"]


def test_optimum_of_a_number_of_votes(records: Records, call: Run) -> None:
    bumps = ("optimum", "bumps", "--set", "spacing=1.5", "--beta", "0.5", "--votes")
    (record,) = records(*bumps, "3")
    assert record["votes"] == 3
    assert record["alpha"] == pytest.approx(0.432215, abs=5e-7)
    refused = call(*bumps, "0")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "votes: found 0" in refused.stderr


def test_optimum_where_noise_never_helps(records: Records, call: Run) -> None:
    (record,) = records("optimum", "two-gaussians", "--beta", "0.3")
    assert (record["alpha"], record["helps"]) == (0.0, [])
    assert "nowhere" in call("optimum", "two-gaussians", "--beta", "0.3").stdout


def test_law_shows_how_exact_risks_approach_it(records: Records, call: Run) -> None:
    found: Any = records("law", "concentric", "--set", "dim=3", "--steps", "3")
    assert abs(found["ratio"] - 0.775537) < 1e-6
    assert found["curvature_diffusion"] > 0
    assert found["diffusion_diffusion"] > 0
    orders = [row["order"] for row in found["table"] if row["alpha"] == 0][1:]
    assert all(1.9 < order < 2.1 for order in orders)
    assert "alpha*/beta" in call("law", "bumps", "--steps", "1").stdout
    found = records("law", "concentric", "--beta", "0.02", "--steps", "1", "--eps", "0.0004")
    assert [row["eps"] for row in found["certified"]] == [0.0004, 0.0001]
    assert [row["ratio"] ** 2 for row in found["certified"]] == pytest.approx([2.558069] * 2, abs=5e-7)
    assert [row["exact"] / row["predicted"] for row in found["certified"]] == pytest.approx([1.0] * 2, abs=2e-3)
    refused = call("law", "stripes")
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)


def test_mc_agrees_with_the_exact_side(records: Records, call: Run) -> None:
    sizes = ("--votes", "15", "--samples", "4000", "--seed", "1", "--confidence", "0.9999")
    words = ("mc", "bumps", "--alpha", "0", "0.4", "--beta", "0.5", "--eps", "0.1", *sizes)
    found = records(*words)
    assert [(r["alpha"], r["beta"], r["eps"], r["votes"]) for r in found] == [(0.0, 0.5, 0.1, 15), (0.4, 0.5, 0.1, 15)]
    for record in found:
        for key in ("clean", "certified", "gain", "certified_gain", "limit"):
            entry = record[key]
            assert list(entry) == ["estimate", "low", "high", "confidence", "samples", "exact"]
            assert entry["low"] <= entry["estimate"] <= entry["high"]
            assert entry["low"] <= entry["exact"] <= entry["high"]
            assert (entry["confidence"], entry["samples"]) == (0.9999, 4000)
    table = call(*words).stdout
    assert table.splitlines()[0].split()[:4] == ["alpha", "beta", "eps", "clean"]
    assert "4000 samples of 15 votes" in table


def test_mc_takes_the_options_of_its_interface(records: Records) -> None:
    sizes = ("--alpha", "0.4", "--beta", "0.5", "--votes", "15", "--samples", "1000000", "--seed", "1")
    (early,) = records("mc", "bumps", *sizes, "--half-width", "0.02", "--simultaneous")
    assert early["clean"]["samples"] < 100_000
    assert early["clean"]["high"] - early["clean"]["low"] <= 0.04
    (spread,) = records("mc", "bumps", *sizes[:-3], "4096", *sizes[-2:], "--sampling", "sobol", "--antithetic")
    assert spread["clean"]["exact"] is None  # pairs of opposite votes are another classifier
    assert spread["limit"]["low"] <= spread["limit"]["exact"] <= spread["limit"]["high"]


def test_mc_without_an_exact_route(records: Records) -> None:
    settings = ("--set", "training.noise=laplace", "--set", "smoothing.noise=laplace")
    words = ("--alpha", "0.4", "--beta", "0", "--eps", "0.2", "--votes", "5", "--samples", "100", "--seed", "1")
    (record,) = records("mc", "concentric", *settings, *words)
    assert record["clean"]["exact"] is None
    assert record["certified"] is None


def test_regimes_lists_all_with_their_parameters(records: Records, call: Run) -> None:
    assert {r["name"]: r["parameters"] for r in records("regimes")} == {name: parameters(name) for name in REGIMES}
    assert all(name in call("regimes").stdout for name in REGIMES)


def test_regimes_answers_at_once(run: Run) -> None:
    times = []
    for _ in range(3):
        before = time.perf_counter()
        assert run("regimes").returncode == 0
        times.append(time.perf_counter() - before)
    assert min(times) < 1.0  # half a second on a machine with nothing else to do


def test_help(run: Run) -> None:
    result = run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "usage: noisewise" in result.stdout


def helped(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says of itself."""
    with pytest.raises(SystemExit) as stop:
        parse([command, "--help"])
    assert stop.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_that_are_understood(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = helped(command, capsys).splitlines()
    examples = [shlex.split(line) for line in lines if line.startswith(f"noisewise {command}")]
    assert 2 <= len(examples) <= 3
    for words in examples:
        assert type(parse(words[1:])).__name__ == COMMANDS[command]


@pytest.mark.parametrize("command", ["check", "phase"])
def test_help_says_what_can_be_swept(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(helped(command, capsys).replace("│", " ").split())
    assert (
        said.count(
            "a noise (alpha, beta, eps), samples per dimension (ratio), noisy copies of each (copies), a parameter"
        )
        == 2
    )
    assert said.count("class0.0.scale, class1.2.weight") == 2


# Each completes the last of the words after it, as the shell does on a tab; zsh hands what it found to _describe.
ASKING = {
    "bash": (
        'source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tyro_noisewise; printf "%s\\n" "${COMPREPLY[@]}"'
    ),
    "zsh": (
        "compdef() { :; }; _arguments() { :; }; _files() { :; }; _describe() { print -l -- ${(P)${@[-1]}}; }; "
        "words=($@); CURRENT=$#; source ./script"
    ),
}
ASKED = {("noisewise", "opt"): "optimum", ("noisewise", "mc", "bumps", "--half"): "--half-width"}


@pytest.mark.parametrize("shell", ASKING)
def test_completion_in_a_shell(shell: str, run: Run, tmp_path: Path) -> None:
    script = run("--tyro-print-completion", shell)
    assert (script.returncode, script.stderr) == (0, "")
    assert all(word in script.stdout for word in (*COMMANDS, "--alpha", "--half-width"))
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script.stdout)
    for words, expected in ASKED.items():
        asked = [shell, "-c", ASKING[shell], shell, *words]
        done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [expected]
