"""Finitely many votes in the plane: the integral of a binomial tail of the vote probability against the law of a class.

The tail is smooth wherever noise is, so no level set is needed: rectangles are split until the integrand is resolved,
whatever the votes do at saddles and extrema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.covers import Cover
from theory.numerics.cubature import Cells, Function, apply, refine

# Rectangles near the boundary of the base classifier are at most so many noise scales long, others this share of their
# distance from it.
NEAR, AWAY = 8.0, 0.7
# Noise beyond this many scales does not count.
FAR = 8.5
# Rectangles that are split.
MOST = 60_000
HALVINGS = 60
# Share of the tolerance that is left to the rectangles.
SHARE = 0.3
CORNERS = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], indexing="ij"), axis=-1).reshape(-1, 2)


class Votes(Protocol):
    """The votes for class 1 at one level of refinement."""

    def distance(self, points: Array) -> Array:
        """From points (N, 2) to the boundary of the base classifier, about."""
        ...

    def share(self, points: Array) -> Array:
        """u at points (N, 2)."""
        ...


# From u to the chance that the class fails.
Chance = Callable[[Array], Array]


def mean_chance(
    levels: Iterator[Votes], base: Callable[[Array], Array], cover: Cover, beta: float, chance: Chance, tolerance: float
) -> tuple[float, float]:
    """The integral of chance(u) over a class, and its error.

    levels: the votes, finer and finer: their first is used to find the rectangles, and two of them are compared.
    base: the base classifier's sign, which is u far from its boundary.
    """

    def seen(votes: Votes, points: Array) -> tuple[Flags, Array]:
        """Whether noise reaches the boundary nowhere from rectangles of points (N, m, 2), and the chance if so."""
        middle = points[:, points.shape[1] // 2]
        size = np.linalg.norm(points - middle[:, None], axis=2).max(axis=1)
        far = votes.distance(middle) > FAR * beta + size
        share = np.zeros(len(far))
        share[far] = base(middle[far]) >= 0
        return far, chance(share)

    def integrand(votes: Votes) -> Function:
        def values(patch: Index, at: Array) -> Array:
            points, law = cover.place(patch, at)
            far, sure = seen(votes, points)
            law[far] *= sure[far, None]
            near = votes.share(points[~far].reshape(-1, 2)).reshape(-1, law.shape[1])
            law[~far] *= chance(np.clip(near, 0.0, 1.0))
            return law

        return values

    votes = next(levels)
    cells = _start(votes, cover, beta)
    far, sure = seen(votes, cover.place(cells.patch, cells.at(CORNERS))[0])
    cells, doubt = refine(integrand(votes), cells.take(~far | (sure > 0)), SHARE * tolerance, MOST)
    value = float(apply(integrand(votes), cells)[0].sum())
    error = np.inf
    for finer in levels:
        before, (values, errors) = value, apply(integrand(finer), cells)
        value, doubt = float(values.sum()), float(errors.sum())
        error = abs(value - before) + doubt + len(values) * np.finfo(float).eps * value
        if error <= tolerance:
            break
    return value, error


def _start(votes: Votes, cover: Cover, beta: float) -> Cells:
    """Rectangles short enough for the law and for the boundary of the base classifier to be seen."""
    cells, done = cover.cells, []
    for _ in range(HALVINGS):
        points, _law = cover.place(cells.patch, cells.at(CORNERS))
        middle = points[:, 4]
        size = np.linalg.norm(points - middle[:, None], axis=2).max(axis=1)
        seen = np.maximum(NEAR * beta, AWAY * votes.distance(middle))
        good = 2 * size <= np.minimum(cover.longest(middle), seen)
        done.append(cells.take(good))
        axes = _long(points[~good])
        cells = cells.take(~good).halved(axes)
        if not len(cells.patch):
            break
    done.append(cells)
    return Cells(*(np.concatenate([getattr(part, name) for part in done]) for name in ("patch", "low", "high")))


def _long(points: Array) -> Flags:
    """(N, 2) along which parameters the images (N, 9, 2) of a square are long."""
    grid = points.reshape(-1, 3, 3, 2)
    along = [np.linalg.norm(np.diff(grid, axis=k), axis=-1).max(axis=(1, 2)) for k in (1, 2)]
    length = np.stack(along, axis=1)
    return np.asarray(length >= 0.5 * length.max(axis=1, keepdims=True))
