"""What a slider costs: one update of a live map, against the exact map alone. Run with `make benchmarks`."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest

from simulate.live.live_map import LiveMap
from simulate.sweep.axes import Axis, Family
from tests.benchmarks.timing import best, sized
from theory import compare

SIDE = sized(64, 8)
X, Y = Axis("beta", 0.05, 2.0, SIDE), Axis("alpha", 0.0, 2.0, SIDE)
CASES = [
    ("bumps", {}, {"spacing": 1.5}),
    ("stripes", {}, {"gap": 0.4}),
    ("two-gaussians", {}, {"prior": 0.3}),
    *(("concentric", {"dim": dim}, {"outer": 1.7}) for dim in sized((2, 10, 100, 3072), (2,))),
]
NAMES = ["-".join([regime, *map(str, settings.values())]) for regime, settings, _moved in CASES]


@pytest.mark.parametrize(("regime", "settings", "moved"), CASES, ids=NAMES)
def test_update(regime: str, settings: dict[str, float], moved: dict[str, float]) -> None:
    """Seconds from a slider's move to the picture, as a whole and in parts, and relative to the map alone."""
    live = LiveMap(Family(regime, settings), X, Y)
    problem = live.family.at(moved)
    alone = best(lambda: compare(problem, Y.values[:, None], X.values))
    both = cycle([live.compute(), live.compute(moved)])
    artists = best(lambda: live.show(next(both)), 6)
    picture = best(live.png, 6)
    sides = cycle([moved, {}])
    coarse = best(lambda: (live.update(moved, 2), live.png()))
    whole = np.mean([best(lambda s=s: (live.update(s), live.png()), 2) for s in (next(sides), next(sides))])
    print(
        f"\n{regime} {settings}: {whole:.3f} s an update, {whole / alone:.2f} x the map alone ({alone:.3f} s); artists "
        f"{artists * 1e3:.0f} ms, picture {picture * 1e3:.0f} ms; every second noise {coarse:.3f} s"
    )
