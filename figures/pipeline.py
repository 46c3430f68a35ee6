"""What happens to a density from the data to the smoothed risk, without training noise and with it, side by side.

Rows: what training sees; the signed density (or the blurred label function) and the base region; the vote
probability and the smoothed region; the data again, with the mass of the errors.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from figures.legends import foot
from figures.numbers import name_offset, number
from figures.pipeline_stages import VARIABLES, stages
from figures.style import blank, check_suffix, given, styled, write
from theory.problems.problem import Problem

AxesGrid = NDArray[Any]

ROWS = ("training", "base", "vote", "errors")
HEIGHT = {1: 5.5, 2: 6.2}
# Class 1 is blue with solid lines, class 0 vermilion with dashed ones; errors of each are hatched their own way.
LINES: tuple[dict[str, Any], dict[str, Any]] = (
    {"color": "#D55E00", "linestyle": (0, (4, 1.5)), "label": "class 0"},
    {"color": "#0072B2", "linestyle": "-", "label": "class 1"},
)
ERRORS: tuple[dict[str, Any], dict[str, Any]] = (
    {"facecolor": "#F6CDAE", "edgecolor": "#D55E00", "hatch": "\\\\\\\\\\", "label": "class 0 taken for 1"},
    {"facecolor": "#B5D8EE", "edgecolor": "#0072B2", "hatch": "/////", "label": "class 1 taken for 0"},
)
REGION: dict[str, Any] = {"facecolor": "0.72", "edgecolor": "none"}
LEVEL: dict[str, Any] = {"color": "0.35", "linewidth": 0.6, "zorder": 1}
NOISE = ("0", r"\alpha")
# A title between panels.
WITHIN: dict[str, Any] = {"fontsize": 7.5, "pad": 2.5}
# The strip at the foot of a panel in which a region is drawn, as a share of the panel's height.
STRIP = 0.06


@dataclass(frozen=True)
class PipelineArtists:
    """What the figure consists of; the second index of `axes` and the keys' second part is 0 without noise, 1 with.

    lines: curves by (row, column, name). fills: errors by (column, label). regions: strips by (row, column).
    texts: the risk of each column. legend: None in the axes of others.
    """

    figure: Figure
    axes: AxesGrid
    lines: dict[tuple[str, int, str], Line2D]
    fills: dict[tuple[int, int], PolyCollection]
    regions: dict[tuple[str, int], PolyCollection]
    texts: list[Text]
    legend: Legend | None


def draw(
    problem: Problem, alpha: float, beta: float, axes: AxesGrid | None = None, *, columns: int = 2
) -> PipelineArtists:
    """Draw the stages for training noise 0 and `alpha`, both smoothed with `beta`.

    Args:
        problem: one that varies along a line, without point masses.
        alpha, beta: noise scales >= 0, in the units of x.
        axes, columns: as in `draw_stages`.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ValueError: the problem is radial or has point masses, a noise makes no sense, or axes have another shape.
    """
    return draw_stages(stages(problem, alpha, beta), axes, columns=columns)


def draw_stages(dataset: xr.Dataset, axes: AxesGrid | None = None, *, columns: int = 2) -> PipelineArtists:
    """Draw the stages that a dataset holds (see `pipeline_stages.stages`).

    Args:
        dataset: curves for two training noises.
        axes: an array (4, 2) of axes to draw in; a new figure is made where this is None.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in).

    Raises:
        ValueError: a variable is missing, or axes have another shape.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected the stages of a pipeline")
    with styled():
        own = axes is None
        if axes is None:
            figure = blank(columns, HEIGHT)
            axes = figure.subplots(len(ROWS), 2, sharex=True, sharey="row")
        axes = given(axes, (len(ROWS), 2))
        figure = axes[0, 0].get_figure(root=True)
        lines: dict[tuple[str, int, str], Line2D] = {}
        fills: dict[tuple[int, int], PolyCollection] = {}
        regions: dict[tuple[str, int], PolyCollection] = {}
        texts = []
        for column in range(2):
            held = dataset.isel(noise=column)
            lines |= _curves(axes[:, column], column, held)
            regions |= _strips(axes[:, column], column, held)
            fills |= _errors(axes[3, column], column, held)
            text = rf"$R({NOISE[column]}, \beta) = {float(held['risk']):.4f}$"
            texts.append(axes[3, column].set_title(text, **WITHIN))
        _frame(axes, dataset)
        legend = _legend(figure) if own else None
    return PipelineArtists(figure, axes, lines, fills, regions, texts, legend)


