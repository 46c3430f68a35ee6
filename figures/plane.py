"""A problem of the plane in one picture: what training sees, and the votes without training noise and with it.

Left: the signed density after training noise (or the blurred label function), data, and both base regions. Middle and
right: the vote probability, the smoothed region, and where it decides against the labels (or against the Bayes rule).
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
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import NDArray

from figures.legends import foot
from figures.plane_fields import fields, moments
from figures.style import blank, check_suffix, literal, styled, write
from theory.arrays import Array
from theory.problems.components import weighted
from theory.problems.problem import DomainProblem, MixtureProblem, Problem
from theory.problems.problem_file import loads_problem

HEIGHT = {1: 9.6, 2: 3.6}
# Points of data that are drawn.
DRAWN = 160
# Colours reach beyond the largest value, so that the darkest are not used and points can be seen on all of them.
PALE = 1.25
# Light enough for hatches and lines to be seen on all of it.
VOTES = LinearSegmentedColormap.from_list("votes", ["1.0", "0.55"])
LEVELS = np.linspace(0, 1, 11)

POINT: dict[str, Any] = {"markersize": 2.5, "markeredgewidth": 0.45}
DATA: tuple[dict[str, Any], dict[str, Any]] = (
    {"markerfacecolor": "white", "markeredgecolor": "#8A3B00", "marker": "^", "label": "data of class 0"},
    {"markerfacecolor": "#00385C", "markeredgecolor": "white", "marker": "o", "label": "data of class 1"},
)
TRUTH: dict[str, Any] = {"colors": "black", "linewidths": 0.9, "linestyles": [(0, (3.5, 1.5))]}
BASE: dict[str, Any] = {"colors": "black", "linewidths": 1.2}
SMOOTHED: dict[str, Any] = {"colors": "black", "linewidths": 1.6}
ERRORS: tuple[dict[str, Any], dict[str, Any]] = (
    {"facecolor": "#F2A46B", "edgecolor": "#8A3B00", "hatch": "\\\\\\\\\\"},
    {"facecolor": "#7FBFE6", "edgecolor": "#00385C", "hatch": "/////"},
)


@dataclass(frozen=True)
class PlaneArtists:
    """What the figure consists of; middle and right panels come without and with training noise.

    outlines: contours by name ("truth", "base", "smoothed 0", "smoothed 1"), if anywhere. errors: by (column,
    label).
    data: points by class, empty for labelled sets. legend: None in the axes of others.
    """

    figure: Figure
    axes: tuple[Axes, ...]
    mesh: QuadMesh
    outlines: dict[str, QuadContourSet]
    errors: dict[tuple[int, int], QuadContourSet]
    data: dict[int, Line2D]
    bars: list[Colorbar]
    titles: list[Text]
    legend: Legend | None


def draw(
    problem: Problem, alpha: float, beta: float, axes: Sequence[Axes] | None = None, *, columns: int = 2, seed: int = 0
) -> PlaneArtists:
    """Draw what training noise `alpha` does to a classifier that is smoothed with `beta`.

    Args:
        problem: one of dimension 2, with an exact route; a mixture of gaussians or labelled sets.
        alpha, beta: noise scales >= 0, in the units of x.
        axes: three axes to draw in; a new figure is made where this is None.
        columns: the width of a new figure in columns of a paper, 1 (3.4 in, panels below each other) or 2 (7.0 in).
        seed: of the data that are drawn.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ValueError: the dimension is not 2, densities are not drawn, a noise makes no sense, or axes are not three.
    """
    return draw_fields(fields(problem, alpha, beta), axes, columns=columns, seed=seed)


def draw_fields(
    held: xr.Dataset, axes: Sequence[Axes] | None = None, *, columns: int = 2, seed: int = 0
) -> PlaneArtists:
    """The same from what `plane_fields.fields` computed."""
    problem = loads_problem(held.attrs["problem"])
    with styled():
        own = axes is None
        if axes is None:
            axes = list(np.ravel(blank(columns, HEIGHT).subplots(*((1, 3) if columns == 2 else (3, 1)))))
        if len(axes) != 3:
            raise ValueError(f"axes: found {len(axes)}, expected 3")
        figure = axes[0].get_figure(root=True)
        assert figure is not None
        mesh, outlines = _training(axes[0], held)
        data = _data(axes[0], problem, seed)
        errors: dict[tuple[int, int], QuadContourSet] = {}
        for column, axis in enumerate(axes[1:]):
            border, shades = _votes(axis, held, column, errors)
            outlines |= {} if border is None else {f"smoothed {column}": border}
        _frame(axes, held, own and columns == 2)
        titles = _titles(axes, held)
        bars = _bars(figure, axes, problem, mesh, shades)
        legend = _legend(figure, problem, held.attrs["alpha"]) if own else None
    return PlaneArtists(figure, tuple(axes), mesh, outlines, errors, data, bars, titles, legend)


def save(problem: Problem, alpha: float, beta: float, path: str | os.PathLike[str], *, columns: int = 2) -> None:
    """Draw the plane and write it as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(problem, alpha, beta, columns=columns).figure, path)


