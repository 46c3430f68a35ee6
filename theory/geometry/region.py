"""Unions of intervals of one coordinate, many at once: the decision regions {f = 1} and {g = 1}.

The coordinate is a position on the line or a distance from a centre; a region does not know which. Rows are
independent regions (one per noise level); each is given by its boundaries in increasing order and by the class that
holds below the first boundary. Regions of class 1 are closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import Array, Flags, Index
from theory.displayed import Displayed
from theory.numerics.isolate import Pieces
from theory.numerics.terms import Terms, rounded_ratio_and_slope, slope
from theory.problems.normal import Normal

# Spacing of the floats around a boundary, in units of which its position is at best known.
POSITION_ULPS = 4


@dataclass(frozen=True)
class Region(Displayed):
    """R regions with at most n boundaries each.

    ends: (R, n) boundaries, increasing along a row, padded with +inf.
    first: (R,) whether the region holds below its first boundary.
    error: (R, n) estimated absolute error of each boundary, 0 where padded.
    atoms: positions where data have point masses, and (R, atoms) the class at exactly those points, if that is not
        what the intervals around say.
    reference: (R,) for distances from a centre: ends are given relative to it, so that a sphere that is almost a
        half-space keeps its digits. None on the line.
    """

    ends: Array
    first: Flags
    error: Array
    atoms: tuple[Array, Flags] | None = None
    reference: Array | None = None

    @property
    def floor(self) -> Array:
        """(R,) the least value of the coordinate: that of the centre, or -inf on the line."""
        return np.full(len(self.first), -np.inf) if self.reference is None else -self.reference

    @property
    def counts(self) -> Index:
        """(R,) the number of boundaries of each row."""
        return np.isfinite(self.ends).sum(axis=1)

    @property
    def constant(self) -> Flags:
        """(R,) whether the region is everything or nothing."""
        return self.counts == 0

    def outward(self, normal: Normal, shift: float) -> Region:
        """The same region where the coordinate t of the normal form is called shift + unit t."""
        ends, error = shift + normal.outward(self.ends), normal.outward(self.error)
        # Where t is rounded to a unit in the last place, so is its new name.
        error = np.where(np.isfinite(ends), error + np.where(error > 0, np.spacing(np.abs(ends)), 0.0), 0.0)
        atoms = None if self.atoms is None else (shift + normal.outward(self.atoms[0]), self.atoms[1])
        reference = None if self.reference is None else normal.outward(self.reference)
        return Region(ends, self.first, error, atoms, reference)

    def complement(self) -> Region:
        """The region of class 0."""
        atoms = None if self.atoms is None else (self.atoms[0], ~self.atoms[1])
        return Region(self.ends, ~self.first, self.error, atoms, self.reference)

    def labelled(self, positions: Array) -> Flags:
        """(R, m) the classes that the intervals alone give to positions (m,)."""
        return replace(self, atoms=None).contains(positions[None, :])

    @property
    def solid(self) -> Region:
        """The region without intervals of width 0, which no vote sees."""
        with np.errstate(invalid="ignore"):
            empty = np.diff(self.ends, axis=1) == 0
        if not empty.any():
            return self
        gone = np.pad(empty, ((0, 0), (0, 1))) | np.pad(empty, ((0, 0), (1, 0)))
        ends, error = np.where(gone, np.inf, self.ends), np.where(gone, 0.0, self.error)
        order = np.argsort(ends, axis=1, kind="stable")
        return replace(
            self, ends=np.take_along_axis(ends, order, axis=1), error=np.take_along_axis(error, order, axis=1)
        )

    def take(self, rows: Index) -> Region:
        """The regions of the given rows."""
        atoms = None if self.atoms is None else (self.atoms[0], self.atoms[1][rows])
        reference = None if self.reference is None else self.reference[rows]
        return Region(self.ends[rows], self.first[rows], self.error[rows], atoms, reference)

    def merged(self, where: Flags, other: Region) -> Region:
        """Row by row this region where `where`, else the other."""
        yes, no = np.flatnonzero(where), np.flatnonzero(~where)
        return join(len(where), [(yes, self.take(yes)), (no, other.take(no))])

    def contains(self, x: ArrayLike) -> Flags:
        """Whether x (broadcast against (R, m)) lies in the region: (R, m); boundaries belong to it."""
        x = np.broadcast_to(np.asarray(x, float), np.broadcast_shapes(np.shape(x), (len(self.first), 1)))
        below = (self.ends[:, None, :] < x[:, :, None]).sum(axis=2)
        upto = (self.ends[:, None, :] <= x[:, :, None]).sum(axis=2)
        inside = (self.first[:, None] ^ (below % 2 == 1)) | (upto > below)
        if self.atoms is not None:
            for position, label in zip(self.atoms[0], self.atoms[1].T, strict=True):
                inside = np.where(x == position, label[:, None], inside)
        return np.asarray(inside)

    def pieces(self, label: bool) -> tuple[Array, Array]:
        """Lower and upper ends (R, m) of the intervals where the class is `label`; superfluous ones are [inf, inf]."""
        rows, n = self.ends.shape
        edges = np.full((rows, 2 * (n // 2 + 1) + 1), np.inf)
        edges[:, 0] = -np.inf
        edges[:, 1 : n + 1] = self.ends
        start = np.where(self.first == label, 0, 1)[:, None] + 2 * np.arange(n // 2 + 1)
        return np.take_along_axis(edges, start, axis=1), np.take_along_axis(edges, start + 1, axis=1)

    def spans(self, label: bool) -> tuple[Index, Array, Array]:
        """The same as rows and ends (N,) of the intervals, in order."""
        rows, n = self.ends.shape
        edges = np.full((rows, n + 2), np.inf)
        edges[:, 0], edges[:, 1:-1] = -np.inf, self.ends
        own = (self.first == label)[:, None] ^ (np.arange(n + 1) % 2 == 1)
        row, column = np.nonzero(own & (edges[:, :-1] < edges[:, 1:]))
        return row, edges[row, column], edges[row, column + 1]

    def intervals(self, row: int = 0) -> list[tuple[float, float]]:
        """The intervals of one row as pairs of numbers."""
        low, high = self.pieces(True)
        return [(float(a), float(b)) for a, b in zip(low[row], high[row], strict=True) if a < b]


def join(rows: int, parts: list[tuple[Index, Region]]) -> Region:
    """One region of `rows` rows from regions of disjoint sets of rows; all rows know every point mass."""
    width = max((part.ends.shape[1] for _index, part in parts), default=0)
    ends, error, first = np.full((rows, width), np.inf), np.zeros((rows, width)), np.zeros(rows, bool)
    reference = np.zeros(rows) if any(part.reference is not None for _index, part in parts) else None
    marks = next((part.atoms[0] for _index, part in parts if part.atoms is not None), None)
    labels = np.zeros((rows, 0 if marks is None else len(marks)), bool)
    for index, part in parts:
        ends[index, : part.ends.shape[1]], error[index, : part.ends.shape[1]] = part.ends, part.error
        first[index] = part.first
        if reference is not None and part.reference is not None:
            reference[index] = part.reference
        if marks is not None:
            labels[index] = part.labelled(marks) if part.atoms is None else part.atoms[1]
    return Region(ends, first, error, None if marks is None else (marks, labels), reference)


def half_lines(threshold: Array, rising: bool | Flags, error: Array) -> Region:
    """{x >= threshold} where rising, else {x <= threshold}; (R,) each. Infinite thresholds give constant regions."""
    first = np.broadcast_to(~np.asarray(rising, bool), threshold.shape) ^ np.isneginf(threshold)
    ends = np.where(np.isfinite(threshold), threshold, np.inf)
    return Region(ends[:, None], first, np.where(np.isfinite(threshold), error, 0.0)[:, None])


def from_pieces(rows: int, pieces: Pieces, default: Flags) -> Region:
    """Join settled intervals into regions; a row without any interval takes its default class throughout."""
    root = np.isfinite(pieces.root)
    joint = (pieces.row[1:] == pieces.row[:-1]) & (pieces.right[:-1] != pieces.left[1:])
    row = np.concatenate([pieces.row[root], pieces.row[1:][joint]])
    at = np.concatenate([pieces.root[root], pieces.low[1:][joint]])
    first = default.copy()
    lead = np.flatnonzero(np.diff(pieces.row, prepend=-1) != 0)
    first[pieces.row[lead]] = pieces.left[lead]
    return from_boundaries(rows, row, at, first)


def from_boundaries(rows: int, row: Index, at: NDArray[np.float64], first: Flags, *, points: bool = False) -> Region:
    """Assemble boundaries given in any order; two at the same place cancel, or with `points` make a single point."""
    if not ((row[1:] > row[:-1]) | ((row[1:] == row[:-1]) & (at[1:] >= at[:-1]))).all():
        order = np.lexsort((at, row))
        row, at = row[order], at[order]
    same = (row[1:] == row[:-1]) & (at[1:] == at[:-1])
    if same.any() and not points:
        keep = np.ones(len(row), bool)
        for i in np.flatnonzero(same):
            if keep[i]:
                keep[i : i + 2] = False
        row, at = row[keep], at[keep]
    counts = np.bincount(row, minlength=rows)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    ends = np.full((rows, counts.max(initial=0)), np.inf)
    ends[row, rank] = at
    return Region(ends, first, np.zeros_like(ends))


def boundary_error(terms: Terms | None, region: Region) -> Array:
    """How far rounding in D can have moved each boundary: tie/|dD/dx|, and the spacing of floats there.

    The slope is the least of those at the boundary and at that distance on both sides, because near a tangency it
    changes within the distance.
    """
    error = np.zeros_like(region.ends)
    row, column = np.nonzero(np.isfinite(region.ends))
    error[row, column] = place_error(terms, row, region.ends[row, column])
    return error


def place_error(terms: Terms | None, row: Index, at: Array) -> Array:
    """The same for boundaries (N,) of the given rows."""
    error = POSITION_ULPS * np.spacing(np.abs(at))
    if terms is not None and len(row):
        ratio, tie, rate = rounded_ratio_and_slope(terms, row, at)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            moved = tie / np.abs(rate)
            steps = np.where(np.isfinite(moved), moved, 0.0)
            around = np.abs(slope(terms, np.concatenate([row, row]), np.concatenate([at - steps, at + steps])))
            least = np.minimum(around[: len(row)], around[len(row) :])
            moved = np.maximum(moved, np.where(least > 0, tie / least, 2 * moved))
        smooth = np.isfinite(ratio) & (np.abs(ratio) < np.sqrt(tie)) & np.isfinite(moved)
        error += np.where(smooth, moved, 0.0)
    return error
