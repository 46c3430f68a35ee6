"""Labels where plateaus of equal height cancel between the classes: what the plateaus lack decides, in JAX.

A uniform law plus a narrower one has, between the ends of its window, the density h - h (upper tail + lower tail), h
the height of the plateau. Where windows of both classes hold a point and their signed heights nearly cancel, the
classes are compared through these tails, each of which counts for the other class, and through what is left of the
heights.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from simulate.montecarlo.laws.densities import BARE, NOISED, SQRT2, erfcx
from simulate.montecarlo.laws.fields import log_total
from simulate.montecarlo.laws.levels import AxisLaws, Flats

# Heights cancel nearly where their sum is at most this share of them all; elsewhere the densities themselves tell.
NEAR = 1e-3
# Heights that are equal on paper differ by the rounding of weights and widths.
EQUAL_HEIGHT = 1e-14


class _Side(NamedTuple):
    """Of K laws of one kind: which windows hold the points (K, points), their heights (K, 1), and logarithms
    (K, points) of the shares that the plateaus lack and of weighted densities."""

    cover: Array
    height: Array
    log_tails: Array
    log_density: Array


def _log_tail(law: str, depth: Array) -> Array:
    """log P(V > depth) for depth >= 0."""
    if law == "gaussian":
        z = depth / SQRT2
        return jnp.log(erfcx(z) / 2) - z * z
    return -depth - math.log(2)


def _window(kind: str, scale: Array, noise: str, alpha: Array | None) -> tuple[Array, Array, Array, str]:
    """Half-width (-1: no window), scale and law of what softens it, and the half-width that the height belongs to."""
    none = jnp.zeros_like(scale)
    if noise == "uniform" and alpha is not None:
        if kind == "uniform":
            return jnp.abs(scale - alpha), none, jnp.maximum(scale, alpha), noise
        return none + alpha, scale, none + alpha, kind
    if kind == "uniform":
        return scale, none if alpha is None else none + alpha, scale, noise
    return none - 1, none, none + 1, kind


def _side(kind: str, part: Flats, noise: str, alpha: Array | None, x: Array) -> _Side:
    scale, mass = jnp.asarray(part.scale)[:, None], jnp.abs(jnp.asarray(part.mass))[:, None]
    t = jnp.abs(x - jnp.asarray(part.center)[:, None])
    half, soft, wide, law = _window(kind, scale, noise, alpha)
    cover = (t < half) & (half >= soft)
    safe = jnp.where(soft > 0, soft, 1.0)
    depths = (jnp.where(cover, half + side * t, 0.0) / safe for side in (-1, 1))
    tails = jnp.where(soft > 0, jnp.logaddexp(*(_log_tail(law, depth) for depth in depths)), -jnp.inf)
    density = BARE[kind](t, scale) if alpha is None else NOISED[kind, noise](t, scale, alpha)
    return _Side(cover, mass / (2 * wide), tails, density + jnp.log(mass))


def labels_of_plateaus(level: AxisLaws, noise: str, alpha: Array | None, x: Array) -> tuple[Array, Array]:
    """Where plateaus of both classes nearly cancel at x (d, points), and the label there, (points,) each."""
    at = jnp.asarray(x)[level.axis]
    above, below, one_sum, zero_sum = [], [], jnp.zeros_like(at), jnp.zeros_like(at)
    for kind, part in level.kinds.items():
        if kind == "point" and alpha is None:
            continue
        held, one = _side(kind, part, noise, alpha, at), jnp.asarray(part.mass)[:, None] > 0
        density = jnp.where(held.cover, -jnp.inf, held.log_density)
        tails = jnp.where(held.cover, held.log_tails + jnp.log(held.height), -jnp.inf)
        above.append(jnp.where(one, density, tails))
        below.append(jnp.where(one, tails, density))
        height = jnp.where(held.cover, held.height, 0.0)
        one_sum = one_sum + jnp.where(one, height, 0.0).sum(axis=0)
        zero_sum = zero_sum + jnp.where(one, 0.0, height).sum(axis=0)
    excess, whole = one_sum - zero_sum, one_sum + zero_sum
    balanced = (one_sum > 0) & (zero_sum > 0) & (jnp.abs(excess) <= NEAR * whole)
    excess = jnp.where(jnp.abs(excess) <= EQUAL_HEIGHT * whole, 0.0, excess)
    above.append(jnp.log(jnp.maximum(excess, 0.0))[None])
    below.append(jnp.log(jnp.maximum(-excess, 0.0))[None])
    return balanced, log_total(above) >= log_total(below)
