"""A map that is filled from coarse to fine, in pieces that can be given up: first a few cells, then those between."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from simulate.live.view import View
from simulate.sweep.cells import FIELDS, QUICK, Batch, CellBatch, Result, pieces
from simulate.sweep.held import named
from simulate.sweep.sweep import checked_noises, described, units_of
from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.problems.normal import normal_form
from theory.reduction.reduce import reduce

# Every so-manieth cell, from level to level: where all cells take a few hundredths of a second, and where one does.
QUICK_STRIDES, COSTLY_STRIDES = (4, 1), (16, 8, 4, 2, 1)
# Seconds that a piece of a costly map may take, as far as is known: after so long a change is answered.
PIECE_SECONDS = 0.25
# Cells of the first piece of a costly map, whose pace is not known yet; and of any piece at most.
FIRST_CELLS, MOST_CELLS = 4, 4096
# What is told of a cell itself only; and what is said of one that is not known.
OWN_NUMBERS = ("risk", "risk_error", "baseline", "gain_error")
NOT_YET = "not computed yet: the nearest cell's gain"


@dataclass
class Refinement:
    """The cells of one view, as far as they are known. route: the geometry that answers, "" for none."""

    view: View
    route: str = field(init=False)
    reasons: dict[str, None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._axes = self.view.y, self.view.x
        self._noises = checked_noises(self.view.family, self._axes, self.view.fixed)
        self.route = _route(self.view)
        shape = self.view.y.count, self.view.x.count
        self.fields = np.full((len(FIELDS), *shape), np.nan)
        self.known: NDArray[np.bool_] = np.zeros(shape, bool)
        self._levels = list(QUICK_STRIDES if self.quick else COSTLY_STRIDES)
        self._pieces = pieces(self.view.family, self._axes, self._noises)
        self._asked: Any = ()
        self._pace = 0.0

    @property
    def quick(self) -> bool:
        """Whether thousands of cells are answered at once; where there is no answer, that is said at once too."""
        return self.route in ("", *QUICK)

    @property
    def complete(self) -> bool:
        """Whether all cells are known."""
        return bool(self.known.all())

    @property
    def stride(self) -> int:
        """The level that is worked on: every so-manieth cell along either axis."""
        return self._levels[0]

    @property
    def worth_showing(self) -> bool:
        """Whether enough is new since the piece before: a quick map is not shown half."""
        return self.complete or not self.quick or self.stride > 1

    def next(self) -> CellBatch:
        """The next cells to evaluate; what is found of them goes to `take`."""
        while self.stride > 1 and not len(self._todo()[0]):
            self._levels.pop(0)
            if self.quick and self.stride == 1:
                self.known[:] = False  # the preview differs from the sweep in last bits
        if self.quick and self.stride == 1:  # as a sweep does it, to the last bit
            piece = next(self._pieces)
            self._asked = piece.batches[0].block
            return piece
        rows, columns = self._todo()
        count = len(rows) if self.quick else self._count()
        self._asked = rows[:count], columns[:count]
        size = len(self._asked[0])
        values = {axis.key: axis.values[at] for axis, at in zip(self._axes, self._asked, strict=True)}
        noises = {key: np.full(size, value) for key, value in self._noises.items()} | values
        return CellBatch(self.view.family, (Batch({}, noises, (slice(0, size),)),))

    def take(self, found: Result, seconds: float) -> None:
        """What was found of the cells of the last `next`, and how long that took."""
        (values,), why = found
        place = self.fields[(slice(None), *self._asked)]
        self.fields[(slice(None), *self._asked)] = values.reshape(place.shape)
        self.known[self._asked] = True
        self.reasons |= dict.fromkeys(why)
        pace = seconds / values.shape[1]
        self._pace = pace if not self._pace else 0.5 * (self._pace + pace)

    def dataset(self) -> xr.Dataset:
        """The map as a sweep has it, and `route`. Of cells that are not known yet gain and label are those of the
        nearest that is, other numbers are NaN, and the attribute `share` says how many are known.
        """
        fields = self.fields
        if not self.complete:
            at = ndimage.distance_transform_edt(~self.known, return_distances=False, return_indices=True)
            fields = fields[:, at[0], at[1]]
        about, units = self._about
        dims, values = tuple(axis.key for axis in self._axes), named(fields)
        if not self.complete:
            values |= {name: np.where(self.known, values[name], np.nan) for name in OWN_NUMBERS}
            values["status"] = np.where(self.known, values["status"], NOT_YET)
        route = np.full(self.known.shape, "limit" if self.view.ratio is not None else self.route)
        held = {key: (dims, values[key], units[key]) for key in values} | {"route": (dims, route)}
        made = about.assign(held)
        if self.reasons:
            made.attrs["no_exact_route"] = "\n".join(sorted(self.reasons))
        return made if self.complete else made.assign_attrs(share=float(self.known.mean()))

    def prepare(self) -> None:
        """What `dataset` needs besides the cells, made ahead."""
        _ = self._about

    @cached_property
    def _about(self) -> tuple[xr.Dataset, dict[str, dict[str, str]]]:
        """Coordinates, attributes and units of the map."""
        about = described(self.view.family, self._axes, self._noises, [])
        return about, units_of(self.view.family, self._axes)

    def _todo(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the cells of this level that are not known."""
        wanted = np.zeros_like(self.known)
        wanted[:: self.stride, :: self.stride] = True
        return np.nonzero(wanted & ~self.known)  # type: ignore[return-value]

    def _count(self) -> int:
        if not self._pace:
            return FIRST_CELLS
        return int(np.clip(PIECE_SECONDS / self._pace, 1, MOST_CELLS))


def _route(view: View) -> str:
    try:
        return reduce(normal_form(view.family.at())).route
    except NoExactRoute:
        return ""


def row_and_column(dataset: xr.Dataset, pin: tuple[float, float]) -> tuple[int, int]:
    """The cell of a map nearest to (beta, alpha): its place along alpha, and along beta."""
    found: list[Array] = [
        np.abs(dataset[key].to_numpy() - value) for key, value in zip(("alpha", "beta"), pin[::-1], strict=True)
    ]
    return int(found[0].argmin()), int(found[1].argmin())
