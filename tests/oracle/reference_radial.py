"""Radial risks by the definition, in ball arithmetic of 256 bits and with nothing clever.

The second route to what `theory` computes in shells about a centre, sharing only the frozen problem description.
Spheres between two Gaussians come from the two roots of the log-density difference along the line of means, shells of
several components and level sets of the vote from scanning signs, masses from `reference_radial_mass`. Slow, hence
radial.json.
"""

from __future__ import annotations

from flint import arb, ctx

from tests.oracle.decimals import decimal
from tests.oracle.reference_radial_mass import BITS, ball, mid, tail
from tests.oracle.reference_radial_shells import SCAN, Order, Part, Shells, level, root, signs
from theory.problems.problem import Ball, DomainProblem, Gaussian, MixtureProblem, Point, Problem


def _distance(dim: int, one: object, zero: object) -> arb:
    """|m1 - m0|; a scalar stands for every axis."""
    if not isinstance(one, tuple) and not isinstance(zero, tuple):
        return abs(decimal(one) - decimal(zero)) * arb(dim).sqrt()
    pair = [v if isinstance(v, tuple) else (v,) * dim for v in (one, zero)]
    return sum(((decimal(a) - decimal(b)) ** 2 for a, b in zip(*pair, strict=True)), arb(0)).sqrt()


def parts_of(problem: MixtureProblem) -> list[Part]:
    """Components of a concentric problem."""
    result = []
    for label, share, side in (
        (1, decimal(problem.prior), problem.class1),
        (0, 1 - decimal(problem.prior), problem.class0),
    ):
        total = sum((decimal(c.weight) for c in side), arb(0))
        for c in side:
            weight = share * decimal(c.weight) / total
            if isinstance(c.law, Ball):
                result.append(Part(label, "ball", arb(0), decimal(c.law.radius), weight))
            elif isinstance(c.law, Gaussian):
                result.append(Part(label, "gaussian", arb(0), decimal(c.law.scale), weight))
            else:
                result.append(Part(label, "point", arb(0), arb(0), weight))
    return result


def log_volume(dim: int, radius: arb) -> arb:
    return arb(dim) / 2 * arb.pi().log() - (arb(dim) / 2 + 1).lgamma() + dim * radius.log()


def noised_density(dim: int, part: Part, alpha: arb, r: arb) -> arb:
    """Density at distance r of a concentric component plus noise; 0 off a bounded support without noise."""
    if part.law == "ball":
        if alpha == 0:
            return (-log_volume(dim, part.scale)).exp() if r <= part.scale else arb(0)
        return ball(dim, r / alpha, part.scale / alpha) * (-log_volume(dim, part.scale)).exp()
    variance = part.scale**2 + alpha**2
    return (
        (-(arb(dim) / 2) * (2 * arb.pi() * variance).log() - r * r / (2 * variance)).exp() if variance > 0 else arb(0)
    )


def _grid(dim: int, marks: list[arb], width: arb) -> list[arb]:
    """Distances to look at: even over everything, closer around the marks."""
    far = max(marks, key=float) + 12 * width
    points = [far * i / SCAN for i in range(SCAN + 1)]
    for m in marks:
        points += [m + width * i / 8 for i in range(-64, 65)]
    points += [far * arb(1.15) ** i for i in range(60)]
    return [mid(p) for p in points if p >= 0]


def concentric_shells(dim: int, parts: list[Part], alpha: arb) -> Shells:
    """{signed density >= 0}, nearest class off every support."""
    widths = [(p.scale**2 * (p.law == "gaussian") + alpha**2).sqrt() for p in parts]
    marks = [(p.scale if p.law == "ball" else w * arb(dim).sqrt()) for p, w in zip(parts, widths, strict=True)]
    jumps = [p.scale for p in parts if p.law == "ball"] if alpha == 0 else []

    def ratio(r: arb) -> arb:
        sums = [arb(0), arb(0)]
        for p in parts:
            sums[p.label] += p.weight * noised_density(dim, p, alpha, r)
        if sums[0] == 0 and sums[1] == 0:
            owner = max((p for p in parts if p.law == "ball"), key=lambda p: float(p.scale))
            return arb(1 if owner.label else -1)
        if sums[0] == 0 or sums[1] == 0:
            return arb(1 if sums[0] == 0 else -1)
        return mid(sums[1].log()) - mid(sums[0].log())

    width = max([w for w in widths if w > 0] or [max(marks, key=float) / 10], key=float)
    grid = _grid(dim, [m for m in marks if m > 0], width)
    for jump in jumps:
        grid += [jump, jump * (1 + arb(10) ** -45)]
    grid = sorted(grid, key=Order)
    return signs(ratio, grid)


def sphere(dim: int, gap: arb, v1: arb, v0: arb, prior: arb) -> tuple[arb, Shells]:
    """Centre (position along the line from mean 0 to mean 1) and shells of {log densities: class 1 >= class 0}.

    Along the line of means the difference is a parabola: its two roots are a diameter.
    """

    def difference(y: arb) -> arb:
        one = prior.log() - arb(dim) / 2 * v1.log() - (y - gap) ** 2 / (2 * v1)
        return mid(one - ((1 - prior).log() - arb(dim) / 2 * v0.log() - y * y / (2 * v0)))

    bend = difference(arb(1)) + difference(arb(-1)) - 2 * difference(arb(0))
    tilt = (difference(arb(1)) - difference(arb(-1))) / 2
    center = mid(-tilt / bend)
    top = difference(center)
    wide_one = bool(bend > 0)
    if (top >= 0) == wide_one:
        return center, Shells([], wide_one)
    reach = arb(1)
    while (difference(center + reach) > 0) == (top > 0):
        reach *= 2
    right = root(difference, center, center + reach)
    left = root(difference, center - reach, center)
    return mid((left + right) / 2), Shells([mid((right - left) / 2)], not wide_one)


