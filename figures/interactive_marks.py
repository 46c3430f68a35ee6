"""The models of an interactive diagram: glyphs, legend, axes, tool tips. Data are made elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.core.properties import value as constant
from bokeh.model import Model
from bokeh.models import ColumnDataSource, CustomJSHover, HoverTool, LinearColorMapper, Range1d
from bokeh.models.annotations.legends import Legend, LegendItem
from bokeh.models.renderers import GlyphRenderer

from figures.interactive_data import WORDS, placed
from theory.arrays import Array

FONT = "system-ui, sans-serif"
BELOW: dict[str, Any] = {"ncols": 2, "label_text_font": FONT, "label_text_font_size": "12px", "click_policy": "hide"}
EMPTY, INK, GREY = "#e0e0e0", "#262626", "#737373"
# Sets of cells and curves by the name of their source: what the legend says, and how they look. A curve of two looks is
# drawn twice, the first below the second.
SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "undefined": ("no exact value", {"fill_color": EMPTY}),
    "constant": ("smoothed classifier constant", {"hatch_pattern": "/", "hatch_color": GREY, "hatch_scale": 10}),
    "undecided": ("undecided", {"hatch_pattern": "x", "hatch_color": INK, "hatch_scale": 10}),
}
CURVES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "alike": ("not told from the best", [{"line_color": "white", "line_width": 4}, {"line_width": 1.5}]),
    "zero": ("gain = 0 (exact)", [{"line_color": "white", "line_width": 5}, {"line_width": 2.5}]),
    "jump": ("gain jumps across 0", [{"line_width": 5}, {"line_color": "white", "line_width": 2}]),
    "best": (
        "best training noise",
        [{"line_color": "white", "line_width": 5}, {"line_dash": [2, 3], "line_width": 3}],
    ),
    "bridge": ("bridge identity", [{"line_color": "white", "line_width": 5}, {"line_dash": [9, 3], "line_width": 2}]),
    "window": (
        "ends of the window (law)",
        [{"line_color": "white", "line_width": 4}, {"line_dash": [6, 3], "line_width": 1.5}],
    ),
}
POINTS: dict[str, tuple[str, dict[str, Any]]] = {
    "least": ("best training noise", {"marker": "circle", "size": 7, "fill_color": "black", "line_color": "white"}),
    "agree": ("Monte Carlo agrees", {"marker": "circle", "size": 7, "fill_color": "white", "line_color": "black"}),
    "disagree": ("Monte Carlo disagrees", {"marker": "x", "size": 11, "line_color": "black", "line_width": 3}),
}
# Ticks of a logarithmic axis stand at these multiples of powers of ten, the fewer the more powers there are.
STEPS = {1: (1, 2, 3, 5, 7), 3: (1, 2, 5), 300: (1,)}


def draw_cells(picture: Any, source: ColumnDataSource, colours: LinearColorMapper) -> GlyphRenderer[Any]:
    """The gains as an image."""
    where: dict[str, Any] = {"x": "left", "y": "bottom", "dw": "width", "dh": "height"}
    return picture.image("shown", source=source, color_mapper=colours, level="image", **where)


def draw_marks(picture: Any, sources: dict[str, ColumnDataSource]) -> dict[str, LegendItem]:
    """All that lies on the colours; returns what the legend names, by the name of its source."""
    items: list[tuple[str, str, list[GlyphRenderer[Any]]]] = []
    for name, (text, looks) in SETS.items():
        filled = {"fill_color": None, "line_color": None} | looks
        items.append((name, text, [picture.quad(source=sources[name], **filled)]))
    edge = picture.segment(source=sources["proved"], line_color=INK, line_dash="dotdash", line_width=1.5)
    items.append(("proved", "proved inside", [edge]))
    for name, (text, lines) in CURVES.items():
        drawn = [picture.line("x", "y", source=sources[name], **{"line_color": "black"} | looks) for looks in lines]
        items.append((name, text, drawn))
    for name, (text, looks) in POINTS.items():
        items.append((name, text, [picture.scatter("x", "y", source=sources[name], **looks)]))
    _write(picture, sources["words"])
    named = {name: LegendItem(name=name, label=text, renderers=drawn) for name, text, drawn in items}
    legend = Legend(items=list(named.values()), **BELOW)
    picture.add_layout(legend, "below")
    return named


def _write(picture: Any, source: ColumnDataSource) -> None:
    """The words on the map, on a light ground."""
    looks: dict[str, Any] = {"text_color": INK, "text_font": constant(FONT), "text_font_size": "13px"}
    ground: dict[str, Any] = {
        "background_fill_color": "white",
        "background_fill_alpha": 0.75,
        "padding": 2,
        "border_radius": 3,
    }
    picture.text("x", "y", "text", source=source, text_align="center", text_baseline="middle", **looks, **ground)


def words_of_cells(source: ColumnDataSource) -> dict[str, CustomJSHover]:
    """How a tool tip tells places in lists of words: as the words."""
    code = "return source.data[name + '_words'][0][value]"
    return {f"@{name}": CustomJSHover(args={"source": source, "name": name}, code=code) for name in WORDS}


def hover(source: ColumnDataSource, cells: GlyphRenderer[Any], names: dict[str, str]) -> HoverTool:
    """The tool tip of a cell: a line for each column in `names`, with what it is."""
    tips = [(text, f"@{{{name}}}{{{'custom' if name in WORDS else '%.6g'}}}") for name, text in names.items()]
    formats: dict[str, Any] = {f"@{{{name}}}": "printf" for name in names if name not in WORDS}
    words = {f"@{{{key.removeprefix('@')}}}": value for key, value in words_of_cells(source).items()}
    return HoverTool(renderers=[cells], tooltips=tips, formatters=formats | words)


def lay_out(axis: Any, span: Range1d, points: Array, scale: str) -> None:
    """The range of an axis and, on a logarithmic one, its ticks."""
    at = placed(points, scale)
    low, high = float(at[0]), float(at[-1])
    if low == high:
        low, high = low - 0.5, high + 0.5
    assign(span, start=low, end=high, reset_start=low, reset_end=high)
    if scale == "log":
        steps = next(steps for most, steps in STEPS.items() if high - low <= most)
        powers = range(int(np.floor(low)) - 1, int(np.ceil(high)) + 2)
        ticks = {float(np.log10(step) + power): f"{step * 10.0**power:g}" for power in powers for step in steps}
        shown = {at: text for at, text in ticks.items() if low - 1 <= at <= high + 1}
        assign(axis, major_label_overrides=shown)
        assign(axis.ticker, ticks=list(shown))


def assign(model: Model, **values: Any) -> None:
    """Set what differs: an equal value is not sent again."""
    for key, value in values.items():
        if getattr(model, key) != value:
            setattr(model, key, value)


def replace(source: ColumnDataSource, columns: dict[str, Any]) -> None:
    """Give a source other columns; those that are equal are not sent again, unless others change their shape."""
    held = source.data
    alike = held.keys() == columns.keys() and all(np.shape(held[key]) == np.shape(columns[key]) for key in columns)
    if not alike:
        source.data = columns
        return
    changed = {key: column for key, column in columns.items() if not _equal(held[key], column)}
    if changed:
        source.data.update(changed)


def _equal(one: Any, other: Any) -> bool:
    first, second = np.asarray(one), np.asarray(other)
    return first.dtype == second.dtype and np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
