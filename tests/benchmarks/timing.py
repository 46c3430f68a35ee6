"""Timing for benchmarks: ratios within one run are what counts. With BENCHMARKS=smoke all are tiny, to see they run."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

SMOKE = os.environ.get("BENCHMARKS") == "smoke"
Size = TypeVar("Size")


def sized(full: Size, smoke: Size) -> Size:
    """The size of a benchmark, or of its smoke version."""
    return smoke if SMOKE else full


def best(work: Callable[[], object], repeats: int = 3, clock: Callable[[], float] = perf_counter) -> float:
    """The least of several timings of one call, in seconds of a clock, after one that warms up and compiles."""
    if not SMOKE:
        work()
    times = []
    for _ in range(sized(repeats, 1)):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)
