"""The columns of an interactive diagram: what of a dataset is sent to the page, and how numbers are told.

Numbers are sent as four bytes each where these hold them, words as one. Nothing is drawn here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import xarray
from matplotlib.colors import to_hex

from figures import wording
from figures.cells import edges, outline, runs
from figures.diagram import (
    CURVES,
    MapCells,
    Points,
    checks_of,
    colour_limit,
    coloured,
    curves_of,
    even,
    ordered,
    word_places,
)
from figures.look import SHADES, shades
from figures.wording import LETTERS
from theory.arrays import Array, Flags

Columns = dict[str, Any]

# What is told of a cell: variables of a dataset, those that it has, and their words.
SAID = {
    "risk": "risk",
    "risk_error": "error of the risk",
    "baseline": "risk without training noise",
    "gain": "gain",
    "gain_error": "error of the gain",
    "gain_low": "gain at least",
    "gain_high": "gain at most",
    "label": "training noise",
    "status": "status",
    "route": "route",
}
WORDS = ("label", "status", "route")
# Numbers of a column that are sent as text at most.
SHORT = 512
# Pixels along an axis whose cells are of several sizes, at most.
MOST_PIXELS = 512
# Cells are of one size where their sizes differ by less than this share.
ALIKE = 1e-6
NO_POINTS: Points = (np.empty(0), np.empty(0))


@lru_cache(16)
def palette(low: float, high: float) -> tuple[str, ...]:
    """The colours of a diagram from a gain to another: white is a gain of 0."""
    return tuple(to_hex(colour) for colour in shades("RdBu", low, high)(np.linspace(0, 1, SHADES)))


def limits_of(held: MapCells, sets: dict[str, Flags], limits: tuple[float, float] | None) -> tuple[float, float]:
    """The gains at the ends of the colours: those that were asked for, else those of a phase diagram."""
    return limits or even(colour_limit(coloured(held, sets)))


def placed(values: Array, scale: str) -> Array:
    """Coordinates of a page: logarithms to base 10 on a "log" scale."""
    return np.log10(values) if scale == "log" else values


def columns_of(
    dataset: xarray.Dataset, held: MapCells, sets: dict[str, Flags], size: tuple[float, float]
) -> dict[str, Columns]:
    """The columns of each source, by its name. size: (height, width) of the map on the page."""
    curves, checks = curves_of(dataset), checks_of(dataset)
    x, y = (placed(ends, scale) for ends, scale in zip(held.edges, held.scales, strict=True))
    found = {"cells": _cells(dataset, held, sets)}
    for name in ("undefined", "constant", "undecided"):
        rectangles = runs(sets[name], x, y)
        found[name] = dict(zip(("left", "right", "bottom", "top"), rectangles, strict=True))
    border = np.asarray(outline(sets["proved"], x, y).vertices).reshape(-1, 4)
    found["proved"] = dict(zip(("x0", "y0", "x1", "y1"), border.T, strict=True))
    for name, at in {**dict.fromkeys(CURVES, NO_POINTS), **curves}.items():
        found[name] = _points(at, held.scales)
    for name, at in {**dict.fromkeys(("agree", "disagree"), NO_POINTS), **checks}.items():
        found[name] = _points(at, held.scales)
    taken = [*curves.values(), *checks.values()]
    words = word_places(held, sets, size, taken)
    at = np.array([x for x, _y, _w in words]), np.array([y for _x, y, _w in words])
    said = [wording.LABELS[word] for _x, _y, word in words]
    found["words"] = _points(at, held.scales) | {"text": said}
    return {name: columns if name == "cells" else plain(columns) for name, columns in found.items()}


def plain(columns: Columns) -> Columns:
    """Short arrays as lists: each array is sent in two messages of its own, lists go with the rest in one."""
    short = {key: held.tolist() for key, held in columns.items() if isinstance(held, np.ndarray) and len(held) <= SHORT}
    return {**columns, **short}


def any_in(columns: Columns) -> bool:
    """Whether there is anything in a source."""
    return any(len(column) for column in columns.values())


def _points(at: Points, scales: tuple[str, str]) -> Columns:
    x, y = (placed(np.asarray(v, float), scale) for v, scale in zip(at, scales, strict=True))
    return {"x": x, "y": y}


def _cells(dataset: xarray.Dataset, held: MapCells, sets: dict[str, Flags]) -> Columns:
    """An image of the gains, and images of what is told of each cell: both keys, numbers, and places of words in
    lists of words."""
    columns, left, width = _pixels(held.x, held.scales[0])
    rows, bottom, height = _pixels(held.y, held.scales[1])
    pick = np.ix_(rows, columns)
    found: Columns = {"shown": [light(coloured(held, sets).filled(np.nan)[pick])]}
    found |= {"left": [left], "width": [width], "bottom": [bottom], "height": [height]}
    shape = held.gain.shape
    found[held.x_key] = [light(np.broadcast_to(held.x, shape)[pick])]
    found[held.y_key] = [light(np.broadcast_to(held.y[:, None], shape)[pick])]
    grid = ordered(dataset[[name for name in SAID if _told(dataset, name)]], held.x_key, held.y_key)
    for name in grid.data_vars:
        values = grid[name].to_numpy()
        if name in WORDS:
            words, place = np.unique(values.astype(str), return_inverse=True)
            told = [wording.effect(word) if name == "label" else word for word in words.tolist()]
            values = place.reshape(shape).astype(np.min_scalar_type(len(words)))
            found[f"{name}_words"] = [told]
        found[str(name)] = [light(values[pick])]
    return found


def _told(dataset: xarray.Dataset, name: str) -> bool:
    return name in dataset and set(dataset[name].dims) == set(dataset["gain"].dims)


def _pixels(points: Array, scale: str) -> tuple[np.ndarray, float, float]:
    """Cells along an axis as pixels of one size: the cell of each, where the first begins, and the width of all."""
    at = placed(points, scale)
    steps = np.diff(at)
    if len(steps) and np.ptp(steps) <= ALIKE * steps[0]:
        return np.arange(len(at)), float(at[0] - steps[0] / 2), float(steps.mean() * len(at))
    ends = placed(edges(points, scale), scale)
    count = min(MOST_PIXELS, max(len(at), int(np.ceil(2 * np.ptp(ends) / np.diff(ends).min()))))
    middles = ends[0] + np.ptp(ends) * (np.arange(count) + 0.5) / count
    return np.clip(np.searchsorted(ends, middles) - 1, 0, len(at) - 1), float(ends[0]), float(np.ptp(ends))


def light(values: np.ndarray) -> np.ndarray:
    """Numbers of eight bytes as numbers of four, where none of them overflows or vanishes by that."""
    if values.dtype != np.float64:
        return np.ascontiguousarray(values)
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    short = np.finfo(np.float32)
    fits = not size.size or (size.min() >= short.tiny and size.max() <= short.max)
    return np.ascontiguousarray(values, np.float32 if fits else np.float64)


def told(dataset: xarray.Dataset, held: MapCells, columns: Columns) -> dict[str, str]:
    """What the lines of a tool tip are about, by column."""
    keys = {key: wording.axis_name(dataset[key], key, LETTERS) for key in (held.x_key, held.y_key)}
    return keys | {name: text for name, text in SAID.items() if name in columns}
