"""How the boundaries of base classifiers move with the training noise: crossings of noised densities, and edges.

A crossing D(e, alpha) = 0 of the logarithms of both sides moves by de/dalpha = -(dD/dalpha)/(dD/dx). A boundary at the
end of a bounded support moves with it. The middle of a gap between two supports stays under noise of bounded reach.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.region import Region
from theory.numerics.terms import TIE_ULPS, Terms, log_ratio, log_sum

EPS = np.finfo(float).eps
# Rounding of the answer of a density to more noise, in units of the magnitudes added up for it.
SPREAD_ULPS = 64
# Rounding of a score, relative.
SCORE_ULPS = 16
# A rate that changes by this share of itself within the uncertainty of its boundary is not known: at a kink, say.
UNSTEADY = 1e-2
# ... or where the slope of the ratio is as uncertain as this: both sides cancel along with it.
UNSURE = 0.1
# A boundary is a crossing where the ratio there is 0 to this many times its rounding.
CROSSING = 16

Spread = Callable[[Index, Array], tuple[Array, Array]]


def crossing_rates(terms: Terms, spread: Spread, region: Region, size: float) -> tuple[Array, Array]:
    """Rates (R, n) of the crossings among the boundaries of a region and their errors; NaN for the others.

    spread: derivatives in alpha of the terms' logarithms, up to one common to all, and the sizes of what was added up.
    size: the largest coordinate that positions were differences of.
    """
    rate, error = np.full(region.ends.shape, np.nan), np.full(region.ends.shape, np.nan)
    row, column = np.nonzero(np.isfinite(region.ends))
    if len(row) == 0:
        return rate, error
    x = region.ends[row, column]
    doubt = region.error[row, column] + 4 * EPS * np.maximum(np.abs(x), size)
    value, slack = _rate(terms, spread, row, x)
    with np.errstate(invalid="ignore", over="ignore"):
        sides = [_rate(terms, spread, row, x + side * doubt)[0] for side in (-1, 1)]
        moved = np.maximum(*(np.abs(side - value) for side in sides))
        steady = moved <= UNSTEADY * np.abs(value) + 8 * slack
        good = crosses(terms, row, x, doubt) & steady & np.isfinite(value + slack)
    rate[row, column] = np.where(good, value, np.nan)
    error[row, column] = np.where(good, 2 * moved + slack, np.nan)
    return rate, error


def crosses(terms: Terms, row: Index, x: Array, doubt: Array) -> Flags:
    """Where the ratio passes through 0 within the uncertainty of x, and does not jump."""
    here, tie = log_ratio(terms, row, x)
    with np.errstate(invalid="ignore"):
        change = np.maximum(*(np.abs(log_ratio(terms, row, x + side * doubt)[0] - here) for side in (-1, 1)))
        return np.asarray(np.isfinite(change) & (np.abs(here) <= CROSSING * tie + 4 * change) & (change < UNSTEADY))


def _rate(terms: Terms, spread: Spread, row: Index, x: Array) -> tuple[Array, Array]:
    """-(dD/dalpha)/(dD/dx), and its rounding.

    With g = v_alpha + rate v_x for each term, the sums of g under the terms' shares agree on both sides; so the
    rounding of a share counts by how far g is from that mean.
    """
    values, scores = terms.values(row, x), terms.scores(row, x)
    magnitudes, (answers, sizes) = terms.sizes(row, x, values), spread(row, x)
    parts = slice(None, terms.positive), slice(terms.positive, None)
    share = np.concatenate([_shares(values[:, part]) for part in parts], axis=1)
    sign = np.where(np.arange(values.shape[1]) < terms.positive, 1.0, -1.0)
    real = share > 0
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        answers, scores = np.where(real, answers, 0.0), np.where(real, scores, 0.0)
        slope = (sign * share * scores).sum(axis=1)
        unsure = EPS * SCORE_ULPS * np.abs(scores) + TIE_ULPS * np.where(real, magnitudes, 0.0) * np.abs(scores)
        rate = -(sign * share * answers).sum(axis=1) / slope
        joint = answers + rate[:, None] * scores
        mean = np.concatenate(
            [np.broadcast_to((share * joint)[:, p].sum(axis=1, keepdims=True), joint[:, p].shape) for p in parts],
            axis=1,
        )
        own = EPS * (SPREAD_ULPS * sizes + SCORE_ULPS * np.abs(rate[:, None] * scores))
        doubt = np.where(real, share * (own + TIE_ULPS * magnitudes * np.abs(joint - mean)), 0.0)
        known = (share * unsure).sum(axis=1) < UNSURE * np.abs(slope)
        return np.where(known, rate, np.nan), doubt.sum(axis=1) / np.abs(slope)


def _shares(values: Array) -> Array:
    with np.errstate(invalid="ignore", under="ignore"):
        return np.nan_to_num(np.exp(values - log_sum(values)[:, None]), nan=0.0)


def edge_rates(region: Region, low: Array, high: Array) -> tuple[Array, Array]:
    """Rates of boundaries at ends (R, K) of supports, which noise of bounded reach moves by 1 outwards, and of those
    in the middle of a gap, which stay; NaN for the others, and where ends of both kinds meet."""
    ends = np.where(np.isfinite(region.ends), region.ends, np.nan)[:, :, None]
    with np.errstate(invalid="ignore"):
        doubt = region.error[:, :, None] + 16 * EPS * np.maximum(np.abs(ends), np.nanmax(np.abs(low), initial=0.0))
        falls = (np.abs(ends - low[:, None, :]) <= doubt).any(axis=2)
        rises = (np.abs(ends - high[:, None, :]) <= doubt).any(axis=2)
        middle = 0.5 * (high[:, :, None] + low[:, None, :]).reshape(len(low), 1, -1)
        stays = (np.abs(ends - middle) <= doubt).any(axis=2) & ~(falls | rises)
    known = falls ^ rises | stays
    rate = np.where(stays, 0.0, np.where(rises, 1.0, -1.0))
    return np.where(known, rate, np.nan), np.where(known, 0.0, np.nan)
