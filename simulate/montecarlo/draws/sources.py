"""X and Y of blocks of samples, in JAX: independent draws, and points that are given.

Of a block they depend on the seed, its number and its size alone.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array, lax

from simulate.montecarlo.draws.given import Given
from simulate.montecarlo.draws.in_balls import draw_ball
from simulate.montecarlo.laws.domains import BoxSource
from simulate.montecarlo.laws.fields import contains
from simulate.montecarlo.laws.laws import LawGroup, MixtureSource

Latent = tuple[Array, Array]
Drawn = MixtureSource | BoxSource
Source = Drawn | Given


def data_noise(family: str, key: Array, shape: tuple[int, ...]) -> Array:
    """Numbers of scale 1 for the data: standard normal, Laplace of diversity 1, or uniform on [-1, 1]."""
    if family == "gaussian":
        return jax.random.normal(key, shape, jnp.float64)
    if family == "laplace":
        return jax.random.laplace(key, shape, jnp.float64)
    return jax.random.uniform(key, shape, jnp.float64, -1.0, 1.0)


def _from_part(kind: str, part: LawGroup, chosen: Array, key: Array) -> Array:
    """One draw (d, points) of each chosen law of one kind."""
    place = jnp.asarray(part.center)[chosen].T
    if kind == "point":
        return place
    if kind == "ball":
        return draw_ball(part, chosen, key)
    family = "gaussian" if kind == "rotated" else kind
    step = jnp.asarray(part.scale)[chosen].T * data_noise(family, key, place.shape)
    if part.rotation is not None:
        step = jnp.einsum("pij,jp->ip", jnp.asarray(part.rotation)[chosen], step)
    return place + step


def draw_mixture(source: MixtureSource, key: Array, points: int) -> Latent:
    """Independent X (d, points) and labels Y (points,) of a mixture problem."""
    which_key, *keys = jax.random.split(key, 1 + len(source.laws))
    laws = len(source.cumulative) // 2
    share = jax.random.uniform(which_key, (points,), jnp.float64)
    drawn = jnp.minimum(jnp.searchsorted(source.cumulative, share, side="right"), 2 * laws - 1)
    which, first, x = drawn % laws, 0, None
    for (kind, part), part_key in zip(source.laws.items(), keys, strict=True):
        values = _from_part(kind, part, jnp.clip(which - first, 0, len(part.center) - 1), part_key)
        x = values if x is None else jnp.where(which >= first, values, x)
        first += len(part.center)
    assert x is not None  # a mixture has at least one law
    return x, drawn >= laws


def box_of(source: Source) -> BoxSource | None:
    """The boxes, one for each beta, that X fills where it is uniform."""
    if isinstance(source, Given):
        return source.box
    return source if isinstance(source, BoxSource) else None


def _latent(source: Source, key: Array, number: Array, block: int) -> Latent:
    """X and Y of one block, X in units of the box of each beta for a labelled domain."""
    key = jax.random.fold_in(key, number)
    if isinstance(source, Given):
        x, label = (lax.dynamic_slice_in_dim(v, number * block, block, axis=-1) for v in (source.x, source.label))
        return x, label
    if isinstance(source, MixtureSource):
        return draw_mixture(source, key, block)
    return jax.random.uniform(key, (source.low.shape[1], block), jnp.float64), jnp.zeros(block, bool)


def _labels(source: Source, latent: Latent) -> Array:
    """Y (betas or 1, points): in a labelled domain the point that belongs to each beta has its own."""
    x, label = latent
    if (box := box_of(source)) is None:
        return label[None]
    low, width = jnp.asarray(box.low), jnp.asarray(box.high) - jnp.asarray(box.low)
    return lax.map(lambda part: contains(box.inside, part[0][:, None] + part[1][:, None] * x), (low, width))


def draw_blocks(source: Source, key: Array, first: Array, blocks: int, block: int) -> Latent:
    """X (d, blocks * block) and Y (betas or 1, blocks * block) of the blocks from number `first` on."""
    x, label = lax.map(lambda number: _latent(source, key, number, block), first + jnp.arange(blocks))
    x, label = jnp.moveaxis(x, 0, 1).reshape(x.shape[1], -1), label.reshape(-1)
    return x, _labels(source, (x, label))
