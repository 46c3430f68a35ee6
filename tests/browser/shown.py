"""What a page shows of a map at one moment, as arrays, and whether that is what the exact side says.

Titles and numbers are read at once, between two paintings, so that they belong together.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory import Problem, gain

# Gains are sent as four bytes, and a preview differs from the map in last digits.
SENT = 1e-6
# The map, its title, and its cells; gains are told of all cells, risks of those that are known.
READ = """() => {
  const held = Bokeh.documents.find(one => one.get_model_by_name('map'))
  const map = held.get_model_by_name('map')
  const source = map.renderers.find(one => one.glyph.type === 'Image').data_source
  const grid = name => {
    const found = source.data.get ? source.data.get(name) : source.data[name]
    return found ? [Array.from(found[0]), found[0].shape ?? null] : null
  }
  return {title: map.title.text, alpha: grid('alpha'), beta: grid('beta'), gain: grid('gain'), risk: grid('risk')}
}"""
# Reads what is shown behind every painting, where the title has changed; kept in the page, as the paintings go on.
WATCH = """read => {
  window.paintings = []
  let last = ""
  const look = () => {
    const held = Bokeh.documents.find(one => one.get_model_by_name('map'))
    const title = held.get_model_by_name('map').title.text
    if (title !== last) window.paintings.push([performance.now(), (0, eval)(read)()])
    last = title
    requestAnimationFrame(look)
  }
  look()
}"""


@dataclass
class Shown:
    """The map at one moment: its title, the noises and gains of all cells (rows of alpha), and what is known."""

    title: str
    alpha: np.ndarray
    beta: np.ndarray
    gain: np.ndarray
    known: np.ndarray

    @property
    def whole(self) -> bool:
        """Whether the title says no share of cells."""
        return "% of the cells" not in self.title and "no map" not in self.title

    def right_for(self, problem: Problem, cells: list[tuple[int, int]], **noises: Any) -> None:
        """Raises `AssertionError` where a known cell has another gain than the exact side says."""
        for row, column in cells:
            if not self.known[row, column]:
                continue
            alpha, beta = float(self.alpha[row, 0]), float(self.beta[0, column])
            expected = gain(problem, alpha, beta, **noises)
            found = float(self.gain[row, column])
            # Coordinates are told as numbers of four bytes, too: how much may the gain change by that?
            near = gain(
                problem, float(np.nextafter(np.float32(alpha), 9)), float(np.nextafter(np.float32(beta), 9)), **noises
            )
            slack = 2 * abs(float(near.value - expected.value))
            allowed = SENT * max(1.0, abs(float(expected.value))) + float(expected.error) + slack
            assert math.isclose(found, float(expected.value), abs_tol=allowed), (
                f"{self.title}: gain {found} at alpha = {alpha}, beta = {beta}, expected {expected.value}"
            )


def shown_of(held: dict[str, Any]) -> Shown:
    """What the page told, as arrays."""
    (alpha, shape), beta, gains, risk = held["alpha"], held["beta"][0], held["gain"][0], held["risk"][0]
    rows = int(shape[0]) if shape else int(np.sqrt(len(alpha)))
    arrays = [
        np.asarray([np.nan if v is None else v for v in part], float).reshape(rows, -1)
        for part in (alpha, beta, gains, risk)
    ]
    return Shown(held["title"], *arrays[:3], np.isfinite(arrays[3]))


def settings_of(title: str) -> tuple[str, dict[str, float]]:
    """The problem and the numbers that a title names."""
    name, *parts = re.sub(r" \(\d+% of the cells so far\)$|: no map$", "", title).split(", ")
    return name, {key: float(value) for key, _, value in (part.partition(" = ") for part in parts)}
