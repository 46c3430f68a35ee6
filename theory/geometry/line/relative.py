"""Comparisons under noise much wider than every component, relative to the noise itself.

All noised densities are then nearly that of the noise, and their logarithms, of size (x/alpha)^2 or x/alpha, differ by
much less than they are rounded. Here they are divided by one common density first, analytically (`blurs`), and the
logarithmic ratio is formed from the small differences.
"""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.piece import Piece
from theory.laws.blurs import BLURS
from theory.numerics.terms import TIE_ULPS, ratio_of

# Noise at least this many times as wide as the widest component, and as wide as the centres are apart, is "much wider".
WIDE = 16.0


def wide_noise(pieces: tuple[Piece, ...], noise: str, alpha: Array) -> Flags:
    """Which of the noises alpha (R,) are so wide that `RelativeTerms` applies."""
    if noise == "uniform" or not pieces:
        return np.zeros(len(alpha), bool)
    centers = [float(p.center) for p in pieces]
    scale = max(0.0 if p.law == "point" else float(p.scale) for p in pieces)
    return np.asarray((alpha > 0) & (alpha >= WIDE * scale) & (alpha >= max(centers) - min(centers)))


class RelativeTerms:
    """log(w_k (q_k * p_a)(x)/r(x)) for a reference r common to all terms.

    Gaussian noise: r is the noise at one of the centres c, and the term is d (2y - d)/2a^2 + G_k, y = x - c,
    d = m_k - c, convex in x. Laplace noise: r is exp(-distance/a)/2a, the distance that to the interval of the centres;
    in each of the three parts of the line the term is concave, H_k plus a constant outside the interval.
    """

    def __init__(self, pieces: tuple[Piece, ...], noise: str, alpha: Array) -> None:
        ones, zeros = ([p for p in pieces if p.label == label] for label in (1, 0))
        ordered, self.positive = ones + zeros, len(ones)
        self.convex = noise == "gaussian"
        self._alpha = alpha
        self._centers = np.array([float(p.center) for p in ordered])
        self._scales = np.array([0.0 if p.law == "point" else float(p.scale) for p in ordered])
        self._blurs = [BLURS[p.law, noise] for p in ordered]
        self._weights = np.array([p.weight for p in ordered])
        self._log_weights = np.log(self._weights)
        self._low, self._high = self._centers.min(), self._centers.max()
        self._home = self._centers[np.argmax(self._weights)]
        one, zero = (sum(p.rational[0] for p in side) for side in (ones, zeros))
        # From the rational numbers: odds that are even on paper are even.
        self._odds = math.log1p((one - zero) / zero) if zero else math.inf
        least = np.where(self._scales > 0, self._scales, np.inf).min()
        self.modes = np.broadcast_to(np.inf, (len(alpha), len(ordered)))
        self.widths = np.minimum(least, alpha)[:, None]

    @property
    def inset(self) -> float:
        """How far inside an interval its ends must be evaluated for them to belong to its own part of the line."""
        size = float(np.abs(self._centers).max())
        return 0.0 if self.convex else 8 * float(np.spacing(size))

    def _parts(self, row: Index, x: Array) -> tuple[Array, Array, Array]:
        """Logarithms without the weights, their derivatives, and the sizes of what was added up, (N, K) each."""
        a, at = self._alpha[row], x[:, None] - self._centers
        columns = [blur(np.abs(at[:, k]), a, np.full_like(a, self._scales[k])) for k, blur in enumerate(self._blurs)]
        value, slope, size = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
        shift, tilt = self._shift(x, at, a[:, None])
        return value + shift, np.sign(at) * slope + tilt, size + np.abs(shift)

    def _shift(self, x: Array, at: Array, a: Array) -> tuple[Array, Array]:
        """What the distance between a component's centre and the reference's adds, and its derivative."""
        if self.convex:
            offset = self._centers - self._home
            return offset / a * ((x - self._home)[:, None] - 0.5 * offset) / a, offset / a / a
        below, above = (x < self._low)[:, None], (x > self._high)[:, None]
        outside = np.where(below, self._low - self._centers, self._centers - self._high)
        inside = ~(below | above)
        return np.where(inside, -np.abs(at), outside) / a, np.where(inside, -np.sign(at), 0.0) / a

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms relative to the reference, (N, K)."""
        return self._parts(row, x)[0] + self._log_weights

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        return self._parts(row, x)[1]

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """The magnitudes that were added up for each logarithm, (N, K)."""
        return self._parts(row, x)[2] + np.abs(self._log_weights)

    def ratio(self, row: Index, x: Array) -> tuple[Array, Array]:
        """D and the size of its rounding error, (N,) each.

        D = log(W1/W0) + log(1 + mean of exp(v) - 1 over class 1) - the same over class 0, means weighted by w_k; where
        some v is not small the plain sums are as good.
        """
        value, _slope, size = self._parts(row, x)
        p = self.positive
        small: Flags = np.asarray((np.abs(value) < 0.5).all(axis=1))
        near = np.where(small[:, None], value, 0.0)
        sides = []
        for part in (slice(None, p), slice(p, None)):
            share = self._weights[part] / self._weights[part].sum()
            grown = share * np.exp(near[:, part])
            sides.append((np.log1p(np.expm1(near[:, part]) @ share), (grown * size[:, part]).sum(axis=1)))
        (one, one_size), (zero, zero_size) = sides
        rounding = TIE_ULPS * (np.maximum(one_size, zero_size) + np.maximum(np.abs(one), np.abs(zero)))
        if self._odds:
            rounding = rounding + TIE_ULPS * max(1.0, abs(self._odds))
        weighted = value + self._log_weights
        plain, plain_rounding = ratio_of(weighted, size + np.abs(self._log_weights), p)
        return np.where(small, self._odds + (one - zero), plain), np.where(small, rounding, plain_rounding)
