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
from figures.wording import lines as wrapped
from theory.arrays import Array

# In points where text has the project's size: between a map and its bar, the width of the bar, and before a legend.
PAD, THICK, GAP = 6.0, 7.0, 5.0
# The width of a letter, as a share of the size of text.
LETTER = 0.6
# Colour bars for which Matplotlib makes room.
SIDES: dict[str, dict[str, Any]] = {"beside": {"location": "right", "pad": 0.03}, "below": {"location": "bottom"}}
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


def add_bar(
    axes: Axes | Sequence[Axes], mesh: ScalarMappable, place: str | Axes, yielding: Yielding | None, **looks: Any
) -> Colorbar:
    """A colour bar of one map or several, in given axes or at a side of them."""
    first = axes if isinstance(axes, Axes) else axes[0]
    figure = root(first)
    if isinstance(place, Axes):
        return figure.colorbar(mesh, cax=place, **looks)
    if yielding is None:
        return figure.colorbar(mesh, ax=axes, aspect=22, **SIDES[place], **looks)
    own = first.inset_axes((1.0, 0.0, 0.1, 1.0))
    yielding.bar_side = place
    own.set_axes_locator(yielding.bar_place)
    return figure.colorbar(mesh, cax=own, orientation={"beside": "vertical", "below": "horizontal"}[place], **looks)


def fitted_title(axes: Axes, words: str) -> str:
    """Words with commas between, in as many lines as the width of axes asks for."""
    return wrapped(words.split(", "), letters(axes))


def letters(axes: Axes) -> int:
    """How many letters of a title go over axes, by the width that they have before Matplotlib lays the figure out."""
    wide = axes.get_window_extent().width / root(axes).dpi * 72
    return max(8, int(wide / (LETTER * points_of(rcParams["axes.titlesize"]))))


def points_of(size: Any) -> float:
    """A size of text in points, whether it is a number or a word."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size).get_size_in_points()
