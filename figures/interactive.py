"""The phase diagram as a Bokeh figure: to zoom, to point at, and to update in place.

What is shown, and in what words, is that of `figures.phase`. Axes are in data coordinates, or in their logarithms to
base 10 where a coordinate says `scale` "log"; ticks then show the values.
"""

from __future__ import annotations

from typing import Any

import xarray
from bokeh.models import ColumnDataSource, FixedTicker, LinearColorMapper, Range1d
from bokeh.models.annotations.legends import ColorBar
from bokeh.plotting import figure as new_figure

from figures import interactive_data as data
from figures import interactive_marks as marks
from figures import wording
from figures.diagram import MapCells, map_of, sets_of
from figures.interactive_marks import FONT, assign
from figures.look import limits_of
from figures.wording import LETTERS
from theory.arrays import Flags

WIDTH, HEIGHT = 600, 480
# Pixels of a figure that are not its map: across those of axis and colour bar, along those of title, axis and legend.
ACROSS, ALONG = 170, 150


class InteractiveMap:
    """A phase diagram whose parts are Bokeh models that stay the same; `update` gives them other data.

    Args:
        dataset: as for `figures.phase.draw`.
        limits: the gains at the ends of the colours, as for `figures.look.chosen`; those of the data, anew at each
            update, if None.
        width, height: of the figure, in pixels.

    Attributes:
        figure: the Bokeh figure: the map as an image, hatched where a smoothed classifier is constant, with its curves,
            points and words, a colour bar, a legend below, and a tool tip of what is known of a cell.
        sources: the data by the name of what is drawn from it: "cells", sets of cells, curves, checks, "words".

    Raises:
        ProblemError: limits are no such ends.
        ValueError: `dataset` is no map of two keys.
    """

    def __init__(
        self,
        dataset: xarray.Dataset,
        *,
        limits: float | tuple[float, float] | None = None,
        width: int = WIDTH,
        height: int = HEIGHT,
    ) -> None:
        held = map_of(dataset)
        sets = sets_of(held.label, held.gain)
        self._limits = None if limits is None else limits_of(limits)
        self._frame = _frame(held)
        self._size = float(height - ALONG), float(width - ACROSS)
        self.sources = {name: ColumnDataSource(columns) for name, columns in self._columns(dataset, held, sets).items()}
        self.colours = LinearColorMapper(palette=data.palette(-1.0, 1.0), nan_color="rgba(0, 0, 0, 0)")
        self.figure: Any = _blank(width, height, held.scales)
        cells = marks.draw_cells(self.figure, self.sources["cells"], self.colours)
        self._named = marks.draw_marks(self.figure, self.sources)
        self._bar = ColorBar(color_mapper=self.colours, width=14, title_text_font=FONT, major_label_text_font=FONT)
        self._bar.title_text_font_style = "normal"
        self.figure.add_layout(self._bar, "right")
        told = data.told(dataset, held, self.sources["cells"].data)
        self.figure.add_tools(marks.hover(self.sources["cells"], cells, told))
        self._show(dataset, held, sets)

    def update(self, dataset: xarray.Dataset, title: str | None = None) -> None:
        """Show another map over the same two keys: new data in the same models, and no new model.

        title: in place of that of a phase diagram.

        Raises:
            ValueError: `dataset` is no map, or one of other keys or other scales of axes.
        """
        held = map_of(dataset)
        if _frame(held) != self._frame:
            found, expected = (" by ".join(frame) for frame in (_frame(held), self._frame))
            raise ValueError(f"dataset: found {found}, expected {expected}")
        sets = sets_of(held.label, held.gain)
        for name, columns in self._columns(dataset, held, sets).items():
            marks.replace(self.sources[name], columns)
        self._show(dataset, held, sets, title)

    def _columns(self, dataset: xarray.Dataset, held: MapCells, sets: dict[str, Flags]) -> dict[str, data.Columns]:
        return data.columns_of(dataset, held, sets, self._size)

    def _show(self, dataset: xarray.Dataset, held: MapCells, sets: dict[str, Flags], title: str | None = None) -> None:
        """Properties that follow the data: limits, ranges, ticks, texts, and what the legend names."""
        low, high = data.limits_of(held, sets, self._limits)
        colours = {} if self._limits is None else {"palette": list(data.palette(low, high))}
        assign(self.colours, low=low, high=high, **colours)
        assign(self.figure.title, text=wording.title(dataset, LETTERS) if title is None else title)
        assign(self._bar, title=" ".join(wording.colours(dataset, LETTERS)))
        for axis, span, key, points, scale in (
            (self.figure.xaxis[0], self.figure.x_range, held.x_key, held.x, held.scales[0]),
            (self.figure.yaxis[0], self.figure.y_range, held.y_key, held.y, held.scales[1]),
        ):
            assign(axis, axis_label=wording.axis_name(dataset[key], key, LETTERS))
            marks.lay_out(axis, span, points, scale)
        for name, item in self._named.items():
            assign(item, visible=data.any_in(self.sources[name].data))


def _frame(held: MapCells) -> tuple[str, str]:
    """What two maps must share to be shown in one figure."""
    keys = zip((held.x_key, held.y_key), held.scales, strict=True)
    x, y = (f"{key} ({scale})" for key, scale in keys)
    return x, y


def _blank(width: int, height: int, scales: tuple[str, str]) -> Any:
    """An empty figure with its axes and tools."""
    spans: dict[str, Any] = {f"{axis}_range": Range1d(start=0, end=1) for axis in "xy"}
    picture: Any = new_figure(width=width, height=height, tools="pan,wheel_zoom,box_zoom,reset,save", **spans)
    picture.background_fill_color = marks.EMPTY
    picture.grid.visible = False
    picture.toolbar.logo = None
    picture.title.text_font = FONT
    picture.axis.axis_label_text_font = picture.axis.major_label_text_font = FONT
    picture.axis.axis_label_text_font_style = "normal"
    for axis, scale in zip((picture.xaxis[0], picture.yaxis[0]), scales, strict=True):
        if scale == "log":
            axis.ticker = FixedTicker(ticks=[])
    return picture
