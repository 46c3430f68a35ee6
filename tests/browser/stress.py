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
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Error

from simulate.sweep.axes import Family
from tests.browser.driver import Server, Tab, browser, server, tab
from tests.browser.shown import READ, WATCH, settings_of, shown_of

REGIMES = ("bumps", "stripes", "intervals", "two-gaussians", "concentric", "two-scales", "ball", "anisotropic", "discs")
WARM_UP = 60.0
# Pauses between two things that a person does.
PAUSES = (0.0, 0.05, 0.3, 1.0)
CELLS = [(16, 32), (48, 48)]
# Lines of what went wrong that are printed.
MOST_LINES = 20
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


@dataclass
class Report:
    """What was done, and seen."""

    acts: int = 0
    missed: int = 0
    seen: int = 0
    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    warm: dict[str, float] = field(default_factory=dict)
    end: dict[str, float] = field(default_factory=dict)

    def look(self, view: Tab) -> None:
        """Compare what was painted since the last look with the exact side, where that answers at once."""
        for _at, held in view.page.evaluate("() => window.paintings.splice(0)"):
            self.seen += 1
            shown = shown_of(held)
            try:
                name, settings = settings_of(shown.title)
            except ValueError:
                continue  # words among the settings
            if name not in QUICK or "eps" in settings or "ratio" in settings or not shown.known.any():
                continue
            whole = {key: int(v) if key in ("count", "dim", "seed") else v for key, v in settings.items()}
            self.compared += 1
            try:
                shown.right_for(Family(name, whole).at(), CELLS)
            except AssertionError as error:
                self.wrong.append(str(error))


def live(view: Tab, held: Server, minutes: float, seed: int) -> Report:
    """Act at random for some minutes."""
    draw, report = random.Random(seed), Report()
    view.page.evaluate(WATCH, READ)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 60 * minutes:
        try:
            act(view, draw)
        except Error:  # an input has gone under the hand, as those of another problem came
            report.missed += 1
            view.page.mouse.up()
        report.acts += 1
        time.sleep(draw.choice(PAUSES))
        if report.acts % 20 == 0:  # the page keeps no more than that
            report.look(view)
        if not report.warm and passed > min(WARM_UP, 12 * minutes):
            report.warm = memory(held, view)
    view.control("problem").select_option("bumps")
    view.whole()
    report.look(view)
    report.end = memory(held, view)
    return report


def main(minutes: float = 10.0, seed: int = 0) -> int:
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as held, browser() as found:
        with tab(found, held.address) as view:
            report = live(view.open("?problem=bumps"), held, minutes, seed)
        print(f"{minutes:g} minutes, {report.acts} acts ({report.missed} missed), seed {seed}")
        for name, size in report.end.items():
            before = report.warm.get(name, size)
            print(f"{name}: {before:.0f} MB after warming up, {size:.0f} MB at the end ({size - before:+.0f})")
        print(f"pictures: {report.seen}, compared with the exact side: {report.compared}, stale: {len(report.wrong)}")
        said = held.errors.splitlines()
        print(f"errors in the console: {len(view.faults)}; lines on standard error: {len(said)}")
        for line in [*report.wrong, *view.faults, *said][:MOST_LINES]:
            print(f"  {line}")
    return int(bool(view.faults or report.wrong or said))


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False))))
