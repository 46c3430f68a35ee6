"""Balls under Gaussian smoothing: they shrink, and vanish at a known noise.

Proof. For f a ball of radius r the vote P(|x + beta V| <= r) falls with |x|, so g is a concentric ball, of the radius
r' at which the noncentral chi-square mass is 1/2. A point at distance r lies on the boundary of a half-space that holds
the ball, whose vote there is 1/2: r' < r. At the centre the vote is P(chi^2_d <= r^2/beta^2), which reaches 1/2 where
beta = r/sqrt(median chi^2_d). Votes are monotone in f: what lies within the ball vanishes no later.
Shrinking of certified regions: Mohapatra et al. 2021.
"""

from __future__ import annotations

import math

from scipy.special import gammainc

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Ball, Box, DomainProblem, Training
from theory.problems.regimes import stripes
from theory.theorems.cases import Number, number, outermost, same, worst
from theory.theorems.law import Theorem

# beta/r at which a ball vanishes.
VANISHING = {1: 1.482602, 2: 0.849322, 3: 0.650122, 10: 0.327178, 100: 0.100335, 784: 0.0357295, 3072: 0.0180442}
# Of the digits given; relative.
LAST_DIGIT = 1e-5
# The incomplete gamma function is good to some 1e-14; nearer to 1/2 it does not say whether the ball has vanished.
GAMMA_ERROR = 1e-12


def scaled_ball(dim: int = 2, size: float = 1.0) -> DomainProblem:
    """A ball of radius size sqrt(dim), which noise of about that size makes vanish in every dimension."""
    return DomainProblem(dim, (Ball(0.0, size * math.sqrt(dim)),), training=Training("regression"))


def _radius(problem: DomainProblem) -> float:
    ball = problem.inside[0]
    assert isinstance(ball, Ball)
    return ball.radius


def _shrinks(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    """Smaller with noise, and smaller with more noise."""
    some, more = (outermost(exact.cuts(problem, 0.0, beta)) for beta in (at.beta, at.beta * at.factor))
    return worst(_radius(problem) - some, some - more)


def _vanishes(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number | None:
    """It has a boundary (two ends on the line) exactly where the vote at the centre exceeds one half."""
    central = gammainc(problem.dim / 2, (_radius(problem) / at.beta) ** 2 / 2)
    if abs(central - 0.5) < GAMMA_ERROR:
        return None
    ends = 2.0 if problem.dim == 1 else 1.0
    return same(exact.boundaries(problem, 0.0, at.beta), ends if central > 0.5 else 0.0)


def _numbers(problem: DomainProblem, _at: CaseNoises, exact: Side) -> Number:
    """Present just below the noise, and gone just above."""
    noise = VANISHING[problem.dim] * _radius(problem)
    there, gone = (exact.boundaries(problem, 0.0, noise * (1 + side * LAST_DIGIT)) for side in (-1, 1))
    return worst(there - 0.5, 0.5 - gone)


def _vanishes_within(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    """A row of intervals has gone where the interval that holds them all has."""
    boxes = [box for box in problem.inside if isinstance(box, Box)]
    reach = max(abs(number(end)) for box in boxes for end in (box.low, box.high))
    return -(0.0 + exact.boundaries(problem, 0.0, reach * (VANISHING[1] + LAST_DIGIT) * (1 + at.over)))


BALLS = {"dim": Range(1, 100_000, log=True, whole=True), "size": Range(0.2, 5.0, log=True)}

LAWS = (
    Theorem(
        "balls-shrink",
        "A ball under Gaussian smoothing becomes a smaller concentric ball, the smaller the more noise.",
        r"r'(\beta) < r, \quad r'(\beta_2) < r'(\beta_1)\ (\beta_1 < \beta_2)",
        "monotone votes; Mohapatra et al. 2021",
        _shrinks,
        CaseFamily(scaled_ball, BALLS | {"beta": Range(1e-3, 5.0, log=True), "factor": Range(1.0, 3.0)}, ("factor",)),
    ),
    Theorem(
        "balls-vanish",
        "It is empty exactly when beta > r/sqrt(median of chi-square with d degrees of freedom).",
        r"g = \emptyset \iff \beta > r/\sqrt{\mathrm{median}\,\chi^2_d}",
        "the vote at the centre",
        _vanishes,
        CaseFamily(scaled_ball, BALLS | {"beta": Range(0.1, 10.0, log=True)}),
    ),
    Theorem(
        "vanishing-noises",
        "beta/r at which a ball vanishes: d = 1: 1.482602, 2: .849322, 3: .650122, 10: .327178, 100: .100335, "
        "784: .0357295, 3072: .0180442.",
        r"\beta_{\mathrm{van}}/r = 1/\sqrt{\mathrm{median}\,\chi^2_d}",
        "the vote at the centre",
        _numbers,
        CaseFamily(scaled_ball, {"dim": Choice(tuple(VANISHING))}),
        examples=tuple({"dim": dim} for dim in VANISHING),
    ),
    Theorem(
        "inner-sets-vanish",
        "A set within an interval that smoothing makes vanish vanishes no later, whatever its shape.",
        r"A \subset B,\ g_B = \emptyset \;\Rightarrow\; g_A = \emptyset",
        "monotone votes",
        _vanishes_within,
        CaseFamily(
            stripes,
            {
                "count": Range(1, 6, whole=True),
                "width": Range(0.1, 10.0, log=True),
                "gap": Range(1e-3, 5.0, log=True),
                "over": Range(0.0, 3.0),
            },
            ("over",),
        ),
    ),
)
