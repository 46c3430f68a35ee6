"""How datasets of the gallery become figures: what recipes draw with, and recipes of the two commonest kinds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures import (
    agreement,
    budget,
    curves,
    dimensions,
    disc_experiment,
    film,
    interference,
    network_rules,
    phase,
    pipeline,
    plane,
)
from figures import phase_marks as marks
from figures.legends import foot
from figures.look import Look
from figures.style import blank, styled
from simulate.experiments.recipe import Recipe
from simulate.experiments.sources import Computed, Map
from simulate.storage import NEEDED
from simulate.sweep.held import SIGNED
from theory.errors import ProblemError

Datasets = Sequence[xr.Dataset]


def draw_phases(datasets: Datasets, columns: int) -> list[Figure]:
    """Units are said in the words of a figure, not on its axes."""
    unmarked = [held.assign(gain=held["gain"].drop_attrs(deep=False)) for held in datasets]
    return [phase.draw(held, columns=columns).figure for held in unmarked]


def draw_growing(datasets: Datasets, columns: int) -> list[Figure]:
    """One figure, a panel for each of four dimensions, and one legend."""
    with styled():
        figure = blank(columns, {2: 5.4})
        handles: dict[str, Artist] = {}
        for held, panel in zip(datasets, figure.subplots(2, 2).flat, strict=True):
            settings = json.loads(held.attrs["settings"])
            drawn = phase.draw(held, panel, look=Look(legend=None))
            found = marks.legend_handles(drawn.regions, drawn.curves, drawn.checks)
            handles |= {str(handle.get_label()): handle for handle in found}
            if "zero_gain_x" not in held:
                handles |= _between(panel, held)
            panel.set_title(rf"{held.attrs['name']}, $d = {settings['dim']}$")
        foot(figure, list(handles.values()))
    return [figure]


def _between(panel: Axes, held: xr.Dataset) -> dict[str, Artist]:
    """The line gain = 0 where none was traced: by interpolation between cells whose gain has a sign, and it says so."""
    looks: dict[str, Any] = {"color": "black", "linewidth": 1.1, "linestyle": (0, (5, 1.2))}
    grid = held[["gain", "label"]].transpose("alpha", "beta")
    signed = np.isin(grid["label"], SIGNED)
    gain = np.ma.masked_array(grid["gain"].to_numpy(), ~signed)
    with np.errstate(invalid="ignore"):
        panel.contour(
            grid["beta"],
            grid["alpha"],
            gain,
            levels=[0.0],
            colors=[looks["color"]],
            linewidths=looks["linewidth"],
            linestyles=[looks["linestyle"]],
        )
    name = "gain = 0 (between cells)"
    return {name: Line2D([], [], label=name, **looks)}


def draw_curves(datasets: Datasets, columns: int) -> list[Figure]:
    return [curves.draw(held, columns=columns).figure for held in datasets]


def draw_panels(datasets: Datasets, columns: int) -> list[Figure]:
    return [curves.draw_panels(datasets, columns=columns)[0].figure]


def draw_stages(datasets: Datasets, columns: int) -> list[Figure]:
    return [pipeline.draw_stages(held, columns=columns).figure for held in datasets]


def draw_films(datasets: Datasets, columns: int) -> list[film.Film]:
    return [film.draw(held, columns=columns) for held in datasets]


def draw_planes(datasets: Datasets, columns: int) -> list[Figure]:
    return [plane.draw_fields(held, columns=columns).figure for held in datasets]


def draw_agreements(datasets: Datasets, columns: int) -> list[Figure]:
    return [agreement.draw(held).figure for held in datasets]


def draw_dimensions(datasets: Datasets, columns: int) -> list[Figure]:
    return [dimensions.draw(held, columns=columns).figure for held in datasets]


def draw_discs(datasets: Datasets, columns: int) -> list[Figure]:
    """One figure; a study may come in parts, each with some of the gaps."""
    first = datasets[0]
    for held in datasets[1:]:
        if any(not held[key].equals(first[key]) for key in ("alpha", "beta")):
            raise ProblemError("--from", "studies with different noises", "parts of one study")
    whole = first if len(datasets) == 1 else xr.concat(datasets, "gap", join="outer", combine_attrs="override")
    return [disc_experiment.draw(whole).figure]


def draw_budgets(datasets: Datasets, columns: int) -> list[Figure]:
    return [budget.draw(held, columns=columns).figure for held in datasets]


def draw_interference(datasets: Datasets, columns: int) -> list[Figure]:
    return [interference.draw(datasets).figure]


def draw_network_rules(datasets: Datasets, columns: int) -> list[Figure]:
    """One figure of the studies that have all its numbers of samples."""
    whole = [held for held in datasets if set(network_rules.SAMPLES) <= set(held["samples"].to_numpy().tolist())]
    return [network_rules.draw(whole)[0].figure]


def map_recipe(words: str, *sources: Map, stems: Sequence[str]) -> Recipe:
    return Recipe(dict(zip(stems, sources, strict=True)), draw_phases, words, NEEDED)


def line_recipe(words: str, source: Computed, stem: str) -> Recipe:
    return Recipe({stem: source}, draw_curves, words, curves.VARIABLES)
