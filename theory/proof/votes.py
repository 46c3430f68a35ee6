"""The vote function of a proved sign pattern, less the level asked for, as `theory.proof.isolate` wants it.

u(x) = P(f(x + beta V) = 1) is the sum of the noise's masses of the segments where f = 1 is proved, and at most those of
the gaps. Each mass keeps its relative precision however small it is, rises up to the middle of its interval and falls
from there, and its slope is a difference of noise densities.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from theory.proof import noise
from theory.proof.balls import Ball, hull, sign
from theory.proof.isolate import Bounds, Part, gaps, isolate
from theory.proof.region import Gap, Signs

# Tails are looked at from here, in units of beta beyond the outermost boundary, at doubled distances.
FIRST_TAIL, TAILS = 1, 12


@dataclass(frozen=True)
class Place:
    """At a point (possibly infinite): the masses of the segments and of the gaps, and the sign of u - level."""

    x: Ball
    sign: int
    segments: list[Ball]
    gaps: list[Ball]


@dataclass(frozen=True)
class Segment:
    """An interval where f = 1 is proved; middle: where its mass is largest, and that mass (None where it is endless)."""

    low: Ball
    high: Ball
    middle: Ball | None
    largest: Ball | None


class Votes:
    """u - level for smoothing noise of scale beta (a ball > 0)."""

    def __init__(self, region: Signs, family: str, beta: Ball, level: Ball) -> None:
        self._gaps, self._family, self._beta, self._level = region.gaps, family, beta, level
        ends = [arb("-inf"), *(x for gap in region.gaps for x in (gap.low, gap.high)), arb("inf")]
        labels = [region.first, *(gap.after for gap in region.gaps)]
        pairs = zip(ends[::2], ends[1::2], labels, strict=True)
        self._segments = [self._segment(low, high) for low, high, label in pairs if label]

    def _segment(self, low: Ball, high: Ball) -> Segment:
        middle = (low + high) / 2
        if not middle.is_finite():
            return Segment(low, high, None, None)
        return Segment(low, high, middle, self._mass(low, high, middle))

    def _mass(self, low: Ball, high: Ball, x: Ball) -> Ball:
        if not x.is_finite():
            return arb(int(not high.is_finite() if x > 0 else not low.is_finite()))
        return noise.interval(self._family, (low - x) / self._beta, (high - x) / self._beta)

    def at(self, x: Ball) -> Place:
        """The masses at x."""
        segments = [self._mass(segment.low, segment.high, x) for segment in self._segments]
        masses = [self._gap_mass(gap, x) for gap in self._gaps]
        return Place(x, self._sign(segments, masses), segments, masses)

    def _gap_mass(self, gap: Gap, x: Ball) -> Ball:
        if gap.low is gap.high:
            return arb(0)
        if not (gap.high - gap.low).is_finite():
            return self._mass(gap.low, gap.high, x)
        return self._within(gap, x, x)

    def _within(self, gap: Gap, left: Ball, right: Ball) -> Ball:
        """At least the largest vote mass that a finite gap has from anywhere in [left, right]."""
        densest = noise.pdf_range(self._family, (gap.low - right) / self._beta, (gap.high - left) / self._beta)
        return densest.abs_upper() * ((gap.high - gap.low) / self._beta)

    def _sign(self, segments: list[Ball], masses: list[Ball]) -> int:
        least = sum(segments, -self._level)
        return 1 if least > 0 else -1 if sum(masses, least) < 0 else 0

    def over(self, left: Place, right: Place) -> Bounds:
        """Signs from the masses' ranges and from the slope; the slope from the density's values over the interval."""
        segments = [
            self._range(*item, left.x, right.x)
            for item in zip(self._segments, left.segments, right.segments, strict=True)
        ]
        masses = [
            self._within(gap, left.x, right.x) if (gap.high - gap.low).is_finite() else hull(a, b)
            for gap, a, b in zip(self._gaps, left.gaps, right.gaps, strict=True)
        ]
        found = self._sign(segments, masses)
        first, last = (sum(p.segments, -self._level) + hull(arb(0), sum(p.gaps, arb(0))) for p in (left, right))
        if found or not (left.x.is_finite() and right.x.is_finite()):
            return Bounds(found, arb(0, 1), first, last)
        slope = sum((self._slope(gap, left.x, right.x) for gap in self._gaps), arb(0))
        step = hull(arb(0), right.x - left.x)
        found = sign(first + slope * step) or sign(last - slope * step)
        return Bounds(found, slope, first, last)

    def _range(self, segment: Segment, before: Ball, after: Ball, left: Ball, right: Ball) -> Ball:
        everything = hull(before, after)
        if segment.middle is None or bool(segment.middle < left) or bool(segment.middle > right):
            return everything
        return hull(everything, segment.largest)

    def _slope(self, gap: Gap, left: Ball, right: Ball) -> Ball:
        low, high = (gap.low - right) / self._beta, (gap.high - left) / self._beta
        delta = int(gap.after) - int(gap.before)
        slope = delta * noise.pdf_range(self._family, low, high)
        if not gap.simple and bool(gap.low < gap.high):
            slope += arb(0, 1) * noise.variation(self._family, low, high)
        return slope / self._beta


def level_set(region: Signs, family: str, beta: Ball, level: Ball, width: Ball) -> Signs:
    """{u >= level} for 0 < level < 1; a gap of it is no wider than `width`, where the bounds allow.

    Ties (u = level on an interval) cannot be proved by balls and stay gaps.
    """
    finite = [x for gap in region.gaps for x in (gap.low, gap.high) if x.is_finite()]
    if not finite:
        return Signs(region.first, region.gaps)
    votes = Votes(region, family, beta, level)
    low, low_sign = _tail(votes, min(finite, key=float), -1, beta)
    high, high_sign = _tail(votes, max(finite, key=float), 1, beta)
    parts = isolate(votes, votes.at(low), votes.at(high), width)
    parts = [Part(arb("-inf"), low, low_sign), *parts, Part(high, arb("inf"), high_sign)]
    first, found = gaps(parts)
    return Signs(first, found)


def _tail(votes: Votes, end: Ball, side: int, beta: Ball) -> tuple[Ball, int]:
    """A place beyond `end` from which on the sign is proved out to infinity, with that sign; else the end and 0."""
    infinity = votes.at(arb("inf") if side > 0 else arb("-inf"))
    for k in range(TAILS):
        x = (end + side * FIRST_TAIL * 2**k * beta).mid()
        place = votes.at(x)
        found = votes.over(*((place, infinity) if side > 0 else (infinity, place))).sign
        if found:
            return x, found
    return end, 0
