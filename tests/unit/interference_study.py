"""How hard the interference distance of intervals was tried: python -m tests.unit.interference_study [CELLS] [SEED].

Law: rows whose starts, and ends, are twice the largest width apart, Gaussian and Laplace noises, mixed too. Conjecture,
not proved: it is enough that each gap is at least as wide as both intervals beside it.
"""

from __future__ import annotations

import sys
from time import process_time

import numpy as np

from theory import Box, DomainProblem, Smoothing, Training, compare
from theory.theorems.interference import DIMINISHING, MOST_INTERVALS, apart

# Cells of one problem: random pairs of noises, of which every third is near the widths.
EACH = 200


def beside(rng: np.random.Generator, count: int, training: str, votes: str) -> DomainProblem:
    """Intervals with gaps of at least both widths beside them, a third of them of no more."""
    widths, low, boxes = 10.0 ** rng.uniform(-1.3, 0, count), 0.0, []
    for k, width in enumerate(widths):
        boxes.append(Box(low, low + width))
        least = max(width, widths[min(k + 1, count - 1)])
        low += width + least * (1 + max(0.0, rng.uniform(-0.5, 1.0)))
    return DomainProblem(1, tuple(boxes), training=Training("regression", training), smoothing=Smoothing(votes))


def attacked(kind: str, cells: int, seed: int) -> tuple[int, int, float, DomainProblem | None]:
    """Cells answered, violations beyond their errors, the largest gain less its error, and its problem."""
    rng = np.random.default_rng(seed)
    answered, violated, worst, at = 0, 0, -np.inf, None
    while answered < cells:
        count = int(rng.integers(2, MOST_INTERVALS + 1))
        training, votes = rng.choice(DIMINISHING), rng.choice(DIMINISHING)
        if kind == "law":
            sizes = {f"width{k}": float(10.0 ** rng.uniform(-1.3, 0)) for k in range(count)}
            sizes |= {f"spare{k}": float(max(0.0, rng.uniform(-1, 1))) for k in range(count)}
            problem = apart(count, bool(rng.integers(2)), str(training), str(votes), **sizes)
        else:
            problem = beside(rng, count, str(training), str(votes))
        reach = np.where(np.arange(EACH) % 3 == 0, 0.5, 1.7)
        alpha, beta = (10.0 ** (reach * rng.uniform(-1, 1, EACH)) for _ in range(2))
        found = compare(problem, alpha, beta).gain
        excess = found.value - found.error
        answered += EACH
        violated += int((excess > 0).sum())
        if excess.max() > worst:
            worst, at = float(excess.max()), problem
    return answered, violated, worst, at


def main(cells: int = 100_000, seed: int = 0) -> None:
    for kind in ("law", "conjecture"):
        start = process_time()
        answered, violated, worst, at = attacked(kind, cells, seed)
        print(f"{kind}: {answered} cells, {violated} violations, largest gain - error {worst:.3g}, ", end="")
        print(f"{process_time() - start:.0f} s of CPU" + (f"\n{at}" if violated else ""))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
