"""Gaussian masses of shells, however small, with rigorous radii: Poisson mixtures in ball arithmetic.

P(a < |c + Z| <= b) = sum_j Poisson(j; |c|^2/2) (P_(d/2+j)(b^2/2) - P_(d/2+j)(a^2/2)), P_k the incomplete gamma
function, summed from the top down, where it is the sum of positive terms. The precision must hold both 1
and the mass.
"""

from __future__ import annotations

from math import sqrt

from flint import arb, ctx


def _incomplete(k: arb, x: arb) -> tuple[arb, arb]:
    """P_k(x) and x^k e^-x/Gamma(k + 1), by the series of positive terms."""
    if x == 0:
        return arb(0), arb(0)
    front = (x.log() * k - x - (k + 1).lgamma()).exp()
    term, total, i, least = arb(1), arb(1), 0, arb(2) ** (-ctx.prec - 10)
    while i < float(x - k) + 5 or term > least * total:
        i += 1
        term = term * x / (k + i)
        total += term
    return front * total, front


def shell_mass(dim: int, ell: arb, low: arb, high: arb | None) -> arb:
    """P(low < |c + Z| <= high) for |c| = ell > 0; high None is infinity."""
    mean, half = ell * ell / 2, arb(dim) / 2
    squares = [low * low / 2, *([] if high is None else [high * high / 2])]
    tops = [float(mean), *(float(x) - dim / 2 for x in squares)]
    most, least = max(tops), min(tops)
    last = int(most + 70 * sqrt(max(most + dim / 2, 1)) + 1500)
    first = int(max(0, least - 70 * sqrt(float(mean) + dim + max(most, 1)) - 1500))
    weight = (mean.log() * last - mean - arb(last + 1).lgamma()).exp()
    sums = [list(_incomplete(half + last, x)) for x in squares]
    total = arb(0)
    for j in range(last, first - 1, -1):
        total += weight * ((arb(1) if high is None else sums[1][0]) - sums[0][0])
        if j:
            for held, x in zip(sums, squares, strict=True):
                if x != 0:
                    held[1] = held[1] * (half + j) / x
                    held[0] = held[0] + held[1]
            weight = weight * j / mean
    return total
