"""What a Dask worker does with a call, and whether it may.

A call is noted at the scheduler when it begins. Where it is begun again its worker has died: it is not done a second
time but told as lost. So a piece kills as many workers as it has tries, and calls that only waited there lose none.
"""

from __future__ import annotations

import pickle
import platform
import threading
from functools import cache
from typing import Any

from simulate import version
from simulate.work.pool import answer
from theory.errors import ClusterError, LostError

# What results follow from besides noisewise itself, whose fingerprint counts them all.
PACKAGES = ("numpy", "scipy", "jax", "jaxlib", "python-flint")

Versions = dict[str, str]

# Calls of one process, one at a time: precision of balls and warnings belong to all of its threads.
_ONE = threading.Lock()


def called(expected: Versions, mark: list[str], content: bytes) -> bytes:
    """What a worker does: a pickled call; whether it was done, and what came of it, pickled."""
    from distributed import get_worker

    worker = get_worker()
    with _ONE:
        if told := difference(expected, _own_versions(), f"worker {worker.address}"):
            return pickle.dumps((False, ClusterError(told)))
        if _begun(worker, mark):
            return pickle.dumps((False, LostError("a worker process died, out of memory or killed")))
        return answer(content)


def _begun(worker: Any, mark: list[str]) -> bool:
    """Whether some worker had begun this call; from now on one has. `mark` is the session, a place and a call."""
    from distributed.utils import sync

    *place, call = mark

    async def claim() -> bool:
        if await worker.scheduler.get_metadata(keys=place, default=None) == call:
            return True
        await worker.scheduler.set_metadata(keys=place, value=call)
        return False

    try:
        return bool(sync(worker.loop, claim))
    except OSError:
        return True


def versions() -> Versions:
    """Of all that results follow from, here."""
    from importlib import metadata

    held = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            held[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            held[name] = "not installed"
    return held | {"noisewise": version.fingerprint()}


_own_versions = cache(versions)


def difference(expected: Versions, found: Versions, where: str) -> str:
    """One line on the first version that differs, empty where none does."""
    for name, mine in expected.items():
        if (theirs := found.get(name, "not installed")) != mine:
            return f"{name} is {mine} here and {theirs} on {where}; install the same there"
    return ""
