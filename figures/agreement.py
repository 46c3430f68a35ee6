"""Theory against simulation: z-scores of the counted failures over a map, and against normal quantiles.

Blue cells failed less often in the simulation than theory says, orange ones more often. Where both are right, z is
standard normal in every cell; where cells share their draws neighbours are alike, and the band of the quantile plot is
one that holds under any dependence. Disagreements are marked by shapes, whatever the colour.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from figures import wording
from figures.cells import edges
from figures.legends import foot
from figures.order_statistics import any_band, expected, independent_band
from figures.style import blank, check_suffix, given, styled, write
from theory.arrays import Array

HEIGHT = {2: 2.9}
# The colours reach to this |z| at least and at most: less is noise, more is told from the marks.
LEAST, MOST = 3.0, 6.0
COLOURS = LinearSegmentedColormap.from_list("scores", ["#0072B2", "white", "#D55E00"])
EMPTY = "0.88"
RISKS = {"clean": ("clean risk", "gain"), "certified": ("certified risk", "certified_gain")}
POINTS: dict[str, dict[str, Any]] = {
    "clean": {"marker": "o", "markersize": 2.8, "color": "black", "markerfacecolor": "white"},
    "certified": {"marker": "^", "markersize": 3.0, "color": "black", "markerfacecolor": "0.55"},
}
MARKS: dict[str, tuple[str, dict[str, Any]]] = {
    "risk": ("risks disagree", {"marker": "X", "markersize": 6.0, "markerfacecolor": "#FFD400"}),
    "gain": ("gains disagree", {"marker": "d", "markersize": 4.0, "markerfacecolor": "black"}),
}
BAND: dict[str, Any] = {"facecolor": "#D3E6F2", "edgecolor": "#0072B2", "linewidth": 0.5}
BANDS = {
    True: (independent_band, "holds all points of 95 in 100 maps, each cell with draws of its own"),
    False: (any_band, "holds all points of 95 in 100 maps at least, however cells share draws"),
}


@dataclass(frozen=True)
class AgreementArtists:
    """What the figure consists of, maps in the order clean, certified.

    points: scores by risk against normal quantiles. marks: disagreeing cells by (risk, "risk" or "gain"). band:
    simultaneous for all points of one risk, None where there are no scores.
    """

    figure: Figure
    maps: dict[str, Axes]
    meshes: dict[str, QuadMesh]
    colorbar: Colorbar
    marks: dict[tuple[str, str], Line2D]
    quantiles: Axes
    points: dict[str, Line2D]
    band: PolyCollection | None
    legend: Legend | None


def draw(dataset: xr.Dataset, axes: Sequence[Axes] | None = None) -> AgreementArtists:
    """Draw a comparison of theory and simulation over a plane of two keys, over two columns of a paper.

    Args:
        dataset: `z` and `disagrees` over (quantity, y, x), as `noisewise check` writes them.
        axes: one for each risk and one for the quantiles; a new figure with a legend is made where this is None.

    Raises:
        ValueError: a variable is missing, no risk is among the quantities, or there are more or fewer axes.
    """
    for name in ("z", "disagrees"):
        if name not in dataset or "quantity" not in dataset[name].dims or dataset[name].ndim != 3:
            raise ValueError(f"dataset: found no variable {name!r} over quantity, y, x, expected that of a check")
    risks = [name for name in RISKS if name in dataset["quantity"]]
    if not risks:
        raise ValueError("dataset: found no risk among the quantities, expected clean or certified")
    with styled():
        own = axes is None
        if axes is None:
            axes = blank(2, HEIGHT).subplots(1, len(risks) + 1, squeeze=False)[0]
        panels = list(given(axes, (len(risks) + 1,)))
        figure = panels[0].get_figure(root=True)
        assert figure is not None
        maps = dict(zip(risks, panels, strict=False))
        limit = _limit(dataset, risks)
        meshes = {name: _map(panel, dataset, name, limit) for name, panel in maps.items()}
        marks = {key: line for name, panel in maps.items() for key, line in _marks(panel, dataset, name).items()}
        for panel in panels[1 : len(risks)]:
            panel.set_ylabel("")
            panel.tick_params(labelleft=False)
        bar = _bar(figure, panels[: len(risks)], dataset, meshes[risks[0]])
        points, band = _quantiles(panels[-1], dataset, risks)
        legend = _legend(figure, marks, meshes, points, _independent(dataset)) if own else None
    return AgreementArtists(figure, maps, meshes, bar, marks, panels[-1], points, band, legend)


def save(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the comparison and write it as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset).figure, path)


def _keys(dataset: xr.Dataset) -> tuple[str, str]:
    """The keys along x and y."""
    dims = [str(dim) for dim in dataset["z"].dims if dim != "quantity"]
    return str(dataset.attrs.get("x_key", dims[1])), str(dataset.attrs.get("y_key", dims[0]))


def _on_map(dataset: xr.Dataset, variable: str, quantity: str) -> Array:
    """The values of one quantity, rows along y."""
    x, y = _keys(dataset)
    return dataset[variable].sel(quantity=quantity).sortby([x, y]).transpose(y, x).to_numpy().astype(float)


def _limit(dataset: xr.Dataset, risks: list[str]) -> float:
    """The |z| to which the colours reach."""
    z = dataset["z"].sel(quantity=risks).to_numpy()
    return float(np.clip(np.abs(z[np.isfinite(z)]).max(initial=0.0), LEAST, MOST))


def _map(axes: Axes, dataset: xr.Dataset, risk: str, limit: float) -> QuadMesh:
    """The scores of a risk as colours, none where there is none."""
    x, y = _keys(dataset)
    across, along = (edges(np.sort(dataset[key].to_numpy().astype(float))) for key in (x, y))
    shown = np.ma.masked_invalid(_on_map(dataset, "z", risk))
    mesh = axes.pcolormesh(across, along, shown, norm=Normalize(-limit, limit), cmap=COLOURS, rasterized=True)
    axes.set_facecolor(EMPTY)
    for axis, key in ((axes.xaxis, x), (axes.yaxis, y)):
        axis.set_label_text(wording.axis_name(dataset[key], key))
    votes = f", {dataset.attrs['votes']:g} votes" if "votes" in dataset.attrs else ""
    axes.set_title(f"{RISKS[risk][0]}{votes}")
    return mesh


def _marks(axes: Axes, dataset: xr.Dataset, risk: str) -> dict[tuple[str, str], Line2D]:
    """Cells in which the risk, or its gain, disagrees."""
    x, y = _keys(dataset)
    borders = [edges(np.sort(dataset[key].to_numpy().astype(float))) for key in (x, y)]
    centres = [0.5 * (border[1:] + border[:-1]) for border in borders]
    marks = {}
    for kind, quantity in (("risk", risk), ("gain", RISKS[risk][1])):
        if quantity not in dataset["quantity"]:
            continue
        row, column = np.nonzero(_on_map(dataset, "disagrees", quantity) > 0)
        if len(row):
            looks = {"linestyle": "none", "markeredgecolor": "black", "markeredgewidth": 0.7, **MARKS[kind][1]}
            (marks[risk, kind],) = axes.plot(centres[0][column], centres[1][row], zorder=4, **looks)
    return marks


def _bar(figure: Figure, panels: list[Axes], dataset: xr.Dataset, mesh: QuadMesh) -> Colorbar:
    z = dataset["z"].to_numpy()
    limit = mesh.get_clim()[1] or LEAST
    over = bool((z > limit).any()), bool((z < -limit).any())
    extend = {(True, True): "both", (True, False): "max", (False, True): "min", (False, False): "neither"}[over]
    bar = figure.colorbar(mesh, ax=panels, extend=extend, pad=0.02, aspect=22)
    bar.set_label("$z$ of the simulated risk")
    bar.outline.set_linewidth(0.6)
    return bar


def _independent(dataset: xr.Dataset) -> bool:
    """Whether every cell has draws of its own."""
    return bool(dataset.attrs.get("independent", False))


def _quantiles(axes: Axes, dataset: xr.Dataset, risks: list[str]) -> tuple[dict[str, Line2D], PolyCollection | None]:
    """The scores of each risk, sorted, against normal quantiles, and the band of the risk with the fewest."""
    axes.set_xlabel("normal quantile")
    axes.set_ylabel("$z$, sorted")
    if "verdict" in dataset.attrs:
        verdict, rate = (dataset.attrs[key] for key in ("verdict", "family_wise"))
        axes.set_title(f"{verdict} at rate {rate:g}")
    found = {risk: _on_map(dataset, "z", risk) for risk in risks}
    z = {risk: np.sort(held[np.isfinite(held)]) for risk, held in found.items() if np.isfinite(held).any()}
    if not z:
        return {}, None
    least = min(map(len, z.values()))
    band = axes.fill_between(expected(least), *BANDS[_independent(dataset)][0](least), zorder=0, **BAND)
    axes.axline((0, 0), slope=1, color="black", linewidth=0.8, zorder=1)
    looks: dict[str, Any] = {"linestyle": "none", "markeredgewidth": 0.6, "zorder": 3}
    return {risk: axes.plot(expected(len(held)), held, **looks, **POINTS[risk])[0] for risk, held in z.items()}, band


def _legend(
    figure: Figure,
    marks: dict[tuple[str, str], Line2D],
    meshes: dict[str, QuadMesh],
    points: dict[str, Line2D],
    independent: bool,
) -> Legend | None:
    """At the foot of the figure, None where there is nothing to explain."""
    handles: list[Any] = []
    for kind, (text, looks) in MARKS.items():
        if any(held == kind for _risk, held in marks):
            handles.append(Line2D([], [], linestyle="none", markeredgecolor="black", label=text, **looks))
    if any(np.ma.getmaskarray(np.ma.asarray(mesh.get_array())).any() for mesh in meshes.values()):
        handles.append(Patch(label="not compared", facecolor=EMPTY, edgecolor="0.6", linewidth=0.5))
    if len(points) > 1:
        handles += [
            Line2D([], [], linestyle="none", markeredgewidth=0.6, label=RISKS[risk][0], **POINTS[risk])
            for risk in points
        ]
    if points:
        handles.append(Patch(label=BANDS[independent][1], **BAND))
    return foot(figure, handles)
