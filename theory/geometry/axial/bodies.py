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

    near: the same level of other noises, to begin with; it depends on nothing else what is found, to the last bit.
    """

    trained: Trained
    weights: Weights
    beta: float
    log_tail: float
    held: bool
    near: tuple[Smoothed, ...] = ()
    _held: dict[float, Graph] = field(default_factory=dict)

    def level(self, margin: float) -> Level:
        """The level set, known to a margin around the data."""
        reach = math.sqrt(2 * (RARE - self.log_tail))
        first, last = self.weights.extent
        low, high = self.trained.extent
        around = max(low - first, last - high, 0.0) + margin + reach * self.beta
        return Level(self.trained.graph(around), self.trained.dim, self.beta, self.log_tail, self.held)

    @property
    def symmetric(self) -> bool:
        """Whether one half tells the other."""
        return self.trained.symmetric and self.trained.spheroids == self.weights.spheroids

    def half(self, margin: float) -> Graph:
        """`graph` beyond the place 0 where one half tells the other, else all of it."""
        if margin not in self._held:
            known = [(other.beta, other.half(margin)) for other in self.near]
            self._held[margin] = level_graph(self.level(margin), self.weights, margin, self.symmetric, known)
        return self._held[margin]

    def graph(self, margin: float) -> Graph:
        """The level set where the data are and to a margin around."""
        half = self.half(margin)
        return half.mirrored() if self.symmetric else half


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
