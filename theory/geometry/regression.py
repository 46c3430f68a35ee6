"""The regression rule on mixtures: {h * p_alpha >= 1/2} on the line, by quadrature.

h(x) = P(Y = 1 | X = x) where the data have density and 0 elsewhere (zero padding). Far from every sign change of
h - 1/2, farther than the noise reaches, h * p_alpha - 1/2 has the sign of h - 1/2; the neighbourhoods of those sign
changes are searched with the Lipschitz constant p_alpha(0) of h * p_alpha, so that no sign change is missed above the
resolution of `theory.isolate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.geometry.base import NoExactRoute
from theory.geometry.line import positive_region
from theory.isolate import RESOLUTION, IsolationError
from theory.laws import NOISE
from theory.mixture import Piece
from theory.region import Region, from_boundaries
from theory.terms import Array, log_sum

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
# Noise beyond this many scales carries less than 1e-17 of its mass.
REACH = {"gaussian": 9.0, "laplace": 40.0, "uniform": 1.0}
# Panels of the kernel, in scales; within each twelve nodes integrate it to 1e-16.
KERNEL = {
    "gaussian": np.arange(-9.0, 10.0),
    "laplace": np.concatenate([-np.arange(40.0, 0, -2), np.arange(0, 41.0, 2)]),
    "uniform": np.array([-1.0, 1.0]),
}
RESOLVED = 1e-13
MAX_DEPTH = 60
MAX_QUERIES = 2_000_000


@dataclass(frozen=True)
class Posterior:
    """h on the line, with panels on each of which it is a polynomial of degree 11 to RESOLVED."""

    pieces: tuple[Piece, ...]
    panels: Array

    def at(self, x: Array) -> Array:
        """h(x), 0 off the support."""
        return posterior(self.pieces, x)


def posterior(pieces: tuple[Piece, ...], x: Array) -> Array:
    """h(x) = sum of class-1 densities over the sum of all, from logarithms; 0 where there is no density."""
    logs = [
        np.log(p.weight / float(p.scale)) + NOISE[p.law].log_pdf((x - float(p.center)) / float(p.scale)) for p in pieces
    ]
    one = log_sum(np.stack([v for v, p in zip(logs, pieces, strict=True) if p.label == 1], axis=-1))
    total = log_sum(np.stack(logs, axis=-1))
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(total), 0.0, np.exp(one - total))


def regression_region(pieces: tuple[Piece, ...], noise: str, alpha: Array) -> Region:
    """{h * p_alpha >= 1/2} for training noises alpha (R,), all positive or all 0.

    Raises:
        NoExactRoute: there are point masses, on which h says nothing about any other point.
    """
    if any(p.law == "point" for p in pieces):
        raise NoExactRoute(
            "the regression rule needs a posterior on the whole line, and point masses give none; use rule = "
            '"posterior", or spread the points'
        )
    plain = positive_region(pieces, "gaussian", np.zeros(1), "class0")
    if not alpha.any():
        return plain.take(np.zeros(len(alpha), int))
    held = Posterior(pieces, _panels(pieces))
    regions = [_blurred(held, plain, noise, a) for a in alpha]
    width = max(r.ends.shape[1] for r in regions)
    ends, error = np.full((len(alpha), width), np.inf), np.zeros((len(alpha), width))
    for i, region in enumerate(regions):
        ends[i, : region.ends.shape[1]], error[i, : region.ends.shape[1]] = region.ends[0], region.error[0]
    return Region(ends, np.array([r.first[0] for r in regions]), error)


def _panels(pieces: tuple[Piece, ...]) -> Array:
    """Split the line until h is resolved on every panel."""
    centers = np.array([float(p.center) for p in pieces])
    scales = np.array([float(p.scale) for p in pieces])
    edges = [centers[i] + s * scales[i] for i, p in enumerate(pieces) if p.law == "uniform" for s in (-1.0, 1.0)]
    span = np.ptp(centers) + scales.max()
    tails = span * 2.0 ** np.arange(0, 40)
    grid = np.unique(np.concatenate([centers, edges, centers.min() - tails, centers.max() + tails]))
    low, high = grid[:-1], grid[1:]
    transform = np.linalg.inv(np.polynomial.legendre.legvander(NODES, len(NODES) - 1))
    done = []
    for _ in range(MAX_DEPTH):
        x = low[:, None] + 0.5 * (high - low)[:, None] * (NODES + 1)
        tail = np.abs(posterior(pieces, x) @ transform.T)[:, -3:].max(axis=1)
        fine = (tail < RESOLVED) | (high - low < 1e-12 * scales.min())
        done.append(low[fine])
        low, high = low[~fine], high[~fine]
        if len(low) == 0:
            break
        middle = 0.5 * (low + high)
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return np.unique(np.concatenate([*done, low, grid[-1:]]))


def _convolved(held: Posterior, noise: str, alpha: float, x: Array) -> tuple[Array, Array]:
    """(h * p_alpha)(x) - 1/2 and its derivative, by Gauss-Legendre on the common refinement of both sets of panels."""
    law, kernel, reach = NOISE[noise], KERNEL[noise] * alpha, REACH[noise] * alpha
    value, slope = np.empty_like(x), np.empty_like(x)
    block = max(1, 200_000 // (len(held.panels) + len(kernel)))
    for start in range(0, len(x), block):
        at = x[start : start + block]
        shared = np.broadcast_to(held.panels, (len(at), len(held.panels)))
        edges = np.sort(np.concatenate([shared, at[:, None] + kernel], axis=1), axis=1)
        edges = np.clip(edges, at[:, None] - reach, at[:, None] + reach)
        row, column = np.nonzero(np.diff(edges, axis=1) > 0)
        low, width = edges[row, column], edges[row, column + 1] - edges[row, column]
        t = low[:, None] + 0.5 * width[:, None] * (NODES + 1)
        z = (t - at[row][:, None]) / alpha
        inner = held.at(t) * law.pdf(z) * (0.5 * WEIGHTS) * (width / alpha)[:, None]
        value[start : start + block] = np.bincount(row, inner.sum(axis=1), len(at)) - 0.5
        slope[start : start + block] = np.bincount(row, -(inner * law.score(z)).sum(axis=1), len(at)) / alpha
    if noise == "uniform":
        slope = (held.at(x + alpha) - held.at(x - alpha)) / (2 * alpha)
    return value, slope


def _blurred(held: Posterior, plain: Region, noise: str, alpha: float) -> Region:
    """{h * p_alpha >= 1/2} for one noise."""
    ends = plain.ends[0][np.isfinite(plain.ends[0])]
    if len(ends) == 0:
        return plain
    reach, steep = REACH[noise] * alpha, float(NOISE[noise].pdf(np.zeros(1))[0]) / alpha
    low, high = _windows(ends - reach, ends + reach)
    limit, count = RESOLUTION * alpha, 0
    signs: list[tuple[Array, np.ndarray]] = []
    while len(low):
        count += len(low)
        if count > MAX_QUERIES:
            raise IsolationError(f"more than {MAX_QUERIES} quadratures are needed to separate the sign changes")
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        value, _slope = _convolved(held, noise, alpha, middle)
        settled = np.abs(value) > steep * half + RESOLVED
        small = ~settled & (half < limit)
        signs.append((middle[settled | small], (value >= -RESOLVED)[settled | small]))
        rest = ~(settled | small)
        low, middle, high = low[rest], middle[rest], high[rest]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    at = np.concatenate([s[0] for s in signs])
    label = np.concatenate([s[1] for s in signs])
    order = np.argsort(at)
    at, label = at[order], label[order]
    change = np.flatnonzero(label[1:] != label[:-1])
    root, error = _polish(held, noise, alpha, at[change], at[change + 1], label[change + 1])
    region = from_boundaries(1, np.zeros(len(root), np.intp), root, label[:1])
    return Region(region.ends, region.first, np.broadcast_to(error.max(initial=0.0), region.ends.shape).copy())


def _windows(low: Array, high: Array) -> tuple[Array, Array]:
    """The union of overlapping intervals, as disjoint ones."""
    order = np.argsort(low)
    low, high = low[order], np.maximum.accumulate(high[order])
    fresh = np.concatenate([[True], low[1:] > high[:-1]])
    last = np.concatenate([fresh[1:], [True]])
    return low[fresh], high[last]


def _polish(
    held: Posterior, noise: str, alpha: float, low: Array, high: Array, rising: np.ndarray
) -> tuple[Array, Array]:
    """Newton steps guarded by bisection; returns roots and their error, rounding of the quadrature over the slope."""
    x = 0.5 * (low + high)
    low, high = low.copy(), high.copy()
    slope = np.ones_like(x)
    for _ in range(60):
        value, slope = _convolved(held, noise, alpha, x)
        above = (value >= 0) == rising
        low, high = np.where(above, low, x), np.where(above, x, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            target = x - value / slope
        target = np.where((target >= low) & (target <= high), target, 0.5 * (low + high))
        moved, x = np.abs(target - x), target
        if (moved <= 1e-15 * (alpha + np.abs(x))).all():
            break
    with np.errstate(divide="ignore"):
        error = 10 * RESOLVED / np.abs(slope)
    return x, np.where(np.isfinite(error), error, alpha)
