"""Many dimensions: phases with sharp edges, and the harm of training noise, as much as can be.

Proof. Class 1 is N(m1, s1^2 I) at distance sqrt(d) D from class 0, and f_alpha = 1[T >= 0] with T as in
`theory.risks.dimensions`. For X of class 1 the noisy input X + beta V is N(m1, (s1^2 + beta^2) I), so that
T(X + beta V) is d M_1 in the mean with variance d S_1, and Cantelli's inequality bounds the chance that a vote has not
the sign of M_1 by S_1/(S_1 + d M_1^2). The majority has not that sign where at least half of the votes have not: by
Markov's inequality with at most twice this chance. So R differs from the sum of the shares of the classes with M < 0 by
at most the sum of 2 share S/(S + d M^2), which tends to 0. With w = v1 - v0 both means at alpha = beta are D^2/v plus
h(x) = x - log(1 + x) > 0: matched noise is always in the phase without error.

Harm: concentric, scales 1 and 1.5, alpha = 1 without smoothing: Lam(1) > s1^2, so that M_1 < 0 < M_0, while both are
positive at alpha = 0. The loss tends to the prior of class 1, and that may be as near to 1 as one likes.
"""

from __future__ import annotations

import math

import numpy as np

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.problems.regimes import concentric, two_scales
from theory.risks.dimensions import high_dimension
from theory.symbolic.high_dimension import high_dimension_margins
from theory.theorems.cases import PRIORS, SMOOTHING_NOISE, TRAINING_NOISE, Number
from theory.theorems.law import Theorem

SOURCE = "derived here; inequalities of Cantelli and Markov"


def apart(
    dim: int = 2, distance: float = 0.0, scale0: float = 1.0, ratio: float = 1.5, prior: float = 0.5
) -> MixtureProblem:
    """Two isotropic Gaussians of scales scale0 and ratio scale0 at distance sqrt(dim) distance scale0."""
    return two_scales(dim, math.sqrt(dim) * distance * scale0, scale0, ratio * scale0, prior)


def _phase(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """The risk is that of the phase to within what the inequalities leave."""
    limit = high_dimension(problem).risk(at.alpha, at.beta, problem.dim)
    if np.isnan(limit.value):
        return None
    return float(limit.error) - abs(exact.risk(problem, at.alpha, at.beta) - float(limit.value))


def _near_one(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    return at.delta - exact.gain(problem, at.alpha, at.beta) - 1.0


LAWS = (
    Theorem(
        "high-dimension-phases",
        "Two isotropic Gaussians at distance sqrt(d) D, d to infinity: class 1 is right where (s1^2 + beta^2)/v1 + "
        "log v1 < (s1^2 + beta^2 + D^2)/v0 + log v0 and wrong where the sign is the other, and so for class 0; the "
        "risk is the share of the wrong classes to within 2 sum of share S/(S + d M^2). Concentric: R -> 0 where "
        "s0^2 + beta^2 < Lam(alpha) < s1^2 + beta^2, 1 - prior below, prior above.",
        r"R(\alpha,\beta) \to \pi\,1[M_1 < 0] + (1-\pi)\,1[M_0 < 0], \quad "
        r"M_1 = \frac{\sigma_1^2+\beta^2+D^2}{v_0} - \frac{\sigma_1^2+\beta^2}{v_1} + \ln\frac{v_0}{v_1} \quad "
        r"(d \to \infty)",
        SOURCE,
        _phase,
        CaseFamily(
            apart,
            {
                "dim": Range(1, 100_000, log=True, whole=True),
                "distance": Range(0.01, 5.0, log=True, zero=0.4),
                "scale0": Range(0.1, 10.0, log=True),
                "ratio": Range(1.02, 10.0, log=True),
                "prior": PRIORS,
                "alpha": TRAINING_NOISE,
                "beta": SMOOTHING_NOISE,
            },
        ),
        derivation=high_dimension_margins,
    ),
    Theorem(
        "harm-near-one",
        "The harm of training noise comes arbitrarily close to 1: for a given delta there is a problem with "
        "R(alpha, beta) - R(0, beta) > 1 - delta.",
        r"\sup\,[R(\alpha,\beta) - R(0,\beta)] = 1",
        SOURCE,
        _near_one,
        CaseFamily(
            concentric,
            {
                "dim": Range(1, 100_000, log=True, whole=True),
                "prior": Range(0.5, 1.0),
                "alpha": TRAINING_NOISE,
                "beta": SMOOTHING_NOISE,
                "delta": Range(0.0, 1.0),
            },
            ("delta",),
        ),
        examples=tuple(
            {"dim": 10_000, "prior": 1 - delta / 2, "alpha": 1.0, "beta": 0.2, "delta": delta}
            for delta in (0.1, 1e-2, 1e-3, 1e-4)
        ),
    ),
)
