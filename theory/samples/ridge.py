r"""lda and least squares on Gaussians of any common covariance, with any number of noisy copies: the limit.

M copies of n samples have the pooled covariance W = C^1/2 W1 C^1/2 + b W2 with C = Sigma + (alpha^2/M) I,
b = alpha^2 (M - 1)/M and independent Wishart matrices W1 of n and W2 of n (M - 1) samples: the first is what the means
of the copies of a sample do, the second what the copies do about them. Its inverse is, as far as any fixed direction
and any trace can tell, Q = (k1 C + k2 b I)^-1. With the eigenvalues t of Sigma in shares h, c = t + alpha^2/M,
p = k1 c Q, r = k2 b Q = 1 - p and gamma = d/n,

    k1 + gamma sum h p = 1,    k2 + gamma/(M - 1) sum h r = 1,

which is one equation for y = k1/(k2 b), since p = y c/(1 + y c). The forms w'Bw of w = W^-1 (m1 - m0), for B = Sigma
and B = I, are those of -dQ/dx of (W + x B)^-1 at x = 0:

    w'Bw = sum (4 m + v gamma h c) Q (Q B + (p U1 + r U2)/D),    D = k1 k2 + k1 gamma P/(M - 1) + k2 gamma P,
    U1 = (k2 + gamma P/(M - 1)) G1 + gamma P G2,    U2 = gamma P/(M - 1) G1 + (k1 + gamma P) G2,
    P = sum h p r,    G1 = gamma sum h p Q B,    G2 = gamma/(M - 1) sum h r Q B,

m the parts of |m1 - m0|^2/4 in the eigenspaces, v = 1/(prior (1 - prior)). Everything is multiplied by D, which may be
0, and Q by k1 + k2 b, which may be too; all terms are positive. M = inf is k2 = 1, C = Sigma. Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags
from theory.samples.overlaps import Overlaps, gathered

# Roundings in the arguments of Phi, relative to the sizes of what is added up, and in the equation for y.
ROUNDINGS, RESIDUAL = 32, 8
MOST_STEPS = 200
# Relative change of y with which derivatives by y are taken.
STEP = 1e-5
# Numbers held at a time.
MOST_NUMBERS = 2_000_000


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues (J,) of the common covariance, their shares of the dimensions, which add up to 1, and the parts of
    |m1 - m0|^2/4 in their eigenspaces."""

    values: Array
    shares: Array
    signal: Array


@dataclass(frozen=True)
class Trained:
    """Rows (n, 1) of training sets: gamma = d/n, 0 for infinite data; c (n, J), b and 1/(M - 1) as above."""

    gamma: Array
    c: Array
    b: Array
    inverse: Array


def spans(alpha: Array, delta: Array, copies: int | None) -> Flags:
    """Whether M noisy copies of n samples span the space; without noise the classifier of least norm is meant."""
    return np.asarray((alpha == 0) | (delta * (np.inf if copies is None else copies) > 1))


