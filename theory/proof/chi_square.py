"""The noncentral chi-square law in balls: masses and densities for all arguments in given balls.

Let X = |V + m|^2, V standard normal in d dimensions, lambda = |m|^2, and f_k the density with k degrees of freedom and
the same lambda. `contour` computes all that is wanted at exact points. Balls are reduced to points by

    dP(X <= x)/dx = f_d,        dP(X <= x)/dlambda = -f_(d+2),          x f_k = k f_(k+2) + lambda f_(k+4),
    2 df_k/dx = f_(k-2) - f_k,  2 df_k/dlambda = f_(k+2) - f_k

(Johnson, Kotz and Balakrishnan 1995, chapter 29; the recurrence is that of Bessel's functions), so that f_(k+2) <= x
f_k/k, and exp((x + lambda)/2) f_k increases in lambda, and in x if k >= 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from theory.proof.balls import Arb
from theory.proof.contour import at_point

# Balls are narrow if their radii, in units in which the law varies, add up to less.
NARROW = 2.0**-10


@dataclass(frozen=True)
class ChiSquareValues:
    """P(X <= x), P(X > x), and f_d, f_(d+2), f_(d+4) at x where they were asked for."""

    below: Arb
    above: Arb
    densities: tuple[Arb, ...] = ()


def tails(dim: int, lam: Arb, x: Arb) -> tuple[Arb, Arb]:
    """P(|V + m|^2 <= x) and P(|V + m|^2 > x) for all lam = |m|^2 and x in two balls, V standard normal in R^dim.

    For points both have the relative precision of the context, however small they are; for balls they are as narrow as
    the law allows. x may be infinite or negative; what a ball of `lam` holds below 0 is left out.

    Raises:
        ValueError: dim is below 1, lam is negative or not finite, or x is NaN.
        NoProof: lam, x or their product is beyond 1e300, or x > 0 below 1e-300.
    """
    found = values(dim, lam, x, 0)
    return found.below, found.above


def values(dim: int, lam: Arb, x: Arb, densities: int = 3) -> ChiSquareValues:
    """The same with the first so many densities, which are not finite where a ball is not narrow or x is 0."""
    if dim < 1 or not lam.is_finite() or lam < 0 or x.is_nan():
        raise ValueError(f"found dim {dim}, noncentrality {lam}, argument {x}; expected dim >= 1, lam >= 0, a number x")
    if x <= 0:
        return ChiSquareValues(arb(0), arb(1), ((arb(0) if x < 0 else arb.nan()),) * densities)
    if not x.is_finite():
        return ChiSquareValues(arb(1), arb(0), (arb(0),) * densities) if x > 0 else _anything(densities)
    if lam.is_exact() and x.is_exact():
        return _bounded(at_point(dim, lam, x, densities))
    if x > 0 and x.rad() * (1 + dim / x) + lam.rad() < NARROW:
        return _narrow(dim, lam, x, densities)
    most = values(dim, arb(0).max(lam.lower()), x.upper(), 0)
    least = values(dim, lam.upper(), x.lower(), 0)
    return ChiSquareValues(least.below.union(most.below), least.above.union(most.above), (arb.nan(),) * densities)


def _anything(densities: int) -> ChiSquareValues:
    either = arb(0).union(arb(1))
    return ChiSquareValues(either, either, (arb.nan(),) * densities)


def _bounded(found: list[Arb]) -> ChiSquareValues:
    """What is known of masses and densities anyway."""
    below, above = (mass if mass > 0 and mass < 1 else mass.max(arb(0)).min(arb(1)) for mass in found[:2])
    return ChiSquareValues(below, above, tuple(value if value > 0 else value.max(arb(0)) for value in found[2:]))


def _narrow(dim: int, lam: Arb, x: Arb, densities: int) -> ChiSquareValues:
    """From the upper ends of both balls, by bounds of the derivatives between there and any point of the balls."""
    low, high = x.lower(), x.upper()
    below, above, *at_end = at_point(dim, lam.upper(), high, 3)
    by_x, by_lam = high - low, lam.upper() - arb(0).max(lam.lower())
    growth = ((by_x + by_lam) / 2).exp()
    most = [value.upper() * growth for value in at_end]
    most[0] *= (high / low).sqrt() if dim == 1 else 1
    most.append(high / (dim + 4) * most[2])
    lowest = (lam.upper() * most[1] + abs(dim - 2) * most[0]) / low  # bounds f_(d-2), for d = 1 its absolute value
    change = (-by_x * most[0]).union(by_lam * most[1])
    moved = [below + change, above - change]
    for k in range(densities):
        step = (by_x * (most[k] + (most[k - 1] if k else lowest)) + by_lam * (most[k] + most[k + 1])) / 2
        moved.append(at_end[k] + step * arb(0, 1))
    return _bounded(moved)
