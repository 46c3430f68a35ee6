"""Work in stages that keep what is finished: a stage that fails does not take the others with it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from simulate.commands.failures import StageError, explain
from simulate.commands.options import arg
from simulate.commands.output import note
from simulate.sweep.axes import Axis, Family
from theory.problems.problem_file import dumps_problem

if TYPE_CHECKING:
    import xarray as xr

    from simulate.work.part import PartFile

# The attribute that names the stages that failed, one a line.
FAILED = "failed"

Stage = tuple[str, Callable[["xr.Dataset"], "xr.Dataset"]]

Fresh = Annotated[
    tyro.conf.FlagCreatePairsOff[bool], arg(help="Start anew: what an earlier run has kept beside the file is dropped.")
]


@contextmanager
def kept_beside(target: str | None, work: str, inputs: Mapping[str, Any], *, fresh: bool) -> Iterator[PartFile | None]:
    """The finished pieces beside a file; what an earlier run left there is told."""
    from simulate.version import fingerprint
    from simulate.work.part import keeping

    with keeping(target, {"work": work, **inputs, "software": fingerprint()} if target else {}, fresh=fresh) as kept:
        if kept is not None and len(kept):
            note(f"going on from {kept.path}, which holds {len(kept)} finished pieces")
        yield kept


def map_inputs(family: Family, axes: Sequence[Axis], fixed: Mapping[str, float]) -> dict[str, str]:
    """All that the cells of a map follow from, as text."""
    source = family.source if isinstance(family.source, str) else dumps_problem(family.source)
    settings = json.dumps(dict(family.settings), sort_keys=True, default=str)
    held = {"problem": source, "settings": settings, "fixed": json.dumps(dict(fixed), sort_keys=True)}
    return held | {f"axis {k}": str(axis) for k, axis in enumerate(axes)}


def staged(dataset: xr.Dataset, stages: Sequence[Stage]) -> xr.Dataset:
    """The dataset with all that its stages add; one that fails is named in the attribute `failed` and adds nothing."""
    for name, add in stages:
        try:
            dataset = add(dataset)
        except Exception as error:
            explained = explain(error)
            reason = explained[1] if explained is not None else f"{type(error).__name__}: {error}"
            held = dataset.attrs.get(FAILED)
            line = " ".join(f"{name}: {reason}".split())
            dataset = dataset.assign_attrs({FAILED: f"{held}\n{line}" if held else line})
    return dataset


def check_whole(dataset: xr.Dataset) -> None:
    """Raise `StageError` where a dataset, which is written by now, has failed stages or lost cells."""
    from simulate.sweep.lost import LOST

    told = [f"failed: {line}" for line in str(dataset.attrs.get(FAILED, "")).splitlines()]
    lost = str(dataset.attrs.get(LOST, "")).splitlines()
    told += [f"some cells are undecided, their workers died: {line}" for line in lost]
    if told:
        raise StageError(f"{'; '.join(told)}; all else is written")


def command_line() -> str:
    """The words of this command, as a dataset remembers them: without --fresh and --dask, which change no number."""
    words = iter(sys.argv[1:])
    told = ["noisewise"]
    for word in words:
        if word == "--dask":
            next(words, None)
        elif word != "--fresh" and not word.startswith("--dask="):
            told.append(word)
    return shlex.join(told)