def ridge(
    spectrum: Spectrum, prior: float, threshold: float, alpha: Array, delta: Array, copies: int | None = None
) -> Overlaps:
    """The overlaps at noises alpha >= 0 and samples per dimension delta = n/d > 0, inf for infinite data (n,).

    threshold: as `isotropic`. At alpha = 0 copies are all the same, and where n <= d the limit alpha -> 0 of infinitely
    many of them is meant, the classifier of least norm. NaN where M copies of n samples do not span the space, at
    alpha > 0 and n M <= d.
    """
    size = max(1, MOST_NUMBERS // len(spectrum.values))
    pieces = (np.arange(low, min(low + size, len(alpha))) for low in range(0, len(alpha), size))
    done = [(rows, _piece(spectrum, prior, threshold, alpha[rows], delta[rows], copies)) for rows in pieces]
    return gathered(len(alpha), done)


def _piece(
    spectrum: Spectrum, prior: float, threshold: float, alpha: Array, delta: Array, copies: int | None
) -> Overlaps:
    unit = float(spectrum.shares @ spectrum.values)
    held = Spectrum(spectrum.values / unit, spectrum.shares, spectrum.signal / unit)
    noisy = (alpha / np.sqrt(unit)) ** 2
    # Without noise the copies are all the same, and M = inf is meant.
    count = np.where((noisy > 0) & (copies is not None), float(copies or 0), np.inf)
    defined = np.flatnonzero(spans(alpha, delta, copies))
    noisy, delta, count = noisy[defined], delta[defined], count[defined]
    with np.errstate(divide="ignore"):
        inverse = np.where(count > 1, 1 / (count - 1), 0.0)
    rest = np.where(np.isinf(count), noisy, noisy * (1 - 1 / count))
    sets = Trained((1 / delta)[:, None], held.values + (noisy / count)[:, None], rest[:, None], inverse[:, None])
    y, doubt = _solved(held, sets, delta[:, None])
    found = _overlaps(held, prior, threshold, sets, y)
    moved = _overlaps(held, prior, threshold, sets, y * (1 + STEP))
    change = np.maximum(np.abs(moved.one - found.one), np.abs(moved.zero - found.zero))
    change = np.maximum(change, np.abs(moved.stretch / found.stretch - 1))
    error = found.error + 2 * doubt[:, 0] / STEP * np.nan_to_num(change)
    whole = Overlaps(found.one, found.zero, found.stretch / np.sqrt(unit), error)
    return gathered(len(alpha), [(defined, whole)])


def _solved(spectrum: Spectrum, sets: Trained, delta: Array) -> tuple[Array, Array]:
    """y (n, 1) and its relative error; inf where k2 b = 0 < k1.

    By Newton's method in log y between bounds. The lower is the root for a covariance that is the largest eigenvalue
    everywhere: the equation increases with c, and with 1 - k2, which is left out.
    """
    b, top = sets.b, sets.c.max(axis=1, keepdims=True)
    infinite = np.isinf(delta) | ((b == 0) & (delta >= 1))
    with np.errstate(divide="ignore"):
        y = np.where(infinite, 1 / b, 1.0)
    error = np.zeros_like(y)
    rows = np.flatnonzero(~infinite[:, 0])
    part = Trained(sets.gamma[rows], sets.c[rows], b[rows], sets.inverse[rows])
    if len(rows):
        low = _isotropic_root(top[rows], b[rows], delta[rows])
        y[rows], error[rows] = _newton(spectrum.shares, part, delta[rows], low)
    return y, error


def _isotropic_root(c: Array, b: Array, delta: Array) -> Array:
    """The positive root of b y + gamma y c/(1 + y c) = 1: b c delta y^2 + (b delta + c - c delta) y = delta."""
    half = 0.5 * (b * delta + c * (1 - delta))
    root = np.hypot(half, np.sqrt(b * c) * delta)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(half > 0, delta / (half + root), (root - half) / (b * c * delta))


def _newton(shares: Array, sets: Trained, delta: Array, low: Array) -> tuple[Array, Array]:
    """The root of `_residual` above `low`, and its relative error."""
    place = np.log(low)
    floor, ceiling = place - 1e-9, np.full_like(place, np.inf)
    for _ in range(MOST_STEPS):
        value, slope, noise = _residual(shares, sets, delta, np.exp(place))
        floor, ceiling = np.where(value < 0, place, floor), np.where(value > 0, place, ceiling)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = -value / slope
        new = place + np.clip(np.nan_to_num(step, nan=1.0), -50.0, 50.0)
        middle = np.where(np.isinf(ceiling), place + 5.0, 0.5 * (floor + ceiling))
        new = np.where((new < floor) | (new > ceiling) | ~(slope > 0), middle, new)
        moved = np.abs(new - place)
        place = new
        if np.all(moved <= np.finfo(float).eps * (4 + np.abs(place)) + noise / np.abs(slope)):
            break
    value, slope, noise = _residual(shares, sets, delta, np.exp(place))
    return np.exp(place), (np.abs(value) + noise) / slope + np.finfo(float).eps * (1 + np.abs(place))


def _residual(shares: Array, sets: Trained, delta: Array, y: Array) -> tuple[Array, Array, Array]:
    """delta (y b k2 + gamma sum h p - 1), its derivative by log y, and its rounding."""
    reach = y * sets.c
    p, r = reach / (1 + reach), 1 / (1 + reach)
    mean_p, mean_r, both = (np.asarray(part @ shares)[:, None] for part in (p, r, p * r))
    rest = y * sets.b
    push = rest * (delta - sets.inverse * mean_r)
    # From the side on which less cancels: sum h p = 1 - sum h r.
    value = np.where(delta < 0.5, mean_p - delta, (1 - delta) - mean_r) + push
    size = np.where(delta < 0.5, mean_p + delta, np.abs(1 - delta) + mean_r) + rest * (delta + sets.inverse * mean_r)
    return value, push + rest * sets.inverse * both + both, RESIDUAL * np.finfo(float).eps * size


def _overlaps(spectrum: Spectrum, prior: float, threshold: float, sets: Trained, y: Array) -> Overlaps:
    """Everything else, at a root y (n, 1)."""
    h, m, t = spectrum.shares, spectrum.signal, spectrum.values
    end = np.isinf(y)
    held = np.where(end, 1.0, y)
    reach = held * sets.c
    p, r = np.where(end, 1.0, reach / (1 + reach)), np.where(end, 0.0, 1 / (1 + reach))
    gamma, inverse = sets.gamma, sets.inverse
    k2 = 1 - gamma * inverse * (r @ h)[:, None]
    k1 = np.where(end, np.maximum(1 - gamma, 0.0), held * k2 * sets.b)
    total = k1 + k2 * sets.b
    inner = np.where(end, 0.0, 1 / (1 + held))
    q = 1 / (inner + np.where(end, 1.0, held * inner) * sets.c)
    both = gamma * ((p * r) @ h)[:, None]
    size = k1 * k2 + k1 * inverse * both + k2 * both
    noise = 4 * m + gamma / (prior * (1 - prior)) * h * sets.c

    def form(b: Array) -> Array:
        first, second = gamma * ((p * q * b) @ h)[:, None], gamma * inverse * ((r * q * b) @ h)[:, None]
        one, two = (k2 + inverse * both) * first + both * second, inverse * both * first + (k1 + both) * second
        return np.asarray((noise * q * (size * q * b + p * one + r * two)).sum(axis=1))

    along, length = form(t), form(np.ones_like(t))
    share = np.sqrt(size[:, 0] / along)
    signal, tilt = share * 2 * (q @ m), (0.5 - prior) / (prior * (1 - prior))
    middle = share * tilt * gamma[:, 0] * ((sets.c * q) @ h)
    level = share * threshold * total[:, 0]
    spread = ROUNDINGS * np.finfo(float).eps * (1 + 1 / k2[:, 0])
    error = spread * (signal + np.abs(middle) + np.abs(level))
    one, zero = level + middle - signal, -level - middle - signal
    return Overlaps(one, zero, np.sqrt(length / along), error)
