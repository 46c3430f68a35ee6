"""A map that is evaluated where something happens, and interpolated where nothing does.

Cells are evaluated on a coarse lattice, then on lattices of half the stride. A square of a lattice is refined where its
corners have different labels, where interpolation in it may be off by more than FINE of the tolerance
(`Lattice.errors`), or where a refined neighbour finds either on the edge that they share. What is narrower than the
lattices that are evaluated completely, FULL, can be missed.

The baseline does not depend on alpha. Where alpha is swept, one line of cells gives it for all, its jumps included, and
the risk alone is interpolated.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.progress import Progress, silent
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import FIELDS, evaluate
from simulate.sweep.held import LABEL, NEUTRAL, SIGNED, InMemory, check_size, named
from simulate.sweep.lattice import CUBIC, LINEAR, Lattice
from simulate.sweep.points import ordered, scattered
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
# The tolerance of gains, as a share of the largest on those: half a step of 256 colours from -1 to 1 times it.
SHARE = 1 / 256
# Errors from 0 of a gain whose neighbour may well be within its own.
CLOSE = 10
# The share of the tolerance above which an estimate of an error refines a square: estimates can fall short a little.
FINE = 0.7
# Where the label of an interpolated gain has the other sign: the gain as a share of the tolerance, on the label's side.
SLIGHT = 1e-3


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
        tolerance: of risk, baseline and gain in cells that are not evaluated; 1/256 of the largest gain seen if None.

    Returns:
        The dataset of `sweep`, and `evaluated` (y, x), 1 where a cell was evaluated, else 0. There risk, baseline and
        gain are interpolated, risk_error and gain_error are the largest at the corners of the square about the cell
        and the tolerance besides, label and status are those of the corners. Attributes: `tolerance`, `evaluations`,
        and `interpolation_error`, what errors of interpolated cells contain for that: the tolerance, 0 without such
        cells. It is an estimate from differences of neighbouring cells, no bound that is proved.

    Raises:
        NoExactRoute, ProblemError: as `sweep`; or there are too few cells along an axis.
        LostError: the worker of a piece died each time it was tried.

    Examples:
        >>> dataset = sweep_adaptive(Family("two-gaussians"), Axis("beta", 0.1, 1.2, 129), Axis("alpha", 0.0, 1.0, 129))
        >>> dataset.attrs["evaluations"] == int(dataset["evaluated"].sum()) < 129 * 129 / 5
        True
    """
    family = problem if isinstance(problem, Family) else Family(problem)
    axes, wanted = (y, x), None if tolerance is None else positive(tolerance, "tolerance")
    noises = checked_noises(family, axes, fixed or {})
    if min(check_size(axes)) <= STRIDES[0]:
        raise ProblemError("adaptive", f"{x.count} x {y.count} cells", f"more than {STRIDES[0]} along each axis")
    work = _Work(family, axes, noises, Crew(executor, kept), progress or silent)
    values, tolerance = work.refined(wanted)
    if work.reasons and np.isnan(values["gain"]).all():
        raise NoExactRoute(min(work.reasons))
    place = InMemory(work.known.shape)
    place.put((slice(None), slice(None)), values)
    dataset = place.dataset(described(family, axes, noises, sorted(work.reasons)), units_of(family, axes))
    about = {"units": "1", "long_name": "whether a cell was evaluated"}
    dataset["evaluated"] = ((y.key, x.key), work.known.astype(np.int8), about)
    error = 0.0 if work.known.all() else tolerance
    return dataset.assign_attrs(tolerance=tolerance, evaluations=int(work.known.sum()), interpolation_error=error)


