"""The phase diagram: a swept dataset in, a map of where training noise helps and where it hurts out.

The colour is the gain, baseline less risk, on a diverging scale about 0. Nothing rests on colour alone: words say which
side helps, contours of a loss are dashed, sets of cells are hatched and points differ in shape.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import xarray
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from matplotlib.ticker import NullFormatter, ScalarFormatter

from figures import phase_marks as marks
from figures import wording
from figures.diagram import MapCells, colour_limit, coloured, map_of, sets_of
from figures.style import blank, check_suffix, styled, write
from theory.arrays import Array, Flags

# Contours of the gain, in units of the limit of the colours.
CONTOURS = (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75)
HEIGHT = {1: 3.3, 2: 5.0}


@dataclass(frozen=True)
class PhaseArtists:
    """What a phase diagram consists of; None or empty where the dataset has nothing of the kind.

    regions: hatched or outlined sets of cells by name ("constant", "undecided", "undefined", "proved").
    curves: "zero" (gain = 0), "jump" (the gain jumps across 0) and "best" (least risk); where risks were measured,
        "least" (the alpha of least risk at each beta) and "alike" (those that cannot be told from the best).
    checks: Monte Carlo points, "agree" and "disagree".
    """

    figure: Figure
    axes: Axes
    mesh: QuadMesh
    colorbar: Colorbar
    contours: QuadContourSet | None
    regions: dict[str, PathPatch]
    curves: dict[str, Line2D]
    checks: dict[str, Line2D]
    words: list[Text]
    legend: Legend | None


def draw(dataset: xarray.Dataset, axes: Axes | None = None, *, columns: int = 1) -> PhaseArtists:
    """Draw a phase diagram of a sweep over two keys.

    Args:
        dataset: coordinates and variables as a sweep writes them; `gain` and `label` over two dimensions are needed,
            and attributes `x_key` and `y_key` (else the dimensions of `gain` are y and x in this order). Curves and
            Monte Carlo points are drawn where there are any, and so are, over smoothing and training noise, measured
            best alphas, `best_alpha` (beta) and the set `best` (alpha, beta). A coordinate with the attribute `scale`
            "log" has a logarithmic axis.
        axes: where to draw; a new figure is made where this is None.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in).

    Raises:
        ValueError: a needed variable is missing, or has not two dimensions.
    """
    held = map_of(dataset)
    with styled():
        own = axes is None
        if axes is None:
            axes = blank(columns, HEIGHT).add_subplot()
        figure = axes.get_figure(root=True)
        assert figure is not None
        sets = sets_of(held.label, held.gain)
        mesh = _colours(axes, held, sets)
        _frame(axes, held, dataset)
        contours = _contours(axes, held, sets, mesh)
        regions = marks.draw_sets(axes, sets, *held.edges)
        curves = marks.draw_curves(axes, dataset)
        checks = marks.draw_checks(axes, dataset)
        words = marks.write_words(axes, held, sets, [*curves.values(), *checks.values()])
        bar = _colour_bar(figure, axes, mesh, dataset, contours)
        legend = marks.draw_legend(axes, regions, curves, checks, own)
    return PhaseArtists(figure, axes, mesh, bar, contours, regions, curves, checks, words, legend)


def save(dataset: xarray.Dataset, path: str | os.PathLike[str], *, columns: int = 1) -> None:
    """Draw a phase diagram and write it as PNG, PDF or SVG, by the suffix of `path`.

    Raises:
        ValueError: as `draw`, or another suffix.
        OSError: the file cannot be written.
    """
    check_suffix(path)
    write(draw(dataset, columns=columns).figure, path)


def _colours(axes: Axes, held: MapCells, sets: dict[str, Flags]) -> QuadMesh:
    """Gains as colours."""
    shown = coloured(held, sets)
    limit = colour_limit(shown)
    mesh = axes.pcolormesh(*held.edges, shown, norm=Normalize(-limit, limit), cmap="RdBu", rasterized=True)
    mesh.set_zorder(0)
    return mesh


def _frame(axes: Axes, held: MapCells, dataset: xarray.Dataset) -> None:
    """Limits, labels and the title."""
    axes.set_facecolor(marks.EMPTY)
    for axis, key in ((axes.xaxis, held.x_key), (axes.yaxis, held.y_key)):
        axis.set_label_text(wording.axis_name(dataset[key], key))
    axes.set_xscale(held.scales[0])
    axes.set_yscale(held.scales[1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())  # powers of ten suffice
    x, y = held.edges
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    axes.set_title(wording.title(dataset))


def _contours(axes: Axes, held: MapCells, sets: dict[str, Flags], mesh: QuadMesh) -> QuadContourSet | None:
    """Thin lines of equal gain: solid where training noise helps, dashed where it hurts."""
    blank_cells = sets["constant"] | sets["undefined"]
    if min(held.gain.shape) < 2 or blank_cells.all():
        return None
    limit = mesh.get_clim()[1] or 1.0
    shown = np.ma.masked_array(held.gain, blank_cells)
    levels = [limit * part for part in CONTOURS if shown.min() < limit * part < shown.max()]
    if not levels:
        return None
    return axes.contour(held.x, held.y, shown, levels=levels, colors=marks.INK, linewidths=0.4, alpha=0.7)


def _colour_bar(
    figure: Figure, axes: Axes, mesh: QuadMesh, dataset: xarray.Dataset, contours: QuadContourSet | None
) -> Colorbar:
    limit = mesh.get_clim()[1] or 1.0
    shown: Array = np.ma.masked_invalid(np.ma.asarray(mesh.get_array())).compressed()
    over = bool((shown > limit).any()), bool((shown < -limit).any())
    extend = {(True, True): "both", (True, False): "max", (False, True): "min", (False, False): "neither"}[over]
    numbers = ScalarFormatter()
    numbers.set_powerlimits((-2, 3))
    bar = figure.colorbar(mesh, ax=axes, extend=extend, pad=0.03, aspect=22, format=numbers)
    if contours is not None:
        bar.add_lines(contours, erase=True)
        bar.lines[0].set_linestyle(["--" if level < 0 else "-" for level in contours.levels])
    name, formula = wording.colours(dataset)
    bar.set_label(f"{name}{'  ' if name == 'gain' else chr(10)}{formula}")  # one line would be longer than the bar
    bar.outline.set_linewidth(0.6)
    return bar
