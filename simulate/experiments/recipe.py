"""A figure of the gallery: its datasets, how they are drawn, what it says; and which files need not be drawn again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import figures
from figures import film_files, style
from simulate.experiments.sources import DatasetSource, Work
from simulate.storage import open_dataset
from theory.atomic import atomic_write

if TYPE_CHECKING:
    import xarray as xr

# Which files were drawn from what; beside them.
MANIFEST = "drawn.json"


@dataclass(frozen=True)
class Medium:
    """The files that a drawing becomes.

    write: a drawing and a path to a file, by the suffix. lacks: what is not installed that a suffix takes.
    """

    suffixes: tuple[str, ...]
    write: Callable[[Any, Path], None]
    lacks: Callable[[str], str | None] = field(default=lambda _suffix: None)


PRINT = Medium((".png", ".pdf", ".svg"), style.write)
FILM = Medium((".gif", ".mp4"), film_files.write, film_files.lacks)


@dataclass(frozen=True)
class Recipe:
    """Datasets by file stem, and the figures they become.

    draw: from datasets and a width in columns to figures (`Figure`, or what its medium writes), one for each name in
    `drawn`, or for each dataset. columns: the widths it can have, its usual one first. words: two sentences on what it
    says. needed: variables that a dataset must hold.
    """

    sources: Mapping[str, DatasetSource]
    draw: Callable[[Sequence[xr.Dataset], int], Sequence[Any]]
    words: str
    needed: Collection[str]
    columns: tuple[int, ...] = (1, 2)
    drawn: tuple[str, ...] = ()
    medium: Medium = PRINT

    def provide(self, folder: Path, work: Work) -> dict[Path, bool]:
        """Have all datasets in files; whether each had to be computed."""
        made = {}
        for k, (stem, source) in enumerate(self.sources.items()):

            def partly(done: float, before: int = k) -> None:
                work.progress((before + done) / len(self.sources))

            path = folder / f"{stem}.nc"
            made[path] = source.provide(path, Work(work.executor, partly, work.draws, work.fresh))
            partly(1.0)
        return made

    def load(self, paths: Sequence[str | Path]) -> list[xr.Dataset]:
        """The datasets of files, as they are. Raises `ProblemError` on files that are none of this figure."""
        return [open_dataset(path, self.needed, "figures") for path in paths]


class Drawn:
    """The manifest of a folder: a file is current while its content, its data and the code that draws it are as when
    it was written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / MANIFEST
        try:
            self._held: dict[str, list[str]] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            self._held = {}

    def current(self, path: Path, key: str) -> bool:
        """Whether the file need not be drawn again."""
        return path.exists() and self._held.get(path.name) == [key, _hash(path.read_bytes())]

    def note(self, path: Path, key: str) -> None:
        """Remember a file that was just written."""
        self._held[path.name] = [key, _hash(path.read_bytes())]
        with atomic_write(self._path) as temporary:
            temporary.write_text(json.dumps(self._held, indent=1, sort_keys=True) + "\n")


def key_of(paths: Sequence[str | Path], columns: int) -> str:
    """What drawings from these datasets depend on: content, width, the drawing code and the libraries' versions."""
    code = sorted(Path(str(figures.__file__)).parent.glob("[!_]*.*"))  # the package's own docstring draws nothing
    parts = [path.read_bytes() for path in (*map(Path, paths), *code)]
    libraries = (version(name).encode() for name in ("matplotlib", "pillow"))
    return _hash(b"".join([*parts, str(columns).encode(), *libraries]))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
