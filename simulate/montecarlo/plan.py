"""How a request is cut up: sample blocks (fixed by the problem) and the blocks and votes of one call (by memory)."""

from __future__ import annotations

import jax

from simulate.montecarlo.draws.given import Given
from simulate.montecarlo.footprint import footprint, number_of, work_bytes
from simulate.montecarlo.kernel import BITS, KernelSetting, Request
from simulate.montecarlo.laws.domains import BoxSource
from simulate.montecarlo.laws.laws import MixtureSource
from theory.errors import ProblemError
from theory.problems.problem import Smoothing, Training

# Samples of one block, and the numbers that drawing or comparing one block may take. They fix the random draws.
BLOCK_SAMPLES = 1024
BLOCK_NUMBERS = 1 << 20

# Votes of one step: as many as the packed counters of the kernel hold.
MOST_BATCH = (1 << BITS) - 2

# On a CPU a step beyond this size runs slower, not faster: it leaves the caches. An accelerator takes what it may.
CPU_STEP_BYTES = 1 << 22


def plan(
    training: Training, smoothing: Smoothing, request: Request, samples: int, chunk_bytes: int
) -> tuple[KernelSetting, int]:
    """The compiled shape and the number of blocks.

    Raises:
        ProblemError: the least step (one block, one vote) does not fit into `chunk_bytes`.
    """
    assert not isinstance(request.source, Given)  # given points are cut up as those that they replace
    dim, drawn = _sampled(request.source)
    cap = max(1, min(BLOCK_SAMPLES, BLOCK_NUMBERS // max(footprint(request.rule, dim, BLOCK_SAMPLES), drawn)))
    blocks = -(-samples // cap)
    block = -(-samples // blocks)
    per_vote = 8 * block * footprint(request.rule, dim, block)
    per_block = block * 8 * (3 * len(request.betas) * (1 + len(request.alphas)) + drawn + 2 * dim)
    per_block += work_bytes(request.rule, training.noise)
    if 2 * per_vote + per_block > chunk_bytes:
        raise ProblemError("chunk_bytes", str(chunk_bytes), f"at least {2 * per_vote + per_block}, for one step")
    step = chunk_bytes - per_block
    if jax.default_backend() == "cpu":
        step = max(min(CPU_STEP_BYTES, step), 2 * per_vote)
    batch = max(2, min(MOST_BATCH, int(request.votes) + 1, step // per_vote) // 2 * 2)
    together = max(1, min(step // (batch * per_vote), chunk_bytes // (per_block + batch * per_vote)))
    devices = len(jax.devices())
    calls = -(-blocks // (together * devices))
    names = (training.noise, smoothing.noise, training.off_support)
    return KernelSetting(*names, dim, block, devices * -(-blocks // (calls * devices)), batch), blocks


def _sampled(source: MixtureSource | BoxSource) -> tuple[int, int]:
    """The dimension, and the numbers gathered to draw one sample."""
    if not isinstance(source, MixtureSource):
        dim = source.low.shape[1]
        return dim, dim * number_of(source.inside)
    parts = source.laws.values()
    dim = next(iter(parts)).center.shape[1]
    return dim, sum(2 * dim if part.rotation is None else dim * (dim + 2) for part in parts)
