"""Zero curves of gains with exact tangents and with tangents from triangles: evaluations and time within one run."""

from __future__ import annotations

import pytest

from tests.benchmarks.timing import best
from theory import regimes
from theory.arrays import Array
from theory.risks import zero_gain as gain_curves

CASES = [("bumps", {}, {}), ("stripes", {}, {}), ("two-gaussians", {"separation": 4.0, "prior": 0.2}, {"eps": 0.5})]
CASES += [("concentric", {"dim": dim}, {}) for dim in (2, 20)]


@pytest.mark.parametrize(("name", "settings", "fixed"), CASES, ids=str)
def test_curve(name: str, settings: dict, fixed: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds per curve map, exact over differences, and how many places were asked for."""
    problem = regimes.build(name, **settings)
    asked = {"gains": 0, "slopes": 0}
    plain, exact = gain_curves.gain_at, gain_curves.gain_slopes

    def gains(problem: object, alpha: Array, *rest: object) -> object:
        asked["gains"] += len(alpha)
        return plain(problem, alpha, *rest)

    def slopes(problem: object, alpha: Array, *rest: object) -> object:
        asked["slopes"] += len(alpha)
        return exact(problem, alpha, *rest)

    def work() -> list[Array]:
        return gain_curves.zero_gain_curve(problem, ("beta", 0.05, 2.0), ("alpha", 0.05, 2.0), fixed, seeds=17)

    monkeypatch.setattr(gain_curves, "gain_at", gains)
    monkeypatch.setattr(gain_curves, "gain_slopes", slopes)
    report, times = [], []
    for route in ("exact", "triangles"):
        if route == "triangles":
            monkeypatch.setattr(gain_curves, "_slopes", lambda *_: None)
        asked.update(gains=0, slopes=0)
        points = sum(len(curve) for curve in work())
        report.append(f"{route} {points} points, {asked['gains']} gains, {asked['slopes']} slopes")
        times.append(best(work, 1))
    print(f"\n{name} {settings}: {times[0] / times[1]:.2f} x the time ({times[1]:.2f} s); {'; '.join(report)}")
