"""Standard noise laws in balls: density, upper tail, and masses of intervals, each with relative precision in tails."""

from __future__ import annotations

from functools import cache

from flint import arb, ctx

from theory.proof.balls import Arb, hull


@cache
def _constants(_bits: int) -> tuple[Arb, Arb]:
    """sqrt(1/2) and 1/sqrt(2 pi) at the working precision, which is `_bits`."""
    return arb(0.5).sqrt(), 1 / (2 * arb.pi()).sqrt()


def pdf(family: str, z: Arb) -> Arb:
    """The density at z; where a ball straddles a jump of the uniform law, both values."""
    if family == "gaussian":
        return (z * z * -0.5).exp() * _constants(ctx.prec)[1]
    if family == "laplace":
        return (-abs(z)).exp() / 2
    size = abs(z)
    return arb(0.5) if size < 1 else arb(0) if size > 1 else hull(arb(0), arb(0.5))


def upper(family: str, z: Arb) -> Arb:
    """P(V > z), for z a point, possibly infinite."""
    if not z.is_finite():
        return arb(0) if z > 0 else arb(1)
    if family == "gaussian":
        return (z * _constants(ctx.prec)[0]).erfc() * 0.5
    if family == "laplace":
        tail = (-abs(z)).exp() / 2
        return tail if z >= 0 else 1 - tail if z < 0 else hull(tail, 1 - tail)
    return ((1 - z) / 2).max(arb(0)).min(arb(1))


def interval(family: str, low: Arb, high: Arb) -> Arb:
    """P(low < V < high) from the tails on the nearer side."""
    if low > 0:
        return upper(family, low) - upper(family, high)
    if high < 0:
        return upper(family, -high) - upper(family, -low)
    return 1 - upper(family, high) - upper(family, -low)


def pdf_range(family: str, low: Arb, high: Arb) -> Arb:
    """All values of the density on [low, high]: it is symmetric and falls away from 0."""
    if high < 0:
        low, high = -high, -low
    if low > 0:
        if family == "uniform":
            return arb(0.5) if high < 1 else arb(0) if low > 1 else hull(arb(0), arb(0.5))
        return hull(pdf(family, low), pdf(family, high))
    far = abs(low).max(abs(high))
    return hull(pdf(family, far), pdf(family, arb(0)))


def variation(density: Arb) -> Arb:
    """A bound of the total variation of a density over an interval, ends included, from its range there."""
    return 2 * (density.upper() - density.lower())
