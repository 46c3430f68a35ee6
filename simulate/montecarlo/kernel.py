"""The compiled part: samples in, votes out, a tile of samples and some votes at a time.

Random numbers depend only on the seed, the number of the sample and the number of the vote, never on how many samples
or votes are taken together, nor on the device; so neither memory nor devices can change a result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.sharding import Mesh, PartitionSpec

from simulate.montecarlo.draws.sources import draw_blocks
from simulate.montecarlo.rules.rules import bounded
from simulate.montecarlo.voting import KernelSetting, Request, Step

# Processors that have the widest vectors are told to use them: a fifth faster in many dimensions.
OPTIONS = {"cpu": {"xla_cpu_prefer_vector_width": 512}}


def _tile_votes(setting: KernelSetting, request: Request, x: Array, sample: Array) -> Array:
    """Votes (betas, 1 + alphas, kinds, samples) of one tile."""
    shape = (*_kinds(setting, request), len(sample))

    def more(place: Array, counts: Array) -> Array:
        pair = place * setting.pairs + jnp.arange(setting.pairs)
        return counts + Step(setting, request, x, sample, pair).votes()

    steps = (request.votes + 2 * setting.pairs - 1) // (2 * setting.pairs)
    return lax.fori_loop(0, steps, more, jnp.zeros(shape, jnp.int32))


def _kinds(setting: KernelSetting, request: Request) -> tuple[int, int, int]:
    return len(request.betas), 1 + len(request.alphas), 3 if bounded(request.rule, setting.training) else 1


def count_votes(setting: KernelSetting, request: Request, x: Array, sample: Array) -> Array:
    """Votes for class 1 (betas, 1 + alphas, kinds, samples) of X (d, samples) with numbers (samples,), -1 where there
    is no sample. The samples are spread over all devices."""

    def some(request: Request, x: Array, sample: Array) -> Array:
        def tile(number: Array, counts: Array) -> Array:
            first = number * setting.tile
            held = (lax.dynamic_slice_in_dim(part, first, setting.tile, axis=-1) for part in (x, sample))
            return lax.dynamic_update_slice_in_dim(counts, _tile_votes(setting, request, *held), first, axis=-1)

        tiles = ((sample >= 0).sum() + setting.tile - 1) // setting.tile
        counts = jnp.zeros((*_kinds(setting, request), len(sample)), jnp.int32)
        return lax.fori_loop(0, tiles, tile, counts)

    whole, along, last = PartitionSpec(), PartitionSpec("samples"), PartitionSpec(None, "samples")
    mesh = Mesh(np.array(jax.devices()), ("samples",))
    spread = PartitionSpec(None, None, None, "samples")
    return jax.shard_map(some, mesh=mesh, in_specs=(whole, last, along), out_specs=spread, check_vma=False)(
        request, x, sample
    )


@cache
def compiled_counter(platform: str) -> Callable[[KernelSetting, Request, Array, Array], Array]:
    """`count_votes` compiled for a platform as JAX names it."""
    return jax.jit(count_votes, static_argnames="setting", compiler_options=OPTIONS.get(platform))


compiled_draws = jax.jit(draw_blocks, static_argnames=("blocks", "block"))
