"""How much of what training noise brings is about places without data: a dot for each data set, architecture and beta.

The share is what a nearest-neighbour gate alone brings, over what training noise brings: 0 is nothing of it, 1 is all.
A benefit that cannot be told from none has no share: its marker is open, and its bar ends in
arrows where it has no end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from figures.curves import COLOURS, GUIDE
from figures.legends import foot
from figures.style import blank, check_suffix, literal, styled, write
from theory.arrays import Array

VARIABLES = ("share", "low", "high", "determined")
# Inches of a row, and of what lies around all rows.
ROW, AROUND = 0.19, 0.95
MARKERS = ("o", "s", "^", "D")
# The dots of one row stand within this share of its height.
SPREAD = 0.6
# What is always shown, and the most that is.
LEAST, MOST = (-0.15, 1.15), (-1.0, 2.0)


@dataclass(frozen=True)
class OffDataArtists:
    """What the figure consists of. dots, bars, arrows: by smoothing noise; a dot at each share that is shown, a bar for
    each interval, and an arrow at each of its ends that lies beyond the axes."""

    figure: Figure
    axes: Axes
    dots: dict[float, list[Line2D]]
    bars: dict[float, Line2D]
    arrows: dict[float, list[Line2D]]
    legend: Legend | None


def draw(dataset: xr.Dataset, *, columns: int = 1) -> OffDataArtists:
    """Draw the shares of all rows, those of one data set together.

    Args:
        dataset: `share`, `low`, `high` and `determined` over (row, beta), rows named "data set: architecture". Ends may
            be infinite, and NaN where nothing is known.
        columns: the width in columns of a paper, 1 (3.4 in) or 2 (7.0 in).

    Raises:
        ValueError: a variable is missing, or columns is neither 1 nor 2.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected shares of a benefit")
    held = dataset.transpose("row", "beta", ...)
    names = [tuple(part.strip() for part in str(name).partition(":")[::2]) for name in held["row"].to_numpy()]
    places, headings = _places([group for group, _model in names])
    height = ROW * (len(places) + len(headings)) + AROUND
    with styled():
        figure = blank(columns, {1: height, 2: height})
        axes = figure.add_subplot()
        limits = _limits(held)
        dots, bars, arrows = {}, {}, {}
        for k, beta in enumerate(held["beta"].to_numpy().tolist()):
            shift = SPREAD * ((k + 0.5) / held.sizes["beta"] - 0.5)
            dots[beta], bars[beta], arrows[beta] = _shares(axes, held.isel(beta=k), places + shift, k, limits)
        _frame(axes, places, headings, [model for _group, model in names], limits)
        between = "\n" if columns == 1 else " "
        axes.set_xlabel(f"share $s$ of the gain that a nearest-neighbour{between}gate brings alone")
        legend = _legend(figure, held)
    return OffDataArtists(figure, axes, dots, bars, arrows, legend)


def save(dataset: xr.Dataset, path: str | os.PathLike[str], *, columns: int = 1) -> None:
    """Draw the shares and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset, columns=columns).figure, path)


def _places(groups: list[str]) -> tuple[Array, dict[float, str]]:
    """The height of each row, from the top down, with a line for the name of each group above it."""
    places, headings, at = [], {}, 0.0
    for k, group in enumerate(groups):
        if k == 0 or group != groups[k - 1]:
            headings[at] = group
            at += 1
        places.append(at)
        at += 1
    return np.array(places), headings


def _limits(held: xr.Dataset) -> tuple[float, float]:
    """As far as determined intervals reach, within reason."""
    known = [held[name].where(held["determined"].astype(bool)).to_numpy() for name in ("low", "high")]
    ends = np.concatenate([np.ravel(known), LEAST])
    ends = ends[np.isfinite(ends)]
    return float(np.clip(ends.min() - 0.05, MOST[0], LEAST[0])), float(np.clip(ends.max() + 0.05, LEAST[1], MOST[1]))


def _shares(
    axes: Axes, held: xr.Dataset, places: Array, k: int, limits: tuple[float, float]
) -> tuple[list[Line2D], Line2D, list[Line2D]]:
    """Dots, bars and arrows of one smoothing noise, the k-th."""
    share, low, high = (held[name].to_numpy().astype(float) for name in ("share", "low", "high"))
    sure = held["determined"].to_numpy().astype(bool)
    low, high = (np.where(~sure & np.isnan(end), far, end) for end, far in ((low, -np.inf), (high, np.inf)))
    colour = COLOURS[k % len(COLOURS)]
    ends = np.stack([np.clip(low, *limits), np.clip(high, *limits), np.full(low.shape, np.nan)], axis=1)
    (bars,) = axes.plot(ends.ravel(), np.repeat(places, 3), color=colour, linewidth=0.9, zorder=2)
    arrows = []
    for marker, far, at in (("<", low < limits[0], limits[0]), (">", high > limits[1], limits[1])):
        if far.any():
            looks: dict[str, Any] = {"marker": marker, "markersize": 3.6, "linestyle": "none", "clip_on": False}
            arrows += axes.plot(np.full(far.sum(), at), places[far], color=colour, **looks)
    dots = []
    shown = (share >= limits[0]) & (share <= limits[1])
    for chosen, face in ((shown & sure, colour), (shown & ~sure, "white")):
        if chosen.any():
            looks = {"marker": MARKERS[k % 4], "markersize": 4.0, "linestyle": "none", "markerfacecolor": face}
            dots += axes.plot(share[chosen], places[chosen], color=colour, zorder=4, **looks)
    return dots, bars, arrows


def _frame(
    axes: Axes, places: Array, headings: dict[float, str], models: list[str], limits: tuple[float, float]
) -> None:
    """Rows by name, groups under their headings, and the two ends of what a share can mean."""
    for end in (0.0, 1.0):
        axes.axvline(end, **GUIDE, linestyle="-")
    axes.set_yticks([*places, *headings], [literal(name) for name in (*models, *headings.values())])
    for label, tick in zip(axes.get_yticklabels(), axes.yaxis.get_major_ticks(), strict=True):
        if label.get_position()[1] in headings:
            label.set_fontweight("bold")
            tick.tick1line.set_visible(False)
    axes.set_ylim(float(places[-1]) + 0.6, -0.6)
    axes.set_xlim(*limits)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(figure: Figure, held: xr.Dataset) -> Legend | None:
    """Smoothing noises by marker, and what an open one means where there is one."""
    handles = [
        Line2D([], [], color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % 4], markersize=4.0, linewidth=0.9)
        for k in range(held.sizes["beta"])
    ]
    names = [rf"$\beta={beta:g}$" for beta in held["beta"].to_numpy()]
    if not held["determined"].to_numpy().all():
        handles.append(Line2D([], [], color="0.3", marker="o", markersize=4.0, markerfacecolor="white", linewidth=0.9))
        names.append("undetermined")
    for handle, name in zip(handles, names, strict=True):
        handle.set_label(name)
    return foot(figure, handles)
