"""How much of a Gaussian noise lands in a union of boxes and discs in the plane: integrated slice by slice.

    P(x - alpha W in A) = integral of p_alpha(x_1 - y) sum_i [Phi((b_i(y) - x_2)/alpha) - Phi((a_i(y) - x_2)/alpha)] dy,

[a_i(y), b_i(y)] the intervals in which the line x_1 = y meets A. Places y and intervals are laid out once for each
alpha on the host: Gauss-Legendre panels of 12 nodes in theta, y = middle + half sin(theta), between all abscissae where
the slice changes its form (ends of sets, crossings of their edges), so that square roots at the ends of discs do no
harm; panels are at most alpha long, the edges of discs rise by at most alpha within them, and they are graded where
such abscissae crowd. A point needs only the nodes within 8.5
alpha. The error is below 1e-9.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import erf

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.laws import Sets

REACH = 8.5
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
# Abscissae nearer to each other than this share of the whole are one.
SAME = 1e-12
# Up to this share of the radius a disc rises more steeply than its slice moves.
STEEP = 0.8
# Nodes times intervals that a point may need, and crossings that are looked for; more are left to drawing.
MOST_WORK, MOST_SETS = 20_000, 3_000


class Slices(NamedTuple):
    """Nodes for each of A alphas, padded to J; `window` (N,) is a range whose length is the nodes a point needs."""

    alphas: Numbers  # (A,)
    place: Numbers  # (A, J) ascending, padded by infinity
    weight: Numbers  # (A, J)
    low: Numbers  # (A, J, I)
    high: Numbers
    window: Numbers


def _crossings(sets: Sets) -> np.ndarray:
    """Abscissae where the edges of two sets, or of a set and the frame, cross."""
    center, radius = np.asarray(sets.balls.center), np.asarray(sets.balls.radius)
    boxes = [sets.boxes] + ([sets.frame] if sets.frame else [])
    levels = np.unique(np.concatenate([part[:, 1] for box in boxes for part in (box.low, box.high)] or [[]]))
    found = [part[:, 0] for box in boxes for part in (box.low, box.high)]
    found += [center[:, 0] - radius, center[:, 0] + radius]
    squares = radius**2 - (levels[:, None] - center[:, 1]) ** 2
    roots = np.sqrt(np.maximum(squares, 0))
    found += [(center[:, 0] + sign * roots)[squares >= 0] for sign in (-1, 1)]
    i, j = np.triu_indices(len(radius), 1)
    offset = center[j] - center[i]
    distance = np.hypot(*offset.T)
    meet = (distance > 0) & (distance <= radius[i] + radius[j]) & (distance >= np.abs(radius[i] - radius[j]))
    i, offset, distance, other = i[meet], offset[meet], distance[meet], radius[j[meet]]
    along = (distance**2 + radius[i] ** 2 - other**2) / (2 * distance)
    across = np.sqrt(np.maximum(radius[i] ** 2 - along**2, 0))
    middle = center[i, 0] + along * offset[:, 0] / distance
    found += [middle + sign * across * offset[:, 1] / distance for sign in (-1, 1)]
    return np.concatenate(found)


def _cuts(sets: Sets) -> np.ndarray:
    """Distinct abscissae between which every slice varies smoothly."""
    center, radius = np.asarray(sets.balls.center), np.asarray(sets.balls.radius)
    low = np.concatenate([sets.boxes.low[:, 0], center[:, 0] - radius]).min()
    high = np.concatenate([sets.boxes.high[:, 0], center[:, 0] + radius]).max()
    if sets.frame is not None:
        low, high = max(low, sets.frame.low[0, 0]), min(high, sets.frame.high[0, 0])
    cuts = np.unique(np.clip(_crossings(sets), low, high))
    apart = np.diff(cuts, prepend=-np.inf) > SAME * (high - low)
    return cuts[apart]


def _graded(cuts: np.ndarray) -> np.ndarray:
    """Panel ends: near each cut panels grow from twice the distance of the next cut on its other side."""
    gaps = np.diff(cuts)
    ends = [cuts]
    for k, (a, b) in enumerate(pairwise(cuts)):
        for near, gap, sign in ((a, gaps[k - 1] if k else np.inf, 1), (b, gaps[k + 1 : k + 2].sum() or np.inf, -1)):
            if gap < b - a:
                growth = 2 * gap * (2.0 ** np.arange(1, 2 + math.ceil(math.log2((b - a) / gap))) - 1)
                ends.append(near + sign * growth[growth < (b - a) / 2])
    return np.unique(np.concatenate(ends))


def _steep(sets: Sets, alpha: float) -> np.ndarray:
    """Where discs are steep: abscissae between which their edges rise by alpha."""
    found = [np.empty(0)]
    for at, radius in zip(sets.balls.center[:, 0], sets.balls.radius, strict=True):
        height = np.arange(alpha, STEEP * radius, alpha)
        across = np.sqrt((radius - height) * (radius + height))
        found += [at - across, at + across]
    return np.concatenate(found)


def _nodes(sets: Sets, ends: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights of all panels for one alpha."""
    ends = np.unique(np.concatenate([ends, np.clip(_steep(sets, alpha), ends[0], ends[-1])]))
    parts = np.ceil(np.diff(ends) / alpha).astype(int)
    fine = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], parts, strict=True)]
    edges = np.append(np.concatenate(fine), ends[-1])
    half = np.diff(edges)[:, None] / 2
    theta = math.pi / 2 * NODES
    place = edges[:-1, None] + half * (1 + np.sin(theta))
    return place.ravel(), (half * math.pi / 2 * np.cos(theta) * WEIGHTS).ravel()


