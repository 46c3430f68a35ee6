"""Simultaneous intervals, early stopping, evenly spread points, antithetic noise, several devices."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from simulate.montecarlo import Level, Record, Sampling, monte_carlo
from simulate.sweep.deployed import deployed
from theory import clean_risk, regimes
from theory.errors import ProblemError
from theory.problems.problem import Component, MixtureProblem, Point

REQUEST: dict[str, Any] = {"alpha": [0.0, 0.2], "beta": [0.3, 0.8], "eps": [0.0, 0.2], "votes": 21}
ROOT = Path(__file__).parents[2]
BUMPS = regimes.bumps(count=3)


def intervals(record: Record) -> list[Any]:
    return [v for v in (record.clean, record.certified, record.gain, record.certified_gain, record.limit) if v]


def test_simultaneous_intervals_are_wider_and_say_the_same_estimates() -> None:
    plain = monte_carlo(BUMPS, sampling=Sampling(4000, 1), **REQUEST)
    joint = monte_carlo(BUMPS, sampling=Sampling(4000, 1), level=Level(simultaneous=True), **REQUEST)
    for one, all_ in zip(plain, joint, strict=True):
        for narrow, wide in zip(intervals(one), intervals(all_), strict=True):
            assert wide.low <= narrow.low <= narrow.high <= wide.high
            assert wide.confidence == narrow.confidence == 0.99
    alone = monte_carlo(BUMPS, sampling=Sampling(4000, 1), level=Level(1 - 0.01 / (8 * 5)), **REQUEST)
    assert [v.clean.low for v in alone] == pytest.approx([v.clean.low for v in joint], rel=1e-9)


@pytest.mark.slow
def test_simultaneous_intervals_hold_together() -> None:
    """200 runs of 8 records: at most binomially many runs have any interval that misses, at 90 %."""
    records = monte_carlo(BUMPS, sampling=Sampling(1, 0), **REQUEST)
    grid = [np.array(v) for v in zip(*[(r.alpha, r.beta, r.eps) for r in records], strict=True)]
    exact, missed, runs = deployed(BUMPS, *grid, 21, 1e-3), 0, 200
    for seed in range(runs):
        found = monte_carlo(BUMPS, sampling=Sampling(300, seed), level=Level(0.9, simultaneous=True), **REQUEST)
        names = ("clean", "certified", "gain", "certified_gain")
        missed += any(
            not v.low - 1e-9 <= float(getattr(exact, name).value[k]) <= v.high + 1e-9
            for k, record in enumerate(found)
            for name in names
            if (v := getattr(record, name)) is not None
        )
    assert missed <= binom.isf(1e-4, runs, 0.1)


def test_stops_early_where_all_intervals_are_narrow() -> None:
    loose = monte_carlo(BUMPS, sampling=Sampling(200_000, 3, half_width=0.04), **REQUEST)
    tight = monte_carlo(BUMPS, sampling=Sampling(200_000, 3, half_width=0.012), **REQUEST)
    assert {v.samples for record in loose for v in intervals(record)} == {loose[0].clean.samples}
    assert 4096 <= loose[0].clean.samples < tight[0].clean.samples < 200_000
    for found, width in ((loose, 0.04), (tight, 0.012)):
        assert all((v.high - v.low) / 2 <= width for r in found for v in intervals(r)[:4])
    never = monte_carlo(BUMPS, sampling=Sampling(10_000, 3, half_width=1e-6), **REQUEST)
    assert never[0].clean.samples == 10_000


@pytest.mark.slow
def test_intervals_hold_whenever_it_stops() -> None:
    """150 runs that stop by their own width: misses stay within the binomial range of 10 %."""
    exact, missed, runs = float(deployed(BUMPS, 0.2, 0.8, 0.0, 3, 1e-3).clean.value), 0, 150
    for seed in range(runs):
        (found,) = monte_carlo(
            BUMPS, alpha=0.2, beta=0.8, votes=3, sampling=Sampling(40_000, seed, half_width=0.012), level=Level(0.9)
        )
        missed += not found.clean.low <= exact <= found.clean.high
    assert missed <= binom.isf(1e-4, runs, 0.1)


@pytest.mark.parametrize("scheme", ["stratified", "sobol"])
@pytest.mark.parametrize(
    "problem", [BUMPS, regimes.concentric(dim=3), regimes.stripes(gap=0.3)], ids=["line", "radial", "domain"]
)
def test_spread_points_agree_with_the_exact_risk(scheme: Any, problem: Any) -> None:
    """The mean of many seeds is the exact risk of the vote: no bias beyond four standard errors."""
    found = [
        monte_carlo(problem, alpha=0.3, beta=0.5, votes=11, sampling=Sampling(2048, s, scheme))[0] for s in range(6)
    ]
    exact = float(deployed(problem, 0.3, 0.5, 0.0, 11, 1e-3).clean.value)
    values = np.array([record.clean.estimate for record in found])
    half = np.mean([record.clean.high - record.clean.low for record in found]) / 2
    assert abs(values.mean() - exact) < 2 * half / np.sqrt(len(values))
    assert all(record.clean.low < record.clean.estimate < record.clean.high for record in found)


def test_antithetic_votes_are_nearer_to_the_limit() -> None:
    """Where f is monotone along the noise the antithetic vote of 21 is nearer to the limit than the plain one."""
    problem = regimes.two_gaussians(dim=1)
    exact = clean_risk(problem, 0.0, 2.0).value
    request: dict[str, Any] = {"alpha": 0.0, "beta": 2.0, "eps": (0.0, 0.5), "votes": 21}
    plain, spread = (
        monte_carlo(problem, **request, sampling=Sampling(50_000, 2, antithetic=flag)) for flag in (False, True)
    )
    assert abs(spread[0].clean.estimate - exact) < 0.5 * abs(plain[0].clean.estimate - exact)
    assert spread[1].certified is None
    assert plain[1].certified is not None


def test_antithetic_votes_say_one_thing_twice_around_a_centre() -> None:
    """At the centre of a symmetric f both votes of a pair agree: 22 votes are worth 11."""
    inner, outer = (Component(Point(0.0)),), (Component(Point(-3.0)), Component(Point(3.0)))
    problem = MixtureProblem(0.5, 1, outer, inner)
    request: dict[str, Any] = {"alpha": 0.5, "beta": 1.5}
    twice, once, plain = (
        monte_carlo(problem, votes=votes, sampling=Sampling(100_000, 2, antithetic=flag), **request)[0].clean
        for votes, flag in ((22, True), (11, False), (22, False))
    )
    assert once.low < twice.high
    assert twice.low < once.high
    assert plain.high < twice.low


FEW: dict[str, Any] = {"alpha": [0.0, 0.4], "beta": [0.3, 0.6], "eps": [0.0, 0.2], "votes": 9}
SMALL_STEPS = Sampling(20_000, 3, chunk_bytes=1 << 22)
SCRIPT = """
import jax
from tests.unit.test_montecarlo_options import FEW, SMALL_STEPS
from simulate.montecarlo import monte_carlo
from theory import regimes
assert len(jax.devices()) == 3
print(monte_carlo(regimes.concentric(dim=3), **FEW, sampling=SMALL_STEPS))
"""


@pytest.mark.slow
def test_devices_do_not_change_the_numbers() -> None:
    """Of one device and of three, among which the steps cannot be shared evenly."""
    env = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=3", "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == repr(monte_carlo(regimes.concentric(dim=3), **FEW, sampling=SMALL_STEPS))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scheme": "halton"}, "scheme: found 'halton', expected one of"),
        ({"scheme": "sobols"}, r"did you mean sobol\?"),
        ({"half_width": 0.0}, "half_width: found 0.0, expected a positive number"),
        ({"half_width": math.nan}, "half_width: found nan"),
        (
            {"scheme": "sobol", "samples": 10},
            r"samples: found 10, expected at least 64 with sobol points \(`scheme`, on ",
        ),
        ({"scheme": "stratified", "half_width": 0.1}, "half_width: found 0.1, expected none with stratified points"),
        ({"samples": 1 << 27}, "samples: found 134217728, expected less than"),
        ({"samples": 0}, "samples: found 0"),
        ({"samples": 10.5}, "samples: found 10.5, expected a whole number"),
        ({"seed": -1}, "seed: found -1"),
        ({"seed": True}, "seed: found True"),
        ({"chunk_bytes": 0}, "chunk_bytes: found 0"),
    ],
)
def test_refusals_of_sampling(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        Sampling(**({"samples": 1000, "seed": 0} | change))


@pytest.mark.parametrize("name", ["confidence", "failure"])
@pytest.mark.parametrize("value", [0.0, 1.0, math.nan, "most"])
def test_refusals_of_levels(name: str, value: Any) -> None:
    with pytest.raises(ProblemError, match=f"{name}: found"):
        Level(**{name: value})


def test_error_is_shared_among_intervals_and_looks() -> None:
    assert Level(0.9).error(40, 5) == pytest.approx(0.02)
    assert Level(0.9, simultaneous=True).error(40, 5) == pytest.approx(0.0005)
    assert Sampling(10_000, 0).looks == [10_000]
    assert Sampling(10_000, 0, half_width=0.1).looks == [4096, 8192, 10_000]


def test_too_many_votes() -> None:
    with pytest.raises(ProblemError, match="votes: found 137438953472 numbers"):
        monte_carlo(BUMPS, alpha=0.0, beta=0.5, votes=1 << 37, sampling=Sampling(1000, 0))