def _training(axes: Axes, held: xr.Dataset) -> tuple[QuadMesh, dict[str, QuadContourSet]]:
    """The signed density in colours, and the outlines of both base regions."""
    limit = PALE * float(np.abs(held.signed).max()) or 1.0
    mesh = axes.pcolormesh(
        held.x, held.y, held.signed, norm=Normalize(-limit, limit), cmap="RdBu", shading="gouraud", rasterized=True
    )
    looks = {"truth": (held.truth, TRUTH), "base": (held.signed, BASE)}
    drawn = {name: _outline(axes, held, values.to_numpy(), [0.0], style) for name, (values, style) in looks.items()}
    return mesh, {name: lines for name, lines in drawn.items() if lines is not None}


def _outline(
    axes: Axes, held: xr.Dataset, values: NDArray[Any], levels: Sequence[float], looks: dict[str, Any]
) -> QuadContourSet | None:
    """Contours at those levels that are crossed, None where none is."""
    crossed = [level for level in levels if values.min() < level <= values.max()]
    return axes.contour(held.x, held.y, values, levels=crossed, **looks) if crossed else None


def _data(axes: Axes, problem: Problem, seed: int) -> dict[int, Line2D]:
    """A few points of a mixture; labelled sets show where their data are."""
    if isinstance(problem, DomainProblem):
        return {}
    chance = np.random.default_rng(seed)
    parts = weighted(problem)
    shares = np.array([weight for _label, weight, _law in parts])
    counts = chance.multinomial(DRAWN, shares / shares.sum())
    points: dict[int, list[Array]] = {0: [], 1: []}
    for count, (label, _weight, law) in zip(counts, parts, strict=True):
        mean, cov = moments(law)
        points[label].append(mean + chance.standard_normal((count, 2)) @ np.linalg.cholesky(cov).T)
    lines = {}
    for label, drawn in points.items():
        (lines[label],) = axes.plot(*np.concatenate(drawn).T, linestyle="none", zorder=1.5, **POINT, **DATA[label])
    return lines


def _votes(
    axes: Axes, held: xr.Dataset, column: int, errors: dict[tuple[int, int], QuadContourSet]
) -> tuple[QuadContourSet | None, QuadContourSet]:
    """The vote in shades, the smoothed region's outline, and the errors on top; returns outline and shades."""
    vote = held["vote"][column].to_numpy()
    shades = axes.contourf(held.x, held.y, vote, levels=LEVELS, cmap=VOTES)
    _outline(axes, held, vote, list(LEVELS[1:-1]), {"colors": "0.35", "linewidths": 0.3})
    span = float(np.abs(held.truth).max()) or 1.0
    for label, sign in ((0, 1.0), (1, -1.0)):
        wrong = np.minimum(sign * (vote - 0.5), -sign * held.truth / span)
        if not (wrong > 0).any():
            continue
        looks = ERRORS[label]
        drawn = axes.contourf(
            held.x, held.y, wrong, levels=[0.0, 2.0], colors=[looks["facecolor"]], hatches=[looks["hatch"]]
        )
        drawn.set(edgecolor=looks["edgecolor"], linewidth=0.0, alpha=0.75)
        errors[column, label] = drawn
    _outline(axes, held, held.truth.to_numpy(), [0.0], TRUTH)
    return _outline(axes, held, vote, [0.5], SMOOTHED), shades


