"""Lines through a diagram: risk or gain against one of its noises for values of the other, with bands of what is not
known, and the best training noise. Lines differ in colour and in pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import numpy as np
import xarray
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch

from figures import wording
from figures.cells import edges, shape_of
from figures.diagram import curves_of, keys_of
from figures.legends import surround
from figures.room import letters, root
from figures.several import nearest
from figures.style import blank, own, picture, points, unruled
from figures.ticks import number, plain, with_power
from theory.arrays import Array
from theory.errors import ProblemError, one_of

HEIGHT = {1: 2.6, 2: 4.0}
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1)), (0, (8, 2, 1, 1, 1, 2)))
BAND = 0.25
# Lines that are drawn unless values are asked for.
FEW = 5
# What is drawn: the variable and the ends of its band, or the variable and its error, whichever a dataset has first.
QUANTITIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "risk": (("mean_risk", "mean_low", "mean_high"), ("risk", "risk_error"), ("risk",)),
    "gain": (("gain", "gain_low", "gain_high"), ("gain", "gain_error"), ("gain",)),
}


@dataclass(frozen=True)
class LineArtists:
    """Lines and their bands by the value of the key that each holds; where there is but one line, by nan."""

    figure: Figure
    axes: Axes
    lines: dict[float, Line2D]
    bands: dict[float, FillBetweenPolyCollection | PathPatch]
    legend: Legend | None

    def _repr_png_(self) -> bytes | None:
        """The picture in a notebook, where pyplot does not show it."""
        return picture(self.figure)


def colours(count: int) -> list[Any]:
    """So many colours of the settings in force, from the first again where there are too few."""
    found = rcParams["axes.prop_cycle"].by_key().get("color", ["black"])
    return list(islice(cycle(found), count))


def draw(
    dataset: xarray.Dataset,
    axes: Axes | None = None,
    *,
    of: str = "risk",
    against: str | None = None,
    at: float | Sequence[float] | None = None,
    legend: str | Axes | None = "below",
    columns: int | None = None,
    project_style: bool = True,
) -> LineArtists:
    """Draw risk or gain against one key of a diagram, a line for each of some values of the other.

    Args:
        dataset: of a sweep, of measured risks or of trained networks.
        axes: where to draw; a new figure is made where this is None.
        of: "risk" or "gain".
        against: one of the two keys; alpha if None and swept, else the key across.
        at: values of the other key, the nearest that there are; five, evenly spread, if None. A band is what is stated
            of errors: of a sweep the bound of the error, of networks and seeds the interval at the dataset's
            confidence. Measured risks without an interval have no band.
        legend: "below", "beside", "inside", axes that are to hold it, or None.
        columns: the width of a new figure in columns of a paper, 1 or 2; None for that of Matplotlib's settings.
        project_style: as for `figures.phase.draw`.

    Raises:
        ProblemError: a key is not swept, or a value lies beyond its ends.
        ValueError: a needed variable is missing, or the dataset is no map of two keys.
    """
    x_key, y_key = keys_of(dataset)
    against = against or ("alpha" if "alpha" in (x_key, y_key) else x_key)
    if against not in (x_key, y_key):
        raise ProblemError("against", repr(against), one_of((x_key, y_key), against))
    other = y_key if against == x_key else x_key
    held = dataset.sortby([against, other])
    values = held[other].to_numpy().astype(float)
    spread = values[np.unique(np.linspace(0, len(values) - 1, min(FEW, len(values))).round().astype(int))]
    picked = spread if at is None else nearest(values, at, other)
    with own(project_style):
        new = axes is None
        axes = _made(columns) if axes is None else axes
        lines: dict[float, Line2D] = {}
        bands: dict[float, FillBetweenPolyCollection | PathPatch] = {}
        marker = {"marker": "o", "markersize": points(2.6)} if "seeds" in dataset.attrs else {}
        said = wording.named_values(other, picked.tolist())
        for k, (value, words, colour) in enumerate(zip(picked.tolist(), said, colours(len(picked)), strict=True)):
            x, y, low, high = _band(held.sel({other: value}), against, of)
            looks = {"color": colour, "linestyle": DASHES[k % len(DASHES)], "linewidth": points(1.2)} | marker
            (lines[value],) = axes.plot(x, y, label=words, **looks)
            if low is not None and high is not None:
                bands[value] = axes.fill_between(x, low, high, color=colour, alpha=BAND, linewidth=0.0)
        _frame(axes, dataset, against, of)
        shown = surround(axes, list(lines.values()), legend, new)
    return LineArtists(root(axes), axes, lines, bands, shown)


def _band(held: xarray.Dataset, against: str, of: str) -> tuple[Array, Array, Array | None, Array | None]:
    """Places, values, and the ends of the band (None where nothing is stated of errors)."""
    fitting = [n for n in QUANTITIES[of] if all(name in held and held[name].dims == (against,) for name in n)]
    if not fitting:
        raise ValueError(f"dataset: found no {of} over {against}, expected the result of a sweep or of networks")
    names = fitting[0]
    x = held[against].to_numpy().astype(float)
    y, *ends = (held[name].to_numpy().astype(float) for name in names)
    if len(ends) == 1:
        return x, y, y - ends[0], y + ends[0]
    return (x, y, ends[0], ends[1]) if ends else (x, y, None, None)


def _frame(axes: Axes, dataset: xarray.Dataset, against: str, of: str) -> None:
    """Scales, numbers and labels."""
    values = dataset[against].to_numpy().astype(float)
    axes.set_xscale(dataset[against].attrs.get("scale", "linear"))
    power = number(axes.xaxis, float(values.min()), float(values.max()))
    axes.set_xlabel(with_power(wording.axis_name(dataset[against], against), power))
    axes.set_xlim(values.min(), values.max() if len(values) > 1 else values.min() + 1)
    said, formula = wording.colours(dataset) if of == "gain" else wording.risk(dataset)
    numbers, power = plain(float(np.abs(axes.get_ylim()).max()))
    axes.yaxis.set_major_formatter(numbers)
    axes.set_ylabel(f"{with_power(said, power)}  {formula}")
    axes.set_title(wording.title(dataset, longest=letters(axes)))


def draw_best(
    dataset: xarray.Dataset,
    axes: Axes | None = None,
    *,
    legend: str | Axes | None = "below",
    columns: int | None = None,
    project_style: bool = True,
) -> LineArtists:
    """Draw the training noise of least risk against the other key, with gaps where it jumps.

    Where risks were measured these are points, and the band is the set of training noises that cannot be told from the
    best. Other arguments are as for `draw`.

    Raises:
        ValueError: alpha is not swept, or the dataset has no curve of the best training noise.
    """
    x_key, y_key = keys_of(dataset)
    curves = curves_of(dataset)
    if "alpha" not in (x_key, y_key) or not {"best", "least"} & curves.keys():
        raise ValueError("dataset: found no best alpha, expected a sweep of alpha with its curves, or measured risks")
    other = y_key if x_key == "alpha" else x_key
    with own(project_style):
        new = axes is None
        axes = _made(columns) if axes is None else axes
        lines: dict[float, Line2D] = {}
        bands: dict[float, FillBetweenPolyCollection | PathPatch] = {}
        if "best" in curves:
            x, y = curves["best"] if x_key == other else curves["best"][::-1]
            (lines[np.nan],) = axes.plot(x, y, label=r"best $\alpha$", **_curve(y))
        else:
            looks: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": points(3.6), "color": "black"}
            (lines[np.nan],) = axes.plot(*curves["least"], label=r"best $\alpha$", zorder=3, clip_on=False, **looks)
        if "best" in dataset:
            bands[np.nan] = held = _set(dataset)
            axes.add_patch(held)
        _frame_best(axes, dataset, other)
        handles: list[Artist] = [*lines.values(), *bands.values()]
        shown = surround(axes, handles if bands else [], legend, new)
    return LineArtists(root(axes), axes, lines, bands, shown)


def _curve(y: Array) -> dict[str, Any]:
    """Looks of a curve with gaps; a point between two gaps is a dot."""
    known = np.pad(np.isfinite(y), 1)
    alone = np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])
    dots = {"marker": "o", "markersize": points(2.2), "markevery": alone.tolist()} if len(alone) else {}
    return {"color": colours(1)[0], "linewidth": points(1.4)} | dots


def _set(dataset: xarray.Dataset) -> PathPatch:
    """The cells of the set `best`."""
    held = dataset["best"].sortby(["alpha", "beta"]).transpose("alpha", "beta")
    across, up = held["beta"], held["alpha"]
    x, y = (edges(v.to_numpy().astype(float), v.attrs.get("scale", "linear")) for v in (across, up))
    whole = shape_of(held.to_numpy().astype(bool), x, y)
    return PathPatch(whole, facecolor=colours(1)[0], alpha=BAND, linewidth=0.0, label="not told from the best")


def _made(columns: int | None) -> Axes:
    """Axes of a new figure, so many columns of a paper wide or as the settings say."""
    return (unruled() if columns is None else blank(columns, HEIGHT)).add_subplot()


def _frame_best(axes: Axes, dataset: xarray.Dataset, other: str) -> None:
    for axis, name, key in ((axes.xaxis, "x", other), (axes.yaxis, "y", "alpha")):
        values = dataset[key].to_numpy().astype(float)
        low, high = float(values.min()), float(values.max())
        axes.set(**{f"{name}scale": dataset[key].attrs.get("scale", "linear"), f"{name}lim": (low, high)})
        axis.set_label_text(with_power(wording.axis_name(dataset[key], key), number(axis, low, high)))
    axes.set_ylabel(axes.get_ylabel().replace("training noise", "best training noise", 1))
    axes.set_title(wording.title(dataset, longest=letters(axes)))
