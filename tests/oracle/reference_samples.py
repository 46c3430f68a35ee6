"""lda and least squares on n/d samples in mpmath, by the two formulas that the code does not use.

`one_equation` has infinitely many copies and the scalar kappa: kappa (1 + gamma sum h t/(lam + kappa t)) = 1, found by
bisection, and the sums written out as they are derived. `two_wisharts` has M copies of isotropic samples and the scalar
theta. Without noise and with n <= d both are taken at a noise that is next to none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import mpmath as mp

# Digits, and what stands for no noise: the limit is approached linearly in its square.
DIGITS = 160
LEAST = mp.mpf(10) ** -60


class Setting(NamedTuple):
    """A common covariance with eigenvalues, their shares, which are rounded and are taken relative to
    their sum, the parts of |m1 - m0|^2/4, the prior and the threshold."""

    values: Sequence[float]
    shares: Sequence[float]
    signal: Sequence[float]
    prior: float
    threshold: mp.mpf


Places = tuple[mp.mpf, mp.mpf, mp.mpf]


def threshold(rule: str, prior: float) -> mp.mpf:
    with mp.workdps(DIGITS):
        p = mp.mpf(prior)
        return mp.log((1 - p) / p) if rule == "lda" else (1 - 2 * p) / (2 * p * (1 - p))


def risk(places: Places, prior: float, eps: float = 0.0) -> mp.mpf:
    with mp.workdps(DIGITS):
        p = mp.mpf(prior)
        one, zero, stretch = places
        return p * mp.ncdf(one + eps * stretch) + (1 - p) * mp.ncdf(zero + eps * stretch)


def one_equation(held: Setting, alpha: float, delta: float) -> Places:
    """(threshold + w.M -+ ...)/sd of both classes, and |w|/sd."""
    with mp.workdps(DIGITS):
        lam, gamma, p = (mp.mpf(alpha) or LEAST) ** 2, 1 / mp.mpf(delta), mp.mpf(held.prior)
        t, h, m = ([mp.mpf(v) for v in part] for part in (held.values, held.shares, held.signal))
        each, whole = range(len(t)), sum(h)
        h = [share / whole for share in h]

        def left(kappa: mp.mpf) -> mp.mpf:
            return kappa * (1 + gamma * sum(h[j] * t[j] / (lam + kappa * t[j]) for j in each)) - 1

        kappa = bisected(left)
        v = 1 / (p * (1 - p))
        q = [1 / (lam + kappa * t[j]) for j in each]
        t1 = gamma * sum(h[j] * t[j] * q[j] for j in each)
        t2 = gamma * sum(h[j] * t[j] ** 2 * q[j] ** 2 for j in each)
        t12 = gamma * sum(h[j] * t[j] * q[j] ** 2 for j in each)
        a = 1 / (1 - kappa**2 * t2)
        slope = kappa**2 * t12 * a
        signal = 2 * sum(m[j] * q[j] for j in each)
        variance = a * (4 * sum(m[j] * t[j] * q[j] ** 2 for j in each) + v * t2)
        length = 4 * sum(m[j] * q[j] ** 2 * (1 + slope * t[j]) for j in each)
        length += v * gamma * sum(h[j] * t[j] * q[j] ** 2 * (1 + slope * t[j]) for j in each)
        return placed(signal, (1 / p - 1 / (1 - p)) * t1 / 2, held.threshold, variance, length)


def two_wisharts(m: float, prior: float, cut: mp.mpf, alpha: float, delta: float, copies: int) -> Places:
    """The same for isotropic Gaussians of scale 1 and M copies of each sample."""
    with mp.workdps(DIGITS):
        lam, gamma, p, square = mp.mpf(alpha) ** 2, 1 / mp.mpf(delta), mp.mpf(prior), mp.mpf(m) ** 2
        a, b, rest = 1 + lam / copies, lam * (copies - 1) / copies, max(copies - 1, 1)

        def parts(theta: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
            return 1 / (1 + gamma * a * theta), 1 / (1 + gamma * b * theta / rest)

        theta = bisected(lambda x: x * (a * parts(x)[0] + b * parts(x)[1]) - 1)
        k1, k2 = parts(theta)
        d1, d2 = -gamma * a * k1**2, -gamma / rest * b * k2**2
        slope = theta / (a * k1 + b * k2 + theta * (a * d1 + b * d2))
        v = 1 / (p * (1 - p))
        length = slope * (4 * square + v * gamma * a)
        return placed(2 * square * theta, (1 - 2 * p) * v * gamma * a * theta / 2, cut, length, length)


def placed(signal: mp.mpf, middle: mp.mpf, cut: mp.mpf, variance: mp.mpf, length: mp.mpf) -> Places:
    sd = mp.sqrt(variance)
    return (cut + middle - signal) / sd, (-cut - middle - signal) / sd, mp.sqrt(length) / sd


def bisected(function: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """The root of an increasing function on the positive half-line, by halving its logarithm."""
    low, high = mp.mpf(-400), mp.mpf(400)
    for _ in range(4 * DIGITS):
        middle = (low + high) / 2
        low, high = (middle, high) if function(mp.exp(middle)) < 0 else (low, middle)
    return mp.exp((low + high) / 2)