def _intervals(sets: Sets, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The disjoint intervals of the slices at each place, (J, I) each, empty ones at the end."""
    center, radius = np.asarray(sets.balls.center), np.asarray(sets.balls.radius)
    squares = radius**2 - (place[:, None] - center[:, 0]) ** 2
    roots = np.sqrt(np.maximum(squares, 0))
    in_box = (sets.boxes.low[:, 0] <= place[:, None]) & (place[:, None] <= sets.boxes.high[:, 0])
    held = np.concatenate([in_box, squares > 0], axis=1)
    low = np.concatenate([np.broadcast_to(sets.boxes.low[:, 1], in_box.shape), center[:, 1] - roots], axis=1)
    high = np.concatenate([np.broadcast_to(sets.boxes.high[:, 1], in_box.shape), center[:, 1] + roots], axis=1)
    if sets.frame is not None:
        low, high = np.maximum(low, sets.frame.low[0, 1]), np.minimum(high, sets.frame.high[0, 1])
    held &= low < high
    order = np.argsort(np.where(held, low, np.inf), axis=1)
    low, high, held = (np.take_along_axis(part, order, axis=1) for part in (low, high, held))
    reached = np.maximum.accumulate(np.where(held, high, -np.inf), axis=1)
    before = np.concatenate([np.full((len(place), 1), -np.inf), reached[:, :-1]], axis=1)
    fresh = held & (low > before)
    number = np.cumsum(fresh, axis=1) - 1
    most = max(1, int(number.max(initial=-1)) + 1)
    starts, stops = np.zeros((len(place), most)), np.zeros((len(place), most))
    row, column = np.nonzero(held)
    new = fresh[row, column]
    starts[row[new], number[row, column][new]] = low[row, column][new]
    stops[row, number[row, column]] = reached[row, column]  # later ones overwrite: the last is the farthest
    return starts, stops


def slices_of(sets: Sets, alphas: np.ndarray) -> Slices | None:
    """The slices for all alphas, or None where there would be too many."""
    if len(sets.balls.radius) + len(sets.boxes.low) > MOST_SETS or not len(alphas):
        return None
    ends = _graded(_cuts(sets))
    if (ends[-1] - ends[0] + 2 * sets.balls.radius.sum()) * (1 / alphas).sum() > MOST_WORK:
        return None
    grids = [_nodes(sets, ends, float(alpha)) for alpha in alphas]
    slices = [_intervals(sets, place) for place, _ in grids]
    window = max(
        int((np.searchsorted(place, place + 2 * REACH * alpha) - np.arange(len(place))).max())
        for (place, _), alpha in zip(grids, alphas, strict=True)
    )
    count = max(window, *(len(place) for place, _ in grids))
    most = max(low.shape[1] for low, _ in slices)
    if window * most > MOST_WORK:
        return None

    def padded(parts: list[np.ndarray], value: float, tail: tuple[int, ...]) -> np.ndarray:
        whole = np.full((len(parts), count, *tail), value)
        for row, part in zip(whole, parts, strict=True):
            row[tuple(slice(0, size) for size in part.shape)] = part
        return whole

    return Slices(
        np.asarray(alphas, dtype=float),
        padded([place for place, _ in grids], np.inf, ()),
        padded([weight for _, weight in grids], 0.0, ()),
        padded([low for low, _ in slices], 0.0, (most,)),
        padded([high for _, high in slices], 0.0, (most,)),
        np.arange(window),
    )


def slice_mass(slices: Slices, alpha: Numbers, x: Numbers) -> Numbers:
    """P(x - alpha W in A) at x (2, points)."""
    which = jnp.argmin(jnp.abs(jnp.asarray(slices.alphas) - alpha))
    place, weight, low, high = (
        jnp.asarray(part)[which] for part in (slices.place, slices.weight, slices.low, slices.high)
    )
    first = jnp.searchsorted(place, x[0] - REACH * alpha)
    first = jnp.minimum(first, len(place) - len(slices.window))

    def add(step: Numbers, total: Numbers) -> Numbers:
        node = first + step
        z = (x[0] - place[node]) / alpha
        share = weight[node] * jnp.exp(-z * z / 2)
        for i in range(low.shape[1]):
            total = total + share * (erf((high[node, i] - x[1]) * inverse) - erf((low[node, i] - x[1]) * inverse))
        return total

    inverse = math.sqrt(0.5) / alpha
    return lax.fori_loop(0, len(slices.window), add, jnp.zeros(x.shape[1])) * inverse / (2 * math.sqrt(math.pi))
