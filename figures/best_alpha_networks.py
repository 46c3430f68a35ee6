"""The best training noise of trained networks against the smoothing noise, a panel for each data set.

Architectures differ in marker and in colour and stand side by side at each smoothing noise; the bars, which may have
gaps, are the alphas that cannot be told from the best. Published points and the two ends of the theory are grey.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from figures.curves import COLOURS, GUIDE, GUIDES
from figures.diagram import segments
from figures.legends import foot
from figures.style import blank, check_suffix, literal, styled, write
from theory.arrays import Array

VARIABLES = ("best_alpha", "best")
# Inches of a row of panels, and of what lies below all of them.
PANEL, FOOT = {1: 2.1, 2: 2.4}, 0.5
MARKERS = ("o", "s", "^", "D", "v", "P")
# All architectures of one smoothing noise stand within this share of the distance to the next.
SPREAD = 0.62
ONE_VOTE, RAY = r"one vote, $\alpha=\beta$", r"small noise, $\alpha=c\,\beta$"


@dataclass(frozen=True)
class BestAlphaArtists:
    """What the figure consists of. points, sets: best alphas, and the bars, by (panel, architecture); guides and
    published points by (panel, name)."""

    figure: Figure
    axes: list[Axes]
    points: dict[tuple[int, str], Line2D]
    sets: dict[tuple[int, str], Line2D]
    guides: dict[tuple[int, str], Line2D]
    legend: Legend | None


def draw(datasets: Sequence[xr.Dataset], *, columns: int = 2) -> BestAlphaArtists:
    """Draw one panel for each data set: side by side over two columns of a paper, below each other over one.

    Args:
        datasets: `best_alpha` (model, beta) and `best` (model, alpha, beta), the alphas that cannot be told from the
            best. Where there are published points: `published_beta` and `published_alpha` (published). Attributes, all
            optional: `title`; `ray`, the number c of the small-noise law alpha = c beta.

    Raises:
        ValueError: a variable is missing, or columns is neither 1 nor 2.
    """
    for held in datasets:
        if missing := [name for name in VARIABLES if name not in held]:
            raise ValueError(f"dataset: found no variable {missing[0]!r}, expected best training noises")
    shape = (1, len(datasets)) if columns == 2 else (len(datasets), 1)
    models = list(dict.fromkeys(str(name) for held in datasets for name in held["model"].to_numpy()))
    with styled():
        figure = blank(columns, {wide: shape[0] * height + FOOT for wide, height in PANEL.items()})
        axes = list(figure.subplots(*shape, squeeze=False).flat)
        points: dict[tuple[int, str], Line2D] = {}
        sets: dict[tuple[int, str], Line2D] = {}
        guides: dict[tuple[int, str], Line2D] = {}
        for k, (panel, held) in enumerate(zip(axes, datasets, strict=True)):
            guides |= {(k, name): line for name, line in _guides(panel, held).items()}
            for model in held["model"].to_numpy().astype(str).tolist():
                sets[k, model], points[k, model] = _model(
                    panel, held.sel(model=model), models.index(model), len(models)
                )
            _frame(panel, held, first=k == 0 or columns == 1, last=k == len(axes) - 1 or columns == 2)
        legend = _legend(figure, [*points.items(), *guides.items()], next(iter(sets.values())))
    return BestAlphaArtists(figure, axes, points, sets, guides, legend)


def save(datasets: Sequence[xr.Dataset], path: str | os.PathLike[str], *, columns: int = 2) -> None:
    """Draw the panels and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(datasets, columns=columns).figure, path)


def _guides(axes: Axes, held: xr.Dataset) -> dict[str, Line2D]:
    """What is known without the networks: the two ends of the theory, and published points."""
    reach = np.array([0.0, float(held["beta"].max())])
    guides = {}
    (guides[ONE_VOTE],) = axes.plot(reach, reach, **GUIDE, linestyle=GUIDES[0])
    if "ray" in held.attrs:
        (guides[RAY],) = axes.plot(reach, float(held.attrs["ray"]) * reach, **GUIDE, linestyle=GUIDES[1])
    if "published_beta" in held:
        x, y = (held[f"published_{key}"].to_numpy() for key in ("beta", "alpha"))
        looks: dict[str, Any] = {"marker": "X", "markersize": 5, "markerfacecolor": "0.7", "markeredgecolor": "0.35"}
        (guides["published"],) = axes.plot(x, y, linestyle="none", markeredgewidth=0.5, clip_on=False, **looks)
    return guides


def _model(axes: Axes, held: xr.Dataset, place: int, count: int) -> tuple[Line2D, Line2D]:
    """The bars and the points of the architecture at this place among them all, a little apart from the others."""
    beta, colour = held["beta"].to_numpy(), COLOURS[place % len(COLOURS)]
    shift = SPREAD * _step(beta) * ((place + 0.5) / count - 0.5)
    x, y = segments(held)
    (bars,) = axes.plot(x + shift, y, color=colour, linewidth=0.9, solid_capstyle="butt", zorder=2, clip_on=False)
    looks: dict[str, Any] = {"marker": MARKERS[place % len(MARKERS)], "markersize": 3.4, "markerfacecolor": "white"}
    looks |= {"color": colour, "linestyle": "none", "zorder": 4, "clip_on": False}
    (points,) = axes.plot(beta + shift, held["best_alpha"].to_numpy(), **looks)
    return bars, points


def _step(beta: Array) -> float:
    """The least distance between two smoothing noises."""
    return float(np.diff(np.sort(beta)).min()) if len(beta) > 1 else 1.0


def _frame(axes: Axes, held: xr.Dataset, *, first: bool, last: bool) -> None:
    beta = held["beta"].to_numpy()
    axes.set_title(literal(str(held.attrs.get("title", ""))))
    axes.set_xlim(float(beta.min()) - _step(beta) / 2, float(beta.max()) + _step(beta) / 2)
    axes.set_ylim(0.0, float(held["alpha"].max()))
    axes.spines[["top", "right"]].set_visible(False)
    if last:
        axes.set_xlabel(r"smoothing noise $\beta$")
    if first:
        axes.set_ylabel(r"best $\alpha$")


def _legend(figure: Figure, found: Sequence[tuple[tuple[int, str], Line2D]], bars: Line2D) -> Legend | None:
    """Each name once, whatever the number of panels."""
    handles: dict[str, Artist] = {}
    for (_panel, name), line in found:
        handles.setdefault(name, line)
    handles["not told from the best"] = Line2D([], [], color="black", linewidth=bars.get_linewidth())
    for name, handle in handles.items():
        handle.set_label(name)
    return foot(figure, list(handles.values()))
