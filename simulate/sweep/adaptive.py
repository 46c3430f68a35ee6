"""A map that is evaluated where something happens, and interpolated where nothing does.

Cells are evaluated on a coarse lattice, then on lattices of half the stride. A square of the lattice is refined while
its corners, or those of a neighbour, have different labels, or while cubic interpolation from the lattice before missed a
cell that was evaluated in it, or in a neighbour, by more than the tolerance. All other cells are interpolated, and their
error is that miss, which was at twice the stride: interpolation gains a factor of two where the gain has a kink, and of
sixteen where it is smooth. What is narrower than the lattices that are evaluated completely, FULL, can be missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.progress import Progress, silent
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import BATCH_CELLS, FIELDS, Batch, CellBatch, evaluate
from simulate.sweep.held import LABEL, InMemory, named
from simulate.sweep.lattice import Lattice, dilated
from simulate.sweep.sweep import checked_noises, described, units_of
from simulate.work.part import PartFile
from simulate.work.pieces import Crew, Lost, finished
from theory import NoExactRoute
from theory.arrays import Array, Flags
from theory.errors import LostError, ProblemError
from theory.problems.problem import Problem
from theory.problems.validation import positive

# Strides of lattices, each half the one before; the first FULL are evaluated completely.
STRIDES = (16, 8, 4, 2, 1)
FULL = 2
# Points of a lattice through which gains are interpolated along each axis.
CUBIC, LINEAR = 4, 2
# The tolerance of gains, as a share of the largest on the coarse lattices.
SHARE = 1 / 256
# Fields that are interpolated, and those of them whose error that adds to.
SMOOTH = tuple(FIELDS.index(key) for key in ("risk", "baseline", "gain"))
ERRORS = tuple(FIELDS.index(key) for key in ("risk_error", "gain_error"))
GAIN = FIELDS.index("gain")


def sweep_adaptive(
    problem: Family | Problem,
    x: Axis,
    y: Axis,
    fixed: Mapping[str, float] | None = None,
    tolerance: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    kept: PartFile | None = None,
) -> xr.Dataset:
    """As `sweep`, with few evaluations where little happens.

    Args:
        tolerance: of the gain in cells that are not evaluated; a thousandth of the largest gain if None.

    Returns:
        The dataset of `sweep`, and `evaluated` (y, x), 1 where a cell was evaluated, else 0: there risk, baseline and
        gain are interpolated, risk_error and gain_error contain the interpolation error, and label and status are those
        of all corners of the square about the cell. Attributes: `tolerance`, `evaluations`, and
        `interpolation_error`, the largest.

    Raises:
        NoExactRoute, ProblemError: as `sweep`.
        LostError: the worker of a piece died each time it was tried.
    """
    family = problem if isinstance(problem, Family) else Family(problem)
    axes, wanted = (y, x), None if tolerance is None else positive(tolerance, "tolerance")
    noises = checked_noises(family, axes, fixed or {})
    if min(x.count, y.count) <= STRIDES[0]:
        raise ProblemError("--adaptive", f"{x.count} x {y.count} cells", f"more than {STRIDES[0]} along each axis")
    work = _Work(family, axes, noises, Crew(executor, kept), progress or silent)
    tolerance = work.refined(wanted)
    if np.isnan(work.fields[GAIN]).all() and work.reasons:
        raise NoExactRoute(min(work.reasons))
    place = InMemory(tuple(axis.count for axis in axes))
    place.put((slice(None), slice(None)), named(work.fields) | {"label": work.labels})
    dataset = place.dataset(described(family, axes, noises, sorted(work.reasons)), units_of(family, axes))
    about = {"units": "1", "long_name": "whether a cell was evaluated"}
    dataset["evaluated"] = ((y.key, x.key), work.known.astype(np.int8), about)
    worst = float(np.max(work.missed, initial=0.0))
    return dataset.assign_attrs(tolerance=tolerance, evaluations=int(work.known.sum()), interpolation_error=worst)


def _misses(gains: Array, guesses: Array, asked: Flags) -> Array:
    """By how much interpolation missed gains that were evaluated; infinite where one of the two has no number."""
    one = np.isnan(gains) != np.isnan(guesses)
    return np.where(asked, np.where(one, np.inf, np.nan_to_num(np.abs(gains - guesses))), 0.0)


class _Work:
    """The cells of a map as far as they are known."""

    def __init__(
        self, family: Family, axes: tuple[Axis, Axis], noises: Mapping[str, float], crew: Crew, progress: Progress
    ) -> None:
        self._family, self._axes, self._noises, self._crew, self._progress = family, axes, noises, crew, progress
        shape = (axes[0].count, axes[1].count)
        self.fields = np.full((len(FIELDS), *shape), np.nan)
        self.labels = np.full(shape, "undecided", LABEL)
        self.known, self.missed = np.zeros(shape, bool), np.zeros(shape)
        self.reasons: dict[str, None] = {}

    def refined(self, wanted: float | None) -> float:
        """Go through all lattices; the tolerance, made of the first ones where none is wanted."""
        before, tolerance = Lattice(self.known.shape, STRIDES[0]), wanted or 0.0
        self._evaluate(before.points, 0)
        active, smooth = np.ones(before.squares, bool), np.ones(before.squares, bool)
        errors = np.full(before.squares, np.inf)
        for level, stride in enumerate(STRIDES[1:], 1):
            lattice = Lattice(self.known.shape, stride)
            asked = lattice.points & before.covered(active) & ~self.known
            guesses = self._interpolated(before, lattice, errors, smooth)
            self._evaluate(asked, level)
            if level == FULL - 1 and wanted is None:
                tolerance = SHARE * float(np.nanmax(np.abs(self.fields[GAIN]), initial=0.0))
            cubic, straight = (before.most(_misses(self.fields[GAIN], guess, asked)) for guess in guesses)
            smooth = np.where(active, cubic <= straight, smooth)
            own = np.minimum(cubic, straight)
            errors = np.where(active, np.minimum(dilated(own), np.maximum(own, self._spread(before, lattice))), errors)
            active, errors, smooth = (
                held[lattice.parents(before)] for held in (active & (errors > tolerance), errors, smooth)
            )
            mixed = lattice.mixed(self.labels)
            active = active | (dilated(mixed) > 0 if stride > STRIDES[-2] else mixed)
            before = lattice
        return tolerance

    def _spread(self, before: Lattice, lattice: Lattice) -> Array:
        """The range of gains in each square of a lattice, as the next shows it; infinite where some are no numbers."""
        gains = np.where(lattice.points, self.fields[GAIN], -np.inf)
        above, below = before.most(gains), -before.most(np.where(lattice.points, -self.fields[GAIN], -np.inf))
        return np.nan_to_num(above - below, nan=np.inf)

    def _interpolated(self, before: Lattice, lattice: Lattice, errors: Array, smooth: Flags) -> tuple[Array, Array]:
        """Fill in the cells of a lattice from the one before, by cubics where that is better and linearly elsewhere; the
        gains that both give."""
        new = lattice.points & ~before.points & ~self.known
        corner, square = before.corners(), before.square_of(new)
        for k in ERRORS:
            self.fields[k][new] = (before.most_of_corners(self.fields[k]) + errors)[square]
        guesses = before.interpolated(self.fields[GAIN], CUBIC), before.interpolated(self.fields[GAIN], LINEAR)
        for k, field in enumerate(self.fields):
            if k in SMOOTH:
                curved, straight = before.interpolated(field, CUBIC), before.interpolated(field, LINEAR)
                field[new] = np.where(smooth[square], curved[new], straight[new])
            elif k not in ERRORS:
                field[new] = field[corner][new]
        self.labels[new] = self.labels[corner][new]
        self.missed[new] = errors[square]
        return guesses

    def _evaluate(self, asked: Flags, level: int) -> None:
        points = np.argwhere(asked)
        order = self._order(points)
        points = points[order]
        done = 0
        stage = f"adaptive {level} of {self._axes[0]} {self._axes[1]}"
        for piece, made in finished(stage, self._pieces(points), evaluate, self._crew):
            if isinstance(made, Lost):
                raise LostError(made.reason)
            for batch, fields in zip(piece.batches, made[0], strict=True):
                rows, columns = points[batch.block[0]].T
                self.fields[:, rows, columns] = fields
                self.labels[rows, columns] = named(fields)["label"]
            self.reasons |= dict.fromkeys(made[1])
            done += piece.size
            self._progress((level + done / len(points)) / len(STRIDES))
        self.known |= asked
        self.missed[asked] = 0.0
        if not len(points):
            self._progress((level + 1) / len(STRIDES))

    def _order(self, points: NDArray[np.intp]) -> NDArray[np.intp]:
        """Cells that share a problem side by side, those of one training noise next to each other in them."""
        own = [points[:, k] for k, axis in enumerate(self._axes) if not self._family.asks(axis.key)]
        alpha = [points[:, k] for k, axis in enumerate(self._axes) if axis.key == "alpha"]
        return np.lexsort([*alpha, *own]) if own or alpha else np.arange(len(points))

    def _pieces(self, points: NDArray[np.intp]) -> Iterator[CellBatch]:
        """Some cells in pieces: of one problem each, as many as one call answers."""
        if not len(points):
            return
        own = [k for k, axis in enumerate(self._axes) if not self._family.asks(axis.key)]
        ends = np.flatnonzero(np.diff(points[:, own], axis=0).any(axis=1)) + 1 if own else np.empty(0, int)
        values = [axis.values for axis in self._axes]
        for start, stop in zip([0, *ends], [*ends, len(points)], strict=True):
            for first in range(start, stop, BATCH_CELLS):
                block = slice(int(first), int(min(first + BATCH_CELLS, stop)))
                at = {axis.key: v[points[block, k]] for k, (axis, v) in enumerate(zip(self._axes, values, strict=True))}
                noises = {key: np.full(block.stop - block.start, value) for key, value in self._noises.items()}
                noises |= {key: held for key, held in at.items() if self._family.asks(key)}
                held = {key: float(v[0]) for key, v in at.items() if not self._family.asks(key)}
                yield CellBatch(self._family, (Batch(held, noises, (block,)),))
