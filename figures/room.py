"""Room about a map: where its colour bar and its legend go, so that they lie on nothing.

In a constrained or compressed layout Matplotlib makes room for what belongs to the axes. In others the map itself gives
way, within the place that its axes have: `Yielding`. A legend hangs from the last thing on its side, whatever that is
and wherever it moves: `Outside`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.transforms import Bbox, BboxBase

from figures.style import points
from theory.arrays import Array

# In points where text has the project's size: between a map and its bar, the width of the bar, and before a legend.
PAD, THICK, GAP = 6.0, 7.0, 5.0
# A legend takes up to this share of a picture, and its text is never smaller than so many points.
MOST, LEAST_TEXT = 0.19, 4.0
# A legend beside a map has this share of its width.
NARROW = 0.4
# The width of a letter, as a share of the size of text.
LETTER = 0.54
# A map that gives way keeps this share of its width and its height.
KEPT = 0.25


def root(axes: Axes) -> Figure:
    """The whole figure of axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def laid_out(figure: Figure) -> bool:
    """Whether Matplotlib finds room for colour bars and legends itself."""
    return isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)


class Outside(BboxBase):
    """The edge of axes at one side, beyond their numbers and labels, in pixels, wherever they are when it is asked."""

    def __init__(self, axes: Axes, side: str) -> None:
        super().__init__()
        self.axes, self.side = axes, side

    def get_points(self) -> Array:
        """[[x0, y0], [x1, y1]] with no height below, and no width beside."""
        box = self.axes.get_window_extent()
        axis = self.axes.xaxis if self.side == "below" else self.axes.yaxis
        said = axis.get_tightbbox() if self.axes.axison else None
        gap = points(GAP) * root(self.axes).dpi / 72
        if self.side == "below":
            y = min(box.y0, box.y0 if said is None else said.y0) - gap
            return np.array([[box.x0, y], [box.x1, y]])
        x = max(box.x1, box.x1 if said is None else said.x1) + gap
        return np.array([[x, box.y0], [x, box.y1]])


@dataclass
class Yielding:
    """Where axes are, within the place that a figure or its grid has for them: smaller by what stands about them.

    It is asked whenever the figure is drawn. bar, legend: what needs room, and on which side.
    """

    axes: Axes
    bar: Colorbar | None = None
    bar_side: str = "beside"
    legend: Legend | None = None
    legend_side: str = "below"

    def take(self, bar: Colorbar | None, bar_place: object, legend: Legend | None, legend_place: object) -> None:
        """Give way to a bar and a legend, where they are beside or below."""
        if bar is not None and isinstance(bar_place, str):
            self.bar, self.bar_side = bar, bar_place
        if legend is not None and isinstance(legend_place, str):
            self.legend, self.legend_side = legend, legend_place
        if self.bar is not None or self.legend is not None:
            self.axes.set_axes_locator(self)

    def __call__(self, axes: object, renderer: RendererBase | None) -> Bbox:
        place, inside = self.axes.get_position(original=True), self._pixels()
        across, up = self._taken()
        across = min(across / inside.width, (1 - KEPT) * place.width)
        up = min(up / inside.height, (1 - KEPT) * place.height)
        return Bbox.from_extents(place.x0, place.y0 + up, place.x1 - across, place.y1)

    def get_subplotspec(self) -> SubplotSpec | None:
        """The cells of the grid that the axes have: tight layouts ask whoever places axes."""
        return self.axes.get_subplotspec()

    def bar_place(self, axes: object, renderer: RendererBase | None) -> Bbox:
        """Where the colour bar is: along the map as it is now."""
        box, inside = self.axes.get_window_extent(), self._pixels()
        dots = root(self.axes).dpi / 72
        thick, pad = points(THICK) * dots, points(PAD) * dots
        if self.bar_side == "beside":
            found = Bbox.from_extents(box.x1 + pad, box.y0, box.x1 + pad + thick, box.y1)
        else:
            said = self.axes.xaxis.get_tightbbox(renderer)
            top = (box.y0 if said is None else min(said.y0, box.y0)) - pad
            found = Bbox.from_extents(box.x0, top - thick, box.x1, top)
        shifted = found.translated(-inside.x0, -inside.y0)
        return Bbox(shifted.get_points() / [inside.width, inside.height])

    def _pixels(self) -> Bbox:
        """The part of the figure that places are shares of."""
        figure = self.axes.get_figure(root=False)
        assert figure is not None
        return Bbox(figure.bbox.get_points())

    def _taken(self) -> tuple[float, float]:
        """Pixels that are needed across and along."""
        dots, taken = root(self.axes).dpi / 72, {"beside": 0.0, "below": 0.0}
        if self.bar is not None:
            box = self.bar.ax.get_window_extent()
            axis = self.bar.ax.yaxis if self.bar_side == "beside" else self.bar.ax.xaxis
            said = axis.get_tightbbox()
            words = 0.0 if said is None else said.x1 - box.x1 if self.bar_side == "beside" else box.y0 - said.y0
            taken[self.bar_side] += (points(PAD) + points(THICK)) * dots + max(words, 0.0)
        if self.legend is not None and self.legend_side in taken:
            box = self.legend.get_window_extent()
            taken[self.legend_side] += points(GAP) * dots + (box.width if self.legend_side == "beside" else box.height)
        return taken["beside"], taken["below"]


