"""A film of the pipeline: both noises move, and with them what training sees, the regions, the votes and the risk.

On the left the stages along the line; on the right the way through the phase diagram and the risk over all training
noises. What is drawn in each frame is here; how frames become a file is in film_files.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from figures import phase
from figures.film_frames import VARIABLES
from figures.look import chosen
from figures.numbers import name_offset
from figures.pipeline import ERRORS, LEVEL, LINES, STRIP
from figures.pipeline import ROWS as STAGES
from figures.style import blank, styled
from theory.arrays import Array

HEIGHT = {2: 5.0}
# Strips at the foot of a panel, and curves of the votes: the classifier without training noise, and that with it.
REGIONS: tuple[dict[str, Any], dict[str, Any]] = (
    {"facecolor": "white", "edgecolor": "0.35", "linewidth": 0.6},
    {"facecolor": "0.45", "edgecolor": "0.45", "linewidth": 0.6},
)
VOTES: tuple[dict[str, Any], dict[str, Any]] = (
    {"color": "0.45", "linestyle": (0, (1, 1)), "linewidth": 1.0},
    {"color": "black", "linestyle": "-"},
)
DOT: dict[str, Any] = {
    "marker": "o",
    "markersize": 7,
    "color": "#F0E442",
    "clip_on": False,
    "markeredgecolor": "black",
    "zorder": 9,
}
# The two strips as shares of a panel's height: each has its lower end and its upper one.
LANES = ((0.09, 0.09 + STRIP), (0.01, 0.01 + STRIP))


@dataclass
class Film:
    """A figure that `show` turns into each of its frames.

    holds: how often each frame is shown. lines: what moves, by its name. title: both noises. verdict: the risk, and
    whether training noise helps. passing: fills and strips, which each frame has of its own.
    """

    dataset: xr.Dataset
    figure: Figure
    axes: dict[str, Axes]
    lines: dict[str, Line2D]
    title: Text
    verdict: Text
    legend: Legend
    holds: list[int]
    passing: list[Artist] = field(default_factory=list)

    def show(self, frame: int) -> None:
        """Make the figure that of one frame, counted from 0."""
        with styled():
            _move(self, self.dataset.isel(frame=frame))


def draw(dataset: xr.Dataset, *, columns: int = 2) -> Film:
    """A film of the frames that a dataset holds (see `film_frames.frames`) beside its map; it shows the first.

    Raises:
        ValueError: a variable is missing, the map is not one of beta and alpha, or columns is not 2.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected the frames of a film")
    if columns not in HEIGHT:
        raise ValueError(f"columns: found {columns!r}, expected 2")
    if (found := [dataset.attrs.get(f"{axis}_key") for axis in "xy"]) != ["beta", "alpha"]:
        raise ValueError(f"dataset: found a map of {found[0]} and {found[1]}, expected beta across and alpha up")
    with styled():
        figure = blank(columns, HEIGHT)
        axes = _panels(figure)
        figure.align_ylabels([axes[name] for name in STAGES])
        lines = _stages(axes, dataset) | _map(axes["map"], dataset) | _risks(axes["risk"], dataset)
        verdict = axes["risk"].set_title("", fontsize=7.5)
        film = Film(
            dataset,
            figure,
            axes,
            lines,
            figure.suptitle(" ", fontsize=9),
            verdict,
            _legend(figure, lines),
            _holds(dataset),
        )
        film.show(0)
        for name in (*STAGES, "risk"):
            name_offset(axes[name].xaxis)
            name_offset(axes[name].yaxis)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # nothing but what is shown moves
    return film


def _panels(figure: Figure) -> dict[str, Axes]:
    halves = figure.add_gridspec(1, 2, width_ratios=(1.12, 1.0))
    rows, beside = halves[0].subgridspec(4, 1), halves[1].subgridspec(2, 1, height_ratios=(1.45, 1.0))
    axes: dict[str, Axes] = {}
    for row, name in enumerate(STAGES):
        axes[name] = figure.add_subplot(rows[row], sharex=axes.get("training"))
        axes[name].tick_params(labelbottom=name == STAGES[-1])
    return axes | {"map": figure.add_subplot(beside[0]), "risk": figure.add_subplot(beside[1])}


