"""Masses that components have in intervals of the line, and their densities at places; each sees what it can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.piece import UNDERFLOW, Piece
from theory.geometry.region import Region
from theory.laws import NOISE

EPS, TINY = np.finfo(float).eps, np.finfo(float).tiny
# Rounding of a mass and of the sums it takes part in.
MASS_ULPS = 8
# In scales of each law: so far from its centre floats see neither mass nor density.
REACH = {"gaussian": 39.0, "laplace": 746.0, "uniform": 2.0}
# Inside by a hair or outside by a hair is the same end.
HAIR = 1e-12
# So many pairs of intervals and components are held at a time: what the nearest cache takes.
BLOCK = 2**15


@dataclass(frozen=True)
class _Near:
    """Pairs (P,) of intervals with components of one law that reach them.

    place: the interval. center, scale, weight: of the component. below, above: the ends of the interval in its scales,
    but no farther than its reach.
    """

    place: Index
    center: Array
    scale: Array
    weight: Array
    below: Array
    above: Array


def _near(law: str, pieces: list[Piece], row: Index, low: Array, high: Array) -> Iterator[_Near]:
    """All pairs of intervals (N,) of rows with components of a law, in blocks.

    Of the components in order an interval sees a range: those that start below its upper end, but for the first ones,
    which all stop below its lower end.
    """
    if len(row) == 0:
        return
    center, scale, weight = (_rows([getattr(p, key) for p in pieces]) for key in ("center", "scale", "weight"))
    start, stop = np.zeros(len(row), np.intp), np.full(len(row), len(pieces))
    if len(pieces) > 1:
        order = np.argsort(center[:, 0], kind="stable")
        center, scale, weight = center[order], scale[order], weight[order]
        reach = REACH[law] * scale + 2 * np.spacing(np.abs(center))
        start = np.searchsorted(np.maximum.accumulate((center + reach).max(axis=1)), low)
        stop = np.searchsorted(np.minimum.accumulate((center - reach).min(axis=1)[::-1])[::-1], high, side="right")
    count = np.maximum(stop - start, 0)
    before = np.cumsum(count) - count
    parts = 1 + int(count.sum()) // BLOCK
    for some in np.array_split(np.arange(len(row)), parts) if parts > 1 else (np.arange(len(row)),):
        many = count[some]
        place = np.repeat(some, many)
        which = np.arange(len(place)) - np.repeat(before[some] - before[some[:1]] - start[some], many)
        held = (part[which, row[place] if part.shape[1] > 1 else 0] for part in (center, scale, weight))
        at, scales, weights = held
        with np.errstate(over="ignore"):  # what is beyond the range of floats is infinitely far
            below, above = (np.clip((end[place] - at) / scales, -REACH[law], REACH[law]) for end in (low, high))
        yield _Near(place, at, scales, weights, below, above)


def _rows(values: list[Array]) -> Array:
    """Numbers of components, each one or one for every row, as a matrix (K, R), or (K, 1) where all are one."""
    table = np.empty((len(values), max(v.size for v in values)))
    for line, value in zip(table, values, strict=True):
        line[:] = value
    return table


def _by_law(pieces: tuple[Piece, ...], label: int | None = None) -> dict[str, list[Piece]]:
    """The components of a class, or of both, that have densities."""
    found: dict[str, list[Piece]] = {}
    for item in pieces:
        if item.law != "point" and label in (None, item.label):
            found.setdefault(item.law, []).append(item)
    return found


def mass(pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
    """Mass of the class-`label` components where the region says the other class: a class's share of the risk.

    Returns the masses (R,) and their rounding error; every summand is positive and has full relative precision.
    """
    row, low, high = region.spans(not label)
    rows = len(region.first)
    total, ulps, lost = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for law, items in _by_law(pieces, label).items():
        for near in _near(law, items, row, low, high):
            held, at = near.weight * NOISE[law].interval(near.below, near.above), row[near.place]
            ends = sum(_end_ulps(law, near.center / near.scale, z) for z in (near.below, near.above))
            total += np.bincount(at, held, rows)
            ulps += np.bincount(at, near.weight * ends + MASS_ULPS * held, rows)
            if law != "uniform":
                lost -= np.bincount(at, held >= UNDERFLOW, rows)
        if law != "uniform":
            lost += len(items) * np.bincount(row, minlength=rows)
    for item in pieces:
        if item.law == "point" and item.label == label:
            wrong = item.weight * (region.contains(np.atleast_1d(item.center)[:, None])[:, 0] != bool(label))
            total, ulps = total + wrong, ulps + MASS_ULPS * wrong
    return total, EPS * ulps + TINY * lost


def log_masses(pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
    """Logarithms of the summands of `mass` and their errors, (R, k): what is left of masses that underflow."""
    low, high = region.pieces(not label)
    logs, errors = [np.full((len(region.first), 1), -np.inf)], [np.zeros((len(region.first), 1))]
    for item in pieces:
        if item.label != label or item.law == "point":
            continue
        center, scale, weight = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale, item.weight))
        below, above = (low - center) / scale, (high - center) / scale
        with np.errstate(invalid="ignore"):
            log = np.where(low < high, NOISE[item.law].log_interval(below, above), -np.inf)
        used = np.isfinite(log)
        size = np.where(used, log, 0.0)
        with np.errstate(over="ignore"):
            ends = sum(_end_ulps(item.law, center / scale, z, size) for z in (below, above))
        logs.append(np.log(weight) + log)
        errors.append(EPS * np.where(used, MASS_ULPS * (1 + np.abs(size)) + ends, 0.0))
    return np.concatenate(logs, axis=1), np.concatenate(errors, axis=1)


def _end_ulps(law: str, center: Array, z: Array, log_mass: Array | float = 0.0) -> Array:
    """Density at an end z of an interval times how far z may be off: its own rounding, and where a box was written as
    centre and half-width (`center` in units of the latter) that of both; relative to a mass of that logarithm."""
    size, log_pdf = np.abs(z), NOISE[law].log_pdf
    if law == "uniform":
        near, off = size <= 1 + HAIR, 2 * (size + np.abs(center) + 1)
        return np.where(near, np.exp(log_pdf(np.minimum(size, 1.0)) - log_mass) * np.where(near, off, 0.0), 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.isfinite(size), np.exp(log_pdf(size) - log_mass) * 2 * size, 0.0)


def density(pieces: tuple[Piece, ...], x: Array) -> Array:
    """|s(x)| up to sign: the sum of the raw component densities at x (R, n), for the propagation of errors."""
    total = np.zeros(x.size)
    place = np.flatnonzero(np.isfinite(x))
    at = x.ravel()[place]
    for law, items in _by_law(pieces).items():
        for near in _near(law, items, place // x.shape[1], at, at):
            heights = near.weight / near.scale * NOISE[law].pdf(near.below)
            total += np.bincount(place[near.place], heights, len(total))
    return total.reshape(x.shape)


# In scales of each law: its centre, bulk and tails, beyond which less than 1e-300 of it lies.
SPREAD = {
    "gaussian": np.array([-38.0, -16.0, -8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0, 16.0, 38.0]),
    "laplace": np.array([-700.0, -150.0, -40.0, -10.0, -2.0, 0.0, 2.0, 10.0, 40.0, 150.0, 700.0]),
    "uniform": np.array([-1.0, 1.0]),
}


def marks(pieces: tuple[Piece, ...], rows: int) -> Array:
    """Coordinates (R, m) that cut the densities of the components (points apart) into smooth parts."""
    columns = [
        np.broadcast_to(np.atleast_1d(p.center)[:, None] + np.atleast_1d(p.scale)[:, None] * SPREAD[p.law], shape)
        for p in pieces
        if p.law != "point"
        for shape in [(rows, len(SPREAD[p.law]))]
    ]
    return np.concatenate(columns, axis=1) if columns else np.empty((rows, 0))
