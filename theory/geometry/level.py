"""Level sets of vote probabilities on the line: the smoothed classifier {u >= 1/2} and certified regions {u >= tau}.

Gaussian and Laplace noise: Newton's method follows every boundary from the base region through increasing smoothing
noise. That no boundary was missed is known, not hoped: both kernels are variation diminishing (Karlin 1968), so u - tau
has at most as many sign changes as the region has boundaries, and for Gaussian noise (a semigroup) no more than at any
smaller noise. Where Newton's method does not find that many, `theory.isolate` searches. Uniform noise: u is piecewise
linear and its level sets are read off its knots.
"""

from __future__ import annotations

import numpy as np

from theory.geometry.cells import cut
from theory.geometry.knots import uniform_level_set
from theory.geometry.line_terms import VoteTerms
from theory.isolate import isolate
from theory.laws import NOISE
from theory.region import Region, boundary_error, from_pieces
from theory.terms import Array, Flags, Index

EPS = np.finfo(float).eps
NEWTON_STEPS = 12
# A Newton step this small relative to the noise is the last: the next one would be its square.
CONVERGED = 1e-8
# Slopes of u (times beta) below this are too close to a tangency for a plain Newton iteration to be trusted.
STEEP = 1e-4
VOTE_ULPS = 4


def level_set(region: Region, noise: str, beta: Array, log_tail: Array | None = None) -> Region:
    """{x : P(x + beta V in region) >= tau} for each row of `region` and each of its noises.

    Args:
        region: R base regions.
        beta: (R, M) smoothing noises, NaN where a row has fewer; 0 leaves the region as it is.
        log_tail: (R, M) the logarithm of 1 - tau, tau >= 1/2; None means tau = 1/2 with ties going to class 1.

    Returns:
        R * M regions in row-major order (an arbitrary one where beta is NaN).
    """
    rows, steps = beta.shape
    flat = region.take(np.repeat(np.arange(rows), steps))
    scale = np.where(np.isfinite(beta) & (beta > 0), beta, 0.0).ravel()
    tail = None if log_tail is None else log_tail.ravel()
    result = Region(flat.ends.copy(), flat.first.copy(), flat.error.copy())
    moving = scale > 0
    todo = np.flatnonzero(moving & (flat.counts > 0))
    if noise == "uniform":
        return _scatter(result, todo, uniform_level_set(flat.take(todo), scale[todo], _pick(tail, todo)), flat)
    single = todo[flat.counts[todo] == 1]
    result = _scatter(result, single, _shifted(flat.take(single), noise, scale[single], _pick(tail, single)), flat)
    several = todo[flat.counts[todo] > 1]
    if len(several) == 0:
        return _with_atoms(result, flat, scale)
    found = np.zeros(len(scale), bool)
    if tail is None:
        ends, found = _follow(region, noise, np.where(np.isfinite(beta), beta, 0.0))
        found &= np.isin(np.arange(len(scale)), several)
        result.ends[found] = ends[found]
        done = several[found[several]]
        result.error[done] = half_error(flat.take(done), result.take(done), noise, scale[done])
    rest = several[~found[several]]
    result = _scatter(result, rest, search(flat.take(rest), noise, scale[rest], _pick(tail, rest)), flat)
    return _with_atoms(result, flat, scale)


def _pick(values: Array | None, rows: Index) -> Array | None:
    return None if values is None else values[rows]


def _with_atoms(result: Region, flat: Region, scale: Array) -> Region:
    """Point masses keep their own class only where there is no smoothing at all."""
    if flat.atoms is None or scale.any():
        return result
    return Region(result.ends, result.first, result.error, flat.atoms)


