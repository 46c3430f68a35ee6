"""The vote function of a proved sign pattern, less the level asked for, as `theory.proof.isolate` wants it.

u(x) = P(f(x + beta V) = 1) is the sum of the noise's masses of the segments where f = 1 is proved, and at most those of
the gaps. Each mass keeps its relative precision however small it is, rises up to the middle of its interval and falls
from there, and its slope is a difference of noise densities.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx

from theory.proof import noise
from theory.proof.balls import Arb, hull, sign
from theory.proof.isolate import Bounds, Part, gaps, isolate
from theory.proof.region import Gap, Signs

# Tails are looked at from here, in units of beta beyond the outermost boundary, at doubled distances.
FIRST_TAIL, TAILS = 1, 12
# A gap with less mass than the level in so many of the last bits is not looked at more closely.
NEGLIGIBLE_BITS = 24


@dataclass(frozen=True)
class VotePlace:
    """At a point (possibly infinite): the masses of the segments and of the gaps, and the sign of u - level."""

    x: Arb
    sign: int
    segments: list[Arb]
    gaps: list[Arb]


@dataclass(frozen=True)
class Segment:
    """An interval where f = 1 is proved; middle, largest: where its mass is largest, and that mass (if it ends)."""

    low: Arb
    high: Arb
    middle: Arb | None
    largest: Arb | None


class VoteExcess:
    """u - level for smoothing noise of scale beta (a ball > 0)."""

    def __init__(self, region: Signs, family: str, beta: Arb, level: Arb) -> None:
        self._gaps, self._family, self._beta, self._level = region.gaps, family, beta, level
        ends = [arb("-inf"), *(x for gap in region.gaps for x in (gap.low, gap.high)), arb("inf")]
        labels = [region.first, *(gap.after for gap in region.gaps)]
        pairs = zip(ends[::2], ends[1::2], labels, strict=True)
        self._segments = [self._segment(low, high) for low, high, label in pairs if label and bool(low < high)]
        self._most_of_gaps = [self._negligible(gap) for gap in self._gaps]

    def _segment(self, low: Arb, high: Arb) -> Segment:
        middle = (low + high) / 2
        if not middle.is_finite():
            return Segment(low, high, None, None)
        return Segment(low, high, middle, self._mass(low, high, middle))

    def _mass(self, low: Arb, high: Arb, x: Arb) -> Arb:
        if not x.is_finite():
            return arb(int(not high.is_finite() if x > 0 else not low.is_finite()))
        return noise.interval(self._family, (low - x) / self._beta, (high - x) / self._beta)

    def at(self, x: Arb) -> VotePlace:
        """The masses at x."""
        segments = [self._mass(segment.low, segment.high, x) for segment in self._segments]
        masses = [self._gap_mass(*item, x) for item in zip(self._gaps, self._most_of_gaps, strict=True)]
        return VotePlace(x, self._sign(segments, segments, masses), segments, masses)

    def _gap_mass(self, gap: Gap, most: Arb | None, x: Arb) -> Arb:
        """At least the mass of a gap from x."""
        if most is not None:
            return most
        if not (gap.high - gap.low).is_finite():
            return self._mass(gap.low, gap.high, x)
        return self._density(gap, x, x).abs_upper() * ((gap.high - gap.low) / self._beta)

    def _negligible(self, gap: Gap) -> Arb | None:
        """A bound of a gap's mass from anywhere, if it is too small to matter; else None."""
        if gap.low is gap.high:
            return arb(0)
        most = noise.pdf(self._family, arb(0)) * (gap.high - gap.low) / self._beta
        small = most.is_finite() and bool(most < self._level / arb(2) ** (ctx.prec - NEGLIGIBLE_BITS))
        return most.upper() if small else None

    def _density(self, gap: Gap, left: Arb, right: Arb) -> Arb:
        """All values that the noise density takes in a gap, from anywhere in [left, right]."""
        return noise.pdf_range(self._family, (gap.low - right) / self._beta, (gap.high - left) / self._beta)

    def _sign(self, least: list[Arb], most: list[Arb], masses: list[Arb]) -> int:
        if sum(least, -self._level) > 0:
            return 1
        return -1 if sum(masses, sum(most, -self._level)) < 0 else 0

    def over(self, left: VotePlace, right: VotePlace) -> Bounds:
        """Signs from the masses' ranges and from the slope; the slope from the density's values over the interval."""
        pairs = zip(self._segments, left.segments, right.segments, strict=True)
        ranges = [self._range(*item, left.x, right.x) for item in pairs]
        finite = left.x.is_finite() and right.x.is_finite()
        densities = [self._density(gap, left.x, right.x) for gap in self._gaps]
        masses = [self._most(k, left, right, densities) for k in range(len(self._gaps))]
        found = self._sign([least for least, _ in ranges], [most for _, most in ranges], masses)
        first, last = (sum(p.segments, -self._level) + hull(arb(0), sum(p.gaps, arb(0))) for p in (left, right))
        if found or not finite:
            return Bounds(found, arb(0, 1), first, last)
        slope = sum(map(_slope, self._gaps, densities), arb(0)) / self._beta
        step = hull(arb(0), right.x - left.x)
        found = sign(first + slope * step) or sign(last - slope * step)
        return Bounds(found, slope, first, last)

    def _most(self, k: int, left: VotePlace, right: VotePlace, densities: list[Arb]) -> Arb:
        """At least the mass of a gap from anywhere between two places."""
        gap, most = self._gaps[k], self._most_of_gaps[k]
        if most is not None:
            return most
        width = gap.high - gap.low
        if not width.is_finite():
            return hull(left.gaps[k], right.gaps[k])
        return densities[k].abs_upper() * (width / self._beta)

    def _range(self, segment: Segment, before: Arb, after: Arb, left: Arb, right: Arb) -> tuple[Arb, Arb]:
        """The least and the most of a segment's mass: one ball for both would blur a least that is far smaller."""
        most = before.max(after)
        inside = segment.middle is not None and not (segment.middle < left or segment.middle > right)
        return before.min(after), most.max(segment.largest) if inside else most


def _slope(gap: Gap, density: Arb) -> Arb:
    """What a gap adds to beta u', given the density's values there: a gap that is no single boundary may add more."""
    slope = (int(gap.after) - int(gap.before)) * density
    if not gap.simple and bool(gap.low < gap.high):
        slope += arb(0, 1) * noise.variation(density)
    return slope


def level_set(region: Signs, family: str, beta: Arb, level: Arb, width: Arb) -> Signs:
    """{u >= level} for 0 < level < 1; a gap of it is no wider than `width`, where the bounds allow.

    Ties (u = level on an interval) cannot be proved by balls and stay gaps.
    """
    finite = [x for gap in region.gaps for x in (gap.low, gap.high) if x.is_finite()]
    if not finite:
        return Signs(region.first, region.gaps)
    votes = VoteExcess(region, family, beta, level)
    low, low_sign = _tail(votes, min(finite, key=float), -1, beta)
    high, high_sign = _tail(votes, max(finite, key=float), 1, beta)
    parts = isolate(votes, votes.at(low), votes.at(high), width)
    parts = [Part(arb("-inf"), low, low_sign), *parts, Part(high, arb("inf"), high_sign)]
    first, found = gaps(parts)
    return Signs(first, found)


def _tail(votes: VoteExcess, end: Arb, side: int, beta: Arb) -> tuple[Arb, int]:
    """A place beyond `end` from which on the sign is proved out to infinity, with that sign; else the end and 0."""
    infinity = votes.at(arb("inf") if side > 0 else arb("-inf"))
    for k in range(TAILS):
        x = (end + side * FIRST_TAIL * 2**k * beta).mid()
        place = votes.at(x)
        found = votes.over(*((place, infinity) if side > 0 else (infinity, place))).sign
        if found:
            return x, found
    return end, 0
