"""Level sets of the votes of conics, section by section.

Where every section at s is an interval about one middle, so is every section of {u >= level}: noise along t keeps
intervals about the middle and lets u fall with the distance from it, and noise along s takes means of such. So each
section of a level set is one root, on a bracket, and none is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.extents import BEYOND, NONE, PINCHED, PLAIN, WITHIN, Extent
from theory.geometry.plane.sections import Sections, Smoothed
from theory.numerics.bracketing import find_roots

ROUNDS = 100
# A step of this share of the noise is the last of Newton's; ends of regions are found to a share END of the noise,
# and looked for so many of its scales around those without noise.
LAST, END = 1e-8, 1e-10
AROUND = 3.0


def ends(sections: Sections) -> tuple[Array, Array]:
    """The lower ends t (M,) of {u >= level}, the middle where that is empty, and how well they are known."""
    of, part, active = sections.of, sections, np.arange(len(sections.s))
    middle = of.held.middle
    t = of.held.low(active, sections.s)
    unit = of.beta * np.hypot(1.0, of.held.slope(sections.s, t))
    longest = (1 + np.abs(of.level)) * unit
    t = np.minimum(t + of.level * unit, middle)
    bracket, unsure = _Bracket(np.full(len(t), -np.inf), middle.copy(), middle), np.zeros(len(t))
    for _ in range(ROUNDS):
        excess, step, unsure[active] = part.excess(t[active])
        near = np.minimum(part.of.beta, middle[active] - t[active])
        last = np.abs(step) <= LAST * near + 4 * np.spacing(np.abs(t[active]))
        held = np.clip(step, -longest[active], longest[active])
        fresh, done = bracket.next(active, t[active], excess, held, last)
        longest[active] *= np.where(np.abs(step) > longest[active], 2.0, 1.0)
        t[active] = fresh
        active, part = active[~done], part.take(~done)
        if len(active) == 0:
            break
    return t, np.where(t >= middle, 0.0, np.minimum(unsure, middle - t))


@dataclass
class _Bracket:
    """Between low and high lies the end of a section; high is the middle where u is not known to be enough anywhere."""

    low: Array
    high: Array
    middle: Array

    def next(self, rows: Index, t: Array, excess: Array, step: Array, last: Flags) -> tuple[Array, Flags]:
        """Where to look after t, and whether there is nothing more to find: t is an end, or the section is empty.

        last: whether the step is too small to matter.
        """
        short = excess < 0
        self.low[rows] = np.where(short, t, self.low[rows])
        self.high[rows] = np.where(short, self.high[rows], t)
        low, high = self.low[rows], self.high[rows]
        fresh = np.minimum(t + step, np.where(high == self.middle[rows], high, np.inf))
        out = (fresh <= low) | ((fresh >= high) & (high < self.middle[rows])) | ((fresh >= t) & ~short)
        safe = np.where(np.isfinite(low), 0.5 * (low + high), t - np.abs(step))
        empty, met = short & (t >= self.middle[rows]), excess == 0
        fresh = np.where(empty | met, t, np.where(out & ~last, safe, fresh))
        return fresh, empty | met | last | (fresh == t)


def voted(of: Smoothed, low: Array, high: Array) -> Extent:
    """Where {u >= level} has sections, within [low, high] (N,)."""
    table, kinds = of.extent.table.copy(), of.extent.kind
    rows = np.flatnonzero((kinds == WITHIN) | (kinds == BEYOND) | (kinds == PINCHED))
    if len(rows) == 0:
        return Extent(table)
    center, low, high = table[rows, 3], low[rows], high[rows]
    near, far = np.clip(center, low, high), np.where(high - center >= center - low, high, low)
    closed = kinds[rows] == WITHIN
    # About the end of the base region's sections, if that is within.
    end, out = np.where(far > near, table[rows, 2], table[rows, 1]), np.sign(far - near)
    guesses = [end + out * side * AROUND * of.beta[rows] for side in (-1, 1)]
    inside = [np.where((g - near) * (far - g) > 0, g, bound) for g, bound in zip(guesses, (near, far), strict=True)]
    places = np.stack([near, *inside, far])
    excess = _excess(of, np.tile(rows, len(places)), places.ravel()).reshape(places.shape)
    inward, outward = excess[0] >= 0, excess[-1] >= 0
    cut = np.flatnonzero(inward != outward)
    at = np.where(closed == inward, far, near)
    if len(cut):
        first = np.argmax((excess[1:] >= 0) != inward, axis=0)[cut]

        def value(which: Index, x: Array) -> tuple[Array, Array]:
            return _excess(of, rows[cut[which]], x), np.zeros(len(x))

        low, high, at_low, at_high = (part[first + k, cut] for part in (places, excess) for k in (0, 1))
        at[cut] = find_roots(value, low, high, at_low, at_high, END * of.beta[rows[cut]]).at
    whole = inward & outward
    kind = np.select([~inward & ~outward, whole & closed, whole, closed], [NONE, PLAIN, PINCHED, WITHIN], BEYOND)
    other = 2 * center - at
    table[rows, :3] = np.stack([kind.astype(float), np.minimum(at, other), np.maximum(at, other)], axis=1)
    pinched = np.flatnonzero(kind == PINCHED)
    if len(pinched):
        some = rows[pinched]
        half = of.held.middle[some] - ends(of.along(some, near[pinched]))[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            table[some, 4] = half * np.sqrt(np.abs(of.held.table[some, 2] / of.held.table[some, 0]))
    return Extent(table)


def _excess(of: Smoothed, rows: Index, s: Array) -> Array:
    """Positive where the section is not empty: the quantile of u on the middle line, less the level."""
    sections = of.along(rows, s)
    return sections.excess(sections.of.held.middle)[0]
