"""Random discs: the mean gain of training noise for the smoothed classifier, by the gap that discs keep.

One panel for each smoothing noise, one line for each gap, with simultaneous confidence bands over the training noises.
The strips below show in how many draws a smoothed classifier, the one without training noise included, is nearly
constant: where most are, lines say little and are dotted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from numpy.typing import NDArray

from figures.cells import shape_of
from figures.disc_statistics import paired_bands
from figures.legends import foot
from figures.style import blank, check_suffix, given, styled, write

# Heights in inches of the panels, and of one row of the strip.
PANEL, ROW, REST = 2.0, 0.11, 0.95
# Where more than this share of the draws is nearly constant, lines are dotted and the strip is hatched.
MOSTLY = 0.5
LINES: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "marker": "o"},
    {"color": "#D55E00", "marker": "s"},
    {"color": "#009E73", "marker": "^"},
    {"color": "#7B3F8C", "marker": "D"},
)
HATCH: dict[str, Any] = {"facecolor": "none", "edgecolor": "white", "hatch": "//////"}


@dataclass(frozen=True)
class DiscArtists:
    """What the figure consists of, panels by smoothing noise (first index), lines by gap (second)."""

    figure: Figure
    axes: list[Axes]
    strips: list[Axes]
    lines: dict[tuple[int, int], Line2D]
    bands: dict[tuple[int, int], PolyCollection]
    shares: list[QuadMesh]
    legend: Legend | None


def draw(dataset: xr.Dataset, axes: NDArray[Any] | None = None) -> DiscArtists:
    """Draw a study of discs, as far as it is computed.

    Args:
        dataset: `risk` and `constant` over gap, draw, alpha and beta. Gaps without two complete draws are left out.
        axes: an array (2, betas) of axes to draw in; a new figure with a legend is made where this is None.

    Raises:
        ValueError: no gap has two complete draws, there is no alpha = 0, there are more gaps than line styles, or axes
            have another shape.
    """
    held = paired_bands(dataset).sortby(["gap", "alpha"])
    if held.sizes["gap"] > len(LINES):
        raise ValueError(f"dataset: found {held.sizes['gap']} gaps, expected at most {len(LINES)}")
    # The style of a gap stays when others are computed later.
    held = held.assign_coords(style=("gap", np.arange(held.sizes["gap"]))).sel(gap=held["draws"] > 1)
    if not held.sizes["gap"]:
        raise ValueError("dataset: found no gap with two complete draws")
    betas = held["beta"].to_numpy()
    with styled():
        strip = ROW * (held.sizes["gap"] + 0.5)
        if axes is None:
            figure = blank(2, {2: PANEL + strip + REST})
            grid = figure.subplots(2, len(betas), sharex=True, squeeze=False, height_ratios=[PANEL, strip])
        else:
            grid = given(axes, (2, len(betas)))
        lines: dict[tuple[int, int], Line2D] = {}
        bands: dict[tuple[int, int], PolyCollection] = {}
        shares = []
        for k, beta in enumerate(betas):
            _curves(grid[0, k], held.sel(beta=beta), k, lines, bands)
            shares.append(_strip(grid[1, k], held.sel(beta=beta), k == 0))
        _frame(grid, held)
        legend = _legend(figure, held) if axes is None else None
    return DiscArtists(grid[0, 0].get_figure(root=True), list(grid[0]), list(grid[1]), lines, bands, shares, legend)


def save(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the study and write it as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset).figure, path)


def _curves(
    axes: Axes,
    held: xr.Dataset,
    panel: int,
    lines: dict[tuple[int, int], Line2D],
    bands: dict[tuple[int, int], PolyCollection],
) -> None:
    """Means with their bands; dotted and without markers where most smoothed classifiers are nearly constant."""
    alpha = held["alpha"].to_numpy()
    axes.axhline(0.0, color="black", linewidth=0.6, zorder=1)
    for k in range(held.sizes["gap"]):
        mean, half, constant = (held[name][k].to_numpy() for name in ("mean", "half_width", "constant"))
        trivial = constant > MOSTLY
        looks = LINES[int(held["style"][k])]
        bands[panel, k] = axes.fill_between(
            alpha, mean - half, mean + half, color=looks["color"], alpha=0.22, linewidth=0.0
        )
        (lines[panel, k],) = axes.plot(alpha, np.where(trivial, np.nan, mean), markersize=2.4, zorder=3, **looks)
        # The dotted part begins where the other ends.
        joined = trivial | np.append(trivial[1:], False) | np.append(False, trivial[:-1])
        axes.plot(alpha, np.where(joined, mean, np.nan), linestyle=":", color=looks["color"], linewidth=1.0, zorder=2)


def _strip(axes: Axes, held: xr.Dataset, first: bool) -> QuadMesh:
    """A row for each gap: the share of draws with a nearly constant classifier, and the risk without training noise."""
    alpha, count = held["alpha"].to_numpy(), held.sizes["gap"]
    middles = 0.5 * (alpha[1:] + alpha[:-1])
    across = np.concatenate([[1.5 * alpha[0] - 0.5 * alpha[1]], middles, [1.5 * alpha[-1] - 0.5 * alpha[-2]]])
    along = np.arange(count + 1.0)
    share = held["constant"].transpose("gap", "alpha").to_numpy()
    mesh = axes.pcolormesh(across, along, share, cmap="Greys", norm=Normalize(0, 1), rasterized=True)
    if (share > MOSTLY).any():
        axes.add_patch(PathPatch(shape_of(share > MOSTLY, across, along), linewidth=0.0, **HATCH))
    axes.set_ylim(count, 0)
    axes.set_yticks(along[:-1] + 0.5, [rf"$\zeta = {gap:g}$" for gap in held["gap"].to_numpy()] if first else [])
    axes.tick_params(axis="y", length=0, labelsize=6.5, pad=2)
    for row, value in enumerate(held["baseline"].to_numpy()):
        axes.annotate(
            f"{value:.3f}",
            (1, row + 0.5),
            (3, 0),
            ("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=6.5,
        )
    return mesh


def _frame(grid: np.ndarray, held: xr.Dataset) -> None:
    alpha = held["alpha"].to_numpy()
    for k, (panel, strip) in enumerate(grid.T):
        panel.set_title(rf"smoothing noise $\beta = {float(held['beta'][k]):g}$")
        panel.set_xlim(1.5 * alpha[0] - 0.5 * alpha[1], 1.5 * alpha[-1] - 0.5 * alpha[-2])
        panel.margins(y=0.08)
        panel.tick_params(labelbottom=False)
        strip.set_xlabel(r"training noise $\alpha$")
        strip.set_title("share with $g$ nearly constant", loc="left", fontsize=6.5, pad=2.5)
        beside = {"textcoords": "offset points", "va": "bottom", "fontsize": 6.5}
        strip.annotate(r"$R(0,\beta)$", (1, 1), (3, 2.5), "axes fraction", **beside)
        panel.annotate("below 0: training noise hurts", (0, 0), (4, 3), "axes fraction", **beside)
    grid[0, 0].set_ylabel(r"mean gain  $R(0,\beta)-R(\alpha,\beta)$")


def _legend(figure: Figure, held: xr.Dataset) -> Legend | None:
    handles: list[Any] = []
    for k, (gap, draws) in enumerate(zip(held["gap"].to_numpy(), held["draws"].to_numpy(), strict=True)):
        handles.append(
            Line2D(
                [], [], markersize=2.4, label=rf"gap $\zeta = {gap:g}$ ({draws} draws)", **LINES[int(held["style"][k])]
            )
        )
    handles += [
        Patch(facecolor="0.7", linewidth=0.0, label="simultaneous 95 % band"),
        Patch(facecolor="0.0", linewidth=0.0, label="$g$ nearly constant in all draws"),
        Patch(linewidth=0.0, label="in more than half (line dotted)", **(HATCH | {"facecolor": "0.45"})),
    ]
    return foot(figure, handles)
