"""Problems and margins that several laws are stated with; those of `theory.problems.regimes` where they fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from theory.claims.families import Choice, Range
from theory.estimate import PROVED, UPWARD, Estimate
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    NoiseFamily,
    Smoothing,
    Ties,
    Training,
    TrainingRule,
    Uniform,
)
from theory.problems.typed import typed

FAMILIES: tuple[NoiseFamily, ...] = ("gaussian", "laplace", "uniform")
PRIORS = Range(0.01, 0.99)
TRAINING_NOISE = Range(1e-3, 50.0, log=True)
SMOOTHING_NOISE = Range(1e-3, 50.0, log=True, zero=0.05)

Number = Estimate | float


def worst(*margins: Number) -> Number:
    """The margin of a conjunction: that of its part which comes nearest to a violation."""
    return min(margins, key=_high)


def best(*margins: Number) -> Number:
    """The margin of a disjunction: that of its part which is farthest from a violation."""
    return max(margins, key=_high)


def _high(margin: Number) -> float:
    return float(margin.value + margin.error) if isinstance(margin, Estimate) else margin


def same(one: Estimate, other: Number) -> Estimate:
    """The margin of an equality: 0 at best."""
    return -abs(one - other)


def rounded(exact: Fraction) -> Estimate:
    """A rational number as an Estimate, rounded once."""
    value = float(exact)
    away = abs(exact - Fraction(value))
    return Estimate(value, float(away) * UPWARD, PROVED)


def rarer(problem: MixtureProblem) -> Estimate:
    """min(prior, 1 - prior) of the prior as it was typed: its nearest float is another number."""
    prior = typed(problem.prior)
    return rounded(min(prior, 1 - prior))


def outermost(places: Sequence[Estimate]) -> Number:
    """The last of some boundaries: the radius of a ball about the centre, 0 where there is none."""
    return places[-1] if places else 0.0


def facing(
    law: str = "gaussian",
    votes: NoiseFamily = "gaussian",
    rule: TrainingRule = "posterior",
    dim: int = 1,
    separation: float = 2.0,
    scale: float = 1.0,
    prior: float = 0.5,
) -> MixtureProblem:
    """Two laws of one scale at -+ separation/2 on the first axis, trained with noise of their own family."""
    kind = Gaussian if law == "gaussian" else Laplace
    half = separation / 2
    zero, one = (kind(place if dim == 1 else (place, *[0.0] * (dim - 1)), scale) for place in (-half, half))
    training = Training(rule, "gaussian" if law == "gaussian" else "laplace")
    return MixtureProblem(prior, dim, (Component(zero),), (Component(one),), training, Smoothing(votes))


def mixture(
    law0: str = "gaussian",
    law1: str = "gaussian",
    training: NoiseFamily = "gaussian",
    votes: NoiseFamily = "gaussian",
    prior: float = 0.5,
    share0: float = 0.5,
    share1: float = 0.5,
    ties: Ties = "class1",
    **places: float,
) -> MixtureProblem:
    """One or two components a class on the line: at0, at1 and scale0, scale1 of class 0, at2, at3, ... of class 1.

    share0, share1: the weight of the first component of each class. at1 and at3 can be left out.
    """
    sides = []
    for first, law, share in ((0, law0, share0), (2, law1, share1)):
        parts = [(k, weight) for k, weight in ((first, share), (first + 1, 1 - share)) if f"at{k}" in places]
        sides.append(tuple(Component(component(law, places[f"at{k}"], places[f"scale{k}"]), w) for k, w in parts))
    return MixtureProblem(prior, 1, sides[0], sides[1], Training(noise=training), Smoothing(votes, ties))


def component(law: str, center: float, scale: float) -> Law:
    """A law on the line; of a uniform one scale is the half-width."""
    if law == "uniform":
        return Uniform(center - scale, center + scale)
    return Gaussian(center, scale) if law == "gaussian" else Laplace(center, scale)


def mixtures(*components: int) -> dict[str, Range | Choice]:
    """Parameters of `mixture` with these components, but for the families of noise."""
    found: dict[str, Range | Choice] = {"law0": Choice(FAMILIES), "law1": Choice(FAMILIES), "prior": PRIORS}
    for k in components:
        found |= {f"at{k}": Range(-4.0, 4.0), f"scale{k}": Range(0.02, 4.0, log=True)}
    return found | {f"share{k // 2}": Range(0.05, 0.95) for k in components if k % 2}


MIXTURES = mixtures(0, 1, 2, 3)
SMALL_MIXTURES = mixtures(0, 2, 3)


def number(value: object) -> float:
    """A parameter of a law on the line, or the scale of an isotropic one."""
    assert isinstance(value, int | float)
    return float(value)


def gaussians(problem: MixtureProblem) -> tuple[Gaussian, Gaussian]:
    """The laws of class 0 and class 1 where each is one Gaussian."""
    zero, one = (side[0].law for side in (problem.class0, problem.class1))
    assert isinstance(zero, Gaussian)
    assert isinstance(one, Gaussian)
    return zero, one


def unit_set(dim: int = 2, training: NoiseFamily = "gaussian", votes: NoiseFamily = "gaussian") -> DomainProblem:
    """The ball of volume 1 in an infinite background, in one dimension an interval under any noises."""
    if dim == 1:
        return row([1.0], 1.0, training, votes)
    radius = math.exp(math.lgamma(dim / 2 + 1) / dim) / math.sqrt(math.pi)
    return DomainProblem(dim, (Ball(0.0, radius),), training=Training("regression"))


def row(
    widths: Sequence[float], gap: float, training: NoiseFamily = "gaussian", votes: NoiseFamily = "gaussian"
) -> DomainProblem:
    """Intervals of given widths with equal gaps in an infinite background."""
    boxes, low = [], 0.0
    for width in widths:
        boxes.append(Box(low, low + width))
        low += width + gap
    return DomainProblem(1, tuple(boxes), training=Training("regression", training), smoothing=Smoothing(votes))
