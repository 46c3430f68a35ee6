"""Beyond which place Gaussian noise leaves the signed density of one sign: tails whose ratio tends to a constant.

Let x1 be the last sign change of the density without noise, so that beyond it s has one sign, and let d > 0. For
y >= x1 + 2d, with p the noise of scale alpha,

    |int_(x <= x1) s p(y - x)| <= M p(y - x1),       M the mass of all components,
    |int_(x > x1) s p(y - x)|  >= m p(y - x1 - d),    m = |int over [x1 + d, x1 + 2d] of s|,

and the second exceeds the first as soon as y - x1 > alpha^2 log(M/m)/d + d/2. From there on the sign is that of the far
part, whatever the components are and however equal their tails; nothing needs to be searched. Alike to the left.

Where an atom of mass w at x1 is outermost, all other atoms at least e away with mass W together, and the densities
below H, these reach at most H alpha^2 p(t)/t and W p(t) exp(-t e/alpha^2) at a distance t beyond it: less than w p(t)
as soon as t >= 2 H alpha^2/w and t >= alpha^2 log(2 W/w)/e.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from theory.arrays import Array
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.laws import NOISE

# Distances d that are tried: shares of a bounded run, multiples of the widest component otherwise.
SHARES, MULTIPLES = np.array([0.5, 0.25, 0.1]), 2.0 ** np.arange(-3, 6)
# A mass of s below this share of all is rounding.
LEAST = 1e-13
SLACK = 1 + 1e-9
Bounds = tuple[Array, Array]


@dataclass(frozen=True)
class Run:
    """The outermost part of a density that has one sign, beyond `start` towards the right; total: of all components.

    steps: distances d to try. mass: of s between two places of the run.
    """

    start: float
    label: bool
    total: float
    steps: tuple[float, ...]
    mass: Callable[[float, float], float]

    def beyond(self, alpha: Array) -> Array:
        """(R,) from where on the noised density has the sign of the run; inf where that is not known."""
        least = np.full(len(alpha), np.inf)
        for d in self.steps:
            m = self.mass(self.start + d, self.start + 2 * d)
            if m > LEAST * self.total:
                need = alpha**2 * (np.log(self.total / m) / d) + 0.5 * d
                least = np.minimum(least, self.start + SLACK * np.maximum(need, 2 * d))
        return least


@dataclass(frozen=True)
class Atom:
    """An outermost point mass; height: bound of the densities, rest: mass of other atoms, away: how far they are."""

    start: float
    label: bool
    weight: float
    height: float
    rest: float
    away: float

    def beyond(self, alpha: Array) -> Array:
        """(R,) from where on the noised density has the sign of the atom."""
        near = 2 * self.height * alpha**2 / self.weight
        far = alpha**2 * max(np.log(2 * self.rest / self.weight), 0.0) / self.away if self.rest else 0.0
        return np.asarray(self.start + SLACK * np.maximum(near, far) + np.spacing(abs(self.start)))


def limit(net: tuple[Piece, ...], alpha: Array, plain: Region, ends: tuple[Bounds, Bounds]) -> tuple[Bounds, Bounds]:
    """Supports (R, K) of class 1 and class 0, each without the tails in which Gaussian noise leaves it the loser.

    plain: {s >= 0} without noise, of class 0 off the support, for the components that have a density.
    """
    (one_low, one_high), (zero_low, zero_high) = ends
    for side in (1.0, -1.0):
        run = _run(net, plain, side)
        if run is None:
            continue
        place = (side * run.beyond(alpha))[:, None]
        if side > 0 and run.label:
            zero_high = np.minimum(zero_high, place)
        elif side > 0:
            one_high = np.minimum(one_high, place)
        elif run.label:
            zero_low = np.maximum(zero_low, place)
        else:
            one_low = np.maximum(one_low, place)
    return (one_low, one_high), (zero_low, zero_high)


def _run(net: tuple[Piece, ...], plain: Region, side: float) -> Run | Atom | None:
    """The outermost run towards the right, or with side = -1 towards the left in mirrored coordinates."""
    total = sum(float(p.weight) for p in net)
    spread = [p for p in net if p.law != "point"]
    atoms = sorted(((side * float(p.center), p) for p in net if p.law == "point"), key=lambda held: held[0])
    end = max((_end(p, side) for p in spread), default=-np.inf)
    if atoms and atoms[-1][0] >= end:
        place, last = atoms[-1]
        rest = sum(float(p.weight) for _at, p in atoms[:-1])
        away = place - atoms[-2][0] if rest else np.inf
        height = sum(float(p.weight) / (2 * float(p.scale)) for p in spread)
        return Atom(place, bool(last.label), float(last.weight), height, rest, away)
    end = min(end, _last(spread, side))
    found = plain.ends[0][np.isfinite(plain.ends[0])] * side
    slack = 4 * plain.error[0].max(initial=0.0)
    inner = [x + slack for x in found.tolist() if x < end - slack]
    start = max([*inner, *(at for at, _p in atoms)], default=min(_end(p, -side) * -1 for p in spread))
    if not (np.isfinite(start) and start < end):
        return None
    steps = SHARES * (end - start) if np.isfinite(end) else MULTIPLES * max(float(p.scale) for p in spread)
    label = bool(plain.contains(np.array([[side * (start + steps[0])]]))[0, 0])

    def mass(low: float, high: float) -> float:
        return abs(sum((1 if p.label else -1) * _mass(p, side, low, high) for p in spread))

    return Run(start, label, total, tuple(steps.tolist()), mass)


def _end(item: Piece, side: float) -> float:
    """The right end of a component's support in coordinates mirrored for side = -1."""
    return side * float(item.center) + (float(item.scale) if item.law == "uniform" else np.inf)


def _last(spread: list[Piece], side: float) -> float:
    """Where boxes alone have the last density that does not cancel; inf where other laws reach on."""
    if any(p.law != "uniform" for p in spread):
        return np.inf
    boxes = [(side * float(p.center), float(p.scale), p) for p in spread]
    ends = sorted({center + sign * half for center, half, _p in boxes for sign in (-1, 1)}, reverse=True)
    for high, low in pairwise(ends):
        over = [p for center, half, p in boxes if abs((low + high) / 2 - center) < half]
        if sum((1 if p.label else -1) * p.rational[0] / p.rational[1] for p in over):
            return high
    return -np.inf


def _mass(item: Piece, side: float, low: float, high: float) -> float:
    place, scale = side * float(item.center), float(item.scale)
    ends = (np.array([(at - place) / scale]) for at in (low, high))
    return float(item.weight) * float(NOISE[item.law].interval(*ends)[0])
