"""The phase diagram: a swept dataset in, a map of where training noise helps and where it hurts out.

The colour is the gain, baseline less risk, on a diverging scale about 0. Nothing rests on colour alone: words say which
side helps, contours of a loss are dashed, sets of cells are hatched and points differ in shape.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

from figures import phase_marks as marks
from figures import wording
from figures.diagram import MapCells, colour_limit, coloured, even, map_of, sets_of
from figures.legends import add_legend, at_foot, uncovered
from figures.look import USUAL, Look, shades
from figures.room import Yielding, add_bar, laid_out, letters, root
from figures.style import blank, check_suffix, own, picture, points, unruled, write
from figures.ticks import number, plain, with_power
from theory.arrays import Flags

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
    colorbar: Colorbar | None
    contours: QuadContourSet | None
    regions: dict[str, PathPatch]
    curves: dict[str, Line2D]
    checks: dict[str, Line2D]
    words: list[Text]
    legend: Legend | None

    def _repr_png_(self) -> bytes | None:
        """The picture in a notebook, where pyplot does not show it."""
        return picture(self.figure)


def draw(
    dataset: xarray.Dataset,
    axes: Axes | None = None,
    *,
    columns: int | None = 1,
    look: Look = USUAL,
    project_style: bool = True,
) -> PhaseArtists:
    """Draw a phase diagram of a sweep over two keys.

    Args:
        dataset: coordinates and variables as a sweep writes them; `gain` and `label` over two dimensions are needed,
            and attributes `x_key` and `y_key` (else beta goes across and alpha up, and of other keys the dimensions of
            `gain` are y and x in this order). Curves and Monte Carlo points are drawn where there are any, and so are,
            over smoothing and training noise, measured best alphas, `best_alpha` (beta) and the set `best` (alpha,
            beta). A coordinate with the attribute `scale` "log" has a logarithmic axis.
        axes: where to draw; a new figure is made where this is None.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in) or 2 (7.0 in); None for the size that
            Matplotlib's settings name.
        look: colours, levels, curves, hatching, and where colour bar and legend go.
        project_style: whether the project's style is used; else Matplotlib's settings as they are. Lines and marks have
            widths in proportion to the size of text.

    Raises:
        ValueError: a needed variable is missing, or has not two dimensions.
    """
    held = map_of(dataset)
    with own(project_style):
        new = axes is None
        if axes is None:
            axes = (unruled() if columns is None else blank(columns, HEIGHT)).add_subplot()
        sets = sets_of(held.label, held.gain)
        mesh = _colours(axes, held, sets, look)
        _frame(axes, held, dataset)
        contours = _contours(axes, held, sets, mesh, look)
        regions = marks.draw_sets(axes, sets, held, look.patterns)
        curves = marks.draw_curves(axes, dataset, look.curves)
        checks = marks.draw_checks(axes, dataset)
        words = marks.write_words(axes, held, sets, [*curves.values(), *checks.values()])
        yielding = None if laid_out(root(axes)) else Yielding(axes)
        bar = colour_bar(axes, [mesh], dataset, contours, look, yielding)
        handles = marks.legend_handles(regions, curves, checks)
        legend = at_foot(axes, handles) if new and look.legend == "below" else None
        if legend is None and look.legend is not None:
            hosts = {look.bar: bar.ax} if bar is not None and isinstance(look.bar, str) else {}
            legend = add_legend(axes, handles, look.legend, hosts)
        if look.legend == "inside" and legend is not None:
            words = uncovered(words, legend)
        if yielding is not None:
            yielding.take(bar, look.bar, legend, look.legend)
    return PhaseArtists(root(axes), axes, mesh, bar, contours, regions, curves, checks, words, legend)


def save(dataset: xarray.Dataset, path: str | os.PathLike[str], *, columns: int = 1) -> None:
    """Draw a phase diagram and write it as PNG, PDF or SVG, by the suffix of `path`.

    Raises:
        ValueError: as `draw`, or another suffix.
        OSError: the file cannot be written.
    """
    check_suffix(path)
    write(draw(dataset, columns=columns).figure, path)


def _colours(axes: Axes, held: MapCells, sets: dict[str, Flags], look: Look) -> QuadMesh:
    """Gains as colours."""
    shown = coloured(held, sets)
    low, high = look.limits or even(colour_limit(shown))
    scale: dict[str, Any] = {"norm": Normalize(low, high), "cmap": shades(look.cmap, low, high)}
    mesh = axes.pcolormesh(*held.edges, shown, rasterized=True, **scale)
    mesh.set_zorder(0)
    return mesh


def _frame(axes: Axes, held: MapCells, dataset: xarray.Dataset) -> None:
    """Limits, labels and the title."""
    axes.set_facecolor(marks.EMPTY)
    axes.set_xscale(held.scales[0])
    axes.set_yscale(held.scales[1])
    for axis, key, ends in zip((axes.xaxis, axes.yaxis), (held.x_key, held.y_key), held.edges, strict=True):
        power = number(axis, float(ends[0]), float(ends[-1]))
        axis.set_label_text(with_power(wording.axis_name(dataset[key], key), power))
    x, y = held.edges
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    axes.set_title(wording.title(dataset, longest=letters(axes)))


def _contours(axes: Axes, held: MapCells, sets: dict[str, Flags], mesh: QuadMesh, look: Look) -> QuadContourSet | None:
    """Thin lines of equal gain: solid where training noise helps, dashed where it hurts."""
    blank_cells = sets["constant"] | sets["undefined"]
    if min(held.gain.shape) < 2 or blank_cells.all():
        return None
    shown = np.ma.masked_array(held.gain, blank_cells)
    levels = [level for level in look.contours(*mesh.get_clim()) if shown.min() < level < shown.max()]
    if not levels:
        return None
    lines = axes.contour(held.x, held.y, shown, levels=levels, colors=marks.INK, linewidths=points(0.4), alpha=0.7)
    lines.set_linestyle(["--" if level < 0 else "-" for level in levels])
    return lines


def colour_bar(
    axes: Axes | Sequence[Axes],
    meshes: Sequence[QuadMesh],
    dataset: xarray.Dataset,
    contours: QuadContourSet | None,
    look: Look,
    yielding: Yielding | None = None,
) -> Colorbar | None:
    """The colour bar of one map or of several with the same limits; None where none is wanted."""
    if look.bar is None:
        return None
    low, high = meshes[0].get_clim()
    shown = np.concatenate([np.ma.masked_invalid(np.ma.asarray(mesh.get_array())).compressed() for mesh in meshes])
    over = bool((shown > high).any()), bool((shown < low).any())
    extend = {(True, True): "both", (True, False): "max", (False, True): "min", (False, False): "neither"}[over]
    numbers, power = plain(max(abs(low), abs(high)))
    bar = add_bar(axes, meshes[0], look.bar, yielding, extend=extend, format=numbers)
    if contours is not None:
        bar.add_lines(contours, erase=True)
        bar.lines[0].set_linestyle(["--" if level < 0 else "-" for level in contours.levels])
    name, formula = wording.colours(dataset)
    name = with_power(name, power)
    upright = bar.orientation == "vertical"
    between = "  " if name == "gain" or not upright else "\n"  # one line would be longer than the bar
    bar.set_label(f"{name}{between}{formula}")
    bar.outline.set_linewidth(points(0.6))
    return bar
