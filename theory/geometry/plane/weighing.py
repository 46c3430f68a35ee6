"""Masses of Gaussian components on the regions of conics, smoothed or not, many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.level_sets import ends, voted
from theory.geometry.plane.sections import Smoothed
from theory.geometry.plane.strips import REACH, Extent, Profile, effort, strips

# Pairs of region and component that are weighed at once.
PAIRS = 64
# Rules are refined until errors are below this, at most so many times.
GOAL, DOUBLINGS = 1e-10, 4
ROUNDING = 4e-15
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

    def band(self, beta: Array) -> Array:
        """(N,) heights of the profile that are seen: noise moves the ends of sections by some of its scales."""
        return REACH * (1 + beta / self.rest)

    def profile(self, held: Quadratic) -> Profile:
        """The ends of sections in units of the law along t."""

        def profile(row: Index, s: Array) -> Array:
            return np.asarray((held.low(row, s) - self.middle(row, s)) / self.rest[row, None])

        return profile


def shares(
    held: Quadratic, beta: Array, level: Array, means: Array, covariances: Array, goal: float = GOAL
) -> tuple[Array, Array]:
    """(N,) shares of Gaussians where the votes for D >= 0 are at least Phi(level), and their errors.

    held: N conics. beta: (N,) noises, 0 for the regions themselves. means (N, 2), covariances (N, 2, 2).
    """
    value, error = np.empty((2, len(beta)))
    for start in range(0, len(beta), PAIRS):
        rows = np.arange(start, min(start + PAIRS, len(beta)))
        for doubling in range(DOUBLINGS):
            part = held.take(rows), beta[rows], level[rows], means[rows], covariances[rows]
            value[rows], error[rows] = _better(*part, 2**doubling)
            rows = rows[error[rows] > goal]
            if len(rows) == 0:
                break
    return value, error


def _better(
    held: Quadratic, beta: Array, level: Array, means: Array, covariances: Array, fine: int
) -> tuple[Array, Array]:
    """By sections along the axis that needs fewer nodes."""
    frames = held, held.across()
    seen = [Seen.along(frame, means, covariances) for frame in frames]
    needs = [
        np.where(f.sound, effort(f.extent(), e.mean, e.scale, e.profile(f), e.band(beta)), np.inf)
        for f, e in zip(frames, seen, strict=True)
    ]
    first = needs[0] <= needs[1]
    value, error = np.empty((2, len(beta)))
    for rows, frame, other in ((first, frames[0], seen[0]), (~first, frames[1], seen[1])):
        if rows.any():
            part = frame.take(rows)
            inner = part.sign < 0
            of = Smoothed.of(part, beta[rows], np.where(inner, level[rows], -level[rows]), fine)
            share, error[rows] = _weighed(of, other.take(rows))
            value[rows] = np.where(inner, share, 1 - share)
    return value, error


def _weighed(of: Smoothed, seen: Seen) -> tuple[Array, Array]:
    """Masses in the sections of level sets."""
    count, held = len(of.beta), of.held
    extent = _extent(of, seen.mean - REACH * seen.scale, seen.mean + REACH * seen.scale)
    reach = np.full(count, REACH)
    value, error = np.zeros(count), np.full(count, ROUNDING)
    for n in strips(extent, seen.mean, seen.scale, reach, seen.profile(held), of.fine, seen.band(of.beta)):
        t, unsure = _ends(of, n.row, n.s, n.weight > UNSEEN)
        middle, rest = seen.middle(n.row, n.s), seen.rest[n.row, None]
        one, two = (t - middle) / rest, (2 * held.middle[n.row, None] - t - middle) / rest
        inside = np.maximum(np.where(one > 0, ndtr(-one) - ndtr(-two), ndtr(two) - ndtr(one)), 0.0)
        density = (np.exp(-0.5 * one * one) + np.exp(-0.5 * two * two)) / (rest * np.sqrt(2 * np.pi))
        more, doubt = n.sums(inside, count)
        moved, _ = n.sums(np.minimum(density * unsure, 1.0), count)
        value, error = value + more, error + doubt + moved
    return value, error


def _extent(of: Smoothed, low: Array, high: Array) -> Extent:
    """Where level sets have sections; the regions themselves where there is no noise."""
    smooth = of.beta > 0
    table = of.extent.table.copy()
    table[smooth] = voted(of.take(smooth), low[smooth], high[smooth]).table
    return Extent(table)


def _ends(of: Smoothed, rows: Index, s: Array, counts: Flags) -> tuple[Array, Array]:
    """Lower ends of sections at s (P, m) where that counts, and how well they are known."""
    t, unsure = of.held.low(rows, s), np.zeros(s.shape)
    wanted = counts & (of.beta[rows] > 0)[:, None]
    if wanted.any():
        owner = np.broadcast_to(rows[:, None], s.shape)[wanted]
        t[wanted], unsure[wanted] = ends(of.along(owner, s[wanted]))
    return t, unsure + of.held.rounding(rows, s, t)
