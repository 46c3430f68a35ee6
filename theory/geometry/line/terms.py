"""The log-concave terms of comparisons on the line: noised densities, and vote masses of a region."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.laws import NOISE
from theory.laws.convolve import Profile, convolve
from theory.laws.spread import SPREAD_RATES
from theory.numerics.terms import magnitude

# Quotients of weights carry at most six roundings, here in units of the ties' own.
WEIGHT_ROUNDING = 0.5


def _ordered(pieces: tuple[Piece, ...]) -> tuple[list[Piece], int]:
    one, zero = [p for p in pieces if p.label == 1], [p for p in pieces if p.label == 0]
    return one + zero, len(one)


class DensityTerms:
    """Weighted densities of the components after training noise, in logarithms; those of one law all at once."""

    def __init__(self, pieces: tuple[Piece, ...], noise: str, alpha: Array) -> None:
        self._pieces, self.positive = _ordered(pieces)
        self._noise, self._alpha = noise, alpha
        self._last: tuple[Index, list[tuple[Index, Profile]]] | None = None
        self._scales = np.array([0.0 if p.law == "point" else float(p.scale) for p in self._pieces])
        self._centers = np.array([float(p.center) for p in self._pieces])
        laws = [p.law for p in self._pieces]
        self._groups = [(law, np.flatnonzero([other == law for other in laws])) for law in dict.fromkeys(laws)]
        self.modes = np.broadcast_to(self._centers, (len(alpha), len(laws)))
        self._log_weights = np.log([p.weight for p in self._pieces])
        self.widths = self._joined([(k, s.width) for k, s in self._shapes(np.arange(len(alpha)))], len(alpha))

    def _shapes(self, row: Index) -> list[tuple[Index, Profile]]:
        """Columns and noised components of each law, (N, k); the last ones are kept for the same rows."""
        if self._last is None or self._last[0] is not row:
            alpha = self._alpha[row][:, None]
            kinds = [("gaussian" if law == "point" else law, columns) for law, columns in self._groups]
            self._last = row, [(k, convolve(law, self._scales[k], self._noise, alpha)) for law, k in kinds]
        return self._last[1]

    def _joined(self, parts: list[tuple[Index, Array]], rows: int) -> Array:
        found = np.empty((rows, len(self._pieces)))
        for columns, values in parts:
            found[:, columns] = values
        return found

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms of the weighted noised densities, (N, K)."""
        z = x[:, None] - self._centers
        return self._joined([(k, s.log_pdf(z[:, k])) for k, s in self._shapes(row)], len(x)) + self._log_weights

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        z = x[:, None] - self._centers
        return self._joined([(k, s.score(z[:, k])) for k, s in self._shapes(row)], len(x))

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """Logarithms are accurate relative to themselves, but for the width of a narrow uniform law, (N, K)."""
        result = magnitude(values)
        for k, item in enumerate(self._pieces):
            if item.law == "uniform":
                result[:, k] += np.abs(x - float(item.center)) / float(item.scale)
            if self._noise == "uniform":
                noise = self._alpha[row]
                result[:, k] += np.abs(x - float(item.center)) / np.where(noise > 0, noise, np.inf)
        return result

    def spread(self, row: Index, x: Array) -> tuple[Array, Array]:
        """Their derivatives in alpha > 0, and the magnitudes added up for these, (N, K)."""
        alpha = self._alpha[row]
        found = [
            SPREAD_RATES[p.law, self._noise](x - float(p.center), np.full_like(alpha, float(p.scale)), alpha)
            for p in self._pieces
        ]
        rates, sizes = zip(*found, strict=True)
        return np.stack(rates, axis=1), np.stack(sizes, axis=1)


