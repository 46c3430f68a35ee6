"""`noisewise figures`: the figures of the experiments, each with the dataset that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from simulate.commands.failures import UsageError
from simulate.commands.options import arg
from simulate.commands.phase import MOST_WORKERS, at_most, naming
from simulate.commands.workers import worker_pool
from theory import validation
from theory.errors import ProblemError, one_of, shown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from matplotlib.figure import Figure

    from simulate.experiments.recipes import Recipe

SUFFIXES = (".png", ".pdf")

Names = Annotated[
    tyro.conf.Positional[tuple[str, ...]],
    arg(metavar="NAME...", help="plane, disc-experiment or interference; left out, all of them."),
]


@dataclass(frozen=True)
class Figures:
    """The figures of the experiments as PNG and PDF, each beside the dataset (netCDF) that it shows.

    A study goes on from the file that it left behind, so that an interrupted command is simply given again.
    """

    names: Names = ()
    out: Annotated[str, arg(metavar="DIR")] = "."
    """The folder for datasets and figures; it is made where it is not there."""
    workers: Annotated[int, arg(metavar="N")] = 1
    """Worker processes."""
    draws: Annotated[int | None, arg(metavar="N")] = None
    """Random placements for each gap, if fewer are wanted, or more."""
    files: Annotated[tuple[str, ...], arg(name="from", metavar="FILE...")] = ()
    """Draw one figure from these datasets, and compute nothing."""

    def run(self) -> None:
        workers = at_most(self.workers, "workers", MOST_WORKERS)
        draws = None if self.draws is None else validation.whole(self.draws, "draws", 2)
        chosen = self._chosen()
        folder = self._folder()
        if self.files:
            ((name, recipe),) = chosen.items()
            _write(_redrawn(name, recipe, self.files), folder)
            return
        with worker_pool(workers) as pool:
            for name, recipe in chosen.items():
                _make(name, recipe, folder, draws, pool)

    def _chosen(self) -> dict[str, Recipe]:
        """The recipes that are asked for; one alone where it is drawn from files."""
        from simulate.experiments.recipes import RECIPES

        for name in self.names:
            if name not in RECIPES:
                raise ProblemError("", f"no figure called {shown(name)}", one_of(RECIPES, name))
        chosen = {name: RECIPES[name] for name in self.names or RECIPES}
        if self.files and len(chosen) != 1:
            raise UsageError(f"--from: found {len(self.names) or 'no'} names, expected that of one figure")
        return chosen

    def _folder(self) -> Path:
        folder = Path(self.out)
        if folder.exists() and not folder.is_dir():
            raise ProblemError("--out", f"the file {shown(self.out)}", "a folder")
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _redrawn(name: str, recipe: Recipe, files: tuple[str, ...]) -> dict[str, Figure]:
    """The figures of datasets in files; what these cannot be drawn as is said in one line."""
    datasets = recipe.load(files)
    try:
        return recipe.draw(datasets)
    except ProblemError:
        raise
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None


def _make(name: str, recipe: Recipe, folder: Path, draws: int | None, pool: Executor | None) -> None:
    from simulate.progress import Meter

    with Meter(name) as meter:
        datasets = recipe.compute(folder, draws, pool, meter)
    for stem in recipe.sources:
        print(f"wrote {folder / stem}.nc")
    _write(recipe.draw(datasets), folder)


def _write(drawn: dict[str, Figure], folder: Path) -> None:
    from figures.style import write

    for stem, figure in drawn.items():
        for suffix in SUFFIXES:
            path = folder / f"{stem}{suffix}"
            with naming(str(path)):
                write(figure, path)
            print(f"wrote {path}")