def _frame(axes: Sequence[Axes], held: xr.Dataset, beside: bool) -> None:
    for k, axis in enumerate(axes):
        axis.set_aspect("equal")
        axis.set_xlim(held.x[0], held.x[-1])
        axis.set_ylim(held.y[0], held.y[-1])
        axis.set_xlabel(r"$x_1$")
        if beside and k:
            axis.tick_params(labelleft=False)
        else:
            axis.set_ylabel(r"$x_2$")


def _titles(axes: Sequence[Axes], held: xr.Dataset) -> list[Text]:
    """Risks and the gain over the panels that show where they come from."""
    alpha, beta, found = held.attrs["alpha"], held.attrs["beta"], float(held["gain"])
    noises = zip((0.0, alpha), held["risk"].to_numpy(), strict=True)
    risks = [rf"$R({noise:g}, {beta:g}) = {value:.4f}$" for noise, value in noises]
    words = (
        (rf"training noise $\alpha = {alpha:g}$", literal(str(held.attrs["name"]))),
        (rf"votes, $\alpha = 0$, $\beta = {beta:g}$", risks[0]),
        (rf"votes, $\alpha = {alpha:g}$, $\beta = {beta:g}$", rf"{risks[1]}, gain ${found:+.4f}$"),
    )
    return [axis.set_title("\n".join(lines)) for axis, lines in zip(axes, words, strict=True)]


def _bars(
    figure: Figure, axes: Sequence[Axes], problem: Problem, mesh: QuadMesh, shades: QuadContourSet
) -> list[Colorbar]:
    names = (
        "blurred label less 1/2" if isinstance(problem, DomainProblem) else "signed density",
        r"vote probability $u$",
    )
    beside: dict[str, Any] = {"location": "bottom", "aspect": 28, "pad": 0.02, "shrink": 0.95}
    bars = [
        figure.colorbar(mesh, ax=[axes[0]], **beside),
        figure.colorbar(shades, ax=list(axes[1:]), ticks=[0, 0.25, 0.5, 0.75, 1], **(beside | {"aspect": 60})),
    ]
    for bar, name in zip(bars, names, strict=True):
        bar.set_label(name)
        bar.outline.set_linewidth(0.6)
    return bars


def _legend(figure: Figure, problem: Problem, alpha: float) -> Legend | None:
    sets = isinstance(problem, DomainProblem)
    truth = "labelled set" if sets else "Bayes rule"
    wrong = (
        ("class 0 taken for 1", "class 1 taken for 0") if sets else ("$g = 1$, Bayes rule 0", "$g = 0$, Bayes rule 1")
    )
    dashed = TRUTH["linestyles"][0]
    handles: list[Any] = [
        Line2D([], [], color="black", linewidth=0.9, linestyle=dashed, label=rf"base region, $\alpha = 0$ ({truth})"),
        Line2D([], [], color="black", linewidth=1.2, label=rf"base region, $\alpha = {alpha:g}$"),
        Line2D([], [], color="black", linewidth=1.6, label=r"smoothed region, $u = 1/2$"),
    ]
    handles += [Patch(linewidth=0.0, label=wrong[label], **ERRORS[label]) for label in (1, 0)]
    if isinstance(problem, MixtureProblem):
        handles += [Line2D([], [], linestyle="none", **POINT, **DATA[label]) for label in (1, 0)]
    return foot(figure, handles)
