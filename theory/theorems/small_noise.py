"""Small noise: curvature against diffusion.

Proof. s * p_alpha = s + alpha^2 Laplacian(s)/2 + ..., so training noise moves the boundary B = {s = 0} outward by
alpha^2 L/2, L = Laplacian(s)/|grad s|. Smoothing moves it inward by beta^2 H/2, H the sum of its principal curvatures
(Merriman, Bence and Osher 1992). A boundary moved by m costs |grad s| m^2/2 per unit of area, so the excess risk is
(1/8) int |grad s| (alpha^2 L - beta^2 H)^2 dS to leading order, and the gain
(alpha^2/8)(2 beta^2 int H Laplacian(s) dS - alpha^2 int Laplacian(s)^2/|grad s| dS).

A certificate at a radius eps = O(beta^2) counts class 1 as lost up to eps inside the boundary that is moved by m, and
class 0 up to eps outside. Per unit of area the derivative of that in m is, with the normal n out of {s > 0} and
densities prior q1 = (1 - prior) q0 = q/2 on B, m |grad s| + eps (d_n q + H q): the second term is what the collar of
width eps gains of data as it moves. With m = (alpha^2 L - beta^2 H)/2 the certified gain is that of above with beta^2
int H Laplacian(s) less 2 eps int L (d_n q + H q) in its place.

For a concentric pair of variance ratio lambda the best (alpha/beta)^2 is H/L on the sphere, whose limit in many
dimensions is 1/((lambda + 1) log(lambda)/(lambda - 1) - 1), less than 1.
"""

from __future__ import annotations

import math
from dataclasses import replace

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.problems.regimes import two_scales
from theory.risks.curvature import small_noise
from theory.symbolic.concentric import ratio_below_one
from theory.theorems.cases import Number, gaussians, number
from theory.theorems.compensation import ringed
from theory.theorems.law import Theorem

# The leading order must say something clear: its two terms may not cancel to less than this share.
CLEAR = 0.2


