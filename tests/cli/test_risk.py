"""`noisewise risk`: records against the library, nulls, tables, and that it stays light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from theory import adversarial_risk, certified_risk, certified_vote_risk, clean_risk, compare, regimes, vote_risk

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Records = Callable[..., list[dict[str, Any]]]
QUANTITIES = ["clean", "certified", "adversarial", "gain", "certified_gain"]


def test_records_are_row_major_and_equal_the_library(records: Records) -> None:
    alphas, betas, radii = (0.0, 0.4), (0.3, 0.8), (0.0, 0.25)
    words = [list(map(str, values)) for values in (alphas, betas, radii)]
    found = records("risk", "bumps", "--alpha", *words[0], "--beta", *words[1], "--eps", *words[2])
    assert [(r["alpha"], r["beta"], r["eps"]) for r in found] == list(product(alphas, betas, radii))
    problem = regimes.bumps()
    for record in found:
        assert list(record) == ["alpha", "beta", "eps", "votes", "ratio", "copies", "finite_dim", *QUANTITIES]
        alpha, beta, eps = record["alpha"], record["beta"], record["eps"]
        expected = {
            "clean": clean_risk(problem, alpha, beta),
            "certified": certified_risk(problem, alpha, beta, eps),
            "adversarial": adversarial_risk(problem, alpha, beta, eps),
            "gain": compare(problem, alpha, beta).gain,
            "certified_gain": compare(problem, alpha, beta, eps).gain,
        }
        assert record["votes"] is None
        for key, estimate in expected.items():
            assert list(record[key]) == ["value", "error", "route", "status"]
            assert abs(record[key]["value"] - estimate.value) <= record[key]["error"] + estimate.error
            assert record[key]["route"] == "line"


def test_certified_is_null_without_smoothing(records: Records) -> None:
    (record,) = records("risk", "two-gaussians", "--alpha", "0.5", "--beta", "0", "--eps", "0.1")
    assert record["certified"] is None
    assert record["certified_gain"] is None
    assert record["adversarial"]["value"] > record["clean"]["value"]


@pytest.mark.filterwarnings("ignore:invalid value encountered in subtract:RuntimeWarning")
def test_an_infinite_risk_has_a_null_value(records: Records) -> None:
    words = ("--alpha", "0.2", "--beta", "0.1", "--eps", "0.2", "--set", "smoothing.noise=uniform")
    (record,) = records("risk", "stripes", *words)
    assert record["certified"] == {"value": None, "error": None, "route": "line", "status": "ok"}
    assert record["certified_gain"] is None
    assert record["clean"]["value"] > 0


def test_votes_give_the_deployed_classifier(records: Records) -> None:
    words = ("--alpha", "0.4", "--beta", "0.5", "--eps", "0.2", "--votes", "25", "--failure", "0.01")
    (record,) = records("risk", "bumps", *words)
    problem = regimes.bumps()
    clean = vote_risk(problem, 0.4, 0.5, 25)
    certified = certified_vote_risk(problem, 0.4, 0.5, 0.2, 25, 0.01)
    assert record["votes"] == 25
    assert record["adversarial"] is None
    assert record["clean"]["value"] == pytest.approx(clean.value, abs=2 * clean.error)
    assert record["certified"]["value"] == pytest.approx(certified.value, abs=2 * certified.error)
    baseline = vote_risk(problem, 0.0, 0.5, 25)
    assert record["gain"]["value"] == pytest.approx(baseline.value - clean.value, abs=1e-9)


def test_settings_reach_the_regime_first_and_then_the_problem(records: Records) -> None:
    words = ("--alpha", "0.3", "--beta", "0.3", "--set", "separation=4", "--set", "class0.0.scale=0.5")
    (record,) = records("risk", "two-gaussians", *words, "--set", "dim=1")
    gap = regimes.two_scales(dim=1, separation=4.0, scale0=0.5, scale1=1.0)
    assert record["clean"]["value"] == pytest.approx(clean_risk(gap, 0.3, 0.3).value, rel=1e-12)


def test_a_problem_file(records: Records, tmp_path: Path) -> None:
    laws = (f'[[class{c}]]\nlaw = "gaussian"\nmean = {2 * c - 1}\nscale = 1\n' for c in (0, 1))
    (tmp_path / "p.toml").write_text("prior = 0.5\n" + "".join(laws))
    (record,) = records("risk", "p.toml", "--alpha", "0.3", "--beta", "0.3", "--set", "class0.0.mean=-3")
    assert record["clean"]["value"] == pytest.approx(0.02275013194817922, rel=1e-12)


def test_a_table_without_json(call: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    result = call("risk", "two-gaussians", "--alpha", "0", "0.5", "--beta", "0.4")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["alpha", "beta", "eps", "clean", "gain"]
    assert len(lines) == 3
    assert lines[1].split()[:5] == ["0", "0.4", "0", "0.158655253931", "±"]
    assert (result.returncode, result.stderr) == (0, "")


def test_risk_never_imports_jax_or_matplotlib() -> None:
    program = (
        "import sys; from simulate.cli import main\n"
        "sys.argv = ['noisewise', 'risk', 'bumps', '--alpha', '.2', '--beta', '.3', '--eps', '.1', '--votes', '9']\n"
        "assert main() == 0\n"
        "assert not {'jax', 'jaxlib', 'matplotlib', 'xarray'} & set(sys.modules), 'heavy'\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_law_for_both_classes_is_said(call: Run, tmp_path: Path) -> None:
    part = 'law = "gaussian"\nmean = [1.0, 2.0]\ncov = [[1.0, 0.2], [0.2, 2.0]]\n'
    (tmp_path / "same.toml").write_text(f"prior = 0.3\n[[class0]]\n{part}[[class1]]\n{part}")
    found = call("risk", str(tmp_path / "same.toml"), "--alpha", "0.3", "--beta", "0.5", "--json")
    assert abs(json.loads(found.stdout)[0]["clean"]["value"] - 0.3) < 1e-15
    assert "independent of the input" in found.stderr
