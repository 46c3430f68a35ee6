"""The regression rule on mixtures: {h * p_alpha >= 1/2} on the line, by quadrature.

h(x) = P(Y = 1 | X = x) where the data have density and 0 elsewhere (zero padding). Far from every sign change of
h - 1/2, farther than the noise reaches, h * p_alpha - 1/2 has the sign of h - 1/2; the neighbourhoods of those sign
changes are searched with bounds of the slope h' * p_alpha + sum of J_i p_alpha(x - e_i), J_i the jumps of h at e_i, so
that no sign change is missed above the resolution of `theory.numerics.isolate`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array, Index
from theory.errors import NoExactRoute
from theory.geometry.line.line import positive_region
from theory.geometry.line.posterior import NODES, RESOLVED, WEIGHTS, Posterior, resolved
from theory.geometry.line.steps import step_region, stepped
from theory.geometry.piece import Piece
from theory.geometry.region import Region, from_boundaries
from theory.laws import NOISE
from theory.numerics.isolate import RESOLUTION

# Noise beyond this many scales carries less than 1e-17 of its mass.
REACH = {"gaussian": 9.0, "laplace": 40.0, "uniform": 1.0}
# Panels of the kernel, in scales; within each twelve nodes integrate it to 1e-16.
KERNEL = {
    "gaussian": np.arange(-9.0, 10.0),
    "laplace": np.concatenate([-np.arange(40.0, 0, -2), np.arange(0, 41.0, 2)]),
    "uniform": np.array([-1.0, 1.0]),
}
# Where a slope is looked up, in scales, and the mass of the noise beyond, which meets the steepest slope anywhere.
NEAR = {"gaussian": (4.0, 6.4e-5), "laplace": (8.0, 3.4e-4), "uniform": (1.0, 0.0)}
MAX_QUERIES = 2_000_000


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
    if alpha.any() and stepped(pieces, noise):
        return step_region(pieces, alpha)
    plain = positive_region(pieces, "gaussian", np.zeros(1), "class0")
    if not alpha.any():
        return plain.take(np.zeros(len(alpha), int))
    held = resolved(pieces)
    regions = [_blurred(held, plain, noise, a) for a in alpha]
    width = max(r.ends.shape[1] for r in regions)
    ends, error = np.full((len(alpha), width), np.inf), np.zeros((len(alpha), width))
    for i, region in enumerate(regions):
        ends[i, : region.ends.shape[1]], error[i, : region.ends.shape[1]] = region.ends[0], region.error[0]
    return Region(ends, np.array([r.first[0] for r in regions]), error)


def _panel_range(held: Posterior, low: Array, high: Array) -> Index:
    """First panel, and the one after the last, of those that meet the intervals [low, high], (2N,) in turns."""
    last = len(held.rounding) - 1
    start = np.clip(np.searchsorted(held.panels, low, "right") - 1, 0, last)
    stop = np.clip(np.searchsorted(held.panels, high, "left"), start + 1, last + 1)
    return np.stack([start, stop], axis=1).ravel()


def rounding(held: Posterior, noise: str, alpha: float, low: Array, high: Array) -> Array:
    """What h * p_alpha may be off by on the intervals [low, high], (N,)."""
    pick = _panel_range(held, low - REACH[noise] * alpha, high + REACH[noise] * alpha)
    return np.maximum.reduceat(np.append(held.rounding, 0.0), pick)[::2]


def _slopes(held: Posterior, noise: str, alpha: float, low: Array, high: Array) -> tuple[Array, Array]:
    """Bounds of the slope of h * p_alpha on the intervals [low, high], (N,) each."""
    reach, beyond = NEAR[noise]
    pick = _panel_range(held, low - reach * alpha, high + reach * alpha)
    least = np.minimum.reduceat(np.append(held.least, np.inf), pick)[::2]
    most = np.maximum.reduceat(np.append(held.most, -np.inf), pick)[::2]
    steepest = max(np.abs(held.least).max(), np.abs(held.most).max())
    least, most = least - beyond * (least + steepest), most + beyond * (steepest - most)
    edges = held.panels[1:-1]
    distance = np.maximum(np.maximum(low[:, None] - edges, edges - high[:, None]), 0.0)
    height = NOISE[noise].pdf(distance / alpha) / alpha
    limit = float(NOISE[noise].pdf(np.zeros(1))[0]) / alpha
    return (
        np.maximum(least + height @ np.minimum(held.jumps, 0), -limit),
        np.minimum(most + height @ np.maximum(held.jumps, 0), limit),
    )


def blur_answer(held: Posterior, noise: str, alpha: float, x: Array) -> Array:
    """d/dalpha of (h * p_alpha)(x): h integrated against -(1 + z p'/p) p_alpha/alpha, z the noise in its own scale."""
    law = NOISE[noise]
    if noise == "uniform":
        value, _slope = convolved(held, noise, alpha, x)
        return (0.5 * (held.at(x + alpha) + held.at(x - alpha)) - (value + 0.5)) / alpha
    return _integrated(held, noise, alpha, x, lambda z: -(1 + z * law.score(z)) / alpha)[0]


def convolved(held: Posterior, noise: str, alpha: float, x: Array) -> tuple[Array, Array]:
    """(h * p_alpha)(x) - 1/2 and its derivative, by Gauss-Legendre on the common refinement of both sets of panels."""
    value, slope = _integrated(held, noise, alpha, x, None)
    if noise == "uniform":
        slope = (held.at(x + alpha) - held.at(x - alpha)) / (2 * alpha)
    return value - 0.5, slope


def _integrated(
    held: Posterior, noise: str, alpha: float, x: Array, factor: Callable[[Array], Array] | None
) -> tuple[Array, Array]:
    """E h(x + alpha V) factor(V), and E h(x + alpha V) times minus the score of V over alpha."""
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
        weighed = inner if factor is None else inner * factor(z)
        value[start : start + block] = np.bincount(row, weighed.sum(axis=1), len(at))
        slope[start : start + block] = np.bincount(row, -(inner * law.score(z)).sum(axis=1), len(at)) / alpha
    return value, slope


def _blurred(held: Posterior, plain: Region, noise: str, alpha: float) -> Region:
    """{h * p_alpha >= 1/2} for one noise."""
    ends = plain.ends[0][np.isfinite(plain.ends[0])]
    if len(ends) == 0:
        return plain
    reach = REACH[noise] * alpha
    low, high = _windows(ends - reach, ends + reach)
    limit, count = RESOLUTION * alpha, 0
    signs: list[tuple[Array, np.ndarray]] = []
    while len(low):
        count += len(low)
        if count > MAX_QUERIES:
            raise NoExactRoute(f"more than {MAX_QUERIES} quadratures are needed to separate the sign changes")
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        value, _slope = convolved(held, noise, alpha, middle)
        falling, rising = _slopes(held, noise, alpha, low, high)
        monotone = (falling > 0) | (rising < 0)
        tie = rounding(held, noise, alpha, low, high)
        settled = monotone | (np.abs(value) > np.maximum(-falling, rising) * half + tie) | (half < limit)
        signs.append((middle[settled], (value >= -RESOLVED)[settled]))
        edges = np.concatenate([low[monotone], high[monotone]])
        signs.append((edges, convolved(held, noise, alpha, edges)[0] >= -RESOLVED))
        low, middle, high = low[~settled], middle[~settled], high[~settled]
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
        value, slope = convolved(held, noise, alpha, x)
        above = (value >= 0) == rising
        low, high = np.where(above, low, x), np.where(above, x, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            target = x - value / slope
        target = np.where((target >= low) & (target <= high), target, 0.5 * (low + high))
        moved, x = np.abs(target - x), target
        if (moved <= 1e-15 * (alpha + np.abs(x))).all():
            break
    with np.errstate(divide="ignore"):
        error = 10 * rounding(held, noise, alpha, x, x) / np.abs(slope)
    return x, np.where(np.isfinite(error), error, alpha)
