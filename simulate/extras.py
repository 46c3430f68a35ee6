"""Optional parts: what is missing says which extra of the distribution has it."""

from __future__ import annotations


class MissingExtraError(ImportError):
    """An optional part is not installed; the text is one line with the command that installs it."""


def missing(module: str, extra: str) -> MissingExtraError:
    """The error to raise where a module of an extra cannot be imported."""
    text = f"{module} is not installed; it comes with the extra {extra!r}: pip install 'noisewise[{extra}]'"
    return MissingExtraError(text, name=module)
