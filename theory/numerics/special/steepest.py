"""Laplace inversion of the noncentral chi-square law along a parabola of (nearly) steepest descent.

Here live the saddle point, the trapezoid rule and the three integrals that `noncentral` turns into masses and
densities. Arguments are one-dimensional arrays of equal length, already checked; edge cases are dealt with there.

Let X be noncentral chi-square, d degrees of freedom, noncentrality lambda = ell^2, and x = rho^2, rho = ell + delta.
With w = 1 - 2t the moment generating function at t, times e^(-tx), is e^psi(w),

    psi(w) = (1/2) [lambda (1/w - 1) - d log w - x (1 - w)],   and P(X > x) = (1/2 pi i) int e^psi dt/t,  0 < t < 1/2,

P(X <= x) being minus the same integral over a line with t < 0. The saddle of psi is w0 = (d + R)/(2 x) with
R = sqrt(d^2 + 4 lambda x). Put p = 1/w0 - 1. Elimination of x leaves expressions in which nothing cancels:

    p = 2 (x - lambda - d)/(d + R + 2 lambda),          psi(w0) = -(1/2) [lambda p^2 + d (p - log(1 + p))].

On the parabola w = w0 (1 + i eta)^2, with y = eta^2 and B = lambda/w0 = 2 lambda x/(d + R),

    Re (psi - psi(w0)) = -(1/2) [B y (4 + 3y + y^2)/(1 + y)^2 + d (y + log(1 + y))],
    Im (psi - psi(w0)) = B eta^3 (2 + y)/(1 + y)^2 + d (eta - atan eta),

so that the integrand falls like a Gaussian of variance 1/(2R) at first, and never rises. The midpoint rule with step
h errs by e^(G(b) - 2 pi b/h), where G(b) = psi at eta = i b less psi(w0) and b < 1 is the width of a strip in which
the integrand is analytic; the pole of dt/t (at t = 0) may lie inside, and then its residue adds 1/(1 + e^(2 pi k/h)),
k = |1 - w0^(-1/2)| its distance. Both parts are of one sign in the tails, and the pole may sit on the contour.

Sources: Daniels (1954), Lugannani and Rice (1980) for saddle and pole; Trefethen, Weideman and Schmelzer (2006) for
parabolas; Hunter and Regan (1972) for the pole in the midpoint rule. The forms above were derived for this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array
from theory.numerics.special.logs import log1pmx

# Discretisation and truncation are each held below e^-40 = 4e-18 of the integrand's peak.
_FOLDS = 40.0
# Nodes are shared by all elements whose 2R lies between two bounds. The first is the least possible, d = 1.
_BOUNDS = (2.0, 6.0, 20.0, 100.0, 1000.0)
# From this class on eta is small, and eta - atan(eta) would cancel: its Taylor series is used.
_SERIES_FROM = 1000.0
_ATAN_TAIL = tuple((-1.0) ** k / (2 * k + 3) for k in range(9))


class Saddle(NamedTuple):
    """Saddle point of the inversion integral; each field is an array with one entry per element."""

    dim: Array  # d
    ell: Array  # sqrt(lambda)
    rho: Array  # sqrt(x)
    curve: Array  # B
    excess: Array  # x - lambda - d, the deviation from the mean
    tilt: Array  # p = 1/w0 - 1, of the sign of the excess
    scale: Array  # w0^(-1/2)
    root: Array  # R
    exponent: Array  # psi(w0) <= 0


def _two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """Product and its exact rounding error (Dekker 1971)."""
    split = 134217729.0  # 2^27 + 1
    a_high, b_high = a * split, b * split
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    product = a * b
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Sum and its exact rounding error (Knuth)."""
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)


def _excess(dim: Array, ell: Array, delta: Array) -> Array:
    """Return delta (2 ell + delta) - d, to full relative precision in twofold arithmetic."""
    factor, factor_error = _two_sum(2.0 * ell, delta)
    product, product_error = _two_product(delta, factor)
    total, total_error = _two_sum(product, -dim)
    return total + (total_error + (product_error + delta * factor_error))


def saddle(dim: Array, ell: Array, delta: Array) -> Saddle:
    """Find the saddle point; relative error of every field is a few ulp."""
    rho = ell + delta
    cross = 2.0 * rho * ell
    root = np.hypot(dim, cross)
    excess = _excess(dim, ell, delta)
    tilt = 2.0 * excess / (dim + root + 2.0 * ell * ell)
    scale = rho * np.sqrt(2.0 / (dim + root))
    # p - log(1 + p) = -log1pmx(p); near p = -1 the logarithm comes from 1 + p = 1/w0 itself.
    rise = np.where(tilt < -0.5, tilt - 2.0 * np.log(scale), -log1pmx(np.maximum(tilt, -0.5)))
    exponent = -0.5 * ((ell * tilt) ** 2 + dim * rise)
    return Saddle(dim, ell, rho, 0.5 * cross * (cross / (dim + root)), excess, tilt, scale, root, exponent)


