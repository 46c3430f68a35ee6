"""Where a command writes its dataset and its figure, refused before any work is done where that cannot succeed."""

from __future__ import annotations

import os
from pathlib import Path

from theory.errors import ProblemError, shown

FIGURES = (".png", ".pdf", ".svg")


def check_places(out: str | None, figure: str | None) -> None:
    """Refuse folders that are not there, folders in place of files, unknown kinds of figures, and one file for both."""
    for key, path in (("out", out), ("figure", figure)):
        if path is None:
            continue
        if not Path(path).absolute().parent.is_dir():
            raise ProblemError(f"--{key}", shown(path), "a file in a folder that exists")
        if Path(path).is_dir():
            raise ProblemError(f"--{key}", f"the folder {shown(path)}", "a file")
    if figure is not None and Path(figure).suffix.lower() not in FIGURES:
        raise ProblemError("--figure", shown(figure), f"a name that ends in {', '.join(FIGURES)}")
    if out is not None and figure is not None and os.path.realpath(out) == os.path.realpath(figure):
        raise ProblemError("--figure", "the file of --out", "another one")