def save(problem: Problem, alpha: float, beta: float, path: str | os.PathLike[str], *, columns: int = 2) -> None:
    """Draw the stages and write them as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(problem, alpha, beta, columns=columns).figure, path)


def _curves(axes: AxesGrid, column: int, held: xr.Dataset) -> dict[tuple[str, int, str], Line2D]:
    """The curves of one column, and the level that each stage compares with."""
    lines, x = {}, held["x"].to_numpy()
    for label in (0, 1):
        seen, data = (held[name].sel(label=label).to_numpy() for name in ("seen", "data"))
        (lines["training", column, f"class {label}"],) = axes[0].plot(x, seen, **LINES[label])
        (lines["errors", column, f"class {label}"],) = axes[3].plot(x, data, **LINES[label])
    axes[1].axhline(held.attrs["level"], **LEVEL)
    (lines["base", column, "signed"],) = axes[1].plot(x, held["signed"].to_numpy(), color="black")
    axes[2].axhline(0.5, **LEVEL)
    (lines["vote", column, "vote"],) = axes[2].plot(x, held["vote"].to_numpy(), color="black")
    return lines


def _strips(axes: AxesGrid, column: int, held: xr.Dataset) -> dict[tuple[str, int], PolyCollection]:
    """The base region at the foot of its panel, the smoothed region at the foot of the two that follow."""
    strips: dict[tuple[str, int], PolyCollection] = {}
    for row, region in ((1, "base"), (2, "smoothed"), (3, "smoothed")):
        inside, foot = held[region].to_numpy().astype(bool), axes[row].get_xaxis_transform()
        strips[ROWS[row], column] = axes[row].fill_between(
            held["x"].to_numpy(), 0, STRIP, where=inside, transform=foot, **REGION
        )
    return strips


def _errors(axes: Axes, column: int, held: xr.Dataset) -> dict[tuple[int, int], PolyCollection]:
    """The mass of each class that the smoothed classifier gives to the other."""
    inside = held["smoothed"].to_numpy().astype(bool)
    fills: dict[tuple[int, int], PolyCollection] = {}
    for label in (0, 1):
        density, wrong = held["data"].sel(label=label).to_numpy(), inside if label == 0 else ~inside
        fills[column, label] = axes.fill_between(
            held["x"].to_numpy(), 0, density, where=wrong, linewidth=0.0, **ERRORS[label]
        )
    return fills


def _frame(axes: AxesGrid, dataset: xr.Dataset) -> None:
    """Labels and limits; the lower ends of the panels leave room for the strips."""
    labels, x = dataset.attrs["labels"], dataset["x"].to_numpy()
    names = (
        "density of data" if labels else "density in training",
        f"{'blurred label' if labels else 'signed density'}\nand base region",
        "vote $u(x)$ and\nsmoothed region",
        "density of data",
    )
    for row, name in enumerate(names):
        axes[row, 0].set_ylabel(name)
    for column, alpha in enumerate(dataset["noise"].to_numpy()):
        axes[0, column].set_title(rf"training, $\alpha = {number(alpha)}$")
        axes[2, column].set_title(rf"smoothing, $\beta = {number(dataset.attrs['beta'])}$", **WITHIN)
        axes[3, column].set_xlabel(r"$x$")
    for row in range(len(ROWS)):
        low, high = axes[row, 0].get_ylim()
        low, high = (low if row == 1 else 0.0), (1.06 if row == 2 else high)
        usual = [0.0, 0.5, 1.0] if row == 2 else axes[row, 0].get_yticks()
        ticks = [tick for tick in usual if low <= tick <= high]
        for panel in axes[row]:
            panel.set_ylim(low if row == 0 else low - 2 * STRIP * (high - low), high)
            panel.set_yticks(ticks)
            panel.set_xlim(x[0], x[-1])
    for panel in axes.flat:
        name_offset(panel.yaxis)
        name_offset(panel.xaxis)
    axes[0, 0].get_figure(root=True).align_ylabels(axes[:, 0])


def _legend(figure: Figure) -> Legend | None:
    handles = [Line2D([], [], **LINES[1]), Line2D([], [], **LINES[0]), Patch(**REGION, label="decision: class 1")]
    handles += [Patch(linewidth=0.0, **ERRORS[label]) for label in (1, 0)]
    return foot(figure, handles)
