"""What lies on top of the colours of a phase diagram: sets of cells, curves, Monte Carlo points, words, the legend."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray
from matplotlib import patheffects
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from figures.cells import outline, shape_of
from figures.diagram import MapCells, checks_of, curves_of, word_places
from figures.wording import LABELS
from theory.arrays import Array, Flags

INK = "0.15"
EMPTY = "0.88"
HALO = [patheffects.withStroke(linewidth=2.4, foreground="white")]
# Two thin lines side by side.
CASED = [patheffects.withStroke(linewidth=3.0, foreground="black")]
# In the axes of others the legend hangs this far below them (points): under the tick labels and the axis label.
BELOW = 27.0

SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "constant": ("smoothed classifier constant", {"facecolor": "none", "edgecolor": "0.45", "hatch": "/////"}),
    "undecided": ("undecided", {"facecolor": "none", "edgecolor": INK, "hatch": "xxxxx"}),
    "undefined": ("no exact value", {"facecolor": EMPTY, "edgecolor": EMPTY}),
    "proved": ("proved inside", {"facecolor": "none", "edgecolor": INK, "linestyle": (0, (4, 1.2, 1, 1.2))}),
}
CURVES: dict[str, tuple[str, dict[str, Any]]] = {
    "zero": ("gain = 0 (exact)", {"color": "black", "linestyle": "-", "linewidth": 1.4, "path_effects": HALO}),
    "jump": ("gain jumps across 0", {"color": "white", "linestyle": "-", "linewidth": 1.2, "path_effects": CASED}),
    "best": (r"best $\alpha$", {"color": "black", "linestyle": (0, (1, 1)), "linewidth": 1.6, "path_effects": HALO}),
    "least": (
        r"best $\alpha$",
        {"marker": "o", "markersize": 3.6, "markerfacecolor": "black", "markeredgecolor": "white"}
        | {"linestyle": "none", "clip_on": False, "zorder": 3.2},
    ),
    "alike": (
        "not told from the best",
        {"color": "black", "linestyle": "-", "linewidth": 0.9, "path_effects": HALO}
        | {"solid_capstyle": "butt", "zorder": 3.1},
    ),
    "bridge": (
        "bridge identity",
        {"color": "black", "linestyle": (0, (5, 1.5)), "linewidth": 1.4, "path_effects": HALO},
    ),
    "window": (
        "ends of the window (law)",
        {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.0, "path_effects": HALO},
    ),
}
CHECKS: dict[str, tuple[str, dict[str, Any]]] = {
    "agree": ("Monte Carlo agrees", {"marker": "o", "markersize": 3.2, "markerfacecolor": "white"}),
    "disagree": ("Monte Carlo disagrees", {"marker": "X", "markersize": 6.0, "markerfacecolor": "#FFD400"}),
}


def draw_sets(axes: Axes, sets: dict[str, Flags], x: Array, y: Array) -> dict[str, PathPatch]:
    """Hatch or outline the sets that are not empty; x and y are edges of cells."""
    patches = {}
    for name, (text, looks) in SETS.items():
        if not sets[name].any():
            continue
        border = outline(sets[name], x, y)
        if name == "proved":
            patch = PathPatch(border, label=text, linewidth=0.9, zorder=3.5, **looks)
        else:
            patch = PathPatch(shape_of(sets[name], x, y), label=text, linewidth=0.0, zorder=1, **looks)
            if np.size(border.vertices):
                axes.add_patch(PathPatch(border, facecolor="none", edgecolor="0.3", linewidth=0.5, zorder=1.5))
        axes.add_patch(patch)
        patches[name] = patch
    return patches


def draw_curves(axes: Axes, dataset: xarray.Dataset) -> dict[str, Line2D]:
    """The exact curve gain = 0 and its jumps, the curve of least risk, and what laws predict of them; measured best
    alphas, and the alphas that cannot be told from them."""
    curves = {}
    for name, at in curves_of(dataset).items():
        text, looks = CURVES[name]
        (curves[name],) = axes.plot(*at, label=text, **{"zorder": 3, **looks})
    return curves


def draw_checks(axes: Axes, dataset: xarray.Dataset) -> dict[str, Line2D]:
    """Monte Carlo points: a circle where both sides agree, a larger cross where they do not."""
    drawn = {}
    for name, at in checks_of(dataset).items():
        text, looks = CHECKS[name]
        (drawn[name],) = axes.plot(
            *at,
            linestyle="none",
            markeredgecolor="black",
            markeredgewidth=0.7,
            label=text,
            zorder=4 if name == "agree" else 5,
            clip_on=False,
            **looks,
        )
    return drawn


def write_words(axes: Axes, held: MapCells, sets: dict[str, Flags], lines: list[Line2D]) -> list[Text]:
    """ "helps" and "hurts" in every part of the map with room for the word, clear of curves and points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    box, inches = axes.get_position(), figure.get_size_inches()
    size = (72 * inches[1] * box.height, 72 * inches[0] * box.width)
    taken = [(np.asarray(x, float), np.asarray(y, float)) for x, y in (line.get_data() for line in lines)]
    looks: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 6, "path_effects": HALO}
    return [
        axes.text(x, y, LABELS[name], style="normal" if name == "help" else "italic", **looks)
        for x, y, name in word_places(held, sets, size, taken)
    ]


def draw_legend(
    axes: Axes, regions: dict[str, PathPatch], curves: dict[str, Line2D], checks: dict[str, Line2D], own: bool
) -> Legend | None:
    """Below the data, at the foot of the figure where it is our `own`; None where there is nothing to explain."""
    handles: list[Artist] = [*curves.values(), *checks.values()]
    for name in regions:
        text, looks = SETS[name]
        face = {**looks, "facecolor": EMPTY} if name == "constant" else looks
        handles.append(Patch(label=text, linewidth=0.9 if name == "proved" else 0.5, **face))
    if not handles:
        return None
    figure = axes.get_figure(root=True)
    assert figure is not None
    if own:
        narrow = figure.get_size_inches()[0] < 5
        columns = 2 if narrow else 3 if len(handles) in (5, 6) else 4
        return figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    hanging = axes.transAxes + ScaledTranslation(0, -BELOW / 72, figure.dpi_scale_trans)
    return axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=hanging,
        ncols=min(len(handles), 2),
    )
