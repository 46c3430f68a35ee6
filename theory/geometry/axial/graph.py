"""Bodies of revolution {r <= R(t)}: the radius as polynomials on panels of the axis, and how panels are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from theory.arrays import Array, Flags, Index

# A radius at the end of a body, relative to the largest on its panel, that the place of the end does not explain.
SEEN = 1e-6
# Nodes of a panel with the lengths that they stand for, and what makes Legendre coefficients of values there.
COUNT = 16
NODES, LENGTHS = (0.5 * part for part in np.polynomial.legendre.leggauss(COUNT))
NODES = NODES + 0.5
TRANSFORM = np.linalg.inv(np.polynomial.legendre.legvander(2 * NODES - 1, COUNT - 1))
# The last coefficients tell what is left out; panels are halved so often, while there are no
# more of them to halve, or until they are so narrow.
TAIL, MOST_ROUNDS, MOST_PANELS, NARROW = 2, 44, 1000, 1e-13


@dataclass(frozen=True, eq=False)
class Graph:
    """{r <= R(t)} on panels of t, nothing elsewhere.

    low, high: (P,) the panels, in order. bend: (P,) t = low + (high - low)(v + bend v (1 - v)) with v from 0 to 1: -1
    where R ends at the left like a root, 1 where it does at the right, else 0. radii: (P, COUNT) R at the nodes in v.
    error: (P,) what R may be off by on each panel.
    """

    low: Array
    high: Array
    bend: Array
    radii: Array
    error: Array

    @cached_property
    def coefficients(self) -> Array:
        """(P, COUNT) of Legendre's polynomials in 2 v - 1."""
        return np.asarray(self.radii @ TRANSFORM.T)

    @cached_property
    def islands(self) -> Array:
        """(L, 2) ends of the intervals that panels make up."""
        if not len(self.low):
            return np.empty((0, 2))
        start = np.concatenate([[True], self.low[1:] != self.high[:-1]])
        stop = np.concatenate([start[1:], [True]])
        return np.stack([self.low[start], self.high[stop]], axis=1)

    @cached_property
    def displacement(self) -> Array:
        """(P,) how far errors of the radius move the surface, at least as steep on a panel as between two nodes."""
        t = self.place(np.arange(len(self.low)), np.broadcast_to(NODES, self.radii.shape))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.abs(np.diff(self.radii, axis=1) / np.diff(t, axis=1)).min(axis=1, initial=np.inf)
        return self.error / np.hypot(1.0, np.where(np.isfinite(slope), slope, 0.0))

    def place(self, panel: Index, v: Array) -> Array:
        """t at v (Q, m) of panels (Q,)."""
        return at_share(self.low[panel][:, None], self.high[panel][:, None], self.bend[panel][:, None], v)

    def share(self, panel: Index, t: Array) -> Array:
        """v at t (Q,), clipped to the panels."""
        width = self.high[panel] - self.low[panel]
        before = np.clip((t - self.low[panel]) / width, 0.0, 1.0)
        after = np.clip((self.high[panel] - t) / width, 0.0, 1.0)
        bent = np.where(self.bend[panel] < 0, np.sqrt(before), 1 - np.sqrt(after))
        return np.where(self.bend[panel] == 0, before, bent)

    def radius(self, panel: Index, v: Array) -> Array:
        """R at v (Q,) or (Q, m) of panels (Q,), not below 0."""
        held = self.coefficients.T[:, panel].reshape(COUNT, len(panel), *[1] * (v.ndim - 1))
        found = np.polynomial.legendre.legval(2 * v - 1, held, tensor=False)
        return np.maximum(found, 0.0)

    def at(self, t: Array) -> Array:
        """R at t (N,), -1 where there is nothing."""
        if not len(self.low):
            return np.full(len(t), -1.0)
        panel = np.clip(np.searchsorted(self.low, t, side="right") - 1, 0, None)
        found = self.radius(panel, self.share(panel, t))
        return np.where((t >= self.low[panel]) & (t <= self.high[panel]), found, -1.0)

    def mirrored(self) -> Graph:
        """This one, which begins at 0, with its mirror image on the other side."""
        both = [(-self.high[::-1], self.low), (-self.low[::-1], self.high), (-self.bend[::-1], self.bend)]
        radii, error = (self.radii[::-1, ::-1], self.radii), (self.error[::-1], self.error)
        return Graph(*(np.concatenate(pair) for pair in (*both, radii, error)))

    def displaced(self, t: Array) -> Array:
        """`displacement` at t (N,), 0 where there is nothing."""
        panel = np.clip(np.searchsorted(self.low, t, side="right") - 1, 0, None)
        inside = (t >= self.low[panel]) & (t <= self.high[panel])
        return np.where(inside, self.displacement[panel], 0.0)


