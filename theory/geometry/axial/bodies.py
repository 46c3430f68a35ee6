"""The bodies of revolution that regions are made of: trained, smoothed, eroded; graphs are made as far as asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from theory.geometry.axial.erosion import eroded
from theory.geometry.axial.graph import Graph
from theory.geometry.axial.level import RARE, Level, level_graph
from theory.geometry.axial.training import Trained
from theory.geometry.axial.weights import Weights


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A level set of the votes of a body; see `Level`. Resolved where `weights` has mass.

    known: by margin and beta, the same level of other noises.
    """

    trained: Trained
    weights: Weights
    beta: float
    log_tail: float
    held: bool
    known: dict[float, dict[float, Graph]] = field(default_factory=dict)
    _held: dict[float, Graph] = field(default_factory=dict)

    def level(self, margin: float) -> Level:
        """The level set, known to a margin around the data."""
        reach = math.sqrt(2 * (RARE - self.log_tail))
        first, last = self.weights.extent
        low, high = self.trained.extent
        around = max(low - first, last - high, 0.0) + margin + reach * self.beta
        return Level(self.trained.graph(around), self.trained.dim, self.beta, self.log_tail, self.held)

    def graph(self, margin: float) -> Graph:
        """The level set where the data are and to a margin around; of the last margin that was asked for kept."""
        if margin not in self._held:
            self._held.clear()
            symmetric = self.trained.symmetric and self.trained.spheroids == self.weights.spheroids
            known = self.known.setdefault(margin, {})
            made = level_graph(self.level(margin), self.weights, margin, symmetric, known)
            known[self.beta] = made
            self._held[margin] = made.mirrored() if symmetric else made
        return self._held[margin]


@dataclass(frozen=True, eq=False)
class Eroded:
    """A body less all within eps of its outside (side -1), or with all within eps of it (side 1)."""

    body: Trained | Smoothed
    weights: Weights
    eps: float
    side: int
    _held: list[Graph] = field(default_factory=list)

    def graph(self, _margin: float) -> Graph:
        """It, where the data are."""
        if not self._held:
            self._held.append(eroded(self.body.graph(self.eps), self.eps, self.side, self.weights))
        return self._held[0]


Body = Trained | Smoothed | Eroded
