"""Base classifiers of axial problems: bodies of revolution about the axis, in closed form at every place along it.

Every component is a spheroid about the axis, of one scale across it in each class. With v_y = scale^2 + alpha^2 and
p_y(t) the weighted noised densities along the axis, class 1 has the greater density where

    log p_1(t) - log p_0(t) - ((d - 1)/2) log(v_1/v_0) >= (r^2/2)(1/v_1 - 1/v_0):

the class of the narrower scale holds {r^2 <= rho(t)}.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.axial.graph import NOTHING, Graph, Panels, panels, resolved
from theory.geometry.cells import FAR_TAIL_STEPS, cut
from theory.geometry.line.terms import GaussianTerms, log_quotient
from theory.geometry.piece import piece
from theory.geometry.positive import Supports, positive_set
from theory.geometry.region import Region
from theory.numerics.terms import log_ratio

# What polynomials may leave out of a radius, relative to the largest on the panel, or in units of its rounding.
RESOLVED, ROUNDED = 1e-13, 4.0
# Standard deviations beyond which components have no mass that counts.
REACH = 8.3
# Panels end at such shares of the extent of the data, beyond these, and so many of them are between.
BEYOND, BETWEEN = 2.0 ** np.arange(-1, 40), 8


@dataclass(frozen=True)
class Spheroid:
    """A Gaussian component about the axis: its place there, and its scales along and across."""

    label: int
    weight: float
    place: float
    along: float
    across: float
    law: str = "spheroid"

    def at(self, _rows: Index) -> Spheroid:
        """The same for all training noises."""
        return self


class AxisTerms:
    """Logarithms of the weighted noised densities on the axis, relative to a Gaussian along it.

    Those of class 1 have the factor (v_0/v_1)^((d - 1)/2) besides.
    """

    def __init__(self, dim: int, spheroids: tuple[Spheroid, ...], alpha: Array) -> None:
        pieces = tuple(piece(s.label, "gaussian", s.place, s.along, s.weight) for s in spheroids)
        self._along = GaussianTerms(pieces, alpha)
        self.positive, self.modes, self.widths = self._along.positive, self._along.modes, self._along.widths
        one, zero = (next(s.across for s in spheroids if s.label == label) for label in (1, 0))
        narrow, wide = one**2 + alpha**2, zero**2 + alpha**2
        excess = (one - zero) * (one + zero)
        relative = log_quotient(narrow, wide, excess / wide)
        first = np.arange(len(pieces)) < self.positive
        self._factor = np.where(first, -0.5 * dim * relative[:, None], 0.0)
        with np.errstate(over="ignore"):
            self.rate = 2 * narrow * wide / excess

    def values(self, row: Index, x: Array) -> Array:
        """The logarithms, (N, K)."""
        return self._along.values(row, x) + self._factor[row]

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        return self._along.scores(row, x)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """The magnitudes added up for each, (N, K)."""
        return self._along.sizes(row, x, values) + np.abs(self._factor[row])


@dataclass(frozen=True, eq=False)
class Trained:
    """{r^2 <= rho(t)} for one training noise; `inner`: the class that holds it.

    Graphs are made as far along the axis as they are asked for.
    """

    dim: int
    spheroids: tuple[Spheroid, ...]
    alpha: float
    _held: dict[int, Graph] = field(default_factory=dict)

    @property
    def inner(self) -> int:
        """The class that is narrower across the axis."""
        one, zero = (next(s.across for s in self.spheroids if s.label == label) for label in (1, 0))
        return int(one < zero)

    @property
    def symmetric(self) -> bool:
        """Whether the components are their own mirror image at the place 0."""
        return set(self.spheroids) == {replace(s, place=-s.place) for s in self.spheroids}

    @property
    def extent(self) -> tuple[float, float]:
        """Where the centres are, with a scale of the widest component on both sides."""
        places, widest = [s.place for s in self.spheroids], max(s.along for s in self.spheroids)
        return min(places) - widest, max(places) + widest

    def graph(self, margin: float) -> Graph:
        """The body where the data are, and at least to a margin around."""
        low, high = self.extent
        reach = margin + REACH * max(s.along for s in self.spheroids)
        steps = int(np.searchsorted(BEYOND, reach / (high - low)))
        if steps not in self._held:
            self._held[steps] = self._made(steps)
        return self._held[steps]

    def _made(self, steps: int) -> Graph:
        (low, high), terms = self.extent, AxisTerms(self.dim, self.spheroids, np.array([self.alpha]))
        far = (high - low) * BEYOND[: steps + 1]
        first, last = low - far[-1], high + far[-1]
        region = self.axis(terms)
        grid = np.concatenate([low - far[::-1], np.linspace(low, high, BETWEEN + 1), high + far])
        start: list[Panels] = []
        for a, b in region.intervals() if self.inner else region.complement().intervals():
            left, right = max(a, first), min(b, last)
            if left < right:
                edges = np.concatenate([[left], grid[(grid > left) & (grid < right)], [right]])
                start.append(panels(edges, left == a, right == b))
        return resolved(start, partial(self._radius, terms), _fine) if start else NOTHING

    def axis(self, terms: AxisTerms) -> Region:
        """Where class 1 holds the axis itself."""
        points = np.array([[s.place for s in self.spheroids]])
        cells = cut(points, np.array([self.extent[1] - self.extent[0] + self.alpha]), FAR_TAIL_STEPS)
        sides = [np.full((1, sum(s.label == label for s in self.spheroids)), np.inf) for label in (1, 0)]
        everywhere = np.full(points.shape, np.inf)
        labels = np.array([s.label for s in self.spheroids])
        held = Supports(-everywhere, everywhere, labels, *((-side, side) for side in sides))
        return positive_set(cells, held, lambda: terms, "class1")

    def _square(self, terms: AxisTerms, t: Array) -> tuple[Array, Array]:
        """rho and its rounding; class 1 gives less, at the rate of the difference of the inverse variances."""
        ratio, tie = log_ratio(terms, np.zeros(len(t), np.intp), t)
        return -terms.rate[0] * ratio, np.abs(terms.rate[0]) * tie

    def _radius(self, terms: AxisTerms, t: Array, _guess: Array) -> tuple[Array, Array]:
        square, rounding = self._square(terms, t)
        radius = np.sqrt(np.maximum(square, 0.0))
        return radius, np.zeros_like(radius) if not rounding.any() else _moved(radius, rounding)


def _fine(graph: Graph, rounding: Array) -> Flags:
    return graph.error <= RESOLVED * graph.radii.max(axis=1) + ROUNDED * rounding


def _moved(radius: Array, rounding: Array) -> Array:
    """By how much a radius moves when its square does."""
    return np.asarray(rounding / (radius + np.sqrt(rounding)))
