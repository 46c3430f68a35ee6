"""A chart of the plane about a box: within it the plane in units of the noise, and outside ever coarser.

What is decided by the nearest part of a box varies the less the farther away it is seen from. Along every axis

    x = middle + alpha (w + g(w)),  g(w) = (exp(k (w - b)) - exp(-k (w + b)))/k,  b alpha the half side of the box,

so that a place at lambda noise scales from the box has w about b + log(k lambda)/k, and squares of one size do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.squares import quarters
from theory.geometry.plane.window import SKEW, Window

# How fast squares grow outside of the box.
RATE = 0.5
# Steps of Newton's method, until one is this small.
STEPS, LAST = 40, 1e-14
# Squares reach no more than this far beyond a window.
OVER = 4.0


@dataclass(frozen=True)
class Chart:
    """box (4,): x and y of its low and of its high corner; alpha: the noise."""

    box: tuple[float, float, float, float]
    alpha: float

    @property
    def _middle(self) -> Array:
        return 0.5 * (np.array(self.box[:2]) + np.array(self.box[2:]))

    @property
    def _half(self) -> Array:
        """(2,) half sides in units of the noise."""
        return 0.5 * (np.array(self.box[2:]) - np.array(self.box[:2])) / self.alpha

    def places(self, w: Array) -> Array:
        """Points (..., 2) of the plane, of points w (..., 2) of the chart."""
        up, down = self._growth(w)
        return self._middle + self.alpha * (w + (up - down) / RATE)

    def pace(self, w: Array) -> Array:
        """(..., 2) derivatives of places, axis by axis."""
        up, down = self._growth(w)
        return self.alpha * (1 + up + down)

    def _growth(self, w: Array) -> tuple[Array, Array]:
        up, down = (np.exp(RATE * (side * w - self._half)) for side in (1, -1))
        return up, down

    def inverse(self, x: Array) -> Array:
        """Points (..., 2) of the chart, by Newton's method from outside, where places bend upwards."""
        away, half = np.abs(x - self._middle) / self.alpha, self._half
        w = np.minimum(away, half + np.log1p(RATE * away) / RATE)
        for _ in range(STEPS):
            step = (np.abs(self.places(w) - self._middle) / self.alpha - away) / (self.pace(w) / self.alpha)
            w = np.maximum(w - step, 0.0)
            if (np.abs(step) <= LAST * (1 + w)).all():
                break
        return np.asarray(np.copysign(w, x - self._middle))

    def squares(self, window: Window) -> tuple[Array, Array]:
        """Squares of the chart that cover a window, and little more: centres (N, 2) and half sides (N,)."""
        low, high = (self.inverse(window.center + side * window.half) for side in (-1, 1))
        size = 0.5 * float((high - low).max())
        center, half = (0.5 * (low + high) + size * np.array(SKEW))[None], np.array([size * (1 + max(SKEW))])
        done: list[tuple[Array, Array]] = []
        while len(half):
            out = np.maximum(center + half[:, None] - high, low - center + half[:, None]).max(axis=1)
            met = (np.maximum(center - half[:, None] - high, low - center - half[:, None]) < 0).all(axis=1)
            good = out <= OVER
            done.append((center[met & good], half[met & good]))
            center, half = quarters(center[met & ~good], half[met & ~good])
        return np.concatenate([c for c, _ in done]), np.concatenate([h for _, h in done])

    def outward(self, outline: Outline) -> Outline:
        """An outline of the chart as one of the plane."""
        pace = self.pace(outline.stuck[:, :2]).max(axis=1, initial=0.0)
        stuck = np.column_stack([self.places(outline.stuck[:, :2]), outline.stuck[:, 2] * pace])
        return replace(
            outline,
            points=self.places(outline.points),
            steps=self.pace(outline.points) * outline.steps,
            stuck=stuck,
        )
