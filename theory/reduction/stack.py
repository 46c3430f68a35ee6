"""Problems that differ in numbers alone, answered together: one geometry whose training noises belong to several."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.base import Base, Drift, Geometry, Trainer
from theory.geometry.line.linear import LineTrainer
from theory.geometry.piece import Piece
from theory.geometry.region import join
from theory.problems.components import laws
from theory.problems.kept import Kept
from theory.problems.normal import Normal, normal_form
from theory.problems.problem import DomainProblem, MixtureProblem, Point, Problem
from theory.reduction.reduce import reduce

T = TypeVar("T")


def likeness(problem: Problem) -> Hashable:
    """Equal for problems that can be stacked: of one geometry, with components of the same laws in the same order, and
    without point masses. None where a problem is answered alone.

    Raises:
        NoExactRoute: no geometry answers for the problem.
    """
    geometry: Any = reduce(normal_form(problem))
    points = isinstance(problem, MixtureProblem) and any(isinstance(law, Point) for law in laws(problem))
    if points or not geometry.smooth_motion or getattr(geometry, "frame", None) is not None:
        return None
    trainer = geometry.trainer
    pieces = tuple((item.label, item.law) for item in getattr(trainer, "pieces", ()))
    held = problem.infinite if isinstance(problem, DomainProblem) else None, type(trainer), pieces
    return *held, replace(geometry, trainer=None), problem.dim, problem.training, problem.smoothing


class Stack:
    """Problems of one likeness, in normal form each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        self.normals: tuple[Normal, ...] = tuple(map(normal_form, problems))
        self.smoothing = self.problems[0].smoothing
        self.volumes = np.array([normal.volume for normal in self.normals])

    def geometry(self, own: Index, window: float) -> Geometry:
        """The geometry of training noises that belong to the problems own (A,); `window` as for `reduce`."""
        return _held.get(self, (own.tobytes(), window), lambda: self._made(own, window))

    def _made(self, own: Index, window: float) -> Geometry:
        geometries: list[Any] = [reduce(normal, window) for normal in self.normals]
        trainers = [geometry.trainer for geometry in geometries]
        if all(isinstance(trainer, LineTrainer) and trainer.voting for trainer in trainers):
            return replace(geometries[0], trainer=_voting(trainers, own))
        return replace(geometries[0], trainer=_Trainers(tuple(trainers), own))


_held: Kept[Geometry] = Kept(16)


def _voting(trainers: Sequence[LineTrainer], own: Index) -> LineTrainer:
    """Labelled sets, whose votes are taken together."""
    rows = np.arange(len(trainers))
    sets = join(len(trainers), [(rows[k : k + 1], t.indicator) for k, t in enumerate(trainers) if t.indicator])
    pieces = _joined([trainer.pieces for trainer in trainers], list(rows[:, None]))
    return LineTrainer(tuple(item.at(own) for item in pieces), trainers[0].training, sets.take(own))


@dataclass(frozen=True)
class _Trainers:
    """Problem by problem; own (A,) says to which problem a training noise belongs."""

    trainers: tuple[Trainer, ...]
    own: Index

    def __call__(self, alpha: Array) -> Base:
        rows, bases = self._each(lambda trainer, part: trainer(alpha[part]))
        region = join(len(alpha), [(part, base.region) for part, base in zip(rows, bases, strict=True)])
        return Base(_joined([base.pieces for base in bases], rows), region)

    def drift(self, alpha: Array, base: Base) -> Drift:
        rows, drifts = self._each(lambda trainer, part: trainer.drift(alpha[part], base.take(part)))
        centers, scales = (
            None
            if first is None
            else tuple(_column([getattr(d, key)[k] for d in drifts], rows) for k in range(len(first)))
            for key, first in (("centers", drifts[0].centers), ("scales", drifts[0].scales))
        )
        still = drifts[0].reference is None
        reference = None if still else _column([np.asarray(d.reference) for d in drifts], rows)
        ends, error = (_column([getattr(d, key) for d in drifts], rows) for key in ("ends", "error"))
        return Drift(ends, error, centers, scales, reference)

    def _each(self, ask: Callable[[Trainer, Index], T]) -> tuple[list[Index], list[T]]:
        """The rows of each problem that has some, and its answer."""
        asked = [(k, np.flatnonzero(self.own == k)) for k in np.unique(self.own).tolist()]
        return [rows for _k, rows in asked], [ask(self.trainers[k], rows) for k, rows in asked]


def _joined(parts: Sequence[tuple[Piece, ...]], rows: Sequence[Index]) -> tuple[Piece, ...]:
    """Components of problems, each in its rows."""
    return tuple(
        replace(same[0], exact=None, **{key: _column([getattr(p, key) for p in same], rows) for key in NUMBERS})
        for same in zip(*parts, strict=True)
    )


NUMBERS = ("center", "scale", "weight")


def _column(parts: Sequence[Array], rows: Sequence[Index]) -> Array:
    """Arrays one after the other along the first axis, each in its rows."""
    column = np.empty((sum(map(len, rows)), *parts[0].shape[1:]))
    for part, where in zip(parts, rows, strict=True):
        column[where] = part
    return column
