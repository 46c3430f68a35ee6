"""What bodies of revolution weigh: masses of spheroids in them, and what errors of their radii can do to these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln

from theory.arrays import Array
from theory.geometry.axial.graph import Graph
from theory.geometry.axial.sections import Noise
from theory.geometry.axial.training import REACH, Spheroid
from theory.geometry.axial.votes import RULES, votes

# The mass of what lies farther out than is looked at, and the rounding of sums.
MISSING = 1e-13


@dataclass(frozen=True)
class Weights:
    """Spheroids (K,) in `dim` dimensions across the axis."""

    dim: int
    spheroids: tuple[Spheroid, ...]

    @cached_property
    def table(self) -> Array:
        """(4, K) weights, places, and scales along and across."""
        return np.array([(s.weight, s.place, s.along, s.across) for s in self.spheroids]).T

    @property
    def extent(self) -> tuple[float, float]:
        """Where the data are along the axis."""
        _weight, place, along, _across = self.table
        return float((place - REACH * along).min()), float((place + REACH * along).max())

    @property
    def radius(self) -> float:
        """Beyond which distance there are none."""
        return float(self.table[3].max() * (np.sqrt(self.dim) + REACH + 1))

    def doubt(self, graph: Graph, margin: float = 0.0) -> Array:
        """(P,) at most what the errors of radii on each panel can do to the mass of all components, in the body or in
        one that is eroded by up to `margin`."""
        weight, place, along, across = self.table
        low, high = graph.low[:, None] - margin, graph.high[:, None] + margin
        z = np.maximum(np.maximum(low - place, place - high), 0.0) / along
        share = np.minimum((high - low) / along, 2.6) * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
        least, most = graph.radii.min(axis=1), graph.radii.max(axis=1)
        error = graph.error + margin
        mode = across * np.sqrt(max(self.dim - 1, 0))
        at = np.clip(mode, (least - error)[:, None], (most + error)[:, None]) / across
        height = np.exp(log_density(self.dim, at))
        moved = 2 * (graph.displacement if margin else graph.error)[:, None]
        return np.asarray((weight * share * np.minimum(height * moved / across, 1.0)).sum(axis=1))

    def masses(self, graph: Graph) -> tuple[Array, Array, Array]:
        """Shares (K,) of each component inside and outside a body, and their errors."""
        _weight, place, along, across = self.table
        noise = Noise(place, np.zeros_like(place), along, across, np.full(len(place), REACH), self.dim)
        found = [votes(graph, noise, *rule) for rule in RULES]
        inside, outside = (np.exp([getattr(part, key) for part in found]) for key in ("inside", "outside"))
        error = np.maximum(np.abs(inside[1] - inside[0]), np.abs(outside[1] - outside[0])) + MISSING
        return inside.mean(axis=0), outside.mean(axis=0), error


def log_density(dim: int, radius: Array) -> Array:
    """Logarithm of the density of |Z| in `dim` dimensions."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = (dim - 1) * np.log(np.maximum(radius, 0.0)) if dim > 1 else 0.0
    return np.asarray(power - 0.5 * radius**2 - (0.5 * dim - 1) * np.log(2) - gammaln(0.5 * dim))
