r"""Where training noise helps lda and least squares on n samples: how the risk of `isotropic` goes up and down.

With p = threshold (z - gamma) + omega gamma/2 the slope of the clean risk in z has the sign of

    F(z) = (4 m^2/D) (1 - gamma/z^2) p - q - 2 artanh a,   a = 2 m^2/(p + threshold z (z^2 - gamma)/gamma),

D = 4 m^2 + v gamma, and the sign -1 where a >= 1. The first term of F rises with z, and a falls. So the risk falls and
then rises, and noise helps if and only if F < 0 at alpha = 0, where z = max(1, gamma). Derived here; the proof is in
docs/mathematics/finite-samples.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

import numpy as np
from scipy.optimize import brentq

from theory.errors import ProblemError, shown
from theory.estimate import Estimate

EPS = float(np.finfo(float).eps)
# Roundings in the equations, relative to their sizes; what the root finder leaves is one of them.
ROUNDINGS = 16
# Up to it sinh q - q is summed as a series.
SMALL = 1.0
# The range of m for which the equations were looked at.
LEAST, MOST = 1e-3, 1e3
# Of the root finder: roots are found to relative accuracy, however small they are.
SMALLEST, MOST_STEPS = 1e-300, 2000


def least_squares_window(m: float, prior: float) -> tuple[Estimate, Estimate]:
    """The samples per dimension n/d between which some training noise lowers the clean risk of least squares.

    Two Gaussians N(-+mu, s^2 I), n, d -> inf at fixed n/d, infinitely many noisy copies of every sample. Outside of the
    window every noise hurts; inside it helps up to some noise. n = d always lies inside. The ends depend on the prior
    as on 1 - prior; at 1/2 they are 0 and inf.

    Args:
        m: |mu|/s, half the distance of the means over the common scale, from 1e-3 to 1e3.
        prior: P(Y = 1), strictly between 0 and 1.

    Returns:
        The lower end, 0 where noise helps however few the samples are, and the upper end, as `Estimate`s.

    Raises:
        ProblemError: an argument is out of range.

    Examples:
        >>> low, high = least_squares_window(1.5, 0.2)
        >>> round(low.value, 8), round(high.value, 8)
        (0.21657469, 16.12799037)
    """
    if not isinstance(m, Real) or isinstance(m, bool) or not LEAST <= m <= MOST:
        raise ProblemError("m", shown(m), f"a number from {LEAST:g} to {MOST:g}")
    if not isinstance(prior, Real) or isinstance(prior, bool) or not 0 < prior < 1:
        raise ProblemError("prior", shown(prior), "a number strictly between 0 and 1")
    rarer, odds = min(prior, 1 - prior), abs(1 - 2 * prior)
    if odds == 0:
        return Estimate(0.0, 0.0, "limit"), Estimate(math.inf, 0.0, "limit")
    shift, half = math.log1p(odds / rarer), odds / (2 * prior * (1 - prior))
    weak = 1 / (4 * m**2 * prior * (1 - prior))
    doubt = ROUNDINGS * EPS
    upper = [_upper(m, shift, half, weak, more) for more in (0.0, doubt)]
    lower = [_lower(m, shift, half, weak, more) for more in (0.0, doubt)]
    high = 1 / upper[0]
    return (
        Estimate(lower[0], lower[1] - lower[0] + doubt * lower[0], "limit"),
        Estimate(high, high * (upper[1] / upper[0] - 1 + doubt), "limit"),
    )


def _upper(m: float, shift: float, half: float, weak: float, more: float) -> float:
    """gamma < 1 with sinh q (1 - gamma)/(1 + g gamma) - q = 2 artanh(2 m^2 gamma/sinh q), for shift q, half sinh q and
    weak g = v/(4 m^2); more: a relative change of the left-hand side's terms."""

    def rest(gamma: float) -> float:
        if shift > SMALL:
            return (1 + more) * half * (1 - gamma) / (1 + weak * gamma) - (1 - more) * shift
        return (1 + more) * _tail(shift) - (1 - more) * half * gamma * (1 + weak) / (1 + weak * gamma)

    top = min(1.0, half / (2 * m**2))
    return _root(lambda gamma: math.tanh(rest(gamma) / 2) - 2 * m**2 * gamma / half, top)


def _lower(m: float, shift: float, half: float, weak: float, more: float) -> float:
    """delta < 1 with sinh q (1 - delta)/(delta + g) - q = 2 artanh(2 m^2 delta^2/sinh q); 0 where there is none."""

    def rest(delta: float) -> float:
        return (1 + more) * half * (1 - delta) / (delta + weak) - (1 - more) * shift

    if rest(0.0) <= 0:
        return 0.0
    top = min(1.0, math.sqrt(half / 2) / m)
    return _root(lambda delta: math.tanh(rest(delta) / 2) - 2 * m**2 * delta**2 / half, top)


def _tail(shift: float) -> float:
    """sinh q - q by its series."""
    term, total, k = shift**3 / 6, 0.0, 4
    while term > EPS * total:
        total += term
        term *= shift**2 / (k * (k + 1))
        k += 2
    return total


def _root(falling: Callable[[float], float], top: float) -> float:
    """Where a function that is positive at 0 becomes negative, at the latest at top."""
    if falling(top) >= 0:
        return top
    return float(brentq(falling, 0.0, top, xtol=SMALLEST, rtol=4 * EPS, maxiter=MOST_STEPS))


def turning_noise(m: float, prior: float, threshold: float, delta: float) -> float:
    """The noise, over s, up to which the clean risk falls and from which on it rises, for prior < 1/2; 0 where every
    noise hurts. threshold: as `isotropic`."""
    gamma, inverse = 1 / delta, 1 / (prior * (1 - prior))
    omega, shift = (1 - 2 * prior) * inverse, math.log1p((1 - 2 * prior) / prior)
    first, low = max(1.0, gamma), abs(1 - gamma)

    def excess(more: float) -> float:
        z = first + more
        above_one, above_gamma = (more, more + low) if gamma <= 1 else (more + low, more)
        p = threshold * above_gamma + 0.5 * omega * gamma
        squares = z * above_one + above_gamma  # z^2 - gamma
        exponent = 4 * m**2 / (4 * m**2 + inverse * gamma) * squares / z**2 * p - shift
        return math.tanh(exponent / 2) - 2 * m**2 / (p + threshold * z * squares / gamma)

    if excess(0.0) >= 0:
        return 0.0
    top = 1.0
    while excess(top) < 0:
        top *= 2
    more = _root(lambda y: -excess(y), top)
    return math.sqrt(more * (more + low) / (first + more))
