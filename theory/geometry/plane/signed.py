"""The signed density of Gaussian mixtures in the plane, as the logarithm of the ratio of its two sides."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp, softmax

from theory.arrays import Array, Flags
from theory.geometry.plane import chebyshev

# Squares are at most this many times as large as a component's least width, or as their distance from it.
SIZE, DISTANCE = 0.75, 0.35


class SignedField:
    """D(x) = log sum_1 w_k N(x; m_k, S_k) - log sum_0 w_k N(x; m_k, S_k): positive where s_alpha is.

    means (K, 2), covariances (K, 2, 2) with the training noise included, weights (K,), positive (K,) of class 1.
    """

    def __init__(self, means: Array, covariances: Array, weights: Array, positive: Flags, order: int) -> None:
        self._means, self._precisions = means, np.linalg.inv(covariances)
        self._logs = np.log(weights) - 0.5 * np.linalg.slogdet(covariances)[1]
        self._bend = 0.5 * np.linalg.norm(self._precisions, 2, axis=(1, 2))
        self._widths = np.sqrt(np.linalg.eigvalsh(covariances)[:, 0])
        self._positive = positive
        self._order = order

    def _exponents(self, points: Array) -> Array:
        """Logarithms of the weighted densities at points (..., 2), without the factor 2 pi."""
        x, y = (points[..., k, None] - self._means[:, k] for k in (0, 1))
        (along, mixed), (_mixed, across) = self._precisions.transpose(1, 2, 0)
        return np.asarray(self._logs - 0.5 * (along * x * x + (2 * mixed * x + across * y) * y))

    def value(self, points: Array) -> Array:
        """D at points (..., 2)."""
        logs = self._exponents(points)
        return logsumexp(logs[..., self._positive], axis=-1) - logsumexp(logs[..., ~self._positive], axis=-1)

    def rise(self, points: Array) -> tuple[Array, Array]:
        """D and its slopes at points (N, 2)."""
        logs = self._exponents(points)
        pull = np.einsum("kij,nkj->nki", self._precisions, self._means - points[:, None, :])
        one, zero = (
            np.einsum("nk,nki->ni", softmax(logs[:, k], axis=1), pull[:, k]) for k in (self._positive, ~self._positive)
        )
        return self.value(points), one - zero

    def certain(self, center: Array, half: Array) -> Flags:
        """By bounds of every exponent on the disc around the square."""
        logs = self._exponents(center)
        offset = center[:, None, :] - self._means
        radius = np.sqrt(2) * half[:, None]
        reach = np.linalg.norm(np.einsum("kij,nkj->nki", self._precisions, offset), axis=2) * radius
        low, high = logs - reach - self._bend * radius**2, logs + reach
        one, zero = self._positive, ~self._positive
        above = logsumexp(low[:, one], axis=1) > logsumexp(high[:, zero], axis=1)
        below = logsumexp(high[:, one], axis=1) < logsumexp(low[:, zero], axis=1)
        return np.asarray(above | below)

    def largest(self, center: Array) -> Array:
        """Set by the nearest component relative to its width; two components alone make one quadratic."""
        if len(self._means) == 2:
            return np.full(len(center), np.inf)
        distance = np.linalg.norm(center[:, None, :] - self._means, axis=2)
        return np.asarray(np.maximum(SIZE * self._widths, DISTANCE * distance).min(axis=1))

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """By interpolation; what is left out is estimated from the last coefficients."""
        at = chebyshev.nodes(self._order)
        offset = np.stack(np.meshgrid(at, at, indexing="ij"), axis=-1)
        values = self.value(center[:, None, None, :] + half[:, None, None, None] * offset)
        turn = chebyshev.to_coefficients(self._order)
        held = np.einsum("ik,jl,nkl->nij", turn, turn, values, optimize=True)
        size = np.abs(held)
        doubt = 2 * (size[:, -2:, :].sum(axis=(1, 2)) + size[:, :, -2:].sum(axis=(1, 2)))
        return held, doubt + 1e-15 * size.sum(axis=(1, 2))