def _stages(axes: dict[str, Axes], dataset: xr.Dataset) -> dict[str, Line2D]:
    """The curves of the stages, and all that stays the same in their panels."""
    x, lines = dataset["x"].to_numpy(), {}
    blurs = dataset.attrs["level"] != 0
    for label in (0, 1):
        (lines[f"class {label}"],) = axes["training"].plot(x, np.zeros_like(x), **LINES[label])
        axes["errors"].plot(x, dataset["data"].sel(class_label=label), **LINES[label])
        (lines[f"vote {label}"],) = axes["vote"].plot(x, np.zeros_like(x), **VOTES[label])
    (lines["signed"],) = axes["base"].plot(x, np.zeros_like(x), color="black")
    axes["base"].axhline(dataset.attrs["level"], **LEVEL)
    axes["vote"].axhline(0.5, **LEVEL)
    top = 1.06 * float(max(dataset["seen"].max(), dataset["data"].max()))
    signed = float(dataset["signed"].min()), float(dataset["signed"].max())
    ranges = {"training": (0.0, top), "base": signed, "vote": (0.0, 1.06), "errors": (0.0, top)}
    names = (
        "density of data" if blurs else "density\nin training",
        "blurred label,\nbase region" if blurs else "signed density,\nbase region",
        "vote $u(x)$,\nsmoothed region",
        "density of data,\nerrors",
    )
    for (name, (low, high)), said in zip(ranges.items(), names, strict=True):
        room = 0.0 if name == "training" else 0.26 * (high - low)
        axes[name].set(xlim=(x[0], x[-1]), ylim=(low - room, high + (0.05 * (high - low) if name == "base" else 0.0)))
        axes[name].set_ylabel(said)
        ticks = [0.0, 0.5, 1.0] if name == "vote" else axes[name].get_yticks()
        axes[name].set_yticks([tick for tick in ticks if low <= tick <= high])
    axes["errors"].set_xlabel("$x$")
    return lines


def _map(axes: Axes, dataset: xr.Dataset) -> dict[str, Line2D]:
    """The phase diagram with the way through it. Its words would lie on the way: the colour bar says them."""
    drawn = phase.draw(dataset, axes, look=chosen(legend=False))
    for word in drawn.words:
        word.remove()
    assert drawn.colorbar is not None
    drawn.colorbar.set_label("hurts  \N{LEFTWARDS ARROW}  gain  \N{RIGHTWARDS ARROW}  helps")
    beta, alpha = (dataset[name].to_numpy() for name in ("beta_at", "alpha_at"))
    axes.plot([*beta, beta[0]], [*alpha, alpha[0]], color="black", linewidth=0.8, zorder=8)
    (dot,) = axes.plot([], [], **DOT)
    return {"dot": dot} | drawn.curves


def _risks(axes: Axes, dataset: xr.Dataset) -> dict[str, Line2D]:
    """The risk over training noise, with that of no training noise as a level."""
    alpha, risks = dataset["alpha"].to_numpy(), dataset["risk_over"]
    (curve,) = axes.plot(alpha, np.zeros_like(alpha), color="black")
    level = axes.axhline(0.0, **VOTES[0])
    (dot,) = axes.plot([], [], **DOT)
    low, high = float(risks.min()), float(risks.max())
    axes.set(xlim=(alpha[0], alpha[-1]), ylim=(low - 0.08 * (high - low), high + 0.08 * (high - low)))
    axes.set(xlabel=r"training noise $\alpha$", ylabel=r"risk $R(\alpha, \beta)$")
    return {"risk": curve, "without": level, "risk dot": dot}


