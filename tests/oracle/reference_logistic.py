"""Another route to the limit of logistic training, in floats: the four equations as they are written down.

Gauss-Legendre panels instead of trapezoid sums, proximal points by Chandrupatla's method instead of none, and Newton's
method by differences on a, r_perp, b and kappa instead of the scaled unknowns. Panels over g are graded towards the
point where the wall stands. For the largest margin: M is the largest number for which the least
E (M - P)_+^2/(1 - cos^2) of all half-spaces is at most 1/delta, by SciPy's minimiser.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.optimize import elementwise, minimize
from scipy.special import expit, ndtr

Pair = tuple[float, float]
ROUNDS, SOLVED, STEP = 12, 1e-12, 1e-6


def panels(edges: np.ndarray, order: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss-Legendre panels."""
    at, weight = leggauss(order)
    half = 0.5 * np.diff(edges)[:, None]
    return (edges[:-1, None] + half * (1 + at)).ravel(), (half * weight).ravel()


def slopes(t: np.ndarray, s: float) -> tuple[np.ndarray, np.ndarray]:
    """l_s'(t) and l_s''(t): over xi where s is small, else over v = t + s xi, in closed form left of -60."""
    if s == 0:
        return -expit(-t), expit(t) * expit(-t)
    if s < 3:
        xi, weight = panels(np.linspace(-9, 9, 19))
        v, density = t[:, None] + s * xi, weight * np.exp(-0.5 * xi**2) / np.sqrt(2 * np.pi)
        tail = np.zeros_like(t)
    else:
        v, weight = panels(np.linspace(-60, 60, 41))
        density = weight * np.exp(-0.5 * ((v - t[:, None]) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        tail = ndtr((-60 - t) / s)
    return -(density * expit(-v)).sum(axis=1) - tail, (density * expit(v) * expit(-v)).sum(axis=1)


def residuals(setting: tuple[float, float, float, float], unknowns: np.ndarray, kink: float) -> np.ndarray:
    """Logarithms of the ratios of both sides of the first three, and E y l/E |l|.

    unknowns: log a, log r_perp, b and log kappa.
    """
    m, prior, delta, alpha = setting
    a, perp, kappa = np.exp(unknowns[[0, 1, 3]])
    b, r = unknowns[2], np.hypot(a, perp)
    sums = np.zeros(5)
    for y, share in ((1, prior), (-1, 1 - prior)):
        bend = np.clip(kink - (a * m + y * b) / r, -9, 9)
        grade = 18 * 0.5 ** np.arange(16)
        edges = np.unique(np.clip(np.concatenate([bend - grade, [bend], bend + grade, np.linspace(-9, 9, 10)]), -9, 9))
        g, weight = panels(edges)
        p = a * m + y * b + r * g
        top = np.minimum(p + 1 / kappa, np.maximum(p, 20 * r) + 1)
        t = elementwise.find_root(lambda t, p: kappa * (t - p) + slopes(t, alpha * r)[0], (p, top), args=(p,)).x
        first, second = slopes(t, alpha * r)
        terms = np.array([first**2, kappa * second / (kappa + second), second, first, y * first])
        sums += share * (terms * weight * np.exp(-0.5 * g**2) / np.sqrt(2 * np.pi)).sum(axis=1)
    square, falls, curvature, mean, signed = sums
    ratios = square * delta / (kappa * perp) ** 2, (falls + alpha**2 * curvature) * delta / kappa
    return np.array([*np.log(ratios), np.log(-m * mean * delta / (a * kappa)), signed / mean])


def solve(setting: tuple[float, float, float, float], start: Sequence[float], kink: float = 0.0) -> Pair:
    """The arguments of Phi in the risk, from rough a, r_perp, b and kappa; kink: where the wall is, over r.

    Newton's method with a Jacobian of differences, until the residuals are roundings.
    """
    unknowns = np.array([np.log(start[0]), np.log(start[1]), start[2], np.log(start[3])])
    for _ in range(ROUNDS):
        here = residuals(setting, unknowns, kink)
        if np.abs(here).max() < SOLVED:
            break
        moved = [residuals(setting, unknowns + STEP * unit, kink) for unit in np.eye(4)]
        unknowns = unknowns - np.linalg.solve((np.array(moved) - here).T / STEP, here)
    else:
        raise ArithmeticError("no solution")
    a, perp = np.exp(unknowns[:2])
    b, r = unknowns[2], np.hypot(a, perp)
    return -(b + a * setting[0]) / r, (b - a * setting[0]) / r


def margin_ratio(m: float, prior: float, margin: float) -> tuple[float, Pair]:
    """The delta at which `margin` is the largest margin, and the arguments of Phi there."""

    def loss(unknowns: np.ndarray) -> float:
        cosine, total = 1 / np.hypot(1, np.exp(unknowns[0])), 0.0
        for y, share in ((1, prior), (-1, 1 - prior)):
            top = margin - m * cosine - y * unknowns[1]
            g, weight = panels(np.linspace(min(top, 0.0) - 10, top, 41))
            total += share * float((weight * (top - g) ** 2 * np.exp(-0.5 * g**2)).sum()) / np.sqrt(2 * np.pi)
        return float(np.log(total / (1 - cosine**2)))

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15, "maxiter": 2000})
    cosine = 1 / np.hypot(1, np.exp(found.x[0]))
    return float(np.exp(-found.fun)), (-found.x[1] - m * cosine, found.x[1] - m * cosine)
