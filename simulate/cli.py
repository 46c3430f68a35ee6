"""The command line: exit statuses and error lines. Words are parsed in cli_words.py, commands are in commands/.

Exit status: 0 done; 1 the machine failed (disk, memory), or a check found a disagreement; 2 bad input; 3 the problem is
valid, but this command has no way to answer for it; 130 and 143 interrupted and terminated (stopping.py). Every error
is one line on standard error.
"""

from __future__ import annotations

import contextlib
import os
import sys

from simulate.cli_words import parse
from simulate.commands.failures import MACHINE, explain
from simulate.streams import discard, flushed, prepare_streams
from theory.errors import one_line

BROKEN_PIPE = 141


def main() -> int:
    """Run one command; returns the exit status."""
    prepare_streams()
    os.environ.pop("MPLBACKEND", None)  # figures go to files, whatever windows there are
    if sys.stdout is None:
        return _fail(MACHINE, "standard output is closed")
    status = _run(sys.argv[1:])
    if (error := flushed(sys.stdout)) is not None:
        status = status or _failed(error)
    flushed(sys.stderr)
    return status


def _run(words: list[str]) -> int:
    try:
        parse(words).run()
    except SystemExit as stop:  # help was asked for
        return int(stop.code or 0)
    except Exception as error:
        return _failed(error)
    return 0


def _failed(error: Exception) -> int:
    """The exit status for an error, explained in one line; a bug is raised."""
    if isinstance(error, OSError) and error.filename is None:
        discard(sys.stdout)  # it was printing that failed
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE  # whoever read has seen enough
    explained = explain(error)
    if explained is None:
        raise error
    return _fail(*explained)


def _fail(status: int, reason: str) -> int:
    with contextlib.suppress(OSError):
        print(one_line(f"noisewise: {reason}"), file=sys.stderr)
    return status
