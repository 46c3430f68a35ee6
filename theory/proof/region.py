"""A proved sign pattern along one coordinate.

Outside its gaps the sign of the function is proved. Inside a gap nothing is said of it, except that there is exactly
one sign change where the gap is `simple`. All masses and votes are enclosed for whatever the function does in its gaps:
a boundary that could not be found widens an enclosure and never spoils it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from theory.proof.balls import Arb


@dataclass(frozen=True)
class Gap:
    """An interval [low, high] of exact points (which may coincide, or be infinite) between proved signs.

    before, after: whether the class is 1 on either side. simple: exactly one boundary lies in the gap.
    """

    low: Arb
    high: Arb
    before: bool
    after: bool
    simple: bool

    @property
    def hull(self) -> Arb:
        """The gap as one ball."""
        return self.low.union(self.high)


@dataclass(frozen=True)
class Signs:
    """{f = 1} along a coordinate: the class `first` of the leftmost part, and gaps in order.

    A gap that reaches an end of the coordinate has there the class of its other side; it is not simple.
    atoms: classes at point masses, where they differ from those of their surroundings: (place, class or None).
    """

    first: bool
    gaps: tuple[Gap, ...] = ()
    atoms: tuple[tuple[Arb, bool | None], ...] = field(default=())

    @property
    def constant(self) -> bool:
        """Whether one class is proved to cover everything."""
        return not self.gaps

    @property
    def changes(self) -> tuple[int, int | None]:
        """The least and the greatest number of boundaries; None where a gap may hide any number."""
        least = sum(gap.before != gap.after for gap in self.gaps)
        return least, least if all(gap.simple for gap in self.gaps) else None

    def complement(self) -> Signs:
        """The region of the other class."""
        gaps = tuple(Gap(g.low, g.high, not g.before, not g.after, g.simple) for g in self.gaps)
        return Signs(not self.first, gaps, tuple((x, None if c is None else not c) for x, c in self.atoms))

    def contains(self, x: Arb) -> bool | None:
        """The class at a point, None where a gap leaves it open."""
        for place, label in self.atoms:
            if place == x:
                return label
        inside = self.first
        for gap in self.gaps:
            if x < gap.low:
                return inside
            if not x > gap.high:
                return None
            inside = gap.after
        return inside
