"""The compiled part: draw X and the unit smoothing noises, let every base classifier vote, count.

Random numbers depend only on the seed, the number of the sample and the number of the vote, never on how many blocks
or votes one call takes together, nor on the device; so neither memory nor devices can change a result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, PartitionSpec

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.draws.given import Given
from simulate.montecarlo.draws.in_balls import draw_ball
from simulate.montecarlo.draws.noise import unit_noise
from simulate.montecarlo.laws.domains import BoxSource
from simulate.montecarlo.laws.fields import contains
from simulate.montecarlo.laws.laws import LawGroup, MixtureSource
from simulate.montecarlo.rules.rules import Rule, bounded, label_range

Latent = tuple[Array, Array]
Source = MixtureSource | BoxSource | Given

# Counts of so many classifiers share one 64-bit word, 16 bits each.
PACKED, BITS = 4, 16
# Processors that have the widest vectors are told to use them: a fifth faster in many dimensions.
OPTIONS = {"cpu": {"xla_cpu_prefer_vector_width": 512}}
# Up to so many classifiers (noises times noises) are written out in one piece of code; more take turns in loops.
WRITTEN_OUT = 8


class KernelSetting(NamedTuple):
    """What a compiled kernel is specific to, besides the shapes of its arrays."""

    training: str
    smoothing: str
    off_support: str
    dim: int
    block: int  # samples per block
    blocks: int  # blocks per call, over all devices
    batch: int  # votes per step, an even number
    antithetic: bool = False  # the noise of every second vote is minus that of the one before


class Request(NamedTuple):
    """The arrays of one request: where X comes from, how to classify, and the noise scales."""

    source: Source
    rule: Rule
    alphas: Numbers  # positive ones
    betas: Numbers
    votes: Numbers
    key: Numbers = 0  # of the smoothing noise, see `noise.seeded`


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


def _placed(source: Source, latent: Latent, index: Array) -> Latent:
    """(X, Y) for the beta of that index: in a labelled domain X fills the box that belongs to it."""
    if isinstance(source, Given):
        return latent if source.box is None else _placed(source.box, latent, index)
    if isinstance(source, MixtureSource):
        return latent
    low, high = jnp.asarray(source.low)[index][:, None], jnp.asarray(source.high)[index][:, None]
    x = low + (high - low) * latent[0]
    return x, contains(source.inside, x)


def _latent(setting: KernelSetting, source: Source, data_key: Array, number: Array) -> Latent:
    """X and Y of one block, X in units of the box of each beta for a labelled domain."""
    key, count = jax.random.fold_in(data_key, number), setting.block
    if isinstance(source, Given):
        x, label = (lax.dynamic_slice_in_dim(v, number * count, count, axis=-1) for v in (source.x, source.label))
        return x, label
    if isinstance(source, MixtureSource):
        return draw_mixture(source, key, count)
    return jax.random.uniform(key, (setting.dim, count), jnp.float64), jnp.zeros(count, bool)


def _block(setting: KernelSetting, request: Request, data_key: Array, number: Array) -> tuple[Array, Array]:
    """Votes for class 1 (betas, 1 + alphas, kinds, block), alpha = 0 first, and labels (betas, block) of one block.

    kinds: 1, or 3 where a rule may leave points undecided: the likelier votes, the fewest and the most possible.
    """
    latent = _latent(setting, request.source, data_key, number)
    sample = number * setting.block + jnp.arange(setting.block)

    def step(place: Array, counts: Array) -> Array:
        pair = place * (setting.batch // 2) + jnp.arange(setting.batch // 2)
        noise = unit_noise(setting.smoothing, request.key, sample, pair, setting.dim, antithetic=setting.antithetic)
        return counts + _counted(setting, request, latent, noise, pair)

    kinds = 3 if bounded(request.rule, setting.training) else 1
    counts = jnp.zeros((len(request.betas), 1 + len(request.alphas), kinds, setting.block), jnp.int32)
    steps = (request.votes + setting.batch - 1) // setting.batch
    labels = lax.map(lambda index: _placed(request.source, latent, index)[1], jnp.arange(len(request.betas)))
    return lax.fori_loop(0, steps, step, counts), labels


def _counted(
    setting: KernelSetting, request: Request, latent: Latent, noise: tuple[Array, Array], pair: Array
) -> Array:
    """Votes for class 1 (betas, 1 + alphas, kinds, block) of pairs of votes with unit noise (dim, pairs, block)."""

    def points(index: Array | int) -> list[Array]:
        center, scale = _placed(request.source, latent, jnp.asarray(index))[0], request.betas[index]
        return [center[:, None] + scale * half for half in noise]

    def labels_of(alpha: Array | None, x: Array) -> list[Array]:
        decide = partial(label_range, request.rule, setting.training, setting.off_support, alpha)
        if not sure:
            return [jax.vmap(lambda part: decide(part).best, in_axes=1)(x)]
        labels = decide(x.reshape(setting.dim, -1))
        return [v.reshape(len(pair), -1) for v in (labels.best, labels.low, labels.high)]

    def votes(alpha: Array | None, halves: list[Array]) -> list[Array]:
        total: list[Array] = []
        for odd, x in enumerate(halves):
            valid = (2 * pair + odd < request.votes)[:, None]
            parts = [(v & valid).astype(jnp.uint64) for v in labels_of(alpha, x)]
            total = [one + other for one, other in zip(total, parts, strict=True)] if total else parts
        return total

    sure = bounded(request.rule, setting.training)
    betas, alphas = range(len(request.betas)), range(len(request.alphas))
    if len(betas) * (1 + len(alphas)) <= WRITTEN_OUT:
        placed = [points(index) for index in betas]
        noises = [None, *(request.alphas[k] for k in alphas)]
        flat = _packed([part for halves, alpha in product(placed, noises) for part in votes(alpha, halves)])
        return flat.reshape(len(betas), 1 + len(alphas), -1, setting.block)

    def at(index: Array) -> Array:
        halves = points(index)
        bare = _packed(votes(None, halves))[None]
        if not alphas:
            return bare
        return jnp.concatenate([bare, lax.map(lambda alpha: _packed(votes(alpha, halves)), request.alphas)])

    return lax.map(at, jnp.arange(len(betas)))


def _packed(votes: list[Array]) -> Array:
    """Sums over the pairs, (classifiers, block), of arrays (pairs, block): one pass for every PACKED of them."""
    sums: list[Array] = []
    for first in range(0, len(votes), PACKED):
        group = votes[first : first + PACKED]
        word = group[0]
        for place, part in enumerate(group[1:], 1):
            word = word + (part << jnp.uint64(BITS * place))
        total = word.sum(axis=0)
        mask = jnp.uint64((1 << BITS) - 1)
        sums += [(total >> jnp.uint64(BITS * place)) & mask for place in range(len(group))]
    return jnp.stack(sums).astype(jnp.int32)


def count_votes(setting: KernelSetting, request: Request, key: Array, first: Array) -> tuple[Array, Array]:
    """The blocks first, first + 1, ...: votes (blocks, betas, 1 + alphas, kinds, block), labels (blocks, betas,
    block).

    The blocks are spread over all devices.
    """
    mesh = Mesh(np.array(jax.devices()), ("blocks",))
    spread = PartitionSpec("blocks")

    def some(request: Request, key: Array, numbers: Array) -> tuple[Array, Array]:
        return jax.vmap(lambda number: _block(setting, request, key, number))(numbers)

    whole = PartitionSpec()
    inner = jax.shard_map(some, mesh=mesh, in_specs=(whole, whole, spread), out_specs=spread, check_vma=False)
    return inner(request, key, first + jnp.arange(setting.blocks))


@cache
def compiled_counter(platform: str) -> Callable[[KernelSetting, Request, Array, Array], tuple[Array, Array]]:
    """`count_votes` compiled for a platform as JAX names it."""
    return jax.jit(count_votes, static_argnames="setting", compiler_options=OPTIONS.get(platform))