def wrong(dim: int, parts: list[Part], yes: Shells, label: int) -> arb:
    """Mass of the class-`label` components outside `yes`."""
    total = arb(0)
    for p in (p for p in parts if p.label == label):
        for low, high in yes.intervals(False):
            if p.law == "point":
                inside = (low < p.far and (high is None or p.far < high)) or (low == 0 and p.far == 0)
                total += p.weight if inside else 0
            elif p.law == "ball":
                cap = min(p.scale, high) if high is not None else p.scale
                total += p.weight * ((cap / p.scale) ** dim - (min(low, p.scale) / p.scale) ** dim)
            else:
                most = ball(dim, p.far / p.scale, high / p.scale) if high is not None else arb(1)
                total += p.weight * (most - ball(dim, p.far / p.scale, low / p.scale))
    return mid(total)


def eroded(shells: Shells, eps: arb) -> Shells:
    """Distances farther than eps from every distance of the other class."""
    kept = []
    for low, high in shells.intervals(True):
        start = arb(0) if low == 0 else low + eps
        stop = None if high is None else high - eps
        if stop is None or (stop > start or (low == 0 and stop >= 0)):
            kept.append((start, stop))
    ends = [e for pair in kept for e in pair if e is not None and e != 0]
    return Shells(ends, bool(kept) and kept[0][0] == 0)


def answer(problem: Problem, alpha: float, beta: float, eps: float) -> dict[str, arb | None]:
    """clean, certified, adversarial risk; certified is None where it is not defined."""
    ctx.prec = BITS
    dim, noise, votes, radius = problem.dim, decimal(alpha), decimal(beta), decimal(eps)
    if isinstance(problem, DomainProblem):
        return _domain(problem, noise, votes, radius)
    parts, base = seen(problem, noise)
    if noise == 0 and votes == 0:  # points keep their class
        assert radius == 0 or all(p.law != "point" for p in parts)
        parts = [p for p in parts if p.law != "point"]
    return _risks(dim, parts, base, votes, radius)


def seen(problem: MixtureProblem, alpha: arb) -> tuple[list[Part], Shells]:
    """Components as seen from the centre of the base classifier's shells, and the shells."""
    laws = [problem.class1[0].law, problem.class0[0].law]
    means = [law.center if isinstance(law, Ball) else law.mean for law in laws]
    gap = _distance(problem.dim, *means)
    if alpha == 0 and any(isinstance(law, Point) for law in laws) and len(problem.class0 + problem.class1) == 2:
        spike = isinstance(laws[0], Point)  # class 1, or else class 0, is a point: the other has all the rest
        cloud = laws[1 if spike else 0]
        weights = [decimal(problem.prior), 1 - decimal(problem.prior)]
        own = Part(int(spike), "point", arb(0), arb(0), weights[0 if spike else 1])
        rest = Part(int(not spike), "gaussian", gap, decimal(cloud.scale), weights[1 if spike else 0])
        return [own, rest], Shells([], not spike)
    if gap == 0:
        parts = parts_of(problem)
        return parts, concentric_shells(problem.dim, parts, alpha)
    scale1, scale0 = (arb(0) if isinstance(law, Point) else decimal(law.scale) for law in laws)
    prior = decimal(problem.prior)
    center, base = sphere(problem.dim, gap, scale1**2 + alpha**2, scale0**2 + alpha**2, prior)
    one = Part(1, "gaussian" if scale1 > 0 else "point", abs(gap - center), scale1, prior)
    return [one, Part(0, "gaussian" if scale0 > 0 else "point", abs(center), scale0, 1 - prior)], base


def _risks(dim: int, parts: list[Part], base: Shells, beta: arb, eps: arb) -> dict[str, arb | None]:
    half = arb(0.5)
    one = level(dim, base, beta, half)
    zero = Shells(list(one.ends), not one.first)
    result: dict[str, arb | None] = {"clean": wrong(dim, parts, one, 1) + wrong(dim, parts, zero, 0)}
    near = [eroded(s, eps) for s in (one, zero)]
    result["adversarial"] = wrong(dim, parts, near[0], 1) + wrong(dim, parts, near[1], 0)
    if eps == 0:
        result["certified"] = result["clean"]
    elif beta == 0:
        result["certified"] = None
    else:
        miss = tail(eps / beta)
        sure = [level(dim, base, beta, mid(miss), label) for label in (True, False)]
        result["certified"] = wrong(dim, parts, sure[0], 1) + wrong(dim, parts, sure[1], 0)
    return result


def _domain(problem: DomainProblem, alpha: arb, beta: arb, eps: arb) -> dict[str, arb | None]:
    """One ball in an infinite background: Lebesgue measures of the disagreement."""
    dim = problem.dim
    first = problem.inside[0]
    assert isinstance(first, Ball)
    radius = arb(first.radius)
    window = radius + eps
    volume, outer = log_volume(dim, radius).exp(), log_volume(dim, window).exp()
    base = level(dim, Shells([radius], True), alpha, arb(0.5))
    inside = [Part(1, "ball", arb(0), radius, volume)]
    around = [Part(0, "ball", arb(0), window, outer), Part(0, "ball", arb(0), radius, -volume)]
    return _risks(dim, inside + around, base, beta, eps)
