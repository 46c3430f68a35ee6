"""What regions of the half-plane weigh: masses of spheroids in them, and what errors of their outlines do to these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammainc

from theory.arrays import Array, Index
from theory.geometry.axial.training import Spheroid
from theory.geometry.axial.weights import MISSING, log_density
from theory.geometry.halfplane.signed import Extent
from theory.geometry.plane.outline import Outline
from theory.numerics.cubature import Cells

# Beyond so many scales there are no data; distances from the axis vary by one more.
REACH = 8.3
# Rectangles of a class are at first no longer than so many of its scales.
SIZE = 2.0
# Panels are no longer than this, in scales of a component along or across.
LONG = 1.5


@dataclass(frozen=True)
class Cover:
    """A class in the rectangle of the data."""

    weights: Weights
    label: int

    @property
    def cells(self) -> Cells:
        """The rectangle."""
        held = self.weights.extent
        low, high = np.array([[held.first, held.near]]), np.array([[held.last, held.far]])
        return Cells(np.zeros(1, np.intp), low, high)

    def place(self, patch: Index, at: Array) -> tuple[Array, Array]:
        """The points themselves, and the density."""
        density = np.zeros(at.shape[:-1])
        for s in self.weights.spheroids:
            if s.label == self.label:
                log = (
                    log_density(self.weights.dim, at[..., 1] / s.across) - 0.5 * ((at[..., 0] - s.place) / s.along) ** 2
                )
                density += s.weight * np.exp(log) / (s.across * s.along * np.sqrt(2 * np.pi))
        return at, density

    def longest(self, points: Array) -> Array:
        """A few scales."""
        least = min(min(s.along, s.across) for s in self.weights.spheroids)
        return np.full(len(points), SIZE * least)


@dataclass(frozen=True)
class Weights:
    """Spheroids (K,) in `dim` dimensions across the axis."""

    dim: int
    spheroids: tuple[Spheroid, ...]

    @property
    def pieces(self) -> tuple[Spheroid, ...]:
        """The components."""
        return self.spheroids

    def cover(self, label: int, _margin: float) -> Cover:
        """Where a class lies."""
        return Cover(self, label)

    @cached_property
    def table(self) -> Array:
        """(4, K) weights, places, and scales along and across."""
        return np.array([(s.weight, s.place, s.along, s.across) for s in self.spheroids]).T

    @cached_property
    def extent(self) -> Extent:
        """The rectangle that holds the data."""
        _weight, place, along, across = self.table
        root = np.sqrt(self.dim)
        near = np.maximum(across * (root - REACH - 1), 0.0)
        ends = (place - REACH * along).min(), (place + REACH * along).max()
        return Extent(float(ends[0]), float(ends[1]), float(near.min()), float((across * (root + REACH)).max()))

    def shares(self, outline: Outline) -> tuple[Array, Array]:
        """(K,) shares of the components inside, and the errors of the rule: by panels of half the length, and by how
        far the outline is from closed."""
        value, error = np.empty(len(self.spheroids)), np.empty(len(self.spheroids))
        lengths = outline.lengths
        for k, s in enumerate(self.spheroids):
            parts = np.maximum(np.ceil(lengths / (LONG * min(s.along, s.across))), 1).astype(int)
            found = [self._flux(outline.divided(n * parts), s) for n in (1, 2)]
            value[k] = float(outline.outside) + found[1][0]
            error[k] = abs(found[1][0] - found[0][0]) + abs(found[1][1]) + MISSING
        return value, error

    def _flux(self, outline: Outline, s: Spheroid) -> tuple[float, float]:
        """Minus the sum of density along times mass within a distance, and the same with all mass."""
        t, r = outline.points.reshape(-1, 2).T
        z = (t - s.place) / s.along
        near = np.abs(z) < REACH
        density = np.exp(-0.5 * z[near] ** 2) * outline.steps[..., 0].ravel()[near]
        density /= s.along * np.sqrt(2 * np.pi)
        mass = gammainc(0.5 * self.dim, 0.5 * (np.maximum(r[near], 0.0) / s.across) ** 2)
        return -float(density @ mass), -float(density.sum())

    def moved(self, outline: Outline, distance: Array) -> Array:
        """(K,) masses within distances (P,) of the panels of an outline."""
        distance = np.repeat(distance, outline.points.shape[1])
        t, r = outline.points.reshape(-1, 2).T
        length = np.hypot(outline.steps[..., 0], outline.steps[..., 1]).ravel()
        result = np.empty(len(self.spheroids))
        for k, s in enumerate(self.spheroids):
            log = log_density(self.dim, np.maximum(r, 0.0) / s.across) - 0.5 * ((t - s.place) / s.along) ** 2
            density = np.exp(log) / (s.across * s.along * np.sqrt(2 * np.pi))
            with np.errstate(invalid="ignore"):
                swept = np.where(density * length > 0, np.minimum(density * length * distance, 1.0), 0.0)
            result[k] = min(float(swept.sum()), 1.0)
        return result

    def loose(self, outline: Outline) -> Array:
        """(K,) masses of squares of which the inside is not resolved, at most."""
        center, half = outline.stuck[:, :2], outline.stuck[:, 2]
        result = np.zeros(len(self.spheroids))
        for k, s in enumerate(self.spheroids):
            mode = s.across * np.sqrt(max(self.dim - 1, 0))
            r = np.clip(mode, np.maximum(center[:, 1] - half, 0.0), center[:, 1] + half)
            z = np.maximum(np.abs(center[:, 0] - s.place) - half, 0.0) / s.along
            log = log_density(self.dim, r / s.across) - 0.5 * z**2
            peak = np.exp(log) / (s.across * s.along * np.sqrt(2 * np.pi))
            result[k] = min(float((4 * half**2 * peak).sum()), 1.0)
        return result
