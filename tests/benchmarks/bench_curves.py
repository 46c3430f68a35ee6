"""Lines on which gains change sign: evaluations and time."""

from __future__ import annotations

import pytest

from tests.benchmarks.timing import best, sized
from theory import regimes
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
