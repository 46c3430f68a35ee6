"""The votes for a region of the half-plane under noise, as a field whose level sets are found by squares.

With F(r; r0) the mass of a ball of radius r under noise in the d - 1 dimensions across the axis, centred r0 from it,
Green's theorem turns the vote into an integral over the outline of the region, which lies on the left of its steps:

    u(t0, r0) = -sum phi_beta(t - t0) F(r; r0) dt.

Votes in R^d have the bounds of derivatives that Gaussian noise gives along any line, |d^p u| <= sqrt(p!)/(2 beta^p), so
polynomials on squares are as good here as in the plane. Values on a grid are products of two matrices.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import chndtr, ndtri

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.outline import Outline
from theory.numerics.special.noncentral import ball_law, ball_log_mass

# Noise beyond so many scales does not count; distances from the axis vary by one more.
REACH = 8.3
# Distances from the axis, in noise scales, up to which masses are short sums.
SHORT = 25.0
# Half a side of the largest squares, in noise scales, and pairs that are looked at together.
SIDE, TOGETHER = 1.0, 1 << 21
# Rounding of votes.
ROUNDING = 1e-14
# Levels are met only where the votes are this near: a probit changes by at most a unit over a scale of noise.
SLACK = 1e-3


class VoteField:
    """u less the level 1 - tail; order: nodes of polynomials along either axis."""

    def __init__(self, outline: Outline, dim: int, beta: float, tail: float, order: int) -> None:
        self._dim, self._beta, self._tail, self._order = dim, beta, tail, order
        self._level = float(ndtri(tail))
        step = outline.steps[..., 0].ravel()
        held = step != 0
        nodes = outline.points.reshape(-1, 2)[held]
        sequence = np.argsort(nodes[:, 1], kind="stable")
        self._t, self._r = nodes[sequence].T
        self._weight = -step[held][sequence] / (beta * math.sqrt(2 * math.pi))
        self._outside = float(outline.outside)
        self._half = SIDE * beta
        self._held: dict[tuple[int, int], Array] = {}
        rare = min(tail, 1 - tail)
        self._reach = math.sqrt(-2 * math.log(rare / 6)) if rare > 0 else REACH
        every = outline.points.reshape(-1, 2)
        self._tree = cKDTree(every)

    def certain(self, center: Array, half: Array) -> Flags:
        """Where noise reaches no boundary with the chance that matters, or votes at the centre are far from the level."""
        result = np.ones(len(center), bool)
        most = max(1, TOGETHER // max(len(self._t), 1))
        for start in range(0, len(center), most):
            part = slice(start, start + most)
            low, high = self._band(center[part, 1] - half[part], center[part, 1] + half[part], self._reach)
            wide = half[part] + self._reach * self._beta
            near = (np.abs(self._t - center[part, 0, None]) <= wide[:, None]) & (self._r >= low[:, None])
            result[part] = ~(near & (self._r <= high[:, None])).any(axis=1)
        small = np.flatnonzero(~result & (half <= self._half * (1 + 1e-9)))
        votes = self._grids(center[small], half[small], 1)[:, 0, 0] + 1 - self._tail
        far = math.sqrt(2) * half[small] / self._beta + SLACK
        with np.errstate(invalid="ignore"):
            result[small] = np.abs(ndtri(np.clip(votes, 0.0, 1.0)) + self._level) > far
        return result

    def largest(self, center: Array) -> Array:
        """A scale of the noise."""
        return np.full(len(center), self._half * (1 + 1e-9))

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """By interpolation, and the bound of what that leaves out."""
        turn = chebyshev.to_coefficients(self._order)
        held = turn @ self._grids(center, half, self._order) @ turn.T
        sizes, back = np.unique(half / self._beta, return_inverse=True)
        return held, np.array([remainder(size, self._order) for size in sizes])[back.ravel()] + ROUNDING

    def value(self, points: Array) -> Array:
        """u less the level at points (N, 2), from polynomials that are kept."""
        cell = np.floor(points / (2 * self._half)).astype(np.int64)
        keys, back = np.unique(cell, axis=0, return_inverse=True)
        names = [(int(x), int(y)) for x, y in keys]
        fresh = [k for k, name in enumerate(names) if name not in self._held]
        centers = (2 * keys[fresh] + 1) * self._half
        found = self.expand(centers, np.full(len(fresh), self._half))[0]
        self._held.update(zip([names[k] for k in fresh], found, strict=True))
        held = np.array([self._held[name] for name in names]).reshape(len(names), self._order, self._order)
        local = points / self._half - 2 * cell - 1
        result, order = np.empty(len(points)), np.argsort(back.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(back.ravel(), minlength=len(names)))[:-1]
        for table, rows in zip(held, np.split(order, cuts), strict=False):
            one, two = (chebyshev.basis(local[rows, k], self._order) for k in (0, 1))
            result[rows] = ((one @ table) * two).sum(axis=1)
        return result

    def share(self, points: Array) -> Array:
        """u at points (N, 2)."""
        return self.value(points) + 1 - self._tail

    def distance(self, points: Array) -> Array:
        """From where noise about points (N, 2) is to the nearest node of the outline, at most; its distances from the
        axis vary by a scale of the noise about a middle."""
        if not len(points) or not self._tree.n:
            return np.full(len(points), np.inf)
        return np.asarray(self._tree.query(moved(points, self._dim, self._beta))[0]) - self._beta

    def rise(self, points: Array) -> tuple[Array, Array]:
        """u less the level, and its slopes (N, 2), node by node."""
        value, slope = np.full(len(points), self._outside - 1 + self._tail), np.zeros((len(points), 2))
        low, high = self._band(points[:, 1], points[:, 1], REACH)
        most = max(1, TOGETHER // max(len(self._t), 1))
        for start in range(0, len(points), most):
            part = slice(start, start + most)
            z = (self._t - points[part, 0, None]) / self._beta
            row, node = np.nonzero((np.abs(z) <= REACH) & (self._r >= low[part, None]))
            z = z[row, node]
            density = self._weight[node] * np.exp(-0.5 * z * z)
            share, rate = np.ones(len(row)), np.zeros(len(row))
            row += start
            within = self._r[node] <= high[row]
            some, at = points[row[within], 1] / self._beta, self._r[node[within]] / self._beta
            share[within], rate[within] = ball_share(self._dim, some, at), ball_rate(self._dim, some, at)
            count = len(points)
            value += np.bincount(row, density * share, count)
            slope[:, 0] += np.bincount(row, density * share * z / self._beta, count)
            slope[:, 1] -= np.bincount(row, density * rate / self._beta, count)
        return value, slope

    def _band(self, low: Array, high: Array, reach: float) -> tuple[Array, Array]:
        """Distances from the axis of nearly all noise about points between two distances."""
        square, margin = self._dim * self._beta**2, (reach + 1) * self._beta
        least = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
        most = np.maximum(np.abs(low), np.abs(high))
        return np.sqrt(least**2 + square) - margin, np.sqrt(most**2 + square) + margin

    def _grids(self, center: Array, half: Array, count: int) -> Array:
        """(N, count, count) u less the level at Chebyshev's nodes of squares."""
        result = np.full((len(center), count, count), self._outside - 1 + self._tail)
        at = chebyshev.nodes(count)
        rows, back = np.unique(np.stack([center[:, 1], half], axis=1), axis=0, return_inverse=True)
        sequence = np.argsort(back.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(back.ravel(), minlength=len(rows)))[:-1]
        for (height, size), members in zip(rows, np.split(sequence, cuts), strict=False):
            if len(members):
                places = center[members, 0]
                result[members] += self._row(places[:, None] + size * at, height + size * at)
        return result

    def _row(self, t: Array, r: Array) -> Array:
        """(M, m, m) u at places (M, m) along the axis, and the same distances (m,) from it for all."""
        (low,), (high,) = self._band(r[:1].min(keepdims=True), r[-1:].max(keepdims=True), REACH)
        start = int(np.searchsorted(self._r, low))
        z = (self._t[start:] - t.reshape(-1, 1)) / self._beta
        near = np.flatnonzero((np.abs(z) <= REACH).any(axis=0))
        z, node = z[:, near], near + start
        share, within = np.ones((len(r), len(node))), self._r[node] <= high
        at = np.broadcast_to(self._r[node[within]] / self._beta, (len(r), int(within.sum())))
        from_axis = np.broadcast_to(np.abs(r)[:, None] / self._beta, at.shape)
        share[:, within] = ball_share(self._dim, from_axis.ravel(), at.ravel()).reshape(at.shape)
        found = (np.exp(-0.5 * z * z) * self._weight[node]) @ share.T
        return found.reshape(*t.shape, len(r))


