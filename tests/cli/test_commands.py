"""The other commands: `optimum`, `mc`, `regimes`, and help."""

from __future__ import annotations

import math
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest

from theory.problems.regimes import REGIMES, parameters

Records = Callable[..., list[dict[str, Any]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_optimum(records: Records) -> None:
    settings = ("--set", "separation=4", "--set", "prior=0.2")
    found = records("optimum", "two-gaussians", *settings, "--beta", "0.3", "0.6", "--eps", "0.5")
    assert [(r["beta"], r["eps"]) for r in found] == [(0.3, 0.5), (0.6, 0.5)]
    for record in found:
        assert list(record) == ["beta", "eps", "alpha", "risk", "gain", "helps"]
        assert record["alpha"] == pytest.approx(1 / math.sqrt(3), rel=1e-6)
        assert record["gain"]["value"] > 0
        ((low, high),) = record["helps"]
        assert low == 0
        assert high > record["alpha"]


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


@pytest.mark.parametrize("words", [("--help",), ("risk", "--help"), ("phase", "--help")])
def test_help(words: tuple[str, ...], run: Run) -> None:
    result = run(*words)
    assert (result.returncode, result.stderr) == (0, "")
    assert "usage: noisewise" in result.stdout
