"""`noisewise check`: what it prints and writes where theory and simulation agree, and its exit status where not."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate.agreement.agreement as module
from simulate.storage import open_dataset
from simulate.sweep.deployed import deployed
from tests.cli.conftest import strict, without_progress

Records = Callable[..., Any]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

SIZES = ("--votes", "21", "--samples", "2000", "--seed", "1")
MAP = ("--x", "beta=0.3:0.9:3", "--y", "alpha=0:0.6:2")
SMALL = ("check", *SIZES, *MAP)


def test_agreement_as_a_user_sees_it(run: Run, tmp_path: Path) -> None:
    words = (*SMALL, "--eps", "0.2", "--figure", "a.png", "--out", "a.nc")
    result = run(*words)
    assert result.returncode == 0, result.stderr
    assert without_progress(result.stderr) == []
    lines = result.stdout.splitlines()
    assert lines[:2] == ["wrote a.nc", "wrote a.png"]
    header = ["beta", "alpha", "quantity", "exact", "estimate", "interval", "p", "adjusted", "p", "z"]
    assert lines[2].split() == header
    assert len(lines) == 3 + 10 + 3
    assert "18 tests in 6 of 6 cells, 2000 samples of 21 votes; above: the 10 smallest p-values" in lines
    assert lines[-1].startswith("theory and simulation agree at family-wise rate 0.01: smallest p adjusted by Holm ")
    assert sorted(os.listdir(tmp_path)) == ["a.nc", "a.png"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    dataset = open_dataset(tmp_path / "a.nc", ("p", "z", "disagrees"), "check")
    assert dataset["p"].dims == ("quantity", "alpha", "beta")
    assert dataset.attrs["command"] == shlex.join(["noisewise", *words])
    assert (dataset.attrs["verdict"], dataset.attrs["tests"], dataset.attrs["seed"]) == ("agree", 18, 1)


def test_json(records: Records) -> None:
    held = records(*SMALL, "--family-wise", "0.05")
    assert list(held) == ["records", "verdict"]
    assert len(held["records"]) == 9
    columns = ["beta", "alpha", "eps", "quantity", "exact", "exact_error", "estimate", "low", "high"]
    for record in held["records"]:
        assert list(record) == [*columns, "p", "p_adjusted", "z", "disagrees", "seed"]
        assert record["low"] <= record["estimate"] <= record["high"]
        assert record["disagrees"] is False
        assert (record["z"] is None) == (record["quantity"] == "gain")
        assert record["quantity"] in ("clean", "gain")
    verdict = held["verdict"]
    assert (verdict["verdict"], verdict["family_wise"], verdict["independent"]) == ("agree", 0.05, False)
    assert (verdict["cells"], verdict["cells_compared"], verdict["tests"], verdict["disagreeing"]) == (6, 6, 9, 0)
    assert verdict["smallest_p_adjusted"] == min(record["p_adjusted"] for record in held["records"])
    assert verdict["normality_p"] is None


def test_json_stays_one_document_beside_files(call: Run, tmp_path: Path) -> None:
    result = call(*SMALL, "--json", "--out", "a.nc")
    assert strict(result.stdout)["verdict"]["verdict"] == "agree"
    assert "noisewise: wrote a.nc" in result.stderr
    assert os.listdir(tmp_path) == ["a.nc"]


def test_independent_cells(call: Run) -> None:
    result = call(*SMALL, "--independent")
    assert result.returncode == 0, result.stderr
    assert "the z are standard normal with p" in result.stdout


def _scaled(problem: Any, alpha: Any, *rest: Any) -> Any:
    return deployed(problem, 1.2 * np.asarray(alpha), *rest)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_wrong_theory_is_found(form: tuple[str, ...], call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "deployed", _scaled)
    sizes = ("--votes", "51", "--samples", "20000", "--seed", "1", "--y", "alpha=0.1:0.4:3", "--x", "beta=0.3:0.9:3")
    result = call("check", *sizes, *form, "--figure", "a.png")
    assert result.returncode == 1
    lines = [line for line in without_progress(result.stderr) if "wrote" not in line]
    assert len(lines) == 1
    assert lines[0].startswith("noisewise: theory and simulation disagree in ")
    assert lines[0].endswith(" tests at family-wise rate 0.01")
    assert Path("a.png").exists()
    if form:
        held = strict(result.stdout)
        assert held["verdict"]["verdict"] == "disagree"
        assert held["verdict"]["disagreeing"] == sum(record["disagrees"] for record in held["records"]) > 0
    else:
        assert "theory and simulation disagree at family-wise rate 0.01" in result.stdout
        assert result.stdout.splitlines()[2].endswith("disagrees")


def test_axes_that_are_not_given_are_noises(records: Records) -> None:
    small = ("check", "stripes", "--votes", "5", "--samples", "100", "--seed", "1", "--beta", "0.4")
    held = records(*small, "--x", "gap=0.2:1:2")
    assert {(record["gap"], record["alpha"]) for record in held["records"]} == {
        (gap, alpha) for gap in (0.2, 1.0) for alpha in (0.0, 0.25, 0.5, 0.75, 1.0)
    }


def test_cells_that_have_nothing_to_compare_are_counted(call: Run) -> None:
    result = call("check", *SIZES, "--x", "eps=0.1:0.2:2", "--y", "beta=0:0.5:2", "--alpha", "0.3")
    assert result.returncode == 0, result.stderr
    assert "in 2 of 4 cells: nothing is certified without smoothing noise" in result.stderr
    assert "4 tests in 2 of 4 cells" in result.stdout


BAD = [
    (("check", "bal", *SIZES), "did you mean ball?"),
    (("check", *SIZES[:4], "--seed", "-1"), "seed: found -1"),
    (("check", "--votes", "0", *SIZES[2:]), "votes: found 0"),
    (("check", *SIZES, "--family-wise", "1"), "family-wise: found 1.0"),
    (("check", *SIZES, "--failure", "0"), "failure: found 0.0"),
    (("check", *SIZES, "--eps", "-1"), "eps: found -1.0"),
    (("check", *SIZES, "--x", "beta=0:1"), "found 'beta=0:1'"),
    (("check", *SIZES, "--x", "radius=0:1:3"), "radius: found an unknown key"),
    (("check", *SIZES, *MAP, "--beta", "1"), "beta: found more than one value or range"),
    (("check", *SIZES, "--alpha", "1", "--beta", "1"), "--x: found nothing"),
    (("check", *SIZES, "--x", "eps=0:1:2", "--y", "alpha=0:1:2", "--beta", "0"), "beta: found 0 only"),
    (("check", *SIZES, "--x", "beta=0:1:999", "--y", "alpha=0:1:999"), "expected at most 10000"),
    (("check", *SIZES, "--out", "gone/a.nc"), "--out: found 'gone/a.nc'"),
    (("check", *SIZES, "--figure", "a.gif"), "--figure: found 'a.gif'"),
    (
        ("check", *SIZES, "--out", "a.png"),
        "--out: found 'a.png', expected a name that ends in .nc or .zarr or ",
    ),
]


@pytest.mark.parametrize(
    ("words", "expected"), BAD, ids=lambda value: None if isinstance(value, str) else " ".join(value)
)
def test_bad_input(words: tuple[str, ...], expected: str, call: Run, tmp_path: Path) -> None:
    result = call(*words)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert expected in result.stderr
    assert os.listdir(tmp_path) == []


def test_no_exact_route(call: Run, tmp_path: Path) -> None:
    settings = ("--set", "training.noise=laplace", "--set", "smoothing.noise=laplace")
    result = call("check", "concentric", *settings, *SIZES, "--out", "a.nc")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    told = "noisewise mc concentric --alpha 0.0:1.0:5 --beta 0.1:1.0:5 --eps 0 --set training.noise=laplace"
    assert f"{told} --set smoothing.noise=laplace" in result.stderr
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_simulated(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulate.montecarlo import UnsupportedError

    def refuse(*_words: object, **_options: object) -> None:
        raise UnsupportedError("no closed form")

    monkeypatch.setattr("simulate.montecarlo.monte_carlo", refuse)
    result = call(*SMALL)
    assert (result.returncode, result.stdout, result.stderr) == (3, "", "noisewise: no closed form\n")
