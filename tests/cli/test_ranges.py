"""Ranges in place of numbers, the usual size of a simulation, and the command offered where nothing is exact."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulate.commands.options import SAMPLES, VOTES
from tests.cli.conftest import strict, without_progress

Records = Callable[..., list[dict[str, Any]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

MAP = ("two-gaussians", "--x", "alpha=0:0.9:10", "--y", "separation=1:2:3")


def test_ranges_stand_among_numbers(records: Records) -> None:
    words = ("two-gaussians", "--alpha", "0:0.9:4", "2", "--beta", "0.5", "--eps", "0", "0.1:0.2:2")
    found = records("risk", *words)
    assert list(dict.fromkeys(record["alpha"] for record in found)) == [0.0, 0.3, 0.6, 0.9, 2.0]
    assert list(dict.fromkeys(record["eps"] for record in found)) == [0.0, 0.1, 0.2]
    assert found[:3] == records("risk", "two-gaussians", "--alpha", "0", "--beta", "0.5", "--eps", "0", "0.1", "0.2")
    simulated = records("mc", *words, "--samples", "50", "--votes", "3")
    keys = ("alpha", "beta", "eps")
    assert [[r[key] for key in keys] for r in simulated] == [[r[key] for key in keys] for r in found]


def test_optimum_over_ranges(records: Records) -> None:
    found = records("optimum", "two-gaussians", "--beta", "0.3:0.6:2", "--eps", "0", "0.5")
    assert [(r["beta"], r["eps"]) for r in found] == [(0.3, 0.0), (0.3, 0.5), (0.6, 0.0), (0.6, 0.5)]


def test_a_simulation_has_a_usual_size(records: Records) -> None:
    words = ("mc", "bumps", "--alpha", "0.3", "--beta", "0.5")
    found = records(*words)
    assert (found[0]["votes"], found[0]["clean"]["samples"]) == (VOTES, SAMPLES)
    assert found == records(*words, "--votes", str(VOTES), "--samples", str(SAMPLES), "--seed", "0")


def test_without_a_radius_risks_are_the_clean_one(records: Records) -> None:
    (record,) = records("risk", "bumps", "--alpha", "0.1", "--beta", "0.2")
    assert record["clean"] == record["certified"] == record["adversarial"]
    assert record["gain"] == record["certified_gain"]


def test_phase_as_one_document(call: Run, tmp_path: Path) -> None:
    result = call("phase", *MAP, "--out", "a.csv", "--check", "1", "--samples", "99", "--json")
    assert result.returncode == 0, result.stderr
    said = strict(result.stdout)
    assert said["written"] == {"dataset": "a.csv", "figure": None}
    assert said["x"] == {"key": "alpha", "low": 0.0, "high": 0.9, "count": 10}
    assert (said["cells"], sum(said["labels"].values()), said["fixed"]) == (30, 30, {"beta": 0.5, "eps": 0.0})
    assert said["check"] == {"points": 1, "agree": 1, "votes": 101, "samples": 99, "seed": 0, "family_wise": 0.01}
    assert (said["no_exact_route"], said["proved"]) == ([], False)
    assert without_progress(result.stderr) == ["noisewise: wrote a.csv"]
    held = pd.read_csv(tmp_path / "a.csv")
    assert (len(held), 0.3 in held["alpha"].tolist()) == (30, True)
    assert held["label"].value_counts().to_dict() == said["labels"]


def test_check_as_a_table(call: Run, tmp_path: Path) -> None:
    plane = ("--x", "beta=0.3:0.9:3", "--y", "alpha=0:0.6:2")
    result = call("check", *plane, "--votes", "11", "--samples", "500", "--out", "a.csv", "--json")
    assert result.returncode == 0, result.stderr
    held = pd.read_csv(tmp_path / "a.csv").set_index(["alpha", "beta"])
    assert len(held) == 6
    for record in strict(result.stdout)["records"]:
        row = held.loc[record["alpha"], record["beta"]]
        assert row[f"{record['quantity']}_estimate"] == record["estimate"]
        assert row["seed"] == record["seed"]


LAPLACE = ("--set", "training.noise=laplace")
# What is asked, of a problem without an exact route, and the words of the command that simulates it.
OFFERED = [
    (
        ("risk", "concentric", "--alpha", "0", "0.2:0.4:2", "--beta", "0.5", "--eps", "0.1", *LAPLACE),
        "mc concentric --alpha 0 0.2:0.4:2 --beta 0.5 --eps 0.1 --set training.noise=laplace",
    ),
    (
        ("risk", "concentric", "--alpha", "0", "--beta", "0.5", "--votes", "7", *LAPLACE),
        "mc concentric --alpha 0 --beta 0.5 --eps 0 --set training.noise=laplace --votes 7 --failure 0.001",
    ),
    (
        ("optimum", "concentric", "--beta", "0.3", *LAPLACE),
        "mc concentric --alpha 0:0.6:9 --beta 0.3 --eps 0 --set training.noise=laplace",
    ),
    (("law", "stripes", "--beta", "0.2"), "mc stripes --alpha 0 0.2 --beta 0.2"),
    (
        ("phase", "concentric", "--x", "outer=3:4:9", "--y", "alpha=0:1:9", *LAPLACE),
        "mc concentric --alpha 0.0:1.0:5 --beta 0.5 --eps 0 --set training.noise=laplace --set outer=3.0",
    ),
    (
        ("risk", "two-scales", "--alpha", "0", "--beta", "1", "--set", "dim=3", "--set", "class1.0.scale=[1, 2, 3]"),
        "mc two-scales --alpha 0 --beta 1 --eps 0 --set dim=3 --set 'class1.0.scale=[1, 2, 3]'",
    ),
]


@pytest.mark.parametrize(("asked", "offered"), OFFERED, ids=lambda words: words[0] if isinstance(words, tuple) else "")
def test_the_command_that_simulates_can_be_pasted(asked: tuple[str, ...], offered: str, call: Run) -> None:
    result = call(*asked)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    command = result.stderr.partition("simulate it instead: ")[2].strip()
    assert command == f"noisewise {offered}"
    pasted = [word for word in shlex.split(command)[1:] if word not in ("--votes", "7")]
    simulated = call(*pasted, "--votes", "3", "--samples", "50")
    assert simulated.returncode == 0, simulated.stderr
