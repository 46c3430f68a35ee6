"""The proved side of claims: the same questions as in floating point, answered by enclosures."""

from __future__ import annotations

import math
from collections import OrderedDict

from theory.errors import NoProof
from theory.estimate import Estimate
from theory.problems.noises import noise
from theory.problems.problem import Problem
from theory.proof.balls import exact, floats, precision
from theory.proof.half_space import HalfSpaceProof
from theory.proof.prover import BITS, MOST_BITS, Prover
from theory.proof.region import Signs
from theory.proof.turning import TurningProof

# Problems whose regions are kept.
MOST_HELD = 16


class Proved:
    """Risks, gains, numbers of boundaries and their places, each an `Estimate` whose value -+ error is proved.

    Raises:
        NoProof: ball arithmetic has no route to the quantity, or it stays open at the highest precision.
    """

    def __init__(self, most_bits: int = MOST_BITS) -> None:
        self.most_bits = most_bits
        self._held: OrderedDict[tuple[int, float], tuple[Problem, Prover]] = OrderedDict()

    def prover(self, problem: Problem, eps: float = 0.0, ratio: float | None = None) -> Prover:
        """The prover of a problem, kept for the next question."""
        if ratio is not None:
            raise NoProof("the limit at n/d samples is not enclosed")
        key = (id(problem), noise(eps, "eps"))
        if key not in self._held:
            self._held[key] = (problem, Prover(problem, eps))
            if len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
        return self._held[key][1]

    def risk(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        """R(alpha, beta)."""
        return self.prover(problem, ratio=ratio).risk(alpha, beta, most_bits=self.most_bits)

    def gain(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        """R(0, beta) - R(alpha, beta)."""
        return self.prover(problem, ratio=ratio).gain(alpha, beta, most_bits=self.most_bits).gain

    def certified_risk(
        self, problem: Problem, alpha: float, beta: float, eps: float, *, ratio: float | None = None
    ) -> Estimate:
        """The certified risk at eps."""
        return self.prover(problem, eps, ratio).risk(alpha, beta, eps, most_bits=self.most_bits)

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """The gain in certified risk at eps."""
        return self.prover(problem, eps).gain(alpha, beta, eps, most_bits=self.most_bits).gain

    def adversarial_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """Not here: smoothed regions are not eroded in balls."""
        raise NoProof("adversarial risks have no enclosure")

    def vote_risk(self, problem: Problem, alpha: float, beta: float, votes: int) -> Estimate:
        """Not here: binomial tails are not integrated in balls."""
        raise NoProof("risks of finitely many votes have no enclosure")

    def boundaries(self, problem: Problem, alpha: float, beta: float = 0.0) -> Estimate:
        """The number of decision boundaries of f, or for beta > 0 of g; the error is infinite where gaps stay open."""
        least, most = self._region(problem, alpha, beta).changes
        if most is None:
            return Estimate(float(least), math.inf, "proved")
        return Estimate((least + most) / 2, (most - least) / 2, "proved")

    def cuts(self, problem: Problem, alpha: float, beta: float = 0.0) -> list[Estimate]:
        """The places of those boundaries, on the line of the problem or as distances from the centre."""
        region = self._region(problem, alpha, beta)
        if region.changes[1] is None:
            raise NoProof("some boundaries could not be isolated")
        return [Estimate(*floats(gap.hull), "proved") for gap in region.gaps]

    def _region(self, problem: Problem, alpha: float, beta: float) -> Signs:
        prover = self.prover(problem)
        if isinstance(prover.geometry, HalfSpaceProof | TurningProof):
            raise NoProof("the coordinate turns with the training noise: it has no places to compare")
        a, b = exact(noise(alpha, "alpha")), exact(noise(beta, "beta"))
        for bits in (held for held in BITS if held <= self.most_bits):
            with precision(bits):
                region = prover.smoothed(a, b) if beta else prover.base(a, exact(0.0))
            if region.changes[1] is not None:
                break
        return region


PROVED = Proved()
