"""Ctrl-C and a polite kill: the process ends there and then, tidied up, with 130 or 143. One place owns both signals.

A handler that raises cannot be relied on: whatever calls back into Python (garbage collection, parsers, XLA) may
swallow the exception or fall over it. Here nothing is raised. The handler, which Python runs between two steps of the
main thread, ends workers, removes half-written files, says one line and leaves by `os._exit`. While the main thread is
deep in compiled code, no handler runs; a thread that the system wakes does the same after GRACE, or at the second
signal.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import ClassVar, NoReturn

from theory import atomic

# Seconds in which the main thread may come back from compiled code, and in which killed workers may be gone.
GRACE = 1.0
LINES = {signal.SIGINT: "noisewise: interrupted", signal.SIGTERM: "noisewise: terminated"}
# A bar of progress hides the cursor of a terminal.
CLEAR = "\r\x1b[K\x1b[?25h"


class _State:
    """Whether ending must wait, and for which signal it waits."""

    ending = threading.RLock()  # a further signal may find the main thread ending already
    held = 0
    waiting: int | None = None
    last_words: ClassVar[list[Callable[[], str]]] = []


def obey_signals() -> None:
    """From now on the two signals end this process; one that it was started to ignore stays ignored."""
    numbers = [number for number in LINES if signal.getsignal(number) is not signal.SIG_IGN]
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()
    for number in numbers:
        signal.signal(number, _handle)


@contextmanager
def undivided() -> Iterator[None]:
    """What is done within the block, such as starting processes, is done before a signal ends this one; once that has
    begun, no thread comes into such a block any more."""
    with _State.ending:
        _State.held += 1
        try:
            yield
        finally:
            _State.held -= 1
            if _State.waiting is not None and not _State.held:
                end(_State.waiting)


@contextmanager
def telling(words: Callable[[], str]) -> Iterator[None]:
    """What is said at the end besides, where a signal comes within the block: one line of text, or nothing."""
    _State.last_words.append(words)
    try:
        yield
    finally:
        _State.last_words.remove(words)


def _handle(number: int, _frame: FrameType | None) -> None:
    _State.waiting = number
    if not _State.held:
        end(number)


def _watch(reading: int) -> None:
    """Ends the process where the main thread does not."""
    while True:
        number = os.read(reading, 1)[0]
        if number in LINES:
            select.select([reading], [], [], GRACE)
            end(number)


def end(number: int) -> NoReturn:
    """End this process for a signal, whichever thread says so first."""
    with _State.ending:
        _quietly(_end_workers)
        _quietly(atomic.remove_unfinished)
        said = [LINES[signal.Signals(number)]]
        for words in _State.last_words:
            _quietly(lambda words=words: said.append(words()))  # type: ignore[misc]
        line = "; ".join(filter(None, said)) + "\n"
        _quietly(lambda: os.write(2, ((CLEAR if os.isatty(2) else "") + line).encode()))
        os._exit(128 + number)


def _quietly(step: Callable[[], object]) -> None:
    """One step of tidying; its failure must not keep the process."""
    with contextlib.suppress(Exception):
        step()


def _end_workers() -> None:
    """End the processes that `multiprocessing` has started here, if it was imported at all."""
    module = sys.modules.get("multiprocessing")
    children = module.active_children() if module is not None else []
    for child in children:
        child.kill()
    for child in children:
        child.join(GRACE)
