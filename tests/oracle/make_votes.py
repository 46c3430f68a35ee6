"""Writes votes.json: risks with n votes, clean and certified, by `reference_votes`. Takes about ten minutes.

python -m tests.oracle.make_votes
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from flint import arb, ctx

from tests.oracle import reference_votes as ref
from tests.oracle.decimals import decimal
from tests.oracle.reference_radial import log_volume, seen
from tests.oracle.reference_radial_mass import mid
from tests.oracle.reference_radial_shells import Shells, level, signs
from theory import dumps_problem
from theory.problems.problem import (
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
    Smoothing,
    Training,
    Uniform,
)

TARGET = Path(__file__).with_name("votes.json")
Made = tuple[Problem, ref.Case]
RATIO = 0.5  # eps/beta


def mixture(prior: float, dim: int, zero: list[Law], one: list[Law], votes: str = "gaussian") -> MixtureProblem:
    sides = (tuple(Component(law) for law in side) for side in (zero, one))
    return MixtureProblem(prior, dim, *sides, smoothing=Smoothing(votes))


def sides(problem: MixtureProblem) -> list[tuple[int, arb, Law]]:
    """Class, weight, law."""
    result = []
    for label, share, side in (
        (1, decimal(problem.prior), problem.class1),
        (0, 1 - decimal(problem.prior), problem.class0),
    ):
        result += [(label, share / len(side), c.law) for c in side]
    return result


def density(law: Law, weight: arb, alpha: float) -> ref.Fun:
    """On the line; Gaussian noise on Gaussians and points only."""
    if isinstance(law, Gaussian | Point):
        scale = (decimal(law.scale if isinstance(law, Gaussian) else 0.0) ** 2 + decimal(alpha) ** 2).sqrt()
        return ref.normal(law.mean, scale, weight)
    assert alpha == 0
    if isinstance(law, Laplace):
        return ref.laplace(law.mean, law.scale, weight)
    assert isinstance(law, Uniform)
    return ref.flat(law.low, law.high, weight)


def line(problem: MixtureProblem, alpha: float, beta: float, span: tuple[float, float], cuts: list[float]) -> Made:
    """A line case: boundaries by scanning the signed density; `cuts` hold its kinks and jumps."""
    parts = [(label, density(law, weight, alpha)) for label, weight, law in sides(problem)]

    def signed(x: arb) -> arb:
        return sum((q(x) if label else -q(x) for label, q in parts), arb(0))

    low, high = arb(span[0]), arb(span[1])
    base = signs(signed, [mid(low + (high - low) * i / 1777) for i in range(1778)])
    u = ref.line_vote(base.ends, base.first, beta, problem.smoothing.noise)
    marks = [e + beta * z for e in base.ends for z in (-9, -3, -1, 0, 1, 3, 9)]
    grid = ordered([low, high, *(arb(c) for c in cuts), *marks], low, high)
    plain = [(label, weight, law) for label, weight, law in sides(problem) if not isinstance(law, Point)]
    densities = {k: [density(law, w, 0.0) for label, w, law in plain if label == k] for k in (0, 1)}
    atoms = [(label, arb(law.mean), w) for label, w, law in sides(problem) if isinstance(law, Point)]
    return problem, ref.Case(densities, u, {0: grid, 1: grid}, atoms)


def ordered(points: list[arb], low: arb, high: arb) -> list[arb]:
    distinct: dict[str, arb] = {mid(p).str(40, radius=False): mid(p) for p in points if low <= p <= high}
    return sorted(distinct.values(), key=float)


def radial(problem: MixtureProblem, alpha: float, beta: float) -> Made:
    """A radial case: what `reference_radial` sees from the centre."""
    ctx.prec = 256
    parts, base = seen(problem, decimal(alpha))
    ctx.prec = ref.BITS
    dim = problem.dim
    densities: dict[int, list[ref.Fun]] = {0: [], 1: []}
    atoms, points = [], []
    for p in parts:
        if p.law == "point":
            atoms.append((p.label, p.far, p.weight))
        elif p.law == "ball":
            densities[p.label].append(
                lambda r, p=p: p.weight * dim * (r / p.scale) ** (dim - 1) / p.scale if r <= p.scale else arb(0)
            )
            points += [p.scale, p.scale * (1 - arb(1) / dim)]
        else:
            far = None if p.far == 0 else p.far
            densities[p.label].append(ref.chi(dim, p.scale, p.weight, far))
            middle = (p.far**2 + p.scale**2 * (dim - 1)).sqrt()
            points += [middle + p.scale * z for z in (-16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16)]
    points += [e + beta * z for e in base.ends for z in (-9, -3, -1, 0, 1, 3, 9)]
    grid = ordered([arb(0), *points], arb(0), arb(10) ** 9)
    return problem, ref.Case(densities, ref.radial_vote(dim, base, beta), {0: grid, 1: grid}, atoms)


def ball_domain(dim: int, size: float, alpha: float, beta: float) -> Made:
    """A ball in an infinite background: Lebesgue measure on both sides of its surface."""
    ctx.prec = 256
    base = level(dim, Shells([arb(size)], True), decimal(alpha), arb(0.5))
    ctx.prec = ref.BITS
    unit = dim * log_volume(dim, arb(1)).exp()

    def area(r: arb) -> arb:
        return unit * r ** (dim - 1)

    edge, b = arb(size), decimal(beta)
    around = edge * edge + b * b * dim
    marks = [e + b * z for e in (*base.ends, around.sqrt()) for z in (-9, -3, -1, 0, 1, 3, 9)]
    inner = ordered([arb(0), edge, *marks], arb(0), edge)
    outer = ordered([edge, around.sqrt() + 25 * b, *marks], edge, arb(10) ** 9)
    case = ref.Case({0: [area], 1: [area]}, ref.radial_vote(dim, base, beta), {0: outer, 1: inner})
    return DomainProblem(dim, (Ball(0.0, size),)), case


def stripes(alpha: float, beta: float) -> Made:
    """Three stripes of width 1 and gap .3 in an infinite background."""
    edges = [0.0, 1.0, 1.3, 2.3, 2.6, 3.6]
    share = ref.line_vote([arb(e) for e in edges], False, alpha)
    base = signs(lambda x: share(x) - arb(0.5), [arb(-3) + arb(i) / 177 for i in range(1800)])
    boxes = tuple(Box(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))
    marks = [e + decimal(beta) * z for e in base.ends for z in (-6, -2, 0, 2, 6)] + [arb(e) for e in edges]
    span = arb(-1 - 18 * beta), arb(5 + 18 * beta)
    grid = ordered([*marks, *span], *span)
    flag = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def inside(x: arb) -> arb:
        return arb(any(decimal(a) < x < decimal(b) for a, b in flag))

    case = ref.Case(
        {1: [inside], 0: [lambda x: 1 - inside(x)]}, ref.line_vote(base.ends, base.first, beta), {0: grid, 1: grid}
    )
    return DomainProblem(1, boxes, training=Training("regression")), case


G = Gaussian
TWO = mixture(0.3, 1, [G(-1.0, 1.0)], [G(1.0, 1.0)])
FIVE = mixture(0.45, 1, [G(-1.5, 0.4), G(0.4, 0.3), G(3.0, 1.0)], [G(-0.5, 0.3), G(1.5, 0.6)])
KINKED = mixture(0.4, 1, [Laplace(-1.0, 0.5)], [Laplace(0.5, 0.3), Laplace(2.0, 1.0)])
FLAT = mixture(0.5, 1, [G(0.0, 1.0)], [Uniform(-0.75, 1.0)], "laplace")
BOXED = mixture(0.4, 1, [G(-1.0, 0.7)], [G(0.5, 0.5)], "uniform")
ATOMS = mixture(0.35, 1, [Point(-1.0), Point(1.0)], [Point(0.25)])
FAR = mixture(0.5, 1, [G(-12.0, 1.0)], [G(12.0, 1.0)])

# name: how it is made, alpha, beta, which votes, whether certified too
CASES: dict[str, tuple[Callable[[], Made], float, float, tuple[int, ...], bool]] = {
    "two": (lambda: line(TWO, 0.5, 0.7, (-40, 40), [-1, 1]), 0.5, 0.7, (1, 2, 10, 101, 1000, 10**5), True),
    "sharp": (lambda: line(TWO, 0.5, 1e-3, (-40, 40), [-1, 1]), 0.5, 1e-3, (10, 10**5), True),
    "five": (lambda: line(FIVE, 0.2, 0.4, (-20, 25), [-1.5, -0.5, 0.4, 1.5, 3]), 0.2, 0.4, (2, 101, 1000), True),
    "kinked": (lambda: line(KINKED, 0.0, 0.3, (-61, 73), [-1, 0.5, 2]), 0.0, 0.3, (1, 10, 1000), True),
    "flat": (lambda: line(FLAT, 0.0, 0.25, (-20, 20), [-0.75, 0, 1]), 0.0, 0.25, (2, 101), False),
    "boxed": (lambda: line(BOXED, 0.3, 0.5, (-20, 20), [-1, 0.5]), 0.3, 0.5, (10, 101), False),
    "atoms": (lambda: line(ATOMS, 0.5, 0.3, (-9, 9), []), 0.5, 0.3, (1, 10, 101, 10**5), True),
    "far": (lambda: line(FAR, 0.5, 0.7, (-30, 30), [-12, 12]), 0.5, 0.7, (10, 1000), False),
    "stripes": (lambda: stripes(0.3, 0.4), 0.3, 0.4, (1, 10, 1000), True),
    "disc": (lambda: ball_domain(2, 10.0, 2.0, 8.0), 2.0, 8.0, (1, 101), True),
    "ball10": (lambda: ball_domain(10, 1.0, 0.0, 0.2), 0.0, 0.2, (2, 1000), True),
    "ball100": (lambda: ball_domain(100, 2.5, 0.0, 0.2), 0.0, 0.2, (1, 10), True),
    "pair": (
        lambda: radial(mixture(0.5, 2, [G(0.0, 1.0)], [G(0.0, 1.5)]), 0.3, 0.5),
        0.3, 0.5, (1, 10, 101, 1000, 10**5), True,
    ),
    "layers": (
        lambda: radial(mixture(0.5, 10, [G(0.0, 0.5), G(0.0, 3.0)], [G(0.0, 1.2)]), 0.2, 0.4), 0.2, 0.4, (2, 101), True
    ),
    "apart": (
        lambda: radial(mixture(0.4, 3, [G((0.0, 0.0, 0.0), 1.0)], [G((1.0, 0.5, 0.0), 1.3)]), 0.2, 0.6),
        0.2, 0.6, (1, 101, 1000), True,
    ),
    "nearly": (
        lambda: radial(mixture(0.4, 3, [G((0.0, 0.0, 0.0), 1.0)], [G((1.0, 2.5, 0.0), 1.01)]), 0.2, 0.6),
        0.2, 0.6, (10,), True,
    ),
    "spike": (lambda: radial(mixture(0.3, 3, [G(0.0, 1.0)], [Point(0.0)]), 0.4, 0.3), 0.4, 0.3, (1, 101), True),
    "high": (lambda: radial(mixture(0.5, 784, [G(0.0, 1.0)], [G(0.0, 1.05)]), 0.5, 0.4), 0.5, 0.4, (10, 1000), True),
    "solid": (lambda: radial(mixture(0.6, 5, [G(0.0, 1.0)], [Ball(0.0, 1.5)]), 0.0, 0.3), 0.0, 0.3, (2, 101), True),
}  # fmt: skip


def rows(name: str) -> list[dict[str, object]]:
    ctx.prec = ref.BITS
    make, alpha, beta, counts, both = CASES[name]
    problem, case = make()
    shared = {"case": name, "problem": dumps_problem(problem), "alpha": alpha, "beta": beta}
    result = []
    for n in counts:
        result.append({**shared, "votes": n, "eps": None, "value": case.vote_risk(n).str(25, radius=False)})
        if both and (not isinstance(problem, DomainProblem) or n >= 100):
            eps = RATIO * beta
            value = case.certified(n, decimal(eps) / decimal(beta), 1e-3)
            result.append({**shared, "votes": n, "eps": eps, "value": value.str(25, radius=False)})
        print(name, n, file=sys.stderr, flush=True)
    return result


def main() -> None:
    names = sys.argv[1:] or list(CASES)
    with ProcessPoolExecutor(2) as pool:
        made = dict(zip(names, pool.map(rows, names), strict=True))
    for row in json.loads(TARGET.read_text("utf-8")) if len(names) < len(CASES) else []:
        made.setdefault(row["case"], []).extend([row] if row["case"] not in names else [])
    table = [row for name in CASES for row in made.get(name, [])]
    TARGET.write_text("[\n" + ",\n".join(json.dumps(r) for r in table) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
