"""Errors that are the user's or the machine's, as one line and an exit status. All others are bugs and stay loud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager

from simulate.extras import MissingExtraError
from theory.errors import (
    REMEDY,
    BusyError,
    ClusterError,
    DeviceError,
    LostError,
    NoExactRoute,
    NotDefinedError,
    ProblemError,
    UnsupportedError,
)

MACHINE, INPUT, NO_ROUTE = 1, 2, 3


class DisagreementError(Exception):
    """A check found that theory and simulation disagree; the text is one line."""


class StageError(RuntimeError):
    """A part of the work failed, and the rest is written; one line says which."""


class UsageError(ValueError):
    """The words of the command line make no sense; the text is one line."""


def explain(error: Exception) -> tuple[int, str] | None:
    """Exit status and line for an error, with the notes that it carries; None if it is not a foreseen one."""
    found = _explained(error)
    return None if found is None else (found[0], "; ".join([found[1], *getattr(error, "__notes__", ())]))


def _explained(error: Exception) -> tuple[int, str] | None:
    match error:
        case ProblemError() | UsageError():
            return INPUT, str(error)
        case NoExactRoute():
            text = str(error)
            said = REMEDY in text or isinstance(error, NotDefinedError)
            return NO_ROUTE, text if said else f"{text}; {REMEDY}"
        case UnsupportedError():
            return NO_ROUTE, str(error)
        case (
            DisagreementError()
            | StageError()
            | MissingExtraError()
            | DeviceError()
            | BusyError()
            | LostError()
            | ClusterError()
        ):
            return MACHINE, str(error)
        case OSError():
            return MACHINE, f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        case MemoryError():
            return MACHINE, "not enough memory; ask for fewer values, votes or samples"
        case BrokenExecutor():
            return MACHINE, "a worker process died; was there enough memory for --workers of them?"
    return None


@contextmanager
def drawable(name: str, files: Sequence[str]) -> Iterator[None]:
    """What datasets of the user's cannot be drawn as is said in one line. A failure with our own is a bug."""
    try:
        yield
    except (ProblemError, OSError):
        raise
    except Exception as error:  # whatever the drawing library makes of what the files hold
        if not files:
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"{name}: {', '.join(files)} cannot be drawn: {reason}") from error
