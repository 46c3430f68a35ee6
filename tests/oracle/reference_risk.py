"""The pipeline on the line by the definition: train, smooth, weigh, with the dumb tools of reference_line.py."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flint import arb

from tests.oracle.decimals import decimal
from tests.oracle.reference_line import (
    INFINITY,
    Part,
    Region,
    labelled_set,
    mass_about,
    noised,
    parts_of,
    prepare,
    scan,
    tail,
)
from theory.problems.problem import DomainProblem, Problem

# Multiples of a component's width around its centre, and of the spread of all into the tails.
NEAR = [0.0, *(s * 1.35**k for k in range(-16, 16) for s in (-1, 1)), *(0.11 * k for k in range(-45, 46))]
TAILS = [1.3**k for k in range(-4, 106)]
FLAT = 300


@dataclass(frozen=True)
class Answer:
    """Reference values; None where a quantity is not defined. margin: the least tangency of any region used."""

    clean: arb
    certified: arb | None
    adversarial: arb
    margin: float
    counts: tuple[int, ...]


def base_region(problem: Problem, alpha: float) -> Region:
    """{f = 1}."""
    prepare()
    if isinstance(problem, DomainProblem) and (problem.infinite or problem.training.rule == "regression"):
        inside = labelled_set(problem)
        return votes(inside, problem.training.noise, alpha, None)
    parts, noise = parts_of(problem), problem.training.noise
    if problem.training.rule == "regression":
        raise ValueError("the regression rule on mixtures has its reference in tests/unit/test_regression_line.py")
    return _posterior(parts, noise, decimal(alpha), problem.training.off_support)


def _reach(part: Part, noise: str, alpha: arb) -> arb:
    unbounded = part.law in ("gaussian", "laplace") or (alpha > 0 and noise != "uniform")
    return INFINITY if unbounded else part.scale + alpha


def _posterior(parts: list[Part], noise: str, alpha: arb, choice: str) -> Region:
    """{s * p_alpha >= 0}; off both supports by the choice."""
    spans = [(p.center - _reach(p, noise, alpha), p.center + _reach(p, noise, alpha), p.label) for p in parts]
    dense = [p for p in parts if p.law != "point" or alpha > 0]

    def distance(x: arb, label: int) -> arb:
        return min((max(a - x, x - b, arb(0)) for a, b, c in spans if c == label), default=INFINITY)

    def difference(x: arb) -> arb:
        sides = [arb(0), arb(0)]
        for p in dense:
            if abs(x - p.center) < _reach(p, noise, alpha):
                sides[p.label] += p.weight * noised(p.law, p.scale, noise, alpha, x - p.center)
        if sides[0] == 0 and sides[1] == 0:
            if choice != "nearest":
                return arb(1 if choice == "class1" else -1)
            return arb(1 if distance(x, 1) <= distance(x, 0) else -1)
        return (sides[1] - sides[0]) / (sides[1] + sides[0])

    finite = [v for a, b, _ in spans for v in (a, b) if v.is_finite()]
    jumps = [p.center for p in parts] + finite + [(a + b) / 2 for a in finite for b in finite]
    jumps += [p.center + s * p.scale + t * alpha for p in dense for s in (-1, 0, 1) for t in (-1, 0, 1)]
    region = scan(difference, jumps, _grid(parts, float(alpha)))
    if alpha == 0:
        for p in parts:
            if p.law == "point":
                total = sum(
                    (q.weight * (2 * q.label - 1) for q in parts if q.law == "point" and q.center == p.center), arb(0)
                )
                region.atoms[float(p.center)] = bool(total >= 0)
    return region


def _grid(parts: list[Part], alpha: float) -> list[float]:
    points = []
    for p in parts:
        width = math.hypot(float(p.scale), alpha) or 1.0
        points += [float(p.center) + z * width for z in NEAR]
    return points + _wide([float(p.center) for p in parts], max(float(p.scale) for p in parts) + alpha)


def _wide(centers: list[float], width: float) -> list[float]:
    low, high = min(centers) - 4 * width, max(centers) + 4 * width
    span = (high - low) or 1.0
    tails = [t * span for t in TAILS]
    return [low + span * i / FLAT for i in range(FLAT + 1)] + [low - t for t in tails] + [high + t for t in tails]


def votes(region: Region, noise: str, beta: float, log_share: arb | None) -> Region:
    """{u >= 1/2}, or {1 - u <= share}: u(x) = P(x + beta V in region)."""
    if beta == 0 or not region.ends:
        return Region(list(region.ends), region.first, 1.0, dict(region.atoms) if beta == 0 else {})
    scale = decimal(beta)

    def masses(x: arb, label: bool) -> arb:
        return sum((mass_about(noise, a, b, x, scale) for a, b in region.intervals(label)), arb(0))

    def difference(x: arb) -> arb:
        out = masses(x, False)
        if log_share is None:
            return masses(x, True) - out
        return (log_share - out) / (log_share + out)

    ends = [float(e) for e in region.ends]
    grid = [e + beta * z for e in ends for z in NEAR] + _wide(ends, beta) + [(a + b) / 2 for a in ends for b in ends]
    jumps = [e + s * scale for e in region.ends for s in (-1, 1)] if noise == "uniform" else []
    return scan(difference, [*jumps, *(region.ends if noise == "laplace" else [])], grid)


def _wrong(parts: list[Part], label: int, right: Region) -> arb:
    """Mass of the class outside the region where it is answered rightly."""
    total = arb(0)
    for p in parts:
        if p.label != label:
            continue
        if p.law == "point":
            total += p.weight * (not right.contains(p.center))
            continue
        for a, b in right.intervals(False):
            total += p.weight * mass_about(p.law, a, b, p.center, p.scale)
    return total


def _complement(region: Region) -> Region:
    return Region(region.ends, not region.first, region.margin, {x: not label for x, label in region.atoms.items()})


def _eroded(region: Region, eps: arb) -> Region:
    ends, first = [], False
    for a, b in region.intervals(True):
        if not a + eps <= b - eps:
            continue
        first = first or not a.is_finite()
        ends += [v for v in (a + eps, b - eps) if v.is_finite()]
    return Region(ends, first)


def answer(problem: Problem, alpha: float, beta: float, eps: float) -> Answer:
    """Clean, certified and adversarial risk by the definition."""
    prepare()
    parts, noise = parts_of(problem), problem.smoothing.noise
    infinite = isinstance(problem, DomainProblem) and problem.infinite
    base = base_region(problem, alpha)
    voted = votes(base, noise, beta, None)
    if infinite:
        ends = labelled_set(problem).ends
        reach = decimal(eps) + 2 * (ends[-1] - ends[0])
        spans = [(ends[0] - reach, ends[0]), (ends[-1], ends[-1] + reach)]
        parts = parts + [Part(0, "uniform", (a + b) / 2, (b - a) / 2, b - a) for a, b in spans]

    def weigh(one: Region, zero: Region) -> arb:
        return _wrong(parts, 1, one) + _wrong(parts, 0, zero)

    clean = weigh(voted, _open(voted))
    eroded = weigh(_eroded(voted, decimal(eps)), _eroded(_complement(voted), decimal(eps))) if eps > 0 else clean
    regions = [base, voted]
    certified: arb | None = clean
    if eps > 0 and beta == 0:
        certified = None
    elif eps > 0 and noise == "uniform" and eps > beta:
        certified = INFINITY if infinite else sum((p.weight for p in parts), arb(0))
    elif eps > 0:
        share = tail(noise, decimal(eps) / decimal(beta))
        one, zero = votes(base, noise, beta, share), votes(_complement(base), noise, beta, share)
        certified = weigh(one, zero)
        regions += [one, zero]
    margin = min(r.margin for r in regions)
    return Answer(clean, certified, eroded, margin, tuple(len(r.ends) for r in regions))


def _open(region: Region) -> Region:
    """The complement, without the boundary points that belong to class 1."""
    flipped = _complement(region)
    for end in region.ends:
        if float(end) not in flipped.atoms:
            flipped.atoms[float(end)] = False
    return flipped
