"""Unions of discs and boxes by rows, for the reference of the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.oracle.reference_plane_integral import integral
from tests.oracle.reference_plane_rows import Crossings
from theory.arrays import Array


@dataclass(frozen=True)
class Sets:
    """A union of discs (N, 3) and boxes (M, 4), clipped."""

    discs: Array
    boxes: Array
    clip: Array | None

    def swapped(self) -> Sets:
        clip = None if self.clip is None else self.clip[[1, 0, 3, 2]]
        return Sets(self.discs[:, [1, 0, 2]], self.boxes[:, [1, 0, 3, 2]], clip)

    def box(self) -> Array:
        d, b = self.discs, self.boxes
        low = np.concatenate([d[:, :2] - d[:, 2:], b[:, :2]]).min(axis=0)
        high = np.concatenate([d[:, :2] + d[:, 2:], b[:, 2:]]).max(axis=0)
        if self.clip is not None:
            low, high = np.maximum(low, self.clip[:2]), np.minimum(high, self.clip[2:])
        return np.stack([low, high])

    def cut(self, y: Array) -> Crossings:
        row, x, sign = [], [], []
        for k, place in enumerate(y):
            for a, b in self._intervals(float(place)):
                row += [k, k]
                x += [a, b]
                sign += [1.0, -1.0]
        return Crossings(np.array(row, np.intp), np.array(x), np.array(sign), np.zeros(len(y)))

    def _intervals(self, y: float) -> list[tuple[float, float]]:
        if self.clip is not None and not self.clip[1] <= y <= self.clip[3]:
            return []
        gap = self.discs[:, 2] ** 2 - (y - self.discs[:, 1]) ** 2
        held = [(x - h, x + h) for x, h in zip(self.discs[gap > 0, 0], np.sqrt(gap[gap > 0]), strict=True)]
        held += [(b[0], b[2]) for b in self.boxes if b[1] <= y <= b[3]]
        if self.clip is not None:
            held = [(max(a, self.clip[0]), min(b, self.clip[2])) for a, b in held]
        result: list[tuple[float, float]] = []
        for a, b in sorted((a, b) for a, b in held if b > a):
            if result and a <= result[-1][1]:
                result[-1] = (result[-1][0], max(b, result[-1][1]))
            else:
                result.append((a, b))
        return result

    def edges(self) -> Array:
        """Rows where the intervals change their number or their formula; circles' crossings by pairs."""
        low, high = self.box()[:, 1]
        cuts = [self.discs[:, 1] - self.discs[:, 2], self.discs[:, 1] + self.discs[:, 2], self.boxes[:, [1, 3]].ravel()]
        sides = [*self.boxes[:, [0, 2]].ravel(), *([] if self.clip is None else self.clip[[0, 2]])]
        for x, y, r in self.discs:
            for side in sides:
                if abs(side - x) < r:
                    half = np.sqrt(r * r - (side - x) ** 2)
                    cuts.append(np.array([y - half, y + half]))
            for p, q, s in self.discs:
                d = np.hypot(p - x, q - y)
                if abs(r - s) < d < r + s:
                    along = (d * d + r * r - s * s) / (2 * d)
                    across = np.sqrt(max(r * r - along * along, 0)) * (p - x) / d
                    cuts.append(y + along * (q - y) / d + np.array([-across, across]))
        held = np.concatenate(cuts)
        return np.unique(np.concatenate([held[(held > low) & (held < high)], [low, high]]))

    def area(self) -> float:
        return float(integral(lambda y: overlap(self.cut(y), None)[:, None], self.edges(), 1e9, 1e-13)[0])


def overlap(first: Crossings, second: Crossings | None) -> Array:
    """(R,) length of the rows of the first region that lie in the second."""
    if second is None:
        return -np.bincount(first.row, first.sign * first.x, len(first.left))
    row, x = (np.concatenate([getattr(first, k), getattr(second, k)]) for k in ("row", "x"))
    one = np.concatenate([first.sign, np.zeros(len(second.x))])
    two = np.concatenate([np.zeros(len(first.x)), second.sign])
    order = np.lexsort((x, row))
    row, x, one, two = row[order], x[order], one[order], two[order]
    base_one, base_two = (np.concatenate([[0.0], np.cumsum(v)]) for v in (one, two))
    start = np.searchsorted(row, np.arange(len(first.left)))
    state_one = base_one[1:] - base_one[start][row] + first.left[row]
    state_two = base_two[1:] - base_two[start][row] + second.left[row]
    joint = row[1:] == row[:-1]
    both = (state_one[:-1] > 0.5) & (state_two[:-1] > 0.5) & joint
    return np.bincount(row[:-1][both], np.diff(x)[both], len(first.left))
