"""What is compared where: the quantities, the cells of a map by problem and noises, and the size of the simulation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from simulate.sweep.axes import Axis, Family, check_axes
from simulate.sweep.sweep import USUAL
from theory.arrays import Array
from theory.errors import ProblemError, UnsupportedError
from theory.problems.noises import NOISES, RATIO
from theory.problems.problem import Problem
from theory.problems.validation import flag, probability, whole

GAINS = ("gain", "certified_gain")
CLEAN, CERTIFIED = ("clean", "gain"), ("certified", "certified_gain")
MOST_CELLS = 10_000
# Training noises of one simulation: the baseline, alpha = 0, is simulated with each.
ROWS = 16
# The usual failure probability of certificates, and the usual family-wise rate.
FAILURE, FAMILY_WISE = 1e-3, 0.01


@dataclass(frozen=True)
class Trial:
    """The size and seed of the simulation, the family-wise rate of the verdict, and the failure of certificates.

    independent: whether each cell has draws of its own; else the cells of one problem share theirs.
    """

    votes: int
    samples: int
    seed: int
    family_wise: float = FAMILY_WISE
    failure: float = FAILURE
    independent: bool = False

    def __post_init__(self) -> None:
        for name, least in (("votes", 1), ("samples", 1), ("seed", 0)):
            whole(getattr(self, name), name, least)
        for name in ("family_wise", "failure"):
            probability(getattr(self, name), name)
        flag(self.independent, "independent")

    def seed_of(self, run: int) -> int:
        """The seed of one of the simulations: the given one for the first, then 53 bits made of it."""
        if run == 0:
            return self.seed
        words = np.random.SeedSequence(self.seed, spawn_key=(run,)).generate_state(1, np.uint64)
        return int(words[0]) >> 11


@dataclass(frozen=True)
class Simulation:
    """One simulation: its number, by which it has its seed, its cells, as an index of all but the first axis of arrays,
    and what is simulated."""

    number: int
    cells: tuple[int | slice, ...]
    problem: Problem
    noises: tuple[Array, ...]


@dataclass(frozen=True)
class Plan:
    """The cells of a map as problems times noises.

    outer: the swept keys that are not noises, y first. noises: values of alpha, beta and eps, one where not swept.
    Arrays have one axis of quantities, then one for each of `outer`, then one for each noise.
    """

    family: Family
    x: Axis
    y: Axis
    quantities: tuple[str, ...]
    outer: tuple[Axis, ...]
    noises: Mapping[str, Array]

    @classmethod
    def of(cls, family: Family, x: Axis, y: Axis, fixed: Mapping[str, float]) -> Plan:
        """The plan of a map. Raises `ProblemError` on keys that clash or are unknown, and on too many cells."""
        check_axes(family, (x, y), fixed)
        if RATIO in fixed or any(axis.key == RATIO and family.asks(RATIO) for axis in (x, y)):
            raise UnsupportedError(
                "a map of samples per dimension is not simulated; compare points: noisewise mc --ratio"
            )
        if x.count * y.count > MOST_CELLS:
            raise ProblemError(f"{x.key}, {y.key}", f"{x.count * y.count} cells", f"at most {MOST_CELLS}")
        swept = {axis.key: axis.values for axis in (y, x)}
        noises = {key: swept.get(key, np.array([float(fixed.get(key, USUAL[key]))])) for key in NOISES}
        held = (*CLEAN, *CERTIFIED) if "eps" in fixed else CERTIFIED if "eps" in swept else CLEAN
        if held == CERTIFIED and not noises["beta"].any():
            raise ProblemError("beta", "0 only", "smoothing noise above 0 where radii are swept")
        quantities = tuple(name for name in ("clean", "certified", *GAINS) if name in held)
        return cls(family, x, y, quantities, tuple(axis for axis in (y, x) if not family.asks(axis.key)), noises)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of arrays."""
        outer = (axis.count for axis in self.outer)
        return (len(self.quantities), *outer, *(len(self.noises[key]) for key in NOISES))

    @property
    def mesh(self) -> tuple[Array, Array, Array]:
        """alpha, beta and eps of the cells of one problem, arrays of one shape."""
        alpha, beta, eps = np.meshgrid(*(self.noises[key] for key in NOISES), indexing="ij")
        return alpha, beta, eps

    def problems(self) -> Iterator[tuple[tuple[int, ...], Problem]]:
        """Places along `outer` and the problems there, always in the same order."""
        for place in product(*(range(axis.count) for axis in self.outer)):
            values = {axis.key: float(axis.values[i]) for axis, i in zip(self.outer, place, strict=True)}
            yield place, self.family.at(values)

    def runs(self, independent: bool) -> Iterator[Simulation]:
        """The simulations, always in the same order: for each problem one for every ROWS training noises, which all
        share their draws, or one for each cell, with draws of its own."""
        sizes = [len(self.noises[key]) for key in NOISES]
        steps = (1, 1, 1) if independent else (ROWS, *sizes[1:])
        number = 0
        for place, problem in self.problems():
            for starts in product(*(range(0, size, step) for size, step in zip(sizes, steps, strict=True))):
                cut = tuple(slice(start, start + step) for start, step in zip(starts, steps, strict=True))
                noises = tuple(self.noises[key][part] for key, part in zip(NOISES, cut, strict=True))
                yield Simulation(number, (*place, *cut), problem, noises)
                number += independent
            number += not independent

    def compared(self, quantity: str) -> NDArray[np.bool_]:
        """Where a quantity is a random one of its own: a gain not at alpha = 0, where it is 0, and a certified risk not
        at beta = 0, where it is the clean risk or not defined."""
        alpha, beta, _eps = self.mesh
        return ((alpha > 0) | (quantity not in GAINS)) & ((beta > 0) | (quantity in CLEAN))

    def on_map(self, values: NDArray[Any]) -> xr.DataArray:
        """An array over (quantity, y, x)."""
        whole = xr.DataArray(values, dims=("quantity", *(axis.key for axis in self.outer), *NOISES))
        held = {key: 0 for key in NOISES if key not in (self.x.key, self.y.key)}
        return whole.isel(held).transpose("quantity", self.y.key, self.x.key)
