"""Lines on which gains change sign: evaluations and time. Best noises of a family: together, and one by one."""

from __future__ import annotations

from functools import partial
from time import process_time

import numpy as np
import pytest

from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import best as best_curve
from simulate.sweep.curves import zero_gain as zero_gain_lines
from simulate.sweep.sweep import sweep
from tests.benchmarks.timing import best, sized
from theory import best_alphas, compare, regimes
from theory.arrays import Array
from theory.numerics.zero_lines import ZeroLine
from theory.risks import zero_gain

SEEDS = sized(17, 5)
CASES = [("bumps", {}, {}), ("stripes", {}, {}), ("two-gaussians", {"separation": 4.0, "prior": 0.2}, {"eps": 0.5})]
CASES += [("concentric", {"dim": dim}, {}) for dim in sized((2, 20), (2,))]


@pytest.mark.parametrize(("name", "settings", "fixed"), CASES[sized(0, 2) :], ids=str)
def test_curve(name: str, settings: dict, fixed: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds per map, and how many places were asked for in how many calls."""
    problem = regimes.build(name, **settings)
    asked, plain = [0, 0], zero_gain.compare

    def gains(problem: object, *noises: Array, ratio: Array | None) -> object:
        asked[0] += len(noises[0])
        asked[1] += 1
        return plain(problem, *noises, ratio=ratio)

    def work() -> list[ZeroLine]:
        return zero_gain.zero_gain_curve(problem, ("beta", 0.05, 2.0), ("alpha", 0.05, 2.0), fixed, seeds=SEEDS)

    monkeypatch.setattr(zero_gain, "compare", gains)
    points = sum(len(line.points) for line in work())
    counts = f"{points} points, {asked[0]} gains in {asked[1]} calls"
    print(f"\n{name} {settings}: {best(work, 1):.2f} s; {counts}")


FAMILIES = (("stripes", "gap", 0.1, 1.0), ("bumps", "spacing", 1.0, 2.5), ("two-scales", "scale1", 1.2, 2.0))


@pytest.mark.parametrize(("name", "key", "low", "high"), FAMILIES[: sized(3, 1)], ids=str)
def test_families(name: str, key: str, low: float, high: float) -> None:
    """Both curves and the cells of a family of problems, and how many times as long each takes problem by problem."""
    family, x, y = Family(name), Axis(key, low, high, sized(23, 3)), Axis("alpha", 0.0, 1.5, sized(21, 3))
    dataset = sweep(family, x, y)
    problems = [family.at({key: value}) for value in x.values.tolist()]
    rows = {
        "cells": (lambda: sweep(family, x, y), lambda: [compare(problem, y.values, 0.5) for problem in problems]),
        "best noises": (
            lambda: best_curve(dataset, family, x, y),
            lambda: [best_alphas(problem, [0.5], upper=y.high) for problem in problems],
        ),
    }
    for what, (together, apart) in rows.items():
        first, second = (best(work, 1, process_time) for work in (together, apart))
        print(f"\n{name}, {what} over ({key}, alpha): {first:.2f} s of CPU; one by one {second / first:.1f} times that")
    print(f"{name}, zero gains: {best(lambda: zero_gain_lines(dataset, family, x, y), 1, process_time):.2f} s of CPU")


def test_one_problem() -> None:
    """One smoothing noise, and many together."""
    for name in sized(("stripes", "bumps", "concentric", "two-scales"), ("two-scales",)):
        problem, betas = regimes.build(name), np.linspace(0.1, 2.0, sized(64, 3))
        one, many = (best(partial(best_alphas, problem, at), 1, process_time) for at in (betas[:1], betas))
        print(f"\n{name}: one best noise {one:.3f} s of CPU, {len(betas)} together {many / one:.1f} times that")
