"""Training noise and robustness: the best training noise for a radius, for two Gaussians of one covariance.

Proof. Of N(+-mu, Sigma), f_alpha = {w.x >= q/2} with w = (Sigma + alpha^2 I)^-1 mu. Move every input of class 1 by
-delta and every one of class 0 by +delta, delta = alpha^2 w: an attack of size eps(alpha) = |delta|, after which the
data are N(+-(mu - delta), Sigma) with mu - delta = Sigma w, whose Bayes rule is f_alpha. No classifier has less
adversarial risk than the Bayes risk of attacked data, and against f_alpha this attack is the strongest. Smoothing
leaves f_alpha as it is with a tight certificate, and certified risk is never below adversarial risk.
"""

from __future__ import annotations

import math

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.problems.problem import Component, Gaussian, MixtureProblem
from theory.symbolic.bridge import bridge_attack
from theory.theorems.cases import PRIORS, TRAINING_NOISE, Number
from theory.theorems.law import Theorem


def tilted(
    dim: int = 2,
    separation: float = 2.0,
    angle: float = 45.0,
    scale: float = 1.0,
    ratio: float = 1.0,
    prior: float = 0.5,
) -> MixtureProblem:
    """Gaussians of one covariance, standard deviation `scale` on the first axis and `ratio * scale` on the others.

    The means are +-separation/2 in the direction at `angle` degrees to the first axis towards the second.
    """
    turn, half = math.radians(angle), separation / 2
    mean = (half * math.cos(turn), half * math.sin(turn), *[0.0] * (dim - 2))[:dim]
    scales = (scale, *[scale * ratio] * (dim - 1))
    zero, one = (Component(Gaussian(tuple(side * v for v in mean), scales)) for side in (-1, 1))
    return MixtureProblem(prior, dim, (zero,), (one,))


def _best(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Another noise certifies less at the radius that belongs to alpha.

    The radius is rounded, which moves its noise by rounding, and the risk at its minimum by the square of that.
    """
    law = problem.class1[0].law
    assert isinstance(law, Gaussian)
    assert isinstance(law.mean, tuple)
    assert isinstance(law.scale, tuple)
    noise = at.alpha**2
    eps = math.hypot(*(noise * m / (s * s + noise) for m, s in zip(law.mean, law.scale, strict=True)))
    best, other = (exact.certified_risk(problem, alpha, at.beta, eps) for alpha in (at.alpha, at.other))
    return other - best


LAWS = (
    Theorem(
        "bridge",
        "Two Gaussians of one covariance, any prior, posterior rule: among all training noises, and for every beta, "
        "alpha has the least certified risk at the radius |alpha^2 (Sigma + alpha^2 I)^-1 mu|.",
        r"R_{\mathrm{cert}}(\alpha,\beta,\varepsilon(\alpha)) ="
        r" \min_{\alpha'} R_{\mathrm{cert}}(\alpha',\beta,\varepsilon(\alpha)),"
        r"\quad \varepsilon(\alpha) = \|\alpha^2(\Sigma+\alpha^2I)^{-1}\mu\|",
        "derived here",
        _best,
        CaseFamily(
            tilted,
            {
                "dim": Range(1, 100, log=True, whole=True),
                "separation": Range(0.02, 20.0, log=True),
                "angle": Range(0.0, 90.0),
                "scale": Range(0.05, 5.0, log=True),
                "ratio": Range(0.1, 10.0, log=True),
                "prior": PRIORS,
                "alpha": TRAINING_NOISE,
                "other": TRAINING_NOISE,
                "beta": TRAINING_NOISE,
            },
            ("other",),
        ),
        derivation=bridge_attack,
    ),
)
