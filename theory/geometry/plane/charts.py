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
from theory.geometry.plane.window import SKEW, Window

# How fast squares grow outside of the box.
RATE = 0.5
# Steps of Newton's method, until one is this small.
STEPS, LAST = 40, 1e-14
# Squares at the start are this share of the shorter side.
SHARE = 0.25


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
        up, down = (np.exp(RATE * (side * w - self._half)) for side in (1, -1))
        return self._middle + self.alpha * (w + (up - down) / RATE)

    def pace(self, w: Array) -> Array:
        """(..., 2) derivatives of places, axis by axis."""
        up, down = (np.exp(RATE * (side * w - self._half)) for side in (1, -1))
        return self.alpha * (1 + up + down)

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
        """Squares of the chart that cover a window: centres (N, 2) and half sides (N,)."""
        low, high = (self.inverse(window.center + side * window.half) for side in (-1, 1))
        size = SHARE * float((high - low).min())
        count = np.ceil((high - low) / size + max(SKEW)).astype(int)
        first = 0.5 * (low + high) + size * (np.array(SKEW) - 0.5 * (count - 1))
        x, y = np.meshgrid(*(first[k] + size * np.arange(count[k]) for k in (0, 1)), indexing="ij")
        return np.stack([x.ravel(), y.ravel()], axis=1), np.full(x.size, 0.5 * size)

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
