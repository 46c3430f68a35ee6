"""Worker processes that may die: started clean, deaf to signals meant for their parent, and gone when that is."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from simulate.stopping import undivided
from theory.errors import LostError

# Seconds in which workers may finish what they are doing once it is of no use any more.
GRACE = 1.0
# Workers that die in a row before any has begun to work, after which no more are started.
MOST_STILLBORN = 3

Task = tuple["Future[Any]", bytes]


class Workers(Executor):
    """`width` processes. One that dies takes only its own task with it, which fails with `LostError`; another starts.

    Processes are spawned, not forked, so that threads of numerical libraries cannot leave them stuck. A task is pickled
    when it is submitted, and handed to a worker when that is free.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._context = multiprocessing.get_context("spawn")
        self._waiting: deque[Task] = deque()
        self._lock = threading.Lock()
        self._hear, self._wake = self._context.Pipe(duplex=False)
        self._open = True
        self._workers: list[_Worker] = []
        self._stillborn = 0
        start_tracker()
        with deaf():
            self._workers += [_Worker(self._context) for _ in range(width)]
            self._keeper = threading.Thread(target=self._keep, daemon=True)
            self._keeper.start()

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """A task for the next worker that is free. Raises `RuntimeError` after the end."""
        future: Future[Any] = Future()
        content = pickle.dumps((function, args, options))
        with self._lock:
            if not self._open:
                raise RuntimeError("no more work after the end")
            self._waiting.append((future, content))
        self._wake.send_bytes(b"")
        return future

    def drop(self, future: Future[Any]) -> None:
        """End a task that nobody waits for: it is cancelled where it has not begun, else its process is ended."""
        if future.cancel():
            return
        with self._lock:
            for worker in self._workers:
                if worker.task is future:
                    worker.process.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers: after their tasks where `wait` is true, else within GRACE."""
        with self._lock:
            self._open = False
            if cancel_futures or not wait:
                while self._waiting:
                    self._waiting.popleft()[0].cancel()
        self._wake.send_bytes(b"")
        self._keeper.join(None if wait else GRACE)
        for worker in self._workers:
            worker.process.kill()
            worker.process.join()

    def _keep(self) -> None:
        """Hands out tasks and takes in results until the end; a thread of its own."""
        while True:
            with self._lock:
                for worker in self._workers:
                    while worker.began and worker.task is None and self._waiting:
                        worker.take(*self._waiting.popleft())
                busy = [worker for worker in self._workers if worker.task is not None]
                if not self._open and not busy and not self._waiting:
                    break
            ready = connection.wait([self._hear, *(worker.pipe for worker in self._workers)])
            if self._hear in ready:
                self._hear.recv_bytes()
            for k, worker in enumerate(self._workers):
                if worker.pipe in ready and not worker.answer():
                    self._stillborn = 0 if worker.began else self._stillborn + 1
                    if self._stillborn >= MOST_STILLBORN:
                        self._give_up()
                        return
                    self._workers[k] = _Worker(self._context)
        for worker in self._workers:
            worker.pipe.close()
            worker.process.join(GRACE)

    def _give_up(self) -> None:
        with self._lock:
            self._open = False
            futures = [future for future, _content in self._waiting]
            futures += [worker.task for worker in self._workers if worker.task is not None]
            self._waiting.clear()
        for future in futures:
            with suppress(Exception):
                future.set_exception(BrokenExecutor("worker processes die as soon as they are started"))


class _Worker:
    """One process, the pipe to it, and the task that it has."""

    def __init__(self, context: Any) -> None:
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        main = sys.modules["__main__"]
        if not hasattr(main, "__spec__"):  # a notebook that was reset has none, which starting a process asks for
            main.__spec__ = None
        with undivided():
            self.process.start()
        theirs.close()  # so that its death closes the pipe
        self.task: Future[Any] | None = None
        self.began = False

    def take(self, future: Future[Any], content: bytes) -> None:
        """Give it a task, unless that is cancelled."""
        if not future.set_running_or_notify_cancel():
            return
        self.task = future
        with suppress(OSError):  # it is dead, as `answer` will find
            self.pipe.send_bytes(content)

    def answer(self) -> bool:
        """Take in what it says; whether it lives."""
        try:
            content = self.pipe.recv_bytes()
        except (EOFError, OSError):
            self.process.join(GRACE)
            if self.task is not None:
                self.task.set_exception(LostError(f"a worker process died ({_end_of(self.process)})"))
            self.pipe.close()
            return False
        self.began = True
        if not content:
            return True
        task, self.task = self.task, None
        done, value = pickle.loads(content)
        if task is not None:
            task.set_result(value) if done else task.set_exception(value)
        return True


def _end_of(process: BaseProcess) -> str:
    """How a process ended, in words."""
    code = process.exitcode
    if code is not None and code < 0:
        return "out of memory, or killed" if -code == signal.SIGKILL else signal.Signals(-code).name
    return f"exit status {code}"


def _work(pipe: Connection) -> None:
    """What a worker does: tasks, one after the other, until its parent closes the pipe or is gone."""
    _follow_parent()
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"")
        while True:
            pipe.send_bytes(answer(pipe.recv_bytes()))


def answer(content: bytes) -> bytes:
    """Of a pickled call: whether it was done, and what it gave or the error that it raised, pickled."""
    try:
        function, args, options = pickle.loads(content)
        return pickle.dumps((True, function(*args, **options)))
    except BaseException as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # of a kind that does not travel
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return pickle.dumps((False, error))


@contextmanager
def worker_pool(count: int) -> Iterator[Workers | None]:
    """A pool of `count` processes, or None for 1: then the caller does the work itself.

    Leaving the block by an exception ends them, whatever they are doing.
    """
    if count == 1:
        yield None
        return
    pool = Workers(count)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False)
        raise
    pool.shutdown()


@contextmanager
def deaf() -> Iterator[None]:
    """Signals are blocked within the block; threads and processes that are started there inherit that. Ending them is
    the parent's business."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def start_tracker() -> None:
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
    """Workers of a killed parent would work on; they leave instead."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
