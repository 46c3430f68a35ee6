"""Points on a zero curve, joined and continued: the engine under `theory.numerics.continuation`.

Coordinates here are those of the unit square. A point knows the oriented tangent of the curve (F > 0 on its left), so
that two points belong to one strand only if their orientations agree: arms that meet at a crossing never do.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.numerics.field import Field

OPEN, CLOSED = -1, -2
# Largest angles (radians): of a chord against the tangent at its ends, and between tangents one step apart.
CHORD, TURN = 0.25, 0.5
# Distances from a chord, relative to its length: how far its strand may stray, and where its slope is noise.
BESIDE, SLIGHT = 0.1, 1e-4
# Share of the way to a facing open end that is stepped at most: two that approach each other must not pass.
MEETING = 0.4
# The longest step over the shortest; ends that stop within CORNER shortest steps of each other share a corner.
STEPS, CORNER = 32, 8
MAX_POINTS = 20_000


class Web:
    """Points of all branches and the links between them.

    place, tangent: (n, 2); slope: (n,) |grad F|. link: (n, 2) the next point behind and ahead, OPEN or CLOSED.
    step, calm: (n, 2) the step to try next in each direction, and how many more must succeed before steps may grow.
    middle: the corrected midpoint of a joined pair, by its first.
    """

    def __init__(self, field: Field, places: Array, max_step: float) -> None:
        self.field, self.max_step, self.min_step = field, max_step, max_step / STEPS
        self.place, self.tangent, self.slope = np.empty((0, 2)), np.empty((0, 2)), np.empty(0)
        self.link, self.step = np.empty((0, 2), np.intp), np.empty((0, 2))
        self.calm = np.empty((0, 2), np.intp)
        self.middle: dict[int, Array] = {}
        self.refused: set[tuple[int, int]] = set()
        gradient, good = field.gradient(places)
        self._add(places[good], gradient[good], np.full(int(good.sum()), max_step / 2))

    def _add(self, places: Array, gradient: Array, step: Array) -> Index:
        slope = np.linalg.norm(gradient, axis=1)
        tangent = np.stack([gradient[:, 1], -gradient[:, 0]], axis=1) / slope[:, None]
        new = len(self.place) + np.arange(len(places))
        self.place, self.tangent = np.concatenate([self.place, places]), np.concatenate([self.tangent, tangent])
        self.slope = np.concatenate([self.slope, slope])
        self.link = np.concatenate([self.link, np.full((len(places), 2), OPEN)])
        self.step = np.concatenate([self.step, np.stack([step, step], axis=1)])
        self.calm = np.concatenate([self.calm, np.zeros((len(places), 2), np.intp)])
        return new

    def trace(self) -> None:
        """Join and advance until no end is open."""
        while (self.link == OPEN).any() and len(self.place) < MAX_POINTS:
            while self._join():
                pass
            self._advance()
        self._turn_corners()

    def _turn_corners(self) -> None:
        """Join ends that stopped at the two sides of a corner or a crossing."""
        ahead, behind = np.flatnonzero(self.link[:, 1] == CLOSED), np.flatnonzero(self.link[:, 0] == CLOSED)
        gap = np.linalg.norm(self.place[behind][None, :, :] - self.place[ahead][:, None, :], axis=2)
        row, column = np.nonzero((gap > 0) & (gap <= CORNER * self.min_step))
        for k in np.argsort(gap[row, column], kind="stable"):
            i, j = int(ahead[row[k]]), int(behind[column[k]])
            if (
                self.link[i, 1] == CLOSED
                and self.link[j, 0] == CLOSED
                and self.link[i, 0] >= 0
                and self.link[j, 1] >= 0
            ):
                self.link[i, 1], self.link[j, 0] = j, i

    def _join(self) -> bool:
        """Join open ends that face each other; whether there was anything to try."""
        pairs = self._facing()
        if not pairs:
            return False
        i, j = np.array(pairs).T
        chord = self.place[j] - self.place[i]
        length = np.linalg.norm(chord, axis=1)
        guess = 0.5 * (self.place[i] + self.place[j])
        guess = guess + length[:, None] / 8 * (self.tangent[i] - self.tangent[j])
        left = np.stack([-chord[:, 1], chord[:, 0]], axis=1) / length[:, None]
        guess = np.clip(guess, 0, 1)
        shift, ok, rate = self.field.correct(guess, left, 0.5 * (self.slope[i] + self.slope[j]), BESIDE * length)
        middle = np.clip(guess + shift[:, None] * left, 0, 1)
        ok &= (rate >= 0) | (np.abs(shift) <= SLIGHT * length)
        for first, second, at, good in zip(i.tolist(), j.tolist(), middle, ok.tolist(), strict=True):
            if good:
                self.link[first, 1], self.link[second, 0] = second, first
                self.middle[first] = at
            else:
                self.refused.add((first, second))
        return True

    def _facing(self) -> list[tuple[int, int]]:
        """Pairs (i, j), nearest first and each end once: j lies ahead of i, at an angle of at most CHORD at both."""
        ahead, behind = np.flatnonzero(self.link[:, 1] == OPEN), np.flatnonzero(self.link[:, 0] == OPEN)
        chord = self.place[behind][None, :, :] - self.place[ahead][:, None, :]
        length = np.linalg.norm(chord, axis=2)
        least = np.minimum(
            (chord * self.tangent[ahead][:, None, :]).sum(axis=2),
            (chord * self.tangent[behind][None, :, :]).sum(axis=2),
        )
        row, column = np.nonzero((length > 0) & (length <= self.max_step) & (least >= np.cos(CHORD) * length))
        taken: tuple[set[int], set[int]] = (set(), set())
        pairs = []
        for k in np.argsort(length[row, column], kind="stable"):
            i, j = int(ahead[row[k]]), int(behind[column[k]])
            if i not in taken[0] and j not in taken[1] and (i, j) not in self.refused:
                pairs.append((i, j))
                taken[0].add(i)
                taken[1].add(j)
        return pairs

    def _advance(self) -> None:
        """One step from every open end."""
        lone = np.flatnonzero((self.link == OPEN).all(axis=1))
        self.link[lone[self._covered(self.place[lone], self.tangent[lone])]] = CLOSED
        point, side = np.nonzero(self.link == OPEN)
        way = self.tangent[point] * np.where(side == 1, 1, -1)[:, None]
        step = np.minimum(self.step[point, side], MEETING * self._room(point, side, way))
        room, axis = _to_border(self.place[point], way)
        leaving = room <= step
        step = np.where(leaving, room, step)
        stuck = (step < self.min_step) & ~(leaving & (room > self.field.tolerance))
        self.link[point[stuck], side[stuck]] = CLOSED
        keep = ~stuck
        point, side, way, step = point[keep], side[keep], way[keep], step[keep]
        guess = np.clip(self.place[point] + step[:, None] * way, 0, 1)
        line = np.stack([-self.tangent[point, 1], self.tangent[point, 0]], axis=1)
        line = np.where(leaving[keep][:, None], np.eye(2)[1 - axis[keep]], line)
        slope = self.slope[point] * (line[:, 1] * self.tangent[point, 0] - line[:, 0] * self.tangent[point, 1])
        shift, ok, _rate = self.field.correct(guess, line, slope, step)
        self._accept(point, side, way, step, np.clip(guess + shift[:, None] * line, 0, 1), ok)

    def _accept(self, point: Index, side: Index, way: Array, step: Array, target: Array, ok: Flags) -> None:
        """Keep the steps that arrived on the same strand, shorten the others."""
        chord = target - self.place[point]
        length = np.linalg.norm(chord, axis=1)
        ok = ok & (length > 0) & ((chord * way).sum(axis=1) >= np.cos(CHORD) * length)
        gradient, steep = np.zeros_like(target), np.zeros(len(target), bool)
        gradient[ok], steep[ok] = self.field.gradient(target[ok])
        with np.errstate(invalid="ignore", divide="ignore"):
            tangent = np.stack([gradient[:, 1], -gradient[:, 0]], axis=1) / np.linalg.norm(gradient, axis=1)[:, None]
        turn = np.arccos(np.clip((tangent * self.tangent[point]).sum(axis=1), -1, 1))
        ok = ok & steep & (turn <= TURN)
        again = ok & self._covered(target, tangent)
        self.link[point[again], side[again]] = CLOSED
        ok &= ~again
        self.step[point[~ok], side[~ok]] = step[~ok] / 2
        self.calm[point[~ok], side[~ok]] = 2
        calm = self.calm[point, side]
        grown = step * np.where(calm > 0, 1 / calm.clip(1), np.clip(CHORD / np.maximum(turn, 1e-9), 0.5, 2))
        new = self._add(target[ok], gradient[ok], np.minimum(grown[ok], self.max_step))
        self.link[point[ok], side[ok]] = new
        self.link[new, 1 - side[ok]] = point[ok]
        self.calm[new, side[ok]] = np.maximum(calm[ok] - 1, 0)

    def _room(self, point: Index, side: Index, way: Array) -> Array:
        """Distance to the nearest open end of the same orientation that lies ahead and faces this way."""
        room = np.full(len(point), np.inf)
        for s in (0, 1):
            facing = np.flatnonzero(self.link[:, 1 - s] == OPEN)
            own = np.flatnonzero(side == s)
            chord = self.place[facing][None, :, :] - self.place[point[own]][:, None, :]
            length = np.linalg.norm(chord, axis=2)
            agree = self.tangent[point[own]] @ self.tangent[facing].T > 0
            ahead = (chord * way[own][:, None, :]).sum(axis=2) > 0.5 * length
            room[own] = np.where(agree & ahead & (length > 0), length, np.inf).min(axis=1, initial=np.inf)
        return room

    def _covered(self, places: Array, tangents: Array) -> Flags:
        """Which places lie on a strand that is already joined there."""
        first = np.flatnonzero(self.link[:, 1] >= 0)
        start, chord = self.place[first], self.place[self.link[first, 1]] - self.place[first]
        length = np.linalg.norm(chord, axis=1)
        along = ((places[:, None, :] - start) * (chord / length[:, None])).sum(axis=2)
        across = np.abs(((places[:, None, :] - start)[:, :, ::-1] * chord * np.array([-1, 1])).sum(axis=2))
        agree = tangents @ chord.T > 0
        return np.asarray((agree & (along > 0) & (along < length) & (across <= BESIDE * length**2)).any(axis=1))

    def curves(self) -> list[Array]:
        """The branches as arrays of points: open ones from their beginning, then the closed ones."""
        used = np.zeros(len(self.place), bool)
        result = []
        for start in [*np.flatnonzero(self.link[:, 0] < 0), *range(len(self.place))]:
            path, at = [], int(start)
            while at >= 0 and not used[at]:
                used[at] = True
                path.append(self.place[at])
                if at in self.middle:
                    path.append(self.middle[at])
                at = int(self.link[at, 1])
            if path and at >= 0:
                path.append(self.place[at])
            if len(path) > 1:
                result.append(np.array(path))
        return result


def _to_border(place: Array, way: Array) -> tuple[Array, Index]:
    """Distance along `way` to the border of the unit square, and the axis across which it is left."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(way > 0, (1 - place) / way, np.where(way < 0, -place / way, np.inf))
    axis = np.argmin(reach, axis=1)
    return np.maximum(reach[np.arange(len(place)), axis], 0.0), axis
