"""Masses of Gaussian components on the regions of conics, smoothed or not, many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.extents import Extent
from theory.geometry.plane.level_sets import ends, voted
from theory.geometry.plane.sections import Smoothed
from theory.geometry.plane.strips import REACH, Nodes, Strips, strips

# Pairs of region and component that are weighed at once.
PAIRS = 64
# Rules are refined at most so many times.
DOUBLINGS = 4
ROUNDING = 4e-15
# Errors at levels near to 0 or 1 count so many times.
CAREFUL = 4.0
# Quantiles beyond this are not those of floats.
DEEPEST = 36.0
# Nodes of less weight than this do not count.
UNSEEN = 1e-18


@dataclass(frozen=True)
class Seen:
    """N Gaussians in the frames of N conics: mean and scale along s; level, slope and scale along t given s."""

    mean: Array
    scale: Array
    level: Array
    slope: Array
    rest: Array

    @staticmethod
    def along(held: Quadratic, means: Array, covariances: Array) -> Seen:
        """means (N, 2), covariances (N, 2, 2)."""
        at = np.einsum("nab,nb->na", held.axes, means - held.origin)
        turned = np.einsum("nai,nij,nbj->nab", held.axes, covariances, held.axes)
        across = turned[:, 0, 0]
        rest = np.sqrt(np.linalg.det(covariances) / across)
        return Seen(at[:, 0], np.sqrt(across), at[:, 1], turned[:, 0, 1] / across, rest)

    def take(self, rows: Index | Flags) -> Seen:
        """The given rows."""
        return Seen(*(v[rows] for v in (self.mean, self.scale, self.level, self.slope, self.rest)))

    def middle(self, row: Index, s: Array) -> Array:
        """The mean along t at places s (P, m)."""
        return np.asarray(self.level[row, None] + self.slope[row, None] * (s - self.mean[row, None]))

    def where(self, flags: Flags, other: Seen) -> Seen:
        """These where flags (N,), else the others."""
        names = ("mean", "scale", "level", "slope", "rest")
        return Seen(*(np.where(flags, getattr(self, name), getattr(other, name)) for name in names))

    def strips(self, held: Quadratic, extent: Extent, beta: Array) -> Strips:
        """Along s, where sections are; noise moves their ends by some of its scales at most."""

        def profile(row: Index, s: Array) -> Array:
            return np.asarray((held.low(row, s) - self.middle(row, s)) / self.rest[row, None])

        band = REACH * (1 + beta / self.rest)
        return strips(extent, self.mean, self.scale, np.full(len(beta), REACH), profile, band)


def shares(
    held: Quadratic, beta: Array, level: Array, means: Array, covariances: Array, goal: Array
) -> tuple[Array, Array]:
    """(N,) shares of Gaussians where the votes for D >= 0 are at least Phi(level), and their errors.

    held: N conics. beta: (N,) noises, 0 for the regions themselves. means (N, 2), covariances (N, 2, 2).
    goal: (N,) errors that are small enough.
    """
    value, error = np.empty((2, len(beta)))
    wanted, level = level, np.clip(level, -DEEPEST, DEEPEST)
    for start in range(0, len(beta), PAIRS):
        rows = np.arange(start, min(start + PAIRS, len(beta)))
        pairs = _better(held.take(rows), means[rows], covariances[rows], beta[rows])
        for doubling in range(DOUBLINGS):
            value[rows], error[rows] = _weighed(*pairs, beta[rows], level[rows], 2**doubling)
            worse = ~(error[rows] <= goal[rows])
            rows, pairs = rows[worse], (pairs[0].take(worse), pairs[1].take(worse))
            if len(rows) == 0:
                break
    # Of levels beyond all floats it is known that they hold less, or more.
    beyond = np.where(wanted > DEEPEST, value, np.where(wanted < -DEEPEST, 1 - value, 0.0))
    return value, error + beyond


def _better(held: Quadratic, means: Array, covariances: Array, beta: Array) -> tuple[Quadratic, Seen]:
    """The conics with sections along the axis that needs fewer nodes."""
    frames = [(frame, Seen.along(frame, means, covariances)) for frame in (held, held.across())]
    one, two = (
        np.where(frame.sound, seen.strips(frame, frame.extent(), beta).effort, np.inf) for frame, seen in frames
    )
    (held, mine), (across, other) = frames
    return held.where(one <= two, across), mine.where(one <= two, other)


def _weighed(held: Quadratic, seen: Seen, beta: Array, level: Array, fine: int) -> tuple[Array, Array]:
    """Masses in the sections of level sets."""
    count, inner = len(beta), held.sign < 0
    of = Smoothed.of(held, beta, np.where(inner, level, -level), fine)
    extent = _extent(of, seen.mean - REACH * seen.scale, seen.mean + REACH * seen.scale)
    value, error = np.zeros(count), np.full(count, ROUNDING)
    nodes = seen.strips(held, extent, beta).nodes(fine)
    for n, (t, unsure) in zip(nodes, _ends(of, nodes), strict=True):
        middle, rest = seen.middle(n.row, n.s), seen.rest[n.row, None]
        one, two = (t - middle) / rest, (2 * held.middle[n.row, None] - t - middle) / rest
        inside = np.maximum(np.where(one > 0, ndtr(-one) - ndtr(-two), ndtr(two) - ndtr(one)), 0.0)
        density = (np.exp(-0.5 * one * one) + np.exp(-0.5 * two * two)) / (rest * np.sqrt(2 * np.pi))
        more, doubt = n.sums(inside, count)
        moved, _ = n.sums(np.minimum(density * unsure, 1.0), count)
        value, error = value + more, error + doubt + moved
    # Near ends of sections rules converge more slowly at levels near to 0 or 1.
    return np.where(inner, value, 1 - value), error * (CAREFUL if of.deep else 1.0)


def _extent(of: Smoothed, low: Array, high: Array) -> Extent:
    """Where level sets have sections; the regions themselves where there is no noise."""
    smooth = of.beta > 0
    table = of.extent.table.copy()
    table[smooth] = voted(of.take(smooth), low[smooth], high[smooth]).table
    return Extent(table)


def _ends(of: Smoothed, nodes: list[Nodes]) -> list[tuple[Array, Array]]:
    """Lower ends of sections at nodes (P, m) that count, and how well they are known."""
    found = [of.held.low(n.row, n.s) for n in nodes]
    unsure = [np.zeros(t.shape) for t in found]
    wanted = [(n.weight > UNSEEN) & (of.beta[n.row] > 0)[:, None] for n in nodes]
    if any(w.any() for w in wanted):
        rows = [np.broadcast_to(n.row[:, None], w.shape)[w] for n, w in zip(nodes, wanted, strict=True)]
        places = [n.s[w] for n, w in zip(nodes, wanted, strict=True)]
        cuts = np.cumsum([len(r) for r in rows])[:-1]
        parts = (np.split(v, cuts) for v in ends(of.along(np.concatenate(rows), np.concatenate(places))))
        for t, doubt, w, end, more in zip(found, unsure, wanted, *parts, strict=True):
            t[w], doubt[w] = end, more
    doubts = [np.minimum(of.held.rounding(n.row, n.s, t), _room(of, n, t)) for n, t in zip(nodes, found, strict=True)]
    return [(t, one + two) for t, one, two in zip(found, unsure, doubts, strict=True)]


def _room(of: Smoothed, nodes: Nodes, t: Array) -> Array:
    """From lower ends to the middle: no section is wrong by more."""
    return np.maximum(of.held.middle[nodes.row, None] - t, 0.0)
