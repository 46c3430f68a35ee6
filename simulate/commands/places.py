"""Where a command writes its dataset and its figure, refused before any work is done where that cannot succeed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from theory.errors import ProblemError, shown

FIGURES = (".png", ".pdf", ".svg")
DATASETS = (".nc", ".csv")


def check_places(out: str | None, figure: str | None) -> None:
    """Refuse places of a dataset and a figure (`check_place`)."""
    check_place("out", out, DATASETS)
    check_place("figure", figure, FIGURES)


def check_place(key: str, path: str | None, suffixes: Sequence[str]) -> None:
    """Refuse folders that are not there, folders in place of files, and files of unknown kinds."""
    if path is None:
        return
    if not Path(path).absolute().parent.is_dir():
        raise ProblemError(f"--{key}", shown(path), "a file in a folder that exists")
    if Path(path).is_dir():
        raise ProblemError(f"--{key}", f"the folder {shown(path)}", "a file")
    if Path(path).suffix.lower() not in suffixes:
        raise ProblemError(f"--{key}", shown(path), f"a name that ends in {' or '.join(suffixes)}")
