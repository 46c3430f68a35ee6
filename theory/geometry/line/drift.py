"""How base classifiers on the line move with their training noise, for both rules."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.cells import supports
from theory.geometry.crossings import EPS, SPREAD_ULPS, UNSTEADY, crosses, crossing_rates, edge_rates
from theory.geometry.line.line import all_gaussian
from theory.geometry.line.posterior import Posterior, resolved
from theory.geometry.line.regression import blur_answer, convolved, rounding
from theory.geometry.line.relative import RelativeTerms, wide_noise
from theory.geometry.line.terms import DensityTerms, GaussianTerms
from theory.geometry.piece import Piece, net_weights
from theory.geometry.region import Region

Rates = tuple[Array, Array]


def posterior_rates(pieces: tuple[Piece, ...], noise: str, alpha: Array, region: Region) -> Rates:
    """Rates (R, n) of the boundaries of {s_alpha >= 0} for alpha (R,) all positive, and their errors."""
    net = net_weights(pieces)
    size = max(abs(float(p.center)) + float(p.scale) for p in pieces)
    rate, error = (np.full(region.ends.shape, np.nan) for _ in range(2))
    if {p.label for p in net} == {0, 1}:
        wide = wide_noise(net, noise, alpha) & ~np.full(len(alpha), all_gaussian(net, noise, alpha))
        for rows in (np.flatnonzero(wide), np.flatnonzero(~wide)):
            if len(rows) == 0:
                continue
            plain = (
                GaussianTerms(net, alpha[rows])
                if all_gaussian(net, noise, alpha)
                else DensityTerms(net, noise, alpha[rows])
            )
            terms = RelativeTerms(net, noise, alpha[rows]) if wide[rows[0]] else plain
            rate[rows], error[rows] = crossing_rates(terms, plain.spread, region.take(rows), size)
    edge, slack = edge_rates(region, *supports(pieces, noise, alpha))
    crossing = np.isfinite(rate)
    return np.where(crossing, rate, edge), np.where(crossing, error, slack)


def still_rates(pieces: tuple[Piece, ...], region: Region, *, tails: bool) -> Rates:
    """Rates at alpha = 0, where alpha^2 enters: 0 at crossings of smooth densities, NaN elsewhere.

    NaN too where point masses have no density, and (with `tails`) where no component has tails: without noise the
    class off the support is then a convention, which any noise ends.
    """
    rate = np.full(region.ends.shape, np.nan)
    net = net_weights(pieces)
    rows, columns = np.nonzero(np.isfinite(region.ends))
    spread = not tails or any(p.law in ("gaussian", "laplace") for p in pieces)
    if any(p.law == "point" for p in pieces) or not spread or {p.label for p in net} != {0, 1}:
        return rate, rate.copy()
    x = region.ends[rows, columns]
    doubt = region.error[rows, columns] + 16 * EPS * np.abs(x)
    gaussian = all(p.law == "gaussian" for p in net)
    still = np.zeros(len(region.first))
    terms = GaussianTerms(net, still) if gaussian else DensityTerms(net, "gaussian", still)
    with np.errstate(invalid="ignore", divide="ignore"):
        smooth = crosses(terms, rows, x, doubt) & ~_bent(net, x, doubt)
    rate[rows, columns] = np.where(smooth, 0.0, np.nan)
    return rate, rate.copy()


def _bent(pieces: tuple[Piece, ...], x: Array, doubt: Array) -> Flags:
    """Whether a density has a corner or a jump at x."""
    bent = np.zeros(len(x), bool)
    for p in pieces:
        away = np.abs(x - float(p.center))
        if p.law != "gaussian":
            bent |= np.abs(away - (float(p.scale) if p.law == "uniform" else 0.0)) <= doubt
    return bent


def regression_rates(pieces: tuple[Piece, ...], noise: str, alpha: Array, region: Region) -> Rates:
    """Rates (R, n) of the boundaries of {h * p_alpha >= 1/2}, alpha (R,) all positive, by the same quadrature."""
    rate, error = (np.full(region.ends.shape, np.nan) for _ in range(2))
    held = resolved(pieces)
    for row, a in enumerate(alpha):
        real = np.isfinite(region.ends[row])
        if real.any():
            found = _blurred_rates(held, noise, float(a), region.ends[row, real], region.error[row, real])
            rate[row, real], error[row, real] = found
    return rate, error


def _blurred_rates(held: Posterior, noise: str, alpha: float, x: Array, doubt: Array) -> Rates:
    """-(d(h * p_alpha)/dalpha)/(d(h * p_alpha)/dx)."""
    doubt = doubt + 4 * EPS * np.abs(x)

    def at(place: Array) -> tuple[Array, Array]:
        slope = convolved(held, noise, alpha, place)[1]
        return -blur_answer(held, noise, alpha, place) / slope, slope

    with np.errstate(divide="ignore", invalid="ignore"):
        value, slope = at(x)
        moved = np.maximum(*(np.abs(at(x + side * doubt)[0] - value) for side in (-1, 1)))
        blur = SPREAD_ULPS * rounding(held, noise, alpha, x, x) / alpha
        slack = blur * (1 + np.abs(value)) / np.abs(slope)
        good = moved <= UNSTEADY * np.abs(value) + 8 * slack
    return np.where(good, value, np.nan), np.where(good, 2 * moved + slack, np.nan)
