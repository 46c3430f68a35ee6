"""The boundary of a region as panels of Gauss-Legendre nodes, and the boundary integrals over it.

With the region on the left of the steps dy, for every centre x and covariance L L^T, z = L^-1 (y - x):

    mass = (1/2 pi) sum (1 - exp(-|z|^2/2)) (z x dz)/|z|^2 + 1[everything outside],

because (1 - exp(-r^2/2)) d theta is the flux of a field whose divergence is the standard normal density. The kernel is
entire, so that a place on the boundary is no exception.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Flags

# Panels no longer than this, in units of the Gaussian's scale or of their distance from it, are resolved.
LONGEST = 1.0


@lru_cache
def rule(count: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on [-1, 1]."""
    return np.polynomial.legendre.leggauss(count)


@lru_cache
def subdivision(count: int, parts: int) -> Array:
    """(parts, count, count): from values at the nodes of a panel to values at the nodes of its parts."""
    at, _ = rule(count)
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(at, count - 1))
    shifts = (2 * np.arange(parts) + 1) / parts - 1
    return np.stack([np.polynomial.legendre.legvander(at / parts + s, count - 1) @ inverse for s in shifts])


@dataclass(frozen=True)
class Outline:
    """points (P, n, 2); steps (P, n, 2): derivative along the panel times quadrature weight.

    outside: whether the region holds beyond all panels. stuck (M, 3): centre and half side of squares whose inside is
    not resolved. near: whether more boundary may be about to be born. slack: the area that rounding may move it over.
    """

    points: Array
    steps: Array
    outside: bool = False
    stuck: Array = field(default_factory=lambda: np.empty((0, 3)))
    near: bool = False
    slack: float = 0.0

    @property
    def loose(self) -> float:
        """Total area of the squares whose inside is not resolved."""
        return float((4 * self.stuck[:, 2] ** 2).sum())

    @property
    def lengths(self) -> Array:
        """(P,) lengths of the panels."""
        return np.asarray(np.hypot(self.steps[..., 0], self.steps[..., 1]).sum(axis=1))

    def take(self, panels: Flags) -> Outline:
        """Some of the panels."""
        return replace(self, points=self.points[panels], steps=self.steps[panels])

    def divided(self, parts: Array) -> Outline:
        """Every panel in `parts` (P,) pieces, by the polynomial through its nodes."""
        points, steps = [], []
        count = self.points.shape[1]
        for k in np.unique(parts):
            rows = parts == k
            if k <= 1:
                points.append(self.points[rows])
                steps.append(self.steps[rows])
                continue
            turn = subdivision(count, int(k))
            weights = rule(count)[1][:, None]
            points.append(np.einsum("kab,pbd->pkad", turn, self.points[rows]).reshape(-1, count, 2))
            moves = np.einsum("kab,pbd->pkad", turn, self.steps[rows] / weights) * (weights / k)
            steps.append(moves.reshape(-1, count, 2))
        if not points:
            return self
        return replace(self, points=np.concatenate(points), steps=np.concatenate(steps))

    def resolved(self, scale: float, distance: Array) -> Outline:
        """Panels short enough for a Gaussian of a given scale whose centres are at least `distance` (P,) away."""
        limit = LONGEST * np.maximum(scale, 0.7 * distance)
        return self.divided(np.maximum(np.ceil(self.lengths / limit), 1).astype(int))

    def shifted(self, origin: Array) -> Outline:
        """Seen from another origin."""
        return replace(self, points=self.points - origin)

    def area(self) -> float:
        """Area of a bounded region."""
        x, d = self.points, self.steps
        return 0.5 * float((x[..., 0] * d[..., 1] - x[..., 1] * d[..., 0]).sum())


def gaussian_mass(outline: Outline, mean: Array, factor: Array) -> float:
    """Mass on a region of the Gaussian with covariance factor @ factor.T."""
    inverse = np.linalg.inv(factor)
    image = Outline((outline.points - mean) @ inverse.T, outline.steps @ inverse.T, outline.outside)
    if len(image.points):
        near = np.hypot(image.points[..., 0], image.points[..., 1]).min(axis=1)
        image = image.resolved(1.0, near)
    x, d = image.points.reshape(-1, 2), image.steps.reshape(-1, 2)
    square = 0.5 * (x * x).sum(axis=1)
    cross = x[:, 0] * d[:, 1] - x[:, 1] * d[:, 0]
    sign = round(np.linalg.det(inverse) / abs(np.linalg.det(inverse)))
    return float(outline.outside) + sign * float((kernel(square) * cross).sum())


def kernel(half_square: Array) -> Array:
    """(1 - exp(-s))/(4 pi s)."""
    safe = np.maximum(half_square, 1e-300)
    return -np.expm1(-safe) / (4 * np.pi * safe)
