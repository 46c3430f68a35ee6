"""Timing for benchmarks: ratios within one run are what counts."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter


def best(work: Callable[[], object], repeats: int = 3) -> float:
    """The least of several timings of one call, in seconds, after one that warms up and compiles."""
    work()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)
