"""Studies in files: what a file holds of the same study is not computed again, and nothing it holds is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import xarray as xr

from simulate.experiments.discs import VARIABLES, Study, attributes, run_study
from simulate.storage import open_dataset, save_dataset
from theory.errors import ProblemError


def continued(
    study: Study, path: Path, executor: Executor | None = None, progress: Callable[[float], None] | None = None
) -> xr.Dataset:
    """Run a study, beginning with what the file at `path` holds of it, and write it there as it goes on.

    The file may hold more draws than the study asks for, or fewer: all stay, and none is computed twice.

    Raises:
        ProblemError: the file holds another study, or is no dataset of discs.
        OSError: it cannot be written.
    """
    held = open_dataset(path, VARIABLES, "figures") if path.exists() else None
    if held is not None:
        _check_same(study, held, path)
    known = None if held is None else held.reindex(draw=range(study.draws)).assign_attrs(draws=study.draws)

    def keep(part: xr.Dataset) -> None:
        save_dataset(merged(part, held), path)

    found = merged(run_study(study, known, executor, progress, keep), held)
    if held is None or not found.identical(held):
        save_dataset(found, path)
    return found


def merged(part: xr.Dataset, held: xr.Dataset | None) -> xr.Dataset:
    """What either holds of one study; where both do, that of `part`."""
    if held is None or held.sizes["draw"] <= part.sizes["draw"]:
        return part
    return part.combine_first(held).assign_attrs(held.attrs)


def _check_same(study: Study, held: xr.Dataset, path: Path) -> None:
    """Every setting but the number of draws must agree."""
    settings = {key: value for key, value in attributes(study).items() if key != "draws"}
    grids = {"gap": study.gaps, "alpha": study.alphas, "beta": study.betas}
    same = settings == {key: value for key, value in held.attrs.items() if key != "draws"}
    if not same or any(key not in held.dims or not np.array_equal(held[key], grid) for key, grid in grids.items()):
        raise ProblemError("", "a dataset of another study", "one with the same settings, or no file", str(path))
