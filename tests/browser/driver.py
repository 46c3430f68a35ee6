"""A browser and the page of `noisewise explore`: starting both, and moving inputs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, TimeoutError, sync_playwright

from simulate.live.view import View
from tests.browser.found import CHROMIUMS, OPTIONS, chromium
from tests.browser.shown import READ, Shown, shown_of

ROOT = Path(__file__).parents[2]
# Milliseconds after which something is not coming any more, on a loaded machine too.
PATIENCE = 60_000
WIDE = {"width": 1400, "height": 1000}
READY = "() => window.Bokeh?.documents?.some(one => one.get_model_by_name('map'))"
TITLED = """parts => {
  const title = Bokeh.documents.find(one => one.get_model_by_name('map')).get_model_by_name('map').title.text
  return !/% of the cells|: no map/.test(title) && parts.every(part => title.includes(part))
}"""
# The element that has the focus, through all shadow roots.
FOCUS = """() => {
  let found = document.activeElement
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
  return found
}"""


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without windows. Raises `RuntimeError` where there is none."""
    found = chromium()
    if found is None:
        raise RuntimeError(f"no browser on the path: one of {', '.join(CHROMIUMS)}")
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=found, args=list(OPTIONS))
        try:
            yield started
        finally:
            started.close()


@dataclass
class Server:
    """A running `noisewise explore`. said: the file that holds its standard error."""

    process: subprocess.Popen[str]
    address: str
    said: Path

    @property
    def errors(self) -> str:
        """What it has said on standard error."""
        return self.said.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Signal it, and wait for its end; the status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def server(folder: Path, *words: str) -> Iterator[Server]:
    """`noisewise explore WORDS` at a port that is free, in a folder."""
    said = folder / "said"
    with said.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "noisewise", "explore", *words, "--no-browser"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), said.read_text()
    started = Server(process, line.split()[-1], said)
    try:
        yield started
    finally:
        started.end()
        process.stdout.close()


@dataclass
class Tab:
    """A tab with the explorer: what the console and the network said lies in `faults` and `hosts`."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        page = self.page
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))

    def open(self, query: str = "", wait: bool = True) -> Tab:
        """Load the page, and wait until its map is whole."""
        self.page.goto(self.address + query)
        self.page.wait_for_function(READY)
        if wait:
            self.whole()
        return self

    def whole(self) -> Shown:
        """Wait until the map is whole: then its files can be had."""
        self.page.get_by_role("button", name="CSV", disabled=False).wait_for()
        return self.read()

    def titled(self, *parts: str) -> Shown:
        """Wait until the map is whole and its title holds these words."""
        try:
            self.page.wait_for_function(TITLED, arg=list(parts))
        except TimeoutError as error:
            raise AssertionError(f"{', '.join(parts)}: {self.read().title!r}; {self.message!r}") from error
        return self.whole()

    def read(self) -> Shown:
        """The map as it is now."""
        return shown_of(self.page.evaluate(READ))

    @property
    def saves(self) -> Locator:
        """The button of a file, which can be pressed where the map is whole."""
        return self.page.get_by_role("button", name="CSV")

    @property
    def message(self) -> str:
        """What the page says in words."""
        return self.page.get_by_role("status").inner_text()

    def control(self, key: str) -> Locator:
        """The input of a key."""
        return self.page.locator(f'[id="c-{key}"]')

    def inputs(self) -> list[str]:
        """The keys of all inputs, in the order of the page."""
        ids = self.page.locator("[id^=c-]").evaluate_all("found => found.map(one => one.id)")
        return [name.removeprefix("c-") for name in ids]

    def value(self, key: str) -> float:
        """The number of an input."""
        return float(self.control(key).input_value())

    def drag(self, key: str, share: float, steps: int = 6) -> float:
        """Drag a slider with the pointer to a share of its length; the number it has then."""
        slider = self.control(key)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        if box is None:
            raise Error(f"{key} is not on the page any more")
        low, high, now = (float(slider.evaluate(f"found => found.{part}")) for part in ("min", "max", "value"))
        thumb = 16.0
        y, left, span = box["y"] + box["height"] / 2, box["x"] + thumb / 2, box["width"] - thumb
        self.page.mouse.move(left + span * (now - low) / (high - low), y)
        self.page.mouse.down()
        self.page.mouse.move(left + span * share, y, steps=steps)
        self.page.mouse.up()
        return self.value(key)

    def figures(self) -> dict[str, bool]:
        """Titles of all figures, and whether they are shown."""
        found = self.page.evaluate("""() => {
          const held = Bokeh.documents.find(one => one.get_model_by_name('map'))
          return [...held.all_models].filter(one => one.type === 'Figure').map(one => [one.title.text, one.visible])
        }""")
        return dict(found)

    def pinned(self, text: str) -> None:
        """Wait until a figure of the point has a title with these words."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            if any(text in title for title, shown in self.figures().items() if shown):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"no figure says {text!r}: {self.figures()}")


@contextmanager
def tab(context: Browser | BrowserContext, address: str, size: dict[str, int] | None = None) -> Iterator[Tab]:
    """A tab that is closed afterwards, at a size of window."""
    page = context.new_page()
    page.set_viewport_size(WIDE if size is None else size)  # type: ignore[arg-type]
    try:
        yield Tab(page, address)
    finally:
        page.close()


def first_view(name: str) -> View:
    """The view with which a problem begins."""
    from simulate.live.library import Library

    return Library().view(name)
