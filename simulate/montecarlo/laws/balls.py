"""How much of a Gaussian noise lands in a ball: tables of its logarithm, made once on the host (NumPy).

In units of the noise let rho be the radius of the ball, s >= 0 the distance of its centre and P the mass,

    P(s) = P(|s e_1 + Z| <= rho) = integral over t >= s of g(t),   Z standard normal in d dimensions,
    g(t) = -P'(t) = rho (rho/t)^(d/2 - 1) exp(-(t - rho)^2/2) [I_(d/2)(t rho) exp(-t rho)],

the derivative by the divergence theorem and the integral of exp(k cos) cos over the sphere. All terms are positive, so
tails keep their relative precision however small they are. P falls from 1 to 0 about s* = sqrt(max(rho^2 - d, 0))
within a few units; what is tabulated is M = log P + (s - rho)^2/2, which grows like a logarithm beyond, by polynomials
of degree 7 on equal pieces of w = asinh((s - s*)/3). Below s* - 12 the mass is 1 to all digits. Beyond s* + 1e9, where
(s - rho)^2/2 has no digits after the point, M goes on as a straight line in w.

The error of log P is at most 1e-9 + 1e-13 |log P| + 1e-14 d: the pieces are halved until the polynomials are right to
a third of that between their nodes. What this leaves out is the rounding of the distance itself, as everywhere.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.bessel import log_bessel

DEGREE = 7
STRETCH = 3.0
BELOW, BEYOND = 12.0, 1e9
TOLERANCE = 3e-10
FIRST_STEP, LEAST_STEP = 1 / 8, 1 / 128
# The integral to infinity: panels of two decay lengths each.
PANELS = 24
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


class BallTables(NamedTuple):
    """Tables for K balls and each of A training noises; T different ones, since only d and rho matter."""

    alphas: Numbers  # (A,) the training noises, each exactly as the kernel hands them over
    which: Numbers  # (A, K) the table
    excess: Numbers  # (T,) rho - s*
    start: Numbers  # (T,) where w begins
    step: Numbers  # (T,) length of a piece
    pieces: Numbers  # (T,) their number
    coefficients: Numbers  # (T, most pieces, DEGREE + 1), lowest power first, on [-1, 1]


class _Table(NamedTuple):
    excess: float
    start: float
    step: float
    coefficients: np.ndarray


def log_volume(dim: int, radius: np.ndarray) -> np.ndarray:
    """Log volume of balls."""
    return dim * np.log(radius) + dim / 2 * math.log(math.pi) - gammaln(dim / 2 + 1)


def turn(dim: int, ratio: float) -> tuple[float, float]:
    """s* and rho - s*."""
    middle = math.sqrt((ratio - math.sqrt(dim)) * (ratio + math.sqrt(dim))) if ratio * ratio > dim else 0.0
    return middle, dim / (ratio + middle) if middle else ratio


def _log_slope(dim: int, ratio: float, s: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """log g at distance s, beyond = s - rho."""
    bent = (dim / 2 - 1) * (math.log(ratio) - np.log(s))
    return math.log(ratio) + bent - beyond * beyond / 2 + log_bessel(dim / 2, s * ratio)


def _log_upper(dim: int, ratio: float, beyond: np.ndarray, length: np.ndarray) -> np.ndarray:
    """log P by its own integral from each distance rho + beyond on, (points,)."""
    ends = 2 * np.arange(PANELS + 1)
    steps = (ends[:-1, None] + 1 + NODES).ravel()
    at = beyond[:, None] + length[:, None] * steps
    logs = _log_slope(dim, ratio, ratio + at, at)
    top = logs.max(axis=1, keepdims=True)
    return top[:, 0] + np.log(length * (np.exp(logs - top) * np.tile(WEIGHTS, PANELS)).sum(axis=1))


def log_mass(dim: int, ratio: float, above: np.ndarray) -> np.ndarray:
    """log P at distances s* + above, (points,), by quadrature."""
    middle, excess = turn(dim, ratio)
    order = np.argsort(above)
    u = above[order]
    low = u < 0
    result = np.empty_like(u)
    far, edge = u[~low], np.zeros(1)
    tails = [_log_upper(dim, ratio, part - excess, 1 / (1 + part)) for part in np.array_split(far, len(far) // 512 + 1)]
    result[~low] = np.concatenate(tails)
    if low.any():
        ends = np.append(u[low], 0.0)
        half = np.diff(ends) / 2
        at = (ends[:-1] + half)[:, None] + half[:, None] * NODES
        slopes = np.exp(_log_slope(dim, ratio, np.maximum(middle + at, 1e-300), at - excess))
        gained = (slopes @ WEIGHTS) * half
        base = math.exp(_log_upper(dim, ratio, edge - excess, edge + 1)[0])
        mass = base + np.cumsum(gained[::-1])[::-1]
        result[low] = np.log(np.minimum(mass, 1.0))
    unsorted = np.empty_like(result)
    unsorted[order] = np.minimum(result, 0.0)
    return unsorted


def _bent(dim: int, ratio: float, w: np.ndarray) -> np.ndarray:
    """M at the places w, of any shape."""
    above = STRETCH * np.sinh(w)
    beyond = above - turn(dim, ratio)[1]
    return log_mass(dim, ratio, above.ravel()).reshape(w.shape) + beyond * beyond / 2


@lru_cache(256)
def table(dim: int, ratio: float) -> _Table:
    """The table of one ball: rho = `ratio`, d = `dim` >= 2."""
    middle, excess = turn(dim, ratio)
    start = math.asinh(-min(BELOW, middle) / STRETCH)
    span = math.asinh(BEYOND / STRETCH) - start
    nodes = np.cos(math.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    inverse = np.linalg.inv(np.vander(nodes, increasing=True))
    between = np.cos(math.pi * np.array([1.0, 2.5, 4.0, 5.5, 7.0]) / (DEGREE + 1))
    step = FIRST_STEP
    while True:
        pieces = math.ceil(span / step)
        middles = start + step * (np.arange(pieces) + 0.5)
        values = _bent(dim, ratio, middles[:, None] + step / 2 * np.concatenate([nodes, between]))
        # the first node may lie below s = 0 by rounding only: w starts there
        fitted, checked = values[:, : DEGREE + 1], values[:, DEGREE + 1 :]
        level = fitted.mean(axis=1, keepdims=True)
        coefficients = (fitted - level) @ inverse.T
        coefficients[:, 0] += level[:, 0]
        error = np.abs(coefficients @ np.vander(between, DEGREE + 1, increasing=True).T - checked)
        above = STRETCH * np.sinh(middles[:, None] + step / 2 * between)
        allowed = TOLERANCE + 3e-14 * (above - excess) ** 2 + 3e-15 * dim
        if step <= LEAST_STEP or (error <= allowed).all():
            return _Table(excess, start, step, coefficients)
        step /= 2


def ball_tables(dim: int, radii: np.ndarray, alphas: np.ndarray) -> BallTables:
    """The tables of balls with `radii` (K,) for Gaussian training noises `alphas` (A,) > 0; A = 0 is allowed."""
    ratios = np.asarray(radii, dtype=float)[None, :] / np.asarray(alphas, dtype=float)[:, None]
    distinct, which = np.unique(ratios, return_inverse=True)
    made = [table(dim, float(ratio)) for ratio in distinct] or [_Table(0.0, 0.0, 1.0, np.zeros((1, DEGREE + 1)))]
    most = max(len(part.coefficients) for part in made)
    padded = np.zeros((len(made), most, DEGREE + 1))
    for row, part in zip(padded, made, strict=True):
        row[: len(part.coefficients)] = part.coefficients
    return BallTables(
        np.asarray(alphas, dtype=float),
        np.reshape(which, ratios.shape),
        np.array([part.excess for part in made]),
        np.array([part.start for part in made]),
        np.array([part.step for part in made]),
        np.array([len(part.coefficients) for part in made]),
        padded,
    )
