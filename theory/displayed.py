"""What lets objects be looked at: text for people by `print`, rich HTML in notebooks; `repr` stays what it was."""

from __future__ import annotations


class Displayed:
    """Mixed into classes that `theory.display` knows; that is imported on first use, for it is not needed to compute.

    The text reaches IPython as one of the forms of a whole answer rather than by `_repr_pretty_`: that would take the
    place of `repr` wherever objects lie in lists, and in what Hypothesis prints so that a failure can be repeated.
    """

    def __str__(self) -> str:
        from theory.display import text

        return text(self)

    def _repr_html_(self) -> str:
        from theory.display import html

        return html(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self)}
