"""A base classifier smoothed with noise that is a product of Laplace or uniform laws, as a shape of the plane."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.product.graphs import Columns, level_set
from theory.geometry.plane.product.levels import crossings, nearest
from theory.geometry.plane.product.lines import Votes, votes_along
from theory.geometry.plane.product.profiles import REACH, Product
from theory.geometry.plane.product.rows import Rows, rows_of
from theory.geometry.plane.shapes import BaseRegion, Still
from theory.geometry.plane.window import Window

# Where no vote may miss the region (uniform noise, at a radius as large as it reaches) this many may: the edge moves
# like the cube root of that at most, so by no more than from here to eight times it.
LEAST_BAR = 1e-8
# Rows are good to this share of the size of the whole, level by level.
ACCURACY = (1e-8, 1e-9, 1e-10, 1e-11, 1e-11)
KEPT = 64
# What a panel of a level set may leave out, as a share of the area that matters, level by level.
LEFT_OUT = (1e-1, 3e-2, 3e-3, 3e-4, 3e-5)


@dataclass(frozen=True)
class Swept:
    """{1 - u <= bar} where `rest`, else {u >= bar}; closed: whether the region holds where the two are equal.

    law, beta: of the noise, u its share of the base region. area: what an outline may leave out.
    """

    base: BaseRegion
    window: Window
    law: str
    beta: float
    bar: float = 0.5
    rest: bool = True
    closed: bool = True
    area: float = 1e-8

    @property
    def noise(self) -> Product:
        """The noise, as far as it counts at this level of the votes."""
        deep = math.log(0.5 / self.bar) if 0 < self.bar < 0.5 else 0.0
        return Product(self.law, self.beta, self.rest, REACH + deep)

    def rows(self, level: int) -> Rows:
        """Of the base classifier, as far as noise reaches."""
        reach = self.noise.far / self.window.half
        steps = 2.0 ** max(-1, math.ceil(math.log2(max(reach, 1e-300))))
        return _rows(Still(self.base, self.window.wider(self.window.half * steps)), level)

    def cuts(self, level: int) -> Array:
        """Abscissae at which columns need not be smooth."""
        rows = self.rows(level)
        if self.law == "laplace":
            return rows.columns
        return np.concatenate([rows.columns - self.beta, rows.columns, rows.columns + self.beta])

    def along(self, x: Array, level: int, noise: Product | None = None) -> Votes:
        """The share of the votes on vertical lines (M,)."""
        low, high = self.window.y - self.window.half, self.window.y + self.window.half
        return votes_along(self.rows(level), noise or self.noise, x, (low, high))

    def columns(self, x: Array, level: int) -> Columns:
        """The region on vertical lines (M,)."""
        votes = self.along(x, level)
        line, y, first = crossings(votes, self.bar, self.closed != self.rest)
        low, high = self.window.y - self.window.half, self.window.y + self.window.half
        turned = np.bincount(line[y <= low], minlength=len(x)) % 2 == 1
        inside = (y > low) & (y < high)
        line, y = line[inside], y[inside]
        count = np.bincount(line, minlength=len(x))
        ends = np.full((len(x), int(count.max(initial=0))), np.nan)
        ends[line, np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)] = y
        return Columns(ends, count, (first ^ turned) != self.rest, nearest(votes, self.bar))

    def outline(self, level: int) -> Outline:
        """Its boundary inside the window."""
        return _outlined(self, level)

    def around(self, margin: float) -> Swept:
        """The same in a wider window."""
        return replace(self, window=self.window.wider(margin))

    def doubt(self, level: int) -> float:
        """By how much unresolved parts of the base classifier can move u: their area times the noise's density."""
        doubt = self.rows(level).loose / (4 * self.beta**2)
        return doubt + 7 * LEAST_BAR if self.bar <= LEAST_BAR else doubt

    def beside(self, doubt: float) -> Swept | None:
        """The same for so much more of the votes; None where that is none or all of them."""
        bar = self.bar - doubt if self.rest else self.bar + doubt
        if self.bar <= LEAST_BAR:
            bar = max(bar, LEAST_BAR)
        return replace(self, bar=bar) if 0 < bar < 1 else None

    def votes(self, points: Array, level: int = 2) -> Array:
        """u at points (N, 2)."""
        margin = np.abs(points - self.window.center).max(initial=0.0)
        wide = replace(self, window=replace(self.window, half=max(float(margin), self.window.half)), rest=False)
        x, back = np.unique(points[:, 0], return_inverse=True)
        found = np.empty(len(points))
        for k in range(0, len(x), 400):
            here = np.flatnonzero((back >= k) & (back < k + 400))
            found[here] = wide.along(x[k : k + 400], level).at(back[here] - k, points[here, 1])
        return found

    def contains(self, points: Array) -> Flags:
        """The sign of the votes less the level."""
        share = self.votes(points)
        share = 1 - share if self.rest else share
        level = np.abs(share - self.bar) <= 1e-13
        return np.where(level, self.closed, (share < self.bar) == self.rest)


def swept(shape: Still, law: str, beta: float, tail: float, flipped: bool, bounded: bool, area: float) -> Swept:
    """{1 - u <= tail}, or where it is flipped {u > tail}, whose complement is wanted.

    bounded: whether the base classifier lies in its window, so that only noise can lead out of it.
    """
    window = shape.window
    bar = max(tail, LEAST_BAR) if law == "uniform" else tail
    if bounded:
        reach = beta if law == "uniform" else -beta * math.log(2 * tail)
        window = window.wider(reach + 0.01 * window.half).askew()
    return Swept(shape.base, window, law, beta, bar, not flipped, not flipped, area)


@lru_cache(KEPT)
def _rows(shape: Still, level: int) -> Rows:
    return rows_of(shape.outline(level), shape.window.half, ACCURACY[level])


@lru_cache(8)
def _outlined(shape: Swept, level: int) -> Outline:
    half, middle = shape.window.half, shape.window.center
    window = middle - half, middle + half
    refinement = LEVELS[level]
    return level_set(
        lambda x: shape.columns(x, level), shape.cuts(level), window, refinement.nodes, LEFT_OUT[level] * shape.area
    )


def forget() -> None:
    """Drop the outlines and rows that are kept for reuse: for measurements."""
    _rows.cache_clear()
    _outlined.cache_clear()
