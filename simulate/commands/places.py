"""Where a command writes its dataset and its figure, refused before any work is done where that cannot succeed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from theory.errors import ProblemError, shown

if TYPE_CHECKING:
    import xarray as xr

FIGURES = (".png", ".pdf", ".svg")
DATASETS = (".nc", ".zarr", ".csv", ".parquet")
# What a folder, and no file, is written as.
FOLDERS = (".zarr",)


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
    suffix = Path(path).suffix.lower()
    if Path(path).is_dir() and (suffix not in FOLDERS or suffix not in suffixes):
        raise ProblemError(f"--{key}", f"the folder {shown(path)}", "a file")
    if suffix not in suffixes:
        raise ProblemError(f"--{key}", shown(path), f"a name that ends in {' or '.join(suffixes)}")
    if suffix in FOLDERS and Path(path).exists() and not _ours(Path(path)):
        raise ProblemError(f"--{key}", f"{shown(path)}, which is no Zarr store", "a new name, or a store to replace")


def write_files(
    dataset: xr.Dataset, out: str | None, figure: str | None, say: Callable[[str], None], drawing: str = "figures.phase"
) -> None:
    """The files that are asked for, each said to be written; drawing: the module whose `save` draws the figure."""
    if out is not None:
        from simulate.storage import save_dataset

        with naming(out):
            save_dataset(dataset, out)
        say(f"wrote {out}")
    if figure is not None:
        with naming(figure):
            import_module(drawing).save(dataset, figure)
        say(f"wrote {figure}")


def _ours(path: Path) -> bool:
    """Whether a folder may be replaced by a store: it is one, or is empty."""
    from simulate.storage import is_store

    return is_store(path) or (path.is_dir() and not any(path.iterdir()))


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Failures to write name the file that was asked for, not a temporary one or none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), path) from None
