"""What a slider costs the explorer's processes: a coarse and a whole map with their pictures, against the map alone.

From the browser's event to its paint: `make browser-timings`. Run with `make benchmarks`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from figures.interactive import InteractiveMap
from simulate.live.library import first
from simulate.live.refine import Refinement
from simulate.live.tables import blank
from simulate.live.view import View
from simulate.sweep.cells import evaluate
from tests.benchmarks.timing import best, sized
from theory import compare

SIDE = sized(64, 8)
CASES = [
    ("bumps", {}, {"spacing": 1.5}),
    ("stripes", {}, {"gap": 0.4}),
    ("two-gaussians", {}, {"prior": 0.3}),
    *(("concentric", {"dim": dim}, {"outer": 1.7}) for dim in sized((2, 10, 100, 3072), (2,))),
]
NAMES = ["-".join([regime, *map(str, settings.values())]) for regime, settings, _moved in CASES]


def shown(view: View, picture: InteractiveMap, whole: bool) -> None:
    """All that is done between an event and the message to the browser."""
    held = Refinement(view)
    while True:
        held.take(evaluate(held.next()), 0.01)
        if held.worth_showing:
            picture.update(held.dataset())
        if not whole or held.complete:
            return


@pytest.mark.parametrize(("regime", "settings", "moved"), CASES, ids=NAMES)
def test_moves(regime: str, settings: dict[str, float], moved: dict[str, float]) -> None:
    """Seconds from a move to what is sent, of a coarse map and of a coarse and a whole one."""
    start = first(regime, regime, settings)
    view = replace(start, x=replace(start.x, count=SIDE), y=replace(start.y, count=SIDE), settings=settings | moved)
    picture = InteractiveMap(blank(view))
    alone = best(lambda: compare(view.family.at(), view.y.values[:, None], view.x.values))
    coarse, whole = (best(lambda all_=all_: shown(view, picture, all_)) for all_ in (False, True))
    print(
        f"\n{regime} {settings}: coarse {coarse * 1e3:.0f} ms, coarse and whole {whole * 1e3:.0f} ms, "
        f"{whole / alone:.2f} x the map alone ({alone * 1e3:.0f} ms)"
    )
