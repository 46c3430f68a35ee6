"""Finitely many votes under noise that is a product: a binomial tail of the votes, line by line.

On a vertical line the votes are polynomials on stretches, and so is what is summed, after cuts where the chance turns
from sure to impossible and where the law of the class begins and ends. Lines are placed by an adaptive rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from scipy.special import betaincinv

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.covers import Cover, GaussianCover, SetCover
from theory.geometry.plane.outline import rule
from theory.geometry.plane.product.graphs import Panels
from theory.geometry.plane.product.lines import Votes
from theory.geometry.plane.product.swept import Swept
from theory.geometry.plane.sets import SetUnion
from theory.laws.binomial import fewer, steepest

# Stretches on which the chance changes by more than so much are cut where T has these probabilities, T ~ Beta.
STEEP = 1.5
SHARES = (1e-14, 1e-9, 1e-5, 1e-2, 0.16, 0.5, 0.84, 0.99, 1 - 1e-5, 1 - 1e-9, 1 - 1e-14)
# Stretches are at most so many of the least widths of the law's components.
TALL = 1.5
# Nodes on a part of a stretch, and of a panel of lines; at two levels of refinement.
NODES, LINES = (10, 14), 14
LEVELS = (2, 3)
# Panels at the start are at most this share of the window wide; halvings, and what is left to each panel.
WIDEST, HALVINGS, SHARE = 0.125, 30, 0.01


class Law(Protocol):
    """A class on vertical lines."""

    def density(self, x: Array, y: Array) -> Array:
        """Its density at points (N,), (N, m)."""
        ...

    def heights(self, x: Array) -> Array:
        """(M, k) heights at which stretches of lines are cut."""
        ...


class Mixture:
    """A mixture of Gaussians."""

    def __init__(self, cover: GaussianCover) -> None:
        self._cover = cover
        window = cover.window
        widths = np.sqrt(np.linalg.eigvalsh(cover.covariances)[:, 0])
        count = min(max(int(np.ceil(2 * window.half / (TALL * widths.min()))), 1), 400)
        self._grid = np.linspace(window.y - window.half, window.y + window.half, count + 1)
        self.cuts = np.empty(0)
        self.edges = window.x - window.half, window.x + window.half

    def density(self, x: Array, y: Array) -> Array:
        """That of the mixture."""
        at = np.stack([np.broadcast_to(x[:, None], y.shape), y], axis=-1)
        return self._cover.place(np.zeros(len(x), np.intp), at)[1]

    def heights(self, x: Array) -> Array:
        """A grid."""
        return np.tile(self._grid, (len(x), 1))


class Sets:
    """A union of discs and boxes, or what is left of a rectangle outside of it."""

    def __init__(self, cover: SetCover) -> None:
        held, frame = cover.union, cover.frame
        clip = None if held.clip is None else held.clip[[1, 0, 3, 2]]
        self._union = SetUnion(held.discs[:, [1, 0, 2]], held.boxes[:, [1, 0, 3, 2]], clip)
        self._cover = cover
        self.edges = float(frame[0]), float(frame[2])
        self.cuts = np.clip(self._union.rows, *self.edges)

    def density(self, x: Array, y: Array) -> Array:
        """Constant on the class."""
        frame = self._cover.frame
        at = np.stack([np.broadcast_to(x[:, None], y.shape), y], axis=-1)
        inside = self._cover.union.contains(at) == self._cover.inner
        inside &= (y >= frame[1]) & (y <= frame[3])
        return np.where(inside, self._cover.density, 0.0)

    def heights(self, x: Array) -> Array:
        """The ends of its columns."""
        frame = np.tile(self._cover.frame[[1, 3]], (len(x), 1))
        return np.concatenate([*self._union.spans(x), frame], axis=1)


def mean_along(swept: Swept, cover: Cover, label: int, votes: int, need: int, tolerance: float) -> tuple[float, float]:
    """The chance that a class gets fewer than `need` of the votes, over all of it, and its error."""
    assert isinstance(cover, GaussianCover | SetCover)
    law: Mixture | Sets = Mixture(cover) if isinstance(cover, GaussianCover) else Sets(cover)
    found = []
    for level, nodes in zip(LEVELS, NODES, strict=True):
        left, right = law.edges
        cuts = np.concatenate([swept.cuts(level), law.cuts])

        def line(x: Array, level: int = level, nodes: int = nodes) -> Array:
            held = swept.along(x, level, swept.noise)
            return _lines(held, x, law, swept.rest, label, votes, need, nodes)

        found.append(_over(line, cuts, left, right, tolerance))
    (before, _), (value, doubt) = found
    return value, abs(value - before) + doubt + 1e-15


def _over(line: Callable[[Array], Array], cuts: Array, left: float, right: float, goal: float) -> tuple[float, float]:
    """The integral over lines, in panels that are halved until two rules agree."""
    places = np.unique(np.concatenate([[left, right], cuts[(cuts > left) & (cuts < right)]]))
    places = places[np.append(True, np.diff(places) > 1e-12 * (right - left))]
    places[-1] = right
    parts = np.ceil(np.diff(places) / (WIDEST * (right - left))).astype(int)
    edges = np.concatenate([np.linspace(a, b, n + 1)[:-1] for a, b, n in zip(places, places[1:], parts, strict=False)])
    edges = np.append(edges, right)
    yes = np.ones(len(edges) - 1, bool)
    todo = Panels(edges[:-1], edges[1:], yes, yes)
    at, weights = rule(LINES)
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(at, LINES - 1))
    total = error = 0.0
    for halving in range(HALVINGS):
        x, rate = todo.places(at)
        flat = x.ravel()
        value = np.concatenate([line(flat[k : k + 400]) for k in range(0, len(flat), 400)]).reshape(x.shape) * rate
        tail = np.abs(value @ inverse[-3:].T).sum(axis=1)
        good = (tail <= SHARE * goal) | (halving == HALVINGS - 1)
        total += float((value[good] @ weights).sum())
        error += float(tail[good].sum())
        if good.all():
            break
        todo = todo.take(~good).halved()
    return total, error


def _lines(held: Votes, x: Array, law: Law, rest: bool, label: int, votes: int, need: int, nodes: int) -> Array:
    """(M,) the integrals of chance times density along lines."""
    count = len(held.held.line)
    which, place = [np.arange(count), np.arange(count)], [np.full(count, -1.0), np.ones(count)]
    heights = law.heights(x)
    line = np.repeat(np.arange(len(x)), heights.shape[1])
    own = held.home(line, heights.ravel())
    which.append(own)
    place.append(held.arguments(own, heights.ravel()))
    steep = np.flatnonzero(chebyshev.spread(held.coefficients) * float(steepest(need, votes)) > STEEP)
    for share in SHARES:
        level = float(betaincinv(need, votes - need + 1, share))
        part = held.coefficients[steep].copy()
        part[:, 0] -= level if (label == 1) != rest else 1 - level
        row, at = chebyshev.roots(part)
        which.append(steep[row])
        place.append(at)
    owner, cuts = np.concatenate(which), np.concatenate(place)
    order = np.lexsort((cuts, owner))
    owner, cuts = owner[order], cuts[order]
    joint = (owner[1:] == owner[:-1]) & (cuts[1:] - cuts[:-1] > 1e-13)
    owner, low, high = owner[1:][joint], cuts[:-1][joint], cuts[1:][joint]
    return _summed(held, x, law, rest, (label, votes, need), (owner, low, high), nodes)


def _summed(
    held: Votes,
    x: Array,
    law: Law,
    rest: bool,
    asked: tuple[int, int, int],
    parts: tuple[Index, Array, Array],
    nodes: int,
) -> Array:
    """Sums over parts of stretches: which, from, to."""
    (label, votes, need), (owner, low, high) = asked, parts
    at, weights = rule(nodes)
    place = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * at
    y, slope = held.spots(owner, place)
    line = held.held.line[owner]
    density = law.density(x[line], y) * slope * weights * 0.5 * (high - low)[:, None]
    share = np.einsum("np,nmp->nm", held.coefficients[owner], chebyshev.basis(place, held.coefficients.shape[1]))
    share = np.clip(share, 0.0, 1.0)
    one, zero = (1 - share, share) if rest else (share, 1 - share)
    chance = fewer(np.array(need), votes, one, zero) if label else fewer(np.array(need), votes, zero, one)
    return np.asarray(np.bincount(line, (density * chance).sum(axis=1), len(x)), float)
