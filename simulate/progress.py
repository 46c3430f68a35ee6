"""Progress of work that lasts: a meter on standard error, and parts of a whole. Whoever works sees a callable only."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

Progress = Callable[[float], None]  # told the share done, in [0, 1]

DELAY = 2.0
# Where there is no terminal, a line for every tenth of the work.
LINES = 10


def silent(_done: float) -> None:
    """Tell nobody."""


def within(progress: Progress, start: float, share: float) -> Progress:
    """Progress of a part that begins at `start` and is that share of the whole."""
    return lambda part: progress(start + share * part)


class Meter:
    """Called with the share done, in [0, 1]; as a context manager it tidies up after itself.

    Nothing shows within `delay` seconds. After that a terminal gets a bar, which goes away at the end, and anything
    else gets plain lines, each when a further tenth is done. Both say how long the rest takes at the pace so far.

    Example:
        with Meter("sweep") as meter:
            dataset = sweep(problem, x, y, progress=meter)
    """

    def __init__(self, what: str, stream: TextIO | None = None, delay: float = DELAY) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._timer = threading.Timer(delay, self._appear)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._done = 0.0
        self._line = -1
        self._visible = False
        self._bar: Bar | None = None

    def __enter__(self) -> Meter:
        self._began = time.monotonic()
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._visible = False
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, done: float) -> None:
        with self._lock:
            self._done = done
            if self._visible:
                self._show()

    def _appear(self) -> None:
        with self._lock:
            if self._timer.finished.is_set():  # cancelled while this thread was starting
                return
            self._visible = True
            if self._stream.isatty():
                self._bar = _bar(self._what, self._stream)
            self._show()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
            return
        line = int(self._done * LINES)
        if line > self._line:
            self._line = line
            share = f"{100 * line // LINES} %{self._left()}"
            with contextlib.suppress(OSError):  # nobody listens
                print(f"noisewise: {self._what}: {share}", file=self._stream, flush=True)

    def _left(self) -> str:
        """How long the rest takes at the pace so far; nothing before there is one, and at the end."""
        if not 0 < self._done < 1:
            return ""
        seconds = (time.monotonic() - self._began) * (1 - self._done) / self._done
        return f", about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """A time in the unit that suits it: whole seconds, minutes or hours, rounded up.

    Examples:
        >>> [duration(seconds) for seconds in (0.2, 12, 100, 4000, 9000)]
        ['1 s', '12 s', '100 s', '67 min', '3 h']
    """
    for unit, size, most in (("s", 1, 120), ("min", 60, 120)):
        if seconds <= size * most:
            return f"{max(1, math.ceil(seconds / size))} {unit}"
    return f"{math.ceil(seconds / 3600)} h"


def _bar(what: str, stream: TextIO) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Bar(*columns, console=Console(file=stream), transient=True)
    bar.add_task(what, total=1.0)
    bar.start()
    return bar
