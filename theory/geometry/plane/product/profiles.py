"""What noise along x makes of the rows of a region, on vertical lines: stretches of a line on which that is smooth.

    V(x0, y) = P(x0 + beta X lies in the row at height y)

is a sum of values of a distribution function at the ends of the row. It is analytic but at the heights at which rows
change, and where an end meets the line itself (Laplace) or the edges of the noise's reach (uniform).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.product.rows import NODES, Rows
from theory.laws import laplace, uniform

# Laplace noise beyond so many scales does not count.
REACH = 28.0
# Stretches are halved until ends vary by less than this many scales of Laplace noise, and this much more for each scale
# of their distance from the line; heights by so many scales, and more up to twice that.
VARY, MORE, TALL, TALLER = 1.0, 0.3, 1.4, 0.1
HALVINGS = 60
SAMPLES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
# Where nothing varies, stretches of Laplace noise are cut so many scales from their ends.
GRADED = np.array([1.5, 4.0, 9.0, 18.0, 40.0])


@dataclass(frozen=True)
class Product:
    """Noise of a law on both axes, of scale beta; small: whether what is summed is what misses the region."""

    law: str
    beta: float
    rest: bool = False
    reach: float = REACH

    @property
    def offsets(self) -> Array:
        """Places, seen from a line, where the distribution function is not smooth."""
        return np.zeros(1) if self.law == "laplace" else np.array([-self.beta, self.beta])

    @property
    def far(self) -> float:
        """Beyond this distance nothing is seen."""
        return self.reach * self.beta if self.law == "laplace" else self.beta


@dataclass(frozen=True)
class Stretches:
    """N parts of lines, line by line from below: the line, the piece of rows (-1 where nothing varies), from and to in
    its place, lowest and highest height, and V there where nothing varies."""

    line: Index
    piece: Index
    start: Array
    stop: Array
    bottom: Array
    top: Array
    level: Array

    def take(self, rows: Index | Flags) -> Stretches:
        """The given ones."""
        return Stretches(*(getattr(self, key)[rows] for key in self.__dataclass_fields__))

    @staticmethod
    def joint(parts: list[Stretches]) -> Stretches:
        """All of some, in order."""
        held = Stretches(*(np.concatenate([getattr(p, key) for p in parts]) for key in Stretches.__dataclass_fields__))
        return held.take(np.lexsort((held.bottom, held.line)))

    def places(self, at: Array) -> Array:
        """(N, m) places in the pieces."""
        return 0.5 * (self.start + self.stop)[:, None] + 0.5 * (self.stop - self.start)[:, None] * at

    def heights(self, rows: Rows, at: Array) -> tuple[Array, Array]:
        """(N, m) heights at arguments (m,) or (N, m), and their derivatives."""
        at = np.broadcast_to(at, (len(self.line), at.shape[-1]))
        y = 0.5 * (self.bottom + self.top)[:, None] + 0.5 * (self.top - self.bottom)[:, None] * at
        slope = np.broadcast_to(0.5 * (self.top - self.bottom)[:, None], y.shape).copy()
        k = np.flatnonzero(self.piece >= 0)
        place = self.take(k).places(at[k])
        y[k] = rows.height(self.piece[k], place)
        slope[k] = rows.rise(self.piece[k], place) * 0.5 * (self.stop - self.start)[k, None]
        return y, slope

    def inverse(self, rows: Rows, y: Array) -> Array:
        """The arguments of `heights` for y (N, m)."""
        width = np.maximum(self.top - self.bottom, 1e-300)[:, None]
        at = 2 * (y - self.bottom[:, None]) / width - 1
        k = np.flatnonzero(self.piece >= 0)
        place = rows.place(self.piece[k], y[k])
        at[k] = (2 * place - (self.start + self.stop)[k, None]) / (self.stop - self.start)[k, None]
        return np.clip(at, -1.0, 1.0)


def stretches(rows: Rows, noise: Product, x: Array, window: tuple[float, float]) -> Stretches:
    """The stretches of lines x (M,) that matter between two heights."""
    low, high = window
    low, high = low - noise.far, high + noise.far
    bottom, top = rows.edges
    seen = np.flatnonzero((top > low) & (bottom < high))
    steady, varied = _met(rows, noise, x, seen)
    edge = [low, min(low, bottom.min(initial=low)), max(high, top.max(initial=high))]
    lowest, highest = (bottom[seen].min(initial=high), top[seen].max(initial=low)) if len(seen) else (high, high)
    lines = np.arange(len(x))
    outside = float(rows.outside)
    none, empty = np.full(len(x), -1), np.zeros(len(x))
    beyond = [
        Stretches(lines, none, empty, empty, np.full(len(x), a), np.full(len(x), b), np.full(len(x), outside))
        for a, b in ((edge[1], lowest), (highest, edge[2]))
        if b > a
    ]
    merged = _merged(Stretches.joint([steady, varied, *beyond]))
    if noise.law == "laplace":
        return _graded(merged, noise.beta)
    return merged


def values(rows: Rows, noise: Product, held: Stretches, x: Array, at: Array) -> Array:
    """V (N, m), or 1 - V, on stretches of lines x (M,)."""
    share = np.broadcast_to(held.level[:, None], (len(held.line), len(at))).copy()
    share = 1 - share if noise.rest else share
    k = np.flatnonzero(held.piece >= 0)
    part = held.take(k)
    ends = _ends(rows, part.piece, part.places(at))
    gap = (x[part.line][:, None, None] - ends) / noise.beta
    turn = np.where(np.arange(ends.shape[1]) % 2 == 0, 1.0, -1.0)[None, :, None]
    if noise.law == "uniform":
        found = np.nansum(turn * uniform.cdf(gap), axis=1)
        found = float(rows.outside) + (-found if rows.outside else found)
        share[k] = np.clip(1 - found if noise.rest else found, 0.0, 1.0)
        return share
    # The class at the line itself, and what the other has of the noise, from the nearest end outwards.
    behind = np.nansum(gap[:, :, gap.shape[2] // 2] > 0, axis=1)
    inside = (behind % 2 == 1) != rows.outside
    outward = np.where(np.arange(ends.shape[1]) >= behind[:, None], 1.0, -1.0)[:, :, None]
    sign = turn * np.where(behind % 2 == 0, 1.0, -1.0)[:, None, None] * outward
    other = np.maximum(np.nansum(sign * laplace.pdf(gap), axis=1), 0.0)
    share[k] = np.where((inside == noise.rest)[:, None], other, 1 - other)
    return share


def _ends(rows: Rows, piece: Index, place: Array) -> Array:
    """(N, k, m) ends at places (N, m)."""
    table = chebyshev.basis(place, NODES)
    return np.einsum("nkp,nmp->nkm", rows.ends[piece], table, optimize=True)


def _met(rows: Rows, noise: Product, x: Array, seen: Index) -> tuple[Stretches, Stretches]:
    """Stretches on which nothing varies, a piece each, and those on which V does."""
    held = rows.ends[seen]
    lead, spread = held[..., 0], np.abs(held[..., 1:]).sum(axis=2)
    gap = np.abs(lead - x[:, None, None]) - spread
    with np.errstate(invalid="ignore"):
        near = ((gap < noise.far) & ~np.isnan(gap)).any(axis=2)
    bottom, top = (edge[seen] for edge in rows.edges)
    line, which = np.nonzero(~near)
    with np.errstate(invalid="ignore"):
        behind = (lead[which] < x[line, None]).sum(axis=1)
    inside = (behind % 2 == 1) != rows.outside
    nothing = np.full(len(line), -1), np.zeros(len(line)), np.zeros(len(line))
    steady = Stretches(line, *nothing, bottom[which], top[which], inside.astype(float))
    return steady, _varied(rows, noise, x, seen, near)


def _varied(rows: Rows, noise: Product, x: Array, seen: Index, near: Flags) -> Stretches:
    line, which = np.nonzero(near)
    pair = np.full(near.shape, -1)
    pair[line, which] = np.arange(len(line))
    cuts, owner = [np.full(len(line), -1.0), np.ones(len(line))], [np.arange(len(line))] * 2
    for offset in noise.offsets:
        held = rows.ends[seen[which]]
        lead, spread = held[..., 0] - (x[line] + offset)[:, None], np.abs(held[..., 1:]).sum(axis=2)
        with np.errstate(invalid="ignore"):
            row, end = np.nonzero(np.abs(lead) <= spread)
        some = held[row, end].copy()
        some[:, 0] = lead[row, end]
        back, place = chebyshev.roots(some)
        cuts.append(place)
        owner.append(row[back])
    place, row = np.concatenate(cuts), np.concatenate(owner)
    order = np.lexsort((place, row))
    place, row = place[order], row[order]
    joint = (row[1:] == row[:-1]) & (place[1:] > place[:-1])
    row, start, stop = row[1:][joint], place[:-1][joint], place[1:][joint]
    return _short(rows, noise, x, line[row], seen[which[row]], start, stop)


def _short(rows: Rows, noise: Product, x: Array, line: Index, piece: Index, start: Array, stop: Array) -> Stretches:
    """Halved until the law of the noise is seen."""
    done = []
    for halving in range(HALVINGS):
        place = 0.5 * (start + stop)[:, None] + 0.5 * (stop - start)[:, None] * SAMPLES
        y, ends = rows.height(piece, place), _ends(rows, piece, place)
        with np.errstate(invalid="ignore"):
            low, high = ends.min(axis=2), ends.max(axis=2)
            gap = np.maximum(np.maximum(low - x[line, None], x[line, None] - high), 0.0) / noise.beta
            inside = ((ends[:, :, 2] < x[line, None]).sum(axis=1) % 2 == 1) != rows.outside
            wide = ((high - low > noise.beta * (VARY + MORE * gap)) & (gap < noise.reach)).any(axis=1)
        nearest = np.nan_to_num(gap, nan=np.inf).min(axis=1, initial=np.inf)
        seen = nearest < noise.reach
        tall = (y[:, -1] - y[:, 0]) > TALL * noise.beta * np.minimum(1 + TALLER * nearest, 2.0)
        good = ~(wide | (tall & seen)) | (noise.law == "uniform") | (halving == HALVINGS - 1)
        kept = np.where(seen | (noise.law == "uniform"), piece, -1)
        parts = (line, kept, start, stop, y[:, 0], y[:, -1], inside.astype(float))
        done.append(tuple(part[good] for part in parts))
        line, piece, start, stop = line[~good], piece[~good], start[~good], stop[~good]
        if len(line) == 0:
            break
        cut = 0.5 * (start + stop)
        line, piece = np.tile(line, 2), np.tile(piece, 2)
        start, stop = np.concatenate([start, cut]), np.concatenate([cut, stop])
    return Stretches(*(np.concatenate(part) for part in zip(*done, strict=True)))


def _merged(held: Stretches) -> Stretches:
    """Neighbours on which nothing varies, with one value, as one."""
    plain = held.piece < 0
    same = plain[1:] & plain[:-1] & (held.line[1:] == held.line[:-1]) & (held.level[1:] == held.level[:-1])
    first = np.flatnonzero(np.append(True, ~same))
    last = np.append(first[1:], len(plain)) - 1
    part = held.take(first)
    return Stretches(part.line, part.piece, part.start, part.stop, part.bottom, held.top[last], part.level)


def _graded(held: Stretches, beta: float) -> Stretches:
    """Stretches on which nothing varies, short near their ends."""
    plain = held.piece < 0
    part = held.take(plain)
    length = part.top - part.bottom
    steps = np.concatenate([[0.0], GRADED]) * beta
    half = 0.5 * length[:, None]
    low = part.bottom[:, None] + np.minimum(steps, half)
    high = part.top[:, None] - np.minimum(steps, half)[:, ::-1]
    cuts = np.concatenate([low, high], axis=1)
    keep = np.diff(cuts, axis=1) > 0
    row, column = np.nonzero(keep)
    fine = part.take(row)
    fine = Stretches(fine.line, fine.piece, fine.start, fine.stop, cuts[row, column], cuts[row, column + 1], fine.level)
    return Stretches.joint([held.take(~plain), fine])
