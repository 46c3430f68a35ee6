"""The decision region of two Gaussians: a conic, section by section along an axis of symmetry.

The logarithm D of the ratio of two Gaussian densities is a quadratic. In the eigenvectors of the difference of the two
precision matrices it is D = qs s^2/2 + gs s + qt t^2/2 + gt t + c, so that a section at s is an interval of t, or the
complement of one, about a middle that is the same for all s (infinitely far for a parabola).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.extents import BEYOND, NONE, PINCHED, PLAIN, WITHIN, Extent

# Eigenvalues this small relative to the other are rounding.
FLAT = 4e-16
# Rounding of the coefficients, in units of the last place of their terms.
ULPS = 8.0
STEEPEST = 1e6


@dataclass(frozen=True)
class Quadratic:
    """D for N pairs of Gaussians; sections {qt D <= 0} are the intervals [low, 2 middle - low].

    axes (N, 2, 2): the directions of s and of t as rows, from `origin` (N, 2). t points so that middle >= 0.
    table (N, 7): qs, gs, qt, gt, c; `sign`, 1 where D > 0 outside of the intervals and -1 where inside; `middle`.
    """

    axes: Array
    origin: Array
    table: Array

    @staticmethod
    def made(axes: Array, origin: Array, qs: Array, gs: Array, qt: Array, gt: Array, c: Array) -> Quadratic:
        """From coefficients (N,), with t the other way where middles are negative."""
        turn = np.where(qt * gt > 0, -1.0, 1.0)
        axes = axes * np.stack([np.ones_like(turn), turn], axis=1)[..., None]
        gt = turn * gt
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = np.where(qt != 0, -gt / qt, np.inf) + 0.0
        sign = np.where(qt != 0, np.sign(qt), -np.sign(gt))
        return Quadratic(axes, origin, np.stack([qs, gs, qt, gt, c, sign, middle], axis=1))

    def take(self, rows: Index | Flags) -> Quadratic:
        """The given rows."""
        return Quadratic(self.axes[rows], self.origin[rows], self.table[rows])

    def where(self, flags: Flags, other: Quadratic) -> Quadratic:
        """These where flags (N,), else the others, about the same origins."""
        axes = np.where(flags[:, None, None], self.axes, other.axes)
        return Quadratic(axes, self.origin, np.where(flags[:, None], self.table, other.table))

    @staticmethod
    def joined(parts: Sequence[Quadratic]) -> Quadratic:
        """All rows of some."""
        return Quadratic(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("axes", "origin", "table")))

    def across(self) -> Quadratic:
        """The same with sections along s."""
        qs, gs, qt, gt, c = self.table[:, :5].T
        return Quadratic.made(self.axes[:, ::-1], self.origin, qt, gt, qs, gs, c)

    @property
    def sign(self) -> Array:
        """(N,) of D outside of the intervals."""
        return self.table[:, 5]

    @property
    def middle(self) -> Array:
        """(N,) of the intervals, >= 0; infinite for half-lines."""
        return self.table[:, 6]

    @property
    def sound(self) -> Flags:
        """Whether D depends on t at all."""
        return np.asarray(self.table[:, 2:4].any(axis=1))

    def low(self, row: Index, s: Array) -> Array:
        """The lower ends of sections of rows (P,) at s (P, ...); the middle where there is no section."""
        columns = self.table[row].T
        qs, gs, qt, gt, c, sign, middle = columns.reshape((7, len(row)) + (1,) * (s.ndim - 1))
        half = (0.5 * qs * s + gs) * s + c
        root = np.sqrt(np.maximum(gt * gt - 2 * qt * half, 0.0))
        below = sign * root - gt
        found = np.divide(2 * half, below, out=np.zeros_like(half), where=below != 0)
        return np.asarray(np.where(root > 0, found, middle))

    def slope(self, s: Array, t: Array) -> Array:
        """(N,) by how much the end t moves with s, at most."""
        qs, gs, qt, gt = self.table[:, :4].T
        rise, run = np.abs(qs * s + gs), np.abs(qt * t + gt)
        return np.minimum(rise / np.maximum(run, rise / STEEPEST + np.finfo(float).tiny), STEEPEST)

    def rounding(self, row: Index, s: Array, t: Array) -> Array:
        """By how much the rounding of D moves the ends t (P, m) of sections at s."""
        qs, gs, qt, gt, c = self.table[row, :5].T[..., None]
        size = np.abs(c) + np.abs(gs * s) + np.abs(qs * s * s) + np.abs(gt * t) + np.abs(qt * t * t)
        slope = np.abs(qt * t + gt)
        return ULPS * np.finfo(float).eps * np.divide(size, slope, out=np.zeros_like(size), where=slope > 0)

    def extent(self) -> Extent:
        """Where there are sections."""
        qs, gs, qt, gt, c = self.table[:, :5].T
        a, b, d = -qs * qt, -2 * qt * gs, gt * gt - 2 * qt * c
        inner = b * b - 4 * a * d
        far = -0.5 * (b + np.where(b >= 0, 1.0, -1.0) * np.sqrt(np.maximum(inner, 0.0)))
        bent, tilted = a != 0, (a == 0) & (b != 0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            one, two, end = far / a, np.where(far != 0, d / far, 0.0), -d / b
            center = np.where(qs != 0, -gs / qs, np.where(b > 0, -np.inf, np.inf))
            narrow = np.sqrt(np.maximum(-inner, 0.0)) / (2 * np.abs(a))
            left = np.where(bent, np.minimum(one, two), np.where(b < 0, end, -np.inf))
            right = np.where(bent, np.maximum(one, two), np.where(b > 0, end, np.inf))
        conditions = [tilted, ~bent & (d > 0), ~bent, (a < 0) & (inner > 0), a < 0, inner > 0]
        kind = np.select(conditions, [BEYOND, PLAIN, NONE, WITHIN, NONE, BEYOND], PINCHED)
        return Extent(np.stack([kind.astype(float), left, right, center, narrow], axis=1))


def quadratic(means: Array, covariances: Array, weights: Array, alpha: float) -> Quadratic:
    """D of class 0 (first) and class 1 (second) with training noise.

    Differences are taken before inverses: classes that are nearly the same keep their digits.
    """
    noisy = covariances + alpha**2 * np.eye(2)
    precision = np.linalg.inv(noisy)
    apart, change = means[1] - means[0], covariances[1] - covariances[0]
    bend = precision[0] @ change @ precision[1]
    values, vectors = np.linalg.eigh(0.5 * (bend + bend.T))
    values = np.where(np.abs(values) <= FLAT * np.abs(values).max(), 0.0, values)
    shrink = -change @ precision[1]
    volumes = float(np.log1p(np.trace(shrink) + np.linalg.det(shrink)))
    pull = precision[1] @ apart
    c = float(np.log(weights[1] / weights[0])) + 0.5 * volumes - 0.5 * float(apart @ pull)
    order = np.argsort(np.abs(values), kind="stable") if values.all() else np.argsort(-np.abs(values), kind="stable")
    pulls = vectors.T @ pull
    # Sections across the axis of a parabola would have no middle, those along parallel lines no ends.
    if not values.all() and pulls[order[1]] == 0:
        order = order[::-1]
    q, g = values[order], pulls[order]
    parts = (np.array([float(v)]) for v in (q[0], g[0], q[1], g[1], c))
    return Quadratic.made(vectors.T[order][None], means[:1], *parts)
