"""Densities of stacked laws, and unions of sets, at many points, in JAX.

Points are columns, x of shape (d, points), and need not be stored (`axes`). `alpha` is None where no noise is added,
otherwise a positive array scalar.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.montecarlo.laws.axes import MORE_AXES, Points, over_axes
from simulate.montecarlo.laws.balls import DEGREE, STRETCH, BallTables, log_volume
from simulate.montecarlo.laws.densities import BARE, LOG_SQRT_2PI, NOISED
from simulate.montecarlo.laws.laws import Balls, Boxes, LabelledRegion, LawGroup


def from_centers(center: Array, x: Points) -> Array:
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


def _log_ball_densities(part: LawGroup, alpha: Array | None, x: Points) -> Array:
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


def _log_gaussian_densities(part: LawGroup, alpha: Array | None, x: Points) -> Array:
    """Of Gaussians with independent axes: variances add, and logarithms of scales are taken once for each law."""
    scale = jnp.asarray(part.scale) if alpha is None else jnp.hypot(jnp.asarray(part.scale), alpha)

    def square(value: Array, at: Array, inverse: Array) -> Array:
        step = (value - at) * inverse
        return step * step

    squares = over_axes(jnp.add, square, x, jnp.asarray(part.center), math.sqrt(0.5) / scale, together=MORE_AXES)
    return -squares - (jnp.log(scale) + LOG_SQRT_2PI).sum(axis=1)[:, None]


def log_densities(kind: str, part: LawGroup, noise: str, alpha: Array | None, x: Points) -> Array:
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
    laws, dim = center.shape
    turned = jnp.asarray(part.rotation).transpose(0, 2, 1).reshape(laws * dim, dim)
    along = over_axes(jnp.add, lambda value, at, part: part * (value - at), x, jnp.repeat(center, dim, axis=0), turned)
    return profile(along.reshape(laws, dim, -1), scale[:, :, None]).sum(axis=1)


def log_weighted(kind: str, part: LawGroup, noise: str, alpha: Array | None, x: Points) -> Array:
    """Log densities (K, points) times the masses of the laws."""
    return log_densities(kind, part, noise, alpha, x) + jnp.asarray(part.log_mass)[:, None]


def log_total(terms: list[Array]) -> Array:
    """Logarithm of the sum over the first axis of all terms, (points,)."""
    stacked = jnp.concatenate(terms)
    if len(stacked) == 1:
        return stacked[0]
    top = stacked.max(axis=0)
    safe = jnp.where(jnp.isfinite(top), top, 0.0)
    return safe + jnp.log(jnp.exp(stacked - safe).sum(axis=0))


def log_sum(parts: dict[str, LawGroup], noise: str, alpha: Array | None, x: Points) -> Array:
    """Log of a sum of weighted densities, (points,). Point masses have none without noise and are left out there."""
    terms = [
        log_weighted(kind, part, noise, alpha, x)
        for kind, part in parts.items()
        if kind != "point" or alpha is not None
    ]
    return log_total(terms) if terms else jnp.full(x.shape[1], -jnp.inf)


def _gaps(boxes: Boxes, widening: Array | float, x: Points) -> Array:
    """Distances (K, points) to the widened boxes."""

    def squared_gap(value: Array, low: Array, high: Array) -> Array:
        gap = jnp.maximum(jnp.maximum(low - widening - value, value - high - widening), 0.0)
        return gap * gap

    return jnp.sqrt(over_axes(jnp.add, squared_gap, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high)))


def distance_to(region: LabelledRegion, widening: Array | float, x: Points) -> Array:
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


def _in_boxes(boxes: Boxes, x: Points) -> Array:
    def between(value: Array, low: Array, high: Array) -> Array:
        return (low <= value) & (value <= high)

    return over_axes(jnp.logical_and, between, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high)).any(axis=0)


def _in_balls(balls: Balls, x: Points) -> Array:
    return (from_centers(jnp.asarray(balls.center), x) <= jnp.asarray(balls.radius)[:, None]).any(axis=0)


def contains(region: LabelledRegion, x: Points) -> Array:
    """Whether the union of the sets contains each point, (points,)."""
    if isinstance(region, Boxes):
        return _in_boxes(region, x)
    inside = jnp.zeros(x.shape[1], bool)
    if len(region.boxes.low):
        inside = inside | _in_boxes(region.boxes, x)
    if len(region.balls.radius):
        inside = inside | _in_balls(region.balls, x)
    return inside if region.frame is None else inside & _in_boxes(region.frame, x)
