"""Worker processes for a sweep: started clean, deaf to signals meant for their parent, and gone when that is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess

from simulate.stopping import undivided

# Seconds in which workers may finish what they are doing once it is of no use any more.
GRACE = 1.0


@contextmanager
def worker_pool(count: int) -> Iterator[Executor | None]:
    """A pool of `count` processes, or None for 1: then the caller does the work itself.

    Processes are spawned, not forked, so that threads of numerical libraries cannot leave them stuck. Leaving the
    block by an exception ends them, whatever they are doing.
    """
    if count == 1:
        yield None
        return
    _start_tracker()
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _follow_parent)
    try:
        _start(pool, count)
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _end()
        pool.shutdown()
        raise
    pool.shutdown()


def _end() -> None:
    """End all workers, at once but for GRACE: a pool stumbles over a worker that dies while it drops cancelled work."""
    deadline = time.monotonic() + GRACE
    for process in multiprocessing.active_children():
        process.join(max(0.0, deadline - time.monotonic()))
        process.kill()


def _start(pool: Executor, count: int) -> None:
    """Start the processes while signals are blocked, which they inherit: ending them is the parent's business."""
    with undivided():
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            for _ in range(count):
                pool.submit(os.getpid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _start_tracker() -> None:
    """The process that outlives a killed parent to remove its semaphores, started here, does so without a word."""
    before = os.environ.get("PYTHONWARNINGS")
    mine = "ignore::UserWarning:multiprocessing.resource_tracker"
    os.environ["PYTHONWARNINGS"] = mine if before is None else f"{before},{mine}"
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def _follow_parent() -> None:
    """Workers of a killed parent would wait for work for ever; they leave instead."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
