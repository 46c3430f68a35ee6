"""Level sets of vote probabilities around a centre under Gaussian smoothing: balls shrink, shells close.

One boundary: the vote mass of a ball decreases with the distance from its centre, so there is at most one solution,
found by Newton's method in the squared distance (in which the mass is smooth even at the centre). Several: see
`shell_votes`.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.line.level import with_atoms
from theory.geometry.radial.shell_votes import TINY_ELL, coordinate, shell_level_set
from theory.geometry.region import Region
from theory.numerics.special.noncentral import ball_log_mass, ball_mass_derivatives, log_error

LOG_HALF = -np.log(2.0)
NEWTON_STEPS = 100
CONVERGED = 4 * np.finfo(float).eps


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
    for index, method in ((single, _single), (several, shell_level_set)):
        if len(index):
            part = method(dim, flat.take(index), scale[index], tail[index])
            width = part.ends.shape[1]
            more = ((0, 0), (0, max(width - ends.shape[1], 0)))
            ends, error = np.pad(ends, more, constant_values=np.inf), np.pad(error, more)
            ends[index], error[index], first[index] = np.inf, 0.0, part.first
            ends[index, :width], error[index, :width] = part.ends, part.error
    return with_atoms(Region(ends, first, error, None, flat.reference), flat, scale > 0)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
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


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def _guess(dim: int, reference: Array, beta: Array, end: Array, outer: Flags, log_tail: Array) -> Array:
    """Squared distance from the centre less reference^2, by a normal approximation of |x + beta V|^2."""
    z = np.sqrt(np.maximum(-2 * (log_tail - LOG_HALF), 0.0))
    shift = beta**2 * (dim - 1)
    spread = beta * np.sqrt(2 * beta**2 * dim + 4 * np.maximum((reference + end) ** 2 - shift, 0.0))
    return end * (2 * reference + end) - shift + np.where(outer, z, -z) * spread


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def _newton(dim: int, reference: Array, beta: Array, end: Array, outer: Flags, log_tail: Array) -> Array:
    """The coordinate where the logarithmic mass equals log_tail, by Newton in y = distance^2 - reference^2."""
    lowest = -(reference**2)
    low, high = lowest.copy(), np.full_like(beta, np.inf)
    y = np.maximum(_guess(dim, reference, beta, end, outer, log_tail), lowest)
    active: Index = np.arange(len(beta))
    for _ in range(NEWTON_STEPS):
        r, b, e, o, now = reference[active], beta[active], end[active], outer[active], y[active]
        t = coordinate(r, now)
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
        moved = np.abs(coordinate(r, target) - t)
        limit = CONVERGED * (np.abs(t) + np.abs(e)) + CONVERGED * b * 1e-2
        active = active[(moved > limit) & (top - bottom > CONVERGED * (np.abs(now) + b * b))]
        if len(active) == 0:
            break
    return coordinate(reference, y)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
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
