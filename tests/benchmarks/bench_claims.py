"""Attacks on laws: cases of one problem together against one by one, and the whole registry."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from tests.benchmarks.timing import best, sized
from theory.claims.falsify import CaseFamily
from theory.claims.search import BLOCK
from theory.claims.together import margins
from theory.theorems import LAWS

NAMES = sized(
    ("prior-shift-harm", "compensation", "comparison", "smoothing-boundaries", "label-swap"), ("compensation",)
)
BLOCKS, CASES = sized(8, 1), sized(1000, 2)


def points(family: CaseFamily) -> np.ndarray:
    """Blocks that share all but what varies beside the problem."""
    rng = np.random.default_rng(0)
    found = np.repeat(rng.random((BLOCKS, 1, len(family.parameters))), BLOCK, axis=1)
    varied = [k for k, name in enumerate(family.parameters) if name in family.varied]
    found[..., varied] = rng.random((BLOCKS, BLOCK, len(varied)))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_cases_together(name: str) -> None:
    """Seconds of a block against the same cases one by one."""
    law = LAWS[name]
    blocks = []
    for block in points(law.family):
        parameters = [law.family.at(point) for point in block]
        problem = law.family.problem(parameters[0])
        blocks.append([(problem, law.family.noises(one)) for one in parameters])
    alone = best(lambda: [margins(law.claim, [case]) for block in blocks for case in block])
    both = best(lambda: [margins(law.claim, block) for block in blocks])
    print(f"\n{name}: {1e3 * both / BLOCKS:.1f} ms for {BLOCK} cases together, {alone / both:.1f} x less than alone")


def test_registry() -> None:
    """CPU seconds of every law and of all."""
    times = {}
    for name, law in LAWS.items():
        start = process_time()
        law.check(CASES)
        times[name] = process_time() - start
    dearest = sorted(times, key=times.__getitem__)[: -sized(9, 3) : -1]
    print(f"\n{len(LAWS)} laws, {CASES} cases each: {sum(times.values()):.0f} s of CPU; most in")
    print(", ".join(f"{name} {times[name]:.1f}" for name in dearest))
