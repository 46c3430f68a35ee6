"""The few directions along which the components of a Gaussian mixture differ, whatever the training noise.

Components N(mu_k, Sigma_k), Gaussian noises. F is the span of the mu_k - mu_1 and of the ranges of the Sigma_k -
Sigma_1, p its dimension. For every alpha the noised likelihood ratios depend on x only through the projection on
E_alpha = (Sigma_1 + alpha^2 I)^-1 F: with A_k = (Sigma_k + alpha^2 I)^-1,

    A_k - A_1 = -A_1 (Sigma_k - Sigma_1) A_k,    A_k mu_k - A_1 mu_1 = A_k (mu_k - mu_1) + (A_k - A_1) mu_1,

and A_k F = A_1 F, so that both lie in A_1 F; and a symmetric matrix with range in E sees the projection on E only.
With orthonormal rows Q that span E_alpha the ratios are those of N(Q mu_k, Q Sigma_k Q'), isotropic noise stays
isotropic, and every risk is that of the projected problem.

F is found in units of Sigma_1, where all its directions are of one kind: in others a mean difference of ten standard
deviations along a narrow axis is lost beside a wide one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array
from theory.reduction.spreads import Full, Thin

# Directions in which components differ by less than this, in standard deviations and relative to the largest difference
# of means, or as a share of the variance, are left out; what this can do is in the errors.
DIFFERENT = 1e-12
# What is left out below this is rounding of the numbers themselves.
ROUNDING = 64 * np.finfo(float).eps
# Variances that differ on more axes than this leave no few directions.
MOST = 64


@dataclass(frozen=True)
class Essential:
    """F, as columns (d, p) in units of Sigma_1, and what is needed to project the components on E_alpha.

    fixed: whether E_alpha is the same for all noises. lost: the largest difference that was left out, in standard
    deviations or as a share of the variance. exact: whether that is no more than the rounding of the numbers.
    """

    means: Array
    spreads: tuple[Thin | Full, ...]
    reference: Thin | Full
    columns: Array
    fixed: bool
    lost: float
    exact: bool

    @property
    def dim(self) -> int:
        """p."""
        return self.columns.shape[1]

    def rows(self, alpha: float) -> Array:
        """Q_alpha (p, d): orthonormal, the first along the most different means as far as the rest allows."""
        found = self.reference.back(self.columns)
        if not self.fixed and alpha > 0:
            found = self.reference.solve(alpha, self.reference.colour(self.columns))
        basis = np.linalg.qr(found / np.abs(found).max(axis=0))[0]
        if self.dim == 1:
            return self._pointed(basis.T)
        offsets = (self.means - self.means.mean(axis=0)) @ basis
        turned = np.linalg.svd(offsets, full_matrices=True)[2]
        return turned @ basis.T

    def _pointed(self, row: Array) -> Array:
        """The one direction, from the first mean towards the farthest; along their difference where that is it."""
        offsets = self.means - self.means[0]
        places = offsets @ row[0]
        far = int(np.argmax(np.abs(places)))
        length = float(np.linalg.norm(offsets[far]))
        row = row if places[far] >= 0 else -row
        if length == 0 or abs(places[far]) < (1 - DIFFERENT) * length:
            return row
        return offsets[far][None, :] / length

    def plane(self, alpha: float) -> Array:
        """Two orthonormal rows whose span holds E_alpha."""
        rows = self.rows(alpha) if self.dim else np.empty((0, self.means.shape[1]))
        while len(rows) < 2:
            axis = np.zeros(self.means.shape[1])
            axis[np.argmin((rows**2).sum(axis=0))] = 1.0
            across = axis - rows.T @ (rows @ axis)
            rows = np.concatenate([rows, across[None, :] / np.linalg.norm(across)])
        return rows

    def moments(self, rows: Array, origin: Array) -> tuple[Array, Array]:
        """Means (K, p) from an origin (d,), and covariances (K, p, p), of the components along rows (p, d)."""
        means = (self.means - origin) @ rows.T
        known: dict[int, Array] = {}
        for item in self.spreads:
            if id(item) not in known:
                moment = rows @ item.times(rows.T)
                known[id(item)] = 0.5 * (moment + moment.T)
        return means, np.stack([known[id(item)] for item in self.spreads])


def essential(means: Array, spreads: Sequence[Thin | Full], least: float = DIFFERENT) -> Essential | None:
    """The essential directions of components: means (K, d), covariances, differences down to `least`.

    None where covariances differ on many axes.
    """
    spreads = _joined(spreads)
    reference = next((s for s in spreads if isinstance(s, Full) or s.variances.all()), spreads[0])
    apart = reference.whiten((means - means[0]).T)
    others = list(dict.fromkeys(s for s in spreads if s is not reference))
    if others:
        found = _differences(reference, others, apart)
        if found is None:
            return None
        span, parts = found
    else:
        span, sizes, _ = np.linalg.svd(apart, full_matrices=False)
        span = span[:, sizes > 0]
        parts = []
    offsets = span.T @ apart
    scaled = [part / max(1.0, np.abs(part).max()) for part in parts]
    largest = float(np.linalg.norm(offsets, axis=0).max(initial=0.0))
    scaled.append(offsets / (largest or 1.0))
    turned, sizes, _ = np.linalg.svd(np.concatenate(scaled, axis=1), full_matrices=False)
    kept = sizes > least
    columns = span @ turned[:, kept]
    left = float(sizes[~kept].max(initial=0.0))
    lost, exact = left * max(1.0, largest), bool(left <= ROUNDING)
    return Essential(means, tuple(spreads), reference, columns, _fixed(reference, columns), lost, exact)


def _joined(spreads: Sequence[Thin | Full]) -> list[Thin | Full]:
    """Equal covariances as one object."""
    known: dict[bytes, Thin | Full] = {}
    return [known.setdefault(item.key, item) for item in spreads]


def _differences(reference: Thin | Full, others: list[Thin | Full], apart: Array) -> tuple[Array, list[Array]] | None:
    """An orthonormal basis (d, q) that holds F, in units of Sigma_1, and in it the differences of the covariances."""
    if isinstance(reference, Full):
        changes = [other.matrix - reference.matrix for other in others if isinstance(other, Full)]
        return np.eye(len(apart)), [reference.whiten(reference.whiten(change).T) for change in changes]
    thin = [other for other in others if isinstance(other, Thin)]
    changes = [other.variances - reference.variances for other in thin]
    axes = np.flatnonzero(np.any(changes, axis=0))
    if len(axes) > MOST:
        return None
    units = np.zeros((len(apart), len(axes)))
    units[axes, np.arange(len(axes))] = 1.0
    turned = [not np.array_equal(other.factor, reference.factor) for other in thin]
    factors = [reference.factor, *(o.factor for o, t in zip(thin, turned, strict=True) if t)] if any(turned) else []
    columns = reference.whiten(np.concatenate([units, *(factor.T for factor in factors)], axis=1))
    span = _basis(np.concatenate([columns, apart], axis=1))
    parts = []
    for other, change, differs in zip(thin, changes, turned, strict=True):
        sides = [(units, change[axes])]
        if differs:
            sides += [
                (other.factor.T, np.ones(len(other.factor))),
                (reference.factor.T, -np.ones(len(reference.factor))),
            ]
        held = [(span.T @ reference.whiten(side), weights) for side, weights in sides]
        parts.append(np.asarray(sum((side * weights) @ side.T for side, weights in held)))
    return span, parts


def _basis(columns: Array) -> Array:
    """Orthonormal columns with the span of others, whatever their lengths."""
    lengths = np.linalg.norm(columns, axis=0)
    found, sizes, _ = np.linalg.svd(columns[:, lengths > 0] / lengths[lengths > 0], full_matrices=False)
    return np.asarray(found[:, sizes > np.finfo(float).eps])


def _fixed(reference: Thin | Full, columns: Array) -> bool:
    """Whether Sigma_1 maps F, and with it every E_alpha, into itself."""
    directions = np.linalg.qr(reference.colour(columns))[0] if columns.size else columns
    moved = reference.times(directions)
    across = moved - directions @ (directions.T @ moved)
    return bool(np.abs(across).max(initial=0.0) <= DIFFERENT * np.abs(moved).max(initial=0.0))
