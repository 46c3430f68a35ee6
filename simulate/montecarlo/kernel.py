"""The compiled part: draw X and the unit smoothing noises, let every base classifier vote, count.

Random numbers depend only on the seed, the number of the sample block and the number of the vote, never on how many
blocks or votes one call takes together; so the memory budget cannot change a result.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from simulate.montecarlo.domains import BoxSource
from simulate.montecarlo.laws import Boxes, MixtureSource, Numbers, Part, Signed
from simulate.montecarlo.rules import base_label, contains

Latent = tuple[Array, Array]


class Setting(NamedTuple):
    """What a compiled kernel is specific to, besides the shapes of its arrays."""

    training: str
    smoothing: str
    off_support: str
    dim: int
    block: int  # samples per block
    blocks: int  # blocks per call
    batch: int  # votes per step


class Request(NamedTuple):
    """The arrays of one request: where X comes from, how to classify, and the noise scales."""

    source: MixtureSource | BoxSource
    rule: Signed | Boxes
    alphas: Numbers  # positive ones
    betas: Numbers
    votes: Numbers


def unit_noise(family: str, key: Array, shape: tuple[int, ...]) -> Array:
    """Noise of scale 1: standard normal, Laplace of diversity 1, or uniform on [-1, 1]."""
    if family == "gaussian":
        return jax.random.normal(key, shape, jnp.float64)
    if family == "laplace":
        return jax.random.laplace(key, shape, jnp.float64)
    return jax.random.uniform(key, shape, jnp.float64, -1.0, 1.0)


def _from_part(kind: str, part: Part, chosen: Array, key: Array) -> Array:
    """One draw (d, points) of each chosen law of one kind."""
    place = jnp.asarray(part.center)[chosen].T
    if kind == "point":
        return place
    family = "gaussian" if kind == "rotated" else kind
    step = jnp.asarray(part.scale)[chosen].T * unit_noise(family, key, place.shape)
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


def _placed(source: MixtureSource | BoxSource, latent: Latent, index: Array) -> Latent:
    """(X, Y) for the beta of that index: in a labelled domain X fills the box that belongs to it."""
    if isinstance(source, MixtureSource):
        return latent
    low, high = jnp.asarray(source.low)[index][:, None], jnp.asarray(source.high)[index][:, None]
    x = low + (high - low) * latent[0]
    return x, contains(source.inside, x)


def _block(setting: Setting, request: Request, key: Array) -> tuple[Array, Array]:
    """Votes for class 1 (betas, 1 + alphas, block), alpha = 0 first, and labels (betas, block) of one block."""
    shape = (setting.dim, setting.block)
    data_key, vote_key = jax.random.split(key)
    if isinstance(request.source, MixtureSource):
        latent = draw_mixture(request.source, data_key, setting.block)
    else:
        latent = jax.random.uniform(data_key, shape, jnp.float64), jnp.zeros(setting.block, bool)
    indices = jnp.arange(len(request.betas))

    def step(number: Array, counts: Array) -> Array:
        votes = number * setting.batch + jnp.arange(setting.batch)
        noise = jax.vmap(lambda v: unit_noise(setting.smoothing, jax.random.fold_in(vote_key, v), shape))(votes)
        counted = (votes < request.votes)[:, None]

        def tally(alpha: Array | None, points: Array) -> Array:
            label = partial(base_label, request.rule, setting.training, setting.off_support, alpha)
            return (jax.vmap(label)(points) & counted).sum(axis=0, dtype=jnp.int32)

        def at(index: Array) -> Array:
            points = _placed(request.source, latent, index)[0] + request.betas[index] * noise
            bare = tally(None, points)[None]
            if not len(request.alphas):
                return bare
            return jnp.concatenate([bare, lax.map(lambda alpha: tally(alpha, points), request.alphas)])

        return counts + lax.map(at, indices)

    counts = jnp.zeros((len(request.betas), 1 + len(request.alphas), setting.block), jnp.int32)
    steps = (request.votes + setting.batch - 1) // setting.batch
    labels = lax.map(lambda index: _placed(request.source, latent, index)[1], indices)
    return lax.fori_loop(0, steps, step, counts), labels


@partial(jax.jit, static_argnames="setting")
def count_votes(setting: Setting, request: Request, key: Array, first: Array) -> tuple[Array, Array]:
    """The blocks first, first + 1, ...: votes (blocks, betas, 1 + alphas, block), labels (blocks, betas, block)."""
    keys = jax.vmap(lambda number: jax.random.fold_in(key, number))(first + jnp.arange(setting.blocks))
    return jax.vmap(lambda one: _block(setting, request, one))(keys)
