"""Phases of high dimension: maps of the risk over both noises, one for each dimension and one for the limit.

The colour is the risk, from light (none) to dark. Dashed lines are the edges of the phases in the limit, which say in
words who is lost; the full line is the best training noise.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text

from figures.cells import edges
from figures.legends import foot
from figures.style import blank, check_suffix, literal, styled, write

VARIABLES = ("risk", "best", "edge")
HEIGHT = {2: 2.5}
COLOURS = "cividis_r"
# Where words stand in the map of the limit, in shares of its axes.
WORDS = {"class 0 lost": (0.68, 0.25), "class 1 lost": (0.3, 0.92), "both\nright": (0.12, 0.34)}
# The best noise is not drawn across jumps of this share of the axis.
JUMP = 0.1
LOOKS: dict[str, dict[str, Any]] = {"edge": {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 0.9}}
LOOKS |= {"best": {"color": "black", "linestyle": "-", "linewidth": 1.4}}
LABELS = {"edge": r"edges of the phases, $d=\infty$", "best": r"best $\alpha$"}


@dataclass(frozen=True)
class DimensionArtists:
    """What the figure consists of, panels in the order of the dimensions. lines: by (panel, "edge" or "best")."""

    figure: Figure
    axes: list[Axes]
    meshes: list[QuadMesh]
    lines: dict[tuple[int, str], list[Line2D]]
    words: list[Text]
    colorbar: Colorbar
    legend: Legend | None


def draw(dataset: xr.Dataset, *, columns: int = 2) -> DimensionArtists:
    """Draw one map for each dimension, side by side over two columns of a paper.

    Args:
        dataset: `risk` (dim, beta, alpha), `best` (dim, beta) and `edge` (side, edge_alpha), as `noisewise figures`
            writes them; the last dimension is infinite.

    Raises:
        ValueError: a variable is missing, or columns is not 2.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected risks in several dimensions")
    if columns not in HEIGHT:
        raise ValueError(f"columns: found {columns!r}, expected 2")
    with styled():
        figure = blank(columns, HEIGHT)
        axes = list(figure.subplots(1, dataset.sizes["dim"], sharey=True, squeeze=False)[0])
        worst = max(float(dataset.attrs["prior"]), 1 - float(dataset.attrs["prior"]))
        meshes: list[QuadMesh] = []
        lines: dict[tuple[int, str], list[Line2D]] = {}
        for k, panel in enumerate(axes):
            held = dataset.isel(dim=k)
            meshes.append(_map(panel, held, worst))
            lines |= {(k, name): drawn for name, drawn in _lines(panel, held).items()}
            _frame(panel, held, k == 0)
        words = [
            axes[-1].text(*at, said, transform=axes[-1].transAxes, ha="center", va="center", fontsize=6.5,
                          color="black" if "right" in said else "white")
            for said, at in WORDS.items()
        ]  # fmt: skip
        figure.suptitle(rf"{literal(str(dataset.attrs['name']))}, prior ${dataset.attrs['prior']:g}$", fontsize=8)
        bar = figure.colorbar(meshes[0], ax=axes, pad=0.01, aspect=20)
        bar.set_label(r"risk $R(\alpha,\beta)$")
        bar.outline.set_linewidth(0.6)
        handles = [lines[0, name][0] for name in LABELS]
        for handle, label in zip(handles, LABELS.values(), strict=True):
            handle.set_label(label)
        legend = foot(figure, handles)
    return DimensionArtists(figure, axes, meshes, lines, words, bar, legend)


def save(dataset: xr.Dataset, path: str | os.PathLike[str], *, columns: int = 2) -> None:
    """Draw the maps and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset, columns=columns).figure, path)


def _map(axes: Axes, held: xr.Dataset, worst: float) -> QuadMesh:
    x, y = (edges(held[key].to_numpy()) for key in ("beta", "alpha"))
    return axes.pcolormesh(
        x, y, held["risk"].transpose("alpha", "beta").to_numpy(), vmin=0.0, vmax=worst, cmap=COLOURS, rasterized=True
    )


def _lines(axes: Axes, held: xr.Dataset) -> dict[str, list[Line2D]]:
    best, span = held["best"].to_numpy(), float(held["alpha"][-1])
    best = np.where(np.abs(np.diff(best, prepend=best[:1])) > JUMP * span, np.nan, best)
    sides = [axes.plot(side.to_numpy(), held["edge_alpha"], **LOOKS["edge"])[0] for side in held["edge"]]
    return {"edge": sides, "best": axes.plot(held["beta"].to_numpy(), best, **LOOKS["best"])}


def _frame(axes: Axes, held: xr.Dataset, first: bool) -> None:
    dim = float(held["dim"])
    axes.set_title(rf"$d = {dim:g}$" if np.isfinite(dim) else r"$d = \infty$")
    axes.set_xlabel(r"smoothing noise $\beta$")
    axes.set_xlim(0.0, float(held["beta"][-1]))
    axes.set_ylim(0.0, float(held["alpha"][-1]))
    if first:
        axes.set_ylabel(r"training noise $\alpha$")
