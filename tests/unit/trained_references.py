"""Deliberately dumb counterparts of what is trained on samples, in NumPy, and exact risks at finite n and d.

No test lives here.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, roots_genlaguerre
from scipy.stats import binom, nct

# Nodes of the quadratures, in both variables; beyond REACH deviations nothing is left.
NODES, LAGUERRE, REACH = 400, 80, 9.0


def averaged(t: float, spread: float) -> float:
    """The logarithm of the logistic loss averaged over noise, by a fine sum."""
    step = min(0.01, 0.01 / max(spread, 1.0))
    xi = step * np.arange(-int((12 + 2 * spread) / step), int(12 / step))
    value = np.logaddexp(0.0, -(t + spread * xi))
    logs = np.log(np.maximum(value, 1e-300)) - xi**2 / 2
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum() * step / math.sqrt(2 * math.pi)))


def half_space(rule: str, x: np.ndarray, y: np.ndarray, variance: float) -> tuple[np.ndarray, float]:
    """lda and least squares on points x with labels y in {0, 1}, from their definitions."""
    share, (m1, m0) = y.mean(), (x[y == label].mean(axis=0) for label in (1, 0))
    if rule == "least-squares":
        design, count = np.hstack([x, np.ones((len(x), 1))]), len(x)
        penalty = np.sqrt(count * variance) * np.eye(x.shape[1], x.shape[1] + 1)
        fit = np.linalg.lstsq(np.vstack([design, penalty]), np.append(2 * y - 1, np.zeros(x.shape[1])), rcond=None)[0]
        return fit[:-1], -fit[-1]
    within = x - np.where(y[:, None] == 1, m1, m0)
    w = np.linalg.solve(within.T @ within / len(x) + variance * np.eye(x.shape[1]), m1 - m0)
    return w, float(w @ (m1 + m0) / 2 + math.log((1 - share) / share))


def risk_on_a_line(rule: str, samples: int, m: float, prior: float, alpha: float, eps: float) -> float:
    """The mean risk on the line of n samples of N(+-m, 1), infinitely many copies: a sum over the number of samples of
    class 1, and for each an integral over the difference of the means and over the variance within classes, which are
    independent. The middle of the means is normal given their difference and enters in closed form."""
    total = 0.0
    for ones in range(samples + 1):
        chance = binom.pmf(ones, samples, prior)
        if ones in (0, samples):
            total += chance * (prior if ones == 0 else 1 - prior)
        else:
            total += chance * _given_counts(rule, (ones, samples - ones), m, prior, (alpha, eps))
    return float(total)


def _given_counts(rule: str, counts: tuple[int, int], m: float, prior: float, noise: tuple[float, float]) -> float:
    (ones, zeros), (alpha, eps), samples = counts, noise, sum(counts)
    spread = math.sqrt(1 / ones + 1 / zeros)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    ends = [(min(2 * m - REACH * spread, -1e-9), 0.0), (0.0, 2 * m + REACH * spread)]
    gap = np.concatenate([(b + a) / 2 + (b - a) / 2 * nodes for a, b in ends])
    mass = np.concatenate([(b - a) / 2 * weights for a, b in ends])
    mass *= np.exp(-(((gap - 2 * m) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
    half, share = roots_genlaguerre(LAGUERRE, (samples - 2) / 2 - 1)
    within, share = 2 * half / samples + alpha**2, share / share.sum()
    lean = 0.5 * (1 / ones - 1 / zeros) / spread**2
    middle, loose = lean * (gap - 2 * m), math.sqrt(1 + (0.25 - lean**2) * spread**2)
    threshold = math.log(zeros / ones) if rule == "lda" else (zeros - ones) * samples / (2 * zeros * ones)
    place = middle[:, None] + threshold * within / gap[:, None]
    side = np.sign(gap)[:, None]
    one, zero = (ndtr((side * (sign * place - m) + eps) / loose) for sign in (1, -1))
    # To the right of the place if the means are in order, else to the left of it.
    one = np.where(side > 0, one, ndtr((m - place + eps) / loose))
    zero = np.where(side > 0, zero, ndtr((place + m + eps) / loose))
    return float(mass @ (prior * one + (1 - prior) * zero) @ share)


def nearest_mean_risk(dim: int, samples: int, m: float, eps: float) -> float:
    """The mean risk of the nearest mean on N(+-m e1, I), equal priors and n/2 samples of each class.

    The difference of the means has the direction of N(sqrt(n) m e1, I), whose angle is a noncentral t variable, and the
    middle along it is N(0, 1/n), independent of it.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    law = nct(dim - 1, math.sqrt(samples) * m)
    low, high = law.ppf(1e-13), law.ppf(1 - 1e-13)
    t, mass = (high + low) / 2 + (high - low) / 2 * nodes, (high - low) / 2 * weights
    cosine = t / np.sqrt(t**2 + dim - 1)
    return float((mass * law.pdf(t)) @ ndtr((eps - m * cosine) / math.sqrt(1 + 1 / samples)))
