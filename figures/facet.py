"""Small multiples: diagrams side by side with one scale of colours, one colour bar and one legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from figures import phase
from figures import phase_marks as marks
from figures.diagram import colour_limit, coloured, even, map_of, sets_of
from figures.legends import foot
from figures.look import USUAL, Look
from figures.room import fitted_title
from figures.several import Several, told_apart
from figures.style import WIDTH, own, picture
from theory.errors import ProblemError, shown

# Height of a panel as a share of its width; and at first, of what is about each row, in units of the size of text.
TALL, ABOUT = 0.95, 6.0


@dataclass(frozen=True)
class FacetArtists:
    """Panels by the words over them, the colour bar and the legend that they share (None where there is none)."""

    figure: Figure
    panels: dict[str, phase.PhaseArtists]
    colorbar: Colorbar | None
    legend: Legend | None

    def _repr_png_(self) -> bytes | None:
        """The picture in a notebook."""
        return picture(self.figure)


def draw(
    datasets: Several,
    key: str | None = None,
    *,
    at: Sequence[float] | None = None,
    wrap: int | None = None,
    columns: int | None = None,
    look: Look = USUAL,
    project_style: bool = True,
) -> FacetArtists:
    """Draw diagrams side by side, each with the words over it that tell it from the others.

    Args:
        datasets: maps in a list, or by name in a dict; or one sweep over three keys.
        key: of a sweep, the key that has one value in each panel. at: some of its values, the nearest that there are.
        wrap: how many panels there are in a row.
        columns: the width of the figure in columns of a paper, 1 or 2; None for that of Matplotlib's settings.
        look: as for `figures.phase.draw`; limits are those of all maps together where it names none.
        project_style: as for `figures.phase.draw`.

    Raises:
        ProblemError: the maps or the choices make no sense.
        ValueError: a dataset is no map of two keys, or columns is neither 1 nor 2.
    """
    with own(project_style):
        maps = told_apart(datasets, key, at)
        held = [map_of(dataset) for dataset in maps.values()]
        limits = look.limits or even(colour_limit(*(coloured(m, sets_of(m.label, m.gain)) for m in held)))
        wrap = _wrap(wrap, len(maps), columns)
        figure = _figure(len(maps), wrap, columns)
        grid = figure.subplots(math.ceil(len(maps) / wrap), wrap, squeeze=False).ravel()
        for spare in grid[len(maps) :]:
            spare.remove()
        bare = replace(look, limits=limits, bar=None, legend=None)
        drawn = [
            phase.draw(dataset, axes, look=bare, project_style=project_style)
            for dataset, axes in zip(maps.values(), grid, strict=False)
        ]
        panels = dict(zip(maps, drawn, strict=True))
        for name, panel in panels.items():
            panel.axes.set_title(fitted_title(panel.axes, name))
        if len({(m.x_key, m.y_key, m.x[0], m.x[-1], m.y[0], m.y[-1], m.scales) for m in held}) == 1:
            _outer(drawn, wrap)
        first = next(iter(maps.values()))
        shared = look if isinstance(look.bar, Axes) or look.bar is None else replace(look, bar="beside")
        everywhere = [panel.axes for panel in drawn]
        bar = phase.colour_bar(everywhere, [panel.mesh for panel in drawn], first, None, shared)
        legend = foot(figure, _handles(drawn)) if look.legend is not None else None
        _make_square(figure, everywhere, math.ceil(len(maps) / wrap))
    return FacetArtists(figure, panels, bar, legend)


def _wrap(wrap: int | None, count: int, columns: int | None) -> int:
    if wrap is None:
        most = 2 if columns == 1 else 3
        return count if count <= most else math.ceil(count / math.ceil(count / most))
    if isinstance(wrap, bool) or not isinstance(wrap, int | np.integer) or wrap < 1:
        raise ProblemError("wrap", shown(wrap), "how many panels there are in a row, at least 1")
    return min(int(wrap), count)


def _figure(count: int, wrap: int, columns: int | None) -> Figure:
    """An empty figure with panels that are nearly square."""
    if columns is not None and columns not in WIDTH:
        raise ValueError(f"columns: found {columns!r}, expected 1 or 2")
    width = float(rcParams["figure.figsize"][0]) if columns is None else WIDTH[columns]
    rows = math.ceil(count / wrap)
    height = rows * (TALL * width / wrap + ABOUT * float(rcParams["font.size"]) / 72)
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _make_square(figure: Figure, panels: Sequence[Axes], rows: int) -> None:
    """Give a figure the height at which its panels are nearly square, whatever stands over and below them, and words
    about a panel letters that do not reach into the next."""
    figure.draw_without_rendering()
    box, height = panels[0].get_window_extent(), figure.bbox.height
    figure.set_size_inches(figure.get_size_inches()[0], (height + rows * (TALL * box.width - box.height)) / figure.dpi)
    figure.draw_without_rendering()
    box = panels[0].get_window_extent()
    for axes in panels:
        for text, room in ((axes.title, box.width), (axes.xaxis.label, box.width), (axes.yaxis.label, box.height)):
            extent = text.get_window_extent()
            over = (extent.height if text is axes.yaxis.label else extent.width) / room
            if over > 1 and text.get_text():
                text.set_fontsize(float(text.get_fontsize()) / over)


def _outer(drawn: Sequence[phase.PhaseArtists], wrap: int) -> None:
    """Labels and numbers of axes only at the left and at the foot."""
    for k, panel in enumerate(drawn):
        if k + wrap < len(drawn):
            panel.axes.set_xlabel("")
            panel.axes.tick_params(labelbottom=False)
        if k % wrap:
            panel.axes.set_ylabel("")
            panel.axes.tick_params(labelleft=False)


def _handles(drawn: Sequence[phase.PhaseArtists]) -> list[Artist]:
    """What the legend explains: everything in any panel, once."""
    found: dict[str, Artist] = {}
    for panel in drawn:
        for handle in marks.legend_handles(panel.regions, panel.curves, panel.checks):
            found.setdefault(str(handle.get_label()), handle)
    return list(found.values())
