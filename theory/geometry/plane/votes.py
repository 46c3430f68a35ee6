"""The vote probability of a region of the plane, expanded on squares: a fast Gauss transform over its boundary.

With z = (y - x)/beta and He the Hermite polynomials, for i >= 1

    d^{i+j} u / dx1^i dx2^j = - beta^{-(i+j)} sum He_{i-1}(z1) phi(z1) He_j(z2) phi(z2) dy2/beta,

and alike with dy1 for i = 0 < j; so the derivatives at the centre of a square cost one matrix product over the nodes
nearby. They fall like sqrt(n!) beta^{-n}, and the Taylor series of order 16 holds on squares of side beta to 1e-12.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import gammaln

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline, kernel
from theory.geometry.plane.winding import Chords
from theory.geometry.plane.window import Window

# Noise that reaches farther than this share of the accuracy asks for does not count.
RARE = 1e-3
# Squares are worked on in blocks of this many noise scales, and so many pairs of square and node at once.
BLOCK, AT_ONCE = 8.0, 12_000
# Up to this many pairs one block is best.
FEW = 30_000
# The order of the series that excludes most squares.
SHORT = 6
# Points are answered by a series on squares where there are so many of them to a square.
MANY = 4


class VoteField:
    """u - tau, or 1 - u against a tail: positive where u >= tau = 1 - exp(log_tail)."""

    def __init__(self, outline: Outline, beta: float, tail: float, level: Refinement) -> None:
        self._beta, self._tail, self._order = beta, tail, level.order
        self._margin = beta * (math.sqrt(-2 * math.log(RARE * level.accuracy)) + 0.3)
        self._outside = float(outline.outside)
        self._largest = level.share * beta
        self._points, self._steps = outline.points, outline.steps
        self._chords = Chords(outline)
        self._tree = cKDTree(outline.points.reshape(-1, 2))
        self._middles = cKDTree(outline.points.mean(axis=1))
        self._longest = 0.5 * float(outline.lengths.max(initial=0.0))
        self._reach = beta * math.sqrt(-2 * math.log(min(tail, 1 - tail)))

    def squares(self, window: Window) -> tuple[Array, Array]:
        """Squares of a window that may hold the level set."""
        return window.near(self._points.reshape(-1, 2), 2 * self._largest, self._reach)

    def certain(self, center: Array, half: Array) -> Flags:
        """Farther from the boundary than noise reaches with the probability that matters, or by a short series."""
        slack = self._reach + 0.3 * self._beta + np.sqrt(2) * half
        distance, _ = self._tree.query(center) if len(center) else (np.empty(0), None)
        result = np.asarray(distance > slack)
        near = np.flatnonzero(~result & (half <= self.largest(center)))
        held, doubt = self._series(center[near], half[near], SHORT)
        size = np.abs(held)
        result[near] = size[:, 0, 0] > size.sum(axis=(1, 2)) - size[:, 0, 0] + doubt
        return result

    def largest(self, center: Array) -> Array:
        """A share of the noise scale."""
        return np.full(len(center), self._largest * (1 + 1e-9))

    def distance(self, points: Array) -> Array:
        """From points (N, 2) to the nearest node of the outline; infinite where there is none."""
        found, _ = self._tree.query(points) if len(points) and self._tree.n else (np.full(len(points), np.inf), None)
        return np.asarray(found)

    def share(self, points: Array) -> Array:
        """u at points (N, 2)."""
        return self.value(points) + 1 - self._tail

    def expand(self, center: Array, half: Array) -> tuple[Array, Array]:
        """Taylor coefficients as Chebyshev ones, and the bound of the rest."""
        return self._series(center, half, self._order)

    def value(self, points: Array) -> Array:
        """u - tau at points (N, 2)."""
        square, back = np.unique(np.floor(points / (2 * self._largest)), axis=0, return_inverse=True)
        if len(points) < MANY * len(square):
            return self._series(points, np.full(len(points), self._largest), 1)[0][:, 0, 0]
        held = self._series((2 * square + 1) * self._largest, np.full(len(square), self._largest), self._order)[0]
        back = back.ravel()
        local = points / self._largest - 2 * square[back] - 1
        first, second = (chebyshev.basis(local[:, k], self._order) for k in (0, 1))
        result = np.empty(len(points))
        chunk = AT_ONCE // self._order
        for start in range(0, len(points), chunk):
            rows = slice(start, start + chunk)
            result[rows] = ((first[rows, None] @ held[back[rows]])[:, 0] * second[rows]).sum(axis=1)
        return result

    def _series(self, center: Array, half: Array, order: int) -> tuple[Array, Array]:
        """Chebyshev coefficients (N, p, p) of u - tau on squares, and the bound of what they leave out."""
        table = np.zeros((len(center), order, order))
        size = BLOCK * self._beta if len(center) * self._points[..., 0].size > FEW else np.inf
        block = np.floor(center / size).astype(np.int64)
        _, group = np.unique(block, axis=0, return_inverse=True)
        sequence = np.argsort(group.ravel(), kind="stable")
        cuts = np.flatnonzero(np.diff(group.ravel()[sequence])) + 1
        for rows in np.split(sequence, cuts):
            if len(rows):
                self._block(table, rows, center[rows], half[rows])
        table[:, 0, 0] += self._outside + self._chords.winding(center) - 1 + self._tail
        turn = chebyshev.from_monomials(order)
        held = turn @ table @ turn.T
        sizes, back = np.unique(half / self._beta, return_inverse=True)
        return held, np.array([remainder(size, order) for size in sizes])[back]

    def _block(self, table: Array, rows: Index, center: Array, half: Array) -> None:
        """Taylor coefficients in units of the half side, from the panels near a block of squares."""
        margin = self._margin + half.max()
        low, high = center.min(axis=0), center.max(axis=0)
        reach = 0.5 * float((high - low).max()) + margin + self._longest
        near = np.array(self._middles.query_ball_point(0.5 * (low + high), reach, p=np.inf), np.intp)
        if len(near) == 0:
            return
        y, d = (part[near].reshape(-1, 2) for part in (self._points, self._steps))
        order = table.shape[1]
        chunk = max(1, AT_ONCE // len(y))
        for start in range(0, len(center), chunk):
            part = slice(start, start + chunk)
            z = tuple((y[:, k] - center[part, k, None]) / self._beta for k in (0, 1))
            cross = (z[0] * d[:, 1] - z[1] * d[:, 0]) / self._beta
            value = np.einsum("cn,cn->c", kernel(0.5 * (z[0] * z[0] + z[1] * z[1])), cross)
            inner = table[rows[part]]
            if order > 1:
                inner = self._derivatives(z, d / self._beta, half[part], order)
            inner[:, 0, 0] = value - self._chords.angles(near, center[part])
            table[rows[part]] = inner

    def _derivatives(self, z: tuple[Array, ...], d: Array, half: Array, order: int) -> Array:
        result = np.zeros((len(half), order, order))
        first, second = (hermite(part, order) for part in z)
        inner = np.matmul(first[:, :-1] * d[:, 1], second.transpose(0, 2, 1))
        scale = np.exp(-gammaln(np.arange(order) + 1.0))
        ratio = (half[:, None] / self._beta) ** np.arange(order) * scale
        result[:, 1:, :] = -inner * ratio[:, 1:, None] * ratio[:, None, :]
        level = np.matmul(second[:, :-1], (first[:, 0] * d[:, 0])[:, :, None])[..., 0]
        result[:, 0, 1:] = level * ratio[:, 1:]
        return result


def hermite(z: Array, count: int) -> Array:
    """He_i(z) phi(z) for i < count along a new axis before the last."""
    result = np.empty((len(z), count, z.shape[1]))
    spare = z * z
    spare *= -0.5
    np.exp(spare, out=spare)
    np.multiply(spare, 1 / np.sqrt(2 * np.pi), out=result[:, 0])
    if count > 1:
        np.multiply(z, result[:, 0], out=result[:, 1])
    for i in range(2, count):
        np.multiply(z, result[:, i - 1], out=result[:, i])
        np.multiply(result[:, i - 2], i - 1, out=spare)
        result[:, i] -= spare
    return result


def remainder(ratio: float, order: int) -> float:
    """Bound of the Taylor terms of degree `order` and more in one variable, on a square of half side ratio * beta.

    |d^i u| <= 1/2 int |He_i phi| <= 1/2 sqrt(i!) beta^{-i}, by Cauchy and Schwarz.
    """
    degrees = np.arange(order, order + 40)
    terms = np.exp(degrees * math.log(ratio) - 0.5 * gammaln(degrees + 1.0))
    whole = np.exp(np.arange(order) * math.log(ratio) - 0.5 * gammaln(np.arange(order) + 1.0)).sum()
    return float(terms.sum() * (terms.sum() + 2 * whole) / 2)
