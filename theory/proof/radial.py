"""Proofs where regions are shells: Gaussian noises, any dimension, all in balls from the problem's own numbers.

The coordinate is the distance from the centre of the shells. `clouds` and `ball` say what the components look like from
there; `shells` smooths and weighs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flint import arb, fmpq

from theory.errors import NoProof
from theory.problems.problem import DomainProblem, Problem
from theory.proof.background import background
from theory.proof.balls import Arb, Rational
from theory.proof.clouds import clouds
from theory.proof.region import Signs
from theory.proof.shells import inside, level_set, square


class Weighted(Protocol):
    """A component as seen from the centre; distance: where all its mass is, if that is one point."""

    @property
    def label(self) -> int: ...

    @property
    def total(self) -> Arb: ...

    @property
    def distance(self) -> Arb | None: ...

    def masses(self, dim: int, squared: Arb) -> tuple[Arb, Arb]:
        """Its mass inside and outside a sphere of the given squared radius."""
        ...


class ProofTrainer(Protocol):
    """What distinguishes the problems: base classifiers, and components seen from the centre of their shells."""

    @property
    def dim(self) -> int: ...

    @property
    def unit(self) -> Rational:
        """The problem's length in which its own are measured."""
        ...

    def region(self, alpha: Rational) -> Signs: ...

    def parts(self, alpha: Rational) -> Sequence[Weighted]: ...


@dataclass(frozen=True)
class RadialProof:
    """The three operations along the distance from the centre, which may move with the training noise."""

    trainer: ProofTrainer
    route: str = "radial"

    def train(self, alpha: Rational, beta: Rational = 0) -> Signs:
        """{f_alpha = 1}, with every tail proved, so that beta is not needed."""
        return self.trainer.region(fmpq(alpha) / self.trainer.unit)

    def smooth(self, base: Signs, beta: Rational, level: Arb | None = None, alpha: Rational = 0) -> Signs:
        """{u >= level}, level 1/2 if not given; the base classifier itself where beta is 0."""
        if beta == 0:
            return base
        noise = fmpq(beta) / self.trainer.unit
        return level_set(self.trainer.dim, base, noise, arb(0.5) if level is None else level)

    def mass(self, region: Signs, label: int, alpha: Rational = 0) -> Arb:
        """Mass of the class-`label` components where the region says the other class; alpha: the training noise."""
        wrong = region if label == 0 else region.complement()
        total = arb(0)
        for part in self.trainer.parts(fmpq(alpha) / self.trainer.unit):
            if part.label != label:
                continue
            if part.distance is not None:
                known = wrong.contains(part.distance)
                total += part.total * (arb(0).union(arb(1)) if known is None else int(known))
                continue
            pairs = [part.masses(self.trainer.dim, square(gap)) for gap in wrong.gaps]
            total += inside(wrong, pairs, part.total)
        # Only measures are not shares, and only these have a unit other than 1.
        return total * arb(self.trainer.unit) ** self.trainer.dim

    def mirrored(self) -> bool:
        """No reflection maps a sphere onto its outside."""
        return False


def radial_proof(problem: Problem, window: Rational = 0) -> RadialProof:
    """The proofs of a problem whose regions are shells.

    That is: concentric isotropic Gaussians and points, two isotropic Gaussians (or a point) of different scales, both
    under the posterior rule, and balls about one centre in an infinite background. All noises are Gaussian.

    Args:
        window: how far around the ball an infinite background is counted; the largest eps that will be asked for.

    Raises:
        NoProof: it is none of these, for all that exact arithmetic can see.
    """
    if {problem.training.noise, problem.smoothing.noise} != {"gaussian"}:
        raise NoProof("shells need gaussian training and smoothing noise")
    if isinstance(problem, DomainProblem):
        return RadialProof(background(problem, window))
    return RadialProof(clouds(problem))
