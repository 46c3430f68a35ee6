"""The square inside which a region is wanted, and grids of smaller squares in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array

# Shares of its size by which a window is moved.
SKEW = (0.01137, 0.01591)


@dataclass(frozen=True)
class Window:
    """The square [x - half, x + half]^2 inside which a region is wanted."""

    x: float
    y: float
    half: float

    @property
    def center(self) -> Array:
        """(2,)"""
        return np.array([self.x, self.y])

    def wider(self, margin: float) -> Window:
        """With a margin all around."""
        return Window(self.x, self.y, self.half + margin)

    def askew(self) -> Window:
        """Moved a little and wider, so that it holds the same; edges of squares then miss lines of symmetry, on which
        zero sets may lie."""
        return Window(self.x + SKEW[0] * self.half, self.y + SKEW[1] * self.half, (1 + max(SKEW)) * self.half)

    def grid(self, size: float) -> tuple[Array, Array]:
        """Equal squares of side at most `size`, that fill the window: centres (N, 2) and half sides (N,)."""
        count = max(1, int(np.ceil(2 * self.half / size)))
        at = self.half * ((2 * np.arange(count) + 1) / count - 1)
        x, y = np.meshgrid(self.x + at, self.y + at, indexing="ij")
        return np.stack([x.ravel(), y.ravel()], axis=1), np.full(count * count, self.half / count)

    def near(self, nodes: Array, size: float, reach: float) -> tuple[Array, Array]:
        """Those squares of the grid of side at most `size` that may come within `reach` of nodes (N, 2)."""
        count = max(1, int(np.ceil(2 * self.half / size)))
        side = 2 * self.half / count
        margin = int(np.ceil(reach / side)) + 1
        low = self.center - self.half
        steps = np.arange(-margin, margin + 1)
        held = np.unique(np.floor((nodes - low) / side).astype(np.int64), axis=0)
        around = np.array(np.meshgrid(steps, steps)).reshape(2, -1).T
        keys = np.unique((held[:, None] + around) @ np.array([2**31, 1]))
        cell = np.stack([keys >> 31, keys & (2**31 - 1)], axis=1)
        cell = cell[((cell >= 0) & (cell < count)).all(axis=1)]
        return low + side * (cell + 0.5), np.full(len(cell), 0.5 * side)
