"""Derivatives of risks by differences in high precision, from the definition: nothing is differentiated by hand.

Boundaries are roots of signed densities and of vote probabilities, found by the secant method from the exact side's
boundaries as starting points (their number is checked elsewhere: line.json, radial.json); risks are sums of masses.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import mpmath as mp

from theory import MixtureProblem
from theory.problems.components import marginal, weighted

DIGITS = 60
# Central differences of this step, relative, are good to its square.
STEP = mp.mpf(10) ** -18


def cdf(law: str, z: mp.mpf) -> mp.mpf:
    """Of the standard law."""
    if law == "gaussian":
        return mp.ncdf(z)
    if law == "laplace":
        return mp.exp(z) / 2 if z < 0 else 1 - mp.exp(-z) / 2
    return (min(max(z, mp.mpf(-1)), mp.mpf(1)) + 1) / 2


def pdf(law: str, z: mp.mpf) -> mp.mpf:
    """Of the standard law."""
    if law == "gaussian":
        return mp.npdf(z)
    return mp.exp(-abs(z)) / 2 if law == "laplace" else mp.mpf(abs(z) <= 1) / 2


def mass(law: str, low: mp.mpf, high: mp.mpf) -> mp.mpf:
    """P(low < Z < high), by the smaller tails."""
    if low + high > 0:
        low, high = -high, -low
    return cdf(law, high) - cdf(law, low)


def noised(law: str, scale: mp.mpf, noise: str, alpha: mp.mpf, z: mp.mpf) -> mp.mpf:
    """Density of the law after noise at a distance z from its centre."""
    if alpha == 0:
        return pdf(law, z / scale) / scale
    if law == "point":
        return pdf(noise, z / alpha) / alpha
    if law == "uniform":
        return mass(noise, (z - scale) / alpha, (z + scale) / alpha) / (2 * scale)
    if noise == "uniform":
        return mass(law, (z - alpha) / scale, (z + alpha) / scale) / (2 * alpha)
    if law == noise == "gaussian":
        return mp.npdf(z, 0, mp.sqrt(scale**2 + alpha**2))
    if law == noise:
        if scale == alpha:
            return mp.exp(-abs(z) / scale) * (1 + abs(z) / scale) / (4 * scale)
        return (scale * mp.exp(-abs(z) / scale) - alpha * mp.exp(-abs(z) / alpha)) / (2 * (scale**2 - alpha**2))
    s, b = (scale, alpha) if law == "gaussian" else (alpha, scale)
    halves = (mp.exp(s * s / (2 * b * b) - t / b) * mp.ncdf(t / s - s / b) for t in (z, -z))
    return sum(halves) / (2 * b)


def root(function: Callable[[mp.mpf], mp.mpf], start: float, width: float) -> mp.mpf:
    """Near `start`, by the secant method."""
    x0, x1 = mp.mpf(start), mp.mpf(start) + mp.mpf(width) * mp.mpf(10) ** -9
    f0, f1 = function(x0), function(x1)
    for _ in range(60):
        if f1 == 0:
            return x1
        if f1 == f0 or not mp.isfinite(f1):
            break
        x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
        f1 = function(x1)
        if abs(x1 - x0) < mp.mpf(10) ** (8 - mp.mp.dps) * width and abs(f1) < mp.mpf(10) ** (-mp.mp.dps // 2):
            if abs(x1 - start) > 1e-4 * width:
                break
            return x1
    raise ArithmeticError("no root here: a jump")


def threshold(noise: str, beta: mp.mpf, eps: mp.mpf) -> mp.mpf:
    """The share 1 - tau of the votes that the other class may have."""
    if noise == "gaussian":
        return mp.ncdf(-eps / beta)
    return mp.exp(-eps / beta) / 2 if noise == "laplace" else (1 - eps / beta) / 2


class Line:
    """Risks on the line as a function of both noises, with boundaries near those of given regions."""

    def __init__(self, problem: MixtureProblem, eps: float) -> None:
        self.training, self.smoothing, self.rule = (
            problem.training.noise,
            problem.smoothing.noise,
            problem.training.rule,
        )
        self.parts = []
        for label, weight, law in weighted(problem):
            kind, center, scale = marginal(law, 1)
            self.parts.append((label, kind, mp.mpf(float(center[0])), mp.mpf(float(scale[0])), mp.mpf(weight)))
        self.eps = mp.mpf(eps)

    def crossing(self, alpha: mp.mpf, x: mp.mpf) -> mp.mpf:
        """The logarithmic ratio of both sides, or h * p_alpha - 1/2."""
        if self.rule == "regression":
            marks = {p[2] + k * p[3] for p in self.parts for k in (-1, 0, 1)}
            reach = [-30, -12, -6, -3, -1, 0, 1, 3, 6, 12, 30] if self.training != "uniform" else [-1, 0, 1]
            edges = sorted({*(m for m in marks if abs(m - x) < reach[-1] * alpha), *(x + alpha * k for k in reach)})
            return mp.quad(lambda t: self.posterior(t) * pdf(self.training, (t - x) / alpha) / alpha, edges) - 0.5
        sums = [mp.mpf(0), mp.mpf(0)]
        for label, kind, center, scale, weight in self.parts:
            sums[label] += weight * noised(kind, scale, self.training, alpha, x - center)
        return mp.log(sums[1] / sums[0])

    def posterior(self, x: mp.mpf) -> mp.mpf:
        sums = [mp.mpf(0), mp.mpf(0)]
        for label, kind, center, scale, weight in self.parts:
            sums[label] += weight * pdf(kind, (x - center) / scale) / scale
        return sums[1] / (sums[0] + sums[1]) if sums[1] else mp.mpf(0)

    def outside(self, ends: list[mp.mpf], first: bool, beta: mp.mpf, x: mp.mpf) -> mp.mpf:
        """P(x + beta V outside the region)."""
        edges = [-mp.inf, *ends, mp.inf]
        gaps = list(pairwise(edges))[int(first) :: 2]
        return sum(mass(self.smoothing, (a - x) / beta, (b - x) / beta) for a, b in gaps)

    def risk(self, alpha: mp.mpf, beta: mp.mpf, base: tuple, views: list[tuple]) -> mp.mpf:
        """base: (ends, first) in floats; views: for class 1 and class 0 those of the region that is right for it."""
        widths = float(alpha) or 1.0
        ends = [root(lambda x: self.crossing(alpha, x), e, widths) for e in base[0]]
        total = mp.mpf(0)
        for label, (starts, first) in zip((1, 0), views, strict=True):
            share = threshold(self.smoothing, beta, self.eps)
            side = base[1] == bool(label)

            def excess(x: mp.mpf, share: mp.mpf = share, side: bool = side) -> mp.mpf:
                return mp.log(self.outside(ends, side, beta, x) / share)

            found = [root(excess, b, float(beta)) for b in starts]
            edges = [-mp.inf, *found, mp.inf]
            for a, b in list(pairwise(edges))[int(first) :: 2]:
                for own, kind, center, scale, weight in self.parts:
                    if own == label and kind != "point":
                        total += weight * mass(kind, (a - center) / scale, (b - center) / scale)
        return total


def slope(function: Callable[[mp.mpf], mp.mpf], at: float) -> mp.mpf:
    """Central difference."""
    x = mp.mpf(at)
    return (function(x * (1 + STEP)) - function(x * (1 - STEP))) / (2 * x * STEP)
