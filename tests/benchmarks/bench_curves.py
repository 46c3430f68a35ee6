"""Zero curves of gains with exact tangents and with tangents from triangles: evaluations and time within one run."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.timing import best, sized
from theory import regimes
from theory.arrays import Array
from theory.risks import zero_gain

SEEDS = sized(17, 5)
CASES = [("bumps", {}, {}), ("stripes", {}, {}), ("two-gaussians", {"separation": 4.0, "prior": 0.2}, {"eps": 0.5})]
CASES += [("concentric", {"dim": dim}, {}) for dim in sized((2, 20), (2,))]


@pytest.mark.parametrize(("name", "settings", "fixed"), CASES[sized(0, 2) :], ids=str)
def test_curve(name: str, settings: dict, fixed: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds per curve map, exact over differences, and how many places were asked for."""
    problem = regimes.build(name, **settings)
    asked = {"gains": 0, "slopes": 0}
    plain, exact = zero_gain.compare, zero_gain.gain_slopes

    def gains(problem: object, *noises: Array) -> object:
        asked["gains"] += np.broadcast(*noises).size
        return plain(problem, *noises)

    def slopes(problem: object, *noises: Array) -> object:
        asked["slopes"] += np.broadcast(*noises).size
        return exact(problem, *noises)

    def work() -> list[Array]:
        return zero_gain.zero_gain_curve(problem, ("beta", 0.05, 2.0), ("alpha", 0.05, 2.0), fixed, seeds=SEEDS)

    monkeypatch.setattr(zero_gain, "compare", gains)
    monkeypatch.setattr(zero_gain, "gain_slopes", slopes)
    report, times = [], []
    for route in ("exact", "triangles"):
        if route == "triangles":
            monkeypatch.setattr(zero_gain, "_slopes", lambda *_: None)
        asked.update(gains=0, slopes=0)
        points = sum(len(curve) for curve in work())
        report.append(f"{route} {points} points, {asked['gains']} gains, {asked['slopes']} slopes")
        times.append(best(work, 1))
    print(f"\n{name} {settings}: {times[0] / times[1]:.2f} x the time ({times[1]:.2f} s); {'; '.join(report)}")
