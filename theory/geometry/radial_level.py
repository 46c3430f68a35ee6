"""Level sets of vote probabilities around a centre under Gaussian smoothing: balls shrink, shells close.

One boundary: the vote mass of a ball decreases with the distance from its centre, so there is at most one solution,
found by Newton's method in the squared distance (in which the mass is smooth even at the centre). Several: u is a
signed sum of ball masses, each log-concave and decreasing in the distance, and `theory.isolate` finds every crossing.
"""

from __future__ import annotations

import numpy as np

from theory.geometry.base import NoExactRoute
from theory.geometry.cells import cut
from theory.geometry.level import with_atoms
from theory.isolate import isolate
from theory.region import Region, boundary_error, from_pieces
from theory.special.logs import log1mexp
from theory.special.noncentral import ball_log_mass, ball_mass_derivatives, log_error
from theory.terms import Array, Flags, Index, magnitude

LOG_HALF = -np.log(2.0)
NEWTON_STEPS = 100
CONVERGED = 4 * np.finfo(float).eps
TINY_ELL = 1e-9
# Between shells 1 - u is a difference of masses near 1: below this level it has too few digits left.
LEAST_SHELL_TAIL = np.log(1e-8)


def level_set(dim: int, region: Region, beta: Array, log_tail: Array | None) -> Region:
    """{u >= tau} for each row of `region` and its noises beta (R, M); log_tail (R, M) = log(1 - tau), None for 1/2."""
    rows, steps = beta.shape
    flat = region.take(np.repeat(np.arange(rows), steps))
    scale = np.where(np.isfinite(beta) & (beta > 0), beta, 0.0).ravel()
    tail = np.full(len(scale), LOG_HALF) if log_tail is None else log_tail.ravel()
    todo = (scale > 0) & (flat.counts > 0)
    ends, first, error = flat.ends.copy(), flat.first.copy(), flat.error.copy()
    single = np.flatnonzero(todo & (flat.counts == 1))
    several = np.flatnonzero(todo & (flat.counts > 1))
    for index, method in ((single, _single), (several, _several)):
        if len(index):
            part = method(dim, flat.take(index), scale[index], tail[index])
            width = part.ends.shape[1]
            ends[index], error[index], first[index] = np.inf, 0.0, part.first
            ends[index, :width], error[index, :width] = part.ends, part.error
    return with_atoms(Region(ends, first, error, None, flat.reference), flat, scale > 0)


def _log_mass(dim: int, reference: Array, beta: Array, end: Array, t: Array, outer: Flags) -> tuple[Array, Array]:
    """log P(|x + beta V - c| <= R) where `outer`, else log P(> R), at coordinate t; and ell = |x - c|/beta."""
    ell = np.maximum(reference + t, 0.0) / beta
    log_cdf, log_sf = ball_log_mass(dim, ell, np.where(ell == 0, (reference + end) / beta, (end - t) / beta))
    return np.where(outer, log_cdf, log_sf), ell


def _single(dim: int, region: Region, beta: Array, log_tail: Array) -> Region:
    """One sphere: class 1, inside or outside, shrinks until its complement gets exp(log_tail) of the votes."""
    assert region.reference is not None
    reference, end, outer = region.reference, region.ends[:, 0], ~region.first
    at_center, _ = _log_mass(dim, reference, beta, end, -reference, outer)
    alive = np.where(outer, at_center > log_tail, at_center <= log_tail)
    t, error = np.full_like(beta, np.inf), np.zeros_like(beta)
    rows = np.flatnonzero(alive)
    if len(rows):
        part = (reference[rows], beta[rows], end[rows], outer[rows], log_tail[rows])
        t[rows] = _newton(dim, *part)
        error[rows] = _error(dim, *part, t[rows], region.error[rows, 0])
    first = np.where(alive, region.first, outer)
    return Region(t[:, None], first, error[:, None], None, reference)


def _guess(dim: int, reference: Array, beta: Array, end: Array, outer: Flags, log_tail: Array) -> Array:
    """Squared distance from the centre less reference^2, by a normal approximation of |x + beta V|^2."""
    z = np.sqrt(np.maximum(-2 * (log_tail - LOG_HALF), 0.0))
    shift = beta**2 * (dim - 1)
    spread = beta * np.sqrt(2 * beta**2 * dim + 4 * np.maximum((reference + end) ** 2 - shift, 0.0))
    return end * (2 * reference + end) - shift + np.where(outer, z, -z) * spread


def _newton(dim: int, reference: Array, beta: Array, end: Array, outer: Flags, log_tail: Array) -> Array:
    """The coordinate where the logarithmic mass equals log_tail, by Newton in y = distance^2 - reference^2."""
    lowest = -(reference**2)
    low, high = lowest.copy(), np.full_like(beta, np.inf)
    y = np.maximum(_guess(dim, reference, beta, end, outer, log_tail), lowest)
    active: Index = np.arange(len(beta))
    for _ in range(NEWTON_STEPS):
        r, b, e, o, now = reference[active], beta[active], end[active], outer[active], y[active]
        t = _coordinate(r, now)
        value, ell = _log_mass(dim, r, b, e, t, o)
        safe = np.maximum(ell, TINY_ELL)
        _, rate = ball_mass_derivatives(dim, safe, np.where(ell == safe, (e - t) / b, (r + e) / b - safe))
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            slope = np.exp(rate - value) / (2 * safe * b * b)
            target = now + (value - log_tail[active]) / np.where(o, slope, -slope)
        beyond = np.where(o, value > log_tail[active], value < log_tail[active])
        low[active] = np.where(beyond, now, low[active])
        high[active] = np.where(beyond, high[active], now)
        bottom, top = low[active], high[active]
        far = np.where(np.isfinite(top), 0.5 * (bottom + top), now + 2 * (now - bottom) + b * b)
        good = (target >= bottom) & (target <= top)
        target = np.where(good, target, far)
        y[active] = target
        moved = np.abs(_coordinate(r, target) - t)
        limit = CONVERGED * (np.abs(t) + np.abs(e)) + CONVERGED * b * 1e-2
        active = active[(moved > limit) & (top - bottom > CONVERGED * (np.abs(now) + b * b))]
        if len(active) == 0:
            break
    return _coordinate(reference, y)