def _scatter(result: Region, rows: Index, part: Region, flat: Region) -> Region:
    """Put the regions `part` at the given rows."""
    if len(rows) == 0:
        return result
    width = max(result.ends.shape[1], part.ends.shape[1])
    ends, error = np.full((len(result.first), width), np.inf), np.zeros((len(result.first), width))
    ends[:, : result.ends.shape[1]], error[:, : result.ends.shape[1]] = result.ends, result.error
    ends[rows], error[rows] = np.inf, 0.0
    ends[rows, : part.ends.shape[1]], error[rows, : part.ends.shape[1]] = part.ends, part.error
    first = result.first.copy()
    first[rows] = part.first
    return Region(ends, first, error, flat.atoms)


def _shifted(region: Region, noise: str, beta: Array, log_tail: Array | None) -> Region:
    """One boundary (law 1 of half-spaces): it stays where it is at tau = 1/2 and shrinks by beta * isf(1 - tau) else."""
    if log_tail is None:
        return region
    shift = beta * NOISE[noise].log_isf(log_tail)
    ends = region.ends.copy()
    ends[:, 0] += np.where(region.first, -shift, shift)
    error = region.error.copy()
    error[:, 0] += VOTE_ULPS * EPS * (np.abs(shift) + np.abs(ends[:, 0]))
    return Region(ends, region.first, error)


def _follow(region: Region, noise: str, beta: Array) -> tuple[Array, Flags]:
    """Follow the boundaries of every row through its increasing noises by Newton's method.

    Returns the boundaries (R * M, n) and where they are known to be complete.
    """
    rows, steps = beta.shape
    n = region.ends.shape[1]
    ends, known = np.full((rows, steps, n), np.inf), np.zeros((rows, steps), bool)
    order = np.argsort(beta, axis=1, kind="stable")
    current, speed, last = region.ends.copy(), np.zeros_like(region.ends), np.zeros(rows)
    whole = np.ones(rows, bool)
    every = np.arange(rows)
    for step in range(steps):
        column = order[:, step]
        scale = beta[every, column]
        live = np.flatnonzero(scale > 0)
        if len(live) == 0:
            continue
        width = max(int(np.isfinite(current[live]).sum(axis=1).max()), 1)
        guess = current[live, :width] + speed[live, :width] * (scale - last)[live, None]
        x, rate, good = _newton(region.take(live), guess, noise, scale[live])
        if noise == "gaussian":
            lost = live[~good]
            if len(lost):
                found = search(region.take(lost), noise, scale[lost], None)
                fit = min(n, found.ends.shape[1])
                padded = np.full((len(lost), width), np.inf)
                padded[:, : min(fit, width)] = found.ends[:, : min(fit, width)]
                x[~good], rate[~good], good[~good] = padded, 0.0, True
            current[live], speed[live] = np.inf, 0.0
            current[live, :width], speed[live, :width], last[live] = x, np.where(np.isfinite(x), rate, 0.0), scale[live]
        else:
            whole = np.zeros(rows, bool)
            whole[live] = good
            current[live[good], :width] = x[good]
        ends[live, column[live], :width] = x
        known[live, column[live]] = good
    return ends.reshape(rows * steps, n), known.ravel()


def _newton(region: Region, guess: Array, noise: str, beta: Array) -> tuple[Array, Array, Flags]:
    """Newton's method for u = 1/2 at all boundaries of all rows at once.

    Returns the boundaries, their rates d(boundary)/d(beta), and whether a row is complete: every one converged, in
    order, with the sign of du/dx alternating (then none is left by variation diminishing).
    """
    law, scale = NOISE[noise], beta[:, None]
    x, real = guess.copy(), np.isfinite(guess)
    at = np.where(real, x, 0.0)
    sign = np.where(np.arange(region.ends.shape[1]) % 2 == 0, 1.0, -1.0)
    due = np.where(np.arange(x.shape[1]) % 2 == 0, 1.0, -1.0)
    ends = np.where(np.isfinite(region.ends), region.ends, 1e300)[:, None, :]
    steep, rate, good = real, np.zeros_like(x), np.zeros(len(x), bool)
    for _ in range(NEWTON_STEPS):
        z = (at[:, :, None] - ends) / scale[:, :, None]
        weights = law.pdf(np.clip(z, -1e100, 1e100)) * sign
        value = (law.cdf(z) * sign).sum(axis=2) - 0.5
        slope = weights.sum(axis=2)
        rate = (weights * np.clip(z, -1e100, 1e100)).sum(axis=2)
        steep = slope * due > STEEP
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = np.where(real, np.clip(value / slope, -1.0, 1.0), 0.0)
            rate = np.where(real, rate / slope, 0.0)
        at = at - scale * np.where(np.isfinite(step), step, 0.0)
        good = (np.abs(step) < CONVERGED).all(axis=1)
        if (good | ~(steep | ~real).all(axis=1)).all():
            break
    with np.errstate(invalid="ignore"):
        apart = (np.diff(np.where(real, at, np.inf), axis=1) > CONVERGED * scale) | ~real[:, 1:]
    good &= (steep | ~real).all(axis=1) & apart.all(axis=1)
    return np.where(real, at, np.inf), rate, good


