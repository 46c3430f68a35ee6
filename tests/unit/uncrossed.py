"""Neighbouring cells of a map, one that helps and one that hurts, without a line between them.

`python -m tests.unit.uncrossed` counts them over the datasets of the gallery, and over maps of 30 random problems.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from simulate.experiments.recipes import RECIPES
from simulate.experiments.sources import Map
from simulate.storage import open_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import add_curves
from simulate.sweep.sweep import sweep
from tests.unit.typed_problems import draw
from theory import Component, Gaussian, MixtureProblem, NoExactRoute
from theory.arrays import Array
from theory.problems.problem import Problem

GALLERY = Path(__file__).parents[2] / "figures" / "gallery"
# A line meets the side between two cells at a point that was rounded.
ROUNDED = 1e-6
PROBLEMS, SEED, COUNT = 30, 5, 17


def uncrossed(dataset: xr.Dataset) -> tuple[int, int]:
    """How many pairs of neighbours help and hurt, and how many of them no line separates."""
    x_key, y_key = dataset.attrs["x_key"], dataset.attrs["y_key"]
    label = dataset["label"].transpose(y_key, x_key).to_numpy().astype(str)
    sign = np.char.endswith(label, "-help").astype(int) - np.char.endswith(label, "-hurt")
    points = [np.empty(0), np.empty(0)]
    if "zero_gain_x" in dataset:
        points = [_in_cells(dataset[key], dataset[f"zero_gain_{axis}"]) for key, axis in ((x_key, "x"), (y_key, "y"))]
    pairs = without = 0
    for table, along, across in ((sign, *points), (sign.T, *points[::-1])):
        for row, column in np.argwhere(table[:, 1:] * table[:, :-1] < 0).tolist():
            pairs += 1
            without += not _crossed(along, across, row, column)
    return pairs, without


def _in_cells(axis: xr.DataArray, points: xr.DataArray) -> Array:
    """Coordinates counted in cells."""
    return np.interp(points.to_numpy(), axis.to_numpy(), np.arange(axis.size))


def _crossed(along: Array, across: Array, row: int, column: int) -> bool:
    """Whether the line meets the side from `column` to the next one at `row`."""
    before, behind = across[:-1] - row, across[1:] - row
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(before == behind, 0.0, before / (before - behind))
    at = along[:-1] + share * np.diff(along)
    meets = (np.minimum(before, behind) <= ROUNDED) & (np.maximum(before, behind) >= -ROUNDED)
    return bool((meets & (at >= column - ROUNDED) & (at <= column + 1 + ROUNDED)).any())


def random_problem(rng: np.random.Generator) -> Problem:
    """One typed in small whole numbers, or a random mixture of Gaussians on the line."""
    if rng.random() < 0.6:
        return draw(rng)[0].written(1, 0)
    sides = [
        tuple(Component(Gaussian(rng.normal(0, 2), rng.uniform(0.2, 1.5)), rng.uniform(0.2, 1)) for _ in range(2))
        for _ in range(2)
    ]
    return MixtureProblem(float(rng.uniform(0.2, 0.8)), 1, *sides)


def main() -> None:
    """Print the counts, map by map."""
    total = np.zeros(2, int)
    for stem in (stem for recipe in RECIPES.values() for stem, held in recipe.sources.items() if isinstance(held, Map)):
        counts = uncrossed(open_dataset(GALLERY / f"{stem}.nc"))
        total += counts
        print(f"{stem}: {counts[1]} of {counts[0]}", flush=True)
    rng, done = np.random.default_rng(SEED), 0
    axes = Axis("beta", 0.1, 4.0, COUNT), Axis("alpha", 0.0, 3.0, COUNT)
    while done < PROBLEMS:
        family = Family(random_problem(rng))
        try:
            dataset = sweep(family, *axes)
        except NoExactRoute:
            continue
        counts = uncrossed(add_curves(dataset, family, *axes))
        total, done = total + counts, done + 1
        print(f"problem {done}: {counts[1]} of {counts[0]}", flush=True)
    print(f"in all {total[1]} of {total[0]} neighbours without a line between them")


if __name__ == "__main__":
    main()
