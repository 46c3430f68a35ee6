"""Bodies of revolution eroded and dilated by a distance: the nearest point of the surface lies in the half-plane of the
axis, so that both are envelopes of circles in it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.axial.graph import NOTHING, Graph, panels, resolved
from theory.geometry.axial.weights import Weights
from theory.numerics.bracketing import find_roots

# Angles at which circles touch, of which the best few are closed in on, so many times.
ANGLES, BEST, LOOKS, CLOSER = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 65), 3, np.linspace(0.0, 1.0, 9), 9
# Panels of the data, and places in a distance, at which ends are looked for; what a panel may do to a risk.
PANELS, PLACES, GOAL = 12, 6, 1e-11
# Shares of a panel at which it is asked whether it is thin.
SHARES = np.linspace(0.0, 1.0, 33)
# Of places, relative to these.
ROUNDING = 1e-14


def envelope(graph: Graph, eps: float, side: int, t: Array) -> tuple[Array, Array]:
    """Radii at t (N,): side 1, the largest R(t + s) + sqrt(eps^2 - s^2), |s| <= eps, where the body is; side -1, the
    least R(t + s) - sqrt(eps^2 - s^2), R being 0 where the body is not. And their errors."""

    def height(place: Array, angle: Array) -> Array:
        radius = graph.at((place + eps * np.sin(angle)).ravel()).reshape(angle.shape)
        with np.errstate(invalid="ignore"):
            bare = -np.inf if side > 0 else 0.0
            return np.where(radius >= 0, side * radius, bare) + eps * np.cos(angle)

    found = height(t[:, None], np.broadcast_to(ANGLES, (len(t), len(ANGLES))))
    padded = np.pad(found, ((0, 0), (1, 1)), constant_values=-np.inf)
    peak = np.where((found >= padded[:, :-2]) & (found >= padded[:, 2:]), found, -np.inf)
    best = np.argsort(-peak, axis=1)[:, :BEST].ravel()
    place, step = np.repeat(t, BEST)[:, None], ANGLES[1] - ANGLES[0]
    low, high = (np.clip(ANGLES[best] + sign * step, ANGLES[0], ANGLES[-1]) for sign in (-1, 1))
    every = np.arange(len(best))
    for _ in range(CLOSER):
        angle = low[:, None] + (high - low)[:, None] * LOOKS
        values = height(place, angle)
        top = values.argmax(axis=1)
        low, high = angle[every, np.maximum(top - 1, 0)], angle[every, np.minimum(top + 1, len(LOOKS) - 1)]
    shape = len(t), BEST
    touched = place[:, 0] + eps * np.sin(angle[every, values.argmax(axis=1)])
    reached, doubt = values.max(axis=1).reshape(shape), graph.displaced(touched).reshape(shape)
    largest, winner = reached.max(axis=1), reached.argmax(axis=1)
    error = np.maximum((reached + doubt).max(axis=1) - largest, doubt[np.arange(len(t)), winner])
    return side * np.maximum(largest, found.max(axis=1)), error + ROUNDING * (eps + np.abs(t))


def eroded(graph: Graph, eps: float, side: int, weights: Weights) -> Graph:
    """The body less all within eps of its outside (side -1), or with all within eps of it (side 1), where data are."""
    if not len(graph.low):
        return NOTHING
    first, last = weights.extent
    grid = np.linspace(first, last, PANELS + 1)
    start = []
    for a, b in _islands(graph, eps, side, first, last):
        edges = np.concatenate([[a], grid[(grid > a) & (grid < b)], [b]])
        start.append(panels(edges, a > first, b < last))

    def radius(t: Array, _guess: Array) -> tuple[Array, Array]:
        value, error = envelope(graph, eps, side, t)
        far = value >= weights.radius
        return np.clip(value, 0.0, weights.radius), np.where(far, 0.0, error)

    def fine(found: Graph, rounding: Array) -> Flags:
        return weights.doubt(replace(found, error=found.error - rounding)) <= GOAL

    return resolved(start, radius, fine)


def _islands(graph: Graph, eps: float, side: int, first: float, last: float) -> list[tuple[float, float]]:
    """Where the envelope is a body, between two places."""
    if side > 0:
        return _joined(graph.islands + np.array([-eps, eps]), first, last)
    found: list[tuple[float, float]] = []
    thin = _thin(graph, eps)
    for a, b in graph.islands.tolist():
        low, high = max(a, first), min(b, last)
        if low >= high:
            continue
        parts = [np.linspace(p, q, 2 + math.ceil(max(PLACES * (q - p) / eps, 32))) for p, q in _joined(thin, low, high)]
        places = np.unique(np.concatenate([[low, high], *parts]))
        value = envelope(graph, eps, side, places)[0]
        change = np.flatnonzero((value[1:] > 0) != (value[:-1] > 0))
        roots = find_roots(
            lambda _rows, x: (envelope(graph, eps, side, x)[0], np.zeros(len(x))),
            places[change], places[change + 1], value[change], value[change + 1], 1e-14 * eps,
        ).at  # fmt: skip
        ends = np.concatenate([[low] if value[0] > 0 else [], roots, [high] if value[-1] > 0 else []])
        found += [(float(p), float(q)) for p, q in zip(ends[::2], ends[1::2], strict=True) if p < q]
    return found


def _thin(graph: Graph, eps: float) -> Array:
    """(m, 2) intervals, in order, outside of which no radius within eps is so small that erosion comes to the axis."""
    every = np.arange(len(graph.low))
    v = np.broadcast_to(SHARES, (len(every), len(SHARES)))
    radii, t = graph.radius(every, v), graph.place(every, v)
    change = np.abs(np.diff(radii, axis=1))
    least = np.minimum(radii[:, 1:], radii[:, :-1]) - change - graph.error[:, None]
    panel, part = np.nonzero(least <= eps)
    return np.stack([t[panel, part] - eps, t[panel, part + 1] + eps], axis=1)


def _joined(intervals: Array, first: float, last: float) -> list[tuple[float, float]]:
    """The unions of intervals, in order, between two places."""
    cut: list[tuple[float, float]] = []
    for a, b in np.clip(intervals, first, last).tolist():
        if cut and a <= cut[-1][1]:
            cut[-1] = cut[-1][0], max(b, cut[-1][1])
        elif a < b:
            cut.append((a, b))
    return cut
