"""What proofs cost: 4096 cells of a three-bump problem on two processes, and one cell against its float answer."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from simulate.sweep.axes import Axis, Family
from simulate.sweep.proofs import add_proofs
from simulate.sweep.sweep import sweep
from tests.benchmarks.timing import best, sized
from theory import gain
from theory.proof import Prover

BUMPS = Family("bumps", {"spacing": 1.5})
SIDE = sized(64, 4)
X, Y = Axis("beta", 0.02, 1.6, SIDE), Axis("alpha", 0.0, 1.5, SIDE)
# Cells this near to a change of the gain's sign, counted in cells.
NEXT_TO = 1


def test_map() -> None:
    """Seconds for a proved map, the share of undecided cells, and whether all of them are next to gain = 0."""
    plain = sweep(BUMPS, X, Y)
    start = perf_counter()
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        proved = add_proofs(plain, BUMPS, X, Y, pool)
    spent = perf_counter() - start
    open_ = proved["proof"].to_numpy() == "undecided"
    bits, counts = np.unique(proved["proof_bits"], return_counts=True)
    near = sum(_near_zero(plain["gain"].to_numpy(), *cell) for cell in np.argwhere(open_))
    said = dict(zip(bits.tolist(), counts.tolist(), strict=True))
    print(
        f"\n{SIDE**2} cells on two processes: {spent:.0f} s, {1e3 * spent / SIDE**2:.1f} ms a cell; undecided "
        f"{open_.sum()}, of which next to gain = 0 {near}; bits {said}"
    )
    for verdict in ("help", "hurt", "neutral"):
        print(f"  {verdict}: {int((proved['proof'] == verdict).sum())}")


def _near_zero(gains: np.ndarray, row: int, column: int) -> bool:
    """Whether gains of both signs, or 0, are among the neighbours of a cell."""
    part = gains[max(0, row - NEXT_TO) : row + NEXT_TO + 1, max(0, column - NEXT_TO) : column + NEXT_TO + 1]
    return bool(part.min() <= 0 <= part.max())


def test_cell() -> None:
    """One proved gain over one float gain, each alone."""
    problem = BUMPS.at()
    alone = best(lambda: gain(problem, 0.3, 0.5))
    proof = best(lambda: Prover(problem).gain(0.3, 0.5))
    print(f"\none gain: {alone * 1e3:.1f} ms in floats, proved {proof * 1e3:.1f} ms, {proof / alone:.1f} times as long")
