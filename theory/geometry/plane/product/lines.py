"""Votes along vertical lines: noise along y of what noise along x has made of the rows of a region.

Laplace: u = L + R, the shares of what lies below and above; over a stretch of the line

    L(y) = exp(-(y - a)/beta) [L(a) + int_a^y V exp((y' - a)/beta) dy'/(2 beta)],

and alike from above. Uniform: u(y) = [W(y + beta) - W(y - beta)]/(2 beta), W the integral of V.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev as series

from theory.arrays import Array, Index
from theory.geometry.plane import chebyshev
from theory.geometry.plane.product.profiles import Product, Stretches, stretches, values
from theory.geometry.plane.product.rows import Rows

# Nodes of the polynomials that stand for the votes on a stretch.
NODES = 20
# What a polynomial of the votes may leave out where it matters, and how often it is halved.
LEFT_OUT, HALVINGS = 1e-11, 12


@lru_cache
def _integration(count: int) -> tuple[Array, Array]:
    """Matrices from values at the Chebyshev points: to integrals from -1 up to them, and to the whole integral (n,)."""
    columns = [series.chebint(row, lbnd=-1) for row in np.eye(count)]
    held = np.stack([np.pad(c, (0, count + 1 - len(c))) for c in columns], axis=1)
    turn = chebyshev.to_coefficients(count)
    table = chebyshev.basis(chebyshev.nodes(count), count + 1)
    return table @ held @ turn, held.sum(axis=0) @ turn


@dataclass(frozen=True)
class Votes:
    """Shares of the votes on M vertical lines, in N stretches, line by line from below.

    held: where the stretches lie. coefficients (N, n): Chebyshev series of the share, of what misses the region where
    that is what the noise sums. rooted: whether the variable of the series is that of half-power ends, as of
    uniform noise, or the place in the stretch.
    """

    rows: Rows
    held: Stretches
    coefficients: Array
    rooted: bool
    lines: int

    def heights(self, which: Index, at: Array) -> Array:
        """y (N,) at arguments `at` (N,) of stretches."""
        return self.spots(which, at[:, None])[0][:, 0]

    def spots(self, which: Index, at: Array) -> tuple[Array, Array]:
        """y (N, m) at arguments `at` (N, m) of stretches, and the derivatives."""
        part = self.held.take(which)
        return _eased(part, at) if self.rooted else part.heights(self.rows, at)

    def arguments(self, which: Index, y: Array) -> Array:
        """The inverse of `heights`."""
        part = self.held.take(which)
        if not self.rooted:
            return part.inverse(self.rows, y[:, None])[:, 0]
        half = np.maximum(0.5 * (part.top - part.bottom), 1e-300)
        s = 2 / np.pi * np.arcsin(np.clip((y - 0.5 * (part.top + part.bottom)) / half, -1, 1))
        return np.clip((2 * s - part.start - part.stop) / (part.stop - part.start), -1.0, 1.0)

    def home(self, line: Index, y: Array) -> Index:
        """The stretches that hold heights (N,) of lines (N,)."""
        order = np.argsort(line, kind="stable")
        result = np.empty(len(y), np.intp)
        result[order] = _home(self.held.line, self.floors, self.lines, line[order], y[order])
        return result

    @property
    def floors(self) -> Array:
        """(N,) the lowest heights of the stretches."""
        return self.heights(np.arange(len(self.held.line)), np.full(len(self.held.line), -1.0))

    def at(self, line: Index, y: Array) -> Array:
        """The share at heights (N,) of lines (N,)."""
        which = self.home(line, y)
        table = chebyshev.basis(self.arguments(which, y), self.coefficients.shape[1])
        return np.clip(np.einsum("np,np->n", self.coefficients[which], table), 0.0, 1.0)


def _eased(part: Stretches, at: Array) -> tuple[Array, Array]:
    """Heights (N, m) and derivatives for a variable in which half powers at both ends are smooth."""
    half = 0.5 * (part.top - part.bottom)[:, None]
    middle = 0.5 * (part.top + part.bottom)[:, None]
    s = 0.5 * (part.start + part.stop)[:, None] + 0.5 * (part.stop - part.start)[:, None] * at
    y = middle + half * np.sin(0.5 * np.pi * s)
    return y, half * 0.25 * np.pi * (part.stop - part.start)[:, None] * np.cos(0.5 * np.pi * s)


def votes_along(rows: Rows, noise: Product, x: Array, window: tuple[float, float]) -> Votes:
    """The votes on lines x (M,), between two heights at least."""
    held = stretches(rows, noise, x, window)
    at = chebyshev.nodes(NODES)
    share = values(rows, noise, held, x, at)
    if noise.law == "laplace":
        return Votes(rows, held, _laplace(rows, noise, held, share), False, len(x))
    return _uniform(rows, noise, held, share, len(x), window)


def _ranks(line: Index, lines: int) -> tuple[Index, int]:
    """Which of its line's stretches each is, and how many a line has at most."""
    count = np.bincount(line, minlength=lines)
    return np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count), int(count.max(initial=0))


