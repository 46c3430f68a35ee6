"""A phase diagram in one call, and what its dataset can do: `phase`, and the accessor `dataset.noisewise`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import xarray as xr

from simulate import storage
from simulate.progress import Progress
from simulate.storage import save_dataset, table
from simulate.sweep.axes import Axis, Family
from simulate.sweep.curves import add_curves
from simulate.sweep.sweep import sweep
from theory import regimes
from theory.problems.problem import Problem
from theory.problems.problem_file import load_problem

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PICTURES = (".png", ".pdf", ".svg")


def phase(
    problem: Problem | Family | str,
    x: Axis | str,
    y: Axis | str,
    *,
    settings: Mapping[str, Any] | None = None,
    curves: bool = True,
    executor: Executor | None = None,
    progress: Progress | None = None,
    **fixed: float,
) -> xr.Dataset:
    """A phase diagram: risk, baseline, gain and label over a plane of two keys, with its curves.

    Args:
        problem: a problem, a family of them, the name of a regime, or the path of a problem file.
        x, y: the swept keys, `Axis("beta", 0.1, 2, 65)` or "beta=0.1:2:65": noises, parameters of the regime, or keys
            of the problem file.
        settings: other values for parameters of the regime or keys of the file.
        curves: whether gain = 0 and the best training noise are traced as well.
        executor, progress: as for `sweep`.
        fixed: `alpha`, `beta` and `eps` where they are not swept (0.5, 0.5 and 0 if not given).

    Returns:
        The dataset of `sweep`, with `dataset.noisewise.plot()`, `.table()` and `.save(path)`.

    Raises:
        NoExactRoute: no cell has an exact route.
        ProblemError: a key is unknown or given twice, a value makes no sense, or a file cannot be read.

    Examples:
        >>> dataset = phase("bumps", "beta=0.2:0.8:4", "alpha=0:0.6:3", curves=False)
        >>> dataset.noisewise.table()[["beta", "alpha", "label"]].head(2).values.tolist()
        [[0.2, 0.0, 'neutral'], [0.4, 0.0, 'neutral']]
    """
    family = _family(problem)
    family = Family(family.source, {**family.settings, **(settings or {})})
    across, up = (axis if isinstance(axis, Axis) else Axis.parse(axis) for axis in (x, y))
    dataset = sweep(family, across, up, fixed, executor, progress)
    return add_curves(dataset, family, across, up) if curves else dataset


def _family(problem: Problem | Family | str) -> Family:
    if isinstance(problem, Family):
        return problem
    if isinstance(problem, str) and problem not in regimes.REGIMES:
        return Family(load_problem(problem))
    return Family(problem)


def open_dataset(path: str | os.PathLike[str]) -> xr.Dataset:
    """The dataset of a phase diagram from a netCDF file; errors as `simulate.storage.open_dataset`."""
    return storage.open_dataset(path)


@xr.register_dataset_accessor("noisewise")
class Diagram:
    """What the dataset of a phase diagram can do: `dataset.noisewise.plot()`, `.table()`, `.save(path)`."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def plot(self, ax: Axes | None = None, *, columns: int = 1) -> Any:
        """The diagram as Matplotlib artists (`figures.phase.PhaseArtists`), in given axes or in a new figure."""
        from figures import phase as drawing

        return drawing.draw(self._dataset, ax, columns=columns)

    def table(self) -> pd.DataFrame:
        """One row a cell: both coordinates, then the variables."""
        return table(self._dataset)

    def save(self, path: str | os.PathLike[str], *, columns: int = 1) -> None:
        """Write by suffix: .nc the dataset, .csv one row a cell, .png, .pdf or .svg the figure."""
        if os.path.splitext(path)[1].lower() in PICTURES:
            from figures import phase as drawing

            drawing.save(self._dataset, path, columns=columns)
        else:
            save_dataset(self._dataset, path)
