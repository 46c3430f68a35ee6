"""Gauss-Legendre quadrature of Gaussian masses over a body of revolution, many at once.

A mass is int phi(z) P(|h + s Z| <= R(t)) dt, t = c + a z along the axis, Z in the dimensions across it. Along the part
of a panel that counts, the integrand is like a Gaussian of hypot(dt/a, dR/s) standard deviations; so many nodes are
needed for it. Parts where the ball holds all or nothing of the noise are intervals of a normal law.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.axial.graph import Graph, at_share
from theory.laws.gaussian import log_interval, log_pdf

# Nodes of a part: FEW, and so many for each standard deviation; parts are no longer than LONGEST of these.
FEW, EACH, LONGEST = 8, 1.8, 24.0
# Nodes that are evaluated together.
TOGETHER = 1 << 15
# Halvings of a part of a panel on which the radius changes by far more than the noise.
MOST_HALVINGS = 48
LOOKS = np.linspace(0.0, 1.0, 5)


@dataclass(frozen=True)
class Noise:
    """N Gaussians: places and distances from the axis of their centres, scales along and across, and what is beyond
    `reach` standard deviations does not count."""

    place: Array
    height: Array
    along: Array
    across: Array
    reach: Array
    dim: int

    @property
    def band(self) -> tuple[Array, Array]:
        """(N,) distances from the axis between which all but what does not count lies: these have median at most a
        standard deviation from the root of their mean square, and are concentrated like a normal variable."""
        middle = np.sqrt(self.height**2 + self.dim * self.across**2)
        margin = self.across * (self.reach + 1.0)
        return middle - margin, middle + margin


@dataclass(frozen=True)
class Parts:
    """Parts of panels (Q,) from `start` to `stop` in v, each for the noise `row`; `size` in standard deviations."""

    row: Index
    panel: Index
    start: Array
    stop: Array
    size: Array

    def take(self, chosen: Index) -> Parts:
        """The chosen ones."""
        return Parts(self.row[chosen], self.panel[chosen], self.start[chosen], self.stop[chosen], self.size[chosen])


@dataclass(frozen=True)
class Sections:
    """The parts on which mass is to be integrated, and logarithms of the masses of noise where all of it is inside or
    outside: rows and values."""

    parts: Parts
    inside: tuple[Index, Array]
    outside: tuple[Index, Array]


def sections(graph: Graph, noise: Noise) -> Sections:
    """What there is to do for each noise."""
    low, high = noise.place - noise.reach * noise.along, noise.place + noise.reach * noise.along
    row, panel = np.nonzero((low[:, None] < graph.high) & (high[:, None] > graph.low))
    work = Parts(row, panel, graph.share(panel, low[row]), graph.share(panel, high[row]), np.zeros(len(row)))
    floor, ceiling = noise.band
    done: list[Parts] = []
    inside, outside = [_empty()], [_gaps(graph, noise)]
    for last in [False] * MOST_HALVINGS + [True]:
        v = work.start[:, None] + (work.stop - work.start)[:, None] * LOOKS
        radii, t = graph.radius(work.panel, v), graph.place(work.panel, v[:, [0, -1]])
        least, most = radii.min(axis=1), radii.max(axis=1)
        slack = 0.3 * (most - least) + graph.error[work.panel]
        row = work.row
        full, void = least - slack > ceiling[row], most + slack < floor[row]
        for found, chosen in ((inside, full), (outside, void)):
            found.append((row[chosen], _log_mass(noise, row[chosen], *t[chosen].T)))
        size = np.hypot((t[:, 1] - t[:, 0]) / noise.along[row], (most - least) / noise.across[row])
        work = Parts(row, work.panel, work.start, work.stop, size).take(np.flatnonzero(~(full | void)))
        enough = (work.size <= LONGEST) | last
        done.append(work.take(np.flatnonzero(enough)))
        if enough.all():
            break
        work = _halved(work.take(np.flatnonzero(~enough)))
    names = ("row", "panel", "start", "stop", "size")
    parts = Parts(*(np.concatenate([getattr(part, name) for part in done]) for name in names))
    return Sections(parts, _joined(inside), _joined(outside))


def _halved(parts: Parts) -> Parts:
    middle = 0.5 * (parts.start + parts.stop)
    row, panel = (np.concatenate([part, part]) for part in (parts.row, parts.panel))
    ends = np.concatenate([parts.start, middle]), np.concatenate([middle, parts.stop])
    return Parts(row, panel, *ends, np.concatenate([parts.size, parts.size]))


def _empty() -> tuple[Index, Array]:
    return np.empty(0, np.intp), np.empty(0)


def _joined(parts: list[tuple[Index, Array]]) -> tuple[Index, Array]:
    return np.concatenate([row for row, _value in parts]), np.concatenate([value for _row, value in parts])


def _log_mass(noise: Noise, row: Index, low: Array, high: Array) -> Array:
    """Logarithms of the masses of noises along the axis between two places."""
    place, along = noise.place[row], noise.along[row]
    return log_interval((low - place) / along, (high - place) / along)


def _gaps(graph: Graph, noise: Noise) -> tuple[Index, Array]:
    """Where the body is not."""
    low = np.concatenate([[-np.inf], graph.islands[:, 1]])
    high = np.concatenate([graph.islands[:, 0], [np.inf]])
    row, gap = (part.ravel() for part in np.indices((len(noise.place), len(low))))
    return row, _log_mass(noise, row, low[gap], high[gap])


@lru_cache(256)
def _rule(count: int) -> Array:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return np.stack([0.5 + 0.5 * nodes, 0.5 * weights])


def nodes(graph: Graph, noise: Noise, parts: Parts, finer: float, shift: float) -> Iterator[tuple[Index, Array, Array]]:
    """Rows, radii and logarithms of weights times the density along the axis (m,), some thousands of nodes at once.

    finer: factor of the numbers of nodes. shift: of the radii, in units of their errors.
    """
    counts = np.ceil(finer * (FEW + EACH * np.minimum(parts.size, 2 * LONGEST))).astype(int)
    order = np.argsort(counts, kind="stable")
    chunk = np.cumsum(counts[order]) // TOGETHER
    for chosen in np.split(order, np.flatnonzero(np.diff(chunk)) + 1):
        if len(chosen):
            yield _nodes(graph, noise, parts.take(chosen), counts[chosen], shift)


def _nodes(graph: Graph, noise: Noise, parts: Parts, counts: Index, shift: float) -> tuple[Index, Array, Array]:
    """The same of some parts, in the order of their counts."""
    kinds = zip(*np.unique(counts, return_counts=True), strict=True)
    at, share = np.concatenate([np.tile(_rule(int(count)), number) for count, number in kinds], axis=1)
    each = np.repeat(np.arange(len(counts)), counts)
    row, panel, length = parts.row[each], parts.panel[each], (parts.stop - parts.start)[each]
    v = parts.start[each] + length * at
    low, high, bend = graph.low[panel], graph.high[panel], graph.bend[panel]
    rate = (high - low) * (1 + bend * (1 - 2 * v)) * length
    z = (at_share(low, high, bend, v) - noise.place[row]) / noise.along[row]
    radii = np.maximum(graph.radius(panel, v) + shift * graph.error[panel], 0.0)
    with np.errstate(divide="ignore"):
        return row, radii, np.log(share * rate / noise.along[row]) + log_pdf(z)
