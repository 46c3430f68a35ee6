"""Concentric Gaussians: training noise can undo completely what smoothing loses.

Class 0 is the narrow one, N(0, s0^2 I), class 1 is N(0, s1^2 I), v_i = s_i^2 + alpha^2, w = s1^2 - s0^2 and
q = log((1 - prior)/prior). The base region of class 0 is the ball of squared radius
r^2 = d v0 v1 log(v1/v0)/w + 2 q v0 v1/w.

Proof for prior <= 1/2. Both terms of r^2 grow with v0. Smoothing takes the ball of radius r to that of radius r' < r,
continuous and rising in r, so that r'(alpha) rises from below r(0). The median of a noncentral chi-square is not above
its mean (Sen 1989), so r'^2 >= r^2 - d beta^2; and d v0 <= r^2 - 2 q v0 v1/w <= d v1. At alpha^2 = s1^2 - s0^2 + beta^2
that gives r'^2 >= r(0)^2: exactly one alpha* brings r' to the Bayes radius, and it is not above this noise.
For prior > 1/2 the second term falls, the radius has a maximum over alpha, and smoothing noises above a limit are
never compensated; below it are two noises that do.
"""

from __future__ import annotations

import math

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.problems.regimes import concentric
from theory.symbolic.concentric import radius_rises
from theory.theorems.cases import TRAINING_NOISE, Number, gaussians, number, outermost, worst
from theory.theorems.law import Theorem

SOURCE = "derived here; median and mean: Sen 1989"
# (dim, prior) and the smoothing noise above which there is no compensation, for scales 1 and 1.5.
LIMITS = {(2, 0.55): 0.9060480, (2, 0.6): 0.0610177, (10, 0.6): 1.661475}
# Of the digits that a limit is given with.
LAST_DIGIT = 1e-6


def ringed(dim: int = 2, inner: float = 1.0, ratio: float = 1.5, prior: float = 0.5) -> MixtureProblem:
    """`concentric` with outer = ratio * inner."""
    return concentric(dim, inner, ratio * inner, prior)


def limited(case: tuple[int, float] = (2, 0.55)) -> MixtureProblem:
    """A concentric pair whose limit is known."""
    return concentric(dim=case[0], prior=case[1])


RINGED = {
    "dim": Range(1, 2000, log=True, whole=True),
    "inner": Range(0.2, 5.0, log=True),
    "ratio": Range(1.02, 10.0, log=True),
    "prior": Range(0.01, 0.5),
}


def _grows(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    low, high = (outermost(exact.cuts(problem, alpha)) for alpha in (at.alpha, at.alpha * at.factor))
    return high - low


def _compensates(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Below the Bayes radius without training noise, rising with it, above at the noise that surely suffices."""
    inner, outer = (number(law.scale) for law in gaussians(problem))
    enough = math.sqrt((outer - inner) * (outer + inner) + at.beta**2)
    bayes = outermost(exact.cuts(problem, 0.0))
    none, some, more, last = (
        outermost(exact.cuts(problem, alpha, at.beta)) for alpha in (0.0, at.alpha, at.alpha * at.factor, enough)
    )
    return worst(bayes - none, more - some, last - bayes)


def _never(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Beyond the limit the ball stays within the Bayes region."""
    beta = LIMITS[problem.dim, problem.prior] * (1 + at.over)
    return outermost(exact.cuts(problem, 0.0)) - outermost(exact.cuts(problem, at.alpha, beta))


def _twice(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Within, then beyond, then again within the Bayes radius, as alpha grows."""
    bayes = outermost(exact.cuts(problem, 0.0))
    first, between, last = (outermost(exact.cuts(problem, a, at.beta)) for a in (0.0, at.alpha, at.large))
    return worst(bayes - first, between - bayes, bayes - last)


LAWS = (
    Theorem(
        "radius-grows",
        "Concentric Gaussians, prior <= 1/2: the base region of the narrow class is a ball whose radius rises with the "
        "training noise.",
        r"\pi \le \tfrac12 \;\Rightarrow\; \frac{\partial}{\partial\alpha}\,\frac{v_0v_1}{v_1-v_0}"
        r"\left[d\ln\frac{v_1}{v_0} + 2\ln\frac{1-\pi}{\pi}\right] > 0",
        "derived here",
        _grows,
        CaseFamily(ringed, RINGED | {"alpha": TRAINING_NOISE, "factor": Range(1.0, 10.0)}, ("factor",)),
        derivation=radius_rises,
    ),
    Theorem(
        "compensation",
        "Concentric Gaussians, prior <= 1/2: for every beta > 0 exactly one training noise makes the smoothed "
        "classifier the Bayes rule; it is at most sqrt(s1^2 - s0^2 + beta^2).",
        r"\exists!\,\alpha_*:\ R(\alpha_*,\beta) = R_{\mathrm{Bayes}}, \quad "
        r"\alpha_*^2 \le \sigma_1^2 - \sigma_0^2 + \beta^2",
        SOURCE,
        _compensates,
        CaseFamily(
            ringed,
            RINGED | {"alpha": TRAINING_NOISE, "beta": TRAINING_NOISE, "factor": Range(1.0, 10.0)},
            ("factor",),
        ),
    ),
    Theorem(
        "full-compensation",
        "There are concentric pairs and smoothing noises for which a training noise restores the Bayes rule: the "
        "boundary lies within the Bayes radius at one alpha and beyond it at another.",
        r"r'(0,\beta) < r(0,0) < r'(\alpha,\beta)",
        "the intermediate value theorem",
        _compensates,
        CaseFamily(
            ringed, RINGED | {"alpha": TRAINING_NOISE, "beta": TRAINING_NOISE, "factor": Range(1.0, 10.0)}, ("factor",)
        ),
        examples=tuple(
            {"dim": dim, "beta": beta, "alpha": 0.1, "factor": 2} for dim, beta in ((1, 1.0), (2, 0.5), (20, 0.5))
        ),
    ),
    Theorem(
        "compensation-limit",
        "Concentric Gaussians of scales 1 and 1.5 with prior > 1/2: beyond a finite beta (d = 2: .9060480 at prior "
        ".55, .0610177 at .6; d = 10: 1.661475 at .6) no training noise restores the Bayes rule.",
        r"\pi > \tfrac12,\ \beta > \beta_{\max} \;\Rightarrow\; r'(\alpha,\beta) < r(0,0) \quad \forall\alpha",
        "derived here",
        _never,
        CaseFamily(
            limited,
            {
                "case": Choice(tuple(LIMITS)),
                "alpha": Range(0.01, 20.0, log=True),
                "over": Range(LAST_DIGIT, 10.0, log=True),
            },
            ("over",),
        ),
    ),
    Theorem(
        "two-compensations",
        "Below that limit two training noises restore the Bayes rule.",
        r"r'(0,\beta),\ r'(\alpha_2,\beta) < r(0,0) < r'(\alpha_1,\beta), \quad 0 < \alpha_1 < \alpha_2",
        "the intermediate value theorem",
        _twice,
        CaseFamily(
            limited,
            {"case": Choice(tuple(LIMITS)), "alpha": TRAINING_NOISE, "beta": TRAINING_NOISE, "large": TRAINING_NOISE},
            ("large",),
        ),
        examples=({"case": (2, 0.55), "beta": 0.9, "alpha": 1.25, "large": 2.0},),
    ),
)