def _laplace(rows: Rows, noise: Product, held: Stretches, share: Array) -> Array:
    """Coefficients of u."""
    at, beta = chebyshev.nodes(NODES), noise.beta
    run, whole = _integration(NODES)
    y, slope = held.heights(rows, at)
    below, above = ((y - held.bottom[:, None]) / beta, (held.top[:, None] - y) / beta)
    length = (held.top - held.bottom) / beta
    # What is left of V beside the class at the line falls off with the distance of the ends.
    plain = held.piece < 0
    level = np.where(plain, share[:, 0], np.round(share[:, NODES // 2]))
    law = (share - level[:, None]) * slope / (2 * beta)
    with np.errstate(over="ignore", under="ignore"):
        rise, fall = (np.where(plain[:, None], 0.0, law * np.exp(np.minimum(v, 700.0))) for v in (below, above))
        left, right = rise @ run.T, fall @ whole[:, None] - fall @ run.T
        totals = [rise @ whole, fall @ whole]
        gone = np.exp(-length)
        up, down = (gone * part - 0.5 * level * np.expm1(-length) for part in totals)
    from_below, from_above = _carried(held.line, level, gone, up, down)
    down_fall, up_fall = np.exp(-below), np.exp(-above)
    u = down_fall * (from_below[:, None] + left) + up_fall * (from_above[:, None] + right)
    u -= 0.5 * level[:, None] * (np.expm1(-below) + np.expm1(-above))
    return u @ chebyshev.to_coefficients(NODES).T


def _carried(line: Index, level: Array, gone: Array, up: Array, down: Array) -> tuple[Array, Array]:
    """(N,) what comes to stretches from below and from above: of each a part `gone` of that is left, and its own."""
    lines = int(line.max(initial=-1)) + 1
    rank, most = _ranks(line, lines)
    table = np.full((lines, most), -1)
    table[line, rank] = np.arange(len(rank))
    last = table[np.arange(lines), np.bincount(line, minlength=lines) - 1]
    result = []
    for first, order, own in ((table[:, 0], range(most), up), (last, range(most - 1, -1, -1), down)):
        held, carry = np.zeros(len(rank)), 0.5 * level[first]
        for k in order:
            some = table[:, k] >= 0
            here = table[some, k]
            held[here] = carry[some]
            carry[some] = gone[here] * carry[some] + own[here]
        result.append(held)
    return result[0], result[1]


def _uniform(
    rows: Rows, noise: Product, held: Stretches, share: Array, lines: int, window: tuple[float, float]
) -> Votes:
    """Between all ends of stretches moved by the reach of the noise."""
    beta = noise.beta
    at = chebyshev.nodes(NODES)
    _y, slope = held.heights(rows, at)
    turn = chebyshev.to_coefficients(NODES)
    law = (share * slope) @ turn.T
    whole = np.stack([np.pad(c, (0, NODES + 1 - len(c))) for c in (series.chebint(r, lbnd=-1) for r in np.eye(NODES))])
    run = law @ whole
    total = run.sum(axis=1)
    before = np.cumsum(total) - total
    first = np.searchsorted(held.line, np.arange(lines))
    before -= before[first][held.line]

    def integral(which: Index, y: Array) -> Array:
        part = held.take(which)
        table = chebyshev.basis(part.inverse(rows, y), NODES + 1)
        return before[which][:, None] + np.einsum("np,nmp->nm", run[which], table)

    line, bottom, top = _moved(held, beta, window)
    start, stop = np.full(len(line), -1.0), np.ones(len(line))
    middle = 0.5 * (bottom + top)
    own = [_home(held.line, held.bottom, lines, line, middle + side * beta) for side in (-1, 1)]
    done = []
    for halving in range(HALVINGS + 1):
        part = Stretches(line, np.full(len(line), -1), start, stop, bottom, top, np.zeros(len(line)))
        y, _ = _eased(part, at)
        u = (integral(own[1], y + beta) - integral(own[0], y - beta)) / (2 * beta)
        held_u = u @ turn.T
        size = np.abs(held_u)
        good = (size[:, -2:].sum(axis=1) <= LEFT_OUT) | (halving == HALVINGS)
        done.append((part.take(good), held_u[good]))
        line, start, stop, bottom, top = (v[~good] for v in (line, start, stop, bottom, top))
        own = [v[~good] for v in own]
        if len(line) == 0:
            break
        cut = 0.5 * (start + stop)
        line, bottom, top = (np.tile(v, 2) for v in (line, bottom, top))
        own = [np.tile(v, 2) for v in own]
        start, stop = np.concatenate([start, cut]), np.concatenate([cut, stop])
    parts = Stretches(*(np.concatenate([getattr(p, key) for p, _ in done]) for key in Stretches.__dataclass_fields__))
    order = np.lexsort((parts.start, parts.bottom, parts.line))
    return Votes(rows, parts.take(order), np.concatenate([c for _, c in done])[order], True, lines)


def _moved(held: Stretches, beta: float, window: tuple[float, float]) -> tuple[Index, Array, Array]:
    """All parts of lines between ends of stretches that are moved up and down: line, from, to."""
    ends = np.concatenate([held.bottom - beta, held.bottom + beta, held.top - beta, held.top + beta])
    line = np.tile(held.line, 4)
    inside = (ends > window[0]) & (ends < window[1])
    every = np.unique(held.line)
    ends = np.concatenate([ends[inside], np.full(len(every), window[0]), np.full(len(every), window[1])])
    line = np.concatenate([line[inside], every, every])
    order = np.lexsort((ends, line))
    line, ends = line[order], ends[order]
    joint = (line[1:] == line[:-1]) & (ends[1:] - ends[:-1] > 1e-13 * (window[1] - window[0]))
    # A cut that is left out joins the stretch above.
    return line[1:][joint], ends[:-1][joint], ends[1:][joint]


def _home(owner: Index, floors: Array, lines: int, line: Index, y: Array) -> Index:
    """Which of the stretches of lines `owner`, from heights `floors` on, holds a height (N,) of a line, in order."""
    result = np.empty(len(y), np.intp)
    cuts = np.searchsorted(owner, np.arange(lines + 1))
    own = np.searchsorted(line, np.arange(lines + 1))
    for k in range(lines):
        low, high = cuts[k], cuts[k + 1]
        part = slice(own[k], own[k + 1])
        result[part] = low + np.clip(np.searchsorted(floors[low:high], y[part], side="right") - 1, 0, high - low - 1)
    return result
