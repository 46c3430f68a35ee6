"""`noisewise figures`: the figures of the gallery, each with the dataset that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from simulate.commands.failures import UsageError, drawable
from simulate.commands.options import arg
from simulate.commands.places import naming
from simulate.commands.workers import Dask, Workers, check_workers, hired
from theory.errors import ProblemError, one_of, shown
from theory.problems import validation

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from simulate.experiments.recipe import Recipe

FigureNames = Annotated[
    tyro.conf.Positional[tuple[str, ...]],
    arg(metavar="NAME...", help="Figures of the gallery (--list names them); left out, all."),
]


@dataclass(frozen=True)
class FiguresCommand:
    """The gallery as PNG, PDF and SVG, films as GIF and (with ffmpeg) MP4, each beside the dataset (netCDF) it shows.

    What is there and unchanged stays. A study goes on from the file that it left behind, so that an interrupted
    command is simply given again.

    noisewise figures --list

    noisewise figures certified-map best-alpha --out gallery --workers 2
    """

    names: FigureNames = ()
    out: Annotated[str, arg(metavar="DIR")] = "."
    """The folder for datasets and figures; it is made where it is not there."""
    workers: Workers = 1
    dask: Dask = None
    draws: Annotated[int | None, arg(metavar="N")] = None
    """Random placements for each gap, if fewer are wanted, or more."""
    columns: Annotated[int | None, arg(metavar="1|2")] = None
    """Width in columns of a paper, 3.4 or 7.0 inches, instead of the usual one of each figure."""
    files: Annotated[tuple[str, ...], arg(name="from", metavar="FILE...")] = ()
    """Draw one figure from these datasets, and compute nothing."""
    fresh: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Compute and draw again what is there, but for the draws of studies."""
    list: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Say which figures there are, and make none."""

    def run(self) -> None:
        check_workers(self.workers, self.dask)
        if self.draws is not None:
            validation.whole(self.draws, "draws", 2)
        chosen = self._chosen()
        if self.list:
            print("\n".join(f"{name}: {recipe.words}" for name, recipe in chosen.items()))
            return
        for name, recipe in chosen.items():
            if self.columns is not None and self.names and self.columns not in recipe.columns:
                widths = " or ".join(map(str, sorted(recipe.columns)))
                raise ProblemError("--columns", str(self.columns), f"{widths} for {name}")
        folder = self._folder()
        if self.files:
            ((name, recipe),) = chosen.items()
            self._write(name, recipe, folder, self.files)
            return
        with hired(self.workers, self.dask) as pool:
            for name, recipe in chosen.items():
                self._make(name, recipe, folder, pool)

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

    def _make(self, name: str, recipe: Recipe, folder: Path, pool: Executor | None) -> None:
        from simulate.experiments.sources import Work
        from simulate.progress import Meter

        with Meter(name) as meter:
            made = recipe.provide(folder, Work(pool, meter, self.draws, self.fresh))
        for path, computed in made.items():
            print(f"{'wrote' if computed else 'kept'} {path}")
        self._write(name, recipe, folder, list(made))

    def _write(self, name: str, recipe: Recipe, folder: Path, files: Sequence[str | Path]) -> None:
        """The figures of datasets in files, but for those that are in the folder as they would be drawn."""
        from simulate.experiments.recipe import Drawn, key_of

        columns = self.columns if self.columns in recipe.columns else recipe.columns[0]
        stems = recipe.drawn or tuple(Path(file).stem for file in files)
        if self.files:
            recipe.load(files)  # says in its own words what cannot be read
        key, drawn = key_of(files, columns), Drawn(folder)
        lacking = {suffix: said for suffix in recipe.medium.suffixes if (said := recipe.medium.lacks(suffix))}
        suffixes = [suffix for suffix in recipe.medium.suffixes if suffix not in lacking]
        paths = {stem: [folder / f"{stem}{suffix}" for suffix in suffixes] for stem in stems}
        kept = not self.fresh and all(drawn.current(path, key) for group in paths.values() for path in group)
        figures = [None] * len(stems) if kept else self._drawn(name, recipe, files, columns)
        for stem, figure in zip(stems, figures, strict=True):
            for path in paths[stem]:
                if figure is not None:
                    with naming(str(path)), drawable(name, self.files):
                        recipe.medium.write(figure, path)
                    drawn.note(path, key)
                print(f"{'kept' if figure is None else 'wrote'} {path}")
            for suffix, said in lacking.items():
                print(f"left out {folder / stem}{suffix}: {said} is not installed")

    def _drawn(self, name: str, recipe: Recipe, files: Sequence[str | Path], columns: int) -> Sequence[Any]:
        datasets = recipe.load(files)
        with drawable(name, self.files):
            return recipe.draw(datasets, columns)
