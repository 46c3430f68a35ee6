"""The figures that `noisewise figures` makes: for each the studies behind it, and how their datasets are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from figures import disc_experiment, interference, plane
from figures.plane_fields import fields
from simulate.experiments.discs import VARIABLES, Study
from simulate.experiments.resume import continued
from simulate.storage import open_dataset, save_dataset
from theory import Problem, regimes
from theory.errors import ProblemError

Progress = Callable[[float], None]
Drawn = dict[str, Figure]


@dataclass(frozen=True)
class Pictured:
    """A problem of the plane with the noises of its picture."""

    problem: Problem
    alpha: float
    beta: float


@dataclass(frozen=True)
class Recipe:
    """Datasets by file stem, each from a study or a problem of the plane, and the figures they become, by stem.

    needed: variables that a dataset must hold to be drawn.
    """

    sources: dict[str, Study | Pictured]
    draw: Callable[[Sequence[xr.Dataset]], Drawn]
    needed: Sequence[str] = field(default=VARIABLES)

    def compute(
        self, folder: Path, draws: int | None, executor: Executor | None, progress: Progress
    ) -> list[xr.Dataset]:
        """All datasets, written to `folder`; studies go on from the files that are there, with so many draws."""
        found = []
        for k, (stem, source) in enumerate(self.sources.items()):
            path = folder / f"{stem}.nc"

            def partly(done: float, before: int = k) -> None:
                progress((before + done) / len(self.sources))

            if isinstance(source, Study):
                study = source if draws is None else replace(source, draws=draws)
                found.append(continued(study, path, executor, partly))
            else:
                found.append(fields(source.problem, source.alpha, source.beta))
                save_dataset(found[-1], path)
            partly(1.0)
        return found

    def load(self, paths: Sequence[str]) -> list[xr.Dataset]:
        """The datasets of files, as they are. Raises `ProblemError` on files that are none of this figure."""
        return [open_dataset(path, self.needed, "figures") for path in paths]


def _planes(datasets: Sequence[xr.Dataset]) -> Drawn:
    return {f"plane-{held.attrs['name']}": plane.draw_fields(held).figure for held in datasets}


def _discs(datasets: Sequence[xr.Dataset]) -> Drawn:
    """One figure; a study may come in parts, each with some of the gaps."""
    first = datasets[0]
    for held in datasets[1:]:
        if any(not held[key].equals(first[key]) for key in ("alpha", "beta")):
            raise ProblemError("--from", "studies with different noises", "parts of one study")
    whole = first if len(datasets) == 1 else xr.concat(datasets, "gap", join="outer", combine_attrs="override")
    return {"disc-experiment": disc_experiment.draw(whole).figure}


def _interference(datasets: Sequence[xr.Dataset]) -> Drawn:
    return {"interference": interference.draw(datasets).figure}


GAPS = tuple(0.5 * k for k in range(5))
SPARSE = Study(gaps=GAPS, draws=40, count=15)

RECIPES = {
    "plane": Recipe(
        {
            "plane-anisotropic": Pictured(regimes.anisotropic(), 1.0, 1.5),
            "plane-discs": Pictured(regimes.discs(side=40, radius=8, seed=1), 3.0, 5.0),
        },
        _planes,
        ("signed", "truth", "vote", "risk", "gain"),
    ),
    "disc-experiment": Recipe({"disc-experiment": Study()}, _discs),
    "interference": Recipe(
        {
            "interference-alpha": replace(SPARSE, betas=(11.0,)),
            "interference-beta": replace(SPARSE, alphas=(0.0, 5.0), betas=tuple(float(b) for b in range(5, 16))),
        },
        _interference,
    ),
}
