"""What to do where a problem has no exact route: the `mc` command that simulates it, ready to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from theory.errors import REMEDY, NoExactRoute, NotDefinedError

# Smoothing noise that is simulated where a command names none.
USUAL = "0.5"


def mc_command(problem: str, settings: Sequence[str], noises: Mapping[str, Sequence[str]], *more: str) -> str:
    """`noisewise mc` for a problem at noises, quoted for a shell."""
    words = ["noisewise", "mc", problem]
    for key, values in noises.items():
        words += [f"--{key}", *values] if values else []
    for setting in settings:
        words += ["--set", setting]
    return shlex.join([*words, *more])


def remedied(text: str, command: str) -> str:
    """A reason why there is no exact answer, with the command to use instead."""
    remedy = REMEDY.replace("noisewise mc", command)
    return text.replace(REMEDY, remedy) if REMEDY in text else f"{text}; {remedy}"


@contextmanager
def suggesting(command: str) -> Iterator[None]:
    """Errors that say that there is no exact route name the command to use instead, where that helps."""
    try:
        yield
    except NotDefinedError:
        raise
    except NoExactRoute as error:
        raise type(error)(remedied(str(error), command)) from None
