"""Tasks for workers, in a file that is imported quickly: workers that die are started again and again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def doubled(piece: float) -> float:
    return 2 * piece


def deadly(piece: int) -> int:
    if piece == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if piece == 5:
        raise MemoryError
    return piece


def once_deadly(piece: tuple[str, int]) -> int:
    """Dies the first time."""
    mark = Path(piece[0]) / str(piece[1])
    if not mark.exists():
        mark.touch()
        os._exit(7)
    return piece[1]


class Odd(Exception):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} {b}")


def stillborn(_pipe: object) -> None:
    os._exit(3)


def odd(_piece: int) -> int:
    raise Odd(1, 2)


def slowly(piece: int) -> int:
    time.sleep(0.01)
    return 3 * piece


def slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds
