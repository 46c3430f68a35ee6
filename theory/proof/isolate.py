"""All sign changes of a function on an interval, with proof: exclusion, monotonicity, interval Newton, bisection.

The function is known through balls: its sign at points, and over intervals an enclosure of its range and of its slope.
An interval is settled where the range excludes 0. Where the slope excludes 0 there is at most one change, which is
closed in by interval Newton steps from both ends (Moore 1966) and by bisection. Otherwise it is cut in two. Where the
working precision or the least width is reached, a gap is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from flint import arb, ctx

from theory.proof.balls import Arb, between, sign
from theory.proof.region import Gap

# Intervals looked at before the rest is left open: thousands of times what an ordinary problem needs.
MOST_INTERVALS = 20_000
# Places are told apart down to this many bits above the last one.
SPARE_BITS = 8
# A step that leaves more than this share of an interval is no progress; halving leaves less.
ENOUGH = 0.625


@dataclass(frozen=True)
class Bounds:
    """Over one interval: the sign, 0 if not decided, an enclosure of the slope, and the values at both ends.

    The function may be divided by any positive function, a different one for each interval.
    """

    sign: int
    slope: Arb
    left: Arb
    right: Arb


class BallFunction(Protocol):
    """What is asked of a function; a place is whatever it wants to remember of a point, with the point as `x`."""

    def at(self, x: Arb) -> Any:
        """The function at an exact point: an object with `x` and `sign` (1, -1, or 0 where it is not decided)."""
        ...

    def over(self, left: Any, right: Any) -> Bounds:
        """What is known over the interval between two places."""
        ...


@dataclass(frozen=True)
class Part:
    """A settled part: sign 1 or -1, or 0 for a gap; direction: the sign of a slope without zero in the gap, else 0."""

    low: Arb
    high: Arb
    sign: int
    direction: int = 0


def isolate(function: BallFunction, left: Any, right: Any, width: Arb) -> list[Part]:
    """Parts that cover [left.x, right.x], in order; gaps are no wider than `width` where the bounds allow."""
    done: list[Part] = []
    work = [(left, right)]
    for _ in range(MOST_INTERVALS):
        if not work:
            return done
        start, stop = work.pop()
        bounds = function.over(start, stop)
        side, direction = bounds.sign, sign(bounds.slope)
        if not side and direction and start.sign * stop.sign > 0:
            side = start.sign
        if side:
            done.append(Part(start.x, stop.x, side))
        elif direction:
            done += _close_in(function, start, stop, bounds, width)
        elif stop.x - start.x < _least(start.x, stop.x, width):
            done.append(Part(start.x, stop.x, 0))
        else:
            middle = function.at(between(start.x, stop.x))
            if start.sign == middle.sign == stop.sign == 0:  # not resolved anywhere: cutting will not help
                done.append(Part(start.x, stop.x, 0))
            else:
                work += [(middle, stop), (start, middle)]
    return [*done, *(Part(start.x, stop.x, 0) for start, stop in reversed(work))]


def _least(low: Arb, high: Arb, width: Arb) -> Arb:
    """The least width worth cutting: the one asked for, or a few units in the last place."""
    return width.max(abs(low).max(abs(high)) / arb(2) ** (ctx.prec - SPARE_BITS))


def _close_in(function: BallFunction, start: Any, stop: Any, bounds: Bounds, width: Arb) -> list[Part]:
    """The one zero of a monotone function between two places; it may be at an end, or missing.

    Bounds over a smaller interval may be scaled otherwise and lose the sign of the slope; signs still bisect then.
    """
    direction = sign(bounds.slope)
    outer = start.x, stop.x
    stuck = 0
    while bool(stop.x - start.x > _least(start.x, stop.x, width)) and stuck < 2:
        old = stop.x - start.x
        if sign(bounds.slope):
            low, high = _newton(start, stop, bounds)
            if low > high:
                return [Part(*outer, _without_zero(start, stop, outer, direction), direction)]
            start = function.at(low) if bool(low > start.x) else start
            stop = function.at(high) if bool(high < stop.x) else stop
        if bool((stop.x - start.x) > old * ENOUGH):
            start, stop = _halve(function, start, stop, -direction)
        stuck = stuck + 1 if bool((stop.x - start.x) > old * ENOUGH) else 0
        bounds = function.over(start, stop)
    parts = [
        Part(outer[0], start.x, -direction),
        Part(start.x, stop.x, 0, direction),
        Part(stop.x, outer[1], direction),
    ]
    return [part for part in parts if bool(part.low < part.high) or part.sign == 0]


def _without_zero(start: Any, stop: Any, outer: tuple[Arb, Arb], direction: int) -> int:
    """The sign of a monotone function without zero between two places: where an end has moved inward the sign beyond
    it is proved; otherwise that of either end."""
    if bool(start.x > outer[0]) or start.sign == -direction or stop.sign == -direction:
        return -direction
    return direction if bool(stop.x < outer[1]) or direction in (start.sign, stop.sign) else 0


def _newton(start: Any, stop: Any, bounds: Bounds) -> tuple[Arb, Arb]:
    """Newton steps from both ends: all zeros lie in either, so in what they have in common."""
    low, high = start.x, stop.x
    for x, value in ((start.x, bounds.left), (stop.x, bounds.right)):
        step = x - value / bounds.slope
        if not step.is_finite():
            continue
        first, last = step.lower(), step.upper()
        low = first if bool(first > low) else low
        high = last if bool(last < high) else high
    return low, high


def _halve(function: BallFunction, start: Any, stop: Any, before: int) -> tuple[Any, Any]:
    middle = function.at(between(start.x, stop.x))
    if middle.sign == before:
        return middle, stop
    return (start, middle) if middle.sign == -before else (start, stop)


def gaps(parts: list[Part]) -> tuple[bool, tuple[Gap, ...]]:
    """The class of the first part and the gaps between parts of proved sign; touching gaps are joined.

    A jump between two parts is a gap of no width. At either end a gap takes the class of its other side.
    """
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last.sign == 0 and part.sign == 0:
            direction = last.direction if last.direction == part.direction else 0
            joined[-1] = Part(last.low, part.high, 0, direction)
        elif last is not None and last.sign == part.sign:
            joined[-1] = Part(last.low, part.high, last.sign)
        else:
            joined.append(part)
    known = [part.sign > 0 for part in joined if part.sign]
    first = known[0] if known else False
    found: list[Gap] = []
    before = first
    for k, part in enumerate(joined):
        after = joined[k + 1].sign > 0 if k + 1 < len(joined) else before
        if part.sign == 0:
            found.append(Gap(part.low, part.high, before, after, _simple(part, joined, k)))
        elif k and joined[k - 1].sign:
            found.append(Gap(part.low, part.low, before, part.sign > 0, True))
        before = part.sign > 0 if part.sign else after
    return first, tuple(found)


def _simple(part: Part, parts: list[Part], k: int) -> bool:
    """One boundary for certain: a slope of one sign, and opposite proved signs on the two sides."""
    return bool(part.direction) and 0 < k < len(parts) - 1 and parts[k - 1].sign * parts[k + 1].sign < 0
