"""Where a command writes its dataset and its figure, refused before any work is done where that cannot succeed."""

from __future__ import annotations

from pathlib import Path

from theory.errors import ProblemError, shown

FIGURES = (".png", ".pdf", ".svg")
DATASETS = (".nc", ".csv")


def check_places(out: str | None, figure: str | None) -> None:
    """Refuse folders that are not there, folders in place of files, and files of unknown kinds."""
    for key, path, suffixes in (("out", out, DATASETS), ("figure", figure, FIGURES)):
        if path is None:
            continue
        if not Path(path).absolute().parent.is_dir():
            raise ProblemError(f"--{key}", shown(path), "a file in a folder that exists")
        if Path(path).is_dir():
            raise ProblemError(f"--{key}", f"the folder {shown(path)}", "a file")
        if Path(path).suffix.lower() not in suffixes:
            raise ProblemError(f"--{key}", shown(path), f"a name that ends in {' or '.join(suffixes)}")
