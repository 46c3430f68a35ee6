"""Who works for a command: itself, processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from simulate.commands.failures import UsageError
from simulate.commands.options import arg
from simulate.commands.output import note
from theory.errors import ProblemError, shown
from theory.problems import validation

if TYPE_CHECKING:
    from concurrent.futures import Executor

MOST_WORKERS = 1024

Workers = Annotated[int, arg(metavar="N", help="Worker processes.")]
Dask = Annotated[
    str | None, arg(metavar="ADDRESS", help="Dask workers do the work: those of a scheduler, HOST:PORT, or local:N.")
]


@contextmanager
def hired(workers: int = 1, dask: str | None = None) -> Iterator[Executor | None]:
    """Who works besides the command, None for nobody; gone at the end."""
    if dask is None:
        from simulate.work.pool import worker_pool

        with worker_pool(workers) as pool:
            yield pool
        return
    from simulate.work.cluster import cluster_pool

    with cluster_pool(dask) as cluster:
        if cluster.deserted:
            note(f"no worker has come to {dask} yet; waiting")
        yield cluster


def check_workers(workers: int, dask: str | None) -> None:
    """Refuse a number of workers that makes no sense, or makes none beside a cluster."""
    at_most(workers, "workers", MOST_WORKERS)
    if dask is not None and workers > 1:
        raise UsageError(f"--dask: found --workers {workers} beside it, expected one of the two")


def at_most(value: int, key: str, most: int, least: int = 1) -> int:
    """A whole number between `least` and `most`."""
    if validation.whole(value, key, least) > most:
        raise ProblemError(key, shown(value), f"at most {most}")
    return value
