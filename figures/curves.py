"""Curves over one variable: a dataset of named series in, lines with markers and a legend out.

Lines differ in dash as well as in colour, so that a print in grey still tells them apart; series that only guide the
eye are thin and grey; measured points are markers of differing shape, with bars where an interval is known.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from figures.legends import foot
from figures.style import blank, check_suffix, styled, write

VARIABLES = ("value", "kind")
HEIGHT = {1: 2.7, 2: 2.8}
# A further row of panels is so much higher.
FURTHER = 1.9
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "black", "#E69F00")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D")
GUIDE: dict[str, Any] = {"color": "0.55", "linewidth": 0.8, "zorder": 1.5}
BAND = 0.18
DOTS: dict[str, Any] = {"marker": ".", "markersize": 2.6}
GUIDES: tuple[Any, ...] = ("-", (0, (3, 3)))


@dataclass(frozen=True)
class CurvesArtists:
    """What one panel consists of: lines and points by the name of their series. legend: None in the axes of others."""

    figure: Figure
    axes: Axes
    lines: dict[str, Line2D]
    points: dict[str, ErrorbarContainer]
    legend: Legend | None


def draw(dataset: xr.Dataset, axes: Axes | None = None, *, columns: int = 1) -> CurvesArtists:
    """Draw the series of one dataset.

    Args:
        dataset: `value` (series, x) with `kind` (series), "curve" or "guide", and attributes x_label, y_label, and, if
            wanted, title, x_scale and y_scale ("linear" or "log"), x_low, x_high, y_low and y_high; with `dots`, the
            places where curves are known are marked. Where curves have
            intervals: `low` and `high` (series, x). Where there are measured points: `point_x`, `point_y` and
            `point_of` (point), the name of the series that a point belongs to, and `point_low`, `point_high`, the ends
            of its interval.
        axes: where to draw; a new figure is made where this is None.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in).

    Raises:
        ValueError: a variable is missing, or columns is neither 1 nor 2.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected named series")
    with styled():
        own = axes is None
        if axes is None:
            axes = blank(columns, HEIGHT).add_subplot()
        figure = axes.get_figure(root=True)
        assert figure is not None
        lines, points = _lines(axes, dataset), _points(axes, dataset)
        _frame(axes, dataset)
        legend = _legend(figure, [*lines.values(), *points.values()]) if own else None
    return CurvesArtists(figure, axes, lines, points, legend)


def draw_panels(datasets: Sequence[xr.Dataset], *, columns: int = 2, rows: int = 1) -> list[CurvesArtists]:
    """Draw several datasets side by side, in rows from the top; the legend, that of all, belongs to the first panel.

    Raises `ValueError` as `draw`, and where the datasets do not fill the rows.
    """
    if rows < 1 or len(datasets) % rows:
        raise ValueError(f"rows: found {rows} for {len(datasets)} datasets, expected rows of equal length")
    with styled():
        figure = blank(columns, {wide: height + FURTHER * (rows - 1) for wide, height in HEIGHT.items()})
        panels = figure.subplots(rows, len(datasets) // rows, squeeze=False).flat
        found = [draw(held, panel) for held, panel in zip(datasets, panels, strict=True)]
        handles: dict[str, Line2D | ErrorbarContainer] = {}
        for drawn in found:
            for name, artist in (drawn.lines | drawn.points).items():
                handles.setdefault(name, artist)
        legend = _legend(figure, list(handles.values()))
    first = found[0]
    return [CurvesArtists(first.figure, first.axes, first.lines, first.points, legend), *found[1:]]


def save(dataset: xr.Dataset, path: str | os.PathLike[str], *, columns: int = 1) -> None:
    """Draw the series and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset, columns=columns).figure, path)


def _lines(axes: Axes, dataset: xr.Dataset) -> dict[str, Line2D]:
    x = dataset[str(dataset["value"].dims[1])].to_numpy()
    lines: dict[str, Line2D] = {}
    counts = {"curve": 0, "guide": 0}
    banded = "low" in dataset
    for k, (name, kind) in enumerate(zip(dataset["series"].to_numpy(), dataset["kind"].to_numpy(), strict=True)):
        place = counts[str(kind)]
        counts[str(kind)] += 1
        if kind == "guide":
            looks = GUIDE | {"linestyle": GUIDES[place % 2]}
        else:
            looks = {"color": COLOURS[place % 6], "linestyle": DASHES[place % 6]}
            looks |= DOTS if dataset.attrs.get("dots") else {}
            if banded:
                low, high = (dataset[end][k].to_numpy() for end in ("low", "high"))
                axes.fill_between(x, low, high, color=looks["color"], alpha=BAND, linewidth=0.0)
        (lines[str(name)],) = axes.plot(x, dataset["value"][k].to_numpy(), label=str(name), **looks)
    return lines


def _points(axes: Axes, dataset: xr.Dataset) -> dict[str, ErrorbarContainer]:
    if "point_x" not in dataset:
        return {}
    names = dataset["point_of"].to_numpy().astype(str)
    points: dict[str, ErrorbarContainer] = {}
    for place, name in enumerate(dict.fromkeys(names)):
        held = dataset.isel(point=names == name)
        y = held["point_y"].to_numpy()
        bars = None
        if "point_low" in held:
            ends = np.abs(np.stack([held["point_low"].to_numpy() - y, held["point_high"].to_numpy() - y]))
            bars = ends if ends.any() else None  # nor in the legend
        looks: dict[str, Any] = {"marker": MARKERS[place % 4], "markerfacecolor": "white" if place % 2 == 0 else "0.6"}
        points[str(name)] = axes.errorbar(
            held["point_x"].to_numpy(),
            y,
            bars,
            linestyle="none",
            color="black",
            markeredgewidth=0.7,
            elinewidth=0.7,
            capsize=1.5,
            label=str(name),
            zorder=4,
            **looks,
        )
    return points


def _frame(axes: Axes, dataset: xr.Dataset) -> None:
    attrs = dataset.attrs
    axes.set_xscale(attrs.get("x_scale", "linear"))
    axes.set_yscale(attrs.get("y_scale", "linear"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())  # powers of ten suffice; the steps between would run into each other
        if axis.get_scale() == "log":
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(attrs.get("x_label", str(dataset["value"].dims[1])))
    axes.set_ylabel(attrs.get("y_label", ""))
    axes.set_title(attrs.get("title", ""))
    x = dataset[str(dataset["value"].dims[1])].to_numpy()
    axes.set_xlim(attrs.get("x_low", float(x.min())), attrs.get("x_high", float(x.max())))
    if "y_low" in attrs:
        axes.set_ylim(attrs["y_low"], attrs["y_high"])


def _legend(figure: Figure, handles: Sequence[Any]) -> Legend | None:
    """At the foot of the figure; None where there is only one thing to tell."""
    return foot(figure, handles) if len(handles) > 1 else None
