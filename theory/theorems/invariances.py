"""Invariances: what a change of coordinates, units or names does not change.

Proof. Every density, noise and region is moved, stretched or renamed together. A factor that both classes share, and
that is independent of the rest, cancels in the log odds and integrates out of every mass; the noise along it is
independent of the noise across.

Problems are drawn with numbers that the transformations do not round, so that both descriptions are of one problem;
places far from the origin are rounded to what floats hold there, and the same places near it are those.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Component, Gaussian, Laplace, MixtureProblem, Problem, Ties, Uniform
from theory.problems.problem import Law as Density
from theory.problems.typed import typed
from theory.symbolic.invariances import common_factor, scaling
from theory.theorems.cases import (
    FAMILIES,
    PRIORS,
    SMALL_MIXTURES,
    SMOOTHING_NOISE,
    TRAINING_NOISE,
    Number,
    facing,
    gaussians,
    mixture,
    number,
    same,
)
from theory.theorems.law import Theorem

SOURCE = "change of variables"
# Centres and scales are whole multiples of PLACE, priors of PRIOR.
PLACE, PRIOR = 2.0**-8, 2.0**-7
# Digits of noises: few enough that floats hold them in any unit.
DIGITS = 10
ONE = Fraction(1)


def dyadic(prior: float = 0.5, **parameters: Any) -> MixtureProblem:
    """`mixture` with centres, scales and prior rounded to binary fractions."""
    for name, value in parameters.items():
        if name.startswith(("at", "scale")):
            steps = round(value / PLACE)
            parameters[name] = (steps if name.startswith("at") else max(steps, 1)) * PLACE
    return mixture(prior=min(max(round(prior / PRIOR), 1), round(1 / PRIOR) - 1) * PRIOR, **parameters)


def turned(
    dim: int = 4, separation: float = 2.0, scale0: float = 1.0, scale1: float = 1.5, prior: float = 0.5
) -> Problem:
    """`two_scales` with its means along the diagonal, whose length in 4 or 16 dimensions is a power of two."""
    half = round(separation / PLACE) * PLACE / 2 / math.isqrt(dim)
    zero, one = (Gaussian((side * half,) * dim, scale) for side, scale in ((-1, scale0), (1, scale1)))
    return MixtureProblem(prior, dim, (Component(zero),), (Component(one),))


def mapped(problem: MixtureProblem, factor: Fraction, shift: Fraction) -> MixtureProblem:
    """The problem of factor X + shift, on the line: each number the float nearest to its decimal.

    Raises:
        ProblemError: floats so far from the origin cannot tell the ends of a box apart.
    """

    def place(value: object) -> float:
        return float(factor * typed(number(value)) + shift)

    def moved(law: Density) -> Density:
        if isinstance(law, Uniform):
            return Uniform(*sorted((place(law.low), place(law.high))))
        assert isinstance(law, Gaussian | Laplace)
        return type(law)(place(law.mean), float(abs(factor) * typed(number(law.scale))))

    zero, one = (tuple(replace(c, law=moved(c.law)) for c in side) for side in (problem.class0, problem.class1))
    return replace(problem, class0=zero, class1=one)


def _agree(one: Problem, other: Problem, at: CaseNoises, exact: Side, unit: Fraction = ONE) -> Number:
    """The clean risks of both, or at eps > 0 the certified ones; the second at noises multiplied by `unit`."""
    mine = [float(f"{value:.{DIGITS}g}") for value in (at.alpha, at.beta, at.eps)]
    if 0 in mine[1:]:
        mine.pop()
    yours = [float(unit * typed(value)) for value in mine]
    risk = exact.certified_risk if len(mine) == 3 else exact.risk
    return same(risk(one, *mine), risk(other, *yours))


def _moved(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    side, shift = Fraction(at.side), Fraction(f"{at.shift:.2g}")
    there = mapped(problem, side, shift)
    return _agree(mapped(there, side, -side * shift), there, at, exact)


def _scaled(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    unit = Fraction(10) ** at.power
    return _agree(problem, mapped(problem, unit, Fraction(0)), at, exact, unit)


def _swapped(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """Ties of the vote change sides too. Equal densities give class 1 in both problems: supports with ends in common
    are left out."""
    ends = [
        {number(end) for c in side if isinstance(c.law, Uniform) for end in (c.law.low, c.law.high)}
        for side in (problem.class0, problem.class1)
    ]
    if ends[0] & ends[1]:
        return None
    smoothing = replace(problem.smoothing, ties=OTHER[problem.smoothing.ties])
    other = replace(problem, prior=1 - problem.prior, class0=problem.class1, class1=problem.class0, smoothing=smoothing)
    return _agree(problem, other, at, exact)


def _flattened(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """The same without the shared axes: their laws and the noise along them drop out."""
    zero, one = ((Component(Gaussian(_first(law), law.scale)),) for law in gaussians(problem))
    return _agree(problem, replace(problem, dim=1, class0=zero, class1=one), at, exact)


def _turned(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """The same with the means on the first axis."""
    length, rest = math.isqrt(problem.dim), [0.0] * (problem.dim - 1)
    zero, one = ((Component(Gaussian((length * _first(law), *rest), law.scale)),) for law in gaussians(problem))
    return _agree(problem, replace(problem, class0=zero, class1=one), at, exact)


def _first(law: Gaussian) -> float:
    assert isinstance(law.mean, tuple)
    return law.mean[0]


# Who wins ties once the classes have exchanged their names.
OTHER: dict[str, Ties] = {"class1": "class0", "class0": "class1", "coin": "coin"}
NOISE_RANGES = {"alpha": TRAINING_NOISE, "beta": SMOOTHING_NOISE, "eps": Range(1e-3, 5.0, log=True, zero=0.4)}
NOISY = SMALL_MIXTURES | NOISE_RANGES | {"training": Choice(FAMILIES), "votes": Choice(FAMILIES)}
PAIRS = {"separation": Range(0.1, 10.0, log=True), "prior": PRIORS}

LAWS = (
    Theorem(
        "motions",
        "Moving or reflecting the data changes no risk.",
        r"X \mapsto \pm X + c: \quad R' = R",
        SOURCE,
        _moved,
        CaseFamily(
            dyadic,
            NOISY | {"shift": Range(1e-3, 1e15, log=True, zero=0.1), "side": Choice((1.0, -1.0))},
            ("shift", "side"),
            held=("shift", "side"),
        ),
    ),
    Theorem(
        "rotations",
        "Rotating the data changes no risk.",
        r"X \mapsto QX,\ Q^TQ = I: \quad R' = R",
        SOURCE,
        _turned,
        CaseFamily(
            turned,
            PAIRS
            | NOISE_RANGES
            | {"dim": Choice((4, 16)), "scale0": Range(0.2, 4.0, log=True), "scale1": Range(0.2, 4.0, log=True)},
        ),
    ),
    Theorem(
        "scaling",
        "Multiplying data, alpha, beta and eps by one factor changes no risk.",
        r"R'(c\alpha, c\beta, c\varepsilon) = R(\alpha, \beta, \varepsilon)",
        SOURCE,
        _scaled,
        CaseFamily(dyadic, NOISY | {"power": Range(-150, 150, whole=True)}, ("power",), held=("power",)),
        derivation=scaling,
    ),
    Theorem(
        "label-swap",
        "Exchanging the classes, with prior -> 1 - prior and ties of the vote to the other class, changes no risk.",
        r"(q_0, q_1, \pi) \mapsto (q_1, q_0, 1-\pi): \quad R' = R",
        SOURCE,
        _swapped,
        CaseFamily(dyadic, NOISY | {"ties": Choice(tuple(OTHER))}),
    ),
    Theorem(
        "common-factor",
        "A Gaussian factor on further axes that both classes share changes no risk.",
        r"q_i(x)\,N(y; 0, \sigma^2): \quad R' = R",
        SOURCE,
        _flattened,
        CaseFamily(
            facing,
            PAIRS | NOISE_RANGES | {"dim": Range(2, 1000, log=True, whole=True), "scale": Range(0.05, 5.0, log=True)},
        ),
        derivation=common_factor,
    ),
)
