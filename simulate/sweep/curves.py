"""Curves on a sweep: where the gain changes sign, and the best training noise. Evaluated exactly, not interpolated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from simulate.sweep.axes import Axis, Family
from theory import NoExactRoute, compare
from theory.arrays import Array, Index
from theory.numerics.continuation import zero_curve
from theory.numerics.peaks import highest
from theory.problems.noises import NOISES

# Labels of cells around which a change of sign is one of what training noise does.
SIGNED = ("exact-help", "exact-hurt")


def add_curves(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> xr.Dataset:
    """The dataset with the zero-gain curve and, if alpha is swept, the curve of the best alpha.

    zero_gain_x, zero_gain_y: pieces of the curve in the plane, NaN between them; neither alpha = 0 nor the edge of a
    region without any gain is one. best_x, best_y: for each value of the other axis the alpha of least risk, NaN where
    that is at the upper edge of the plane or beyond, unknown, or where all cells are constant. There are no curves
    over axes of whole numbers.
    """
    if family.whole(x.key) or family.whole(y.key):
        return dataset
    curves = {"zero_gain": _joined(zero_gain(dataset, family, x, y))}
    if "alpha" in (x.key, y.key):
        curves["best"] = best(dataset, family, x, y)
    names = {"zero_gain": "the curve gain = 0", "best": "the curve of the best alpha"}
    columns = {
        f"{stem}_{axis}": (f"{stem}_point", column, {"units": unit, "long_name": f"{axis} along {names[stem]}"})
        for stem, points in curves.items()
        for axis, column, unit in zip("xy", points.T, (x.unit, y.unit), strict=True)
        if len(points)
    }
    return dataset.assign(columns)


def zero_gain(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> list[Array]:
    """Pieces (n, 2) of the curve gain = 0, between cells where training noise helps and where it hurts."""
    gains = dataset["gain"].where(dataset["label"].isin(SIGNED)).to_numpy()
    if not ((gains > 0).any() and (gains < 0).any()):
        return []
    held = {key: float(dataset.attrs.get(key, 0.0)) for key in NOISES}

    def function(xs: Array, ys: Array) -> tuple[Array, Array]:
        return gains_at(family, {x.key: xs, y.key: ys}, held)

    seeds = (x.values, y.values, gains)
    traced = zero_curve(function, (x.low, x.high), (y.low, y.high), seeds)
    return [part for piece in traced for part in _outside_constant(dataset, piece, x, y)]


def _outside_constant(dataset: xr.Dataset, piece: Array, x: Axis, y: Axis) -> list[Array]:
    """The parts of a curve that do not run through cells in which a classifier is constant: a gain between two
    classifiers that say nearly the same everywhere has a sign, but none that is worth a line."""
    constant = (dataset["label"] == "constant").transpose(y.key, x.key).to_numpy()
    columns, rows = (
        np.clip(np.rint((at - axis.low) / (axis.high - axis.low) * (axis.count - 1)), 0, axis.count - 1).astype(int)
        for at, axis in zip(piece.T, (x, y), strict=True)
    )
    inside = constant[rows, columns]
    cuts = np.flatnonzero(np.diff(inside)) + 1
    parts = zip(np.split(piece, cuts), np.split(inside, cuts), strict=True)
    return [part for part, gone in parts if not gone[0] and len(part) > 1]


def gains_at(family: Family, points: Mapping[str, Array], held: Mapping[str, float]) -> tuple[Array, Array]:
    """Gains and errors (n,) at scattered points of a plane; NaN where there is no exact route."""
    count = len(next(iter(points.values())))
    noises = np.stack([np.broadcast_to(points.get(key, np.array(held[key])), count) for key in NOISES])
    own = [key for key in points if key not in NOISES]
    table = np.stack([points[key] for key in own], axis=1) if own else np.empty((count, 0))
    distinct, which = np.unique(table, axis=0, return_inverse=True)
    found = np.full((2, count), np.nan)
    for k, row in enumerate(distinct.tolist()):
        at = np.flatnonzero(which.ravel() == k)
        try:
            found[:, at] = compare(family.at(dict(zip(own, row, strict=True))), *noises[:, at]).gain.arrays()
        except NoExactRoute:
            continue
    return found[0], found[1]


def best(dataset: xr.Dataset, family: Family, x: Axis, y: Axis) -> Array:
    """(n, 2) points of least risk within the plane, one for each value of the axis that is not alpha."""
    alpha, other = (x, y) if x.key == "alpha" else (y, x)
    held = {key: float(dataset.attrs.get(key, 0.0)) for key in NOISES}

    def function(rows: Index, alphas: Array) -> tuple[Array, Array]:
        return gains_at(family, {other.key: other.values[rows], "alpha": alphas}, held)

    gains, errors = (dataset[name].transpose(other.key, "alpha").to_numpy() for name in ("gain", "gain_error"))
    grid = alpha.values
    if alpha.low > 0:  # the gain is measured from alpha = 0, wherever the axis begins
        grid = np.concatenate([[0.0], grid])
        gains, errors = (np.pad(table, ((0, 0), (1, 0))) for table in (gains, errors))
    peaks = highest(function, grid, gains, errors)
    found = np.array([peak.at if alpha.low <= peak.at and not peak.last else np.nan for peak in peaks])
    found[(dataset["label"] == "constant").all("alpha").to_numpy()] = np.nan
    return np.stack([found, other.values] if x.key == "alpha" else [other.values, found], axis=1)


def _joined(pieces: list[Array]) -> Array:
    """Pieces as one array (n, 2) with a row of NaN between any two."""
    gap = np.full((1, 2), np.nan)
    parts = [part for piece in pieces for part in (gap, piece)][1:]
    return np.concatenate(parts) if parts else np.empty((0, 2))
