"""Flexible classifiers trained on n samples, and finitely many votes: both displace the boundary at random.

Proof. A boundary displaced outward by m costs |grad s| m^2/2 per unit of area, and E of that where m is random. The
Parzen rule on n samples estimates s_alpha with variance q (4 pi alpha^2)^(-d/2)/n, up to s^2/n, which vanishes on the
boundary: m = error/|grad s| has variance q (4 pi alpha^2)^(-d/2)/(n |grad s|^2). Votes are u = Phi(t/beta) at distance
t from a boundary that is flat at the scale beta, and with N of them class 1 wins where the median of N uniform numbers
is at most u: m is beta times the median of N standard normals, whose square has the mean pi/(2 N) for large N (Laplace
1818). m is independent of the displacement by the noises, and of mean 0, so that the squares add up. The full proofs
are in docs/mathematics/flexible.md.

The mean risk of the Parzen rule is that of the central limit theorem (`theory.parzen_risk`), another limit n -> inf: in
tails that hold few samples it takes a guess where the rule asks the nearest sample, so that the two differ by a share
of the excess that falls like 1/log n on the line, for a wide class about a narrow one and in more dimensions by more.
What it says of two kernel scales is the claim here; simulations of the rule itself are in the tests.
"""

from __future__ import annotations

import math

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.laws.median import median_square
from theory.problems.problem import MixtureProblem
from theory.risks.budget import error_budget
from theory.risks.parzen import parzen_excess
from theory.symbolic.flexible import best_kernel, cost_of_votes
from theory.theorems.cases import Number, facing, gaussians, number
from theory.theorems.compensation import ringed
from theory.theorems.law import Theorem

# The leading order must say something clear: two risks may not be equal to within this share of their sum.
CLEAR = 0.33
# Kernels narrower than this share of the least scale are small noises.
NARROW = 0.3
# The next order of the cost of votes, in units of d (beta/scale)^2.
NEXT = 12.0


def _scales_in_order(problem: MixtureProblem, at: CaseNoises) -> Number | None:
    """A kernel that the leading order calls clearly worse than its best one is worse, in units of what it predicts."""
    budget = error_budget(problem)
    best = budget.best_alpha(0.0, at.samples)
    least = min(number(law.scale) for law in gaussians(problem))
    if not max(best, at.share * best) < NARROW * least:
        return None
    there, here = (budget.total(alpha, 0.0, at.samples) for alpha in (at.share * best, best))
    if there - here < CLEAR * (there + here):
        return None
    found = parzen_excess(problem, [at.share * best, best], at.samples)
    return (1 / (there - here)) * (found.at(0) - found.at(1))


def _votes(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """R_N - R_inf over its leading order is 1 to within NEXT d (beta/scale)^2."""
    inner, _outer = (number(law.scale) for law in gaussians(problem))
    beta = at.part * inner / math.sqrt(problem.dim)
    alpha, votes = at.share * beta, 2 * at.pairs - 1
    predicted = 0.5 * beta**2 * median_square(votes) * error_budget(problem).boundary.steepness
    more = exact.vote_risk(problem, alpha, beta, votes) - exact.risk(problem, alpha, beta)
    return NEXT * at.part**2 - abs((1 / predicted) * more - 1.0)


LAWS = (
    Theorem(
        "sample-size",
        "The Parzen rule on n samples with Gaussian kernels of scale alpha, n alpha^d large and alpha small: the "
        "excess risk is (alpha^4/8) int Lap(s)^2/|grad s| dS + (4 pi alpha^2)^(-d/2)/(2n) int q/|grad s| dS over the "
        "Bayes boundary, least at alpha^(d+4) = d (4 pi)^(-d/2) int q/|grad s| / (n int Lap(s)^2/|grad s|).",
        r"\mathbb E R_n(\alpha) - R_* = \frac{\alpha^4}{8}\oint\frac{(\Delta s)^2}{|\nabla s|}dS"
        r" + \frac{(4\pi\alpha^2)^{-d/2}}{2n}\oint\frac{q}{|\nabla s|}dS + \dots,\quad"
        r" \alpha_*^{d+4} = \frac{d\,(4\pi)^{-d/2}\oint q/|\nabla s|\,dS}{n\oint (\Delta s)^2/|\nabla s|\,dS}",
        "derived here; kernel estimates: Parzen 1962; plug-in rules: Hall and Kang 2005",
        _scales_in_order,
        CaseFamily(
            facing,
            {
                "separation": Range(1.0, 2.5),
                "scale": Range(0.1, 10.0, log=True),
                "prior": Range(0.15, 0.3),
                "samples": Range(10_000, 10**9, log=True, whole=True),
                "share": Range(0.2, 4.0, log=True),
            },
            ("samples", "share"),
        ),
        derivation=best_kernel,
    ),
    Theorem(
        "finite-votes",
        "Concentric Gaussians, noises small against scale/sqrt(d): N votes, N odd, cost (beta^2/2) E M_N^2 times the "
        "integral of |grad s| over the Bayes boundary, M_N the median of N standard normals, whatever the training "
        "noise; for many votes that is pi beta^2/(4N) times the integral.",
        r"R_N - R_\infty = \frac{\beta^2}{2}\,\mathbb E M_N^2\oint|\nabla s|\,dS + \dots,\quad"
        r" \mathbb E M_N^2 = \frac{\pi}{2N}\left(1 - \frac{4-\pi}{2N} + \dots\right)",
        "derived here; the median of many: Laplace 1818",
        _votes,
        CaseFamily(
            ringed,
            {
                "dim": Range(2, 1000, log=True, whole=True),
                "inner": Range(0.2, 5.0, log=True),
                "ratio": Range(1.2, 4.0, log=True),
                "prior": Range(0.3, 0.5),
                "pairs": Range(1, 1000, log=True, whole=True),
                "share": Range(0.0, 1.5),
                "part": Range(0.01, 0.05, log=True),
            },
            ("pairs", "share", "part"),
        ),
        derivation=cost_of_votes,
    ),
)
