"""Standard output and error as a command finds them: closed, full, or unable to spell what is printed."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TextIO

# What encodings without the character write in its place; all others are written as JSON escapes them.
SPELLED = {"±": "+-", "─": "-", "│": "|"} | dict.fromkeys("╭╮╰╯", "+")


def prepare_streams() -> None:
    """Whatever is printed can be written in the encoding of the streams; without standard error nothing is said."""
    codecs.register_error("spelled", _spelled)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(os.devnull, "w"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="spelled")


def _spelled(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_spell, error.object[error.start : error.end])), error.end


def _spell(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[i : i + 2].hex() for i in range(0, len(units), 2))
    return SPELLED.get(character) or "".join(f"\\u{pair}" for pair in pairs)


def flushed(stream: TextIO) -> OSError | None:
    """Write out what is held back. What went wrong, if anything, is given; the stream then leads nowhere."""
    try:
        stream.flush()
    except OSError as error:
        discard(stream)
        return error
    return None


def discard(stream: TextIO) -> None:
    """From now on the stream leads nowhere: the interpreter must not complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
