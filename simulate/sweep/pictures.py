"""Several diagrams in one figure: `overlay` and `facet`. Functions, as neither belongs to one dataset; what a single
dataset can do is in plane.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import xarray as xr

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from figures.facet import FacetArtists
    from figures.overlay import OverlayArtists

Datasets = xr.Dataset | Sequence[xr.Dataset] | Mapping[str, xr.Dataset]


def overlay(
    datasets: Datasets,
    key: str | None = None,
    ax: Axes | None = None,
    *,
    at: Sequence[float] | None = None,
    curves: str | Sequence[str] = ("zero", "jump", "best", "least"),
    legend: bool | str | Axes = True,
    columns: int | None = None,
) -> OverlayArtists:
    """The curves of several diagrams over the same two keys in one pair of axes, by Matplotlib's settings as they are.

    Diagrams are told apart by colour and by the pattern of lines, and named by what is not the same in all of them;
    kinds of curves differ in width.

    Args:
        datasets: diagrams in a list, or by name in a dict; or one sweep over three keys.
        key, at: of such a sweep, the key that has one value in each diagram, and some of its values, the nearest that
            there are; all of them if None.
        ax: where to draw; a new figure is made where this is None.
        curves: what is drawn: "zero" (gain = 0), "jump" (the gain jumps across 0), "best" (least risk), "least" (the
            same, measured), "help" and "hurt" (borders of the cells where training noise helps and hurts).
        legend: "below" (or True), "beside", "inside", axes that are to hold it, or False.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in); else `figure.figsize`.

    Raises:
        ProblemError: diagrams are over other keys, or a choice makes no sense.
        ValueError: a dataset is no map of two keys.
    """
    from figures import overlay as drawing
    from figures.look import chosen

    place = chosen(legend=legend).legend
    return drawing.draw(datasets, ax, key=key, at=at, curves=curves, legend=place, columns=columns, project_style=False)


def facet(  # noqa: PLR0913 - all but one have usual values
    datasets: Datasets,
    key: str | None = None,
    *,
    at: Sequence[float] | None = None,
    wrap: int | None = None,
    cmap: str | Colormap = "RdBu",
    limits: float | tuple[float, float] | None = None,
    colorbar: bool | Axes = True,
    legend: bool = True,
    levels: bool | int | Sequence[float] | None = None,
    curves: bool | str | Sequence[str] = True,
    hatch: bool | str | Mapping[str, str] = True,
    columns: int | None = None,
) -> FacetArtists:
    """Diagrams side by side with one scale of colours, one colour bar and one legend, by Matplotlib's settings.

    Args:
        datasets: diagrams in a list, or by name in a dict; or one sweep over three keys. Over each stands what is not
            the same in all.
        key, at: of such a sweep, the key that has one value in each panel, and some of its values, the nearest that
            there are; all of them (up to twelve) if None.
        wrap: how many panels there are in a row.
        cmap, limits, levels, curves, hatch: as for `figures.look.chosen`; limits by all diagrams together if None.
        colorbar, legend: whether there is one; axes may be given that are to hold the colour bar.
        columns: the width of the figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in); else `figure.figsize`.

    Raises:
        ProblemError: a choice makes no sense.
        ValueError: a dataset is no map of two keys.
    """
    from figures import facet as drawing
    from figures.look import chosen

    look = chosen(cmap=cmap, limits=limits, colorbar=colorbar, legend=legend, levels=levels, curves=curves, hatch=hatch)
    return drawing.draw(datasets, key, at=at, wrap=wrap, columns=columns, look=look, project_style=False)
