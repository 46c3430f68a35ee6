"""Where a class lies in the plane, as patches over which its law is smooth: what an integral over it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.window import Window
from theory.numerics.cubature import Cells

# Gaussians are looked at in squares no larger than this many times their least width, or their distance from the mean.
SIZE, DISTANCE = 2.0, 0.5
# Which intervals a strip has is seen at this share of its height: in the middle of one sets may touch.
ASIDE = 0.4371


class Cover(Protocol):
    """Patches of the plane and the law of a class on them."""

    @property
    def cells(self) -> Cells:
        """Rectangles of parameters that make up the patches."""
        ...

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """Points (N, m, 2) of parameters (N, m, 2), and the mass of the class there for an area of parameters 1."""
        ...

    def longest(self, points: Array) -> Array:
        """How long a rectangle at points (N, 2) may be for the law to be seen."""
        ...


@dataclass(frozen=True)
class GaussianCover:
    """A mixture of Gaussians in a window: means (K, 2), covariances (K, 2, 2), weights (K,)."""

    means: Array
    covariances: Array
    weights: Array
    window: Window

    @property
    def cells(self) -> Cells:
        """The window."""
        middle, half = self.window.center[None], self.window.half
        return Cells(np.zeros(1, np.intp), middle - half, middle + half)

    @cached_property
    def _turns(self) -> Array:
        return np.linalg.inv(np.linalg.cholesky(self.covariances))

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """The points themselves, and the density."""
        density = np.zeros(at.shape[:-1])
        for mean, turn, weight in zip(self.means, self._turns, self.weights, strict=True):
            x, y = at[..., 0] - mean[0], at[..., 1] - mean[1]
            square = (turn[0, 0] * x) ** 2 + (turn[1, 0] * x + turn[1, 1] * y) ** 2
            density += weight * float(turn[0, 0] * turn[1, 1]) / (2 * np.pi) * np.exp(-0.5 * square)
        return at, density

    def longest(self, points: Array) -> Array:
        """By the component nearest relative to its width."""
        widths = np.sqrt(np.linalg.eigvalsh(self.covariances)[:, 0])
        distance = np.linalg.norm(points[:, None, :] - self.means, axis=2)
        return np.asarray(np.maximum(SIZE * widths, DISTANCE * distance).min(axis=1))


@dataclass(frozen=True, eq=False)
class SetCover:
    """A union of discs and boxes (`inner`), or what is left of a rectangle (x0, y0, x1, y1) outside of it.

    Patches are the strips between the union's `rows`, times an interval of the row. The height is y = c + r sin(pi s/2)
    in a strip: ends of intervals that are square roots at its edges are smooth in s. The law is 1/`measure`.
    """

    union: SetUnion
    frame: Array
    inner: bool
    density: float

    @cached_property
    def _rows(self) -> Array:
        low, high = self.frame[1], self.frame[3]
        return np.unique(np.clip(np.concatenate([self.union.rows, [low, high]]), low, high))

    def _spans(self, y: Array) -> tuple[Array, Array]:
        start, end = self.union.spans(y)
        if self.inner:
            return start, end
        left, right = (np.full((*y.shape, 1), v) for v in (self.frame[0], self.frame[2]))
        start, end = np.concatenate([left, end], axis=-1), np.concatenate([start, right], axis=-1)
        return start, np.maximum(start, end)

    @cached_property
    def cells(self) -> Cells:
        """All strips by all intervals that are not empty."""
        heights = self._rows[:-1] + ASIDE * np.diff(self._rows)
        start, end = self._spans(heights)
        held = np.flatnonzero(end > start)
        return Cells(held, np.full((len(held), 2), -1.0), np.ones((len(held), 2)))

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """Strip by strip."""
        count = self._spans(self._rows[:1])[0].shape[-1]
        strip, interval = np.divmod(patch, count)
        middle = 0.5 * (self._rows[strip + 1] + self._rows[strip])[:, None]
        half = 0.5 * (self._rows[strip + 1] - self._rows[strip])[:, None]
        angle = 0.5 * np.pi * at[..., 0]
        y = middle + half * np.sin(angle)
        start, end = (np.take_along_axis(v, interval[:, None, None], axis=-1)[..., 0] for v in self._spans(y))
        x = start + 0.5 * (end - start) * (1 + at[..., 1])
        area = 0.5 * np.pi * half * np.cos(angle) * 0.5 * (end - start)
        return np.stack([x, y], axis=-1), self.density * area

    def longest(self, points: Array) -> Array:
        """Any: the law is uniform."""
        return np.full(len(points), np.inf)
