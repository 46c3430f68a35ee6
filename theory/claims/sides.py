"""The sides that can answer for a claim: floating point here, ball arithmetic in `theory.proof`, with one interface."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from theory.errors import NoExactRoute
from theory.estimate import Estimate
from theory.geometry.region import Region
from theory.problems.problem import Problem
from theory.risks.gains import certified_gain, gain
from theory.risks.pipeline import BaseClassifier, smooth, train
from theory.risks.risks import certified_risk, clean_risk


class Side(Protocol):
    """What a claim may ask. Noises and radii are numbers, and so are all answers."""

    def risk(self, problem: Problem, alpha: float, beta: float) -> Estimate:
        """R(alpha, beta), as `theory.clean_risk`."""
        ...

    def gain(self, problem: Problem, alpha: float, beta: float) -> Estimate:
        """R(0, beta) - R(alpha, beta), as `theory.gain`."""
        ...

    def certified_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """As `theory.certified_risk`."""
        ...

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        """As `theory.certified_gain`."""
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
    that rests on a count needs a proof. Base classifiers of the problem that was asked for last are kept.

    Raises:
        NoExactRoute: no geometry answers, or the boundaries are curves.
        ProblemError: a noise is negative or not finite.
    """

    def __init__(self) -> None:
        self._last: Problem | None = None
        self._trained: dict[float, BaseClassifier] = {}

    def risk(self, problem: Problem, alpha: float, beta: float) -> Estimate:
        return clean_risk(problem, alpha, beta)

    def gain(self, problem: Problem, alpha: float, beta: float) -> Estimate:
        return gain(problem, alpha, beta)

    def certified_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return certified_risk(problem, alpha, beta, eps)

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return certified_gain(problem, alpha, beta, eps)

    def boundaries(self, problem: Problem, alpha: float, beta: float = 0.0) -> Estimate:
        places = self.cuts(problem, alpha, beta)
        gaps = [other - one for one, other in pairwise(places)]
        near = {k + side for k, gap in enumerate(gaps) if not gap.value > gap.error for side in (0, 1)}
        route = places[0].route if places else "line"
        return Estimate(float(len(places)), float(len(near)), route)

    def cuts(self, problem: Problem, alpha: float, beta: float = 0.0) -> list[Estimate]:
        base = self._base(problem, alpha)
        region: Any = smooth(base, beta).region if beta > 0 else base.region
        if not isinstance(region, Region):
            raise NoExactRoute("the boundaries of this problem are curves, not places along one coordinate")
        held = np.isfinite(region.ends[0])
        shift = 0.0 if region.reference is None else float(region.reference[0])
        ends: Iterable[tuple[float, float]] = zip(region.ends[0][held], region.error[0][held], strict=True)
        return [Estimate(end, error, base.geometry.route) + shift for end, error in ends]

    def _base(self, problem: Problem, alpha: float) -> BaseClassifier:
        if self._last is not problem:
            self._last, self._trained = problem, {}
        if alpha not in self._trained:
            self._trained[alpha] = train(problem, alpha)
        return self._trained[alpha]


FLOATS = Floats()
