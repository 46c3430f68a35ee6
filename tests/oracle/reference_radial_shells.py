"""Unions of shells for the radial references: sign changes along the distance, level sets of votes.

Signs are scanned on a grid and every change is bracketed and refined to 45 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isnan, nan

from flint import arb
from scipy.special import ndtr
from scipy.stats import chi2, ncx2

from tests.oracle.reference_radial_mass import Fun, ball, mid

ROOT = arb(10) ** -45
SCAN = 160


@dataclass(frozen=True)
class Part:
    """One component: class, law ("gaussian", "ball", "point"), distance of its mean from the centre, scale, weight."""

    label: int
    law: str
    far: arb
    scale: arb
    weight: arb


@dataclass
class Shells:
    """Radii where the class changes, in increasing order, and the class at the centre."""

    ends: list[arb]
    first: bool

    def intervals(self, label: bool) -> list[tuple[arb, arb | None]]:
        edges: list[arb | None] = [arb(0), *self.ends, None]
        pairs = pairwise(edges)
        return [(a, b) for i, (a, b) in enumerate(pairs) if (self.first ^ (i % 2 == 1)) == label and a is not None]


def root(f: Fun, low: arb, high: arb) -> arb:
    """A sign change of f, by secants within the bracket, or bisection where those leave it."""
    below, above = mid(f(low)), mid(f(high))
    scale, rising = high - low, above > 0
    older, newer = (low, below), (high, above)
    for step in range(400):
        flat = older[1] == newer[1] or step % 12 > 9
        middle = low if flat else mid((older[0] * newer[1] - newer[0] * older[1]) / (newer[1] - older[1]))
        if not low < middle < high:
            middle = mid((low + high) / 2)
        value = mid(f(middle))
        if value == 0 or high - low < ROOT * scale or abs(value) < arb(10) ** -52:
            return middle
        older, newer = newer, (middle, value)
        low, high = (low, middle) if (value > 0) == rising else (middle, high)
    return mid((low + high) / 2)


def signs(f: Fun, grid: Iterable[arb], rough: Callable[[arb], float] | None = None) -> Shells:
    """Class changes between neighbouring grid points, refined; the class is 1 where f >= 0.

    `rough` may judge points where it is far enough from 0 (it is NaN elsewhere).
    """
    grid = list(grid)
    guessed = [rough(x) if rough else float("nan") for x in grid]
    held = [mid(f(x)) >= 0 if isnan(g) else g >= 0 for x, g in zip(grid, guessed, strict=True)]
    found = [root(f, grid[i - 1], grid[i]) for i in range(1, len(grid)) if held[i] != held[i - 1]]
    return Shells(found, held[0])


class Order:
    """Exact comparison of balls by their midpoints."""

    def __init__(self, x: arb) -> None:
        self.x = mid(x)

    def __lt__(self, other: Order) -> bool:
        return bool(self.x < other.x)


def vote(dim: int, shells: Shells, beta: arb, r: arb) -> arb:
    """u at distance r, absolute error 1e-50: signed ball masses."""
    sign = 1 if shells.first else -1
    total = arb(1 if shells.first ^ (len(shells.ends) % 2 == 1) else 0)
    for i, end in enumerate(shells.ends):
        total += sign * (-1) ** i * ball(dim, r / beta, end / beta)
    return total


def _rough_vote(dim: int, shells: Shells, beta: float, r: float) -> float:
    """u in double precision: scipy, or the normal approximation of Sankaran's kind where scipy is out of its depth."""
    sign, total = (1 if shells.first else -1), float(shells.first ^ (len(shells.ends) % 2 == 1))
    for i, end in enumerate(shells.ends):
        x, mean = (float(end) / beta) ** 2, (r / beta) ** 2
        if mean < 1e6:
            value = float(ncx2.cdf(x, dim, mean)) if mean > 0 else float(chi2.cdf(x, dim))
        else:
            value = float(ndtr((x**0.5 - (mean + dim - 1) ** 0.5) * ((dim + mean) / (dim / 2 + mean)) ** 0.5))
        total += sign * (-1) ** i * value
    return total


def level(dim: int, shells: Shells, beta: arb, miss: arb, label: bool = True) -> Shells:
    """{share of votes for `label` >= 1 - miss}, as shells of "1 = yes"."""
    if not shells.ends or beta == 0:
        return Shells(list(shells.ends), shells.first == label)

    def excess(r: arb) -> arb:
        u = vote(dim, shells, beta, r)
        return mid(u - (1 - miss)) if label else mid(miss - u)

    if len(shells.ends) == 1:
        return _one_level(dim, shells, beta, excess)
    marks = list(shells.ends)
    width = beta * 2
    shrunk = [(m * m - beta**2 * (dim - 1)) for m in marks]
    marks += [s.sqrt() for s in shrunk if s > 0]
    far = max(marks, key=float) + 14 * width

    def rough(r: arb) -> float:
        u = _rough_vote(dim, shells, float(beta), float(r))
        value = u - float(1 - miss) if label else float(miss) - u
        return value if abs(value) > 1e-2 * float(min(miss, arb(0.5))) else nan

    points = [far * i / SCAN for i in range(SCAN + 1)]
    for m in marks:
        points += [m + width * i / 6 for i in range(-40, 41)]
    return signs(excess, sorted((mid(p) for p in points if p >= 0), key=Order), rough if miss > 1e-7 else None)


def _one_level(dim: int, shells: Shells, beta: arb, excess: Fun) -> Shells:
    end = shells.ends[0]
    inside = excess(arb(0)) >= 0
    square = end * end - beta**2 * (dim - 1)
    guess = mid(square.sqrt()) if square > 0 else arb(0)
    reach = beta / 4
    while True:
        low, high = max(arb(0), mid(guess - reach)), mid(guess + reach)
        if (excess(high) >= 0) != (excess(low) >= 0):
            return Shells([root(excess, low, high)], inside)
        if low == 0 and reach > 2 * end + 1000 * beta:
            return Shells([], inside)
        reach *= 2
