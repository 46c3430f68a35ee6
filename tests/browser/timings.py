"""Milliseconds from an input to its picture, for several problems: coarse and whole maps, alone and while dragging.

    python -m tests.browser.timings [MOVES]

alone: from the event of the input to the painting of the first map (of every fourth cell) and of the whole one, with a
pause after each move: the median, and the longest. dragged: events at 60 Hz for two seconds; from each event to the
next painting of a map of its value or a later one. All by the clock of the page; absolute numbers are those of a
machine that does nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.browser.driver import Tab, browser, server, tab

MOVES = 15
# Address, and the input that is moved.
ASKED = {
    "bumps": ("?problem=bumps", "spacing"),
    "stripes": ("?problem=stripes", "gap"),
    "intervals": ("?problem=intervals", "gap"),
    "two-gaussians": ("?problem=two-gaussians", "separation"),
    "two-scales": ("?problem=two-scales", "separation"),
    "concentric, dim 2": ("?problem=concentric", "outer"),
    "concentric, dim 100": ("?problem=concentric&set.dim=100", "outer"),
    "concentric, dim 3072": ("?problem=concentric&set.dim=3072", "outer"),
    "ball": ("?problem=ball", "radius"),
}
# Marks every event of an input, and every painting that follows a new title, with the value that the title names.
MARK = """([key, usual]) => {
  const map = Bokeh.documents.find(one => one.get_model_by_name('map')).get_model_by_name('map')
  const value = title => Number(title.match(new RegExp(`${key} = ([-\\\\d.e+]+)`))?.[1] ?? usual)
  window.marks = []
  window.addEventListener('input', event => {
    window.marks.push(['event', performance.now(), Number(Number(event.composedPath()[0].value).toPrecision(12))])
  }, true)
  let waiting = false
  map.title.properties.text.change.connect(() => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        waiting = false
        const title = map.title.text
        window.marks.push([/% of the cells/.test(title) ? 'coarse' : 'whole', performance.now(), value(title)])
      }
      channel.port2.postMessage(0)
    })
  })
}"""
# Drags a slider from here to there in events at 60 Hz, by the script: the pointer of a test is not as quick.
DRAG = """async ([id, from, to, count]) => {
  let slider = null
  const find = root => {
    for (const one of root.querySelectorAll('*')) {
      if (one.id === id) slider = one
      if (one.shadowRoot) find(one.shadowRoot)
    }
  }
  find(document)
  for (let k = 0; k <= count; k++) {
    slider.value = String(from + (to - from) * k / Math.max(count, 1))
    slider.dispatchEvent(new Event('input', {bubbles: true, composed: true}))
    if (count) await new Promise(done => setTimeout(done, 1000 / 60))
  }
}"""


def alone(view: Tab, key: str, moves: int) -> dict[str, list[float]]:
    """Milliseconds to the coarse and to the whole map, of moves with a pause after each."""
    low, high = (float(view.control(key).get_attribute(part) or 0) for part in ("min", "max"))
    took: dict[str, list[float]] = {"coarse": [], "whole": []}
    for k in range(moves):
        at = low + (high - low) * (0.3 + 0.4 * ((7 * k) % moves) / moves)
        view.page.evaluate("() => { window.marks = [] }")
        view.page.evaluate(DRAG, [f"c-{key}", at, at, 0])
        view.page.wait_for_function(
            "() => { const at = window.marks[0]?.[2]; return window.marks.some(m => m[0] === 'whole' && m[2] === at) }"
        )
        marks = view.page.evaluate("window.marks")
        start = marks[0][1]
        for kind in took:
            took[kind] += [when - start for what, when, value in marks if what == kind and value == marks[0][2]][:1]
        view.page.wait_for_timeout(1500)
    return took


def dragged(view: Tab, key: str) -> list[float]:
    """Milliseconds from each event of a drag to the next picture of its value or a later one."""
    low, high = (float(view.control(key).get_attribute(part) or 0) for part in ("min", "max"))
    view.page.evaluate("() => { window.marks = [] }")
    view.page.evaluate(DRAG, [f"c-{key}", low + 0.3 * (high - low), low + 0.7 * (high - low), 120])
    view.page.wait_for_function("""() => {
      const last = window.marks.filter(m => m[0] === 'event').at(-1)[2]
      return window.marks.some(m => m[0] === 'whole' && m[2] === last)
    }""")
    marks: list[Any] = view.page.evaluate("window.marks")
    events = [(when, value) for what, when, value in marks if what == "event"]
    paintings = [(when, value) for what, when, value in marks if what != "event"]
    return [min(seen - when for seen, shown in paintings if shown >= value and seen > when) for when, value in events]


def main(moves: int = MOVES) -> None:
    print(f"{'':22}{'coarse':>16}{'whole':>16}{'dragged':>16}    (ms: median, longest)")
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as held, browser() as found:
        for name, (query, key) in ASKED.items():
            with tab(found, held.address) as view:
                view.open(query)
                view.page.wait_for_timeout(3000)
                view.page.evaluate(MARK, [key, view.value(key)])  # a title is silent about what is usual
                told = [*alone(view, key, moves).values(), dragged(view, key)]
                columns = "".join(f"{median(part):8.0f},{max(part):7.0f}" if part else f"{'-':>16}" for part in told)
                print(f"{name:22}{columns}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
