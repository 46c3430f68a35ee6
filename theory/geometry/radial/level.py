"""Level sets of vote probabilities around a centre under Gaussian smoothing: balls shrink, shells close.

One boundary: the vote mass of a ball decreases with the distance from its centre, so there is at most one solution; see
`lost_square`. Several: see `shell_votes`.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.line.level import with_atoms
from theory.geometry.radial.shell_votes import shell_level_set
from theory.geometry.region import Region
from theory.numerics.special.lost_square import HUGE, LOG_HALF, lost_square, place


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


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what is beyond floats is infinitely far
def _single(dim: int, region: Region, beta: Array, log_tail: Array) -> Region:
    """One sphere: class 1, inside or outside, shrinks until its complement gets exp(log_tail) of the votes."""
    assert region.reference is not None
    reference, end, outer = region.reference, region.ends[:, 0], ~region.first
    rho = np.minimum((reference + end) / beta, HUGE)
    lost, doubt = lost_square(dim, rho, log_tail, outer)
    alive = np.isfinite(lost)
    ell, delta = place(rho, lost)
    t = np.maximum(end - beta * delta, -reference)
    position = 4 * np.spacing(np.maximum(np.abs(t), np.abs(end)))
    # d(ell^2)/d(rho) = 2 ell/I, I >= z/(d/2 + sqrt(d^2/4 + z^2)) at z = rho ell, a ratio of Bessel functions (Amos).
    inherited = (region.error[:, 0] + position) / beta * (dim / rho + np.hypot(dim / rho, 2 * ell))
    loose = doubt + inherited
    moved = np.fmin(loose / (ell + np.sqrt(np.maximum(ell * ell - loose, 0.0))), np.sqrt(loose))
    error = np.where(alive, np.fmin(beta * moved + position, np.maximum(reference + t, 0.0) + beta), 0.0)
    first = np.where(alive, region.first, outer)
    return Region(np.where(alive, t, np.inf)[:, None], first, error[:, None], None, reference)
