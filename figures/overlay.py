"""The curves of several diagrams in one pair of axes: where the gain is 0, the best training noise, and the borders of
where it helps and hurts. Diagrams differ in colour and in the pattern of lines, kinds of curves in their width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from figures import wording
from figures.cells import outline
from figures.diagram import MapCells, curves_of, map_of, sets_of
from figures.legends import surround
from figures.lines import DASHES, colours
from figures.phase import HEIGHT
from figures.several import Several, told_apart
from figures.style import blank, own, picture, points, unruled
from figures.ticks import number, with_power
from theory.errors import ProblemError, one_of, shown

# Kinds of lines: what the legend says, and how they look; those of a diagram have its colour and its pattern.
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "zero": ("gain = 0", {"linewidth": 1.6}),
    "jump": ("gain jumps across 0", {"linewidth": 3.2, "alpha": 0.45}),
    "best": (r"best $\alpha$", {"linewidth": 0.8, "marker": "o", "markersize": 2.6, "markevery": 0.12}),
    "least": (r"best $\alpha$", {"linewidth": 0.8, "marker": "o", "markersize": 2.6}),
    "help": ("border of where it helps", {"linewidth": 0.6}),
    "hurt": ("border of where it hurts", {"linewidth": 0.6, "alpha": 0.5}),
}
USUAL = ("zero", "jump", "best", "least")


@dataclass(frozen=True)
class OverlayArtists:
    """Lines by the words that tell a diagram from the others, and then by kind: "zero", "jump", "best", "least" (where
    it was measured), "help" and "hurt"."""

    figure: Figure
    axes: Axes
    lines: dict[str, dict[str, Line2D | LineCollection]]
    legend: Legend | None

    def _repr_png_(self) -> bytes | None:
        """The picture in a notebook, where pyplot does not show it."""
        return picture(self.figure)


def draw(
    datasets: Several,
    axes: Axes | None = None,
    *,
    key: str | None = None,
    at: Sequence[float] | None = None,
    curves: str | Iterable[str] = USUAL,
    legend: str | Axes | None = "below",
    columns: int | None = None,
    project_style: bool = True,
) -> OverlayArtists:
    """Draw the curves of several diagrams over the same two keys.

    Args:
        datasets, key, at: maps in a list, or by name in a dict; or one sweep over three keys, and key and values at
            which it is cut.
        axes: where to draw; a new figure is made where this is None.
        curves: names of the kinds of lines to draw, `KINDS`.
        legend: "below", "beside", "inside", axes that are to hold it, or None.
        columns: the width of a new figure in columns of a paper, 1 or 2; None for that of Matplotlib's settings.
        project_style: as for `figures.phase.draw`.

    Raises:
        ProblemError: the maps are over other keys, or the choices make no sense.
        ValueError: a dataset is no map of two keys.
    """
    kinds = _kinds(curves)
    with own(project_style):
        maps = told_apart(datasets, key, at)
        held = [map_of(dataset) for dataset in maps.values()]
        new = axes is None
        if axes is None:
            axes = (unruled() if columns is None else blank(columns, HEIGHT)).add_subplot()
        frame(axes, next(iter(maps.values())), held)
        patterns = [DASHES[k % len(DASHES)] for k in range(len(maps))]
        lines = {
            name: _lines(axes, dataset, cells, kinds, {"color": colour, "linestyle": pattern})
            for (name, dataset), cells, colour, pattern in zip(
                maps.items(), held, colours(len(maps)), patterns, strict=True
            )
        }
        drawn = surround(axes, _handles(lines), legend, new)
    figure = axes.get_figure(root=True)
    assert figure is not None
    return OverlayArtists(figure, axes, lines, drawn)


def frame(axes: Axes, dataset: xarray.Dataset, held: Sequence[MapCells]) -> None:
    """Axes over the two keys of some maps, from the least to the largest of each."""
    if len({(cells.x_key, cells.y_key, cells.scales) for cells in held}) > 1:
        found = "; ".join(dict.fromkeys(f"{cells.x_key} by {cells.y_key}" for cells in held))
        raise ProblemError("datasets", f"maps over {found}", "maps over the same two keys on the same scales")
    first = held[0]
    for axis, name, key, scale, values in (
        (axes.xaxis, "x", first.x_key, first.scales[0], [cells.x for cells in held]),
        (axes.yaxis, "y", first.y_key, first.scales[1], [cells.y for cells in held]),
    ):
        low, high = min(v[0] for v in values), max(v[-1] for v in values)
        axes.set(**{f"{name}scale": scale, f"{name}lim": (low, high if high > low else low + 1)})
        power = number(axis, float(low), float(high))
        axis.set_label_text(with_power(wording.axis_name(dataset[key], key), power))


def _kinds(curves: object) -> tuple[str, ...]:
    names = [curves] if isinstance(curves, str) else list(curves) if isinstance(curves, Iterable) else []
    for name in names or [curves]:
        if not isinstance(name, str) or name not in KINDS:
            raise ProblemError("curves", shown(name), one_of(KINDS, name))
    return tuple(names)


def _lines(
    axes: Axes, dataset: xarray.Dataset, cells: MapCells, kinds: Sequence[str], looks: dict[str, Any]
) -> dict[str, Line2D | LineCollection]:
    """The lines of one diagram, by kind."""
    found: dict[str, Line2D | LineCollection] = {}
    curves, sets = curves_of(dataset), sets_of(cells.label, cells.gain)
    for kind in kinds:
        own_looks = looks | sized(KINDS[kind][1])
        if kind in curves:
            (found[kind],) = axes.plot(*curves[kind], **own_looks)
        elif kind in sets and sets[kind].any():
            steps = np.asarray(outline(sets[kind], *cells.edges).vertices).reshape(-1, 2, 2)
            found[kind] = border = LineCollection(list(steps), **own_looks)
            axes.add_collection(border)
    return found


def sized(looks: dict[str, Any]) -> dict[str, Any]:
    """Looks with lengths in proportion to text."""
    return {key: points(value) if key in ("linewidth", "markersize") else value for key, value in looks.items()}


def _handles(lines: dict[str, dict[str, Line2D | LineCollection]]) -> list[Artist]:
    """A line for each diagram that has one, and one for each kind, once."""
    found: list[Artist] = []
    looks: dict[str, Any]
    for k, (name, colour) in enumerate(zip(lines, colours(len(lines)), strict=True)):
        looks = {"color": colour, "linestyle": DASHES[k % len(DASHES)], "linewidth": points(1.6)}
        found += [Line2D([], [], label=name, **looks)] if lines[name] else []
    said: dict[str, Artist] = {}
    for kind in dict.fromkeys(kind for kinds in lines.values() for kind in kinds):
        text, looks = KINDS[kind]
        looks = sized({key: value for key, value in looks.items() if key != "markevery"})
        said.setdefault(text, Line2D([], [], color="0.35", label=text, **looks))
    return found + list(said.values())
