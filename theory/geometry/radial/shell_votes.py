"""Votes over several concentric shells: their level sets under Gaussian noise, for any share of the votes.

Let y = |x - c|^2 - reference^2. The mass that Gaussian noise around x puts on a shell, seen as a function of y, is a
Poisson mixture (mean proportional to |x - c|^2) of P(a < chi^2_(d+2j) < b). These are log-concave in j and Poisson
mixing keeps that (Karlin and Proschan 1960, semigroups that are totally positive), so the mass is log-concave in y.
1 - u is a sum of such masses, and `theory.numerics.isolate` finds every place where it crosses a level. No term is a
difference of numbers near 1, so that the level may be as small as logarithms allow.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.cells import cut
from theory.geometry.region import POSITION_ULPS, Region, from_pieces
from theory.numerics.isolate import isolate
from theory.numerics.special.logs import log_diff_exp
from theory.numerics.special.noncentral import ball_log_mass, ball_mass_derivatives
from theory.numerics.terms import log_ratio, log_sum, magnitude, slope

# A shell across which both tails change by less than this in logarithm is integrated, not taken as a difference.
NARROW = 2.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
# Rounding of the logarithm L of a shell's mass, in units of eight ulp: the two tails carry 16 + 12 |L| ulp each (see
# `log_error`), enlarged by 1/(1 - e^-NARROW), and the arguments' own rounding moves them by 4 |L| ulp.
SIZE_CONSTANT, SIZE_PER_LOG = 6.0, 2.5
TINY_ELL = 1e-9
MODE_STEPS, ERROR_STEPS = 50, 60
# An error is wide enough where the logarithmic ratio has come to this share of its own uncertainty.
CLEAR = 0.9
# Base boundaries move votes by their densities, which change on the way; near a tangency that is seen.
MARGIN = 1.25


def coordinate(reference: Array, y: Array) -> Array:
    """t with t (2 reference + t) = y, without cancellation."""
    root = reference + np.sqrt(np.maximum(reference**2 + y, 0.0))
    return np.where(root > 0, y / np.where(root > 0, root, 1.0), 0.0)


class ShellVoteTerms:
    """The constant share exp(log_tail) against the vote masses of the shells of class 0, as functions of y.

    region: R rows with reference; beta, log_tail: (R,). Class 1 is where 1 - u <= exp(log_tail).
    """

    positive = 1

    def __init__(self, dim: int, region: Region, beta: Array, log_tail: Array) -> None:
        assert region.reference is not None
        self._dim, self._beta, self._reference, self._tail = dim, beta, region.reference, log_tail
        self._ends, n = region.ends, region.ends.shape[1]
        self._low = np.where(region.first, 1, 0)[:, None] + 2 * np.arange(n // 2 + 1)
        edges = np.concatenate([np.full((len(beta), 1), -np.inf), region.ends, np.full((len(beta), 2), np.inf)], axis=1)
        self._edges = tuple(np.take_along_axis(edges, self._low + k, axis=1) for k in (0, 1))
        self.modes = np.concatenate([-(self._reference**2)[:, None], self._modes()], axis=1)

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms of the constant and of the masses, (N, K)."""
        return self._joined(row, self._masses(row, coordinate(self._reference[row], x))[0])

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in y, (N, K)."""
        t = coordinate(self._reference[row], x)
        log_mass, narrow = self._masses(row, t)
        ell, delta = self._safe(row, t, self._ends[row])
        _, rate = ball_mass_derivatives(self._dim, ell, delta)
        none = np.full((len(row), 1), -np.inf)
        rate = np.concatenate([none, rate, none, none], axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            low, high = (np.exp(np.take_along_axis(rate, self._low[row] + k, axis=1) - log_mass) for k in (0, 1))
            result = np.where(np.isneginf(log_mass), 0.0, (low - high) / (2 * ell))
        n, k = np.nonzero(narrow)
        if len(n):
            result[n, k] = self._integrated(row[n], t[n], k)[1]
        return self._joined(row, result / (self._beta[row] ** 2)[:, None], constant=False)

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """Logarithms are accurate relative to themselves, (N, K)."""
        size = SIZE_CONSTANT + SIZE_PER_LOG * magnitude(values)
        size[:, 0] = magnitude(values[:, 0])
        return size

    def densities(self, row: Index, t: Array) -> Array:
        """Logarithms of |d mass/d end| for each boundary at coordinates t, (N, n)."""
        log_pdf, _ = ball_mass_derivatives(self._dim, *self._safe(row, t, self._ends[row]))
        return log_pdf - np.log(self._beta[row])[:, None]

    def _joined(self, row: Index, columns: Array, constant: bool = True) -> Array:
        first = self._tail[row] if constant else np.zeros(len(row))
        return np.concatenate([first[:, None], columns], axis=1)

    def _safe(self, row: Index, t: Array, ends: Array) -> tuple[Array, Array]:
        """ell (N, 1), kept off 0, and delta (N, n) of the same spheres."""
        beta, far = self._beta[row][:, None], self._reference[row][:, None]
        ell = np.maximum(far + t[:, None], 0.0) / beta
        safe = np.maximum(ell, TINY_ELL)
        return safe, np.where(ell == safe, (ends - t[:, None]) / beta, (far + ends) / beta - safe)

    def _masses(self, row: Index, t: Array) -> tuple[Array, Flags]:
        """Logarithms (N, m) of the class-0 shells' masses and which were integrated."""
        ends, beta, far = self._ends[row], self._beta[row][:, None], self._reference[row][:, None]
        ell = np.maximum(far + t[:, None], 0.0) / beta
        tails = ball_log_mass(self._dim, ell, np.where(ell == 0, (far + ends) / beta, (ends - t[:, None]) / beta))
        none, all_of_it = np.full((len(row), 1), -np.inf), np.zeros((len(row), 1))
        cdf = np.concatenate([none, tails[0], all_of_it, all_of_it], axis=1)
        sf = np.concatenate([all_of_it, tails[1], none, none], axis=1)
        low = self._low[row]
        cdf_low, cdf_high = (np.take_along_axis(cdf, low + k, axis=1) for k in (0, 1))
        sf_low, sf_high = (np.take_along_axis(sf, low + k, axis=1) for k in (0, 1))
        near = cdf_low < sf_low
        less = np.where(near, cdf_low, sf_high)
        result = log_diff_exp(np.maximum(np.where(near, cdf_high, sf_low), less), less)
        finite = np.isfinite(self._edges[0][row]) & np.isfinite(self._edges[1][row])
        with np.errstate(invalid="ignore"):
            narrow = finite & (cdf_high - cdf_low < NARROW) & (sf_low - sf_high < NARROW)
        n, k = np.nonzero(narrow)
        if len(n):
            result[n, k] = self._integrated(row[n], t[n], k)[0]
        return result, narrow

    def _integrated(self, row: Index, t: Array, shell: Index) -> tuple[Array, Array]:
        """Logarithm of the mass of a narrow shell and its derivative in ell^2, by Gauss-Legendre quadrature.

        With f_d the noncentral chi-square density, d f_d/d(ell^2) = (f_(d+2) - f_d)/2.
        """
        low, high = (edge[row, shell] for edge in self._edges)
        half = 0.5 * (high - low)
        ends = low[:, None] + half[:, None] * (1 + NODES)
        ell, delta = self._safe(row, t, ends)
        log_pdf, rate = ball_mass_derivatives(self._dim, ell, delta)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            logs = log_pdf + np.log(WEIGHTS * (half / self._beta[row])[:, None])
            total = log_sum(logs)
            share = np.exp(logs - total[:, None])
            score = 0.5 * (share * (np.exp(rate - log_pdf) * (ell + delta) / ell - 1)).sum(axis=1)
        return total, np.where(np.isfinite(total), score, 0.0)

    def _modes(self) -> Array:
        """Where each shell's mass is largest in y (R, m): the densities d/d(ell^2) of its two spheres agree there."""
        low, high = self._edges
        rows = np.arange(len(self._beta))
        floor = -(self._reference**2)[:, None]
        modes = np.where(np.isposinf(high), np.inf, np.broadcast_to(floor, low.shape))
        row, shell = np.nonzero(np.isfinite(low) & np.isfinite(high))
        if len(row):
            far, a, b = self._reference[rows[row]], low[row, shell], high[row, shell]
            bottom, top = -(far**2), b * (2 * far + b)
            for _ in range(MODE_STEPS):
                middle = 0.5 * (bottom + top)
                t = coordinate(far, middle)
                _, rate = ball_mass_derivatives(self._dim, *self._safe(row, t, np.stack([a, b], axis=1)))
                rising = rate[:, 0] > rate[:, 1]
                bottom, top = np.where(rising, middle, bottom), np.where(rising, top, middle)
            modes[row, shell] = 0.5 * (bottom + top)
        return modes


