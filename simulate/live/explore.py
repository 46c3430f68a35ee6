"""The explorer in a notebook, for any problem: the same panel as on the page of `noisewise explore`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulate.live.library import CELLS, Library, first
from simulate.live.view import OWN_FILE, View
from simulate.sweep.axes import Axis, Family
from simulate.sweep.families import family
from theory.errors import ProblemError, one_of, shown
from theory.problems import validation
from theory.problems.problem import Problem, described
from theory.problems.regimes import REGIMES

if TYPE_CHECKING:
    from simulate.live.page import Explorer


def explore(
    problem: Problem | Family | str,
    alpha: tuple[float, float] | None = None,
    beta: tuple[float, float] | None = None,
    cells: int = CELLS,
    eps: float = 0.0,
    **settings: Any,
) -> Explorer:
    """Inputs for the parameters of a problem, its exact phase map over (beta, alpha), and what happens at a point.

    Args:
        problem: a problem, a family of them, the name of a regime, or the path of a problem file.
        alpha, beta: the ranges of the training and of the smoothing noise; a few of the problem's own lengths if None.
        cells: the map has so many cells along each axis.
        eps: above 0 the gain in certified risk at this radius.
        settings: parameters of a regime that are not as usual.

    Returns:
        What a notebook shows as the panel. `move(key, value)` moves an input, `await settled()` waits until all is
        found, `dataset` is the map as `phase` returns it, `view.command()` the command that makes it.

    Raises:
        ProblemError: the problem, a parameter or a range makes no sense.

    Examples:
        >>> explore("bumps", cells=32, spacing=1.5).view.title
        'bumps, spacing = 1.5'
    """
    view = _first(problem, settings)
    count = validation.whole(cells, "cells", 2)
    x = Axis("beta", *(_range(beta, "beta") if beta is not None else (view.x.low, view.x.high)), count)
    y = Axis("alpha", *(_range(alpha, "alpha") if alpha is not None else (view.y.low, view.y.high)), count)
    view = replace(view, x=x, y=y, eps=eps)
    view.family.at()
    from simulate.live.page import Explorer

    _load()
    regime = isinstance(problem, str) and problem in REGIMES
    return Explorer(view, Library() if regime else None)


def _first(problem: Problem | Family | str, settings: dict[str, Any]) -> View:
    """The view of a problem to begin with."""
    if isinstance(problem, Family):
        return replace(_first(problem.source, {}), settings={**problem.settings, **settings})
    if isinstance(problem, str):
        held = family(problem, ())
        if isinstance(held.source, str):
            known = held.parameters
            if unknown := [key for key in settings if key not in known and "." not in key]:
                raise ProblemError(unknown[0], "an unknown parameter", one_of(known, unknown[0]), problem)
            return first(problem, problem, settings)
        return replace(first(held.source, Path(problem).name, settings), path=os.path.relpath(problem))
    source = described(problem)
    return replace(first(source, source.name or "problem", settings), path=OWN_FILE)


def _range(value: object, key: str) -> tuple[float, float]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ProblemError(key, shown(value), "two numbers: from, to")
    low, high = (validation.number(part, key) for part in value)
    return low, high


def _load() -> None:
    """In a notebook, the scripts that show panels: once, and from here, not from elsewhere."""
    import panel as pn

    try:
        from IPython.core.getipython import get_ipython
    except ModuleNotFoundError:
        return
    if getattr(get_ipython(), "kernel", None) is not None and not pn.extension._loaded:
        pn.extension(inline=True)
