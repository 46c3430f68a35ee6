"""The votes for a region of the half-plane under noise, as a field whose level sets are found by squares.

With F(r; r0) the mass of a ball of radius r under noise in the d - 1 dimensions across the axis, centred r0 from it,
Green's theorem turns the vote into an integral over the outline of the region, which lies on the left of its steps:

    u(t0, r0) = -sum phi_beta(t - t0) F(r; r0) dt.

Votes in R^d have the bounds of derivatives that Gaussian noise gives along any line, |d^p u| <= sqrt(p!)/(2 beta^p), so
polynomials on squares are as good here as in the plane. Values on a grid are products of two matrices.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtri

from theory.arrays import Array, Flags
from theory.geometry.halfplane import balls
from theory.geometry.plane import chebyshev
from theory.geometry.plane.curve import series
from theory.geometry.plane.outline import Outline, rule

# Noise beyond so many scales does not count; distances from the axis vary by one more.
REACH = 8.3
# Half a side of the largest squares, in noise scales, and pairs that are looked at together.
SIDE, TOGETHER = 1.0, 1 << 21
# Rounding of votes.
ROUNDING = 1e-14
# Parts of panels are no longer than the last of these, in noise scales; with so many nodes each.
SIZES = np.array([0.4, 0.8, 1.6, 2.6, 3.6, 6.0])
COUNTS, LONGEST = np.array([5, 6, 8, 10, 12, 16, 16]), 6.0
# Legendre coefficients of a panel that count, in noise scales; each two beyond a few ask for another node.
STRAIGHT, FEW = 1e-12, 5
# How much finer a rule is that tells the error of another; a curve is level where it rises by less than this share.
MORE, LEVEL = 1.4, 0.1
# Levels are met only where the votes are this near: a probit changes by at most a unit over a scale of noise.
SLACK = 1e-3


class VoteField:
    """u less the level 1 - tail; order: nodes of polynomials along either axis."""

    def __init__(self, outline: Outline, dim: int, beta: float, tail: float, order: int, finer: bool = False) -> None:
        self._dim, self._beta, self._tail, self._order = dim, beta, tail, order
        self._level = float(ndtri(tail))
        every, step = resampled(outline, beta, MORE if finer else 1.0)
        held = (step != 0) & (every[:, 1] > 0)
        nodes = every[held]
        sequence = np.argsort(nodes[:, 1], kind="stable")
        self._t, self._r = nodes[sequence].T
        self._weight = -step[held][sequence] / (beta * math.sqrt(2 * math.pi))
        self._outside = float(outline.outside)
        self._half = SIDE * beta
        self._held: dict[tuple[int, int], Array] = {}
        rare = min(tail, 1 - tail)
        self._reach = math.sqrt(-2 * math.log(rare / 6)) if rare > 0 else REACH
        self._tree = cKDTree(every)

    def certain(self, center: Array, half: Array) -> Flags:
        """Where noise reaches no boundary with the chance that matters, or votes at the centre are far off."""
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
        centers = np.asarray((2 * keys[fresh] + 1) * self._half, float)
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

    def direct(self, points: Array) -> Array:
        """u less the level at points (N, 2), node by node."""
        return self._sums(points, False)[0]

    def rise(self, points: Array) -> tuple[Array, Array]:
        """The same and its slopes (N, 2)."""
        value, along, across = self._sums(points, True)
        return value, np.stack([along, across], axis=1)

    def steepness(self, points: Array, steps: Array) -> tuple[Array, Array]:
        """The same, and the size of its slope, at points of a level set that goes along steps (N, 2).

        The slope is across these, so that its part along the axis tells it where it is not small.
        """
        run, rise = np.abs(steps).T
        level = rise < LEVEL * run
        value, slope = np.empty(len(points)), np.empty(len(points))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.hypot(run, rise) / rise
            value[~level], along, _across = self._sums(points[~level], False)
            slope[~level] = np.abs(along) * ratio[~level]
        value[level], along, across = self._sums(points[level], True)
        slope[level] = np.hypot(along, across)
        return value, slope

    def _sums(self, points: Array, steep: bool) -> tuple[Array, Array, Array]:
        """u less the level, its slope along the axis, and where `steep` that across it."""
        count = len(points)
        value, along, across = np.full(count, self._outside - 1 + self._tail), np.zeros(count), np.zeros(count)
        low, high = self._band(points[:, 1], points[:, 1], REACH)
        most = max(1, TOGETHER // max(len(self._t), 1))
        for start in range(0, count, most):
            part = slice(start, start + most)
            z = (self._t - points[part, 0, None]) / self._beta
            row, node = np.nonzero((np.abs(z) <= REACH) & (self._r >= low[part, None]))
            z = z[row, node]
            density = self._weight[node] * np.exp(-0.5 * z * z)
            share, row = np.ones(len(row)), row + start
            within = self._r[node] <= high[row]
            some, at = points[row[within], 1] / self._beta, self._r[node[within]] / self._beta
            share[within] = balls.share(self._dim, some, at)
            value += np.bincount(row, density * share, count)
            along += np.bincount(row, density * share * z / self._beta, count)
            if steep:
                rate = balls.rate(self._dim, some, at, share[within])
                across -= np.bincount(row[within], density[within] * rate / self._beta, count)
        return value, along, across

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
        share[:, within] = balls.shares(self._dim, np.abs(r) / self._beta, self._r[node[within]] / self._beta)
        found = (np.exp(-0.5 * z * z) * self._weight[node]) @ share.T
        return found.reshape(*t.shape, len(r))


def resampled(outline: Outline, beta: float, finer: float) -> tuple[Array, Array]:
    """Nodes (N, 2) and weighted steps along the axis (N,), on each panel as many as noise beta asks for.

    An error of the rule with n nodes on a panel of half length a beta is about (a^2/8)^n/n!.
    """
    lengths = finer * outline.lengths / beta
    parts = np.maximum(np.ceil(lengths / LONGEST), 1).astype(int)
    points, steps = [np.empty((0, 2))], [np.empty(0)]
    for number in np.unique(parts):
        some = replace(outline, points=outline.points[parts == number], steps=outline.steps[parts == number])
        held = some.divided(np.full(len(some.points), number))
        size = np.repeat(lengths[parts == number], number) / number
        own = held.points.shape[1]
        bends = np.abs(series(own) @ held.points).max(axis=2) > STRAIGHT * beta
        degree = (np.arange(own) * bends).max(axis=1)
        counts = np.minimum(COUNTS[np.searchsorted(SIZES, size)] + np.maximum(degree - FEW, 0) // 2 + 1, own)
        for count in np.unique(counts):
            rows = counts == count
            turn = thinned(own, int(count))
            weights = rule(own)[1], rule(int(count))[1]
            points.append(np.einsum("ab,pbk->pak", turn, held.points[rows]).reshape(-1, 2))
            paces = held.steps[rows, :, 0] / weights[0]
            steps.append(((paces @ turn.T) * weights[1]).ravel())
    return np.concatenate(points), np.concatenate(steps)


@lru_cache
def thinned(own: int, count: int) -> Array:
    """(count, own) from values at the nodes of a panel to values at fewer nodes."""
    if own == count:
        return np.eye(own)
    at = [np.polynomial.legendre.legvander(rule(n)[0], own - 1) for n in (count, own)]
    return np.asarray(at[0] @ np.linalg.inv(at[1]))


def moved(points: Array, dim: int, beta: float) -> Array:
    """Where noise about points (N, 2) is: the root of the mean square of its distances from the axis."""
    return np.stack([points[:, 0], np.sqrt(points[:, 1] ** 2 + dim * beta**2)], axis=1)


@lru_cache
def remainder(ratio: float, order: int) -> float:
    """Bound of what interpolation at order^2 Chebyshev nodes leaves out on a square of half side ratio * beta.

    Along an axis 2 (h/2)^p/p! max |d^p u| with |d^p u| <= sqrt(p!)/(2 beta^p), twice, once with Lebesgue's constant.
    """
    one = math.exp(order * math.log(ratio / 2) - 0.5 * math.lgamma(order + 1.0))
    return one * (3 + 2 / math.pi * math.log(order))
