"""Covariances as the reduction uses them: products, solutions and square roots, without a d x d matrix where none was
given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.arrays import Array
from theory.problems.components import marginal
from theory.problems.low_rank import LowRank
from theory.problems.problem import Law


@dataclass(frozen=True, eq=False)
class Thin:
    """diag(variances) + factor' factor: variances (d,), all 0 for a point, and directions (r, d), often none.

    W is a root of the inverse: W' W = Sigma^-1.
    """

    variances: Array
    factor: Array

    @cached_property
    def _root(self) -> Array:
        """Standard deviations without the factor; those of points are left out of account."""
        return np.sqrt(np.where(self.variances > 0, self.variances, 1.0))[:, None]

    @cached_property
    def _beyond(self) -> tuple[Array, Array]:
        """Orthonormal columns (d, r) in units of the roots, and the squares of the factor along them."""
        columns, sizes, _ = np.linalg.svd(self.factor.T / self._root, full_matrices=False)
        return columns, sizes**2

    def _stretched(self, x: Array, power: float) -> Array:
        """(I + P S^2 P')^power x, where the factor has columns P of sizes S in units of the roots."""
        if not len(self.factor):
            return x
        columns, squares = self._beyond
        along = columns.T @ x
        return x + columns @ (np.expm1(power * np.log1p(squares))[:, None] * along)

    @property
    def widest(self) -> float:
        """The largest variance of an axis, for what rounding does to projections: there is none of that here."""
        return 0.0

    @property
    def key(self) -> bytes:
        """Equal for equal covariances."""
        return self.variances.tobytes() + self.factor.tobytes()

    def times(self, x: Array) -> Array:
        """Sigma x, for columns x (d, m)."""
        return self.variances[:, None] * x + self.factor.T @ (self.factor @ x)

    def solve(self, alpha: float, x: Array) -> Array:
        """(Sigma + alpha^2 I)^-1 x, by Woodbury's identity; of points without noise x itself."""
        noisy = (self.variances + alpha**2)[:, None]
        if not noisy.all():
            return x
        if not len(self.factor):
            return x / noisy
        inner = np.eye(len(self.factor)) + self.factor @ (self.factor.T / noisy)
        return np.asarray((x - self.factor.T @ np.linalg.solve(inner, self.factor @ (x / noisy))) / noisy)

    def whiten(self, x: Array) -> Array:
        """W x."""
        return self._stretched(x / self._root, -0.5)

    def colour(self, x: Array) -> Array:
        """W^-1 x."""
        return self._stretched(x, 0.5) * self._root

    def back(self, x: Array) -> Array:
        """W' x."""
        return self._stretched(x, -0.5) / self._root


@dataclass(frozen=True, eq=False)
class Full:
    """A full matrix, factored in units of its own deviations, so that the units of axes do not mix."""

    matrix: Array

    @cached_property
    def _root(self) -> Array:
        return np.sqrt(np.diag(self.matrix))[:, None]

    @cached_property
    def _factor(self) -> Array:
        return np.asarray(np.linalg.cholesky(self.matrix / self._root / self._root.T), float)

    @property
    def key(self) -> bytes:
        """Equal for equal covariances."""
        return self.matrix.tobytes()

    @property
    def widest(self) -> float:
        """The largest variance of an axis: projections are rounded relative to it."""
        return float(np.diag(self.matrix).max())

    def times(self, x: Array) -> Array:
        """Sigma x."""
        return self.matrix @ x

    def solve(self, alpha: float, x: Array) -> Array:
        """(Sigma + alpha^2 I)^-1 x, by Cholesky's factors of the noised correlations."""
        from scipy.linalg import cho_factor, cho_solve

        noisy = self.matrix + alpha**2 * np.eye(len(self.matrix))
        root = np.sqrt(np.diag(noisy))[:, None]
        return np.asarray(cho_solve(cho_factor(noisy / root / root.T), x / root) / root)

    def whiten(self, x: Array) -> Array:
        """W x, W = L^-1 D^-1/2."""
        from scipy.linalg import solve_triangular

        return np.asarray(solve_triangular(self._factor, x / self._root, lower=True))

    def colour(self, x: Array) -> Array:
        """W^-1 x."""
        return self._root * (self._factor @ x)

    def back(self, x: Array) -> Array:
        """W' x."""
        from scipy.linalg import solve_triangular

        return np.asarray(solve_triangular(self._factor, x, lower=True, trans="T") / self._root)


def spread(law: Law, dim: int, full: bool) -> Thin | Full:
    """The covariance of a Gaussian or a point; as a matrix where `full`."""
    cov = getattr(law, "cov", None)
    if isinstance(cov, tuple) or (full and cov is not None):
        return Full(np.array(cov))
    if isinstance(cov, LowRank):
        return Thin(np.broadcast_to(cov.diagonal, dim).astype(float), np.array(cov.factor))
    variances = marginal(law, dim)[2] ** 2
    return Full(np.diag(variances)) if full else Thin(variances, np.empty((0, dim)))
