"""The error budget: votes, bias and sampling stacked against the training noise, a panel for each number of samples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.legends import foot
from figures.style import blank, check_suffix, literal, styled, write

VARIABLES = ("bias", "sampling", "voting", "training", "smoothing", "best", "least")
HEIGHT = {1: 3.2, 2: 2.9}
# From the bottom up; light and dark in turn, so that a print in grey tells them apart.
STACKED = (
    ("voting", "votes", "#0072B2"),
    ("bias", "bias of both noises", "#F0E442"),
    ("sampling", "sampling", "#E69F00"),
)
ALONE: tuple[tuple[str, str, Any], ...] = (
    ("training", "training noise alone", (0, (5, 1.5))),
    ("smoothing", "smoothing noise alone", (0, (1, 1))),
)
# The top of a panel in units of the least total of its number of samples.
TOP = 3.2


@dataclass(frozen=True)
class BudgetArtists:
    """The figure and its panels, one for each number of samples."""

    figure: Figure
    panels: list[Axes]


def draw(dataset: xr.Dataset, *, columns: int = 2) -> BudgetArtists:
    """Draw the terms of a budget, each panel with an axis of its own.

    Args:
        dataset: `voting`, `bias`, `sampling`, `training`, `smoothing` (samples, alpha), `best` and `least` (samples),
            and, if known, `simulated`, `low`, `high` (samples, place) at `place_alpha` (place). Attribute x_label.
        columns: the width of the figure in columns of a paper.

    Raises:
        ValueError: a variable is missing, or columns is neither 1 nor 2.
    """
    if missing := [name for name in VARIABLES if name not in dataset]:
        raise ValueError(f"dataset: found no variable {missing[0]!r}, expected the terms of an error budget")
    with styled():
        figure = blank(columns, HEIGHT)
        panels = list(np.atleast_1d(figure.subplots(1, dataset.sizes["samples"])))
        for place, panel in enumerate(panels):
            _panel(panel, dataset.isel(samples=place), str(dataset.attrs["x_label"]), place == 0)
        if "beta" in dataset.attrs:
            figure.suptitle(_title(dataset.attrs), fontsize=8)
        handles = {str(label): handle for handle, label in zip(*panels[0].get_legend_handles_labels(), strict=True)}
        foot(figure, list(handles.values()))
    return BudgetArtists(figure, panels)


def save(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Draw the budget and write it as PNG, PDF or SVG, by the suffix of `path`. Raises as `draw`, and `OSError`."""
    check_suffix(path)
    write(draw(dataset, columns=min(2, dataset.sizes["samples"])).figure, path)


def _title(attrs: dict[str, Any]) -> str:
    """The problem and what all panels have in common."""
    dim = rf", $d = {attrs['dim']}$" if "dim" in attrs else ""
    votes = f"{attrs['votes']:g}" if np.isfinite(attrs["votes"]) else "infinitely many"
    return rf"{literal(str(attrs['problem']))}{dim}, $\beta = {attrs['beta']:g}$, {votes} votes"


def _panel(panel: Axes, held: xr.Dataset, x_label: str, first: bool) -> None:
    alpha, top = held["alpha"].to_numpy(), TOP * float(held["least"])
    terms = [np.minimum(held[name].to_numpy(), 10 * top) for name, _label, _colour in STACKED]
    labels, colours = ([entry[k] for entry in STACKED] for k in (1, 2))
    panel.stackplot(alpha, *terms, labels=labels, colors=colours, linewidth=0)
    panel.plot(alpha, np.sum(terms, axis=0), color="black", linewidth=1.1, label="total")
    for name, label, dash in ALONE:
        panel.plot(alpha, held[name].to_numpy(), color="black", linewidth=0.8, linestyle=dash, label=label)
    best = float(held["best"])
    if np.isfinite(best):
        looks: dict[str, Any] = {"color": "black", "markersize": 5, "label": r"best $\alpha$", "zorder": 5}
        panel.plot([best], [float(held["least"])], "*", **looks)
    if "simulated" in held:
        _simulated(panel, held)
    panel.set_xlim(0, float(alpha[-1]))
    panel.set_ylim(0, top)
    panel.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    panel.set_title(f"$n = {int(held['samples']):,}$".replace(",", r"\,"))
    panel.set_xlabel(x_label)
    if first:
        panel.set_ylabel("excess risk")


def _simulated(panel: Axes, held: xr.Dataset) -> None:
    """Means with their intervals."""
    middle, low, high = (held[name].to_numpy() for name in ("simulated", "low", "high"))
    looks: dict[str, Any] = {"fmt": "o", "color": "black", "markerfacecolor": "white", "markersize": 3.5}
    looks |= {"elinewidth": 0.7, "capsize": 1.5, "zorder": 4, "label": "simulated"}
    panel.errorbar(held["place_alpha"].to_numpy(), middle, [middle - low, high - middle], **looks)