def shell_level_set(dim: int, region: Region, beta: Array, log_tail: Array) -> Region:
    """{1 - u <= exp(log_tail)} for R rows of several shells each, by exclusion; beta, log_tail (R,)."""
    assert region.reference is not None
    reference, floor = region.reference, -(region.reference**2)
    terms = ShellVoteTerms(dim, region, beta, log_tail)
    used = np.isfinite(region.ends)
    ends = np.where(used, region.ends, 0.0)
    squares = np.where(used, ends * (2 * reference[:, None] + ends), np.nan)
    reach = beta * (beta + reference + ends.max(axis=1)) * (1 + np.sqrt(-2 * log_tail))
    cells = cut(np.concatenate([floor[:, None], squares, terms.modes], axis=1), reach)
    low = np.maximum(cells.low, floor[cells.row])
    real = cells.high > low
    pieces = isolate(terms, cells.row[real], low[real], cells.high[real], beta**2)
    found = from_pieces(len(beta), pieces, region.first)
    at = np.isfinite(found.ends)
    t = np.where(at, coordinate(reference[:, None], np.where(at, found.ends, 0.0)), np.inf)
    error = np.zeros_like(t)
    row, column = np.nonzero(at)
    if len(row):
        error[row, column] = _errors(terms, region, beta, row, t[row, column])
    return Region(t, found.first, error, None, reference)


