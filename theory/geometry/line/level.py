"""Level sets of vote probabilities on the line: the smoothed classifier {u >= 1/2} and certified regions {u >= tau}.

One boundary moves by a closed form. Several are followed at tau = 1/2 under Gaussian noise (`follow`), have a closed
form there under Laplace noise (`exponentials`), and are searched for by exclusion at any other tau. Under uniform noise
u is piecewise linear and its level sets are read off its knots.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.cells import VOTE_STEPS, cut
from theory.geometry.line.exponentials import laplace_level_set
from theory.geometry.line.follow import follow
from theory.geometry.line.knots import uniform_level_set
from theory.geometry.line.terms import VoteTerms
from theory.geometry.region import Region, boundary_error, from_pieces
from theory.laws import NOISE
from theory.laws.certificate import level_tail
from theory.numerics.isolate import isolate

EPS = np.finfo(float).eps
ULPS = 4


def level_set(region: Region, noise: str, beta: Array, eps: Array | None = None) -> Region:
    """{x : P(x + beta V in region) >= tau(eps)} for each row of `region` and each of its noises.

    Args:
        region: R base regions.
        beta: (R, M) smoothing noises, NaN where a row has fewer; 0 leaves the region as it is.
        eps: (R, M) the radii that tau certifies; None means tau = 1/2 with ties going to class 1. A single boundary
            moves by eps, and under uniform noise beta - eps may lie outside, without the rounding of tau.

    Returns:
        R * M regions in row-major order (an arbitrary one where beta is NaN).
    """
    rows, steps = beta.shape
    whole, region = region, region.solid
    flat = region.take(np.repeat(np.arange(rows), steps))
    scale = np.where(np.isfinite(beta) & (beta > 0), beta, 0.0).ravel()
    log_tail = level_tail(noise, beta, eps)
    tail = None if log_tail is None else log_tail.ravel()
    radius = np.zeros_like(scale) if eps is None else eps.ravel()
    result = Region(flat.ends.copy(), flat.first.copy(), flat.error.copy())
    moving = scale > 0
    if whole is not region:
        still = np.flatnonzero(~moving)
        result = _scatter(result, still, whole.take(still // steps))
    todo = np.flatnonzero(moving & (flat.counts > 0))
    if noise == "uniform":
        result = _scatter(result, todo, uniform_level_set(flat.take(todo), scale[todo], radius[todo]))
        return with_atoms(result, flat, moving)
    single, several = todo[flat.counts[todo] == 1], todo[flat.counts[todo] > 1]
    if len(single):
        result = _scatter(result, single, _shifted(flat.take(single), radius[single]))
    if len(several) == 0:
        return with_atoms(result, flat, moving)
    if tail is not None:
        part = search(flat.take(several), noise, scale[several], tail[several])
    elif noise == "laplace":
        part = laplace_level_set(flat.take(several), scale[several])
    else:
        part = _followed(region, beta, several)
    return with_atoms(_scatter(result, several, part), flat, moving)


def _followed(region: Region, beta: Array, several: Index) -> Region:
    """The level sets of u under Gaussian noise, of the given places of beta."""
    row, column = np.divmod(several, beta.shape[1])
    rows, at = np.unique(row, return_inverse=True)
    ends, error = follow(region.take(rows), beta[rows])
    return Region(ends[at, column], region.first[row], error[at, column])


def with_atoms(result: Region, flat: Region, moving: Flags) -> Region:
    """Point masses keep their own class only in rows without smoothing."""
    if flat.atoms is None:
        return result
    positions, labels = flat.atoms
    return replace(result, atoms=(positions, np.where(moving[:, None], result.labelled(positions), labels)))


def _scatter(result: Region, rows: Index, part: Region) -> Region:
    """Put the regions `part` at the given rows."""
    width = max(result.ends.shape[1], part.ends.shape[1])
    ends, error = np.full((len(result.first), width), np.inf), np.zeros((len(result.first), width))
    ends[:, : result.ends.shape[1]], error[:, : result.ends.shape[1]] = result.ends, result.error
    ends[rows], error[rows] = np.inf, 0.0
    ends[rows, : part.ends.shape[1]], error[rows, : part.ends.shape[1]] = part.ends, part.error
    first = result.first.copy()
    first[rows] = part.first
    return Region(ends, first, error)


def _shifted(region: Region, eps: Array) -> Region:
    """One boundary (law 1 of half-spaces): it stays at tau = 1/2, and retreats by the radius that tau certifies."""
    ends, error = region.ends.copy(), region.error.copy()
    ends[:, 0] += np.where(region.first, -eps, eps)
    error[:, 0] += ULPS * EPS * eps
    return Region(ends, region.first, error)


def search(region: Region, noise: str, beta: Array, log_tail: Array | None) -> Region:
    """The level set by exclusion, whatever the noise: one row, one noise each."""
    terms = VoteTerms(region, noise, beta, log_tail)
    reach = beta if log_tail is None else beta * (1 + np.abs(NOISE[noise].log_isf(log_tail)))
    cells = cut(region.ends, reach, VOTE_STEPS)
    pieces = isolate(terms, cells.row, cells.low, cells.high, beta)
    found = from_pieces(len(beta), pieces, region.first)
    error = boundary_error(terms, found) + inherited_error(region, found, noise, beta)
    return Region(found.ends, found.first, error)


def _weights(base: Region, found: Region, noise: str, beta: Array) -> tuple[Array, Array]:
    """p((x - b_j)/beta) over the boundaries b_j (last axis), divided by the largest, and the logarithm of that one."""
    at = np.where(np.isfinite(found.ends), found.ends, 0.0)
    ends = np.where(np.isfinite(base.ends), base.ends, 1e150)[:, None, :]
    with np.errstate(over="ignore"):
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
