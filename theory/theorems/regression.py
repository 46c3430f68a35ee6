"""The regression rule on two concentric Gaussians: training noise never helps, whatever the noises.

Proof. At the boundary |x| = r of the Bayes rule the log odds of x + alpha Z are k (2 alpha x.Z + alpha^2 |Z|^2), with
k > 0: a variable with an even law plus one that is not negative. The logistic function less 1/2 is odd and increasing,
so that its mean there, and by monotony outside, is at least 0: class 0 keeps less than its ball. Votes are monotone, so
that it keeps less in g_{alpha,beta} than in g_{0,beta}, and there less than in the Bayes rule, because a ball shrinks
under smoothing: the excess risk grows. The same holds for every symmetric noise of either kind. The posterior rule,
which sees the densities move, compensates fully (law `compensation`): to leading order the two differ by twice the
slope of the logarithm of the data density across the boundary.
"""

from __future__ import annotations

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Component, Gaussian, MixtureProblem, NoiseFamily, Smoothing, Training
from theory.theorems.cases import FAMILIES, PRIORS, SMOOTHING_NOISE, TRAINING_NOISE, Number
from theory.theorems.law import Theorem


def ringed(
    dim: int = 1,
    inner: float = 1.0,
    ratio: float = 1.5,
    prior: float = 0.5,
    training: NoiseFamily = "gaussian",
    votes: NoiseFamily = "gaussian",
) -> MixtureProblem:
    """Two concentric Gaussians under the regression rule; beyond one dimension the noises are Gaussian."""
    zero, one = (Component(Gaussian(0.0, scale)) for scale in (inner, inner * ratio))
    rule = Training("regression", training if dim == 1 else "gaussian")
    return MixtureProblem(prior, dim, (zero,), (one,), rule, Smoothing(votes if dim == 1 else "gaussian"))


def _never_helps(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    return -exact.gain(problem, at.alpha, at.beta)


LAWS = (
    Theorem(
        "regression-concentric",
        "Two concentric Gaussians, class 0 the narrow one, regression rule, symmetric noises: training noise never "
        "helps; Gaussian noise hurts as long as smoothing leaves class 0 anything.",
        r"R(0,\beta) - R(\alpha,\beta) \le 0",
        "derived here",
        _never_helps,
        CaseFamily(
            ringed,
            {
                "dim": Range(1, 1000, log=True, whole=True),
                "inner": Range(0.1, 10.0, log=True),
                "ratio": Range(1.05, 10.0, log=True),
                "prior": PRIORS,
                "training": Choice(FAMILIES),
                "votes": Choice(FAMILIES),
                "alpha": TRAINING_NOISE,
                "beta": SMOOTHING_NOISE,
            },
        ),
    ),
)
