"""The errors that are the user's, not the program's: a bad description, or a question that has no answer here."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# What to do where nothing is known exactly.
REMEDY = "simulate it instead: noisewise mc"


class ProblemError(ValueError):
    """A problem description is not valid. Its text is always one line: `source: key: found ..., expected ...`.

    `key` is the place in the description (`class0[1].scale`), `source` the file or regime it came from. Either may be
    empty, where there is nothing to name.
    """

    def __init__(self, key: str, found: str, expected: str, source: str = "") -> None:
        super().__init__(key, found, expected, source)
        self.key = key
        self.found = found
        self.expected = expected
        self.source = source

    def __str__(self) -> str:
        where = "".join(f"{part}: " for part in (self.source, self.key) if part)
        return one_line(f"{where}found {self.found}, expected {self.expected}")

    def within(self, path: str) -> ProblemError:
        """The same error seen from one level further out, where the description lies at `path`."""
        return ProblemError(f"{path}.{self.key}" if self.key else path, self.found, self.expected, self.source)

    def located(self, source: str) -> ProblemError:
        """The same error with the file or regime it came from."""
        return ProblemError(self.key, self.found, self.expected, source)


class NoExactRoute(ValueError):
    """The problem, or the quantity, has no exact answer here; the message says why and what to do instead."""


class NotDefinedError(NoExactRoute):
    """The question has no meaning for the rule or the problem, so that simulating does not help either."""


class NoProof(NoExactRoute):
    """Ball arithmetic has no route to the quantity; the message says why."""


class UnsupportedError(ValueError):
    """The problem is valid, but the simulation has no closed form for its base classifier. One line says which."""


class DeviceError(RuntimeError):
    """The machine has no device to simulate on, as it was asked to; one line says which."""


class BusyError(RuntimeError):
    """Another process works for the same file; one line says which."""


class LostError(RuntimeError):
    """Work was lost with the worker that did it; one line says how."""


class ClusterError(RuntimeError):
    """A cluster that cannot be reached, that does not fit, or that is gone; one line says which."""


def one_line(text: str) -> str:
    """`text` with every character that would break or garble a line written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shown(value: object, limit: int = 60) -> str:
    """A short `repr` of what was found."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python agrees to print
        return f"a huge {type(value).__name__}"
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def one_of(known: Iterable[str], word: object) -> str:
    """`one of a, b, c`, with the nearest one to `word` if any comes near."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1) if isinstance(word, str) else []
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{'one of ' if len(names) > 1 else ''}{', '.join(names)}{hint}"
