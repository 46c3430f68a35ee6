"""Where a function changes sign along the sides of cells, and whether it is 0 there or jumps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.bracketing import find_roots
from theory.numerics.lattice import Lattice, Side

Kind = Literal["zero", "jump"]

# Where F is not small at a change of sign its steps from NEAR before to NEAR behind and between places as far APART are
# compared (relative to the rectangle): one that is less than this SHARE of the other is on its way to 0, as at the
# onset of a square root.
NEAR, APART, SHARE = 1e-10, 1e-8, 0.5


class Crossings:
    """Places (2,) and kinds of the crossings asked for so far, by side."""

    def __init__(self, lattice: Lattice, scale: float, tolerance: float, places: int) -> None:
        self.lattice, self.scale, self.tolerance, self.places = lattice, scale, tolerance, places
        self.at: dict[Side, Array] = {}
        self.kind: dict[Side, Kind] = {}

    def find(self, sides: Iterable[Side]) -> None:
        """Have the crossings of these sides; a side is the same from both ends."""
        fresh = [side for side in dict.fromkeys(map(key, sides)) if side not in self.at]
        if not fresh:
            return
        low, high = (self.lattice.places([side[end] for side in fresh]) for end in (0, 1))
        values = [np.array([self.lattice.value[side[end]] for side in fresh]) for end in (0, 1)]
        places, jumps, _small = self.between(low, high, *values)
        for side, place, jump in zip(fresh, places, jumps.tolist(), strict=True):
            self.at[side], self.kind[side] = place, "jump" if jump else "zero"

    def between(self, low: Array, high: Array, at_low: Array, at_high: Array) -> tuple[Array, Flags, Flags]:
        """Changes of sign between places (n, 2), given the values there; whether F jumps, and whether it is small."""
        way = high - low
        length = np.linalg.norm(way, axis=1)

        def along(index: Index, share: Array) -> tuple[Array, Array]:
            return self.lattice.plane(low[index] + share[:, None] * way[index])

        ends = np.zeros(len(low)), np.ones(len(low))
        near = min(self.tolerance, NEAR / 10) / length
        roots = find_roots(along, *ends, at_low, at_high, near, self.places)
        small = np.abs(roots.value) <= np.maximum(self.tolerance * self.scale, 2 * roots.error)
        jumps = np.zeros(len(low), bool)
        rest = np.flatnonzero(~small)
        steps = []
        for reach in (NEAR, APART):
            shares = [np.clip(roots.at[rest] + sign * reach / length[rest], 0, 1) for sign in (-1, 1)]
            (before, _), (behind, _) = (along(rest, share) for share in shares)
            steps.append(np.abs(behind - before))
        jumps[rest] = ~(steps[0] < SHARE * steps[1])
        return low + roots.at[:, None] * way, jumps, small


def key(side: Side) -> Side:
    """The side from its lesser end."""
    return side if side[0] <= side[1] else (side[1], side[0])
