"""Minutes of random dragging on the page: errors, stale pictures, and whether memory grows.

    python -m tests.browser.stress [MINUTES] [SEED]

Regimes on the line, about a centre and in the plane, one after the other, in one tab. After one minute, or a fifth of
the time where that is less, and at the end: resident memory of the server and of its workers, and the heap of the page
after a collection.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from simulate.sweep.axes import Family
from tests.browser.driver import READ, Server, Tab, browser, server, settings_of, shown_of, tab
from tests.browser.test_stale import WATCH

REGIMES = ("bumps", "stripes", "intervals", "two-gaussians", "concentric", "two-scales", "ball", "anisotropic", "discs")
WARM_UP = 60.0
# Pauses between two things that a person does.
PAUSES = (0.0, 0.05, 0.3, 1.0)
CELLS = [(0, 16), (16, 32), (48, 48), (32, 0)]
# Regimes of which the exact side answers at once.
QUICK = set(REGIMES) - {"anisotropic", "discs"}
MEGABYTE = 2.0**20


def memory(held: Server, view: Tab) -> dict[str, float]:
    """Megabytes of the server, of all its workers, and of the heap of the page."""
    process = psutil.Process(held.process.pid)
    workers = 0.0
    for child in process.children(recursive=True):
        try:
            workers += child.memory_info().rss
        except psutil.Error:
            continue
    session = view.page.context.new_cdp_session(view.page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    found = {"server": process.memory_info().rss, "workers": workers, "page": heap}
    return {name: size / MEGABYTE for name, size in found.items()}


def act(view: Tab, draw: random.Random) -> str:
    """One thing that a person does; its name."""
    kind = draw.choices(("drag", "keys", "regime", "rule", "pin"), (8, 3, 1, 1, 2))[0]
    sliders = view.page.locator("input[type=range]")
    count = sliders.count()
    if kind in ("drag", "keys"):
        key = (sliders.nth(draw.randrange(count)).get_attribute("id") or "").removeprefix("c-")
        if kind == "drag":
            view.drag(key, draw.random(), steps=draw.choice((1, 10, 40)))
        else:
            view.control(key).focus()
            for _ in range(draw.randrange(1, 8)):
                view.page.keyboard.press(draw.choice(("ArrowLeft", "ArrowRight")))
    elif kind == "regime":
        view.control("problem").select_option(draw.choice(REGIMES))
    elif kind == "rule":
        lists = view.page.locator("select")
        chosen = lists.nth(draw.randrange(1, lists.count()))
        chosen.select_option(index=draw.randrange(chosen.locator("option").count()))
    else:
        view.control("pin beta").evaluate("found => found.focus()")
        view.page.keyboard.press(draw.choice(("PageUp", "PageDown")))
    return kind


def stale(told: list[Any]) -> tuple[int, int, list[str]]:
    """Of what was painted: how many pictures were compared with the exact side, how many of them are wrong, and why."""
    compared, wrong = 0, []
    for _at, held in told:
        shown = shown_of(held)
        parts = shown.title.partition(" (")[0].partition(", ")
        numbers = all("=" in part and part.rpartition(" ")[2][:1].isdigit() for part in parts[2].split(", ") if part)
        if parts[0] not in QUICK or not numbers or "eps" in parts[2] or not shown.known.any():
            continue
        name, settings = settings_of(shown.title)
        whole = {key: int(v) if key in ("count", "dim", "seed") else v for key, v in settings.items()}
        compared += 1
        try:
            shown.right_for(Family(name, whole).at(), CELLS[:2])
        except AssertionError as error:
            wrong.append(str(error))
    return compared, len(wrong), wrong


def main(minutes: float = 10.0, seed: int = 0) -> int:
    draw, done = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as held, browser() as found:
        with tab(found, held.address) as view:
            view.open("?problem=bumps")
            view.page.evaluate(WATCH, READ)
            began = time.monotonic()
            warm: dict[str, float] | None = None
            compared, wrong, whys = 0, 0, []
            while (passed := time.monotonic() - began) < 60 * minutes:
                act(view, draw)
                done += 1
                time.sleep(draw.choice(PAUSES))
                if done % 20 == 0:  # the page keeps no more than that
                    told = view.page.evaluate("() => window.paintings.splice(0)")
                    more, bad, why = stale(told)
                    compared, wrong, whys = compared + more, wrong + bad, whys + why
                if warm is None and passed > min(WARM_UP, 12 * minutes):
                    warm = memory(held, view)
            view.control("problem").select_option("bumps")
            view.whole()
            end = memory(held, view)
            print(f"{minutes:g} minutes, {done} acts, seed {seed}")
            for name, size in end.items():
                before = (warm or end)[name]
                print(f"{name}: {before:.0f} MB after warming up, {size:.0f} MB at the end ({size - before:+.0f})")
            print(f"pictures compared with the exact side: {compared}, stale: {wrong}")
            print(
                f"errors in the console: {len(view.faults)}; lines on standard error: {len(held.errors.splitlines())}"
            )
            for line in [*whys, *view.faults, *held.errors.splitlines()][:20]:
                print(f"  {line}")
            failed = bool(view.faults or wrong or held.errors)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False))))
