"""Gaussians of one full covariance with means on a line: proofs along a direction that turns with the training noise.

With delta the difference of two means, w = (Sigma + alpha^2 I)^-1 delta is exact in rationals, and on t = w.x/(w.delta)
the means are at places that do not depend on alpha. With q = w.delta the components after training noise have the
variance 1/q there, the data w'Sigma w/q^2, and smoothing noise the scale beta |w|/q: rational numbers and their square
roots. So each training noise has a line of its own, whose unit has a rational square.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from flint import arb, fmpq, fmpq_mat

from theory.errors import NoProof
from theory.problems.components import marginal
from theory.problems.problem import Gaussian, MixtureProblem, Problem
from theory.proof.balls import Arb, Rational, exact
from theory.proof.half_space import covariance
from theory.proof.line import LineProof
from theory.proof.pieces import Exact, ExactPiece, collinear, weights
from theory.proof.region import Signs
from theory.proof.votes import level_set

# Rational systems beyond this size have numbers of too many digits.
MOST_AXES = 32


@dataclass(frozen=True)
class Direction:
    """w.delta, w'Sigma w and |w|^2 of one training noise."""

    along: Rational
    spread: Rational
    square: Rational


@dataclass(frozen=True)
class TurningProof:
    """The common covariance, the difference of two means, and places of all means in units of it."""

    problem: Problem
    covariance: list[list[Rational]]
    difference: list[Rational]
    places: tuple[tuple[int, Rational, Rational], ...]
    route: str = "line"
    _seen: dict[Rational, Direction] = field(default_factory=dict, compare=False, repr=False)

    def direction(self, alpha: Rational) -> Direction:
        """That of training noise alpha; exact."""
        dim = len(self.difference)
        flat = [
            v + (alpha * alpha if i == j else 0) for i, row in enumerate(self.covariance) for j, v in enumerate(row)
        ]
        gap = fmpq_mat(dim, 1, self.difference)
        try:
            normal = fmpq_mat(dim, dim, flat).solve(gap)
        except ZeroDivisionError:
            raise NoProof("the common covariance is singular") from None
        sigma = fmpq_mat(dim, dim, [v for row in self.covariance for v in row])
        spread = (normal.transpose() * sigma * normal)[0, 0]
        return Direction((normal.transpose() * gap)[0, 0], spread, (normal.transpose() * normal)[0, 0])

    def line(self, law: str, scale: Rational, square: Rational) -> LineProof:
        """The components as one law of a scale in units of that square."""
        pieces = tuple(ExactPiece(label, law, place, scale, weight) for label, place, weight in self.places)
        return LineProof(self.problem, Exact(pieces, square))

    def train(self, alpha: Rational, beta: Rational = 0) -> Signs:
        """{f_alpha = 1}: points under noise 1 in units of sqrt(q)."""
        seen = self.direction(alpha)
        # Tails are looked at as far as data (at most 1) and noise reach: sqrt(r) is at most 1 + r.
        ratio = beta * beta * seen.square / seen.along
        return self.line("point", fmpq(0), seen.along).train(fmpq(1), 2 + ratio)

    def smooth(self, base: Signs, beta: Rational, level: Arb | None = None, alpha: Rational = 0) -> Signs:
        """{u >= level}, level 1/2 if not given; the base classifier itself where beta is 0."""
        if beta == 0:
            return base
        seen = self.direction(alpha)
        noise = arb(beta) * arb(seen.square).sqrt() / arb(seen.along)
        width = self.line("point", fmpq(0), seen.along).width(fmpq(1))
        return level_set(base, "gaussian", noise, arb(0.5) if level is None else level, width)

    def mass(self, region: Signs, label: int, alpha: Rational = 0) -> Arb:
        """Mass of the class-`label` components where the region says the other class."""
        seen = self.direction(alpha)
        return self.line("gaussian", fmpq(1), seen.along * seen.along / seen.spread).mass(region, label)

    @cached_property
    def _stays(self) -> bool:
        """Whether the difference of the means is an eigenvector of the covariance."""
        image = [sum((a * b for a, b in zip(row, self.difference, strict=True)), fmpq(0)) for row in self.covariance]
        k = next(i for i, v in enumerate(self.difference) if v != 0)
        return all(a * self.difference[k] == image[k] * b for a, b in zip(image, self.difference, strict=True))

    def mirrored(self) -> bool:
        """Whether the direction stays and a reflection along it maps each class onto the other."""
        return self._stays and self.line("point", fmpq(0), fmpq(1)).mirrored()


def turning_proof(problem: Problem) -> TurningProof:
    """The proofs of Gaussians of one covariance whose means lie exactly on a line, under Gaussian noises.

    Raises:
        NoProof: it is none of these, for all that exact arithmetic can see.
    """
    if not isinstance(problem, MixtureProblem):
        raise NoProof("labelled sets have no common covariance")
    if {problem.training.noise, problem.smoothing.noise} != {"gaussian"} or problem.training.rule != "posterior":
        raise NoProof("a common covariance has proofs under gaussian noises and the posterior rule")
    parts = weights(problem)
    laws = [law for _label, law, _weight in parts]
    if problem.dim > MOST_AXES or not all(isinstance(law, Gaussian) for law in laws):
        raise NoProof(f"a common covariance has proofs for Gaussians in at most {MOST_AXES} dimensions")
    tables = [covariance(law, problem.dim) for law in laws if isinstance(law, Gaussian)]
    turned = [list(column) for column in zip(*tables[0], strict=True)]
    if turned != tables[0] or any(table != tables[0] for table in tables):
        raise NoProof("the covariances are not exactly equal and symmetric")
    means = [[exact(v) for v in marginal(law, problem.dim)[1]] for law in laws]
    difference, places = collinear(means)
    found = tuple((label, place, weight) for (label, _law, weight), place in zip(parts, places, strict=True))
    return TurningProof(problem, tables[0], difference, found)
