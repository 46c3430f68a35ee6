"""One ball in an infinite background, in balls: f_alpha is the level set of its own vote, risks are volumes."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from theory.errors import NoProof
from theory.problems.problem import Ball as Disc
from theory.problems.problem import DomainProblem, as_vector
from theory.proof.balls import Arb, Rational, exact
from theory.proof.region import Gap, Signs
from theory.proof.shells import level_set


@dataclass(frozen=True)
class Shell:
    """Lebesgue measure between two radii."""

    label: int
    dim: int
    inner: Rational
    outer: Rational
    distance: None = None

    @property
    def total(self) -> Arb:
        """The volume."""
        return self._volume(arb(self.inner) ** 2, arb(self.outer) ** 2)

    def masses(self, dim: int, squared: Arb) -> tuple[Arb, Arb]:
        """The volumes inside and outside a sphere."""
        low, high = arb(self.inner) ** 2, arb(self.outer) ** 2
        cut = squared.max(low).min(high)
        return self._volume(low, cut), self._volume(cut, high)

    def _volume(self, low: Arb, high: Arb) -> Arb:
        """pi^(d/2)/Gamma(d/2 + 1) (b^d - a^d) from the squared radii."""
        if low == high:
            return arb(0)
        half = arb(self.dim) / 2
        unit = (half * arb.pi().log() - (half + 1).lgamma()).exp()
        return unit * (self._power(high) - self._power(low))

    def _power(self, squared: Arb) -> Arb:
        return squared.sqrt() ** self.dim if self.dim % 2 else squared ** (self.dim // 2)


@dataclass(frozen=True)
class Background:
    """Y = 1 inside the sphere, and class 0 is counted up to `window` around it: nothing counts beyond the largest eps,
    for u <= 1 - tau(eps) there by a half-space argument.

    unit: the radius, in which all lengths are measured: 1 is a ball without width, where a decimal is none.
    """

    dim: int
    unit: Rational
    window: Rational

    def region(self, alpha: Rational) -> Signs:
        """{f_alpha = 1}: the ball itself, shrunken by the training noise."""
        end = arb(1)
        ball = Signs(True, (Gap(end, end, True, False, True),))
        return level_set(self.dim, ball, alpha, arb(0.5)) if alpha else ball

    def parts(self, alpha: Rational) -> tuple[Shell, ...]:
        """Both classes."""
        one = Shell(1, self.dim, fmpq(0), fmpq(1))
        return (one, Shell(0, self.dim, fmpq(1), 1 + self.window)) if self.window else (one,)


def background(problem: DomainProblem, window: Rational) -> Background:
    """The largest of the balls, which must have one centre.

    Raises:
        NoProof: the domain is finite, or the labelled set is no ball.
    """
    balls = [part for part in problem.inside if isinstance(part, Disc)]
    if not problem.infinite or len(balls) < len(problem.inside):
        raise NoProof("a labelled domain has proofs in several dimensions only for a ball in an infinite background")
    centers = [as_vector(part.center, problem.dim) for part in balls]
    if any((center != centers[0]).any() for center in centers):
        raise NoProof("several balls have proofs only about one centre")
    radius = max(exact(part.radius) for part in balls)
    return Background(problem.dim, radius, fmpq(window) / radius)
