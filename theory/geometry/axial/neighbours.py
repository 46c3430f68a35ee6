"""Level sets for noises near by: where to begin.

Measured in shares of their intervals, the square of the radius is a smooth function of beta^2. So the panels of the
nearest noise serve, and guesses are polynomials in beta^2. What is found does not rest on them: votes are counted at
every node as before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array
from theory.geometry.axial.graph import Fine, Graph, Panels, resolved

# Level sets that a guess is made from; they are farther from each other than this share of their distance.
MOST, APART = 4, 0.25
# Guesses by one less may differ so much, in noise scales; else there is none.
ROUGHLY = 0.1


@dataclass(frozen=True)
class Neighbours:
    """Level sets (m,) for other noises with as many intervals (L, 2) as this one has, nearest first.

    whole, less: (m,) the weights of their squares in a guess, and in one without the last of them; these are `close`.
    """

    islands: Array
    graphs: list[Graph]
    whole: Array
    less: Array
    close: float

    def panels(self, start: list[Panels], fine: Fine) -> list[Panels]:
        """Those of the nearest, or coarser ones where that has too many; with guesses."""
        found = resolved(start, lambda t, _guess: (np.sqrt(self._squares(t, 1)[0]), np.zeros(len(t))), fine)
        made = Panels(found.low, found.high, found.bend, found.radii)
        return [replace(made, guess=self._guess(made.places.ravel()).reshape(made.guess.shape))]

    def _guess(self, t: Array) -> Array:
        squares = self._squares(t, len(self.graphs))
        with np.errstate(invalid="ignore"):
            value, other = np.sqrt(self.whole @ squares), np.sqrt(self.less @ squares)
            return np.where(np.abs(value - other) <= self.close, value, np.nan)

    def _squares(self, t: Array, count: int) -> Array:
        """(count, N) squares of the nearest radii at t (N,)."""
        island = np.clip(np.searchsorted(self.islands[:, 0], t, side="right") - 1, 0, None)
        low, high = self.islands[island].T
        share = (t - low) / (high - low)
        ends = [graph.islands[island].T for graph in self.graphs[:count]]
        found = [g.at(a + share * (b - a)) for g, (a, b) in zip(self.graphs, ends, strict=False)]
        return np.square(np.maximum(found, 0.0))


def nearest(known: list[float], beta: float) -> list[int]:
    """Which of other noises are to tell about one, nearest first."""
    chosen: list[int] = []
    square = beta * beta
    for k in sorted(range(len(known)), key=lambda k: abs(known[k] - beta)):
        other = known[k] ** 2
        if all(abs(other - known[i] ** 2) > APART * abs(other - square) for i in chosen):
            chosen.append(k)
    return chosen[:MOST]


def neighbours(known: list[tuple[float, Graph]], beta: float, islands: Array) -> Neighbours | None:
    """What the nearest noises and their level sets tell; None where less than two are alike."""
    alike = [(other, graph) for other, graph in known if graph.islands.shape == islands.shape]
    if len(alike) < 2:
        return None
    squares = np.square([other for other, _graph in alike])
    whole, less = (_weights(part, beta * beta) for part in (squares, squares[:-1]))
    return Neighbours(islands, [graph for _other, graph in alike], whole, np.append(less, 0.0), ROUGHLY * beta)


def _weights(x: Array, at: float) -> Array:
    """Of values at x (m,) in the polynomial through them, at one place."""
    other = ~np.eye(len(x), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(other, (at - x) / (x[:, None] - x), 1.0).prod(axis=1)
