"""The best training noise can exceed the smoothing noise.

Proof. Concentric Gaussians, class 0 narrow, prior >= 1/2. The base region of class 0 is a ball whose squared radius is
concave in alpha^2 (derivation `radius-concave`). If it is larger at some alpha > beta than at beta, then it rises on
[0, beta]: a concave function that had begun to fall there would not rise again. Smoothing takes larger balls to larger
ones, and the risk of a ball falls with its radius up to the Bayes radius. So where

    r'(beta, beta) < r'(alpha, beta) <= r(0, 0), alpha > beta,

every training noise up to beta has a risk of at least R(beta, beta) > R(alpha, beta), and the best one is above beta:
three radii say so, and ball arithmetic encloses them. For small noises `small_noise` says when to expect it:
alpha*^2/beta^2 tends to (d - 1)/(r^2 K - d), K = 1/s0^2 + 1/s1^2 and r the Bayes radius, above 1 iff
d < r^2 K < 2 d - 1.
"""

from __future__ import annotations

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.theorems.cases import TRAINING_NOISE, Number, outermost, worst
from theory.theorems.compensation import ringed
from theory.theorems.law import Theorem


def _above(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """A larger ball at alpha = over beta than at beta, and none beyond the Bayes ball."""
    if at.over <= 1 or problem.prior < 0.5:
        return None
    bayes = outermost(exact.cuts(problem, 0.0))
    equal, more = (outermost(exact.cuts(problem, share * at.beta, at.beta)) for share in (1.0, at.over))
    return worst(more - equal, bayes - more)


LAWS = (
    Theorem(
        "ratio-above-one",
        "The best training noise can be above the smoothing noise: there are concentric Gaussians with prior > 1/2 for "
        "which some alpha > beta has less risk than every alpha <= beta.",
        r"\exists\,\alpha > \beta:\quad R(\alpha,\beta) < R(\beta,\beta) = \min_{\alpha' \le \beta} R(\alpha',\beta)",
        "derived here",
        _above,
        CaseFamily(
            ringed,
            {
                "dim": Range(2, 1000, log=True, whole=True),
                "inner": Range(0.2, 5.0, log=True),
                "ratio": Range(1.02, 10.0, log=True),
                "prior": Range(0.5, 0.99),
                "beta": TRAINING_NOISE,
                "over": Range(1.0, 5.0),
            },
            ("over",),
        ),
        examples=(
            {"dim": 2, "prior": 0.57, "beta": 0.02, "over": 1.15},
            {"dim": 2, "prior": 0.57, "beta": 0.5, "over": 1.5},
            {"dim": 10, "prior": 0.7, "beta": 0.5, "over": 1.2},
            {"dim": 100, "prior": 0.99, "beta": 0.3, "over": 1.07},
        ),
    ),
)