class MidpointRule(NamedTuple):
    """Midpoint rule for a class of elements: step and nodes in units of the width 1/sqrt(2R)."""

    step: float
    nodes: Array
    series: bool


def _make_rule(bound: float) -> MidpointRule:
    """Largest step and fewest nodes that keep both errors below e^-_FOLDS whenever 2R >= bound.

    Both exponents are linear in (B, d) at fixed 2R = 4B + 2d, so the worst case has B = 0 or d = 0.
    """
    b = np.linspace(0.002, 0.998, 499)
    growth = (bound / 8 * (b * (2 - b) / (1 - b)) ** 2, bound / 4 * (b * b - 2 * (b + np.log1p(-b))))
    step = min(float(np.max(2 * np.pi * b / (_FOLDS + g))) for g in growth)
    y = np.linspace(0.0, 40.0, 8001)[1:] ** 2
    decay = (bound / 8 * y * (4 + 3 * y + y * y) / (1 + y) ** 2, bound / 4 * (y + np.log1p(y)))
    reach = max(float(np.sqrt(y[np.argmax(g > _FOLDS)])) for g in decay)
    nodes = (np.arange(int(np.ceil(reach / step))) + 0.5) * step
    return MidpointRule(step * bound**0.5, nodes * bound**0.5, bound >= _SERIES_FROM)


_RULES = tuple(_make_rule(bound) for bound in _BOUNDS)


class Contour(NamedTuple):
    """The exponential factor on the half contour; arrays of shape (elements, nodes), step of shape (elements,)."""

    step: Array
    eta: Array
    y: Array
    real: Array  # e^Re(psi - psi(w0)) cos Im
    imag: Array  # e^Re(psi - psi(w0)) sin Im


def classes(point: Saddle, most: int) -> Iterator[tuple[NDArray[np.intp] | slice, Saddle, int]]:
    """Split the elements by class, then into portions of at most `most`: their positions, saddles and rule."""
    rule = np.searchsorted(_BOUNDS, 2.0 * point.root, side="right") - 1
    if rule.size == 1:
        yield slice(None), point, int(rule[0])
        return
    for index in range(len(_RULES)):
        members = np.flatnonzero(rule == index)
        for start in range(0, members.size, most):
            portion = members[start : start + most]
            yield portion, Saddle(*(field[portion] for field in point)), index


def contour(point: Saddle, index: int) -> Contour:
    """Evaluate e^(psi - psi(w0)) at the nodes eta > 0 of rule `index`."""
    rule = _RULES[index]
    width = 1.0 / np.sqrt(2.0 * point.root)
    eta = width[:, None] * rule.nodes
    y = eta * eta
    curve, dim = point.curve[:, None], point.dim[:, None]
    weight = 1.0 / (1.0 + y) ** 2
    size = np.exp(-0.5 * (curve * y * (4.0 + y * (3.0 + y)) * weight + dim * (y + np.log1p(y))))
    if rule.series:
        bend = np.zeros_like(y)
        for coefficient in reversed(_ATAN_TAIL):
            bend = bend * y + coefficient
        bend *= y * eta
    else:
        bend = eta - np.arctan(eta)
    phase = curve * y * eta * (2.0 + y) * weight + dim * bend
    return Contour(rule.step * width, eta, y, size * np.cos(phase), size * np.sin(phase))


def log_tail(point: Saddle, path: Contour) -> Array:
    """Logarithm of P(X > x) where x lies above the mean, of P(X <= x) where it lies below."""
    p = point.tilt[:, None]
    y = path.y
    ratio = ((p - y) * path.real - path.eta * (2.0 + p + y) * path.imag) / ((p + y) ** 2 + 4.0 * y)
    total = np.where(point.tilt >= 0.0, 2.0, -2.0) / np.pi * path.step * ratio.sum(axis=1)
    distance = np.abs(point.tilt) / (1.0 + point.scale)
    inside = np.abs(point.excess) * path.step < 2.0 * np.pi * point.scale
    residue = np.where(inside, -point.exponent - np.logaddexp(0.0, 2.0 * np.pi * distance / path.step), -np.inf)
    return point.exponent + np.log(total + np.exp(residue))


def log_density(point: Saddle, path: Contour) -> tuple[Array, Array]:
    """Logarithms of 2 rho f(x; d, lambda) and 2 ell f(x; d + 2, lambda), where f is the density of X."""
    same = (path.real - path.eta * path.imag).sum(axis=1)
    more = ((path.real + path.eta * path.imag) / (1.0 + path.y)).sum(axis=1)
    front = path.step / np.pi
    # Square roots keep the quotient in range down to the smallest radius; one logarithm, because two would cancel.
    radial = 2.0 * np.log(np.sqrt(front * same * (point.dim + point.root)) / np.sqrt(point.rho))
    return point.exponent + radial, point.exponent + np.log(2.0 * front * more * point.ell)
