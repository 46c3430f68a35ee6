"""Reference risks in the plane, by rows: see reference_plane_rows.

The answer is computed twice, in two frames (mixtures: turned by an angle; domains: with the axes exchanged), which
share no row; their difference is the accuracy that the table states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from tests.oracle.reference_plane_integral import integral
from tests.oracle.reference_plane_rows import FAR, Crossings, Positive, Region, Votes, rows
from tests.oracle.reference_plane_sets import Sets, overlap
from theory.arrays import Array
from theory.problems.components import weighted
from theory.problems.problem import Ball, Box, DomainProblem, MixtureProblem, Problem, as_vector
from theory.reduction.planar import covariance

# Standard deviations of the data that are looked at.
REACH = 6.8
TURN = 0.7
TOL = 1e-9


@dataclass(frozen=True)
class Mixture:
    """Components: weights with the prior, labels, means (K, 2), covariances (K, 2, 2)."""

    weights: Array
    labels: Array
    means: Array
    covariances: Array

    def turned(self, angle: float) -> Mixture:
        c, s = np.cos(angle), np.sin(angle)
        turn = np.array([[c, -s], [s, c]])
        return Mixture(self.weights, self.labels, self.means @ turn.T, turn @ self.covariances @ turn.T)

    def box(self) -> Array:
        """Low and high corners of the data."""
        spread = REACH * np.sqrt(np.einsum("kii->ki", self.covariances))
        return np.stack([(self.means - spread).min(axis=0), (self.means + spread).max(axis=0)])


class Ratio:
    """Logarithm of the ratio of the two sides of the signed density after noise alpha."""

    def __init__(self, mixture: Mixture, alpha: float) -> None:
        noisy = mixture.covariances + alpha**2 * np.eye(2)
        self._precision = np.linalg.inv(noisy)
        self._log = np.log(mixture.weights) - 0.5 * np.log(np.linalg.det(noisy))
        self._means, self._one = mixture.means, mixture.labels == 1
        self.length = float(np.sqrt(np.linalg.eigvalsh(noisy).min()))

    def at(self, x: Array, y: Array) -> tuple[Array, Array]:
        x, y = np.broadcast_arrays(x, y)
        logs, slopes = [], []
        for mean, p, log in zip(self._means, self._precision, self._log, strict=True):
            dx, dy = x - mean[0], y - mean[1]
            logs.append(log - 0.5 * (p[0, 0] * dx * dx + 2 * p[0, 1] * dx * dy + p[1, 1] * dy * dy))
            slopes.append(-(p[0, 0] * dx + p[0, 1] * dy))
        value, slope = [], []
        for own in (self._one, ~self._one):
            log, move = (np.stack([v for v, keep in zip(part, own, strict=True) if keep]) for part in (logs, slopes))
            top = log.max(axis=0)
            share = np.exp(log - top)
            value.append(top + np.log(share.sum(axis=0)))
            slope.append((share * move).sum(axis=0) / share.sum(axis=0))
        return value[0] - value[1], slope[0] - slope[1]

    def scan(self, y: Array, x: Array) -> tuple[Array, Array]:
        return self.at(x[None, :], y[:, None])


def _scan(low: float, high: float, step: float) -> Array:
    return np.linspace(low, high, max(60, int(np.ceil((high - low) / step)) + 1))


def mixture_risks(m: Mixture, alpha: float, beta: float, levels: list[float]) -> Array:
    """(L, 2) masses of class 1 and of class 0 where u >= level; level 1/2 of beta = 0 is the base itself."""
    low, high = m.box()
    ratio = Ratio(m, alpha)
    far = FAR * beta
    base = Positive(ratio, _scan(low[0] - far, high[0] + far, 0.2 * ratio.length))
    longest = float(np.sqrt(np.linalg.eigvalsh(m.covariances).min()))
    held = rows(base, np.array([low[1] - far, high[1] + far]), min(beta, ratio.length), TOL)
    result = []
    one = m.labels == 1
    for level in levels:
        votes = Votes(held, beta, level)
        region = Positive(votes, _scan(low[0], high[0], min(0.6 * beta, 0.5 * ratio.length)))

        def mass(y: Array, region: Region = region) -> Array:
            return np.stack([_share(m, region.cut(y), y, own) for own in (one, ~one)], axis=1)

        result.append(integral(mass, np.array([low[1], high[1]]), 2 * min(longest, beta * 4), 1e-10))
    return np.array(result)


def _share(m: Mixture, held: Crossings, y: Array, own: np.ndarray) -> Array:
    total = np.zeros(len(y))
    for w, mean, c in zip(m.weights[own], m.means[own], m.covariances[own], strict=True):
        density = np.exp(-0.5 * (y - mean[1]) ** 2 / c[1, 1]) / np.sqrt(2 * np.pi * c[1, 1])
        middle = mean[0] + c[0, 1] / c[1, 1] * (y - mean[1])
        scale = np.sqrt(c[0, 0] - c[0, 1] ** 2 / c[1, 1])
        beyond = held.sign * ndtr((middle[held.row] - held.x) / scale)
        total += w * density * (held.left + np.bincount(held.row, beyond, len(y)))
    return total


def domain_risks(s: Sets, alpha: float, beta: float, levels: list[float]) -> Array:
    """(L, 2) areas of the labelled set and of the rest of the domain (or plane) where u >= level."""
    low, high = s.box()
    f = rows(s, s.edges(), beta if alpha == 0 else min(alpha, beta * 2), 0.01 * TOL)
    if alpha > 0:
        region = Positive(Votes(f, alpha, 0.5), _scan(low[0], high[0], 0.3 * alpha))
        f = rows(region, np.array([low[1], high[1]]), min(alpha, beta), 0.01 * TOL)
    wide = beta * np.sqrt(max(-2 * np.log(min(*levels, *(1 - v for v in levels))), 0.1))
    span = low - wide, high + wide
    if s.clip is not None:
        span = s.clip[:2], s.clip[2:]
    whole = Sets(np.empty((0, 3)), np.array([[*span[0], *span[1]]]), None)
    edges = np.unique(np.concatenate([s.edges(), [span[0][1], span[1][1]]]))
    result = []
    for level in levels:
        region = Positive(Votes(f, beta, level), _scan(span[0][0], span[1][0], 0.3 * beta))

        def areas(y: Array, region: Region = region) -> Array:
            held = region.cut(y)
            inner = overlap(s.cut(y), held)
            return np.stack([inner, overlap(whole.cut(y), held) - inner], axis=1)

        result.append(integral(areas, edges, max(beta, (span[1][1] - span[0][1]) / 40), 1e-11 * s.area()))
    return np.array(result)


def answer(problem: Problem, alpha: float, beta: float, eps: float) -> tuple[list[float], list[float]]:
    """Clean and certified risk, and the difference of two frames; at beta = 0 use the closed forms instead."""
    tau = float(ndtr(eps / beta))
    levels = [0.5, tau, 1 - tau]
    frames: list[Callable[[], Array]]
    if isinstance(problem, MixtureProblem):
        m = described(problem)
        frames = [lambda t=t: mixture_risks(m.turned(t), alpha, beta, levels) for t in (0.0, TURN)]
        one = problem.prior
    else:
        s = sets_of(problem)
        scale = 1.0 if s.clip is None else float(np.prod(s.clip[2:] - s.clip[:2]))
        frames = [lambda t=t: domain_risks(t, alpha, beta, levels) / scale for t in (s, s.swapped())]
        one = s.area() / scale
    risks = []
    for frame in frames:
        (a, b), (c, _), (_, d) = frame()
        risks.append((one - a + b, one - c + d))
    return [float(v) for v in risks[0]], [float(abs(p - q)) for p, q in zip(*risks, strict=True)]


def described(problem: MixtureProblem) -> Mixture:
    labels, weights, laws = zip(*weighted(problem), strict=True)
    means = np.stack([as_vector(law.mean, 2) for law in laws])
    return Mixture(np.array(weights), np.array(labels), means, np.stack([covariance(law, 2) for law in laws]))


def sets_of(problem: DomainProblem) -> Sets:
    discs = [[*as_vector(b.center, 2), b.radius] for b in problem.inside if isinstance(b, Ball)]
    boxes = [[*as_vector(b.low, 2), *as_vector(b.high, 2)] for b in problem.inside if isinstance(b, Box)]
    clip = None
    if problem.low is not None and problem.high is not None:
        clip = np.concatenate([as_vector(problem.low, 2), as_vector(problem.high, 2)])
    return Sets(np.array(discs).reshape(-1, 3), np.array(boxes).reshape(-1, 4), clip)
