"""Trapezoid rules for a Gaussian law along an axis s, over the sections of regions that are not empty.

Sections begin like a square root and may be pinched, where a straight rule would converge slowly: near such places
s = end -+ 2 r sin^2(v/2), end +- 2 r sinh^2(v/2) or center + e sinh(v). In v everything is analytic and even about an
end, or falls off at both, and the trapezoid rule converges faster than any power of its step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.extents import BEYOND, PINCHED, PLAIN, WITHIN, Extent

# Of a normal law so many scales count.
REACH = 8.5
# Steps in units of the law's scale, and of v where that is curved. Every second node alone gives the error.
STEP, TURN = 0.47, 0.1
# Steepness counts within so many scales.
SEEN = 5.0
# Pinched sections of this many scales are as good as plain ones.
WIDE = 4.0
ROUGH, FEWEST, MOST = 24, 32, 4096
# From so many pieces on, or from so many nodes, it pays to tell numbers of nodes apart.
CROWD, CROWDED = 500, 64
# Where integrands are odd about no end, x runs between these.
START, STOP = -3.3, 8.0
# Pinches narrower than this share of the law's scale are treated as if they were as wide.
LEAST = 1e-5

# Profiles: rows, places (P, m) -> heights (P, m) in units of the law across.
Profile = Callable[[Index, Array], Array]


@dataclass(frozen=True)
class Nodes:
    """Nodes of P pieces, of `row` (P,): places and weights (P, m); every second node is a rule of its own.

    ended: (P,) whether a piece starts at an end of the sections: values there have to be odd in their width.
    """

    row: Index
    ended: Flags
    s: Array
    weight: Array

    def take(self, kept: Flags, number: Index) -> Nodes:
        """Some pieces, with new numbers of their rows."""
        return Nodes(number[self.row[kept]], self.ended[kept], self.s[kept], self.weight[kept])

    def sums(self, values: Array, count: int) -> tuple[Array, Array]:
        """(count,) the integrals of rows, and by how much every second node alone differs."""
        shares = self.weight * values
        fine, coarse = shares.sum(axis=1), 2 * shares[:, ::2].sum(axis=1)
        return added(self.row, fine, count), added(self.row, np.abs(fine - coarse), count)


def added(row: Index, values: Array, count: int) -> Array:
    """(count,) the sums of values (P,) by row."""
    return np.asarray(np.bincount(row, values, count), float)


# How a piece runs: straight from `anchor`, by sinh about it, or away from an end by sin^2 or sinh^2.
_STRAIGHT, _PINCH, _SINE, _BEAK = range(4)


@dataclass(frozen=True)
class _Pieces:
    """row, form (P,); table (P, 4): anchor, size, and from where to where v runs.

    gentle: whether v itself comes near to 0 like log(1 + exp(x - exp(-x))), for what is not even about the ends.
    """

    row: Index
    form: Index
    table: Array
    gentle: bool = False

    def take(self, rows: Index | Flags) -> _Pieces:
        return _Pieces(self.row[rows], self.form[rows], self.table[rows], self.gentle)

    @property
    def ended(self) -> Flags:
        """(P,) whether they begin at an end of the sections."""
        return self.form >= _SINE

    @property
    def span(self) -> Array:
        """(P,) the length in v, or in x."""
        span = self.table[:, 3] - self.table[:, 2]
        return np.where(self.ended, STOP - START, span) if self.gentle else span

    def at(self, share: Array) -> tuple[Array, Array]:
        """Places and their derivatives by v (P, m), at shares (m,) of the way."""
        anchor, size, start, stop = self.table.T[..., None]
        v, more = start + (stop - start) * share, None
        if self.gentle:
            x = START + (STOP - START) * share
            near = x - np.exp(-x)
            most = np.logaddexp(0, STOP - np.exp(-STOP))
            more = np.where(self.ended[:, None], stop / most * expit(near) * (1 + np.exp(-x)), 1.0)
            v = np.where(self.ended[:, None], stop / most * np.logaddexp(0, near), v)
        if not self.form.any():
            return anchor + v, np.ones_like(v)
        shift, rate = v.copy(), np.ones_like(v)
        for form, move in _MOVES.items():
            k = self.form == form
            if k.any():
                shift[k], rate[k] = move(v[k])
                shift[k], rate[k] = size[k] * shift[k], size[k] * rate[k]
        return anchor + shift, rate if more is None else rate * more


_MOVES = {
    _PINCH: lambda v: (np.sinh(v), np.cosh(v)),
    _SINE: lambda v: (2 * np.sin(0.5 * v) ** 2, np.sin(v)),
    _BEAK: lambda v: (2 * np.sinh(0.5 * v) ** 2, np.sinh(v)),
}


@dataclass(frozen=True)
class Strips:
    """Pieces of N normal laws, with their means and scales (P,), and how many nodes each needs."""

    rows: int
    pieces: _Pieces
    mean: Array
    scale: Array
    need: Array

    def take(self, kept: Flags) -> Strips:
        """Pieces of some rows, whose numbers stay."""
        k = kept[self.pieces.row]
        return Strips(self.rows, self.pieces.take(k), self.mean[k], self.scale[k], self.need[k])

    @property
    def effort(self) -> Array:
        """(N,) about how many nodes there will be."""
        return added(self.pieces.row, self.need, self.rows)

    def nodes(self, fine: int) -> list[Nodes]:
        """As many as are needed, times `fine`."""
        counts = 2 * fine * _rounded(0.5 * np.clip(self.need, FEWEST, MOST))
        found = []
        for count in np.unique(counts):
            k = counts == count
            found.append(_nodes(self.pieces.take(k), int(count), self.mean[k], self.scale[k]))
        return found


def strips(
    extent: Extent,
    mean: Array,
    scale: Array,
    reach: Array,
    profile: Profile,
    band: Array | None = None,
    gentle: bool = False,
) -> Strips:
    """For normal laws (N,) out to `reach` (N,) scales, by the steepness of the profile.

    band: (N,) heights beyond which steepness does not count. gentle: whether integrands are odd about no end.
    """
    pieces = replace(_pieces(extent, mean - reach * scale, mean + reach * scale, mean, scale), gentle=gentle)
    row = pieces.row
    need = _need(pieces, mean[row], scale[row], (reach - REACH + SEEN)[row], profile, band)
    return Strips(len(mean), pieces, mean[row], scale[row], need)


def _need(pieces: _Pieces, mean: Array, scale: Array, seen: Array, profile: Profile, band: Array | None) -> Array:
    """How many nodes pieces need, by the steepest slope that is seen."""
    edge, rate = pieces.at(np.linspace(0, 1, ROUGH + 1))
    span = pieces.span
    height = profile(pieces.row, edge)
    rise = np.abs(np.diff(height, axis=1)) * ROUGH / span[:, None]
    run = np.maximum(np.abs(rate[:, 1:]), np.abs(rate[:, :-1])) / scale[:, None]
    away = np.abs(edge - mean[:, None]) / scale[:, None]
    near = np.minimum(away[:, 1:], away[:, :-1]) <= seen[:, None]
    limit = np.full(len(edge), np.inf) if band is None else band[pieces.row]
    flat = np.minimum(np.abs(height[:, 1:]), np.abs(height[:, :-1])) > limit[:, None]
    flat &= np.signbit(height[:, 1:]) == np.signbit(height[:, :-1])
    speed = np.where(near, np.hypot(run, np.where(flat, 0.0, rise)), 0.0).max(axis=1, initial=0.0)
    return span * np.maximum(speed / STEP, np.where(pieces.form == _STRAIGHT, 0.0, 1 / TURN))


def _rounded(need: Array) -> Index:
    """Up, to a power of two, or half as much more where that saves much."""
    power = 2.0 ** np.floor(np.log2(need) - ((need > CROWDED) | (len(need) > CROWD)))
    return (np.ceil(need / power) * power).astype(int)


def _nodes(pieces: _Pieces, count: int, mean: Array, scale: Array) -> Nodes:
    s, rate = pieces.at(np.arange(count + 1) / count)
    z = (s - mean[:, None]) / scale[:, None]
    step = (pieces.span / (count * scale * np.sqrt(2 * np.pi)))[:, None]
    return Nodes(pieces.row, pieces.ended & (not pieces.gentle), s, step * np.abs(rate) * np.exp(-0.5 * z * z))


def _pieces(extent: Extent, low: Array, high: Array, mean: Array, scale: Array) -> _Pieces:
    """The parts of [low, high] where there are sections."""
    kind, (left, right, center, narrow) = extent.kind, extent.table[:, 1:].T
    pinched = (kind == PINCHED) & (center > low) & (center < high) & (narrow < WIDE * scale)
    begins, ends = (left > low) & (left < high), (right > low) & (right < high)
    inside, beyond = (kind == WITHIN) & (left < high) & (right > low), kind == BEYOND
    plain = (kind == PLAIN) | ((kind == PINCHED) & ~pinched) | (inside & ~begins & ~ends)
    plain |= beyond & ((right <= low) | (left >= high))
    k = np.flatnonzero(plain)
    parts = [_part(k, _STRAIGHT, mean[k], scale[k], low[k] - mean[k], high[k] - mean[k])]
    k = np.flatnonzero(pinched)
    # A pinch counts by the density there.
    away = np.minimum(np.abs(mean[k] - center[k]) / scale[k], SEEN)
    width = np.maximum(narrow[k], LEAST * scale[k] * np.exp(0.25 * away**2))
    runs = [np.arcsinh((side[k] - center[k]) / width) for side in (low, high)]
    parts.append(_part(k, _PINCH, center[k], width, *runs))
    for on, end, sign, edge in ((inside & ends, right, -1, low), (inside & begins & ~ends, left, 1, high)):
        k = np.flatnonzero(on)
        radius = 0.5 * (right[k] - left[k])
        angle = 2 * np.arcsin(np.sqrt(np.clip(sign * (edge[k] - end[k]) / (2 * radius), 0.0, 1.0)))
        parts.append(_part(k, _SINE, end[k], sign * radius, 0 * angle, angle))
    for on, end, sign, edge in ((beyond & ends, right, 1, high), (beyond & begins, left, -1, low)):
        k = np.flatnonzero(on)
        hold = np.clip(0.5 * (right[k] - left[k]), LEAST * scale[k], scale[k])
        angle = 2 * np.arcsinh(np.sqrt(sign * (edge[k] - end[k]) / (2 * hold)))
        parts.append(_part(k, _BEAK, end[k], sign * hold, 0 * angle, angle))
    row, form, table = (np.concatenate([getattr(p, name) for p in parts]) for name in ("row", "form", "table"))
    return _Pieces(row, form, table)


def _part(row: Index, form: int, *columns: Array) -> _Pieces:
    return _Pieces(row, np.full(len(row), form), np.stack(columns, axis=1))
