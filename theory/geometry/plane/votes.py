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
# Squares are worked on in blocks of this many noise scales, and so many pairs of node and coefficient at once.
BLOCK, AT_ONCE = 8.0, 400_000
# Up to this many pairs one block is best.
FEW = 30_000
# The order of the series that excludes most squares.
SHORT = 6
# Points are answered by a series on squares where there are so many of them to a square.
MANY = 4
# Series that are kept.
HELD = 4000


class VoteField:
    """u - tau, or 1 - u against a tail: positive where u >= tau = 1 - exp(log_tail)."""

    def __init__(self, outline: Outline, beta: float, tail: float, level: Refinement) -> None:
        self._beta, self._tail, self._order = beta, tail, level.order
        self._margin = beta * (math.sqrt(-2 * math.log(RARE * level.accuracy)) + 0.3)
        self._held: dict[tuple[int, int], Array] = {}
        self._outside = float(outline.outside)
        self._largest = level.share * beta
        self._points, self._steps = outline.points, outline.steps
        self._chords = Chords(outline)
        self._tree = cKDTree(outline.points.reshape(-1, 2))
        self._middle, self._half = outline.points.mean(axis=1), 0.5 * outline.lengths
        self._short, self._long = (np.flatnonzero(part) for part in (self._half <= beta, self._half > beta))
        self._middles = cKDTree(self._middle[self._short])
        self._reach = beta * math.sqrt(-2 * math.log(max(min(tail, 1 - tail), 1e-300)))

    def squares(self, window: Window, nodes: Array | None = None) -> tuple[Array, Array]:
        """Squares of a window that may hold the level set, within reach of nodes (N, 2), or of the whole boundary."""
        nodes = self._points.reshape(-1, 2) if nodes is None else nodes
        return window.near(nodes, 2 * self._largest, self._reach)

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
        square, back = self._home(points)
        if len(points) < MANY * len(square):
            return self._series(points, np.full(len(points), self._largest), 1)[0][:, 0, 0]
        (value,) = self._tiled(points, square, back, ((0, 0),))
        return value

    def rise(self, points: Array) -> tuple[Array, Array]:
        """u - tau and its slopes at points (N, 2)."""
        value, along, up = self._tiled(points, *self._home(points), ((0, 0), (1, 0), (0, 1)))
        return value, np.stack([along, up], axis=1) / self._largest

    def _home(self, points: Array) -> tuple[Index, Index]:
        """The squares (S, 2) of a grid that hold points, and which holds each."""
        cell = np.floor(points / (2 * self._largest)).astype(np.int64)
        low = cell.min(axis=0, initial=2**62)
        wide = int((cell[:, 1] - low[1]).max(initial=0)) + 1
        keys, back = np.unique((cell[:, 0] - low[0]) * wide + cell[:, 1] - low[1], return_inverse=True)
        return np.stack(np.divmod(keys, wide), axis=1) + low, back.ravel()

    def _tiled(self, points: Array, square: Index, back: Index, wanted: tuple[tuple[int, int], ...]) -> list[Array]:
        """(N,) derivatives of u - tau, for sides 2, at points of squares `back`, from series that are kept.

        wanted: how often along either axis.
        """
        if len(self._held) > HELD:
            self._held.clear()
        keys = [(int(x), int(y)) for x, y in square]
        fresh = [k for k, key in enumerate(keys) if key not in self._held]
        centers = np.asarray((2 * square[fresh] + 1) * self._largest, float)
        found = self._series(centers, np.full(len(fresh), self._largest), self._order)[0]
        self._held.update(zip([keys[k] for k in fresh], found, strict=True))
        held = np.array([self._held[key] for key in keys]).reshape(len(keys), self._order, self._order)
        local = points / self._largest - 2 * square[back] - 1
        turn = chebyshev.derivative(self._order)
        plain = [chebyshev.basis(local[:, k], self._order) for k in (0, 1)]
        bases = [(part, part @ turn) if len(wanted) > 1 else (part,) for part in plain]
        order = np.argsort(back, kind="stable")
        result = [np.empty(len(points)) for _ in wanted]
        cuts = np.cumsum(np.bincount(back, minlength=len(keys)))[:-1]
        for table, rows in zip(held, np.split(order, cuts), strict=False):
            for (i, j), out in zip(wanted, result, strict=True):
                out[rows] = ((bases[0][i][rows] @ table) * bases[1][j][rows]).sum(axis=1)
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
        near = self._near(0.5 * (low + high), 0.5 * float((high - low).max()) + margin)
        if len(near) == 0:
            return
        y, d = (part[near].reshape(-1, 2) for part in (self._points, self._steps))
        order = table.shape[1]
        chunk = max(1, AT_ONCE // (max(order, 4) * len(y)))
        for start in range(0, len(center), chunk):
            part = slice(start, start + chunk)
            z = tuple((y[:, k] - center[part, k, None]) / self._beta for k in (0, 1))
            cross = (z[0] * d[:, 1] - z[1] * d[:, 0]) / self._beta
            value = np.einsum("cn,cn->c", kernel(0.5 * (z[0] * z[0] + z[1] * z[1])), cross)
            inner = table[rows[part]]
            if order > 1:
                inner = self._derivatives(y, d / self._beta, center[part], half[part], order)
            inner[:, 0, 0] = value - self._chords.angles(near, center[part])
            table[rows[part]] = inner

    def _near(self, center: Array, reach: float) -> Index:
        """Panels that may come within reach: few are long, and those are far from where votes are asked for."""
        short = self._middles.query_ball_point(center, reach + self._beta, p=np.inf)
        away = np.abs(self._middle[self._long] - center).max(axis=1)
        return np.concatenate([self._short[short], self._long[away <= reach + self._half[self._long]]])

    def _derivatives(self, y: Array, d: Array, center: Array, half: Array, order: int) -> Array:
        """Taylor coefficients but the first. Squares of a grid share their Hermite functions of either coordinate."""
        (column, first), (row, second) = (self._along(y[:, k], center[:, k], order) for k in (0, 1))
        inner = np.empty((len(half), order, order - 1))
        for k, part in enumerate(first[:, :-1] * d[:, 1]):
            here = np.flatnonzero(column == k)
            inner[here] = (second[row[here]].reshape(-1, len(y)) @ part.T).reshape(len(here), order, order - 1)
        scale = np.exp(-gammaln(np.arange(order) + 1.0))
        ratio = (half[:, None] / self._beta) ** np.arange(order) * scale
        result = np.zeros((len(half), order, order))
        result[:, 1:, :] = -inner.transpose(0, 2, 1) * ratio[:, 1:, None] * ratio[:, None, :]
        level = np.matmul(second[row, :-1], (first[column, 0] * d[:, 0])[:, :, None])[..., 0]
        result[:, 0, 1:] = level * ratio[:, 1:]
        return result

    def _along(self, y: Array, at: Array, order: int) -> tuple[Index, Array]:
        """Which of the Hermite functions (m, p, n) of nodes y (n,) belong to places."""
        places, back = np.unique(at, return_inverse=True)
        return back.ravel(), hermite((y - places[:, None]) / self._beta, order)


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
