"""Labelled sets in an infinite background: apart from each other training noise hurts, close together it can help.

Proof. A point outside a closed convex set C lies on the boundary of, or outside, a half-space that holds C, and the
vote of that half-space there is at most one half. So the blurred indicator of C, cut at one half, is a subset of C;
votes are monotone, and g_{alpha,beta} is within g_{0,beta}, which is within C: the gain is not positive. Under uniform
noise that reaches from no set to another the same holds set by set. Where the noise does reach, training noise fills
gaps that smoothing would widen.
"""

from __future__ import annotations

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import DomainProblem
from theory.problems.regimes import stripes
from theory.theorems.cases import FAMILIES, SMOOTHING_NOISE, TRAINING_NOISE, Number, row, unit_set
from theory.theorems.law import Theorem

# CaseNoises below half the gap between sets, and a little less: they reach from no set to another.
APART = Range(1e-3, 0.4999, log=True)
WIDTH = Range(1e-2, 5.0, log=True)


def three(width0: float = 1.0, width1: float = 1.0, width2: float = 1.0) -> DomainProblem:
    """Three intervals with gaps of 1 under uniform noises."""
    return row([width0, width1, width2], 1.0, "uniform", "uniform")


def _hurts(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    return -exact.gain(problem, at.alpha, at.beta)


def _helps(problem: DomainProblem, at: CaseNoises, exact: Side) -> Number:
    return exact.gain(problem, at.alpha, at.beta) - at.least


LAWS = (
    Theorem(
        "isolated-sets",
        "One convex set (a ball, or an interval) in an infinite background, regression rule, symmetric noises: the "
        "gain is never positive.",
        r"g_{\alpha,\beta} \subset g_{0,\beta} \subset C \;\Rightarrow\; R(0,\beta) - R(\alpha,\beta) \le 0",
        "a supporting half-space at every point outside",
        _hurts,
        CaseFamily(
            unit_set,
            {
                "dim": Range(1, 200, log=True, whole=True),
                "training": Choice(FAMILIES),
                "votes": Choice(FAMILIES),
                "alpha": Range(1e-3, 5.0, log=True),
                "beta": Range(1e-3, 5.0, log=True, zero=0.05),
            },
        ),
    ),
    Theorem(
        "separated-sets",
        "Convex sets whose gaps exceed twice both noises, uniform noises: the gain is never positive.",
        r"\zeta > 2\max(\alpha,\beta) \;\Rightarrow\; R(0,\beta) - R(\alpha,\beta) \le 0",
        "the law of one set, set by set",
        _hurts,
        CaseFamily(three, {"width0": WIDTH, "width1": WIDTH, "width2": WIDTH, "alpha": APART, "beta": APART}),
    ),
    Theorem(
        "close-stripes",
        "Close sets: training noise can help. Three stripes of width 1 with gaps of .3: alpha = .3 lowers the risk "
        "from 1.0470 to .6014 at beta = 1, and from .6118 to .6006 at beta = .4.",
        r"R(0,1) - R(.3,1) > .445, \quad R(0,.4) - R(.3,.4) > .011",
        "found by computation",
        _helps,
        CaseFamily(stripes, {"alpha": TRAINING_NOISE, "beta": SMOOTHING_NOISE, "least": Range(0.0, 1.0)}, ("least",)),
        examples=(
            {"alpha": 0.3, "beta": 1.0, "least": 0.445},
            {"alpha": 0.3, "beta": 0.4, "least": 0.011},
        ),
    ),
)
