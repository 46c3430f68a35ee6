"""Discs at one density and growing gaps: maps of the mean gain over the gap and a noise.

The colour is the mean over placements of R(0, beta) - R(alpha, beta), on a diverging scale about 0. Cells whose mean is
not significantly different from 0, simultaneously over the map, are hatched; where most smoothed classifiers are nearly
constant there is no colour.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Patch, PathPatch

from figures.cells import edges, outline, shape_of
from figures.disc_statistics import paired_bands
from figures.legends import foot
from figures.style import blank, check_suffix, given, styled, write

HEIGHT = {1: 3.0, 2: 3.3}
MOSTLY = 0.5
EMPTY = "0.88"
SETS: dict[str, tuple[str, dict[str, Any]]] = {
    "constant": ("$g$ nearly constant in most draws", {"facecolor": EMPTY, "edgecolor": "0.45", "hatch": "/////"}),
    "open": (
        "mean gain not significant (simultaneous 95 %)",
        {"facecolor": "none", "edgecolor": "0.2", "hatch": "...."},
    ),
}
NAMES = {"alpha": r"training noise $\alpha$", "beta": r"smoothing noise $\beta$"}


@dataclass(frozen=True)
class InterferenceArtists:
    """What the figure consists of, panels in the order of the datasets. regions: by (panel, "constant" or "open")."""

    figure: Figure
    axes: list[Axes]
    meshes: list[QuadMesh]
    regions: dict[tuple[int, str], PathPatch]
    colorbar: Colorbar
    legend: Legend | None


def draw(datasets: Sequence[xr.Dataset], axes: Sequence[Axes] | None = None) -> InterferenceArtists:
    """Draw one map for each study; each must have several values of alpha > 0 or of beta, and one of the other.

    Args:
        datasets: studies as `noisewise figures` writes them.
        axes: as many as there are studies; a new figure with a legend is made where this is None.

    Raises:
        ValueError: there is no study, one has fewer than two complete draws at every gap, no alpha = 0, or varies both
            noises, or there are more or fewer axes.
    """
    maps = [map_of(dataset) for dataset in datasets]
    if not maps:
        raise ValueError("datasets: found none, expected at least one study")
    colours = [np.abs(gain[~constant]) for _held, _key, gain, constant in maps]
    limit = max((float(np.nanmax(c)) for c in colours if np.isfinite(c).any()), default=0.0) or 1.0
    with styled():
        own = axes is None
        if axes is None:
            axes = blank(min(len(maps), 2), HEIGHT).subplots(1, len(maps), squeeze=False)[0]
        axes = list(given(axes, (len(maps),)))
        figure = axes[0].get_figure(root=True)
        assert figure is not None
        regions: dict[tuple[int, str], PathPatch] = {}
        meshes = []
        for k, (held, key, gain, constant) in enumerate(maps):
            x, y = edges(held["gap"].to_numpy()), edges(held[key].to_numpy())
            shown = np.ma.masked_array(gain, constant | np.isnan(gain))
            mesh = axes[k].pcolormesh(x, y, shown, norm=Normalize(-limit, limit), cmap="RdBu", rasterized=True)
            meshes.append(mesh)
            sets = {"constant": constant, "open": (held["sign"].to_numpy() == 0) & ~constant & np.isfinite(gain)}
            regions |= {(k, name): patch for name, patch in _sets(axes[k], sets, x, y).items()}
            _frame(axes[k], held, key)
        bar = figure.colorbar(meshes[0], ax=axes, pad=0.02, aspect=22)
        bar.set_label(r"mean gain  $R(0,\beta)-R(\alpha,\beta)$")
        bar.outline.set_linewidth(0.6)
        found = [name for name in SETS if any(held == name for _k, held in regions)]
        handles = [Patch(label=SETS[name][0], linewidth=0.0, **SETS[name][1]) for name in found]
        legend = None
        if own and found:
            legend = foot(figure, handles)
    return InterferenceArtists(figure, axes, meshes, regions, bar, legend)


def save(datasets: Sequence[xr.Dataset], path: str | os.PathLike[str]) -> None:
    """Draw the maps and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(datasets).figure, path)


def map_of(dataset: xr.Dataset) -> tuple[xr.Dataset, str, np.ndarray, np.ndarray]:
    """The bands over (noise, gap), which noise varies, the mean gain, and where most classifiers are constant; up to
    the last noise at which they are not at every gap."""
    held = paired_bands(dataset, ("gap", "alpha", "beta"))
    held = held.sel(alpha=held["alpha"] > 0)
    if not (held["draws"] > 1).any():
        raise ValueError("dataset: found no gap with two complete draws")
    several = [key for key in NAMES if held.sizes[key] > 1]
    if len(several) > 1:
        raise ValueError("dataset: found several values of alpha > 0 and of beta, expected one of either")
    key = several[0] if several else "alpha"
    other = "beta" if key == "alpha" else "alpha"
    held = held.sortby(["gap", key]).squeeze(other).transpose(key, "gap", ...)
    told = (held["constant"] <= MOSTLY).any("gap").to_numpy()
    held = held.isel({key: slice(0, int(np.flatnonzero(told).max(initial=0)) + 1)})
    return held, key, held["mean"].to_numpy(), held["constant"].to_numpy() > MOSTLY


def _sets(axes: Axes, sets: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> dict[str, PathPatch]:
    patches = {}
    axes.set_facecolor(EMPTY)
    for name, cells in sets.items():
        if not cells.any():
            continue
        patches[name] = PathPatch(shape_of(cells, x, y), linewidth=0.0, zorder=1, **SETS[name][1])
        axes.add_patch(patches[name])
        border = outline(cells, x, y)
        if name == "constant" and np.size(border.vertices):
            axes.add_patch(PathPatch(border, facecolor="none", edgecolor="0.3", linewidth=0.7, zorder=1.5))
    return patches


def _frame(axes: Axes, held: xr.Dataset, key: str) -> None:
    """Labels, and in the title what is held and how many draws there are."""
    axes.set_xlabel(r"gap $\zeta$")
    axes.set_ylabel(NAMES[key])
    fixed = rf"\beta = {float(held['beta']):g}" if key == "alpha" else rf"\alpha = {float(held['alpha']):g}"
    draws = held["draws"].to_numpy()
    many = f"{draws.min()}" if draws.min() == draws.max() else f"{draws.min()} to {draws.max()}"
    count = f"{held.attrs['count']} discs, " if "count" in held.attrs else ""
    axes.set_title(rf"${fixed}$: {count}{many} draws")