def add_bar(axes: Axes, mesh: ScalarMappable, place: str | Axes, yielding: Yielding | None, **looks: Any) -> Colorbar:
    """A colour bar of a map, in given axes or at a side of it."""
    figure = root(axes)
    if isinstance(place, Axes):
        return figure.colorbar(mesh, cax=place, **looks)
    if yielding is None:
        sides: dict[str, dict[str, Any]] = {
            "beside": {"location": "right", "pad": 0.03},
            "below": {"location": "bottom"},
        }
        return figure.colorbar(mesh, ax=axes, aspect=22, **sides[place], **looks)
    own = axes.inset_axes((1.0, 0.0, 0.1, 1.0))
    yielding.bar_side = place
    own.set_axes_locator(yielding.bar_place)
    return figure.colorbar(mesh, cax=own, orientation={"beside": "vertical", "below": "horizontal"}[place], **looks)


def add_legend(axes: Axes, handles: Sequence[Artist], place: str | Axes, hosts: dict[str, Axes]) -> Legend | None:
    """A legend within, beside or below axes, or in axes of its own; None where there is nothing to explain.

    hosts: the axes from which it hangs, by side: the colour bar's where that is on the same side.
    """
    if not handles:
        return None
    if isinstance(place, Axes):
        place.set_axis_off()
        return fitted(place, handles, {"loc": "center"}, place.get_window_extent(), 1.0)
    if place == "inside":
        looks: dict[str, Any] = {
            "loc": "best",
            "frameon": True,
            "framealpha": 0.9,
            "borderpad": 0.4,
            "borderaxespad": 0.5,
        }
        return fitted(axes, handles, looks | {"edgecolor": "0.6"}, axes.get_window_extent(), MOST)
    host = hosts.get(place, axes)
    loc = {"below": "upper center", "beside": "center left"}[place]
    box, wide = axes.get_window_extent(), {"below": 1.0, "beside": NARROW}[place]
    room = Bbox.from_bounds(0, 0, wide * box.width, box.height)
    legend = fitted(host, handles, {"loc": loc, "borderaxespad": 0.0}, room, MOST / wide)
    edge = Outside(host, place)
    legend.get_bbox_to_anchor = lambda: edge  # type: ignore[method-assign]
    return legend


def foot(figure: Figure, handles: Sequence[Artist]) -> Legend | None:
    """A legend at the foot of a figure that Matplotlib lays out; None where there is nothing to explain."""
    if not handles:
        return None
    narrow = figure.get_size_inches()[0] < 5
    columns = 2 if narrow else 3 if len(handles) in (5, 6) else 4
    return fitted(figure, handles, {"loc": "outside lower center", "ncols": columns}, figure.bbox, MOST)


def letters(axes: Axes) -> int:
    """How many letters of a title go over axes, by the width that they have before Matplotlib lays the figure out."""
    wide = axes.get_window_extent().width / root(axes).dpi * 72
    return max(20, round(wide / (LETTER * _points_of(rcParams["axes.titlesize"]))))


def fitted(
    host: Axes | Figure, handles: Sequence[Artist], looks: dict[str, Any], room: BboxBase, most: float
) -> Legend:
    """A legend in as few lines as the width of a room has space for, and in letters small enough to take no more than a
    share of it."""
    size = float(_points_of(rcParams["legend.fontsize"]))
    most_columns = min(len(handles), looks.get("ncols", len(handles)))

    def made(columns: int, size: float) -> tuple[Legend, float]:
        """A legend, and how many times smaller it should be."""
        legend = host.legend(handles=list(handles), fontsize=size, **looks | {"ncols": columns})
        box = legend.get_window_extent()
        area = box.width * box.height / (most * room.width * room.height)
        return legend, max(1.0, box.width / room.width, float(np.sqrt(area)))

    needs = {}
    for columns in range(most_columns, 0, -1):
        legend, needs[columns] = made(columns, size)
        legend.remove()
    columns = min(needs, key=lambda count: needs[count])
    size = max(LEAST_TEXT, size / needs[columns])
    legend, need = made(columns, size)
    while need > 1 and size > LEAST_TEXT:  # what is about the text does not shrink in proportion
        legend.remove()
        size = max(LEAST_TEXT, 0.97 * size / need)
        legend, need = made(columns, size)
    return legend


def _points_of(size: Any) -> float:
    """A size of text in points, whether it is a number or a word."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size).get_size_in_points()