def _legend(figure: Figure, lines: dict[str, Line2D]) -> Legend:
    handles: list[Any] = [Line2D([], [], **LINES[1]), Line2D([], [], **LINES[0])]
    handles += [Patch(linewidth=0.0, **ERRORS[label]) for label in (1, 0)]
    words = [str(handle.get_label()) for handle in handles]
    handles += [(Line2D([], [], **VOTES[k]), Patch(**REGIONS[k])) for k in (0, 1)]
    words += ["without training noise", "with training noise"]
    drawn = [lines[name] for name in ("zero", "best") if name in lines]
    handles, words = handles + drawn, words + [str(line.get_label()) for line in drawn]
    pairs = {tuple: HandlerTuple(ndivide=None)}
    return figure.legend(handles, words, loc="outside lower center", ncols=4, handler_map=pairs, handlelength=2.6)


def _holds(dataset: xr.Dataset) -> list[int]:
    return [int(hold) for hold in dataset["hold"].to_numpy()]


def _move(film: Film, held: xr.Dataset) -> None:
    """One frame: curves and words change, fills and strips are made anew."""
    alpha, beta = float(held["alpha_at"]), float(held["beta_at"])
    for label in (0, 1):
        film.lines[f"class {label}"].set_ydata(held["seen"].sel(class_label=label))
        film.lines[f"vote {label}"].set_ydata(held["vote"][label])
    film.lines["signed"].set_ydata(held["signed"])
    film.lines["risk"].set_ydata(held["risk_over"])
    without, risk = map(float, held["risk_at"])
    film.lines["without"].set_ydata([without, without])
    film.lines["risk dot"].set_data([alpha], [risk])
    film.lines["dot"].set_data([beta], [alpha])
    most = max(float(film.dataset[name].max()) for name in ("alpha", "beta"))
    noises = (rf"noise $\{name} = {_written(at, most)}$" for name, at in (("alpha", alpha), ("beta", beta)))
    film.title.set_text("Does training noise help?  Training {},  smoothing {}".format(*noises))
    film.verdict.set_text(rf"$R = {risk:.4f}$: {_said(without - risk, float(held['risk_at_error'].sum()))}")
    for artist in film.passing:
        artist.remove()
    film.passing = [*_errors(film.axes["errors"], held)]
    for name, region in (("base", "base"), ("vote", "smoothed"), ("errors", "smoothed")):
        film.passing += _strips(film.axes[name], held[region].to_numpy())


def _written(value: float, most: float) -> str:
    """A noise to a hundredth of the power of ten that the largest one reaches, as many digits in every frame."""
    power = math.floor(math.log10(most))
    return f"{value:.{max(0, 2 - power)}f}" if -4 < power < 6 else rf"{value / 10**power:.2f} \times 10^{{{power}}}"


def _said(gain: float, error: float) -> str:
    """What training noise does to the risk here, to four digits; nothing is said of what is not told from 0."""
    size = f"{abs(gain):.4f}"
    if abs(gain) <= error or not float(size):
        return "as without training noise"
    return f"training noise {'helps' if gain > 0 else 'hurts'} by {size}"


def _errors(axes: Axes, held: xr.Dataset) -> list[Artist]:
    """The mass of each class that the smoothed classifier gives to the other."""
    ends = held["smoothed"].to_numpy()[1]
    finite = ends[np.isfinite(ends)]
    x = np.union1d(held["x"].to_numpy(), np.concatenate([np.nextafter(finite, -np.inf), finite]))
    inside = ((x[:, None] >= ends[:, 0]) & (x[:, None] < ends[:, 1])).any(axis=1)
    fills: list[Artist] = []
    for label in (0, 1):
        density = np.interp(x, held["x"], held["data"].sel(class_label=label))
        wrong = inside if label == 0 else ~inside
        fills.append(axes.fill_between(x, 0, density, where=wrong, linewidth=0.0, **ERRORS[label]))
    return fills


def _strips(axes: Axes, ends: Array) -> list[Artist]:
    """The intervals (noise, interval, end) of class 1 at the foot of a panel, without training noise above."""
    strips: list[Artist] = []
    for noise, (low, high) in enumerate(LANES):
        for start, stop in ends[noise][~np.isnan(ends[noise]).any(axis=1)]:
            bar = Rectangle(
                (start, low), stop - start, high - low, transform=axes.get_xaxis_transform(), **REGIONS[noise]
            )
            strips.append(axes.add_patch(bar))
    return strips
