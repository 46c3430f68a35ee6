"""Densities of stacked laws, and unions of sets, at many points, in JAX.

Points are columns, x of shape (d, points), so that sums over the axes run over long rows. `alpha` is None where no
noise is added, otherwise a positive array scalar.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from simulate.montecarlo.laws.balls import DEGREE, STRETCH, BallTables, log_volume
from simulate.montecarlo.laws.densities import BARE, LOG_SQRT_2PI, NOISED
from simulate.montecarlo.laws.laws import Balls, Boxes, LabelledRegion, LawGroup

# Below this row length a loop over the axes costs more than its rows; then all axes are taken at once.
LONG_ROW = 256
# So many axes are written out at a time; of few axes the noise need never be stored.
FEW_AXES = 4
MORE_AXES = 16  # of terms of a few operations


def by_axis(laws: int, points: int) -> bool:
    """Whether terms of `laws` laws at `points` points are folded axis by axis, never holding laws x axes x points."""
    return laws * points >= LONG_ROW


def over_axes(fold: Any, term: Callable[..., Array], x: Array, *tables: Array, together: int = FEW_AXES) -> Array:
    """Fold term(x, *tables) over the axes by a `jnp` ufunc: x (d, points) and tables (K, d) give (K, points).

    Compiled reductions over a middle axis of moderate length are slow; a loop over the axes with rows of K x points
    is at the speed of memory.
    """
    if not by_axis(len(tables[0]), x.shape[1]):
        return fold.reduce(term(x.T[:, None, :], *tables), axis=-1).T

    def row(axis: Array | int) -> Array:
        return term(x[axis], *(table[:, axis, None] for table in tables))

    def rows(first: Array | int, count: int) -> Array:
        return reduce(fold, (row(first + step) for step in range(count)))

    rounds, rest = divmod(len(x), together)
    start, rounds = (rows(0, rest), rounds) if rest else (rows(0, together), rounds - 1)
    first = len(x) - rounds * together
    if not rounds:
        return start
    return lax.fori_loop(0, rounds, lambda k, folded: fold(folded, rows(first + k * together, together)), start)


def from_centers(center: Array, x: Array) -> Array:
    """Euclidean distances (K, points)."""

    def square(value: Array, at: Array) -> Array:
        return (value - at) * (value - at)

    return jnp.sqrt(over_axes(jnp.add, square, x, center))


def log_ball_mass(tables: BallTables, alpha: Array, distance: Array, radius: Array) -> Array:
    """log P(|x + alpha Z - c| <= R) for K balls at distances |x - c| (K, points); see `balls` for its error."""
    which = jnp.asarray(tables.which)[jnp.argmin(jnp.abs(jnp.asarray(tables.alphas) - alpha))]
    excess, start, step, pieces = (
        jnp.asarray(part)[which][:, None] for part in (tables.excess, tables.start, tables.step, tables.pieces)
    )
    beyond = (distance - radius[:, None]) / alpha
    place = (jnp.arcsinh((beyond + excess) / STRETCH) - start) / step
    piece = jnp.clip(jnp.floor(place), 0, pieces - 1).astype(int)
    local = 2 * (place - piece) - 1
    t = jnp.clip(local, -1.0, 1.0)
    table, value, slope = jnp.asarray(tables.coefficients), jnp.zeros_like(t), jnp.zeros_like(t)
    for k in reversed(range(DEGREE + 1)):
        slope = slope * t + value
        value = value * t + table[which[:, None], piece, k]
    bent = value + slope * jnp.maximum(local - 1, 0.0)
    return jnp.where(place < 0, 0.0, jnp.minimum(bent - beyond * beyond / 2, 0.0))


def _log_ball_densities(part: LawGroup, alpha: Array | None, x: Array) -> Array:
    center, radius = jnp.asarray(part.center), jnp.asarray(part.scale)[:, 0]
    distance = from_centers(center, x)
    if alpha is None:
        mass = jnp.where(distance <= radius[:, None], 0.0, -jnp.inf)
    else:
        assert part.tables is not None  # other noises have no closed form here, see `nested`
        mass = log_ball_mass(part.tables, alpha, distance, radius)
    return mass - log_volume_of(len(x), radius)[:, None]


def log_volume_of(dim: int, radius: Array) -> Array:
    """Log volume of balls, of traced radii."""
    return dim * jnp.log(radius) + float(log_volume(dim, np.ones(1))[0])


def _log_gaussian_densities(part: LawGroup, alpha: Array | None, x: Array) -> Array:
    """Of Gaussians with independent axes: variances add, and logarithms of scales are taken once for each law."""
    scale = jnp.asarray(part.scale) if alpha is None else jnp.hypot(jnp.asarray(part.scale), alpha)

    def square(value: Array, at: Array, inverse: Array) -> Array:
        step = (value - at) * inverse
        return step * step

    squares = over_axes(jnp.add, square, x, jnp.asarray(part.center), math.sqrt(0.5) / scale, together=MORE_AXES)
    return -squares - (jnp.log(scale) + LOG_SQRT_2PI).sum(axis=1)[:, None]


def log_densities(kind: str, part: LawGroup, noise: str, alpha: Array | None, x: Array) -> Array:
    """Log densities (K, points) of K noised laws of one kind at x (d, points)."""
    if kind == "ball":
        return _log_ball_densities(part, alpha, x)
    if kind == "gaussian" and (alpha is None or noise == "gaussian"):
        return _log_gaussian_densities(part, alpha, x)
    family = "gaussian" if kind == "rotated" else kind

    def profile(offset: Array, scale: Array) -> Array:
        distance = jnp.abs(offset)
        return BARE[family](distance, scale) if alpha is None else NOISED[family, noise](distance, scale, alpha)

    center, scale = jnp.asarray(part.center), jnp.asarray(part.scale)
    if part.rotation is None:
        return over_axes(jnp.add, lambda value, at, width: profile(value - at, width), x, center, scale)
    offset = jnp.einsum("kij,kip->kjp", jnp.asarray(part.rotation), x - center[:, :, None])
    return profile(offset, scale[:, :, None]).sum(axis=1)


def log_total(terms: list[Array]) -> Array:
    """Logarithm of the sum over the first axis of all terms, (points,)."""
    stacked = jnp.concatenate(terms)
    if len(stacked) == 1:
        return stacked[0]
    top = stacked.max(axis=0)
    safe = jnp.where(jnp.isfinite(top), top, 0.0)
    return safe + jnp.log(jnp.exp(stacked - safe).sum(axis=0))


def log_sum(parts: dict[str, LawGroup], noise: str, alpha: Array | None, x: Array) -> Array:
    """Log of a sum of weighted densities, (points,). Point masses have none without noise and are left out there."""
    terms = [
        log_densities(kind, part, noise, alpha, x) + jnp.asarray(part.log_mass)[:, None]
        for kind, part in parts.items()
        if kind != "point" or alpha is not None
    ]
    return log_total(terms) if terms else jnp.full(x.shape[1], -jnp.inf)


def _gaps(boxes: Boxes, widening: Array | float, x: Array) -> Array:
    """Distances (K, points) to the widened boxes."""

    def squared_gap(value: Array, low: Array, high: Array) -> Array:
        gap = jnp.maximum(jnp.maximum(low - widening - value, value - high - widening), 0.0)
        return gap * gap

    return jnp.sqrt(over_axes(jnp.add, squared_gap, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high)))


def distance_to(region: LabelledRegion, widening: Array | float, x: Array) -> Array:
    """Euclidean distance (points,) to a union without a frame, each set plus a cube of that half-width.

    A ball plus a cube is what lies within the radius of the cube about its centre. Infinite where there is no set.
    """
    nearest = jnp.full(x.shape[1], jnp.inf)
    boxes = region if isinstance(region, Boxes) else region.boxes
    if len(boxes.low):
        nearest = _gaps(boxes, widening, x).min(axis=0)
    if isinstance(region, Boxes) or not len(region.balls.radius):
        return nearest
    balls = region.balls
    to_cubes = _gaps(Boxes(balls.center, balls.center), widening, x)
    return jnp.minimum(nearest, jnp.maximum(to_cubes - jnp.asarray(balls.radius)[:, None], 0.0).min(axis=0))


def _in_boxes(boxes: Boxes, x: Array) -> Array:
    def between(value: Array, low: Array, high: Array) -> Array:
        return (low <= value) & (value <= high)

    return over_axes(jnp.logical_and, between, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high)).any(axis=0)


def _in_balls(balls: Balls, x: Array) -> Array:
    return (from_centers(jnp.asarray(balls.center), x) <= jnp.asarray(balls.radius)[:, None]).any(axis=0)


def contains(region: LabelledRegion, x: Array) -> Array:
    """Whether the union of the sets contains each point, (points,)."""
    if isinstance(region, Boxes):
        return _in_boxes(region, x)
    inside = jnp.zeros(x.shape[1], bool)
    if len(region.boxes.low):
        inside = inside | _in_boxes(region.boxes, x)
    if len(region.balls.radius):
        inside = inside | _in_balls(region.balls, x)
    return inside if region.frame is None else inside & _in_boxes(region.frame, x)