def _sign(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """The gain has the sign of its leading order, in units of which it is given.

    alpha is `share` times beta, and beta `part` of the scale of the inner class over the root of the dimension.
    """
    inner, _outer = (number(law.scale) for law in gaussians(problem))
    beta = at.part * inner / math.sqrt(problem.dim)
    alpha = at.share * beta
    law = small_noise(problem)
    none, some = law.excess(0.0, beta), law.excess(alpha, beta)
    if abs(none - some) < CLEAR * (none + some):
        return None
    return (1 / (none - some)) * exact.gain(problem, alpha, beta)


def paired(
    dim: int = 2, inner: float = 1.0, ratio: float = 1.5, prior: float = 0.5, distance: float = 0.0
) -> MixtureProblem:
    """`ringed`, with the means so many inner scales apart."""
    return two_scales(dim, distance * inner, inner, ratio * inner, prior)


def _certified_sign(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """As `_sign` at a radius of `radius` times beta^2 sqrt(d) over the scale of class 0."""
    inner, _outer = (number(law.scale) for law in gaussians(problem))
    beta = at.part * inner / math.sqrt(problem.dim)
    alpha, eps = at.share * beta, at.radius * beta**2 * math.sqrt(problem.dim) / inner
    law = small_noise(problem)
    cost, saved = law.gain(alpha, 0.0), law.gain(alpha, beta) - law.gain(alpha, 0.0)
    leading = law.gain(alpha, beta, eps)
    if abs(leading) < CLEAR * (abs(cost) + abs(saved) + abs(leading - cost - saved)):
        return None
    return (1 / leading) * exact.certified_gain(problem, alpha, beta, eps)


def _rises_to_limit(problem: MixtureProblem, at: CaseNoises) -> float:
    """Below 1 and below the limit, and nearer to it in twice as many dimensions."""
    ratio, more = (small_noise(replace(problem, dim=dim)).ratio for dim in (problem.dim, 2 * problem.dim))
    inner, outer = (number(law.scale) for law in gaussians(problem))
    spread = (outer / inner) ** 2
    limit = ((spread + 1) * math.log(spread) / (spread - 1) - 1) ** -0.5
    return min(1 - ratio, more - ratio, limit - ratio)


LAWS = (
    Theorem(
        "small-noise-gain",
        "Concentric Gaussians, noises small against scale/sqrt(d): training noise helps where alpha^2 < 2 alpha*^2 "
        "and hurts beyond, alpha*^2 = beta^2 (integral of H Lap(s)) / (integral of Lap(s)^2/|grad s|); on the line it "
        "hurts.",
        r"R(0,\beta) - R(\alpha,\beta) = \tfrac18\alpha^2\left(2\beta^2\oint H\,\Delta s\,dS"
        r" - \alpha^2\oint \frac{(\Delta s)^2}{|\nabla s|}dS\right) + \dots",
        "derived here; smoothing: Merriman, Bence and Osher 1992",
        _sign,
        CaseFamily(
            ringed,
            {
                "dim": Range(1, 1000, log=True, whole=True),
                "inner": Range(0.2, 5.0, log=True),
                "ratio": Range(1.2, 4.0, log=True),
                "prior": Range(0.3, 0.5),
                "share": Range(0.2, 3.0, log=True),
                "part": Range(0.01, 0.05, log=True),
            },
            ("share", "part"),
        ),
    ),
    Theorem(
        "certified-small-noise",
        "Two isotropic Gaussians of different scales, small noises and a radius eps of the order of beta^2: training "
        "noise helps the certified risk where alpha^2 < 2 alpha*^2 and hurts beyond, alpha*^2 = [beta^2 (integral of H "
        "Lap(s)) - 2 eps (integral of (Lap(s)/|grad s|) (d_n q + H q))] / (integral of Lap(s)^2/|grad s|); on the line "
        "alpha*^2 is proportional to eps and does not depend on beta.",
        r"\alpha_*^2 = \left[\beta^2\oint H\,\Delta s\,dS - 2\varepsilon\oint\frac{\Delta s}{|\nabla s|}"
        r"(\partial_n q + Hq)\,dS\right] \Big/ \oint\frac{(\Delta s)^2}{|\nabla s|}\,dS",
        "derived here; smoothing: Merriman, Bence and Osher 1992",
        _certified_sign,
        CaseFamily(
            paired,
            {
                "dim": Range(1, 1000, log=True, whole=True),
                "inner": Range(0.2, 5.0, log=True),
                "ratio": Range(1.2, 4.0, log=True),
                "prior": Range(0.3, 0.5),
                "distance": Range(0.01, 2.0, log=True, zero=0.4),
                "share": Range(0.2, 5.0, log=True),
                "part": Range(0.01, 0.05, log=True),
                "radius": Range(0.05, 5.0, log=True),
            },
            ("share", "part", "radius"),
        ),
    ),
    Theorem(
        "best-ratio",
        "Concentric Gaussians of equal priors and small noises: alpha*/beta rises with the dimension to ((lambda + 1) "
        "log(lambda)/(lambda - 1) - 1)^(-1/2) < 1, lambda the ratio of variances: the best training noise is below "
        "the smoothing noise.",
        r"\frac{\alpha_*^2}{\beta^2} \to \left(1 - \tfrac1d\right)"
        r"\left(\frac{(\lambda+1)\ln\lambda}{\lambda-1} - 1\right)^{-1} < 1 \quad (\beta \to 0)",
        "derived here",
        _rises_to_limit,
        CaseFamily(
            ringed,
            {
                "dim": Range(2, 100_000, log=True, whole=True),
                "inner": Range(0.1, 10.0, log=True),
                "ratio": Range(1.01, 30.0, log=True),
            },
        ),
        derivation=ratio_below_one,
    ),
)
