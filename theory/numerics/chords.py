"""Chords of cells between crossings of their sides, refined until each is near the line it stands for, and joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from theory.arrays import Array
from theory.numerics.crossings import Crossings, Kind, key
from theory.numerics.lattice import Cell, Side

# Cells are halved down to this share of the longest step, so that a chord and its middle make two such steps at most.
WIDEST = 1.25
# How far from a chord, relative to its length, the two signs have to be found beside its quarters.
BESIDE = 0.125

Pair = tuple[Side, Side]


@dataclass
class Chord:
    """What is known of a pair of crossings. sound: the signs beside its middle are those of the corners."""

    sound: bool
    middle: Array | None = None


@dataclass(frozen=True)
class Step:
    """A chord as a part of a line: its points from `start` to before `end`."""

    start: Side
    end: Side
    points: list[Array]
    last: Array
    kind: Kind


class Chords:
    """The chords of all cells in use, F > 0 on the left."""

    def __init__(self, crossings: Crossings, max_step: float) -> None:
        self.crossings, self.lattice, self.max_step = crossings, crossings.lattice, max_step
        self.known: dict[Pair, Chord] = {}

    def found(self) -> list[Step]:
        """Halve cells until every chord is sound, or its cell as small as can be."""
        while True:
            pairs = {cell: self._pairs(cell) for cell in sorted(self.lattice.cells)}
            crowded = [cell for cell, found in pairs.items() if found is None]
            if not crowded:
                held = [pair for found in pairs.values() for pair in found or ()]
                self.crossings.find(side for pair in held for side in pair)
                self._look([pair for pair in held if pair not in self.known])
                crowded = [
                    cell
                    for cell, found in pairs.items()
                    if self._divisible(cell) and not all(self.known[pair].sound for pair in found or ())
                ]
            if not crowded:
                return [self._step(pair) for pair in held]
            self.lattice.halve(crowded)

    def _divisible(self, cell: Cell) -> bool:
        return cell[2] > 1 and not self.lattice.full

    def _pairs(self, cell: Cell) -> list[Pair] | None:
        """Crossings that belong together, first the one where F falls counterclockwise; None asks for smaller cells."""
        sides = self.lattice.crossed(cell)
        if not sides:
            return []
        falls = [self.lattice.value[side[0]] > 0 for side in sides]
        plain = len(sides) == 2 and falls[0] != falls[1]
        if self._divisible(cell) and not (plain and self.lattice.width(cell) <= WIDEST * self.max_step):
            return None
        if plain:
            return [(key(sides[falls.index(True)]), key(sides[falls.index(False)]))]
        i, j, width = cell
        middle = self.lattice.places([(i, j), (i + width, j + width)]).mean(axis=0)
        turn = -1 if self.lattice.plane.significant(middle[None, :])[0] < 0 else 1
        partners = [(k, (k + turn) % len(sides)) for k in range(len(sides)) if falls[k]]
        return [(key(sides[k]), key(sides[n])) for k, n in partners if not falls[n]]

    def _look(self, pairs: Sequence[Pair]) -> None:
        """Whether chords are sound, and the middle of the line beside those that are long."""
        at, kind = self.crossings.at, self.crossings.kind
        ends = np.array([[at[a], at[b]] for a, b in pairs]).reshape(-1, 2, 2)
        chord = ends[:, 1] - ends[:, 0]
        left = BESIDE * np.stack([-chord[:, 1], chord[:, 0]], axis=1)
        quarters = ends[:, 0] + np.array([0.25, 0.75])[:, None, None] * chord
        value = self._values(np.stack([quarters + left, quarters - left]))
        sound = (value[0] >= 0).all(axis=0) & (value[1] <= 0).all(axis=0)
        sound &= np.array([kind[a] == kind[b] for a, b in pairs], bool)
        self.known.update({pair: Chord(bool(good)) for pair, good in zip(pairs, sound, strict=True)})
        rows = np.flatnonzero(sound & (np.linalg.norm(chord, axis=1) > self.max_step))
        self._bend([pairs[k] for k in rows.tolist()], ends[rows].mean(axis=1), left[rows])

    def _bend(self, pairs: Sequence[Pair], middle: Array, left: Array) -> None:
        """Put a point of the line beside the middle of a chord."""
        sides = np.stack([middle + left, middle - left])
        value = self._values(sides)
        rows = np.flatnonzero((value[0] > 0) & (value[1] < 0))
        places, jumps, small = self.crossings.between(sides[0][rows], sides[1][rows], value[0][rows], value[1][rows])
        for k, place, jump, zero in zip(rows.tolist(), places, jumps, small, strict=True):
            if jump if self.crossings.kind[pairs[k][0]] == "jump" else zero:
                self.known[pairs[k]].middle = place

    def _values(self, places: Array) -> Array:
        """Significant values, 0 outside the square."""
        inside = ((places >= 0) & (places <= 1)).all(axis=-1)
        value = np.zeros(inside.shape)
        value[inside] = np.nan_to_num(self.lattice.plane.significant(places[inside]))
        return value

    def _step(self, pair: Pair) -> Step:
        at, kind = self.crossings.at, self.crossings.kind
        middle = self.known[pair].middle
        both: Kind = "jump" if kind[pair[0]] == kind[pair[1]] == "jump" else "zero"
        return Step(*pair, [at[pair[0]]] + ([] if middle is None else [middle]), at[pair[1]], both)


def joined(steps: Sequence[Step]) -> Iterator[tuple[Array, Kind]]:
    """Lines of one kind each, the open ones first."""
    after = {step.start: step for step in steps}
    ends = {step.end for step in steps}
    for start in [side for side in after if side not in ends] + list(after):
        path: list[Step] = []
        at = start
        while at in after:
            path.append(after.pop(at))
            at = path[-1].end
        if path and path[-1].end == path[0].start:
            turn = next((k for k, step in enumerate(path) if step.kind != path[k - 1].kind), 0)
            path = path[turn:] + path[:turn]
        for kind, part in groupby(path, key=lambda step: step.kind):
            held = list(part)
            points = np.array([point for step in held for point in step.points] + [held[-1].last])
            new = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
            if new.sum() > 1:
                yield points[new], kind
