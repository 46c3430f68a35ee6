"""Squares on which a function of the plane is settled: no zero, or monotone along one axis.

The criterion is that of Plantinga and Vegter (2004), by Chebyshev bounds: a square is dropped where the polynomial of
the function cannot vanish, and kept where its derivative along one axis cannot vanish and dominates the other; else it
is split. So no zero set above the least size is missed, whatever its topology.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.plane.chebyshev import derivative, halving

# The derivative along which the zero set is a graph is at least this share of the other one, throughout the square.
LEAST_SHARE = 0.3
LEVELS = 60
# What is left out of a polynomial is no more than rounding below this, times the number of its coefficients.
ROUNDING = 5e-16
# So many accuracies from 0 a finer field may differ.
NEAR = 10.0
# More squares than this, or than so many times those at the start, are not split: along a curve on which the function
# touches 0 without changing its sign there is no end to them.
MOST, GROWTH = 10_000, 4


class Valued(Protocol):
    """A function of the plane."""

    def value(self, points: Array) -> Array:
        """The function at points (N, 2)."""
        ...


class PlaneField(Valued, Protocol):
    """A function of the plane whose zero set is wanted."""

    def certain(self, center: Array, half: Array) -> Flags:
        """Whether a bound shows at once that squares (N, 2), (N,) hold no zero."""
        ...

    def rise(self, points: Array) -> tuple[Array, Array]:
        """Values and slopes (N, 2) at points (N, 2)."""
        ...

    def largest(self, center: Array) -> Array:
        """The largest half side for which `expand` is meant, at places (N, 2)."""
        ...

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """Chebyshev coefficients (N, p, p) on squares, and the size of what they leave out (N,)."""
        ...


@dataclass(frozen=True)
class Leaves:
    """Squares that hold the zero set.

    center (N, 2), half (N,), coefficients (N, p, p): monotone along the second index. swapped: whether that index is x.
    stuck: squares that could not be settled, of the least size or too many, (M, 2), (M,), (M, p, p).
    near: whether the function has a stationary place so near to 0 that a finer field may see a zero set there.
    """

    center: Array
    half: Array
    coefficients: Array
    swapped: Flags
    stuck: tuple[Array, Array, Array]
    near: bool

    def squares(self) -> tuple[Array, Array]:
        """All of them."""
        return np.concatenate([self.center, self.stuck[0]]), np.concatenate([self.half, self.stuck[1]])


class Squares(NamedTuple):
    """Squares with the polynomials that stand for a field on them, (N, p, p), and what those leave out, (N,)."""

    center: Array
    half: Array
    held: Array
    doubt: Array

    def take(self, rows: Flags) -> Squares:
        """Those of the given rows."""
        return Squares(self.center[rows], self.half[rows], self.held[rows], self.doubt[rows])


def settle(field: PlaneField, start: tuple[Array, Array], least: float, accuracy: float, spare: float = 0.0) -> Leaves:
    """Split squares (N, 2), (N,), none larger than the field allows, until each is settled or smaller than `least`.

    accuracy: a polynomial stands for the function if its error is below this share of its slope over the square.
    Squares that are too many are left unsettled as they are.
    spare: squares on which the function comes this near to 0 are kept too, for a finer field to start from.
    """
    kept: list[tuple[Squares, Flags]] = []
    stuck: list[Squares] = []
    squares, close = Squares(*start, *field.expand(*start)), False
    for _ in range(LEVELS):
        size = np.abs(squares.held)
        lead = size[:, 0, 0]
        room = size.sum(axis=(1, 2)) - lead + squares.doubt
        apart = squares.take((lead > room) & (lead <= room + NEAR * accuracy))
        close |= not _monotone(apart, accuracy)[0].all()
        squares = squares.take(lead <= room + spare)
        settled, along_x, sound = _monotone(squares, accuracy)
        kept.append((squares.take(settled), along_x[settled]))
        small = ~settled & (squares.half < least)
        stuck.append(squares.take(small))
        rest = ~settled & ~small
        if np.count_nonzero(rest) > max(MOST, GROWTH * len(start[1])):
            stuck.append(squares.take(rest))
            break
        if not rest.any():
            break
        squares = _split(field, squares.take(rest), sound[rest])
    found, left = _joined([part for part, _ in kept]), _joined(stuck)
    along_x = np.concatenate([flags for _, flags in kept])
    held = np.where(along_x[:, None, None], found.held.transpose(0, 2, 1), found.held)
    return Leaves(found.center, found.half, held, along_x, (left.center, left.half, left.held), close)


def _joined(parts: list[Squares]) -> Squares:
    return Squares(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def fitting(field: PlaneField, center: Array, half: Array) -> tuple[Array, Array]:
    """Squares without a certain sign, none larger than the field allows."""
    done: list[tuple[Array, Array]] = []
    for _ in range(LEVELS):
        alive = ~field.certain(center, half)
        center, half = center[alive], half[alive]
        good = half <= field.largest(center)
        done.append((center[good], half[good]))
        center, half = quarters(center[~good], half[~good])
        if len(half) == 0:
            break
    return np.concatenate([c for c, _ in done]), np.concatenate([h for _, h in done])


def quarters(center: Array, half: Array) -> tuple[Array, Array]:
    """Squares (N, 2), (N,) cut in four."""
    step = 0.5 * half[:, None]
    moves = [np.array([i, j], float) for i in (-1, 1) for j in (-1, 1)]
    return np.concatenate([center + step * move for move in moves]), np.tile(0.5 * half, 4)


def _monotone(squares: Squares, accuracy: float) -> tuple[Flags, Flags, Flags]:
    """Whether squares are settled, whether along x, and whether the polynomial is accurate enough."""
    held, doubt = squares.held, squares.doubt
    turn = derivative(held.shape[1])
    least, most = [], []
    for slope in (turn @ held, held @ turn.T):
        size = np.abs(slope)
        lead = size[:, 0, 0]
        rest = size.sum(axis=(1, 2)) - lead
        least.append(lead - rest)
        most.append(lead + rest)
    along_x = least[0] / np.maximum(most[1], 1e-300) > least[1] / np.maximum(most[0], 1e-300)
    own, other = np.where(along_x, least[0], least[1]), np.where(along_x, most[1], most[0])
    sound = doubt <= np.maximum(accuracy * np.maximum(most[0], most[1]), ROUNDING * held.shape[1] ** 2)
    return (own > LEAST_SHARE * other) & (own > 0) & sound, along_x, sound


def _split(field: PlaneField, squares: Squares, sound: Flags) -> Squares:
    """Four quarters of each square; a polynomial that is accurate enough is restricted, else the field is asked."""
    good, rest = squares.take(sound), squares.take(~sound)
    parts = []
    for move in halving(good.held.shape[1]):
        along = move @ good.held
        parts += [along @ other.T for other in halving(good.held.shape[1])]
    restricted = Squares(*quarters(good.center, good.half), np.concatenate(parts), np.tile(good.doubt, 4))
    center, half = quarters(rest.center, rest.half)
    alive = ~field.certain(center, half)
    center, half = center[alive], half[alive]
    return _joined([restricted, Squares(center, half, *field.expand(center, half))])
