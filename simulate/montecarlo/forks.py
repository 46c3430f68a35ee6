"""Refusing to run after a fork: threads of JAX stay behind in the parent, and the child may wait for them for ever."""

from __future__ import annotations

import os


class _User:
    """The process that has used JAX here, if any."""

    process: int | None = None


def claim_process() -> None:
    """Say that this process is about to use JAX.

    Raises:
        RuntimeError: it was forked from a process that had said so. JAX that other code had used is not noticed.
    """
    if _User.process not in (None, os.getpid()):
        raise RuntimeError(
            "monte_carlo was called before this process was forked and may hang in it; "
            "start workers by spawning: multiprocessing.get_context('spawn')"
        )
    _User.process = os.getpid()
