"""The cells of a sweep, in batches that share a problem, and their evaluation.

How cells are batched depends on the sweep alone, never on who evaluates them: results are the same to the last bit
whatever the executor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import numpy as np

from simulate.sweep.axes import Axis, Family
from theory import NoExactRoute, compare
from theory.arrays import Array
from theory.estimate import ranks
from theory.problems.noises import RATIO
from theory.problems.normal import normal_form
from theory.problems.problem import Problem
from theory.reduction.reduce import reduce
from theory.risks.panel import Noises, Panel
from theory.risks.solution import Comparison

Result = tuple[list[Array], list[str]]

# Cells evaluated in one vectorised call, and evaluations handed to a worker at once: a fraction of a second of work.
# Where a single cell takes a tenth of a second and more, what a death may lose is kept small.
BATCH_CELLS, COSTLY_CELLS = 2048, 32
PIECE_BATCHES = 32
QUICK = ("line", "radial", "half-space", "limit")
# Single noises without an answer, each of which may have taken its time, after which no more are tried.
MOST_FAILED = 32

# What is known of a cell, in the order in which `evaluate` stacks it.
FIELDS = ("risk", "risk_error", "baseline", "gain", "gain_error", "constant", "status")


@dataclass(frozen=True)
class Batch:
    """A block of cells of one problem: the values of its keys, flat arrays of noises (and of ratios, where there are
    samples), and where the block lies along each axis."""

    values: dict[str, Any]
    noises: dict[str, Array]
    block: tuple[slice, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Its size along each axis."""
        return tuple(part.stop - part.start for part in self.block)


@dataclass(frozen=True)
class CellBatch:
    """The work of one call: batches of a family. It can be pickled."""

    family: Family
    batches: tuple[Batch, ...]

    @property
    def size(self) -> int:
        """The number of cells."""
        return sum(math.prod(batch.shape) for batch in self.batches)


def pieces(family: Family, axes: Sequence[Axis], fixed: Mapping[str, float]) -> Iterator[CellBatch]:
    """All cells of a sweep over some axes, the first of which varies slowest, cut into pieces."""
    most = most_cells(family, axes)
    batches = _batches(family, axes, fixed, most)
    size = 1 if any(family.asks(axis.key) for axis in axes) or most < BATCH_CELLS else PIECE_BATCHES
    while held := tuple(islice(batches, size)):
        yield CellBatch(family, held)


def most_cells(family: Family, axes: Sequence[Axis]) -> int:
    """Cells of a batch at most: fewer where each takes its time, by the geometry that answers at the low ends."""
    try:
        held = family.at({axis.key: axis.low for axis in axes if not family.asks(axis.key)})
        return BATCH_CELLS if reduce(normal_form(held)).route in QUICK else COSTLY_CELLS
    except NoExactRoute:
        return BATCH_CELLS


def _batches(family: Family, axes: Sequence[Axis], fixed: Mapping[str, float], most: int) -> Iterator[Batch]:
    values = [axis.values for axis in axes]
    for block in blocks(family, axes, most):
        ends = [held[part] for held, part in zip(values, block, strict=True)]
        grids = dict(zip((axis.key for axis in axes), np.meshgrid(*ends, indexing="ij"), strict=True))
        noises = {key: np.full(math.prod(map(len, ends)), value) for key, value in fixed.items()}
        noises |= {key: grid.ravel() for key, grid in grids.items() if family.asks(key)}
        own = {key: float(grid.flat[0]) for key, grid in grids.items() if not family.asks(key)}
        yield Batch(own, noises, block)


def blocks(family: Family, axes: Sequence[Axis], most: int) -> Iterator[tuple[slice, ...]]:
    """Blocks of cells that share a problem, of about so many at most. They are cut along alpha where it is swept: each
    is trained once."""
    asked = [k for k, axis in enumerate(axes) if family.asks(axis.key)]
    steps = [axis.count if k in asked else 1 for k, axis in enumerate(axes)]
    if asked:
        cut = next((k for k in asked if axes[k].key == "alpha"), asked[0])
        steps[cut] = 1
        steps[cut] = max(1, most // math.prod(steps))
    for starts in product(*(range(0, axis.count, step) for axis, step in zip(axes, steps, strict=True))):
        ends = zip(starts, steps, axes, strict=True)
        yield tuple(slice(start, min(start + step, axis.count)) for start, step, axis in ends)


def evaluate(piece: CellBatch) -> Result:
    """For each batch its FIELDS (7, cells), NaN where there is no exact route, and the distinct reasons for that."""
    results, reasons = [], []
    if len(piece.batches) > 1:
        with suppress(NoExactRoute):
            return _together(piece), []
    for batch in piece.batches:
        fields, why = _answered(piece.family, batch.values, batch.noises, [])
        results.append(fields)
        reasons += why
    return results, list(dict.fromkeys(reasons))


def _together(piece: CellBatch) -> list[Array]:
    """All batches in one call."""
    sizes = [math.prod(batch.shape) for batch in piece.batches]
    noises = {key: np.concatenate([batch.noises[key] for batch in piece.batches]) for key in piece.batches[0].noises}
    own = np.repeat(np.arange(len(sizes)), sizes)
    panel = Panel([piece.family.at(batch.values) for batch in piece.batches])
    found = panel.compare(noises["alpha"], Noises(own, noises["beta"], noises["eps"], noises.get(RATIO)))
    return np.split(_fields(found), np.cumsum(sizes)[:-1], axis=1)


def _answered(
    family: Family, values: Mapping[str, Any], noises: Mapping[str, Array], failed: list[str]
) -> tuple[Array, list[str]]:
    """FIELDS (7, n) of a problem, NaN where there is no exact route, and why. A noise without an answer costs no other
    its own: they are asked in halves, until MOST_FAILED single ones had none."""
    try:
        return compared(family, values, noises), failed
    except NoExactRoute as error:
        count = len(noises["alpha"])
        if count == 1 or len(failed) >= MOST_FAILED or RATIO in noises or _without_route(family.at(values)):
            return np.full((len(FIELDS), count), np.nan), [*failed, str(error)]
    parts = []
    for half in (slice(0, count // 2), slice(count // 2, count)):
        fields, failed = _answered(family, values, {key: noise[half] for key, noise in noises.items()}, failed)
        parts.append(fields)
    return np.concatenate(parts, axis=1), failed


def _without_route(problem: Problem) -> bool:
    """Whether no noise has an answer."""
    try:
        reduce(normal_form(problem))
    except NoExactRoute:
        return True
    return False


def compared(family: Family, values: Mapping[str, Any], noises: Mapping[str, Array]) -> Array:
    """FIELDS (7, n) of one problem of the family at n noises; the status as its place in `STATUSES`."""
    return _fields(compare(family.at(values), noises["alpha"], noises["beta"], noises["eps"], ratio=noises.get(RATIO)))


def _fields(found: Comparison) -> Array:
    estimates = (found.risk.value, found.risk.error, found.baseline.value, found.gain.value, found.gain.error)
    status = ranks((found.risk - found.gain).status)
    return np.stack([np.asarray(part, float) for part in (*estimates, found.constant, status)])
