"""Masses of Euclidean balls under Gaussian noise, to 50 digits, by two routes that share nothing.

A Poisson mixture of incomplete gammas in fixed point, and an integral over one component of the noise and the length of
the rest by the trapezoid rule with ever halved steps. Regions and risks are in `reference_radial`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flint import arb

BITS = 256
AGREE = arb(10) ** -28  # between two steps of a rule that squares its error
CUT = 120  # the integrand is followed down to e^-CUT = 1e-52 of its peak
FIXED = 1400  # fractional bits of the Poisson sums
POISSON_ELL = 500  # beyond it the quadrature is faster
Fun = Callable[[arb], arb]


def mid(x: arb) -> arb:
    return x.mid()


def _log_chi(k: int) -> Fun:
    """Logarithm of u times the density of the chi law with k degrees of freedom."""
    norm = (arb(k) / 2 - 1) * arb(2).log() + (arb(k) / 2).lgamma()
    return lambda u: u.log() * k - u * u / 2 - norm


def tail(z: arb) -> arb:
    return (z / arb(2).sqrt()).erfc() / 2


def _between(ell: arb, z: arb) -> arb:
    """P(|N + ell| <= z): both normal tails taken off."""
    low, high = -z - ell, z - ell
    return tail(-high) - tail(-low) if high < 0 else 1 - tail(high) - tail(-low)


@lru_cache(maxsize=200_000)
def _ball(dim: int, ell: arb, rho: arb) -> arb:
    if not rho > 0:
        return arb(0)
    if dim == 1:
        return mid(_between(ell, rho))
    log_chi = _log_chi(dim - 1)

    def parts(t: arb) -> tuple[arb, arb]:
        square = 1 + (2 * t).exp()
        z = rho / square.sqrt()
        return log_chi(z * t.exp()) - square.log(), _between(ell, z)

    def height(t: arb) -> arb:
        log_rest, inner = (mid(v) for v in parts(t))
        return log_rest + inner.log() if inner > arb(10) ** -3000 else arb(-10) ** 9 + log_rest

    def integrand(t: arb) -> arb:
        log_rest, inner = parts(t)
        return mid(log_rest.exp() * inner)

    top = _peak(height)
    floor = height(top) - CUT
    low, high = (_reach(height, top, sign, floor) for sign in (-1, 1))
    count = 48
    step = (high - low) / count
    total = sum((integrand(low + step * i) for i in range(count + 1)), arb(0))
    for _ in range(9):
        more = total + sum((integrand(low + step * (i + arb(0.5))) for i in range(count)), arb(0))
        if abs(more - 2 * total) < AGREE * more:
            return mid(more * step / 2)
        total, count, step = more, 2 * count, step / 2
    raise ArithmeticError(f"no convergence: {dim} {ell} {rho}")


def _peak(height: Fun) -> arb:
    """About where a unimodal function is largest: to within a unit of its value."""
    low, high = arb(-64), arb(64)
    for _ in range(60):
        a, b = mid(low + (high - low) * arb(0.382)), mid(low + (high - low) * arb(0.618))
        at_a, at_b = height(a), height(b)
        if high - low < 1 and abs(at_a - at_b) < 0.5:
            break
        low, high = (low, b) if at_a > at_b else (a, high)
    return mid((low + high) / 2)


def _reach(height: Fun, top: arb, sign: int, floor: arb) -> arb:
    """Where the function has fallen to the floor, on one side."""
    width = arb(2) ** -14
    while height(top + sign * width) > floor:
        width *= 2
    low, high = width / 2, width
    for _ in range(4):
        middle = (low + high) / 2
        low, high = (middle, high) if height(top + sign * middle) > floor else (low, middle)
    return mid(top + sign * high)


def by_quadrature(dim: int, ell: arb, rho: arb) -> arb:
    """P(|c + Z| <= rho), |c| = ell, relative error 1e-50, from the split into one component and the rest."""
    return _ball(dim, mid(ell), mid(rho))


def _central(a: arb, x: arb) -> tuple[arb, arb]:
    """P(Gamma(a) <= x) and x^a e^-x / Gamma(a + 1), by the series of positive terms."""
    front = (x.log() * a - x - (a + 1).lgamma()).exp()
    term, total, k = arb(1), arb(1), 0
    while k < x - a or term > arb(10) ** -60 * total:
        k += 1
        term = mid(term * x / (a + k))
        total += term
    return mid(front * total), mid(front)


def by_poisson(dim: int, ell: arb, rho: arb) -> arb:
    """The same as a Poisson mixture of central chi-square masses, summed from the top down."""
    a, x, mean = arb(dim) / 2, rho * rho / 2, ell * ell / 2
    if ell == 0:
        return _central(a, x)[0]
    low, high = mean, mean + 40 * mean.sqrt() + 400
    while high - low > 1:  # the weights beyond e^-150 do not matter
        j = (low + high) / 2
        low, high = (j, high) if mean.log() * j - mean - (j + 1).lgamma() > -150 else (low, j)
    high = int(float(high.mid())) + 2
    value, density = _central(a + high, x)
    weight = mid((mean.log() * high - mean - arb(high + 1).lgamma()).exp())
    if min(_fixed(density), _fixed(weight)) >> FIXED // 2 == 0:
        return _slowly(dim, x, mean, high, (value, density, weight))
    total, whole = 0, _fixed(mean)
    value, density, weight, twice, doubled = _fixed(value), _fixed(density), _fixed(weight), 2 * _fixed(x), 2 * whole
    for j in range(high, -1, -1):
        more = weight * value >> FIXED
        total += more
        if more << 192 < total and (weight << 192) * 2 * j < doubled:
            break
        if j:
            density = (density * (dim + 2 * j) << FIXED) // twice
            value += density
            weight = (weight * 2 * j << FIXED) // doubled
    return arb(total) * arb(2) ** -FIXED


def _slowly(dim: int, x: arb, mean: arb, high: int, first: tuple[arb, arb, arb]) -> arb:
    """The sum where its first terms are too small for fixed point."""
    value, density, weight = first
    total = arb(0)
    for j in range(high, -1, -1):
        more = weight * value
        total = mid(total + more)
        if j < mean and more < arb(10) ** -58 * total and weight * (mean - j) < arb(10) ** -58 * total * mean:
            break
        if j:
            density = mid(density * (arb(dim) / 2 + j) / x)
            value, weight = mid(value + density), mid(weight * j / mean)
    return total


def _fixed(x: arb) -> int:
    """An arb as a multiple of 2^-FIXED."""
    man, exp = x.mid().man_exp()
    shift = int(exp) + FIXED
    return int(man) << shift if shift >= 0 else int(man) >> -shift


@lru_cache(maxsize=200_000)
def _mass(dim: int, ell: arb, rho: arb) -> arb:
    if not rho > 0 or rho < ell - 60:  # below e^-1800
        return arb(0)
    if rho > (ell * ell + dim).sqrt() + 16:  # Gaussian concentration: the rest is below e^-128
        return arb(1)
    if dim == 1:
        return mid(_between(ell, rho))
    return by_poisson(dim, ell, rho) if ell < POISSON_ELL else by_quadrature(dim, ell, rho)


def ball(dim: int, ell: arb, rho: arb) -> arb:
    """P(|c + Z| <= rho), |c| = ell, with an error below 1e-50 of itself."""
    return _mass(dim, mid(ell), mid(rho))
