"""What lets objects be looked at: text for people by `print`, rich HTML in notebooks; `repr` stays what it was.

Who writes text and HTML is registered here by name (`theory/__init__` does it once) and imported on first use, for it
is not needed to compute.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

_writers: dict[str, str] = {}


def displayed_by(module: str) -> None:
    """Say which module has the functions `text` and `html` that show an object."""
    _writers["module"] = module


def _writer(name: str) -> Callable[[object], str]:
    writer: Callable[[object], str] = getattr(import_module(_writers["module"]), name)
    return writer


class Displayed:
    """Mixed into classes that the registered module knows.

    The text reaches IPython as one of the forms of a whole answer rather than by `_repr_pretty_`: that would take the
    place of `repr` wherever objects lie in lists, and in what Hypothesis prints so that a failure can be repeated.
    """

    def __str__(self) -> str:
        return _writer("text")(self)

    def _repr_html_(self) -> str:
        return _writer("html")(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self)}
