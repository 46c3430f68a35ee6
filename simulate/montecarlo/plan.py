"""How a request is cut up: blocks in which X and Y are drawn (fixed by the problem), and what is kept at a time."""

from __future__ import annotations

from typing import NamedTuple

import jax

from simulate.montecarlo.draws.sources import Drawn
from simulate.montecarlo.footprint import classifiers, compared, drawn_for_one, folds, kept, work_bytes
from simulate.montecarlo.rules.rules import continuous
from simulate.montecarlo.voting import KernelSetting, Request
from theory.errors import ProblemError
from theory.problems.problem import Smoothing, Training

# Samples of one block, and the numbers that drawing or comparing one block may take. They fix the random draws.
BLOCK_SAMPLES = 1024
BLOCK_NUMBERS = 1 << 20

# On a CPU a step beyond this size leaves the caches, and more than these samples are drawn at a time for nothing.
CPU_STEP_BYTES, CPU_SAMPLES = 1 << 22, 1 << 13
# Numbers of noise of one call on a CPU, so that progress is heard of.
CALL_NUMBERS = 1 << 27
# Pairs of votes of one step are the most of these that would not leave more than a share of them idle.
PAIRS, IDLE = (512, 64, 8), 0.125
# Axes at a time, and that are written out: of sums of squares on a CPU, of other rules, on an accelerator, where more
# would not fit into its registers. A number that goes into all axes is best.
CPU_AXES, OTHER_AXES, ACCELERATOR_AXES = range(8, 3, -1), range(3, 0, -1), range(2, 1, -1)
# Of fewer points all axes are taken at once.
FEW_POINTS = 256
# On an accelerator classifiers are written out that fold up to so many sums over the axes.
WRITTEN_OUT = 32


class Plan(NamedTuple):
    """The compiled shape; samples of one block of draws, their number; blocks and samples of one call."""

    setting: KernelSetting
    block: int
    blocks: int
    together: int
    samples: int


def plan(problem: tuple[Training, Smoothing], source: Drawn, request: Request, asked: tuple[int, int, bool]) -> Plan:
    """The plan for `asked` samples, bytes, and whether noise is antithetic.

    Raises:
        ProblemError: the least step (one block of draws, one vote of a sample) does not fit into the bytes.
    """
    (training, smoothing), (samples, chunk_bytes, antithetic) = problem, asked
    dim, drawn = drawn_for_one(source)
    cap = max(1, min(BLOCK_SAMPLES, BLOCK_NUMBERS // max(compared(request.rule, dim, BLOCK_SAMPLES), drawn)))
    blocks = -(-samples // cap)
    block = -(-samples // blocks)
    cpu = jax.default_backend() == "cpu"
    sums = continuous(request.rule, training.noise)
    out = not cpu and sums and folds(request, training.noise, dim) <= WRITTEN_OUT
    group = _group(dim, (CPU_AXES if cpu else ACCELERATOR_AXES) if sums else OTHER_AXES)
    shortest = _power(2 * min(samples, block) - 1) * ((int(request.votes) + 1) // 2)
    if cpu and shortest < FEW_POINTS and shortest * kept(request, training.noise, dim, dim, out) <= chunk_bytes // 4:
        group = dim
    one = kept(request, training.noise, dim, group, out)
    fixed = work_bytes(request.rule, training.noise)
    sample = 8 * (3 * classifiers(request) + drawn + 2 * dim)
    least = fixed + block * sample + one
    if least > chunk_bytes:
        raise ProblemError("chunk_bytes", str(chunk_bytes), f"at least {least}, for one step")
    devices, most = len(jax.devices()), _power((chunk_bytes - fixed) // 4 // sample)
    if cpu:
        most = min(most, CPU_SAMPLES, _power(CALL_NUMBERS // (dim * int(request.votes))))
    most = max(block, most)
    points = 5 * (chunk_bytes - fixed) // 8 // one
    pairs = _pairs(int(request.votes), points := _power(min(points, CPU_STEP_BYTES // one) if cpu else points))
    together = min(blocks, max(1, most // block))
    tile = max(1, min(points // pairs, _power(2 * together * block - 1)))
    names = training.noise, smoothing.noise, training.off_support
    setting = KernelSetting(*names, dim, tile, pairs, group, out, antithetic)
    whole = tile * devices
    return Plan(setting, block, blocks, together, whole * -(-together * block // whole))


def _power(value: int) -> int:
    """The greatest power of 2 that is no greater, at least 1: few shapes are compiled."""
    return 1 << max(0, value.bit_length() - 1)


def _group(dim: int, sizes: range) -> int:
    """All axes where they are few, else a number that goes into theirs where there is one."""
    return next((size for size in sizes if dim <= size or dim % size == 0), sizes[0])


def _pairs(votes: int, points: int) -> int:
    needed = (votes + 1) // 2
    return next((size for size in PAIRS if size <= points and -(-needed // size) * size <= (1 + IDLE) * needed), 1)
