"""What lies on top of the colours of a phase diagram: sets of cells, curves, Monte Carlo points, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray
from matplotlib import rcParams, rcParamsDefault
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from figures.cells import outline, shape_of
from figures.diagram import CURVES, MapCells, checks_of, curves_of, word_places
from figures.look import HATCHED
from figures.style import points
from figures.wording import LABELS
from theory.arrays import Flags

INK = "0.15"
EMPTY = "0.88"
# Lengths here are in points where text has the project's size. "cased" is a wider line below another: width and colour.
HALO = (2.4, "white")
# Two thin lines side by side.
CASED = (3.0, "black")

SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "constant": ("smoothed classifier constant", {"facecolor": "none", "edgecolor": "0.45"}),
    "undecided": ("undecided", {"facecolor": "none", "edgecolor": INK}),
    "undefined": ("no exact value", {"facecolor": EMPTY, "edgecolor": EMPTY}),
    "proved": ("proved inside", {"facecolor": "none", "edgecolor": INK, "linestyle": (0, (4, 1.2, 1, 1.2))}),
}
LINES: dict[str, tuple[str, dict[str, Any]]] = {
    "zero": ("gain = 0 (exact)", {"color": "black", "linestyle": "-", "linewidth": 1.4, "cased": HALO}),
    "jump": ("gain jumps across 0", {"color": "white", "linestyle": "-", "linewidth": 1.2, "cased": CASED}),
    "best": (r"best $\alpha$", {"color": "black", "linestyle": (0, (1, 1)), "linewidth": 1.6, "cased": HALO}),
    "least": (
        r"best $\alpha$",
        {"marker": "o", "markersize": 3.6, "markerfacecolor": "black", "markeredgecolor": "white"}
        | {"linestyle": "none", "clip_on": False, "zorder": 3.2},
    ),
    "alike": (
        "not told from the best",
        {"color": "black", "linestyle": "-", "linewidth": 0.9, "cased": HALO, "solid_capstyle": "butt", "zorder": 3.1},
    ),
    "bridge": ("bridge identity", {"color": "black", "linestyle": (0, (5, 1.5)), "linewidth": 1.4, "cased": HALO}),
    "window": (
        "ends of the window (law)",
        {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.0, "cased": HALO},
    ),
}
CHECKS: dict[str, tuple[str, dict[str, Any]]] = {
    "agree": ("Monte Carlo agrees", {"marker": "o", "markersize": 3.2, "markerfacecolor": "white"}),
    "disagree": ("Monte Carlo disagrees", {"marker": "X", "markersize": 6.0, "markerfacecolor": "#FFD400"}),
}


def sized(looks: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of Matplotlib for looks in points of the project's size."""
    found = dict(looks)
    for key in ("linewidth", "markersize", "markeredgewidth"):
        if key in found:
            found[key] = points(found[key])
    if "cased" in found:
        width, colour = found.pop("cased")
        found["path_effects"] = [withStroke(linewidth=points(width), foreground=colour)]
    return found


def hatch_width() -> float:
    """The width of hatching: that of the settings where it is set, else in proportion to text."""
    asked = float(rcParams["hatch.linewidth"])
    return points(0.4) if asked == rcParamsDefault["hatch.linewidth"] else asked


def draw_sets(
    axes: Axes, sets: dict[str, Flags], held: MapCells, patterns: Mapping[str, str] = HATCHED
) -> dict[str, PathPatch]:
    """Hatch or outline the sets that are not empty. patterns: of hatching, by name."""
    patches = {}
    x, y = held.edges
    for name, (text, looks) in SETS.items():
        if not sets[name].any():
            continue
        border = outline(sets[name], x, y)
        if name == "proved":
            patch = PathPatch(border, label=text, linewidth=points(0.9), zorder=3.5, **looks)
        else:
            whole = shape_of(sets[name], x, y)
            patch = PathPatch(whole, label=text, linewidth=0.0, zorder=1, hatch=patterns.get(name), **looks)
            patch.set_hatch_linewidth(hatch_width())
            if np.size(border.vertices):
                edge = {"facecolor": "none", "edgecolor": "0.3", "linewidth": points(0.5)}
                axes.add_patch(PathPatch(border, zorder=1.5, **edge))
        axes.add_patch(patch)
        patches[name] = patch
    return patches


def draw_curves(axes: Axes, dataset: xarray.Dataset, names: Sequence[str] = CURVES) -> dict[str, Line2D]:
    """The exact curve gain = 0 and its jumps, the curve of least risk, and what laws predict of them; measured best
    alphas, and the alphas that cannot be told from them."""
    curves = {}
    for name, at in curves_of(dataset).items():
        if name in names:
            text, looks = LINES[name]
            (curves[name],) = axes.plot(*at, label=text, **{"zorder": 3, **sized(looks)})
    return curves


def draw_checks(axes: Axes, dataset: xarray.Dataset) -> dict[str, Line2D]:
    """Monte Carlo points: a circle where both sides agree, a larger cross where they do not."""
    drawn = {}
    for name, at in checks_of(dataset).items():
        text, looks = CHECKS[name]
        edge = {"linestyle": "none", "markeredgecolor": "black", "markeredgewidth": 0.7, "clip_on": False}
        (drawn[name],) = axes.plot(*at, label=text, zorder=4 if name == "agree" else 5, **sized(edge | looks))
    return drawn


def write_words(axes: Axes, held: MapCells, sets: dict[str, Flags], lines: list[Line2D]) -> list[Text]:
    """ "helps" and "hurts" in every part of the map with room for the word, clear of curves and points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    box, inches = axes.get_position(), figure.get_size_inches()
    letters = points(1.0)
    size = (72 * inches[1] * box.height / letters, 72 * inches[0] * box.width / letters)
    taken = [(np.asarray(x, float), np.asarray(y, float)) for x, y in (line.get_data() for line in lines)]
    looks: dict[str, Any] = sized({"ha": "center", "va": "center", "zorder": 6, "cased": HALO})
    return [
        axes.text(x, y, LABELS[name], style="normal" if name == "help" else "italic", **looks)
        for x, y, name in word_places(held, sets, size, taken)
    ]


def legend_handles(regions: dict[str, PathPatch], curves: dict[str, Line2D], checks: dict[str, Line2D]) -> list[Artist]:
    """What a legend explains, in its order; one entry for each text."""
    handles: list[Any] = [*curves.values(), *checks.values()]
    for name, patch in regions.items():
        text, looks = SETS[name]
        face = {**looks, "facecolor": EMPTY} if name == "constant" else looks
        width = points(0.9 if name == "proved" else 0.5)
        handles.append(Patch(label=text, linewidth=width, hatch=patch.get_hatch(), **face))
        handles[-1].set_hatch_linewidth(patch.get_hatch_linewidth())
    return handles