def moved(points: Array, dim: int, beta: float) -> Array:
    """Where noise about points (N, 2) is: the root of the mean square of its distances from the axis."""
    return np.stack([points[:, 0], np.sqrt(points[:, 1] ** 2 + dim * beta**2)], axis=1)


def ball_share(dim: int, ell: Array, radius: Array) -> Array:
    """P(|c + Z| <= r), ell = |c|, to a few units in the last place of one."""
    result, short = np.empty(len(ell)), ell <= SHORT
    result[short] = chndtr(radius[short] ** 2, dim, ell[short] ** 2)
    result[~short] = np.exp(ball_log_mass(dim, ell[~short], (radius - ell)[~short])[0])
    return result


def ball_rate(dim: int, ell: Array, radius: Array) -> Array:
    """-d/d(ell) of the same: ell (P_d - P_{d+2}) for the noncentral chi-square law."""
    result, short = np.empty(len(ell)), ell <= SHORT
    square = radius[short] ** 2, ell[short] ** 2
    result[short] = ell[short] * (chndtr(square[0], dim, square[1]) - chndtr(square[0], dim + 2, square[1]))
    result[~short] = np.exp(ball_law(dim, ell[~short], (radius - ell)[~short]).log_rate)
    return result


@lru_cache
def remainder(ratio: float, order: int) -> float:
    """Bound of what interpolation at order^2 Chebyshev nodes leaves out on a square of half side ratio * beta.

    Along an axis 2 (h/2)^p/p! max |d^p u| with |d^p u| <= sqrt(p!)/(2 beta^p), twice, once with Lebesgue's constant.
    """
    one = math.exp(order * math.log(ratio / 2) - 0.5 * math.lgamma(order + 1.0))
    return one * (3 + 2 / math.pi * math.log(order))
