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

from simulate.montecarlo.laws.axes import Points, over_axes
from simulate.montecarlo.laws.densities import BARE, NOISED, SQRT2, erfcx
from simulate.montecarlo.laws.fields import log_total
from simulate.montecarlo.laws.levels import LIMB, AxisLaws, Flats

# Heights cancel nearly where their sum is at most this share of them all; elsewhere the densities themselves tell.
NEAR = 1e-3


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


def _excess(level: AxisLaws, alpha: Array | None, covers: dict[str, Array]) -> tuple[Array, Array]:
    """The signed sum of the heights of the plateaus that hold each point, (points,), and where both classes have some
    and they nearly cancel. Sums of whole numbers are exact: 0 is that of heights that are equal on paper.
    """
    which = 0 if alpha is None else 1 + jnp.argmin(jnp.abs(jnp.asarray(level.alphas) - alpha))
    laws, (one, zero, low) = sum(map(len, covers.values())), (jnp.int64(0),) * 3
    for kind, held in covers.items():
        limbs = jnp.asarray(level.kinds[kind].limbs)[which][:, :, None]
        high, rest = (jnp.where(held, part, 0) for part in limbs)
        one, zero = one + jnp.maximum(high, 0).sum(axis=0), zero + jnp.minimum(high, 0).sum(axis=0)
        low = low + rest.sum(axis=0)
    high = one + zero
    equal = (high == 0) & (jnp.abs(low) <= laws)
    balanced = (one > 0) & (zero < 0) & (jnp.abs(high) <= NEAR * (one - zero))
    unit = jnp.asarray(level.top)[which]
    return jnp.where(equal, 0.0, unit * (high * 2.0**-LIMB + low * 4.0**-LIMB)), balanced


def labels_of_plateaus(level: AxisLaws, noise: str, alpha: Array | None, x: Points) -> tuple[Array, Array]:
    """Where plateaus of both classes nearly cancel at x (d, points), and the label there, (points,) each."""
    chosen = (jnp.arange(len(x)) == level.axis)[None].astype(jnp.float64)
    at = over_axes(jnp.add, jnp.multiply, x, chosen)[0]
    above, below, covers = [], [], {}
    for kind, part in level.kinds.items():
        if kind == "point" and alpha is None:
            continue
        held, one = _side(kind, part, noise, alpha, at), jnp.asarray(part.mass)[:, None] > 0
        density = jnp.where(held.cover, -jnp.inf, held.log_density)
        tails = jnp.where(held.cover, held.log_tails + jnp.log(held.height), -jnp.inf)
        above.append(jnp.where(one, density, tails))
        below.append(jnp.where(one, tails, density))
        covers[kind] = held.cover
    excess, balanced = _excess(level, alpha, covers)
    above.append(jnp.log(jnp.maximum(excess, 0.0))[None])
    below.append(jnp.log(jnp.maximum(-excess, 0.0))[None])
    return balanced, log_total(above) >= log_total(below)