def _errors(terms: ShellVoteTerms, region: Region, beta: Array, row: Index, t: Array) -> Array:
    """How far boundaries at t may be off: as far as the logarithmic ratio stays within its uncertainty.

    That is the rounding of the ratio plus sum_j p_j(t) db_j/(1 - u) for what is known of the base boundaries. Its
    quotient with the slope is right for simple crossings; near a tangency the distance is doubled until it suffices.
    """
    assert region.reference is not None
    reference = region.reference[row]
    floor, cap = -reference, reference + t + beta[row]
    size = np.maximum(np.abs(region.ends[row]), np.abs(t)[:, None])
    moves = np.where(np.isfinite(size), region.error[row] + POSITION_ULPS * np.spacing(size), 0.0)

    def ratio(index: Index, at: Array) -> tuple[Array, Array]:
        y = at * (2 * reference[index] + at)
        value, tie = log_ratio(terms, row[index], y)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            logs = terms.densities(row[index], at) + np.log(MARGIN * moves[index])
            inherited = np.exp(log_sum(np.concatenate([logs, np.full((len(at), 1), -np.inf)], axis=1)) - rest(index, y))
        return value, tie + np.where(np.isnan(inherited), np.inf, inherited)

    def rest(index: Index, y: Array) -> Array:
        return log_sum(terms.values(row[index], y)[:, 1:])

    every = np.arange(len(row))
    y = t * (2 * reference + t)
    _, noise = ratio(every, t)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        step = noise / np.abs(slope(terms, row, y) * 2 * (reference + t))
    spacing = POSITION_ULPS * np.spacing(np.abs(t))
    step = np.minimum(np.where(np.isnan(step), cap, np.maximum(step, spacing)), cap)
    active, left = every, np.ones(len(row))
    for _ in range(ERROR_STEPS):
        least = np.ones(len(active))
        for side in (-1, 1):
            at = t[active] + side * step[active]
            value, doubt = ratio(active, np.maximum(at, floor[active]))
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(at <= floor[active], 1.0, np.abs(value) / doubt)
            least = np.fmin(least, np.where(np.isnan(share), 0.0, share))
        left[active] = np.maximum(least, CLEAR)
        active = active[(least < CLEAR) & (step[active] < cap[active])]
        if len(active) == 0:
            break
        step[active] = np.minimum(2 * step[active], cap[active])
    # Where the ratio has bent back by a share s = 1 - left, it is met 1 + s/2 + ... < 1/left^2 times as far out.
    return np.where(np.isfinite(step), step, cap) / left**2 + spacing
