"""Shells about a centre: masses of proved sign patterns along the distance, and their votes under Gaussian noise.

A pattern's gaps enter as balls: the mass inside a sphere whose radius lies anywhere in a gap. The vote function is
smooth in the squared distance t, even at the centre, and is isolated there; patterns are kept in the distance itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import arb, ctx

from theory.geometry.radial.level import level_set as float_level_set
from theory.geometry.region import Region
from theory.proof.balls import Arb, Rational, hull, precision, sign
from theory.proof.chi_square import ChiSquareValues, values
from theory.proof.isolate import Bounds, Part, gaps, isolate
from theory.proof.region import Gap, Signs

# Gaps are closed to this many bits less than the working precision, relative to the squared smoothing noise.
SPARE_BITS = 16
# Gaps wider than this, in units of the squared smoothing noise, are filled in both ways instead.
NARROW = 2.0**-12
# A root known in floats is looked for within this distance, relative; it is doubled until signs hold it.
NEAR = 2.0**-44
# Several boundaries are first isolated at this precision, which is cheaper.
COARSE = 64
# Doublings of an interval until its ends have different signs, or a tail is proved.
DOUBLINGS = 200


def inside(region: Signs, pairs: Sequence[tuple[Arb, Arb]], total: Arb) -> Arb:
    """The mass of {f = 1} for any law, whatever f does in its gaps.

    pairs: for each gap the masses inside and outside a sphere whose radius is somewhere in it. total: of everything.
    """
    labels = [region.first, *(gap.after for gap in region.gaps)]
    share = arb(0)
    for k, label in enumerate(labels):
        if label:
            share += _between(pairs[k - 1] if k else None, pairs[k] if k < len(pairs) else None, total)
    for gap, (_below, above) in zip(region.gaps, pairs, strict=True):
        if not (gap.before or gap.after):
            share += hull(arb(0), (above - above).abs_upper())
    return share


def _between(low: tuple[Arb, Arb] | None, high: tuple[Arb, Arb] | None, total: Arb) -> Arb:
    """The mass of a shell from the masses on both sides of its ends, by whichever lose less to cancellation."""
    if low is None or high is None:
        return high[0] if high is not None else low[1] if low is not None else total
    first, second = high[0] - low[0], low[1] - high[1]
    if not (first.is_finite() and second.is_finite()):
        return hull(arb(0), total)
    return first.intersection(second).max(arb(0))


def square(gap: Gap) -> Arb:
    """The squared radius of a sphere in a gap."""
    if gap.low is gap.high:
        return gap.low * gap.low
    return (gap.low * gap.low).union(gap.high * gap.high)


@dataclass(frozen=True)
class ShellPlace:
    """At a squared distance (possibly infinite): for every gap the law of |x + beta V|^2, and the sign of u - level."""

    x: Arb
    sign: int
    value: Arb
    laws: list[ChiSquareValues]


class ShellVotes:
    """u - level as a function of the squared distance, for Gaussian smoothing of squared scale `variance`.

    Every gap must hold one boundary.
    """

    def __init__(self, dim: int, region: Signs, variance: Arb, level: Arb) -> None:
        self._dim, self._region, self._variance, self._level = dim, region, variance, level
        self._squares = [square(gap) / variance for gap in region.gaps]

    def at(self, x: Arb) -> ShellPlace:
        """The laws at x."""
        if not x.is_finite():
            laws = [ChiSquareValues(arb(0), arb(1), (arb(0),) * 3) for _ in self._squares]
        else:
            laws = [values(self._dim, x / self._variance, end) for end in self._squares]
        value = self._value([(law.below, law.above) for law in laws])
        return ShellPlace(x, sign(value), value, laws)

    def _value(self, pairs: list[tuple[Arb, Arb]]) -> Arb:
        return inside(self._region, pairs, arb(1)) - self._level

    def over(self, left: ShellPlace, right: ShellPlace) -> Bounds:
        """Signs from masses inside spheres, which fall with the distance, and from the slope."""
        laws = list(zip(left.laws, right.laws, strict=True))
        found = sign(self._value([(hull(a.below, b.below), hull(a.above, b.above)) for a, b in laws]))
        if found or not right.x.is_finite():
            return Bounds(found, arb(0, 1), left.value, right.value)
        length = (right.x - left.x) / self._variance
        slope = arb(0)
        for gap, (a, b) in zip(self._region.gaps, laws, strict=True):
            change = int(gap.after) - int(gap.before)
            slope += change * density_range(a, b, length)
        slope /= self._variance
        step = hull(arb(0), right.x - left.x)
        found = sign(left.value + slope * step) or sign(right.value - slope * step)
        return Bounds(found, slope, left.value, right.value)


def density_range(left: ChiSquareValues, right: ChiSquareValues, length: Arb) -> Arb:
    """All values of -dP(X <= x)/dlambda between two noncentralities.

    It is the density with d + 2 degrees of freedom, log-concave in lambda (its factor 0F1 has negative zeros only): no
    less than at both ends, and below the tangents there.
    """
    first, last = left.densities[1], right.densities[1]
    low = first.lower().min(last.lower())
    rising = (left.densities[2] / first - 1) / 2
    falling = (1 - right.densities[2] / last) / 2
    tops = [end * (steep * length).exp().max(arb(1)) for end, steep in ((first, rising), (last, falling))]
    finite = [top.upper() for top in tops if top.is_finite()]
    return low.union(min(finite)) if finite and low.is_finite() else arb.nan()


def level_set(dim: int, region: Signs, beta: Rational, level: Arb) -> Signs:
    """{u >= level} for 0 < level < 1 and beta > 0, along the distance.

    Ties (u = level beyond a point) cannot be proved by balls and stay gaps.
    """
    if not region.gaps:
        return Signs(region.first)
    if any(not gap.simple or _wide(gap, arb(beta) ** 2) for gap in region.gaps):
        return _sandwich(*(level_set(dim, _filled(region, label), beta, level) for label in (False, True)))
    if len(region.gaps) == 1 and region.gaps[0].before != region.gaps[0].after:
        votes, width = _votes(dim, region, beta, level)
        parts = _sphere(votes, _guess(dim, region.gaps[0], beta, level), width)
    else:
        with precision(min(ctx.prec, COARSE)):
            votes, width = _votes(dim, region, beta, level)
            stop, beyond = _tail(votes, square(region.gaps[-1]).upper() + arb(beta) ** 2)
            coarse = isolate(votes, votes.at(arb(0)), stop, width)
        votes, width = _votes(dim, region, beta, level)
        parts = [Part(stop.x, arb("inf"), beyond)]
        for part in reversed(coarse):
            again = part.sign == 0 and ctx.prec > COARSE
            parts = (isolate(votes, votes.at(part.low), votes.at(part.high), width) if again else [part]) + parts
    first, found = gaps(parts)
    return Signs(first, tuple(rooted(gap) for gap in found))


def _wide(gap: Gap, variance: Arb) -> bool:
    return gap.low is not gap.high and not square(gap).rad() < NARROW * variance


def _filled(region: Signs, label: bool) -> Signs:
    """The region with every gap given to one class; one that reaches the centre has no boundary there."""
    first, filled = region.first, []
    for gap in region.gaps:
        if gap.low == 0:
            first = label
        elif gap.before != label:
            filled.append(Gap(gap.low, gap.low, gap.before, label, True))
        if gap.after != label and gap.high.is_finite():
            filled.append(Gap(gap.high, gap.high, label, gap.after, True))
    return Signs(first, tuple(filled))


def _sandwich(low: Signs, high: Signs) -> Signs:
    """What is known of a region between two others: smoothing keeps inclusions, for any base classifier in between."""
    ends = sorted(x for region in (low, high) for gap in region.gaps for x in (gap.low, gap.high))
    parts = []
    for start, stop in pairwise([arb(0), *ends, arb("inf")]):
        middle = (start + stop) / 2 if stop.is_finite() else start + 1
        side = 1 if low.contains(middle) is True else -1 if high.contains(middle) is False else 0
        if start < stop:
            parts.append(Part(start, stop, side))
    first, found = gaps(parts)
    return Signs(first, found)


def _votes(dim: int, region: Signs, beta: Rational, level: Arb) -> tuple[ShellVotes, Arb]:
    """The vote function at the working precision, and the width to which its gaps are closed."""
    variance = arb(beta * beta)
    return ShellVotes(dim, region, variance, level), variance / arb(2) ** (ctx.prec - SPARE_BITS)


def _sphere(votes: ShellVotes, guess: float, width: Arb) -> list[Part]:
    """The parts for one boundary, of which u is a monotone function: a sign at a point is one on a whole side of it."""
    start, after = votes.at(arb(0)), votes.at(arb("inf")).sign
    if start.sign == after:
        return [Part(arb(0), arb("inf"), after)]
    low, high = start, votes.at(arb("inf"))
    for k in range(DOUBLINGS):
        x = (arb(guess) * (1 - NEAR * 4**k)).mid()
        place = votes.at(x) if x > 0 else start
        if place is start or place.sign == -after:
            low = place
            break
    for k in range(DOUBLINGS):
        place = votes.at((arb(guess) * (1 + NEAR * 4**k) if guess > 0 else arb(4) ** k).mid())
        if place.sign == after:
            high = place
            break
    inner = [Part(arb(0), low.x, -after)] if low.x > 0 else []
    if not high.x.is_finite():
        return [*inner, Part(low.x, high.x, 0)]
    return [*inner, *isolate(votes, low, high, width), Part(high.x, arb("inf"), after)]


def _guess(dim: int, gap: Gap, beta: Rational, level: Arb) -> float:
    """The squared radius of the level set in floats, 0 where they find none.

    It bounds {1 - u >= 1 - level} as well, and floats know the smaller share of the votes better.
    """
    radius, low = np.array([[float(gap.hull.mid())]]), bool(level < 0.5)
    region = Region(radius, np.array([gap.before != low]), np.zeros((1, 1)), None, np.zeros(1))
    with np.errstate(all="ignore"):
        tail = np.array([[float((level if low else 1 - level).log().mid())]])
        found = float_level_set(dim, region, np.array([[float(arb(beta).mid())]]), tail).ends[0, 0]
    return float(found) ** 2 if np.isfinite(found) else 0.0


def _tail(votes: ShellVotes, start: Arb) -> tuple[ShellPlace, int]:
    """A place from which on the sign is proved, with that sign; at the last try 0."""
    infinity = votes.at(arb("inf"))
    for k in range(DOUBLINGS):
        place = votes.at((start * 2**k).mid())
        found = votes.over(place, infinity).sign
        if found:
            return place, found
    return place, 0


def rooted(gap: Gap) -> Gap:
    """A gap in the squared distance as one in the distance."""
    return Gap(gap.low.sqrt().lower(), gap.high.sqrt().upper(), gap.before, gap.after, gap.simple)
