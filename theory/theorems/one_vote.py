"""One vote, and what a majority can lose against it.

Proof for one vote. P(f(X + beta V) != Y) is the risk of f on inputs with smoothing noise. Among all classifiers the
Bayes rule of these has the least, and under the posterior rule that is f_beta, if training noise has the same law.

Proof of factor two. A majority errs at x only where P(f(x + beta V) != Y) >= 1/2, and x is not certified at level tau
only where it is at least 1 - tau. Markov's inequality bounds how often that happens by the mean of this chance, which
is the one-vote risk R_1, over 1/2 or 1 - tau. At alpha = beta R_1 is the Bayes risk B of the noised problem.

No smaller factor will do: a point of class 1 and one of class 0 at a distance of a beta, with masses 1 to exp(a^2/2)
and a little more. f_beta gives the point of class 1 a vote just below 1/2, so it is lost; but B is its mass times
1/2 + exp(a^2/2) Phi(-a), nearly half of it for large a.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.laws.certificate import log_miss
from theory.problems.problem import Component, Gaussian, MixtureProblem, NoiseFamily, Point
from theory.problems.regimes import two_scales
from theory.theorems.cases import FAMILIES, SMALL_MIXTURES, SMOOTHING_NOISE, TRAINING_NOISE, Number, mixture
from theory.theorems.law import Theorem

# What the mass of the heavier point exceeds exp(a^2/2) by, relative.
EXTRA = 1e-6


def noisy(
    noise: NoiseFamily = "gaussian",
    dim: int = 1,
    prior: float = 0.5,
    law0: str = "gaussian",
    law1: str = "gaussian",
    share1: float = 0.5,
    **places: float,
) -> MixtureProblem:
    """`mixture` with one law for both noises, or in more dimensions a Gaussian from each of its classes."""
    if dim == 1:
        return mixture(law0, law1, noise, noise, prior, 1.0, share1, "class1", **places)
    distance = abs(places["at2"] - places["at0"])
    return two_scales(dim, distance, places["scale0"], places["scale2"], prior)


def points(distance: float = 1.0) -> MixtureProblem:
    """A point of class 1 at 0 and one of class 0, as many unit noises away, heavy enough to outvote it."""
    prior = 1 / (1 + (1 + EXTRA) * math.exp(distance**2 / 2))
    return MixtureProblem(prior, 1, (Component(Point(distance)),), (Component(Point(0.0)),))


def _best(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """The one-vote risk is no less at another training noise."""
    return exact.vote_risk(problem, at.alpha, at.beta, 1) - exact.vote_risk(problem, at.beta, at.beta, 1)


def _twice(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """Clean risk, or certified risk at a part of beta, within its multiple of the one-vote risk of floating point."""
    eps = at.part * at.beta
    miss = math.exp(float(log_miss(problem.smoothing.noise, np.array(at.beta), np.array(eps))))
    if not miss > 0:
        return None
    clean = eps == 0
    risk = exact.risk(problem, at.alpha, at.beta) if clean else exact.certified_risk(problem, at.alpha, at.beta, eps)
    return (1 / miss) * exact.vote_risk(problem, at.alpha, at.beta, 1) - risk


def _nearly_twice(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """The risk against the Bayes risk of the points with Gaussian noise about them."""
    parts = (problem.class0, problem.class1)
    zero, one = (tuple(Component(Gaussian(place(part), at.beta)) for part in side) for side in parts)
    least = exact.risk(replace(problem, class0=zero, class1=one), 0.0, 0.0)
    return exact.risk(problem, at.beta, at.beta) - (2 - at.less) * least


def place(part: Component) -> float:
    """Of a point on the line."""
    assert isinstance(part.law, Point)
    assert isinstance(part.law.mean, int | float)
    return float(part.law.mean)


LAWS = (
    Theorem(
        "one-vote",
        "Posterior rule, one law for both noises: with one vote alpha = beta is the best training noise, and its risk "
        "is the Bayes risk of the noised problem.",
        r"\min_\alpha R_1(\alpha,\beta) = R_1(\beta,\beta) = B(\beta)",
        "derived here; the Bayes rule",
        _best,
        CaseFamily(
            noisy,
            SMALL_MIXTURES
            | {"noise": Choice(FAMILIES), "dim": Choice((1, 1, 1, 2, 10)), "alpha": SMOOTHING_NOISE}
            | {"beta": TRAINING_NOISE},
        ),
    ),
    Theorem(
        "factor-two",
        "The risk of a majority is at most twice the one-vote risk, and the certified risk at most 1/(1 - tau(eps)) "
        "times; so matched noise costs at most twice the Bayes risk B of the noised problem, and helps wherever "
        "R(0, beta) > 2 B(beta).",
        r"R(\alpha,\beta) \le 2 R_1(\alpha,\beta), \quad "
        r"R_{\mathrm{cert}}(\alpha,\beta,\varepsilon) \le \frac{R_1(\alpha,\beta)}{1-\tau(\varepsilon)}, \quad "
        r"R(\beta,\beta) \le 2B(\beta)",
        "derived here; Markov's inequality",
        _twice,
        CaseFamily(
            mixture,
            SMALL_MIXTURES
            | {"training": Choice(FAMILIES), "votes": Choice(FAMILIES)}
            | {"ties": Choice(("class1", "class0", "coin"))}
            | {"alpha": SMOOTHING_NOISE, "beta": TRAINING_NOISE, "part": Range(0.01, 5.0, log=True, zero=0.5)},
            ("part",),
        ),
    ),
    Theorem(
        "factor-two-sharp",
        "No factor below 2 will do, even for matched noise: there are problems with R(beta, beta) as near to twice the "
        "Bayes risk of the noised problem as one likes.",
        r"\sup \frac{R(\beta,\beta)}{B(\beta)} = 2",
        "derived here",
        _nearly_twice,
        CaseFamily(points, {"distance": Range(0.5, 30.0), "beta": TRAINING_NOISE, "less": Range(0.0, 1.0)}, ("less",)),
        examples=tuple(
            {"distance": a, "beta": 1.0, "less": less} for a, less in ((1.0, 0.687), (4.0, 0.318), (16.0, 0.0947))
        ),
    ),
)
