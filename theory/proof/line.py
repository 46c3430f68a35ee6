"""Proofs on the line: the base classifier, its level sets and the masses, all in balls.

Everything beyond what the balls can see stays in gaps, whose masses widen the enclosure of the risk.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx, fmpq

from theory.errors import NoProof
from theory.problems.problem import Problem
from theory.proof import noise
from theory.proof.balls import Arb, Rational, hull
from theory.proof.cells import Cell, cut, label_off_support
from theory.proof.isolate import Part, gaps, isolate
from theory.proof.pieces import Exact, ExactPiece, on_line
from theory.proof.region import Gap, Signs
from theory.proof.signed import SignedDensity
from theory.proof.votes import level_set

# Gaps are closed to this many bits less than the working precision, relative to the spread of the components.
SPARE_BITS = 16
# Doublings of the distance at which a tail is looked at, on each side of the reach.
TAILS = 20


@dataclass(frozen=True)
class LineProof:
    """The three operations on exact components."""

    problem: Problem
    exact: Exact
    route: str = "line"

    def train(self, alpha: Rational, beta: Rational = 0) -> Signs:
        """{f_alpha = 1}; tails without proof are left as gaps, so far out that smoothing with beta cannot see them.

        Raises:
            NoProof: the rule is regression on a mixture (of more than two Gaussians of one scale).
        """
        training = self.problem.training
        infinite = self.exact.inside is not None and getattr(self.problem, "infinite", False)
        if self.exact.inside is not None and (infinite or training.rule == "regression"):
            region = self._indicator()
            return (
                region
                if alpha == 0
                else level_set(region, training.noise, self.exact.length(alpha), arb(0.5), self.width(alpha))
            )
        if training.rule == "regression":
            laws = {(piece.law, piece.scale) for piece in self.exact.pieces}
            if len(self.exact.pieces) > 2 or len(laws) > 1 or next(iter(laws))[0] != "gaussian":
                raise NoProof("the regression rule on mixtures has no closed form to prove with")
            alpha = fmpq(0)
        parts: list[Part] = []
        near, far = self.reach(alpha, fmpq(0)), self.reach(alpha, fmpq(beta))
        for cell in cut(self.exact, training.noise, alpha):
            parts += self._cell(cell, near, far, self.width(alpha))
        first, found = gaps(parts)
        return Signs(first, found, () if alpha else self._atoms())

    def width(self, alpha: Rational) -> Arb:
        """The width to which gaps are closed."""
        centers = [piece.center for piece in self.exact.pieces]
        scales = [piece.scale + alpha for piece in self.exact.pieces if piece.scale + alpha > 0]
        spread = arb(max(centers) - min(centers))
        lengths = [self.exact.length(min(scales))] if scales else []
        lengths += [spread] if spread > 0 else []
        return min(lengths, key=float, default=arb(1)) / arb(2) ** (ctx.prec - SPARE_BITS)

    def reach(self, alpha: Rational, beta: Rational) -> Arb:
        """How far out the tails of the training region can matter at the working precision: less mass lies beyond."""
        centers = [piece.center for piece in self.exact.pieces]
        widest = max(piece.scale for piece in self.exact.pieces) + alpha + beta
        return arb(max(centers) - min(centers)) + ctx.prec * self.exact.length(widest)

    def mirrored(self) -> bool:
        """Whether a reflection maps each class onto the other, so that one boundary alone must lie on the mirror."""
        if self.exact.inside is not None:
            return False
        sides: list[list[tuple[str, Rational, Rational, Rational]]] = [[], []]
        for p in self.exact.pieces:
            sides[p.label].append((p.law, p.scale, p.weight, p.center))
        if len(sides[0]) != len(sides[1]):
            return False
        ends = [sorted(center for *_rest, center in side) for side in sides]
        total = ends[0][0] + ends[1][-1]
        return sorted((*rest, total - center) for *rest, center in sides[0]) == sorted(sides[1])

    def _indicator(self) -> Signs:
        ends = [arb(end) for pair in self.exact.inside or () for end in pair]
        return Signs(False, tuple(Gap(x, x, k % 2 == 1, k % 2 == 0, True) for k, x in enumerate(ends)))

    def _atoms(self) -> tuple[tuple[Rational, bool], ...]:
        totals: dict[Rational, Rational] = {}
        for piece in self.exact.pieces:
            if piece.law == "point":
                signed = piece.weight if piece.label else -piece.weight
                totals[piece.center] = totals.get(piece.center, fmpq(0)) + signed
        return tuple((place, total >= 0) for place, total in totals.items())

    def _cell(self, cell: Cell, near: Arb, far: Arb, width: Arb) -> list[Part]:
        """The settled parts of one cell."""
        if not cell.supported:
            return label_off_support(cell, self.problem.training.off_support)
        low = arb("-inf") if cell.low is None else arb(cell.low)
        high = arb("inf") if cell.high is None else arb(cell.high)
        signs = {term.sign for term in cell.terms}
        if len(signs) < 2 or cell.vanishes:
            return [Part(low, high, -1 if signs == {-1} else 1)]
        density = SignedDensity(cell.terms)
        start, stop = low, high
        before, after = 0, 0
        if cell.low is None:
            start, before = _tail(density, -1, cell.high, near, far)
        if cell.high is None:
            stop, after = _tail(density, 1, cell.low, near, far)
        parts = isolate(density, density.at(start), density.at(stop), width)
        outer = [Part(low, start, before)] if cell.low is None else []
        return [*outer, *parts, *([Part(stop, high, after)] if cell.high is None else [])]

    def smooth(self, base: Signs, beta: Rational, level: Arb | None = None, alpha: Rational = 0) -> Signs:
        """{u >= level}, level 1/2 if not given; the base classifier itself where beta is 0."""
        if beta == 0:
            return base
        scale = self.exact.length(beta)
        middle = arb(0.5) if level is None else level
        return level_set(base, self.problem.smoothing.noise, scale, middle, self.width(beta))

    def mass(self, region: Signs, label: int, alpha: Rational = 0) -> Arb:
        """Mass of the class-`label` components where the region says the other class."""
        total = arb(0)
        wrong = region if label == 0 else region.complement()
        for piece in self.exact.pieces:
            if piece.label == label:
                total += arb(piece.weight) * self._share(piece, wrong)
        return total

    def _share(self, piece: ExactPiece, region: Signs) -> Arb:
        """P(X in region) for one component."""
        center, scale = arb(piece.center), self.exact.length(piece.scale)
        if piece.law == "point":
            inside = next((label for place, label in region.atoms if place == piece.center), region.contains(center))
            return hull(arb(0), arb(1)) if inside is None else arb(int(inside))
        share, last = arb(0), None if not region.first else arb("-inf")
        for gap in region.gaps:
            low, high = (gap.low - center) / scale, (gap.high - center) / scale
            if last is not None:
                share += noise.interval(piece.law, last, low)
            if gap.low is not gap.high:
                share += hull(arb(0), noise.interval(piece.law, low, high))
            last = high if gap.after else None
        return share + (noise.interval(piece.law, last, arb("inf")) if last is not None else 0)


def _tail(density: SignedDensity, side: int, edge: Rational | None, near: Arb, far: Arb) -> tuple[Arb, int]:
    """A place from which on the sign is proved, and that sign; the far end of the reach and 0 if there is none.

    Places depend on the near reach alone, so that a proved region is the same for all smoothing noises.
    """
    centers = [term.center for term in density.terms]
    start = max((side * c for c in centers), key=float)
    start = start if edge is None else start.max(side * arb(edge))
    step = near / arb(2) ** TAILS
    for k in range(2 * TAILS):
        x = (side * (start + step * 2**k)).mid()
        found = density.tail(density.at(x), side)
        if found:
            return x, found
    return (side * (start + far)).mid(), 0


def line_proof(problem: Problem, window: Rational = 0) -> LineProof:
    """The proofs of a problem on the line; raises `NoProof` where it is none."""
    return LineProof(problem, on_line(problem, window))
