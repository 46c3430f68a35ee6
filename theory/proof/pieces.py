"""Components along a line as exact rationals: what a proof starts from.

The numbers of a problem are floats, which are rationals; weights, centres and half-widths are kept as such. Where the
line runs through means in several dimensions, places are rational multiples of the distance of two means, whose square
is rational: every length is then divided by that unit when it becomes a ball.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from theory.errors import NoProof
from theory.problems.components import marginal
from theory.problems.problem import Ball as Disc
from theory.problems.problem import (
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Uniform,
    as_vector,
)
from theory.proof.balls import Arb, Rational, exact


@dataclass(frozen=True)
class ExactPiece:
    """One weighted component: centre in units, scale (deviation, diversity or half-width) in the problem's lengths."""

    label: int
    law: str
    center: Rational
    scale: Rational
    weight: Rational


@dataclass(frozen=True)
class Exact:
    """Components along a line whose unit of length has the rational square `square`; for a labelled domain the set."""

    pieces: tuple[ExactPiece, ...]
    square: Rational
    inside: tuple[tuple[Rational, Rational], ...] | None = None

    def length(self, value: Rational) -> Arb:
        """A length of the problem in units of the line."""
        return arb(value) if self.square == 1 else arb(value) / arb(self.square).sqrt()


def on_line(problem: MixtureProblem | DomainProblem, window: Rational = 0) -> Exact:
    """The components of a problem that lives on a line.

    Raises:
        NoProof: it does not, for all that exact arithmetic can see.
    """
    if isinstance(problem, DomainProblem):
        if problem.dim > 1:
            raise NoProof("labelled sets in more than one dimension have no proof yet")
        return _domain(problem, fmpq(window))
    parts = weights(problem)
    if problem.dim == 1:
        return Exact(tuple(_piece(label, law, weight, 0) for label, law, weight in parts), fmpq(1))
    axis = _only_axis([law for _label, law, _weight in parts], problem.dim)
    if axis is not None:
        return Exact(tuple(_piece(label, law, weight, axis) for label, law, weight in parts), fmpq(1))
    return _through_means(problem, parts)


def weights(problem: MixtureProblem) -> list[tuple[int, Law, Rational]]:
    """(label, law, weight with the prior) of every component, class 1 first, exactly."""
    prior = exact(problem.prior)
    result = []
    sides: tuple[tuple[int, tuple[Component, ...], Rational], ...] = (
        (1, problem.class1, prior),
        (0, problem.class0, 1 - prior),
    )
    for label, side, share in sides:
        total = sum((exact(c.weight) for c in side), fmpq(0))
        result += [(label, c.law, share * exact(c.weight) / total) for c in side]
    return result


def _piece(label: int, law: Law, weight: Rational, axis: int) -> ExactPiece:
    def at(value: float | tuple[float, ...]) -> Rational:
        return exact(value[axis] if isinstance(value, tuple) else value)

    match law:
        case Gaussian(cov=tuple() as cov):
            if len(cov) > 1:
                raise NoProof("a full covariance has no proof along a line")
            raise NoProof("a deviation given as a variance is not a rational number; give scale instead of cov")
        case Gaussian(scale=float() | tuple() as scale):
            return ExactPiece(label, "gaussian", at(law.mean), at(scale), weight)
        case Laplace():
            return ExactPiece(label, "laplace", at(law.mean), at(law.scale), weight)
        case Uniform():
            low, high = at(law.low), at(law.high)
            return ExactPiece(label, "uniform", (low + high) / 2, (high - low) / 2, weight)
        case Disc():
            return ExactPiece(label, "uniform", at(law.center), exact(law.radius), weight)
        case _:
            return ExactPiece(label, "point", at(law.mean), fmpq(0), weight)


