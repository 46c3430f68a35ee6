"""Legends: within, beside or below axes, in axes of their own or at the foot of a figure, and never larger than a share
of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase

from figures.room import Outside, Yielding, laid_out, points_of, root

# A legend takes up to this share of a picture, and its text is never smaller than so many points.
MOST, LEAST_TEXT = 0.19, 4.0
# A legend beside a map has this share of its width, and one below it this share of its height.
NARROW, LOW = 0.4, 0.3
# A legend on a map.
INSIDE = {"loc": "best", "frameon": True, "framealpha": 0.9, "edgecolor": "0.6", "borderpad": 0.4, "borderaxespad": 0.5}


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
        return fitted(axes, handles, dict(INSIDE), axes.get_window_extent(), MOST)
    host = hosts.get(place, axes)
    loc = {"below": "upper center", "beside": "center left"}[place]
    box, wide = axes.get_window_extent(), {"below": 1.0, "beside": NARROW}[place]
    room = Bbox.from_bounds(0, 0, wide * box.width, box.height)
    low = LOW if place == "below" else 1.0
    legend = fitted(host, handles, {"loc": loc, "borderaxespad": 0.0}, room, MOST / wide, low)
    edge = Outside(host, place)
    legend.get_bbox_to_anchor = lambda: edge  # type: ignore[method-assign]
    return legend


def uncovered(words: list[Text], legend: Legend) -> list[Text]:
    """Words without those on which a legend lies, which are taken away."""
    root(legend.axes).draw_without_rendering()
    box = legend.get_window_extent()
    for word in words:
        if word.get_window_extent().overlaps(box):
            word.remove()
    return [word for word in words if word.axes is not None]


def foot(figure: Figure, handles: Sequence[Artist]) -> Legend | None:
    """A legend at the foot of a figure that Matplotlib lays out; None where there is nothing to explain."""
    if not handles:
        return None
    narrow = figure.get_size_inches()[0] < 5
    columns = 2 if narrow else 3 if len(handles) in (5, 6) else 4
    return fitted(figure, handles, {"loc": "outside lower center", "ncols": columns}, figure.bbox, MOST, LOW)


def surround(axes: Axes, handles: Sequence[Artist], place: str | Axes | None, own_figure: bool) -> Legend | None:
    """The legend of axes without a colour bar, with room for it."""
    if place is None:
        return None
    legend = at_foot(axes, handles) if own_figure and place == "below" else None
    if legend is None:
        legend = add_legend(axes, handles, place, {})
        if not laid_out(root(axes)):
            Yielding(axes).take(None, None, legend, place)
    return legend


def at_foot(axes: Axes, handles: Sequence[Artist]) -> Legend | None:
    """A legend at the foot of the figure of axes, where Matplotlib makes room for it there."""
    return foot(root(axes), handles) if laid_out(root(axes)) else None


def fitted(
    host: Axes | Figure, handles: Sequence[Artist], looks: dict[str, Any], room: BboxBase, most: float, low: float = 1.0
) -> Legend:
    """A legend in as few lines as the width of a room has space for, and in letters small enough to take no more than a
    share of it (`most`), and of its height (`low`)."""
    size = float(points_of(rcParams["legend.fontsize"]))
    most_columns = min(len(handles), looks.get("ncols", len(handles)))

    def made(columns: int, size: float) -> tuple[Legend, float]:
        """A legend, and how many times smaller it should be."""
        legend = host.legend(handles=list(handles), fontsize=size, **looks | {"ncols": columns})
        box = legend.get_window_extent()
        area = box.width * box.height / (most * room.width * room.height)
        return legend, max(1.0, box.width / room.width, box.height / (low * room.height), float(np.sqrt(area)))

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