class GaussianTerms:
    """All components Gaussian after noise, in logarithms relative to the widest one, N(m, v):

    log(w_k p_k / p) = c + y (b + a y), y = x - m, d = m_k - m,
    a = (v_k - v)/(2 v_k v), b = d/v_k, c = log(w_k sqrt(v/v_k)) - d^2/2v_k.

    Dividing both sides of a comparison by p changes no sign, keeps every term log-concave, and avoids
    differences of large numbers in the far tails where v_k is near v. Where it is not, the two exponents are formed
    apart, which avoids such differences near the centre of a narrow component.
    """

    @np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
    def __init__(self, pieces: tuple[Piece, ...], alpha: Array) -> None:
        ordered, self.positive = _ordered(pieces)
        self._means = np.array([float(p.center) for p in ordered])
        scales = np.array([0.0 if p.law == "point" else float(p.scale) for p in ordered])
        weights = np.array([p.weight for p in ordered])
        reference = int(np.argmax(scales))
        self._variance = scales**2 + alpha[:, None] ** 2
        self._widest = self._variance[:, reference : reference + 1]
        self._center = self._means[reference]
        offset = self._means - self._center
        excess = (scales - scales[reference]) * (scales + scales[reference]) / self._widest
        self._a = 0.5 * excess / self._variance
        self._b = offset / self._variance
        self._near = self._variance > 0.5 * self._widest
        shares = np.log(weights / weights[reference])
        self._share_size = np.where(shares != 0, WEIGHT_ROUNDING, 0.0)
        self._scaled = shares - 0.5 * log_quotient(self._variance, self._widest, excess)
        self._c = self._scaled - offset**2 / (2 * self._variance)
        flat = self._a == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            peak = self._center - self._b / (2 * self._a)
        self.modes = np.where(flat, np.where(self._b == 0, self._center, np.copysign(np.inf, self._b)), peak)
        self.widths = np.sqrt(self._variance)
        self._alpha = alpha

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms relative to the widest component, (N, K)."""
        y = (x - self._center)[:, None]
        joined = self._c[row] + y * (self._b[row] + y * self._a[row])
        own, common = self._exponents(row, x)
        return np.where(self._near[row], joined, self._scaled[row] - own + common)

    def _exponents(self, row: Index, x: Array) -> tuple[Array, Array]:
        own = (x[:, None] - self._means) ** 2 / (2 * self._variance[row])
        return own, (x[:, None] - self._center) ** 2 / (2 * self._widest[row])

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        return self._b[row] + 2 * (x - self._center)[:, None] * self._a[row]

    def spread(self, row: Index, x: Array) -> tuple[Array, Array]:
        """Their derivatives in alpha, and the magnitudes added up for these, (N, K).

        By the heat equation d/dalpha log(p_k/p) = alpha (2a - (score of p_k/p) (own + common)), own and common the
        distances from the means over the variances; the score is common - own.
        """
        own, common = (x[:, None] - self._means) / self._variance[row], (x - self._center)[:, None] / self._widest[row]
        score = np.where(self._near[row], self.scores(row, x), common - own)
        size = np.abs(2 * self._a[row]) + (np.abs(own) + np.abs(common)) * (np.abs(score) + np.abs(self._b[row]))
        noise = self._alpha[row][:, None]
        return noise * (2 * self._a[row] - score * (own + common)), noise * size

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """The magnitudes added up for each logarithm, (N, K)."""
        y = (x - self._center)[:, None]
        joined = np.abs(self._c[row]) + np.abs(y * self._b[row]) + np.abs(y * y * self._a[row])
        own, common = self._exponents(row, x)
        return self._share_size + np.where(self._near[row], joined, np.abs(self._scaled[row]) + own + common)


def log_quotient(part: Array, whole: Array, excess: Array) -> Array:
    """log(part/whole), excess = part/whole - 1: from the excess where the two are close, else from their quotient."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(part > 0.5 * whole, np.log1p(np.maximum(excess, -0.6)), np.log(part / whole))


class VoteTerms:
    """Vote masses: each interval of a region gives the log-concave term log P(x + beta V in interval).

    Without `log_tail` the region's intervals stand against those of its complement (sign of u - 1/2). With it, the
    constant log_tail stands against the complement: positive where 1 - u <= exp(log_tail), which does not round at
    vote levels near 1.
    """

    def __init__(self, region: Region, noise: str, beta: Array, log_tail: Array | None) -> None:
        self._law, self._beta, self._tail = NOISE[noise], beta, log_tail
        low, high = region.pieces(False)
        if log_tail is None:
            one = region.pieces(True)
            low, high = np.concatenate([one[0], low], axis=1), np.concatenate([one[1], high], axis=1)
            self.positive = one[0].shape[1]
        else:
            self.positive = 1
        self._low, self._high = low, high
        with np.errstate(invalid="ignore"):
            modes = 0.5 * (low + high)
        modes = np.where(np.isnan(modes), 0.0, modes)
        self.modes = modes if log_tail is None else np.concatenate([np.zeros((len(beta), 1)), modes], axis=1)

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms of the vote masses, (N, K)."""
        scale, at = self._beta[row][:, None], x[:, None]
        masses = self._law.log_interval((self._low[row] - at) / scale, (self._high[row] - at) / scale)
        return masses if self._tail is None else np.concatenate([self._tail[row][:, None], masses], axis=1)

    @np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        scale, at = self._beta[row][:, None], x[:, None]
        score = self._law.interval_slope((self._low[row] - at) / scale, (self._high[row] - at) / scale) / scale
        return score if self._tail is None else np.concatenate([np.zeros((len(x), 1)), score], axis=1)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """Logarithms are accurate relative to themselves, but for the width of a narrow interval far away, (N, K)."""
        low, high = self._low[row], self._high[row]
        bounded = np.isfinite(low) & np.isfinite(high)
        with np.errstate(invalid="ignore"):
            far = np.where(bounded, np.abs(x[:, None] - low) / (high - low), 0.0)
        extra = far if self._tail is None else np.concatenate([np.zeros((len(x), 1)), far], axis=1)
        return magnitude(values) + extra
