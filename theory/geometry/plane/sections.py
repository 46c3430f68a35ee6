"""The votes for the region of a conic, by the sections of the region along an axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.extents import Extent
from theory.geometry.plane.strips import REACH, Nodes, Profile, added, strips

# So near to the level, as a quantile, is rounding.
SAME = 2e-15
# Quantiles are told apart up to here; beyond the second u near ends of sections is summed with care.
DEEP, SHALLOW = 40.0, 4.0
# Farther than this many scales the other side of a section does not count.
FAR = 18.0
# With more nodes than this it is asked whether the other axis needs fewer, by this factor: it takes new nodes for
# every t.
MANY, WORTH = 100.0, 0.4


@dataclass(frozen=True)
class Smoothed:
    """The share u of noise beta (N,) that falls in the intervals of N conics, and the quantile `level` (N,) wanted.

    Shares above 1/2 are known by their complement. other: the same conics with sections along s.
    """

    held: Quadratic
    extent: Extent
    other: Quadratic
    beyond: Extent
    beta: Array
    level: Array
    fine: int = 1

    @staticmethod
    def of(held: Quadratic, beta: Array, level: Array, fine: int) -> Smoothed:
        """All that is derived of conics."""
        other = held.across()
        return Smoothed(held, held.extent(), other, other.extent(), beta, level, fine)

    @property
    def above(self) -> Flags:
        """Where the level is more than 1/2, and what is summed is 1 - u."""
        return np.asarray(self.level > 0)

    @property
    def reach(self) -> Array:
        """(N,) as many scales as count."""
        return REACH + np.abs(self.level)

    @property
    def deep(self) -> bool:
        """Whether some levels are so near to 0 or 1 that what is missing of them has to be summed itself."""
        return bool((np.abs(self.level) > SHALLOW).any())

    def take(self, rows: Index | Flags) -> Smoothed:
        """The given rows."""
        held, other = self.held.take(rows), self.other.take(rows)
        extents = self.extent.take(rows), self.beyond.take(rows)
        return Smoothed(held, extents[0], other, extents[1], self.beta[rows], self.level[rows], self.fine)

    def along(self, rows: Index, s: Array) -> Sections:
        """What is needed for u at places s (M,) of rows (M,)."""
        part = self.take(rows)
        plan = strips(part.extent, s, part.beta, part.reach, _profile(part.held, part.beta), gentle=part.deep)
        steep = (plan.effort > MANY) & part.other.sound
        if steep.any():
            few, t = part.take(steep), part.held.low(np.arange(len(s)), s)[steep]
            need = strips(few.beyond, t, few.beta, few.reach, _profile(few.other, few.beta), gentle=few.deep).effort
            steep[steep] = need < WORTH * plan.effort[steep]
            plan = plan.take(~steep)
        nodes = plan.nodes(self.fine)
        return Sections(part, s, steep, nodes, [part.held.low(n.row, n.s) for n in nodes])

    def across(self, s: Array, t: Array) -> Shares:
        """u at places s, t (N,) by sections along s."""
        other, beta = self.other, self.beta
        x = s * np.sign((other.axes[:, 1] * self.held.axes[:, 0]).sum(axis=1))
        same = other.sign == self.held.sign
        nodes = strips(self.beyond, t, beta, self.reach, _profile(other, beta), gentle=self.deep).nodes(self.fine)
        direct, rest = _sides(nodes, same != self.above)
        turn = np.where(direct, 1.0, -1.0)
        value, slope, doubt = np.zeros((3, len(s)))
        if self.deep:
            value, slope = (np.where(direct, 0.0, part) for part in self.beyond.lost(t, beta))
        for n in nodes:
            low, middle = other.low(n.row, n.s), other.middle[n.row]
            part, _rate = _between(low, middle, x[n.row], beta[n.row], turn[n.row])
            more, spread = n.sums(part, len(s))
            value, doubt = value + more, doubt + spread
            pull = (n.s - t[n.row, None]) / beta[n.row, None] ** 2
            slope = slope + added(n.row, (n.weight * part * pull).sum(axis=1), len(s))
        value = np.where(rest, 1 - value, value)
        return value, np.where(self.above != rest, -slope, slope), doubt


def _sides(nodes: list[Nodes], direct: Flags) -> tuple[Flags, Flags]:
    """Whether rows sum what is in the sections, or what is outside; and whether their answer is 1 less the sum.

    Near an end of the sections only what is inside can be summed.
    """
    whole = np.zeros(len(direct), bool)
    for n in nodes:
        whole[n.row] = True
    for n in nodes:
        whole[n.row[n.ended]] = False
    return direct | ~whole, ~direct & ~whole


# u or 1 - u, its slope (of u), and how well it is known: (M,) each.
Shares = tuple[Array, Array, Array]


def _profile(held: Quadratic, beta: Array) -> Profile:
    """The lower ends of sections."""

    def profile(row: Index, at: Array) -> Array:
        return held.low(row, at) / beta[row, None]

    return profile


def _between(low: Array, middle: Array, t: Array, beta: Array, turn: Array) -> Pair:
    """The share of noise along t in sections that start at `low` (P, m), or outside where turn is -1; its slope."""
    one, two = (t[:, None] - low) / beta[:, None], ((t - 2 * middle)[:, None] + low) / beta[:, None]
    turn = turn[:, None]
    share, rate = ndtr(turn * one), np.exp(-0.5 * one * one)
    k = np.flatnonzero(two.max(axis=1, initial=-np.inf) > -FAR)
    if len(k):
        share[k] -= turn[k] * ndtr(two[k])
        rate[k] -= np.exp(-0.5 * two[k] * two[k])
    return share, rate


Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Sections:
    """What votes at places s (M,) are made of: nodes with the lower ends of the base region's sections there; none
    where they are `steep`."""

    of: Smoothed
    s: Array
    steep: Flags
    nodes: list[Nodes]
    heights: list[Array]

    def take(self, rows: Flags) -> Sections:
        """The given ones."""
        number = np.cumsum(rows) - 1
        kept = [rows[n.row] for n in self.nodes]
        nodes = [n.take(k, number) for n, k in zip(self.nodes, kept, strict=True)]
        heights = [h[k] for h, k in zip(self.heights, kept, strict=True)]
        return Sections(self.of.take(rows), self.s[rows], self.steep[rows], nodes, heights)

    def share(self, t: Array) -> Shares:
        """At t (M,)."""
        of, count = self.of, len(t)
        value, slope, doubt = np.zeros((3, count))
        direct, rest = _sides(self.nodes, ~of.above)
        turn = np.where(direct, 1.0, -1.0)
        if of.deep:
            value = np.where(direct, 0.0, of.extent.lost(self.s, of.beta)[0])
        for n, low in zip(self.nodes, self.heights, strict=True):
            part, rate = _between(low, of.held.middle[n.row], t[n.row], of.beta[n.row], turn[n.row])
            more, spread = n.sums(part, count)
            value, doubt = value + more, doubt + spread
            slope = slope + added(n.row, (n.weight * rate).sum(axis=1), count)
        value, slope = np.where(rest, 1 - value, value), slope / (of.beta * np.sqrt(2 * np.pi))
        if self.steep.any():
            k = self.steep
            value[k], slope[k], doubt[k] = of.take(k).across(self.s[k], t[k])
        return np.clip(value, 0.0, 1.0), slope, doubt

    def excess(self, t: Array) -> Shares:
        """The normal quantile of u less the level, how far Newton's step leads, and by how much t is unsure."""
        value, slope, doubt = self.share(t)
        found = np.where(self.of.above, -1.0, 1.0) * ndtri(value)
        excess = np.where(found == self.of.level, 0.0, np.clip(found - self.of.level, -DEEP, DEEP))
        excess = np.where(np.abs(excess) <= SAME * np.exp(0.0 if self.of.deep else 0.5 * self.of.level**2), 0.0, excess)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = -excess * np.exp(-0.5 * found * found) / (slope * np.sqrt(2 * np.pi))
            unsure = np.where(slope > 0, doubt / slope, 0.0)
        # Where u does not rise at all, the step is as long as may be.
        return (
            excess,
            np.where(
                excess == 0,
                0.0,
                np.where((slope > 0) & np.isfinite(found), step, np.where(excess < 0, np.inf, -np.inf)),
            ),
            unsure,
        )
