"""Folds over the axes of points, in JAX: sums, products and conjunctions, axis by axis.

A rule is an ordinary function of points x (d, points), and looks at their axes by `over_axes` alone. So it need not
know whether they are stored. Where an axis is to be drawn, used and forgotten, the rule is called with `Unstored`
points: once to learn what it folds (`asked`), once with the folds (`answered`) to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

# Below this row length a loop over the axes costs more than its rows; then all axes are taken at once.
LONG_ROW = 256
# So many axes are written out at a time, of terms of a few operations and of others.
MORE_AXES, FEW_AXES = 8, 4

STARTS = {jnp.add: 0.0, jnp.multiply: 1.0, jnp.logical_and: True}


class Rows(tuple[Array, ...]):
    """Points (d, points) as one array for each axis."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As of the array that they stand for."""
        return len(self), *self[0].shape


class Fold(NamedTuple):
    """What is folded by a `jnp` ufunc: term(value, *columns), the columns (K, 1) those of tables (K, d)."""

    fold: Any
    term: Callable[..., Array]
    tables: tuple[Array, ...]

    def start(self, points: int) -> Array:
        """The fold of no axis, (K, points)."""
        return jnp.full((len(self.tables[0]), points), STARTS[self.fold])

    def row(self, value: Array, axis: Array | int) -> Array:
        """The term (K, points) of an axis with values (points,)."""
        return self.term(value, *(table[:, axis, None] for table in self.tables))

    def of(self, rows: Sequence[Array], axes: Sequence[Array | int]) -> Array:
        """The fold (K, points) of some axes with values (points,) each."""
        return reduce(self.fold, (self.row(value, axis) for value, axis in zip(rows, axes, strict=True)))

    def added(self, axes: Array, dim: int, kept: Array, rows: Sequence[Array]) -> Array:
        """What is kept (K, points), with the values of some axes added; axes beyond the last add nothing."""
        new = [self.row(value, axes[step]) for step, value in enumerate(rows)]
        if dim % len(axes):
            new = [jnp.where(axes[step] < dim, row, STARTS[self.fold]) for step, row in enumerate(new)]
        return reduce(self.fold, new, kept)


class Unstored:
    """Points (d, points) that are not there: either their folds are, in the order in which they are asked for, or the
    folds that are asked for are noted."""

    def __init__(self, shape: tuple[int, int], answers: Sequence[Array] | None = None) -> None:
        self.shape, self.answers, self.noted = shape, answers, list[Fold]()

    def __len__(self) -> int:
        return self.shape[0]

    def answer(self, fold: Fold) -> Array:
        """The fold, (K, points); of no axis where it is only noted."""
        self.noted.append(fold)
        return fold.start(self.shape[1]) if self.answers is None else self.answers[len(self.noted) - 1]


Points = Array | Rows | Unstored


def asked(rule: Callable[[Any], Any], dim: int, points: int) -> list[Fold]:
    """What a rule folds over the axes of its points."""
    unstored = Unstored((dim, points))
    rule(unstored)
    return unstored.noted


def answered(rule: Callable[[Any], Any], dim: int, folds: Sequence[Array]) -> Any:
    """What a rule says of points whose folds (K, points) are known."""
    return rule(Unstored((dim, folds[0].shape[1]), folds))


def by_axis(laws: int, points: int) -> bool:
    """Whether terms of `laws` laws at `points` points are folded axis by axis, never holding laws x axes x points."""
    return laws * points >= LONG_ROW


def over_axes(fold: Any, term: Callable[..., Array], x: Any, *tables: Array, together: int = FEW_AXES) -> Array:
    """Fold term(x, *tables) over the axes by a `jnp` ufunc: x (d, points) and tables (K, d) give (K, points).

    Compiled reductions over a middle axis of moderate length are slow; a loop over the axes with rows of K x points
    is at the speed of memory.
    """
    asked_for = Fold(fold, term, tables)
    if isinstance(x, Unstored):
        return x.answer(asked_for)
    if isinstance(x, Rows):
        return asked_for.of(x, range(len(x)))
    if not by_axis(len(tables[0]), x.shape[1]):
        return fold.reduce(term(x.T[:, None, :], *tables), axis=-1).T

    def rows(first: Array | int, count: int) -> Array:
        axes = [first + step for step in range(count)]
        return asked_for.of([x[axis] for axis in axes], axes)

    rounds, rest = divmod(len(x), together)
    start, rounds = (rows(0, rest), rounds) if rest else (rows(0, together), rounds - 1)
    first = len(x) - rounds * together
    if not rounds:
        return start
    return lax.fori_loop(0, rounds, lambda k, folded: fold(folded, rows(first + k * together, together)), start)
