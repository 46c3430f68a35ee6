"""What lies on top of the colours of a phase diagram: sets of cells, curves, Monte Carlo points, words, the legend."""

from __future__ import annotations

from dataclasses import dataclass
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
from numpy.typing import NDArray
from scipy import ndimage

from figures.cells import edges, nearest, outline, roomiest, shape_of
from theory.arrays import Array, Flags

INK = "0.15"
EMPTY = "0.88"
HALO = [patheffects.withStroke(linewidth=2.4, foreground="white")]
# Two thin lines side by side.
CASED = [patheffects.withStroke(linewidth=3.0, foreground="black")]
# A word needs this much room around its middle (points), and its set this share of the map.
ROOM, SHARE = 15.0, 0.02
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


@dataclass(frozen=True)
class MapCells:
    """The part of a dataset that lies on the grid, rows along y."""

    x_key: str
    y_key: str
    x: Array
    y: Array
    gain: Array
    label: NDArray[np.str_]


def sets_of(label: NDArray[np.str_], gain: Array) -> dict[str, Flags]:
    """Sets of cells by name, and "help" and "hurt": what the labels say, whatever their grade."""
    defined = np.isfinite(gain)
    constant = (label == "constant") & defined
    undecided = (label == "undecided") & defined
    sets = {"constant": constant, "undecided": undecided, "undefined": ~defined}
    sets["proved"] = np.char.startswith(label, "proved-")
    for word in ("help", "hurt"):
        sets[word] = np.char.endswith(label, f"-{word}") & defined
    return sets


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
    at: tuple[Array, Array] | None
    for name, (text, looks) in CURVES.items():
        match name:
            case "zero" | "jump":
                at = _signs(dataset, jump=name == "jump")
            case "least":
                at = (dataset["beta"].to_numpy(), dataset["best_alpha"].to_numpy()) if "best_alpha" in dataset else None
            case "alike":
                at = segments(dataset) if "best" in dataset else None
            case _:
                at = _points(dataset, name)
        if at is not None:
            (curves[name],) = axes.plot(*at, label=text, **{"zorder": 3, **looks})
    return curves


def segments(dataset: xarray.Dataset) -> tuple[Array, Array]:
    """The set `best` (alpha, beta) as upright lines over each beta, one through each cell, NaN between them."""
    held = dataset["best"].sortby(["alpha", "beta"]).transpose("beta", "alpha")
    column, row = np.nonzero(held.to_numpy())
    ends, x = edges(held["alpha"].to_numpy()), held["beta"].to_numpy()[column]
    nothing = np.full(len(row), np.nan)
    return np.stack([x, x, nothing], 1).ravel(), np.stack([ends[row], ends[row + 1], nothing], 1).ravel()


def _signs(dataset: xarray.Dataset, *, jump: bool) -> tuple[Array, Array] | None:
    """The pieces on which the gain changes sign by a jump, or those on which it does not; None where there are none."""
    at = _points(dataset, "zero_gain")
    if at is None:
        return None
    marked = dataset["zero_gain_jump"].to_numpy() == 1 if "zero_gain_jump" in dataset else np.zeros(len(at[0]), bool)
    x = np.where(marked == jump, at[0], np.nan)
    return (x, at[1]) if np.isfinite(x).any() else None


def draw_checks(axes: Axes, dataset: xarray.Dataset) -> dict[str, Line2D]:
    """Monte Carlo points: a circle where both sides agree, a larger cross where they do not."""
    at = _points(dataset, "check")
    if at is None or "check_agrees" not in dataset:
        return {}
    agrees = dataset["check_agrees"].to_numpy().astype(bool)
    points = {}
    for name, (text, looks) in CHECKS.items():
        chosen = agrees if name == "agree" else ~agrees
        if chosen.any():
            (points[name],) = axes.plot(
                at[0][chosen],
                at[1][chosen],
                linestyle="none",
                markeredgecolor="black",
                markeredgewidth=0.7,
                label=text,
                zorder=4 if name == "agree" else 5,
                clip_on=False,
                **looks,
            )
    return points


def _points(dataset: xarray.Dataset, stem: str) -> tuple[Array, Array] | None:
    """The variables `stem`_x and `stem`_y, None where there are none or no finite point in them."""
    if f"{stem}_x" not in dataset or f"{stem}_y" not in dataset:
        return None
    x, y = (dataset[f"{stem}_{axis}"].to_numpy().astype(float) for axis in "xy")
    return (x, y) if (np.isfinite(x) & np.isfinite(y)).any() else None


def write_words(axes: Axes, held: MapCells, sets: dict[str, Flags], lines: list[Line2D]) -> list[Text]:
    """ "helps" and "hurts" in every part of the map with room for the word, clear of curves and points."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    box, inches = axes.get_position(), figure.get_size_inches()
    size = (72 * inches[1] * box.height, 72 * inches[0] * box.width)
    free = np.ones(held.gain.shape, bool)
    for line in lines:
        x, y = (np.asarray(v, float) for v in line.get_data())
        inside = np.isfinite(x) & np.isfinite(y)
        free[nearest(held.y, y[inside]), nearest(held.x, x[inside])] = False
    words = []
    for name in ("help", "hurt"):
        parts, count = ndimage.label(sets[name])
        for part in range(1, count + 1):
            cells = parts == part
            place = roomiest(cells & free, size, ROOM) if cells.mean() >= SHARE else None
            if place is not None:
                at = held.x[place[1]], held.y[place[0]]
                style = "normal" if name == "help" else "italic"
                words.append(
                    axes.text(*at, f"{name}s", ha="center", va="center", style=style, zorder=6, path_effects=HALO)
                )
    return words


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
