"""How far from the centre of a ball standard Gaussian noise hits it with a given chance: level sets of its votes.

With rho the radius and ell the distance in units of the noise, rho^2 - ell^2 is what is `lost`: near d - 1 for the
chance 1/2, and free of cancellation where both are huge. For 1/2 it is one smooth function of s = (rho_0/rho)^2 for
each dimension, rho_0 the radius of the ball that is hit from its centre with chance 1/2: asymptotic at s = 0 and
analytic beyond s = 1, where ell = 0. It is interpolated at Chebyshev nodes, part by part, each made when first asked
for. An error of lost(s) divided by rho, about twice that of ell, is interpolated as an odd function of 1/rho is at
symmetric nodes, so that the fewer digits of the nodes near s = 0 do no harm.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import gammaincinv, ndtri_exp

from theory.arrays import Array, Flags, Index
from theory.numerics.special.noncentral import ball_law, ball_tails

EPS = np.finfo(float).eps
LOG_HALF = -np.log(2.0)
LOG_ROOT = 0.5 * np.log(2 * np.pi)
# Parts of (0, 1] for s, and nodes on each: from 1 to 10^6 dimensions what is cut off is below rounding.
EDGES, NODES = np.array([0.0, 0.1, 0.4, 1.0]), 32
# The most that errors at so many Chebyshev nodes are magnified between them (Lebesgue's constant).
MAGNIFIED = 3.3
# Coefficients below this share of the nodes' errors say nothing.
NEGLIGIBLE = 0.1
PARTS_HELD = 1024
# A distance below this is 0 to all digits, but for what is divided by it; a radius above this is that of a half-space.
TINY, HUGE = 1e-9, 1e90
# Newton's method is quadratic: after a step this small, in units of the noise, nothing is left of the error.
STEPS, SMALL_STEP = 100, 1e-9
# Logarithms of chances that differ by less are subtracted, and quantiles where they differ by more.
CLOSE = 1e-2


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def lost_square(dim: int, rho: Array, log_tail: Array, outer: Flags) -> tuple[Array, Array]:
    """rho^2 - ell^2 and its error, where P(|ell e + Z| <= rho) has the logarithm log_tail <= log(1/2) if `outer`, and
    P(|ell e + Z| > rho) has it otherwise; NaN where no distance ell >= 0 gives that chance."""
    lost, doubt = np.full_like(rho, np.nan), np.zeros_like(rho)
    half = log_tail == LOG_HALF
    s = np.where(half, (radius_of_half(dim) / rho) ** 2, np.inf)
    part = np.searchsorted(EDGES, s) - 1
    for index in np.unique(part[s <= 1.0]):
        at = np.flatnonzero(part == index)
        coefficients, error = _part(dim, int(index))
        lost[at] = (dim - 1) + chebyshev.chebval(_inside(s[at], int(index)), coefficients)
        doubt[at] = error * rho[at]
    rest = np.flatnonzero(~half)
    if len(rest):
        centre = ball_tails(dim, 0.0, rho[rest])
        there = np.where(outer[rest], centre.log_cdf > log_tail[rest], centre.log_sf <= log_tail[rest])
        rest = rest[there]
        lost[rest], doubt[rest] = _newton(dim, rho[rest], log_tail[rest], outer[rest])
    return lost, doubt + 4 * EPS * np.abs(lost)


@lru_cache(PARTS_HELD)
def radius_of_half(dim: int) -> float:
    """The median of the length of d standard Gaussian variables."""
    return float(np.sqrt(2 * gammaincinv(0.5 * dim, 0.5)))


def _inside(s: Array, index: int) -> Array:
    """Where s lies in its part, from -1 to 1."""
    low, high = EDGES[index : index + 2]
    return np.asarray((2 * s - (low + high)) / (high - low))


@lru_cache(PARTS_HELD)
def _part(dim: int, index: int) -> tuple[Array, float]:
    """Chebyshev coefficients on one part, and a bound of their errors relative to rho."""
    low, high = EDGES[index : index + 2]
    angles = (np.arange(NODES) + 0.5) * np.pi / NODES
    rho = radius_of_half(dim) / np.sqrt(low + (high - low) * np.cos(angles / 2) ** 2)
    lost, doubt = _newton(dim, rho, np.full(NODES, LOG_HALF), np.ones(NODES, bool))
    coefficients = np.cos(np.arange(NODES)[:, None] * angles) @ (lost - (dim - 1)) * 2 / NODES
    coefficients[0] /= 2
    noise, least = float((doubt / rho).max()), radius_of_half(dim) / np.sqrt(high)
    used = np.flatnonzero(np.abs(coefficients) > NEGLIGIBLE * noise * least)[-1] + 1
    cut_off = np.abs(coefficients[used:]).sum() + abs(coefficients[-1])
    return coefficients[:used], MAGNIFIED * noise + cut_off / least


def place(rho: Array, lost: Array) -> tuple[Array, Array]:
    """The distance ell, and how far the sphere lies beyond it, rho - ell."""
    ell = np.sqrt(np.maximum(rho * rho - lost, 0.0))
    return ell, lost / (rho + ell)


@np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")
def _newton(dim: int, rho: Array, log_tail: Array, outer: Flags) -> tuple[Array, Array]:
    """The same for chances that a distance has, by Newton's method.

    The normal quantile of the chance is nearly linear in sqrt(ell^2 + d/2): exactly for half-spaces, and for the
    normal approximation of the noncentral chi-square law.
    """
    sign = np.where(outer, 1.0, -1.0)
    wanted = sign * ndtri_exp(log_tail)
    lost, doubt = _guess(dim, rho, wanted), np.zeros_like(rho)
    low, high = np.full_like(rho, -np.inf), rho * rho
    active: Index = np.arange(len(rho))
    for _ in range(STEPS):
        r, now, side = rho[active], lost[active], sign[active]
        ell, delta = place(r, now)
        safe = np.maximum(ell, TINY)
        law = ball_law(dim, safe, np.where(ell == safe, delta, r - safe))
        value = np.where(side > 0, law.log_cdf, law.log_sf)
        quantile, off = side * ndtri_exp(value), side * (value - log_tail[active])
        hazard = np.exp(value + 0.5 * quantile**2 + LOG_ROOT)
        gap = np.where(np.abs(off) < CLOSE, off * hazard, quantile - wanted[active])
        scale = np.sqrt(ell * ell + 0.5 * dim)
        step = gap * safe / scale * np.exp(value - law.log_rate) / hazard
        target = now - step * (2 * scale + step)
        moved = np.spacing(np.abs(delta)) * (dim + np.hypot(dim, 2 * r * ell)) / r
        rounding = law.error + 4 * np.spacing(-log_tail[active])
        doubt[active] = 2 * safe * np.exp(value - law.log_rate) * rounding + 2 * moved
        near = off > 0
        high[active] = np.where(near, now, high[active])
        low[active] = np.where(near, low[active], now)
        bottom, top = low[active], high[active]
        middle = np.where(np.isfinite(bottom), 0.5 * (bottom + top), now - 3 * ell * ell - dim)
        done = np.abs(step) <= SMALL_STEP + 16 * EPS * scale
        good = (target >= bottom) & (target <= top) & (step > -scale)
        lost[active] = np.where(good | done, np.minimum(target, r * r), middle)
        active = active[~done]
        if len(active) == 0:
            break
    return lost, doubt


def _guess(dim: int, rho: Array, wanted: Array) -> Array:
    """By Fisher's approximation: |ell e + Z| is about normal with mean sqrt(ell^2 + d - 1)."""
    lost = np.minimum(dim - 1.0, rho * rho)
    for _ in range(2):
        square = rho * rho - lost
        shift = wanted * np.sqrt((square + 0.5 * dim) / (square + dim))
        lost = np.where(shift < rho, np.minimum(shift * (2 * rho - shift) + (dim - 1), rho * rho), rho * rho)
    return np.asarray(lost)
