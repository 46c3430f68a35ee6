"""Risks on the line by the definition, in ball arithmetic of 256 bits and with nothing clever.

The second route to everything that `theory` computes on the line, sharing only the frozen problem description:
densities after noise in closed form (checked against quadrature in tests/unit/test_line_oracle.py), decision regions
by scanning the sign on a fine grid and bisecting, vote probabilities as sums of noise masses over the region, level
sets by scanning again, risks as sums of component masses. Slow (about a second a risk), hence line.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from flint import acb, arb, ctx

from tests.oracle.decimals import decimal
from theory.problems.problem import Ball, Box, DomainProblem, MixtureProblem, Point, Problem, Uniform

BITS = 256
INFINITY = arb("inf")
# Relative differences below this are ties (class 1), and cells end this far, relative to their width, from a jump.
TINY = arb(2) ** -160
# A relative difference that stays below this between two boundaries, or next to none, is a tangency.
TANGENT = 1e-5
BISECTIONS = 230


@dataclass(frozen=True)
class Part:
    """One component: class, law, centre, scale (half-width of a uniform one, 0 of a point), weight with the prior."""

    label: int
    law: str
    center: arb
    scale: arb
    weight: arb


@dataclass
class Region:
    """Boundaries in increasing order and the class below the first; atoms: class at point masses, if different.

    margin: the least relative difference met at a tangency, 1 where there is none.
    """

    ends: list[arb]
    first: bool
    margin: float = 1.0
    atoms: dict[float, bool] = field(default_factory=dict)

    def intervals(self, label: bool) -> list[tuple[arb, arb]]:
        edges = [-INFINITY, *self.ends, INFINITY]
        return [(edges[i], edges[i + 1]) for i in range(len(edges) - 1) if (self.first ^ (i % 2 == 1)) == label]

    def contains(self, x: arb) -> bool:
        """Closed in class 1."""
        if float(x) in self.atoms:
            return self.atoms[float(x)]
        near = TINY * (1 + abs(x))
        return any(low - near <= x <= high + near for low, high in self.intervals(True))


def parts_of(problem: Problem) -> list[Part]:
    """The components; of a domain the labelled and the unlabelled pieces (finite), or the labelled ones (infinite)."""
    if isinstance(problem, MixtureProblem):
        result = []
        for label, share, side in (
            (1, decimal(problem.prior), problem.class1),
            (0, 1 - decimal(problem.prior), problem.class0),
        ):
            total = sum((decimal(c.weight) for c in side), arb(0))
            result += [Part(label, *_law(c.law), share * decimal(c.weight) / total) for c in side]
        return result
    return _domain_parts(problem)


def _law(law: object) -> tuple[str, arb, arb]:
    if isinstance(law, Uniform | Box):
        low, high = decimal(law.low), decimal(law.high)
        return "uniform", (low + high) / 2, (high - low) / 2
    if isinstance(law, Ball):
        return "uniform", decimal(law.center), decimal(law.radius)
    if isinstance(law, Point):
        return "point", decimal(law.mean), arb(0)
    covariance = getattr(law, "cov", None)
    scale = decimal(law.scale) if covariance is None else decimal(covariance[0]).sqrt()
    return type(law).__name__.lower(), decimal(law.mean), scale


def labelled_set(problem: DomainProblem) -> Region:
    """The union of the sets, clipped to the domain."""
    spans = [(c - h, c + h) for _name, c, h in (_law(part) for part in problem.inside)]
    if not problem.infinite:
        low, high = decimal(problem.low), decimal(problem.high)
        spans = [(max(a, low), min(b, high)) for a, b in spans]
    ends: list[arb] = []
    for a, b in sorted(spans):
        if ends and a <= ends[-1]:
            ends[-1] = max(ends[-1], b)
        else:
            ends += [a, b]
    return Region(ends, False)


def _domain_parts(problem: DomainProblem) -> list[Part]:
    inside = labelled_set(problem)
    low, high = (-INFINITY, INFINITY) if problem.infinite else (decimal(problem.low), decimal(problem.high))
    parts = []
    for label in (1, 0):
        for a, b in inside.intervals(bool(label)):
            start, stop = max(a, low), min(b, high)
            if start < stop and (stop - start).is_finite():
                weight = stop - start if problem.infinite else (stop - start) / (high - low)
                parts.append(Part(label, "uniform", (start + stop) / 2, (stop - start) / 2, weight))
    return parts


def tail(law: str, t: arb) -> arb:
    """P(Z > t), t >= 0, of the standard law."""
    if t == INFINITY:
        return arb(0)
    if law == "gaussian":
        return (t / arb(2).sqrt()).erfc() / 2
    if law == "laplace":
        return (-t).exp() / 2
    return max((1 - t) / 2, arb(0))


def mass(law: str, low: arb, high: arb) -> arb:
    """P(low < Z < high) of the standard law."""
    if not low < high:
        return arb(0)
    if high <= 0:
        low, high = -high, -low
    return tail(law, low) - tail(law, high) if low >= 0 else 1 - tail(law, -low) - tail(law, high)


def mass_about(law: str, low: arb, high: arb, center: arb, scale: arb) -> arb:
    """P(low < center + scale Z < high); the ends may be infinite."""
    ends = [(v - center) / scale if v.is_finite() else v for v in (low, high)]
    return mass(law, *ends)


def pdf(law: str, z: arb) -> arb:
    """Density of the standard law."""
    if law == "gaussian":
        return (-z * z / 2).exp() / (2 * arb.pi()).sqrt()
    if law == "laplace":
        return (-abs(z)).exp() / 2
    return arb(0.5) if abs(z) < 1 else arb(0)


def noised(law: str, scale: arb, noise: str, alpha: arb, z: arb) -> arb:
    """Density at z of the centred law plus alpha times the noise."""
    if alpha == 0:
        return pdf(law, z / scale) / scale
    if scale == 0:
        return pdf(noise, z / alpha) / alpha
    pair = {law, noise}
    if pair == {"gaussian"}:
        total = (scale**2 + alpha**2).sqrt()
        return pdf("gaussian", z / total) / total
    if pair == {"laplace"}:
        z = abs(z)
        if scale == alpha:
            return (1 + z / scale) * (-z / scale).exp() / (4 * scale)
        return (scale * (-z / scale).exp() - alpha * (-z / alpha).exp()) / (2 * (scale**2 - alpha**2))
    if pair == {"gaussian", "laplace"}:
        s, b = (scale, alpha) if law == "gaussian" else (alpha, scale)
        root = arb(2).sqrt()
        halves = sum((sign * z / b).exp() * ((s / b + sign * z / s) / root).erfc() for sign in (-1, 1))
        return (s**2 / (2 * b**2)).exp() * halves / (4 * b)
    if pair == {"uniform"}:
        overlap = min(scale, z + alpha) - max(-scale, z - alpha)
        return max(overlap, arb(0)) / (4 * scale * alpha)
    half, other, width = (scale, noise, alpha) if law == "uniform" else (alpha, law, scale)
    return mass(other, (z - half) / width, (z + half) / width) / (2 * half)


def scan(difference: Callable[[arb], arb], jumps: Iterable[arb], grid: Iterable[float]) -> Region:
    """Where the difference (relative, in [-1, 1]) is >= 0, by its sign at the grid and a bisection at each change.

    Jumps split the line; next to them the sign is taken from within. At a grid point where the size of the difference
    is less than at both neighbours a golden section looks for a sign change in between.
    """
    points = sorted(arb(x) for x in {float(x) for x in grid})
    edges = sorted({_key(x): x for x in jumps}.values())
    bounds = [points[0] - 1 - abs(points[0]), *edges, points[-1] + 1 + abs(points[-1])]
    ends: list[arb] = []
    margin, first, last, k = 1.0, True, None, 0
    for low, high in pairwise(bounds):
        if not low < high:
            continue
        shift = (high - low) * TINY
        cell = [low + shift, *((high - low) * arb(i) / 8 + low for i in range(1, 8)), high - shift]
        while k < len(points) and points[k] < high:
            if points[k] > low + shift:
                cell.append(points[k])
            k += 1
        roots, labels, least = _cell(difference, sorted(x.mid() for x in cell))
        margin = min(margin, least)
        if last is None:
            first = labels[0]
        elif labels[0] != last:
            ends.append(low)
        ends += roots
        last = labels[1]
    middles = [((a + b) / 2).mid() for a, b in pairwise(ends)]
    sizes = [abs(float(difference(x))) for x in middles + [(x + x.abs_upper() * TINY).mid() for x in edges]]
    return Region(ends, first, min([margin, *(v for v in sizes if v > float(TINY))]))


def _key(x: arb) -> str:
    return x.mid().str(60, radius=False)


def _cell(difference: Callable[[arb], arb], points: list[arb]) -> tuple[list[arb], tuple[bool, bool], float]:
    """Boundaries within one cell, the class at its ends, and the smallest margin at a tangency."""
    values = [difference(x) for x in points]
    margin, extra = 1.0, []
    for i in range(1, len(points) - 1):
        size = [abs(v) for v in values[i - 1 : i + 2]]
        same = _label(values[i - 1]) == _label(values[i]) == _label(values[i + 1])
        if same and TINY < size[1] < 0.9 and size[1] <= size[0] and size[1] <= size[2]:
            at, least = _golden(difference, points[i - 1], points[i + 1], 1 if _label(values[i]) else -1)
            margin = min(margin, abs(float(least)))
            extra.append((at, least))
    if extra:
        pairs = sorted([*zip(points, values, strict=True), *extra], key=lambda p: p[0])
        points, values = [p for p, _ in pairs], [v for _, v in pairs]
    labels = [_label(v) for v in values]
    roots = [
        _bisect(difference, points[i], points[i + 1], labels[i])
        for i in range(len(points) - 1)
        if labels[i] != labels[i + 1]
    ]
    for a, b in pairwise(roots):
        between = [abs(float(v)) for x, v in zip(points, values, strict=True) if a < x < b]
        margin = min(margin, max(between))
    return roots, (labels[0], labels[-1]), margin


def _label(value: arb) -> bool:
    return bool(value.mid() >= -TINY)


def _golden(difference: Callable[[arb], arb], low: arb, high: arb, sign: int) -> tuple[arb, arb]:
    """The point where sign * difference is least, or the first found where it is negative."""
    ratio = (arb(5).sqrt() - 1) / 2
    a, b = (high - ratio * (high - low)).mid(), (low + ratio * (high - low)).mid()
    at_a, at_b = difference(a), difference(b)
    for _ in range(90):
        if sign * at_a.mid() < sign * at_b.mid():
            high, b, at_b = b, a, at_a
            a = (high - ratio * (high - low)).mid()
            at_a = difference(a)
        else:
            low, a, at_a = a, b, at_b
            b = (low + ratio * (high - low)).mid()
            at_b = difference(b)
        if _label(at_a) != (sign > 0):
            return a, at_a
    return a, at_a


def _bisect(difference: Callable[[arb], arb], low: arb, high: arb, label: bool) -> arb:
    for _ in range(BISECTIONS):
        middle = ((low + high) / 2).mid()
        if _label(difference(middle)) == label:
            low = middle
        else:
            high = middle
    return high


def prepare() -> None:
    """Set the working precision; every entry point calls it."""
    ctx.prec = BITS


def integral(function: Callable[[acb], acb], low: arb, high: arb) -> arb:
    """Rigorous quadrature of a function analytic between low and high."""
    ctx.prec = 110
    try:
        value = acb.integral(
            lambda t, _: function(t), acb(low), acb(high), abs_tol=arb(2) ** -75, rel_tol=arb(2) ** -75
        )
        return value.real
    finally:
        ctx.prec = BITS