class _Work:
    """The cells of a map as far as they are known."""

    def __init__(
        self, family: Family, axes: tuple[Axis, Axis], noises: Mapping[str, float], crew: Crew, progress: Progress
    ) -> None:
        self._family, self._axes, self._noises, self._crew, self._progress = family, axes, noises, crew, progress
        self._alpha = next((k for k, axis in enumerate(axes) if axis.key == "alpha"), None)
        self._smooth = ("risk", "baseline", "gain") if self._alpha is None else ("risk",)
        shape = (axes[0].count, axes[1].count)
        self._fields = {key: np.full(shape, np.nan) for key in FIELDS}
        self._labels = np.full(shape, "undecided", LABEL)
        self.known = np.zeros(shape, bool)
        self.reasons: dict[str, None] = {}

    def refined(self, wanted: float | None) -> tuple[dict[str, np.ndarray], float]:
        """Go through all lattices: what a dataset has of cells, and the tolerance, of the first lattices if none is
        wanted."""
        before, tolerance = Lattice(self.known.shape, STRIDES[0]), wanted or 0.0
        asked = before.points
        if self._alpha is not None:
            np.moveaxis(asked, self._alpha, 0)[:2] = True
        self._evaluate(asked, f"{wanted} 0.0", 0.0)
        active = np.ones(before.squares, bool)
        for level, stride in enumerate(STRIDES[1:], 1):
            lattice = Lattice(self.known.shape, stride)
            linear, cubic = self._errors(before)
            if level >= FULL:
                active &= (np.minimum(linear, cubic) > FINE * tolerance) | self._mixed(before, before.points)
            self._fill(before, lattice, cubic <= linear)
            active = self._traced(before, lattice, active, FINE * tolerance, f"{wanted} {level}")
            active = active[lattice.parents(before)]
            before = lattice
            if level < FULL and wanted is None:
                most = float(np.max(np.nan_to_num(np.abs(self._fields["gain"]))))
                tolerance = max(SHARE * most, NEUTRAL)
        self._progress(1.0)
        return self._told(tolerance), tolerance

    def _errors(self, lattice: Lattice) -> tuple[Array, Array]:
        """How far linear and cubic interpolation may be off in each square; nothing is where no corner has a number."""
        found = [lattice.errors(self._fields[key]) for key in self._smooth]
        nothing = np.logical_and.reduce(lattice.at_corners(np.isnan(self._fields["risk"])))
        linear, cubic = (np.where(nothing, 0.0, np.maximum.reduce(part)) for part in zip(*found, strict=True))
        return linear, cubic

    def _mixed(self, lattice: Lattice, points: Flags) -> Flags:
        """Which squares have different labels at some points, or gains CLOSE to their error, whose sign is in doubt.
        Gains at alpha = 0 are all neutral, which tells nothing."""
        if self._alpha is not None and self._axes[self._alpha].low == 0:
            points = points.copy()
            np.moveaxis(points, self._alpha, 0)[0] = False
        fields, codes = self._fields, np.unique(self._labels, return_inverse=True)[1].reshape(self.known.shape)
        above, below = (lattice.most(np.where(points, sign * codes, -np.inf)) for sign in (1.0, -1.0))
        faint = points & np.isin(self._labels, SIGNED) & (np.abs(fields["gain"]) < CLOSE * fields["gain_error"])
        return (above > -below) | (lattice.most(faint.astype(float)) > 0)

    def _fill(self, before: Lattice, lattice: Lattice, smooth: Flags) -> None:
        """The cells of a lattice from the one before, by cubics in smooth squares and linearly in others."""
        new = lattice.points & ~before.points & ~self.known
        square, corner = before.square_of(new), before.corners()
        for key in self._smooth:
            field = self._fields[key]
            curved, straight = before.interpolated(field, CUBIC), before.interpolated(field, LINEAR)
            field[new] = np.where(smooth[square], curved[new], straight[new])
        if self._alpha is not None:
            risk, baseline = self._fields["risk"], self._fields["baseline"]
            line = np.fmax.reduce(np.where(self.known, baseline, np.nan), axis=self._alpha, keepdims=True)
            baseline[new] = np.broadcast_to(line, baseline.shape)[new]
            self._fields["gain"][new] = (baseline - risk)[new]
        for key in ("risk_error", "gain_error", "status"):
            field = self._fields[key]
            field[new] = np.maximum.reduce(before.at_corners(field))[square]
        self._labels[new] = self._labels[corner][new]

    def _traced(self, before: Lattice, lattice: Lattice, active: Flags, least: float, stage: str) -> Flags:
        """Evaluate the cells of a lattice in active squares of the one before, and in those on whose edges that shows
        another label or a miss of more than `least`. Returns all of them."""
        guesses = {key: self._fields[key].copy() for key in self._smooth}
        turn = 0
        while (asked := lattice.points & before.covered(active) & ~self.known).any():
            share = (STRIDES.index(lattice.stride) + 1 - 0.5**turn) / len(STRIDES)
            self._evaluate(asked, f"{stage}.{turn}", share)
            held = self.known & lattice.points
            missed = np.logical_or.reduce([_missed(self._fields[key], guesses[key], least) for key in guesses])
            active = (
                active | (before.most((held & missed).astype(float)) > 0) | self._mixed(before, held | before.points)
            )
            turn += 1
        return active

    def _told(self, tolerance: float) -> dict[str, np.ndarray]:
        """What a dataset has of all cells."""
        fields, guessed = self._fields, ~self.known
        for key in ("risk_error", "gain_error"):
            fields[key][guessed] += tolerance
        self._labels[guessed & np.isnan(fields["gain"])] = "undecided"
        for name, sign in zip(SIGNED, (1.0, -1.0), strict=True):
            wrong = guessed & (self._labels == name) & (sign * fields["gain"] <= 0)
            fields["gain"][wrong] = sign * SLIGHT * tolerance
            fields["risk"][wrong] = (fields["baseline"] - fields["gain"])[wrong]
        return named(np.stack([fields[key] for key in FIELDS])) | {"label": self._labels}

    def _evaluate(self, asked: Flags, stage: str, share: float) -> None:
        points = ordered(self._family, self._axes, np.argwhere(asked))
        stage = f"adaptive {stage} of {self._axes[0]} {self._axes[1]}"
        self._progress(share)
        pieces = scattered(self._family, self._axes, self._noises, points)
        for piece, made in finished(stage, pieces, evaluate, self._crew):
            if isinstance(made, Lost):
                raise LostError(made.reason)
            for batch, fields in zip(piece.batches, made[0], strict=True):
                rows, columns = points[batch.block[0]].T
                for key, values in zip(FIELDS, fields, strict=True):
                    self._fields[key][rows, columns] = values
                self._labels[rows, columns] = named(fields)["label"]
            self.reasons |= dict.fromkeys(made[1])
        self.known |= asked


def _missed(values: Array, guesses: Array, least: float) -> NDArray[np.bool_]:
    """Where guesses are off by more than `least`, or one of the two is no number."""
    return (np.isnan(values) != np.isnan(guesses)) | (np.nan_to_num(np.abs(values - guesses)) > least)
