"""Problems: their components or labelled sets in a table, the densities or the sets as a picture."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from theory.display.card import MOST_ROWS, Card
from theory.display.densities import coordinate, density_picture
from theory.display.digits import matrix, number, vector
from theory.display.sketch import LABELS, around, components_picture, sets_picture, strips_picture
from theory.problems.low_rank import LowRank
from theory.problems.problem import (
    LINEAR_RULES,
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Set,
    Uniform,
    Vector,
    as_vector,
)

# What is said of ties where they do not go to class 1, as usual.
TIES = {"class1": "", "class0": "; ties to class 0", "coin": "; ties by a coin"}


def mixture_card(problem: MixtureProblem) -> Card:
    """Dimension, prior, noises; every component with its weight as written and its share of the class."""
    facts = [("P(Y = 1)", number(problem.prior)), *_noises(problem)]
    sides = ((1, problem.class1), (0, problem.class0))
    half = MOST_ROWS // 2
    rows = []
    for label, side in sides:
        # Where one class has few components the other may have the rest of the rows.
        other = len(problem.class0 if label else problem.class1)
        rows += _rows(label, side, problem.dim, MOST_ROWS - min(other, half))
    total = sum(len(side) for _label, side in sides)
    title = f"{problem.name or 'mixture problem'}: two classes in {_dimensions(problem.dim)}"
    header = ("class", "law", "parameters", "weight", "share")
    return Card(title, facts, header, rows, total, partial(_mixture_picture, problem))


def domain_card(problem: DomainProblem) -> Card:
    """The domain, noises, and the sets on which Y = 1."""
    if problem.low is None or problem.high is None:
        where = "all of space; risks are Lebesgue measures"
    else:
        where = f"X uniform on {_box(problem.low, problem.high, problem.dim)}"
    facts = [("domain", where), ("Y = 1", "on the union of the sets, else Y = 0"), *_noises(problem)]
    rows = [(type(part).__name__, parameters(part, problem.dim)) for part in problem.inside[:MOST_ROWS]]
    title = f"{problem.name or 'domain problem'}: a labelled domain in {_dimensions(problem.dim)}"
    picture = partial(_domain_picture, problem)
    return Card(title, facts, ("set", "parameters"), rows, len(problem.inside), picture)


def parameters(law: Law | Set, dim: int) -> str:
    """The numbers of a law or a set, with their names."""
    match law:
        case Gaussian(cov=tuple() as cov):
            return f"mean {vector(law.mean)}, cov {matrix(cov)}"
        case Gaussian(cov=LowRank() as cov):
            return f"mean {vector(law.mean)}, cov diagonal {vector(cov.diagonal)} + factor {matrix(cov.factor)}"
        case Gaussian(scale=float() | tuple() as scale):
            return f"mean {vector(law.mean)}, scale {vector(scale)}"
        case Laplace():
            return f"mean {vector(law.mean)}, scale {vector(law.scale)}"
        case Uniform() | Box():
            return f"on {_box(law.low, law.high, dim)}"
        case Ball():
            return f"center {vector(law.center)}, radius {number(law.radius)}"
        case Point():
            return f"at {vector(law.mean)}"
    return repr(law)


def _box(low: Vector, high: Vector, dim: int) -> str:
    if dim == 1 or isinstance(low, tuple) or isinstance(high, tuple):
        return f"[{vector(low)}, {vector(high)}]"
    return f"[{vector(low)}, {vector(high)}]^{dim}"


def _dimensions(dim: int) -> str:
    return f"{dim} dimension{'s' if dim > 1 else ''}"


def _noises(problem: Problem) -> list[tuple[str, str]]:
    training = problem.training
    said = f"{training.rule} rule, {training.noise} noise"
    if training.copies is not None:
        said += f", {training.copies} noisy cop{'y' if training.copies == 1 else 'ies'} of each sample"
    if training.rule not in LINEAR_RULES:
        off = "the nearest class" if training.off_support == "nearest" else training.off_support
        said += f"; off the support {off}"
    return [
        ("training", said),
        ("smoothing", f"{problem.smoothing.noise} noise{TIES[problem.smoothing.ties]}"),
    ]


def _rows(label: int, side: tuple[Component, ...], dim: int, count: int) -> list[tuple[str, ...]]:
    # Relative to the largest weight, so that the sum does not overflow.
    most = max(part.weight for part in side)
    total = math.fsum(part.weight / most for part in side)
    return [
        (
            str(label),
            type(part.law).__name__,
            parameters(part.law, dim),
            number(part.weight),
            number(part.weight / most / total),
        )
        for part in side[:count]
    ]


def _mixture_picture(problem: MixtureProblem) -> str:
    if problem.dim == 2:
        return components_picture(problem)
    held = coordinate(problem)
    return "" if held is None else density_picture(held)


def _domain_picture(problem: DomainProblem) -> str:
    finite = problem.low is not None and problem.high is not None
    bounds = [as_vector(v, problem.dim) for v in (problem.low, problem.high) if v is not None and problem.dim <= 2]
    if problem.dim == 2:
        return sets_picture(problem.inside, *(bounds if finite else (None, None)))
    if problem.dim > 2:
        return ""
    pairs = [_ends(part) for part in problem.inside]
    window = (float(bounds[0][0]), float(bounds[1][0])) if finite else around(np.array(pairs))
    return strips_picture([pairs], window, "x", LABELS)


def _ends(part: Set) -> tuple[float, float]:
    if isinstance(part, Ball):
        center = float(as_vector(part.center, 1)[0])
        return center - part.radius, center + part.radius
    return float(as_vector(part.low, 1)[0]), float(as_vector(part.high, 1)[0])
