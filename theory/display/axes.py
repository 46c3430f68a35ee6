"""Inline SVG by hand: axes with numbers, and what is drawn in them. No identifiers, which would clash in one page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array
from theory.display.card import clean

BLUE, VERMILION = "#0072B2", "#D55E00"
# Stroke of each class; dashes keep the classes apart where colours do not.
COLOURS = (VERMILION, BLUE)
LINES = {0: f'stroke="{VERMILION}" stroke-dasharray="6 3"', 1: f'stroke="{BLUE}"'}
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 24, 40
# A legend of two entries, and the name of the second axis beside it, end here at the earliest.
LEAST_RIGHT = 270
# A window narrower than this many floats cannot be drawn in.
LEAST_FLOATS = 1000
# Longer labels of ticks are written less a common number.
LONGEST_LABEL = 7
# A window this near to 0, relative to its width, needs no common number.
NEAR = 1e3


@dataclass(frozen=True)
class Axes:
    """A window of the plane (or of a line, where `tall` is False and the second axis has no numbers) in pixels."""

    low: tuple[float, float]
    high: tuple[float, float]
    width: int = 420
    height: int = 170
    tall: bool = True

    @property
    def usable(self) -> bool:
        """Whether the window is finite and wide enough for floats to tell its places apart."""
        return all(
            math.isfinite(b - a) and b - a > LEAST_FLOATS * np.spacing(max(abs(a), abs(b)))
            for a, b in zip(self.low, self.high, strict=True)
        )

    @property
    def right(self) -> int:
        """Where the legend ends: at the edge of the axes, or beyond where they are too narrow for it."""
        return max(LEFT + self.width, LEAST_RIGHT)

    def pixels(self, points: Array) -> Array:
        """Points (m, 2) in pixels, those far outside moved to just outside."""
        low, high = np.array(self.low), np.array(self.high)
        share = np.clip((points - low) / (high - low), -10.0, 11.0)
        return np.stack([LEFT + share[:, 0] * self.width, TOP + (1 - share[:, 1]) * self.height], axis=1)

    def polyline(self, points: Array, label: int, extra: str = "") -> str:
        """A line through points (m, 2) in the colour of a class."""
        return (
            f'<polyline points="{places(self.pixels(points))}" fill="none" {LINES[label]} stroke-width="1.6"{extra}/>'
        )

    def polygons(self, curves: Iterable[Array], attributes: str) -> str:
        """Closed polygons as one path, filled where an odd number of them lies around."""
        parts = ["M" + places(thinned(self.pixels(curve))) + "Z" for curve in curves if len(curve) > 1]
        return f'<path d="{"".join(parts)}" fill-rule="evenodd" {attributes}/>' if parts else ""

    def inside(self, drawn: str) -> str:
        """What is drawn, cut off at the edge of the window."""
        return (
            f'<svg x="{LEFT}" y="{TOP}" width="{self.width}" height="{self.height}" overflow="hidden" '
            f'viewBox="{LEFT} {TOP} {self.width} {self.height}">{drawn}</svg>'
        )

    def svg(self, drawn: str, along: str, upwards: str = "", legend: str = "") -> str:
        """The whole picture: axes, their names, the legend (made by `key`), and what is drawn."""
        wide, high = self.right + RIGHT, TOP + self.height + BOTTOM
        return (
            f'<svg width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" role="img" '
            f'aria-label="{clean(f"{upwards} against {along}" if upwards else along)}" font-family="sans-serif" '
            f'font-size="11" fill="currentColor">{self._frame(along, upwards)}{legend}{drawn}</svg>'
        )

    def _frame(self, along: str, upwards: str) -> str:
        right, bottom = LEFT + self.width, TOP + self.height
        across, name = ticks(self.low[0], self.high[0], max(self.width // 60, 2))
        marks = []
        for at, label in across:
            x = LEFT + (at - self.low[0]) / (self.high[0] - self.low[0]) * self.width
            marks.append(f'<path d="M{x:.1f} {bottom}v4" stroke="currentColor"/>')
            marks.append(f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{label}</text>')
        marks.append(text(LEFT + self.width / 2, bottom + 32, name.format(along), "middle"))
        if self.tall:
            up, other = ticks(self.low[1], self.high[1], max(self.height // 32, 2))
            for at, label in up:
                y = TOP + (self.high[1] - at) / (self.high[1] - self.low[1]) * self.height
                marks.append(f'<path d="M{LEFT} {y:.1f}h-4" stroke="currentColor"/>')
                marks.append(f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
            marks.append(text(4, 14, other.format(upwards), "start"))
        path = f"M{LEFT} {TOP}V{bottom}H{right}" if self.tall else f"M{LEFT} {bottom}H{right}"
        return f'<path d="{path}" fill="none" stroke="currentColor"/>{"".join(marks)}'


def places(pixels: Array) -> str:
    """Pixels as coordinates of a path."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in pixels.tolist())


def text(x: float, y: float, words: str, anchor: str) -> str:
    """Words at a place."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{clean(words)}</text>'


def key(right: float, entries: Iterable[tuple[str, str]]) -> str:
    """A legend in the row above the axes, from the right: (drawing in a box of 24 x 10 pixels, words)."""
    drawn, x = [], right
    for sample, words in entries:
        x -= 6.2 * len(words)
        drawn.append(text(x, 14, words, "start"))
        x -= 30
        drawn.append(f'<g transform="translate({x:g} 5)">{sample}</g>')
        x -= 14
    return "".join(drawn)


def line_sample(label: int) -> str:
    """The line of a class for a legend."""
    return f'<path d="M0 5H24" fill="none" {LINES[label]} stroke-width="1.6"/>'


def thinned(pixels: Array, apart: float = 0.7) -> Array:
    """Points of a curve without those that lie within a pixel or so of the one before."""
    steps = np.concatenate([[0.0], np.hypot(*np.diff(pixels, axis=0).T)])
    return pixels[np.flatnonzero(np.diff(np.floor(np.cumsum(steps) / apart), prepend=-1.0) > 0)]


def ticks(low: float, high: float, most: int) -> tuple[list[tuple[float, str]], str]:
    """Round places with their labels, and the name of the axis as a pattern ("{} - 1000", "{} / 1e6") that says what is
    left out of the labels to keep them short."""
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    middle = math.floor((low / 2 + high / 2) / step) * step
    base = middle if max(abs(low), abs(high)) > NEAR * (high - low) else 0.0
    first, last = math.ceil((low - base) / step - 1e-9), math.floor((high - base) / step + 1e-9)
    offsets = [k * step for k in range(first, last + 1)]
    name = "{}" if not base else f"{{}} {'-' if base > 0 else '+'} {abs(base):.12g}"
    labels = [f"{offset:.6g}" for offset in offsets]
    if any(len(label) > LONGEST_LABEL or "e" in label or abs(float(label)) >= 1e5 for label in labels):
        power = math.floor(math.log10(max(map(abs, offsets))))
        labels = [f"{offset / 10.0**power:.4g}" for offset in offsets]
        name = f"({name}) / 1e{power}" if base else f"{name} / 1e{power}"
    return [(base + offset, label) for offset, label in zip(offsets, labels, strict=True)], name