def _only_axis(laws: list[Law], dim: int) -> int | None:
    """The axis on which product components of one kind with full support differ, if it is only one (0 if none)."""
    if any(not isinstance(w, Gaussian | Laplace) or (isinstance(w, Gaussian) and w.cov is not None) for w in laws):
        return None
    if len({type(w) for w in laws}) > 1:
        return None
    tables = [marginal(law, dim)[1:] for law in laws]
    unlike = {int(k) for table in tables for v, w in zip(table, tables[0], strict=True) for k in (v != w).nonzero()[0]}
    return min(unlike, default=0) if len(unlike) < 2 else None


def _through_means(problem: MixtureProblem, parts: list[tuple[int, Law, Rational]]) -> Exact:
    """Isotropic Gaussians of one scale, or points, whose means lie exactly on one line."""
    laws = [law for _label, law, _weight in parts]
    scales = {_isotropic(law) for law in laws}
    if None in scales or len(scales) > 1:
        raise NoProof("components in several dimensions have a proof along a line only with one common isotropic scale")
    (scale,) = scales
    difference, places = collinear([[exact(v) for v in marginal(law, problem.dim)[1]] for law in laws])
    kind = "gaussian" if scale else "point"
    pieces = [
        ExactPiece(label, kind, place, scale, weight)
        for (label, _law, weight), place in zip(parts, places, strict=True)
    ]
    return Exact(tuple(pieces), sum((v * v for v in difference), fmpq(0)))


def collinear(means: list[list[Rational]]) -> tuple[list[Rational], list[Rational]]:
    """The difference of the farthest mean and the first, and the places of all means in units of it.

    Raises:
        NoProof: they do not lie exactly on one line, or are all one.
    """
    offsets = [[a - b for a, b in zip(mean, means[0], strict=True)] for mean in means]
    squares = [sum((v * v for v in offset), fmpq(0)) for offset in offsets]
    far = max(range(len(squares)), key=lambda k: squares[k])
    if squares[far] == 0:
        raise NoProof("components of one mean and scale leave no direction")
    places = [
        sum((a * b for a, b in zip(offset, offsets[far], strict=True)), fmpq(0)) / squares[far] for offset in offsets
    ]
    for place, offset in zip(places, offsets, strict=True):
        if any(v != place * w for v, w in zip(offset, offsets[far], strict=True)):
            raise NoProof("the means do not lie exactly on one line")
    return offsets[far], places


def _isotropic(law: Law) -> Rational | None:
    if isinstance(law, Point):
        return fmpq(0)
    if not isinstance(law, Gaussian) or law.scale is None:
        return None
    if isinstance(law.scale, tuple):
        return exact(law.scale[0]) if len(set(law.scale)) == 1 else None
    return exact(law.scale)


def _domain(problem: DomainProblem, window: Rational) -> Exact:
    """Labelled intervals: uniform components, whose weights are lengths in an infinite background."""
    pairs = []
    for part in problem.inside:
        if isinstance(part, Disc):
            center, radius = exact(as_vector(part.center, 1)[0]), exact(part.radius)
            pairs.append((center - radius, center + radius))
        else:
            pairs.append((exact(as_vector(part.low, 1)[0]), exact(as_vector(part.high, 1)[0])))
    if problem.low is not None and problem.high is not None:
        low, high = exact(as_vector(problem.low, 1)[0]), exact(as_vector(problem.high, 1)[0])
        pairs = [(max(a, low), min(b, high)) for a, b in pairs]
    merged: list[tuple[Rational, Rational]] = []
    for a, b in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    total = fmpq(1)
    if problem.infinite:
        low, high = merged[0][0] - window, merged[-1][1] + window
    else:
        total = high - low
    ends = [low, *(end for pair in merged for end in pair), high]
    parts = [(1, a, b) for a, b in merged] + [(0, a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b]
    pieces = tuple(ExactPiece(k, "uniform", (a + b) / 2, (b - a) / 2, (b - a) / total) for k, a, b in parts)
    return Exact(pieces, fmpq(1), tuple(merged))
