"""Large training noise, posterior rule: a constant, or a half-space that the first moments give.

Proof. With h = 1/alpha^2 the density of a noised point is E exp(-h |x - X|^2/2) up to a common factor: 1 - h E|x -
X|^2/2 + .... Unequal priors decide at order 1. At equal priors order h decides: class 1 where E|x - X_1|^2 <= E|x -
X_0|^2, which is the half-space 2 x.(m1 - m0) >= E|X_1|^2 - E|X_0|^2; the next term moves its boundary by O(h). Laplace
noise has the expansion 1 - E|x - X|/alpha + ..., and decides by E|x - X_0| >= E|x - X_1|, which is another rule.

Limits are attacked through the distance to them: after a doubling of alpha it is at most the greater of those before
and half-way. (A single step back would allow no change of sign of the distance, which higher orders can cause.)
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.estimate import Estimate
from theory.problems.problem import Component, Gaussian, MixtureProblem
from theory.symbolic.large_noise import large_noise_half_space
from theory.theorems.cases import MIXTURES, SMOOTHING_NOISE, Number, best, mixture, number, rarer, rounded, worst
from theory.theorems.law import Theorem

SOURCE = "expansion in 1/alpha^2"
GAUSSIAN = {name: kind for name, kind in MIXTURES.items() if not name.startswith(("law", "prior"))}
# In units of which noises are large: centres lie within 4, scales are up to 4.
LARGE = Range(50.0, 2000.0, log=True)


def apart(margin: float = 0.1, side: int = 1, **places: Any) -> MixtureProblem:
    """`mixture` with the prior 1/2 + side * margin."""
    return mixture(prior=0.5 + side * margin, **places)


def moments(side: tuple[Component, ...]) -> tuple[Fraction, Fraction]:
    """E X and E X^2 of a mixture of Gaussians on the line, exactly."""
    first = second = total = Fraction(0)
    for part in side:
        assert isinstance(part.law, Gaussian)
        weight, mean, scale = (Fraction(number(v)) for v in (part.weight, part.law.mean, part.law.scale))
        total += weight
        first += weight * mean
        second += weight * (mean**2 + scale**2)
    return first / total, second / total


def threshold(problem: MixtureProblem) -> Estimate | None:
    """(E X_1^2 - E X_0^2)/(2 (E X_1 - E X_0)), rounded once; None where the means are too close to tell."""
    (mean0, square0), (mean1, square1) = (moments(side) for side in (problem.class0, problem.class1))
    if abs(mean1 - mean0) < Fraction(1, 10):
        return None
    return rounded((square1 - square0) / (mean1 - mean0) / 2)


def _nearest(exact: Side, problem: MixtureProblem, alpha: float, place: Estimate) -> Estimate | None:
    """Distance of the nearest boundary to a place."""
    found = [abs(cut - place) for cut in exact.cuts(problem, alpha)]
    return min(found, key=lambda distance: float(distance.value), default=None)


def _majority(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """The risk comes nearer to that of the constant that is right more often."""
    least = rarer(problem)
    first, middle, last = (
        abs(exact.risk(problem, factor * at.alpha, at.beta) - least) for factor in (1.0, 2.0**0.5, 2.0)
    )
    return best(first - last, middle - last)


def _half_space(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """A boundary comes nearer to the threshold."""
    place = threshold(problem)
    if place is None:
        return None
    found = [_nearest(exact, problem, factor * at.alpha, place) for factor in (1.0, 2.0**0.5, 2.0)]
    distances = [distance for distance in found if distance is not None]
    if len(distances) < 3:
        return -1.0
    first, middle, last = distances
    return best(first - last, middle - last)


def _another(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """Every boundary keeps away from the threshold of the half-space, at a noise and at ten times that."""
    place = threshold(problem)
    assert place is not None
    far = [_nearest(exact, problem, factor * at.alpha, place) for factor in (1.0, 10.0)]
    return worst(*(distance - at.away for distance in far if distance is not None))


LAWS = (
    Theorem(
        "large-noise-majority",
        "Gaussian mixtures with unequal priors, posterior rule, Gaussian training noise: f_alpha tends to the constant "
        "majority label.",
        r"\pi \ne \tfrac12:\quad R(\alpha,\beta) \to \min(\pi, 1-\pi) \quad (\alpha \to \infty)",
        SOURCE,
        _majority,
        CaseFamily(
            apart,
            GAUSSIAN
            | {"margin": Range(0.02, 0.49), "side": Choice((-1, 1))}
            | {"alpha": Range(20.0, 2000.0, log=True), "beta": SMOOTHING_NOISE},
        ),
    ),
    Theorem(
        "large-noise-half-space",
        "Equal priors and different means on the line: f_alpha tends to the half-line "
        "x (m1 - m0) >= (E X1^2 - E X0^2)/2.",
        r"\pi = \tfrac12:\quad f_\alpha \to \{x\,(m_1 - m_0) \ge \tfrac12(E X_1^2 - E X_0^2)\}",
        SOURCE,
        _half_space,
        CaseFamily(mixture, GAUSSIAN | {"alpha": LARGE}),
        derivation=large_noise_half_space,
    ),
    Theorem(
        "large-laplace-noise",
        "Large Laplace training noise leads to another rule than large Gaussian noise: there is a mixture whose "
        "boundaries keep more than 3 away from that half-line.",
        r"f_\alpha \to \{E|x - X_0| \ge E|x - X_1|\} \ne \{x\,(m_1 - m_0) \ge \tfrac12(E X_1^2 - E X_0^2)\}",
        "found by computation",
        _another,
        CaseFamily(
            partial(mixture, training="laplace"), GAUSSIAN | {"alpha": LARGE, "away": Range(0.0, 5.0)}, ("away",)
        ),
        examples=(
            {
                "at0": 0.0, "scale0": 1.0, "at1": 0.0, "scale1": 1.0, "at2": -1.0, "scale2": 0.5, "share1": 0.8,
                "at3": 6.0, "scale3": 0.5, "alpha": 100.0, "away": 3.0,
            },
        ),
    ),
)  # fmt: skip
