"""The problems that a page may show: the regimes, and the problem files of one folder. No other file is read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from simulate.live.controls import window
from simulate.live.view import View
from simulate.sweep.axes import Axis
from theory import regimes
from theory.errors import ProblemError, one_of, shown
from theory.problems.problem import Problem
from theory.problems.problem_file import load_problem

SUFFIX = ".toml"
# Cells along an axis to begin with.
CELLS = 64
# The first view of regimes for which the usual one shows little.
FIRST: dict[str, dict[str, float]] = {"bumps": {"spacing": 1.5}}
WINDOWS = {"bumps": (1.6, 1.2)}


class Library:
    """Regimes by name, and problem files by their path in `folder`, None for no files."""

    def __init__(self, folder: Path | None = None, opened: str = "") -> None:
        """opened: a file of the folder that is shown whatever it is called."""
        self._folder, self._opened = None if folder is None else folder.resolve(), opened

    @property
    def files(self) -> list[str]:
        """The problem files of the folder."""
        if self._folder is None:
            return []
        found = [path.name for path in self._folder.iterdir() if path.suffix == SUFFIX or path.name == self._opened]
        return sorted(name for name in found if self._inside(self._folder / name))

    @property
    def names(self) -> list[str]:
        """All that can be asked for: regimes, then files."""
        return [*regimes.REGIMES, *self.files]

    def view(self, name: str) -> View:
        """The first view of a problem. Raises `ProblemError` where there is none of that name, or it is not valid."""
        if name in regimes.REGIMES:
            return first(name, name, FIRST.get(name, {}))
        if self._folder is None or name not in self.files:
            raise ProblemError("problem", shown(name), one_of(self.names, name))
        path = self._folder / name
        return replace(first(load_problem(path), name, {}), path=os.path.relpath(path))

    def _inside(self, path: Path) -> bool:
        """Whether a file lies in the folder itself: links that lead out of it do not."""
        return path.is_file() and path.resolve().parent == self._folder


def first(source: str | Problem, name: str, settings: dict[str, float]) -> View:
    """A view of noises up to a few of the problem's own lengths."""
    problem = regimes.build(source, **settings) if isinstance(source, str) else source
    span = window(problem)
    beta, alpha = WINDOWS.get(name, (span, span))
    return View(
        source, name, Axis("beta", float(f"{beta / 32:.3g}"), beta, CELLS), Axis("alpha", 0.0, alpha, CELLS), settings
    )
