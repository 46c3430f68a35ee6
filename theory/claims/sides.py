"""The sides that can answer for a claim: floating point here, ball arithmetic in `theory.proof`, with one interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from theory.errors import NoExactRoute
from theory.estimate import Estimate
from theory.geometry.region import Region
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.reduction.reduce import reduce
from theory.risks.gains import certified_gain, gain
from theory.risks.requests import lay_out
from theory.risks.risks import adversarial_risk, certified_risk, clean_risk, voted_region
from theory.risks.trained import trained
from theory.risks.votes import vote_risk


class Side(Protocol):
    """What a claim may ask. Noises and radii are numbers, and so are all answers; no ratio n/d: infinite data."""

    def risk(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        """R(alpha, beta), as `theory.clean_risk`."""
        ...

    def gain(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        """R(0, beta) - R(alpha, beta), as `theory.gain`."""
        ...

    def certified_risk(
        self, problem: Problem, alpha: float, beta: float, eps: float, *, ratio: float | None = None
    ) -> Estimate:
        """As `theory.certified_risk`."""
        ...

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """As `theory.certified_gain`."""
        ...

    def adversarial_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """As `theory.adversarial_risk`."""
        ...

    def vote_risk(self, problem: Problem, alpha: float, beta: float, votes: int) -> Estimate:
        """As `theory.vote_risk`."""
        ...

    def boundaries(self, problem: Problem, alpha: float, beta: float = 0.0) -> Estimate:
        """The number of decision boundaries of f, or for beta > 0 of g."""
        ...

    def cuts(self, problem: Problem, alpha: float, beta: float = 0.0) -> list[Estimate]:
        """The places of those boundaries in order: positions on the line, or distances from the centre."""
        ...


class Floats:
    """The ordinary functions, one number at a time.

    The number of boundaries has the error 1 for each boundary that is not certainly apart from its neighbour. Two
    boundaries closer together than the search resolves (1e-9 of the least scale) are missed without a trace: a witness
    that rests on a count needs a proof.

    Raises:
        NoExactRoute: no geometry answers, or the boundaries are curves.
        ProblemError: a noise is negative or not finite.
    """

    def risk(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        return clean_risk(problem, alpha, beta, ratio=ratio)

    def gain(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        return gain(problem, alpha, beta, ratio=ratio)

    def certified_risk(
        self, problem: Problem, alpha: float, beta: float, eps: float, *, ratio: float | None = None
    ) -> Estimate:
        return certified_risk(problem, alpha, beta, eps, ratio=ratio)

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return certified_gain(problem, alpha, beta, eps)

    def adversarial_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return adversarial_risk(problem, alpha, beta, eps)

    def vote_risk(self, problem: Problem, alpha: float, beta: float, votes: int) -> Estimate:
        return vote_risk(problem, alpha, beta, votes)

    def boundaries(self, problem: Problem, alpha: float, beta: float = 0.0) -> Estimate:
        return counted(self.cuts(problem, alpha, beta))

    def cuts(self, problem: Problem, alpha: float, beta: float = 0.0) -> list[Estimate]:
        return places(problem, alpha, beta)[0]


FLOATS = Floats()


def counted(cuts: Sequence[Estimate]) -> Estimate:
    """The number of boundaries at these places."""
    gaps = [other - one for one, other in pairwise(cuts)]
    near = {k + side for k, gap in enumerate(gaps) if not gap.value > gap.error for side in (0, 1)}
    return Estimate(float(len(cuts)), float(len(near)), cuts[0].route if cuts else "line")


def places(problem: Problem, alpha: ArrayLike, beta: ArrayLike = 0.0) -> list[list[Estimate]]:
    """The boundaries of f, or for beta > 0 of g, for each of some noises."""
    normal = normal_form(described(problem))
    geometry, layout = reduce(normal), lay_out(alpha, beta).within(normal)
    held = trained(geometry, layout.alpha)
    if not isinstance(held.region, Region):
        raise NoExactRoute("the boundaries of this problem are curves, not places along one coordinate")
    voted = voted_region(geometry, held.region.take(layout.trained), layout.beta, problem.smoothing.winners[0])
    still = layout.beta.ravel() == 0
    region = replace(held, region=held.region.take(layout.flat).merged(still, voted)).outward(normal).region
    shift = np.zeros(len(region.first)) if region.reference is None else region.reference
    return [
        [
            Estimate(end, error, geometry.route) + float(shift[row])
            for end, error in zip(region.ends[row], region.error[row], strict=True)
            if np.isfinite(end)
        ]
        for row in np.ravel(layout.where)
    ]