def search(region: Region, noise: str, beta: Array, log_tail: Array | None) -> Region:
    """The level set by exclusion, whatever the noise: one row, one noise each."""
    if len(beta) == 0:
        return region
    terms = VoteTerms(region, noise, beta, log_tail)
    reach = beta if log_tail is None else beta * (1 + np.abs(NOISE[noise].log_isf(log_tail)))
    cells = cut(np.concatenate([region.ends, terms.modes], axis=1), reach)
    pieces = isolate(terms, cells.row, cells.low, cells.high, beta)
    found = from_pieces(len(beta), pieces, region.first)
    error = boundary_error(terms, found) + inherited_error(region, found, noise, beta)
    return Region(found.ends, found.first, error)


def _weights(base: Region, found: Region, noise: str, beta: Array) -> tuple[Array, Array]:
    """p((x - b_j)/beta) over the boundaries b_j (last axis), divided by the largest, and the logarithm of that one."""
    at = np.where(np.isfinite(found.ends), found.ends, 0.0)
    ends = np.where(np.isfinite(base.ends), base.ends, 1e150)[:, None, :]
    logs = NOISE[noise].log_pdf((at[:, :, None] - ends) / beta[:, None, None])
    top = logs.max(axis=2, initial=-1e300)
    with np.errstate(under="ignore"):
        return np.exp(logs - top[:, :, None]), top


def inherited_error(base: Region, found: Region, noise: str, beta: Array) -> Array:
    """What uncertain boundaries b_j of the base region do to those of the level set:

    dx = sum_j p((x - b_j)/beta) |db_j| / |sum_j (-1)^j p((x - b_j)/beta)|.
    """
    weights, _top = _weights(base, found, noise, beta)
    sign = np.where(np.arange(base.ends.shape[1]) % 2 == 0, 1.0, -1.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        error = (weights * base.error[:, None, :]).sum(axis=2) / np.abs((weights * sign).sum(axis=2))
    error = np.where(np.isfinite(error), np.minimum(error, beta[:, None]), beta[:, None])
    return np.where(np.isfinite(found.ends), error, 0.0)


def half_error(base: Region, found: Region, noise: str, beta: Array) -> Array:
    """Rounding of u near 1/2 over |du/dx|, the spacing of floats, and the inherited error."""
    weights, top = _weights(base, found, noise, beta)
    sign = np.where(np.arange(base.ends.shape[1]) % 2 == 0, 1.0, -1.0)
    real = np.isfinite(found.ends)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rounding = VOTE_ULPS * EPS * beta[:, None] / (np.abs((weights * sign).sum(axis=2)) * np.exp(top))
    rounding = np.where(np.isfinite(rounding), np.minimum(rounding, beta[:, None]), beta[:, None])
    position = VOTE_ULPS * np.spacing(np.abs(np.where(real, found.ends, 0.0)))
    return np.where(real, rounding + position + inherited_error(base, found, noise, beta), 0.0)
