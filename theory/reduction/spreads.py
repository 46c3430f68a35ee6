"""Covariances as the reduction uses them: products, solutions and square roots, without a d x d matrix where none was
given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.arrays import Array
from theory.problems.components import marginal
from theory.problems.problem import Law


@dataclass(frozen=True, eq=False)
class Axes:
    """Independent axes: variances (d,), all 0 for a point.

    W is a root of the inverse: W' W = Sigma^-1.
    """

    variances: Array

    @cached_property
    def _root(self) -> Array:
        """Standard deviations; those of points are left out of account."""
        return np.sqrt(np.where(self.variances > 0, self.variances, 1.0))[:, None]

    @property
    def widest(self) -> float:
        """The largest variance of an axis, for what rounding does to projections: there is none of that here."""
        return 0.0

    def times(self, x: Array) -> Array:
        """Sigma x, for columns x (d, m)."""
        return self.variances[:, None] * x

    def solve(self, alpha: float, x: Array) -> Array:
        """(Sigma + alpha^2 I)^-1 x; of points without noise x itself."""
        noisy = self.variances + alpha**2
        return x / noisy[:, None] if noisy.all() else x

    def whiten(self, x: Array) -> Array:
        """W x."""
        return x / self._root

    def colour(self, x: Array) -> Array:
        """W^-1 x."""
        return x * self._root

    def back(self, x: Array) -> Array:
        """W' x."""
        return x / self._root


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


def spread(law: Law, dim: int, full: bool) -> Axes | Full:
    """The covariance of a Gaussian or a point; as a matrix where `full`."""
    cov = getattr(law, "cov", None)
    if cov is not None:
        return Full(np.array(cov))
    variances = marginal(law, dim)[2] ** 2
    return Full(np.diag(variances)) if full else Axes(variances)
