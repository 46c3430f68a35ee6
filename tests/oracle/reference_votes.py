"""Risks with finitely many votes by the definition: binomial tails integrated against densities in ball arithmetic.

Everything is spelled out case by case as functions of one coordinate: the density of each class, the vote probability,
where to cut. Composite Gauss-Legendre rules are halved until they agree.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from flint import arb, ctx

from tests.oracle.reference_radial_mass import ball, mid
from tests.oracle.reference_radial_shells import Shells

BITS = 160
ctx.prec = BITS
Fun = Callable[[arb], arb]
ORDER = 24
AGREE = arb(10) ** -20  # between a rule and its halves, whose own error is far less
NEGLIGIBLE = arb(10) ** -34


NODES = [tuple(mid(v) for v in arb.legendre_p_root(ORDER, k, weight=True)) for k in range(ORDER)]


def rule(f: Fun, low: arb, high: arb) -> arb:
    half, middle = (high - low) / 2, (high + low) / 2
    return mid(sum((w * f(mid(middle + half * x)) for x, w in NODES), arb(0)) * half)


def integral(f: Fun, cuts: list[arb]) -> arb:
    """f >= 0 over [cuts[0], cuts[-1]]: panels are halved until each agrees with its halves."""
    todo = [(a, b, rule(f, a, b)) for a, b in itertools.pairwise(cuts)]
    whole = sum((t[2] for t in todo), arb(0))
    total = arb(0)
    while todo:
        low, high, value = todo.pop()
        middle = mid((low + high) / 2)
        parts = [(low, middle, rule(f, low, middle)), (middle, high, rule(f, middle, high))]
        better = parts[0][2] + parts[1][2]
        if abs(better - value) <= AGREE * max(whole, total):
            total = mid(total + better)
        else:
            whole = max(whole, better)
            todo += parts
    return total


@lru_cache(maxsize=1000)
def log_choose(n: int, k: int) -> arb:
    return arb(n + 1).lgamma() - arb(k + 1).lgamma() - arb(n - k + 1).lgamma()


def _outward(votes: int, start: int, step: int, u: arb) -> arb:
    """Sum of the probabilities of start, start + step, ... votes, u and 1 - u positive, as long as they matter."""
    v = 1 - u
    term = mid((log_choose(votes, start) + start * u.log() + (votes - start) * v.log()).exp())
    total, j = term, start
    rising = u / v if step > 0 else v / u
    while 0 <= j + step <= votes and term > NEGLIGIBLE * total:
        j += step
        term = mid(term * rising * ((votes - j + 1) if step > 0 else (j + 1)) / (j if step > 0 else votes - j))
        total += term
    return mid(total)


def fewer(votes: int, k: int, u: arb) -> arb:
    """P(Bin(votes, u) < k)."""
    if k <= 0 or k > votes:
        return arb(0 if k <= 0 else 1)
    if not 0 < u < 1:
        return arb(1 if u <= 0 else 0)
    return _outward(votes, k - 1, -1, u) if k <= votes * u else 1 - _outward(votes, k, 1, u)


def at_least(votes: int, k: int, u: arb) -> arb:
    """P(Bin(votes, u) >= k), 0 < u < 1."""
    if k <= 0 or k > votes:
        return arb(1 if k <= 0 else 0)
    return _outward(votes, k, 1, u) if k > votes * u else 1 - _outward(votes, k - 1, -1, u)


def least(votes: int, tau: arb, failure: arb) -> int:
    """The least count whose Clopper-Pearson lower bound is tau or more; votes + 1 if there is none."""
    low, high = 0, votes + 1
    while low < high:
        k = (low + high) // 2
        low, high = (low, k) if at_least(votes, k, tau) <= failure else (k + 1, high)
    return low


@dataclass
class Case:
    """Densities of the coordinate by class (with the prior), atoms, the vote u, and where to cut the integrals."""

    densities: dict[int, list[Fun]]
    u: Fun
    cuts: dict[int, list[arb]]
    atoms: list[tuple[int, arb, arb]] = field(default_factory=list)

    def risk(self, votes: int, need: tuple[int, int]) -> arb:
        total = arb(0)
        for label in (1, 0):

            def fails(x: arb, label: int = label) -> arb:
                u = self.u(x)
                return fewer(votes, need[1 - label], u if label else 1 - u)

            for density in self.densities[label]:
                total += integral(lambda x, q=density: q(x) * fails(x), self.cuts[label])
            for owner, at, weight in self.atoms:
                total += weight * fails(at) if owner == label else 0
        return mid(total)

    def vote_risk(self, votes: int) -> arb:
        k = (votes + 1) // 2
        return self.risk(votes, (k, votes - k + 1))

    def certified(self, votes: int, ratio: arb, failure: float) -> arb:
        """Gaussian votes; ratio = eps/beta."""
        tau = 1 - (ratio / arb(2).sqrt()).erfc() / 2
        k = least(votes, mid(tau), arb(failure))
        return self.risk(votes, (k, k))


def phi(z: arb) -> arb:
    return (-z * z / 2).exp() / (2 * arb.pi()).sqrt()


def upper(kind: str, z: arb) -> arb:
    """P(V > z) for standard noise."""
    if kind == "gaussian":
        return (z / arb(2).sqrt()).erfc() / 2
    if kind == "laplace":
        return (-z).exp() / 2 if z >= 0 else 1 - z.exp() / 2
    return min(max((1 - z) / 2, arb(0)), arb(1))


def normal(center: float, scale: float, weight: float) -> Fun:
    return lambda x: arb(weight) * phi((x - arb(center)) / arb(scale)) / arb(scale)


def laplace(center: float, scale: float, weight: float) -> Fun:
    return lambda x: arb(weight) * (-abs(x - arb(center)) / arb(scale)).exp() / (2 * arb(scale))


def flat(low: float, high: float, weight: float) -> Fun:
    return lambda x: arb(weight) / (arb(high) - arb(low)) if low <= x <= high else arb(0)


def line_vote(ends: list[arb], first: bool, beta: float, kind: str = "gaussian") -> Fun:
    """Mass of the intervals of class 1 under noise around x."""

    def u(x: arb) -> arb:
        total = arb(1 if first else 0)
        for i, end in enumerate(ends):
            total += (-1) ** (i + first) * upper(kind, (end - x) / arb(beta))
        return mid(total)

    return u


def chi(dim: int, scale: float, weight: float, far: arb | None = None) -> Fun:
    """Density of the distance of N(mean, scale^2 I) from a centre at distance `far` of the mean."""
    s, half = arb(scale), arb(dim) / 2

    def central(r: arb) -> arb:
        x = r / s
        return (
            arb(weight) * 2 / s * (x.log() * (dim - 1) - x * x / 2 - half * arb(2).log() - half.lgamma()).exp()
            if x > 0
            else arb(0)
        )

    def moved(r: arb) -> arb:
        assert far is not None
        x, ell = r / s, far / s
        front = (half * x.log() - (half - 1) * ell.log() - (x * x + ell * ell) / 2).exp()
        return mid(arb(weight) / s * front * (x * ell).bessel_i(half - 1))

    return central if far is None else moved


def radial_vote(dim: int, shells: Shells, beta: float) -> Fun:
    """Mass of the shells of class 1 under Gaussian noise around a point at distance r."""

    def u(r: arb) -> arb:
        total = arb(1 if shells.first ^ (len(shells.ends) % 2 == 1) else 0)
        for i, end in enumerate(shells.ends):
            total += (-1) ** (i + (not shells.first)) * ball(dim, r / arb(beta), end / arb(beta))
        return mid(total)

    return u
