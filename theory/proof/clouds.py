"""Isotropic Gaussians as seen from the centre of the shells that training makes of them, in balls.

Two of them with variances v1, v0 (after noise), weights p1, p0 and means at distance D: with w = v1 - v0 and
L = log(p1/p0) + (d/2) log(v0/v1) class 1 has the outside (w > 0) or the inside (w < 0) of the sphere

    |x - c|^2 = v0 v1 (D^2 - 2 L w)/w^2,    |m_i - c| = D v_i/|w|

about a centre on the line of the means. Concentric ones make a signed sum of exponentials in the squared distance.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx, fmpq

from theory.errors import NoProof
from theory.problems.components import marginal
from theory.problems.problem import Gaussian, Law, MixtureProblem, Point
from theory.proof.balls import Arb, Rational, exact
from theory.proof.chi_square import tails
from theory.proof.isolate import Part, gaps, isolate
from theory.proof.pieces import weights
from theory.proof.region import Gap, Signs
from theory.proof.shapes import Exponential
from theory.proof.shells import SPARE_BITS, rooted
from theory.proof.signed import SignedDensity, Term


@dataclass(frozen=True)
class Cloud:
    """One weighted component, a point where the variance is 0; squared: of its mean's distance from the centre."""

    label: int
    weight: Rational
    variance: Rational
    squared: Rational = 0

    @property
    def total(self) -> Arb:
        """Its weight."""
        return arb(self.weight)

    @property
    def distance(self) -> Arb | None:
        """That of a point."""
        return None if self.variance else arb(self.squared).sqrt()

    def masses(self, dim: int, squared: Arb) -> tuple[Arb, Arb]:
        """Its mass inside and outside a sphere: noncentral chi-square."""
        variance = arb(self.variance)
        below, above = tails(dim, arb(self.squared / self.variance), squared / variance)
        return self.total * below, self.total * above


@dataclass(frozen=True)
class Clouds:
    """Components about one mean, or two of different variances whose means have the squared distance `apart`."""

    dim: int
    members: tuple[Cloud, ...]
    apart: Rational
    unit: Rational = 1

    def parts(self, alpha: Rational) -> tuple[Cloud, ...]:
        """The components with their distances from the centre."""
        if not self.apart:
            return self.members
        share = self.apart / (self.members[0].variance - self.members[1].variance) ** 2
        return tuple(Cloud(m.label, m.weight, m.variance, share * (m.variance + alpha**2) ** 2) for m in self.members)

    def region(self, alpha: Rational) -> Signs:
        """{f_alpha = 1}. Points without noise are atoms in the centre.

        Raises:
            NoProof: there is no noise and nothing but points.
        """
        table: dict[Rational, Rational] = {}
        for m in self.members:
            variance = m.variance + alpha**2
            table[variance] = table.get(variance, fmpq(0)) + (m.weight if m.label else -m.weight)
        atom = table.pop(fmpq(0), None)
        atoms = () if atom is None else ((arb(0), atom >= 0),)
        if not table:
            raise NoProof("points without noise have no density")
        net = {variance: weight for variance, weight in table.items() if weight != 0}
        signs = {weight > 0 for weight in net.values()}
        if len(signs) < 2:
            return Signs(signs != {False}, (), atoms)
        first, found = self._sphere(net) if len(net) == 2 else _shells(self.dim, net)
        return Signs(first, found, atoms)

    def _sphere(self, net: dict[Rational, Rational]) -> tuple[bool, tuple[Gap, ...]]:
        """One sphere about the centre, or none; net: signed weights by variance."""
        (v1, p1), (v0, p0) = sorted(net.items(), key=lambda item: item[1], reverse=True)
        w = v1 - v0
        log_ratio = arb(-p1 / p0).log() + arb(-w / v1).log1p() * self.dim / 2
        squared = arb(v0 * v1 / w**2) * (arb(self.apart) - 2 * log_ratio * arb(w))
        outside = bool(w > 0)
        if squared < 0:
            return outside, ()
        radius = squared.upper().sqrt().upper()
        if squared > 0:
            return not outside, (Gap(squared.lower().sqrt().lower(), radius, not outside, outside, True),)
        return outside, (Gap(arb(0), radius, outside, outside, False),)


def _shells(dim: int, net: dict[Rational, Rational]) -> tuple[bool, tuple[Gap, ...]]:
    """The signs of sum_k p_k v_k^(-d/2) exp(-t/2v_k), a sum of exponential densities of t = squared distance."""
    widest = max(net)
    sizes = {v: arb(abs(p)) * (arb(v / widest).log() * (-arb(dim) / 2)).exp() for v, p in net.items()}
    terms = [
        Term(1 if net[v] > 0 else -1, 4 * arb(v) * size, arb(0), Exponential(arb(2 * v), 2 * v), 1)
        for v, size in sizes.items()
    ]
    density = SignedDensity(terms)
    reach = arb(min(net))
    for v, size in sizes.items():
        if v != widest:  # from here on each is less than the n-th part of the widest
            reach = reach.max((len(net) * size / sizes[widest]).log() / arb(1 / (2 * v) - 1 / (2 * widest)))
    stop = density.at((reach.upper() * 1.0625).mid())
    width = arb(min(net)) / arb(2) ** (ctx.prec - SPARE_BITS)
    parts = isolate(density, density.at(arb(0)), stop, width)
    first, found = gaps([*parts, Part(stop.x, arb("inf"), density.tail(stop, 1))])
    return first, tuple(rooted(gap) for gap in found)


def clouds(problem: MixtureProblem) -> Clouds:
    """The components of a mixture under the posterior rule.

    Raises:
        NoProof: they are not of the form that `Clouds` wants, exactly; or the rule is regression.
    """
    if problem.training.rule != "posterior":
        raise NoProof("shells need the posterior rule")
    parts = weights(problem)
    members = tuple(Cloud(label, weight, _variance(law)) for label, law, weight in parts)
    means = [marginal(law, problem.dim)[1] for _label, law, _weight in parts]
    if all((mean == means[0]).all() for mean in means):
        return Clouds(problem.dim, members, fmpq(0))
    if len(members) > 2:
        raise NoProof("shells need components about one mean, or no more than two")
    if members[0].variance == members[1].variance:
        raise NoProof("two components of one variance are parted by a plane, not by a sphere")
    unlike = (means[0] != means[1]).nonzero()[0]
    apart = sum(((exact(means[0][k]) - exact(means[1][k])) ** 2 for k in unlike), fmpq(0))
    return Clouds(problem.dim, members, apart)


def _variance(law: Law) -> Rational:
    """The variance of an isotropic Gaussian along any direction, 0 of a point."""
    match law:
        case Point():
            return fmpq(0)
        case Gaussian(cov=tuple() as cov) if all(
            v == (i == j) * cov[0][0] for i, r in enumerate(cov) for j, v in enumerate(r)
        ):
            return exact(cov[0][0])
        case Gaussian(scale=float() as scale):
            return exact(scale) ** 2
        case Gaussian(scale=tuple() as scale) if len(set(scale)) == 1:
            return exact(scale[0]) ** 2
    raise NoProof("shells need isotropic Gaussians or points")