NOTHING = Graph(np.empty(0), np.empty(0), np.empty(0), np.empty((0, COUNT)), np.empty(0))


def at_share(low: Array, high: Array, bend: Array, v: Array) -> Array:
    """t = low + (high - low)(v + bend v (1 - v))."""
    return np.asarray(low + (high - low) * v * (1 + bend * (1 - v)))


@dataclass(frozen=True)
class Panels:
    """What a graph is made from: panels (P,) as above, and guesses (P, COUNT) of the radii, NaN for none."""

    low: Array
    high: Array
    bend: Array
    guess: Array

    @property
    def places(self) -> Array:
        """(P, COUNT) of the nodes."""
        return at_share(self.low[:, None], self.high[:, None], self.bend[:, None], NODES)

    def halves(self, chosen: Flags, coefficients: Array) -> Panels:
        """The halves of the chosen panels, in v; guesses are the polynomials of these (P, COUNT)."""
        low, high, bend, held = (part[chosen] for part in (self.low, self.high, self.bend, coefficients))
        middle = at_share(low, high, bend, np.full(len(low), 0.5))
        starts, stops = np.concatenate([low, middle]), np.concatenate([middle, high])
        bends = np.concatenate([np.minimum(bend, 0.0), np.maximum(bend, 0.0)])
        both = Panels(starts, stops, bends, np.empty((2 * len(low), COUNT)))
        whole = Graph(low, high, bend, np.empty((len(low), COUNT)), np.empty(len(low)))
        every = np.tile(np.repeat(np.arange(len(low)), COUNT), 2)
        v = whole.share(every, both.places.ravel()).reshape(both.guess.shape)
        twice = np.concatenate([held, held])
        return replace(both, guess=np.polynomial.legendre.legval(2 * v - 1, twice.T[:, :, None], tensor=False))


def panels(edges: Array, left: bool, right: bool) -> Panels:
    """Panels between edges (m,), at least two; whether the radius ends like a root at the first and at the last."""
    if len(edges) == 2:
        edges = np.array([edges[0], 0.5 * (edges[0] + edges[1]), edges[1]])
    bend = np.zeros(len(edges) - 1)
    bend[0], bend[-1] = -float(left), float(right)
    return Panels(edges[:-1], edges[1:], bend, np.full((len(bend), COUNT), np.nan))


def joined(parts: list[Panels]) -> Panels:
    """All together."""
    names = ("low", "high", "bend", "guess")
    return Panels(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


Radius = Callable[[Array, Array], tuple[Array, Array]]
Fine = Callable[[Graph, Array], Flags]


def resolved(start: list[Panels], radius: Radius, fine: Fine) -> Graph:
    """The graph of a function (t, guess) -> (R, error), panels halved until they are fine.

    What polynomials leave out, as their last coefficients tell, is in the errors of the graph that `fine` is asked
    about, with the largest errors (P,) of the values themselves.
    """
    if not start:
        return NOTHING
    work, done = joined(start), []
    least = NARROW * float(np.abs(np.concatenate([work.low, work.high])).max())
    for _ in range(MOST_ROUNDS):
        shape = work.guess.shape
        radii, error = (part.reshape(shape) for part in radius(work.places.ravel(), work.guess.ravel()))
        coefficients = radii @ TRANSFORM.T
        left_out = np.abs(coefficients[:, -TAIL:]).sum(axis=1) + _amiss(work.bend, coefficients, radii)
        rounding = error.max(axis=1)
        graph = Graph(work.low, work.high, work.bend, radii, rounding + left_out)
        enough = fine(graph, rounding) | (work.high - work.low <= least) | (len(work.low) > MOST_PANELS)
        done.append(_chosen(graph, enough))
        if enough.all():
            break
        work = work.halves(~enough, coefficients)
    else:
        done.append(_chosen(graph, ~enough))
    order = np.argsort(np.concatenate([part.low for part in done]))
    names = ("low", "high", "bend", "radii", "error")
    return Graph(*(np.concatenate([getattr(part, name) for part in done])[order] for name in names))


def _amiss(bend: Array, coefficients: Array, radii: Array) -> Array:
    """(P,) what polynomials that should end on the axis have there: a fall between the last node and the end is not
    seen by the nodes."""
    signs = np.where(np.arange(COUNT) % 2 == 1, -1.0, 1.0)
    end = np.abs(np.where(bend < 0, coefficients @ signs, coefficients.sum(axis=1)))
    return np.where((bend != 0) & (end > SEEN * radii.max(axis=1)), end, 0.0)


def _chosen(graph: Graph, rows: Flags) -> Graph:
    return Graph(graph.low[rows], graph.high[rows], graph.bend[rows], graph.radii[rows], graph.error[rows])
