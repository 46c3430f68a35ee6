"""Curves on a sweep: where the gain changes sign, and the best training noise. Evaluated exactly, not interpolated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from simulate.sweep.axes import ASKED, Axis, Family
from simulate.sweep.held import SIGNED
from simulate.sweep.jumps import with_gaps
from simulate.work.pieces import ALONE, Crew
from theory import NoExactRoute, zero_gain_curve
from theory.arrays import Array
from theory.numerics.zero_lines import ZeroLine
from theory.problems.noises import NOISES, RATIO
from theory.problems.problem import Problem
from theory.risks.optimum import best_along
from theory.risks.panel import Noises

# Cells along an axis between which curves are looked for.
MOST_SEEDS = 513


def add_curves(dataset: xr.Dataset, family: Family, x: Axis, y: Axis, crew: Crew = ALONE) -> xr.Dataset:
    """The dataset with the zero-gain curve and, if alpha is swept, the curve of the best alpha.

    zero_gain_x, zero_gain_y: pieces of the curve in the plane, NaN between them; neither alpha = 0 nor the edge of a
    region without any gain is one. zero_gain_jump: 1 along pieces where the gain jumps across 0, else 0.
    best_x, best_y: for each value of the other axis the alpha of least risk, NaN where that is at the upper edge of the
    plane or beyond, unknown, or where all cells are constant; NaN between the two ends of a jump, which are added.
    There are no curves over axes of whole numbers. crew: keeps each curve when it is traced.
    """
    if family.whole(x.key) or family.whole(y.key):
        return dataset

    seeds = _seeds(dataset, (x, y))

    def traced() -> list[tuple[Array, str]]:
        return [(piece.points, piece.kind) for piece in zero_gain(seeds, family, x, y)]

    pieces = crew.once("curves", 0, traced)
    curves = {"zero_gain": _joined([points for points, _kind in pieces])}
    if "alpha" in (x.key, y.key):
        curves["best"] = crew.once("curves", 1, lambda: best(dataset, family, x, y))
    names = {"zero_gain": "the curve gain = 0", "best": "the curve of the best alpha"}
    columns: dict[str, Any] = {
        f"{stem}_{axis}": (f"{stem}_point", column, {"units": unit, "long_name": f"{axis} along {names[stem]}"})
        for stem, points in curves.items()
        for axis, column, unit in zip("xy", points.T, (x.unit, y.unit), strict=True)
        if len(points)
    }
    if pieces:
        jumps = _joined([np.full((len(points), 1), kind == "jump", float) for points, kind in pieces])[:, 0]
        about = {"units": "1", "long_name": "whether the gain jumps across 0"}
        columns["zero_gain_jump"] = ("zero_gain_point", (jumps == 1).astype(np.int8), about)
    return dataset.assign(columns)


def _seeds(dataset: xr.Dataset, axes: Sequence[Axis]) -> xr.Dataset:
    """The cells from which curves are found: of more than MOST_SEEDS along an axis some, evenly spread."""
    picks = {axis.key: np.linspace(0, axis.count - 1, min(axis.count, MOST_SEEDS)).round().astype(int) for axis in axes}
    return dataset[["gain", "label"]].isel(picks).load()


def zero_gain(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> list[ZeroLine]:
    """Pieces of the curve gain = 0, between cells where training noise helps and where it hurts."""
    label = dataset["label"].transpose(y.key, x.key).to_numpy()
    gains = np.where(np.isin(label, SIGNED), dataset["gain"].transpose(y.key, x.key).to_numpy(), 0.0)
    if not ((gains > 0).any() and (gains < 0).any()):
        return []
    seeds = dataset[x.key].to_numpy(), dataset[y.key].to_numpy(), np.where(label == "constant", np.nan, gains)
    held = {key: float(dataset.attrs[key]) for key in ASKED if key in dataset.attrs and key not in (x.key, y.key)}
    asked = family.asks(x.key) and family.asks(y.key)
    problem = family.at() if asked else _regime(family)
    return zero_gain_curve(problem, (x.key, x.low, x.high), (y.key, y.low, y.high), held, seeds=seeds)


def _regime(family: Family) -> Callable[..., Problem]:
    """The family as a function of its keys, which says whether the ratio is one of them."""
    if RATIO in family.parameters:
        usual = family.parameters[RATIO]
        return lambda ratio=usual, **values: family.at({**values, RATIO: ratio})
    return lambda **values: family.at(values)


def best(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> Array:
    """(n, 2) points of least risk within the plane, along the axis that is not alpha."""
    alpha, other = (x, y) if x.key == "alpha" else (y, x)
    held = {key: float(dataset.attrs.get(key, 0.0)) for key in NOISES}
    if RATIO in dataset.attrs:
        held[RATIO] = float(dataset.attrs[RATIO])

    def at(values: Array) -> Array:
        rows = np.arange(len(values))
        noises = {key: np.full(len(values), value) for key, value in held.items()}
        if family.asks(other.key):
            problems, noises[other.key], own = [family.at()], values, np.zeros_like(rows)
        else:
            problems, own = [family.at({other.key: value}) for value in values.tolist()], rows
        found = _best(problems, Noises(own, noises["beta"], noises["eps"], noises.get(RATIO)), alpha.high)
        # What is not inside the plane is not shown; its lower edge counts as inside.
        return np.where((found >= alpha.low) & (found < alpha.high), found, np.nan)

    along = other.values
    shown = ~(_seeds(dataset, (alpha,))["label"] == "constant").all("alpha").to_numpy()
    found = np.full(len(along), np.nan)
    if shown.any():
        found[shown] = at(along[shown])
    points = with_gaps(at, along, found, alpha.high - alpha.low)
    return points[:, ::-1] if x.key == "alpha" else points


def _best(problems: Sequence[Problem], rows: Noises, upper: float) -> Array:
    """The best alphas; NaN without an exact route, which costs no other row its own."""
    try:
        return best_along(problems, rows, upper)
    except NoExactRoute:
        halves = np.array_split(np.arange(len(rows.own)), 2)
        if len(rows.own) == 1:
            return np.full(1, np.nan)
        return np.concatenate([_best(problems, rows.take(half), upper) for half in halves])


def _joined(pieces: list[Array]) -> Array:
    """Pieces as one array (n, columns) with a row of NaN between any two."""
    if not pieces:
        return np.empty((0, 2))
    gap = np.full((1, pieces[0].shape[1]), np.nan)
    return np.concatenate([part for piece in pieces for part in (gap, piece)][1:])
