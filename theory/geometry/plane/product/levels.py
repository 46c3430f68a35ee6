"""Where votes along lines pass a level, and how near they come to it otherwise."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.product.lines import Votes

# Votes that are all this near to a level are equal to it.
TIE = 1e-13
# Places at which they pass a level that are this near, as a share of the size of a line, are one.
SAME = 1e-12
# Where the share is looked at on every stretch, for places at which it comes near to the level.
LOOK = np.linspace(-1, 1, 9)[:-1]


def crossings(votes: Votes, level: float, tie: bool) -> tuple[Index, Array, Flags]:
    """Where the share passes a level: lines and heights (K,), in order, and (M,) whether it is at least the level at
    the bottom of each line. tie: whether a stretch all of which is at the level counts as at least."""
    held = votes.coefficients.copy()
    held[:, 0] -= level
    flat = np.abs(held).sum(axis=1) <= TIE
    held[flat] = 0.0
    held[flat, 0] = 1.0 if tie else -1.0
    signs = (-1.0) ** np.arange(held.shape[1])
    first, last = held @ signs >= 0, held.sum(axis=1) >= 0
    possible = np.flatnonzero(np.abs(held[:, 0]) <= chebyshev.spread(held))
    row, place = chebyshev.roots(held[possible])
    row = possible[row]
    line = votes.held.line
    broken = np.flatnonzero((line[1:] == line[:-1]) & (last[:-1] != first[1:]))
    rows = np.concatenate([row, broken])
    y = votes.heights(rows, np.concatenate([place, np.ones(len(broken))]))
    order = np.lexsort((y, line[rows]))
    owner, y = line[rows][order], y[order]
    # Of places within rounding of each other one counts, or none where they are even in number.
    size = float(np.ptp(votes.held.bottom)) if len(y) else 0.0
    group = np.cumsum(np.append(True, (np.diff(y) > SAME * size) | (np.diff(owner) > 0))[: len(y)])
    kept = np.append(True, np.diff(group) > 0)[: len(y)]
    kept &= np.bincount(group)[group] % 2 == 1
    return owner[kept], y[kept], first[np.searchsorted(line, np.arange(votes.lines))]


def nearest(votes: Votes, level: float) -> Array:
    """(M,) how near the share comes to a level on each line, where it turns back without passing it; infinite where it
    nowhere does."""
    table = chebyshev.basis(LOOK, votes.coefficients.shape[1])
    apart = (votes.coefficients @ table.T - level).ravel()
    line = np.repeat(votes.held.line, len(LOOK))
    one, two, three = np.abs(apart[:-2]), np.abs(apart[1:-1]), np.abs(apart[2:])
    turning = (two <= one) & (two <= three) & (line[:-2] == line[2:]) & (two > TIE)
    turning &= (np.sign(apart[:-2]) == np.sign(apart[1:-1])) & (np.sign(apart[2:]) == np.sign(apart[1:-1]))
    turning &= np.maximum(one, three) > two + TIE
    result = np.full(votes.lines, np.inf)
    np.minimum.at(result, line[1:-1][turning], two[turning])
    return result
