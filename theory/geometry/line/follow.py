"""Following the boundaries of smoothed regions through increasing noise by Halley's method.

That no boundary was missed is known, not hoped: Gaussian and Laplace kernels are variation diminishing (Karlin 1968),
so u - 1/2 has at most as many sign changes as the region has boundaries; and Gaussian noise is a semigroup, so it has
no more than at any smaller noise. A row where the iteration finds that many is complete; otherwise `search` decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.geometry.region import Region
from theory.laws import NOISE

EPS = np.finfo(float).eps
NEWTON_STEPS = 12
# A Halley step this small, relative to the noise and to the distance over which the slope changes, is the last: the
# next would be its cube. Where the density has a corner only the square is certain.
CONVERGED = {"gaussian": 4e-6, "laplace": 1e-8}
# Slopes of u (times beta) below this are too close to a tangency for a plain Newton iteration to be trusted. Neighbours
# have slopes of opposite signs, so that this keeps them apart as well.
STEEP = 1e-4
VOTE_ULPS = 4
# Rows whose boundaries merged wait until this share of all rows does, to be searched together.
WAITING = 8

Search = Callable[[Region, Array], Region]


@dataclass(frozen=True)
class Path:
    """Boundaries (R, M, n), their errors, and where (R, M) they are known to be complete."""

    ends: Array
    error: Array
    known: Flags


@dataclass
class _Followed:
    """Where each row has got to: boundaries with their first two derivatives in beta, noise, next step, waiting."""

    current: Array
    speed: Array
    bend: Array
    noise: Array
    step: Index
    waiting: Flags


def follow(region: Region, noise: str, beta: Array, search: Search) -> Path:
    """Boundaries of {u >= 1/2} for each row of `region` and each of its noises beta (R, M; NaN and 0 are passed over).

    search(regions, noises) finds the level sets of single rows by exclusion; it is called for Gaussian noise only.
    """
    rows, steps = beta.shape
    n = region.ends.shape[1]
    path = Path(np.full((rows, steps, n), np.inf), np.zeros((rows, steps, n)), np.zeros((rows, steps), bool))
    order = np.argsort(beta, axis=1, kind="stable")
    stop = np.isfinite(beta).sum(axis=1)
    start = (beta == 0).sum(axis=1)
    zeros = np.zeros((rows, n))
    state = _Followed(region.ends.copy(), zeros, zeros.copy(), np.zeros(rows), start, np.zeros(rows, bool))
    gaussian = noise == "gaussian"
    while True:
        live = np.flatnonzero((state.step < stop) & ~state.waiting)
        stuck = np.flatnonzero(state.waiting)
        if len(stuck) and (len(live) == 0 or WAITING * len(stuck) >= rows):
            column = order[stuck, state.step[stuck]]
            found = search(region.take(stuck), beta[stuck, column])
            _settle(path, state, stuck, column, beta[stuck, column], _padded(found, n), np.zeros((len(stuck), n)))
            state.waiting[stuck] = False
        elif len(live) == 0:
            return path
        else:
            column = order[live, state.step[live]]
            x, rate, error, good = _advance(region, state, live, noise, beta[live, column])
            done = live[good]
            _settle(path, state, done, column[good], beta[done, column[good]], (x[good], error[good]), rate[good])
            if gaussian:
                state.waiting[live[~good]] = True
            else:
                state.step[live[~good]] += 1
        if gaussian:
            _finish(path, state, order, stop)


def _padded(found: Region, n: int) -> tuple[Array, Array]:
    """Boundaries and errors (R, n). Gaussian noise makes no new ones: what is found beyond n beside a tangency is
    rounding, and is taken out pair by pair."""
    ends, error = np.full((len(found.first), n), np.inf), np.zeros((len(found.first), n))
    width = min(n, found.ends.shape[1])
    ends[:, :width], error[:, :width] = found.ends[:, :width], found.error[:, :width]
    for row in np.flatnonzero(found.counts > n):
        count = found.counts[row]
        at, doubt = _thinned(found.ends[row, :count], found.error[row, :count], n)
        ends[row], error[row] = np.inf, 0.0
        ends[row, : len(at)], error[row, : len(at)] = at, doubt
    return ends, error


def _thinned(at: Array, doubt: Array, n: int) -> tuple[Array, Array]:
    """At most n boundaries: the nearest neighbours go first, and what lay between is an error of the next one."""
    while len(at) > n:
        gaps = np.diff(at)
        k = int(np.argmin(gaps))
        rest = np.delete(np.arange(len(at)), [k, k + 1])
        near = int(np.argmin(np.abs(at[rest] - at[k])))
        at, doubt, lost = at[rest], doubt[rest].copy(), float(gaps[k])
        doubt[near] += lost
    return at, doubt


def _settle(
    path: Path, state: _Followed, rows: Index, column: Index, noise: Array, found: tuple[Array, Array], rate: Array
) -> None:
    """Record complete rows and move them on."""
    path.ends[rows, column], path.error[rows, column], path.known[rows, column] = found[0], found[1], True
    step = (noise - state.noise[rows])[:, None]
    known = (rate != 0) & (state.speed[rows] != 0) & (step > 0)
    state.bend[rows] = np.where(known, (rate - state.speed[rows]) / np.where(step > 0, step, 1.0), 0.0)
    state.current[rows], state.speed[rows] = found[0], rate
    state.noise[rows] = noise
    state.step[rows] += 1


def _finish(path: Path, state: _Followed, order: Index, stop: Index) -> None:
    """A row without boundaries has none at any larger Gaussian noise."""
    over = np.flatnonzero((state.step < stop) & ~np.isfinite(state.current).any(axis=1))
    for row in over:
        path.known[row, order[row, state.step[row] : stop[row]]] = True
    state.step[over] = stop[over]


def _advance(
    region: Region, state: _Followed, live: Index, noise: str, beta: Array
) -> tuple[Array, Array, Array, Flags]:
    """One step of all live rows: quadratic predictor, Halley corrector, in as few columns as there are boundaries."""
    n = region.ends.shape[1]
    width = max(int(np.isfinite(state.current[live]).sum(axis=1).max()), 1)
    ahead = (beta - state.noise[live])[:, None]
    place = state.current[live, :width]
    drift = ahead * (state.speed[live, :width] + 0.5 * ahead * state.bend[live, :width])
    guess = place + np.where(np.isfinite(drift), drift, 0.0)
    x, rate, error, good = newton(region.take(live), guess, noise, beta)
    full = [np.full((len(live), n), fill) for fill in (np.inf, 0.0, 0.0)]
    for whole, part in zip(full, (x, rate, error), strict=True):
        whole[:, :width] = part
    return full[0], full[1], full[2], good


def newton(region: Region, guess: Array, noise: str, beta: Array) -> tuple[Array, Array, Array, Flags]:
    """Halley's method for u = 1/2 at all boundaries of all rows at once.

    Returns boundaries, rates d(boundary)/d(beta), errors, and whether a row is complete: every boundary converged, in
    order, with the sign of du/dx alternating. The error is (sum_j p((x-b_j)/beta) |db_j|/beta + rounding of u)/|du/dx|
    plus the spacing of floats.
    """
    real = np.isfinite(guess)
    at = np.where(real, guess, 0.0)
    ends = np.where(np.isfinite(region.ends), region.ends, 1e150)[:, None, :]
    due = np.where(np.arange(guess.shape[1]) % 2 == 0, 1.0, -1.0)
    rate, error, good = np.zeros_like(at), np.zeros_like(at), np.zeros(len(at), bool)
    active = np.arange(len(at))
    for _ in range(NEWTON_STEPS):
        scale, here = beta[active, None], real[active]
        value, slope, bend, drift, inherited = _votes(noise, at[active], ends[active], scale, region.error[active])
        steep = np.asarray(((slope * due > STEEP) | ~here).all(axis=1))
        safe = np.where(here & (np.abs(slope) > STEEP), slope, 1.0)
        step = value / safe
        curved = bend / safe
        step = np.where(here, np.clip(step / np.maximum(1 - 0.5 * step * curved, 0.5), -1.0, 1.0), 0.0)
        at[active] -= scale * step
        near = np.abs(step) * (1 + np.abs(curved)) < CONVERGED[noise]
        settled = steep & np.asarray((near | ~here).all(axis=1))
        rate[active] = np.where(here, drift / safe, 0.0)
        rounding = (inherited + VOTE_ULPS * EPS * scale) / np.abs(safe)
        error[active] = rounding + VOTE_ULPS * np.spacing(np.abs(at[active]))
        good[active[settled]] = True
        active = active[steep & ~settled]
        if len(active) == 0:
            break
    ordered = np.where(real, at, np.inf)
    with np.errstate(invalid="ignore"):
        apart = (np.diff(ordered, axis=1) > 0) | ~real[:, 1:]
    return ordered, rate, np.where(real, error, 0.0), good & np.asarray(apart.all(axis=1))


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def _votes(noise: str, at: Array, ends: Array, scale: Array, doubt: Array) -> tuple[Array, ...]:
    """Sums over the boundaries b_j of the base region, z = (x - b_j)/beta, signs alternating from +:

    u - 1/2 = sum +-F(z) - 1/2; beta du/dx = sum +-p(z); beta^2 d2u/dx2 = sum +-p'(z); -beta du/dbeta = sum +-z p(z);
    and sum p(z) |db_j|. Each of the shape of `at`.
    """
    law, n = NOISE[noise], ends.shape[2]
    sign = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    z = np.clip((at[:, :, None] - ends) / scale[:, :, None], -1e100, 1e100)
    pdf = law.pdf(z)
    sums = [(part.reshape(-1, n) @ sign).reshape(at.shape) for part in (law.cdf(z), pdf, pdf * law.score(z), pdf * z)]
    return sums[0] - 0.5, sums[1], sums[2], sums[3], np.einsum("rwn,rn->rw", pdf, doubt)