def _coordinate(reference: Array, y: Array) -> Array:
    """t with t (2 reference + t) = y, without cancellation."""
    root = reference + np.sqrt(np.maximum(reference**2 + y, 0.0))
    return np.where(root > 0, y / np.where(root > 0, root, 1.0), 0.0)


def _error(
    dim: int, reference: Array, beta: Array, end: Array, outer: Flags, log_tail: Array, t: Array, base: Array
) -> Array:
    """Inherited uncertainty of the base sphere, rounding of the logarithmic mass over its slope, float spacing."""
    value, ell = _log_mass(dim, reference, beta, end, t, outer)
    safe, delta = np.maximum(ell, TINY_ELL), (end - t) / beta
    log_pdf, rate = ball_mass_derivatives(dim, safe, delta)
    position = 4 * np.spacing(np.maximum(np.abs(t), np.abs(end)))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        inherited = (base + position) * np.exp(log_pdf - rate)
        scale = beta / np.exp(rate - value)
        rounding = scale * (log_error(dim, safe, delta) + 4 * np.spacing(np.abs(log_tail)))
        error = inherited + rounding + position
    cap = np.maximum(reference + t, 0.0) + beta
    return np.where(np.isfinite(error), np.minimum(error, cap), cap)


class ShellVoteTerms:
    """The vote masses of several concentric balls, compared so that class 1 is where 1 - u <= exp(log_tail).

    1 - u is a signed sum of ball masses, plus 1 if the outermost shell is class 0.
    """

    def __init__(self, dim: int, region: Region, beta: Array, log_tail: Array) -> None:
        assert region.reference is not None
        self._dim, self._beta, self._reference = dim, beta, region.reference
        n = region.ends.shape[1]
        labels = region.first[:, None] ^ (np.arange(n) % 2 == 1)
        last_inside = region.first ^ (region.counts % 2 == 1)
        own, other = np.where(labels, region.ends, np.inf), np.where(labels, np.inf, region.ends)
        self._ends = np.concatenate([own, other], axis=1)
        rest = np.where(last_inside, log_tail, log1mexp(log_tail))
        none = np.full(len(beta), -np.inf)
        self._constant = np.stack([np.where(last_inside, rest, none), np.where(last_inside, none, rest)])
        self.positive = n + 1
        self.modes = np.broadcast_to(-self._reference[:, None], (len(beta), 2 * n + 2))

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms of ball masses and of the constant, (N, K); a ball that is not there has none."""
        ends, beta = self._ends[row], self._beta[row][:, None]
        ell = np.maximum(self._reference[row] + x, 0.0)[:, None] / beta
        logs, _ = ball_log_mass(self._dim, ell, (ends - x[:, None]) / beta)
        return self._with_constants(row, np.where(np.isfinite(ends), logs, -np.inf), self._constant)

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x, (N, K)."""
        ends, beta = self._ends[row], self._beta[row][:, None]
        ell = np.maximum(self._reference[row] + x, 0.0)[:, None] / beta
        delta = np.where(np.isfinite(ends), (ends - x[:, None]) / beta, 1.0)
        logs, _ = ball_log_mass(self._dim, ell, delta)
        _, rate = ball_mass_derivatives(self._dim, ell, delta)
        slope = np.where(np.isfinite(ends), -np.exp(rate - logs) / beta, 0.0)
        return self._with_constants(row, slope, np.zeros_like(self._constant))

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """Logarithms are accurate relative to themselves, (N, K)."""
        return magnitude(values)

    def _with_constants(self, row: Index, columns: Array, constant: Array) -> Array:
        n = columns.shape[1] // 2
        own, other = constant[0][row][:, None], constant[1][row][:, None]
        return np.concatenate([columns[:, :n], own, columns[:, n:], other], axis=1)


def _several(dim: int, region: Region, beta: Array, log_tail: Array) -> Region:
    """Several spheres, by exclusion."""
    assert region.reference is not None
    if (log_tail < LEAST_SHELL_TAIL).any():
        raise NoExactRoute(
            "several concentric shells have an exact certificate only where it may miss a share of the votes above "
            "1e-8 (eps below 5.6 beta); simulate it instead: noisewise mc"
        )
    terms = ShellVoteTerms(dim, region, beta, log_tail)
    floor = -region.reference
    cells = cut(np.concatenate([floor[:, None], region.ends], axis=1), beta)
    low = np.maximum(cells.low, floor[cells.row])
    real = cells.high > low
    pieces = isolate(terms, cells.row[real], low[real], cells.high[real], beta)
    found = from_pieces(len(beta), pieces, region.first)
    found = Region(found.ends, found.first, found.error, None, region.reference)
    error = boundary_error(terms, found) + np.where(np.isfinite(found.ends), region.error.max(axis=1)[:, None], 0.0)
    return Region(found.ends, found.first, error, None, region.reference)
