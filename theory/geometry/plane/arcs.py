"""From settled squares to panels: each zero set in a square is the graph of a function over one axis."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.outline import rule
from theory.geometry.plane.squares import Leaves

# A graph is halved at most so often.
HALVINGS = 3


def panels(leaves: Leaves, count: int, accuracy: float) -> tuple[Array, Array]:
    """Nodes and weighted steps (P, count, 2) of the zero set, the positive side on the left.

    A span is halved until the last Legendre coefficients of the graph are below `accuracy` of its length.
    """
    spans = _spans(leaves.coefficients)
    turn = np.linalg.inv(np.polynomial.legendre.legvander(rule(count)[0], count - 1))[-2:].T
    done = []
    for halvings in range(HALVINGS + 1):
        points, steps, graph = _graphs(leaves, *spans, count)
        rough = np.abs(graph @ turn).sum(axis=1) > accuracy * (spans[2] - spans[1])
        good = ~rough | (halvings == HALVINGS)
        done.append((points[good], steps[good]))
        row, low, high = (np.tile(part[~good], 2) for part in spans)
        middle = 0.5 * (low + high)
        first = np.arange(len(row)) < len(row) // 2
        spans = row, np.where(first, low, middle), np.where(first, middle, high)
    points, steps = (np.concatenate(part) for part in zip(*done, strict=True))
    return points, steps


def _graphs(leaves: Leaves, row: Index, low: Array, high: Array, count: int) -> tuple[Array, Array, Array]:
    """Nodes, weighted steps and the coordinates (P, count) of graphs over spans of leaves `row`."""
    held = leaves.coefficients[row]
    order = held.shape[1]
    at, weights = rule(count)
    x = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    table = chebyshev.basis(x, order)
    lines = table @ held
    turn = chebyshev.derivative(order)
    rising = np.einsum("nj,nj->n", lines[:, count // 2] @ turn.T, chebyshev.basis(np.zeros(len(row)), order)) > 0
    flat = lines.reshape(-1, order)
    size = len(flat)
    y = chebyshev.monotone_root(flat, np.full(size, -1.0), np.ones(size), np.repeat(rising, count)).reshape(x.shape)
    over = chebyshev.basis(y, order)
    along = ((table @ turn @ held) * over).sum(axis=-1)
    across = ((lines @ turn.T) * over).sum(axis=-1)
    sign = np.where(rising != leaves.swapped[row], 1.0, -1.0)[:, None]
    run = sign * weights * 0.5 * (high - low)[:, None]
    points, steps = np.stack([x, y], axis=-1), np.stack([run, -run * along / across], axis=-1)
    points, steps = (np.where(leaves.swapped[row, None, None], v[..., ::-1], v) for v in (points, steps))
    half = leaves.half[row, None, None]
    return leaves.center[row, None, :] + half * points, half * steps, y


def _spans(held: Array) -> tuple[Index, Array, Array]:
    """Intervals of the first coordinate over which the zero set lies between the two other edges."""
    order = held.shape[1]
    signs = (-1.0) ** np.arange(order)
    bottom, top = held @ signs, held.sum(axis=2)
    rows, places = [np.repeat(np.arange(len(held)), 2)], [np.tile([-1.0, 1.0], len(held))]
    noise = chebyshev.ROUNDING * np.abs(held).sum(axis=(1, 2))
    for edge in (bottom, top):
        row, at = chebyshev.roots(edge, noise)
        rows.append(row)
        places.append(at)
    row, at = np.concatenate(rows), np.concatenate(places)
    sequence = np.lexsort((at, row))
    row, at = row[sequence], at[sequence]
    joint = (row[1:] == row[:-1]) & (at[1:] > at[:-1])
    row, low, high = row[1:][joint], at[:-1][joint], at[1:][joint]
    table = chebyshev.basis(0.5 * (low + high), order)
    ends = [np.einsum("ni,ni->n", edge[row], table) >= 0 for edge in (bottom, top)]
    inside = ends[0] != ends[1]
    return row[inside], low[inside], high[inside]


def chords(center: Array, half: Array, held: Array, count: int) -> tuple[Array, Array]:
    """Straight panels across squares that could not be settled, from where their edge turns negative back to where it
    turned positive."""
    order = held.shape[1]
    signs = (-1.0) ** np.arange(order)
    edges = (held @ signs, held.sum(axis=1), held.sum(axis=2), np.einsum("i,nij->nj", signs, held))
    rows, places = [], []
    noise = chebyshev.ROUNDING * np.abs(held).sum(axis=(1, 2))
    for side, edge in enumerate(edges):
        row, at = chebyshev.roots(edge, noise)
        rows.append(row)
        places.append(2 * side + 1 + (at if side < 2 else -at))
    row, at = np.concatenate(rows), np.concatenate(places)
    rising = _turns_positive(edges, row, at)
    starts, ends = [], []
    for k in np.unique(row):
        here = np.flatnonzero(row == k)
        here = here[np.argsort(at[here])]
        for place, index in enumerate(here):
            before = here[place - 1]
            if not rising[index] and rising[before] and len(here) > 1:
                starts.append((k, at[index]))
                ends.append((k, at[before]))
    nodes, weights = rule(count)
    if not starts:
        return np.empty((0, count, 2)), np.empty((0, count, 2))
    square = np.array([k for k, _ in starts])
    a, b = (center[square] + half[square, None] * _place(np.array([t for _, t in part])) for part in (starts, ends))
    points = 0.5 * (a + b)[:, None] + 0.5 * (b - a)[:, None] * nodes[:, None]
    return points, 0.5 * (b - a)[:, None] * weights[:, None]


def _place(t: Array) -> Array:
    """The point at t in [0, 8) around the edge of [-1, 1]^2, counterclockwise from (-1, -1)."""
    side = np.minimum(t // 2, 3).astype(int)
    s = t - 2 * side - 1
    x = np.choose(side, [s, np.ones_like(s), -s, -np.ones_like(s)])
    y = np.choose(side, [-np.ones_like(s), s, np.ones_like(s), -s])
    return np.stack([x, y], axis=-1)


def _turns_positive(edges: tuple[Array, ...], row: Index, at: Array) -> Flags:
    side = np.minimum(at // 2, 3).astype(int)
    s = at - 2 * side - 1
    s = np.where(side < 2, s, -s)
    held = np.stack(edges)[side, row]
    slope = np.einsum("nj,nj->n", held @ chebyshev.derivative(held.shape[1]).T, chebyshev.basis(s, held.shape[1]))
    return np.asarray((slope > 0) == (side < 2))
