"""A Dask cluster: what a call costs besides its work, and what that makes of 1, 2, 8 and 64 workers.

Costs of pieces and of calls are measured here. Efficiency is computed from them, by the same `finished` that hands out
pieces, on an executor whose clock is simulated; that of 1 and 2 workers is measured too, with pieces that sleep as long
as the measured ones take, so that the cores of this machine do not matter.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulate.sweep.axes import Axis, Family
from simulate.sweep.proofs import add_proofs
from simulate.sweep.sweep import sweep
from simulate.work.cluster import SECONDS, Cluster, cluster_pool
from simulate.work.pieces import Crew, finished
from tests.benchmarks.timing import sized
from tests.unit.tasks import doubled, slept

pytest.importorskip("distributed")

WORKERS = (1, 2, 8, 64)
LATENCIES = (0.001, 0.02, 0.1)
# Seconds of work for one worker, on paper and in sleep.
WHOLE, SLEPT = sized(3600.0, 20.0), sized(30.0, 1.0)
CALLS = sized(300, 5)


class Simulated(Executor):
    """Workers on paper. A piece is its cost in seconds.

    latency: there and back. handling: what a call costs the client, which does one thing at a time. overhead: what it
    costs the worker, besides the two questions that it asks the scheduler.
    """

    seconds = SECONDS

    def __init__(self, width: int, latency: float, handling: float, overhead: float) -> None:
        self.width, self.clock = width, 0.0
        self._latency, self._handling, self._overhead = latency, handling, overhead
        self._free = [0.0] * width
        self._events: list[tuple[float, int, Future[Any], tuple[list[float], float]]] = []
        self._numbers = itertools.count()

    def submit(self, _perform: Callable[..., Any], /, *args: Any, **_options: Any) -> Future[Any]:
        costs = [float(cost) for cost in args[1]]
        self.clock += self._handling
        begin = max(self.clock + self._latency / 2, heapq.heappop(self._free))
        end = begin + 2 * self._latency + self._overhead + sum(costs)
        heapq.heappush(self._free, end)
        future: Future[Any] = Future()
        event = (end + self._latency / 2, next(self._numbers), future, (costs, sum(costs)))
        heapq.heappush(self._events, event)
        return future

    def wait(self, _pending: Iterable[Future[Any]], return_when: str) -> SimpleNamespace:
        """In place of `concurrent.futures.wait`: what is finished next, and the clock goes on to then."""
        at, _number, future, result = heapq.heappop(self._events)
        self.clock = max(self.clock, at)
        future.set_result(result)
        return SimpleNamespace(done={future})


def computed(costs: np.ndarray, workers: int, latency: float, call: tuple[float, float]) -> float:
    """Share of the workers' time that goes into work."""
    cluster = Simulated(workers, latency, *call)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulate.work.pieces.wait", cluster.wait)
        for _piece, _made in finished("costs", costs, doubled, Crew(cluster)):
            pass
    return float(costs.sum() / (workers * cluster.clock))


class Timed(Executor):
    """Does each piece at once and keeps the CPU seconds that it took."""

    width, seconds = 1, 0.0

    def __init__(self) -> None:
        self.costs: list[float] = []

    def submit(self, perform: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        start = time.process_time()
        future.set_result(perform(*args, **options))
        self.costs.append(time.process_time() - start)
        return future


def measured_costs() -> dict[str, np.ndarray]:
    """Of cells of a map over dimensions, and of proofs of a map over both noises; the first piece warms up."""
    cells, proofs = Timed(), Timed()
    side = sized(150, 4)
    sweep(Family("concentric"), Axis("dim", 2, side + 1, side), Axis("alpha", 0.0, 1.5, 15), executor=cells)
    side = sized(40, 9)
    noises = Axis("beta", 0.1, 1.3, side), Axis("alpha", 0.0, 1.0, side)
    bumps = Family("bumps", {"spacing": 1.5})
    add_proofs(sweep(bumps, *noises), bumps, *noises, proofs)
    return {name: np.array(timed.costs[1:]) for name, timed in (("cells", cells), ("proofs", proofs))}


def call_costs(cluster: Cluster) -> tuple[float, float]:
    """Seconds that the client and the worker spend on a call: of many at once, and the rest of one at a time."""
    cluster.submit(doubled, 1).result()
    start = time.perf_counter()
    for future in [cluster.submit(doubled, k) for k in range(CALLS)]:
        future.result()
    together = (time.perf_counter() - start) / CALLS
    alone = []
    for k in range(CALLS):
        start = time.perf_counter()
        cluster.submit(doubled, k).result()
        alone.append(time.perf_counter() - start)
    return together, max(0.0, float(np.median(alone)) - together)


def of_length(costs: np.ndarray, seconds: float) -> np.ndarray:
    """Costs drawn from measured ones, in all so many seconds."""
    drawn = np.random.default_rng(0).choice(costs, int(seconds / costs.mean()) + 1)
    return drawn * seconds / drawn.sum()


def measured(costs: np.ndarray, cluster: Cluster) -> float:
    """As `computed`, by the clock on the wall, with pieces that sleep."""
    start = time.perf_counter()
    for _piece, _made in finished("sleep", costs.tolist(), slept, Crew(cluster)):
        pass
    return float(costs.sum() / (cluster.width * (time.perf_counter() - start)))


def test_scaling() -> None:
    costs = measured_costs()
    slow = {workers: {} for workers in WORKERS[:2]}
    for workers, found in slow.items():
        with cluster_pool(f"local:{workers}") as cluster:
            call = call_costs(cluster)
            for name, held in costs.items():
                found[name] = measured(of_length(held, SLEPT), cluster), call
    print(f"\na call: {1e3 * call[0]:.1f} ms of the client, {1e3 * call[1]:.1f} ms of the worker")
    for name, held in costs.items():
        spread = f"{1e3 * held.min():.1f} to {1e3 * held.max():.1f}"
        print(
            f"{name}: {len(held)} pieces of {1e3 * held.mean():.1f} ms ({spread}); efficiency of {WHOLE:.0f} s of work"
        )
        print("workers  " + "  ".join(f"{1e3 * latency:g} ms" for latency in LATENCIES))
        for workers in WORKERS:
            shares = [computed(of_length(held, WHOLE), workers, latency, call) for latency in LATENCIES]
            print(f"{workers:7d}  " + "  ".join(f"{100 * share:.0f} %" for share in shares))
        for workers, found in slow.items():
            share, own = found[name]
            paper = computed(of_length(held, SLEPT), workers, 0.0, own)
            shares = f"measured {100 * share:.0f} %, computed {100 * paper:.0f} %"
            print(f"{workers} that sleep, {SLEPT:.0f} s of work: {shares}")
