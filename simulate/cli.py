"""The command line: exit statuses and error lines. Words are parsed in cli_words.py, commands are in commands/.

Exit status: 0 done; 1 the machine failed (disk, memory), or a check found a disagreement; 2 bad input; 3 the problem is
valid, but this command has no way to answer for it; 130 interrupted. Every error is one line on standard error.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from simulate.cli_words import parse
from simulate.commands.failures import explain
from theory.errors import one_line

INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143


def main() -> int:
    """Run one command; returns the exit status."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        parse(sys.argv[1:]).run()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; the interpreter must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, "interrupted")
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        return _fail(*explained)
    return 0


def _fail(status: int, reason: str) -> int:
    print(one_line(f"noisewise: {reason}"), file=sys.stderr)
    return status


def _terminate(*_: object) -> NoReturn:
    """A polite kill tidies up as an exit does: no half-written file stays behind."""
    sys.exit(TERMINATED)
