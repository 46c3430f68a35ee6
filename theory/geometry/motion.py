"""How the boundaries of smoothed regions move with both noises, and what that does to the mass on their wrong side.

With e_j the boundaries of the base region, sigma_j = +-1 the side it lies on, and a boundary b of {u >= tau}, the
implicit function theorem on u(b; e, beta) = tau gives, in the notation of `theory.geometry.kernels` (density p_j of
smoothing noise around b at e_j, frame D),

    (sum sigma_j p_j ratio_j) db = sum sigma_j p_j (de_j + rest_j dD) - (sum sigma_j p_j drag_j - r p(r)) dbeta,

r = eps/beta and p the standard noise, because beta dtau/dbeta = -r p(r) for all three families.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.base import Drift
from theory.geometry.kernels import EPS, Kernel
from theory.geometry.piece import UNDERFLOW, Piece
from theory.geometry.region import Region
from theory.laws import NOISE

# (law, end, center, scale, frame) -> Kernel; frame is None on the line.
Kernels = Callable[[str, Array, Array, Array, Array | None], Kernel]

# Rounding of the terms of a rate, and of a mass flux, relative.
TERM_ULPS = 8
# A rate is not known where the slope of the votes is uncertain by this share of itself: next to a birth or a merger.
UNSURE = 0.25


@dataclass(frozen=True)
class Motion:
    """Derivatives of boundaries in one noise, and their errors, (R, n); NaN where there are none."""

    rate: Array
    error: Array


@dataclass(frozen=True)
class VoteSetting:
    """What votes are taken over: base regions (R rows), how they move, smoothing noises and radii (R,)."""

    base: Region
    drift: Drift
    noise: str
    beta: Array
    eps: Array

    def complement(self) -> VoteSetting:
        """The same, seen from class 0."""
        return VoteSetting(self.base.complement(), self.drift, self.noise, self.beta, self.eps)


def sides(region: Region) -> Array:
    """(R, n): +1 where the region lies below a boundary, -1 where it lies above."""
    return np.where(region.first[:, None] == (np.arange(region.ends.shape[1]) % 2 == 0), 1.0, -1.0)


def motions(kernels: Kernels, setting: VoteSetting, found: Region) -> tuple[Motion, Motion]:
    """How the boundaries of the level set `found` move with alpha and with beta.

    Without smoothing they are those of the base region; smoothing then moves them by powers of beta from the second on.
    """
    moving = setting.beta > 0
    scale = np.where(moving, setting.beta, 1.0)[:, None, None]
    base, drift = setting.base, setting.drift
    used, real = np.isfinite(base.ends)[:, None, :], np.isfinite(found.ends)[:, :, None]
    end = np.where(used, base.ends[:, None, :], 0.0)
    at = np.where(real, found.ends[:, :, None], 0.0)
    frame = None if base.reference is None else base.reference[:, None, None]
    held = kernels(setting.noise, end, at, scale, frame)
    log = np.where(used, held.log, -np.inf)
    top = log.max(axis=2, keepdims=True, initial=-1e300)
    with np.errstate(under="ignore"):
        share = np.exp(log - top)
    slack = base.error[:, None, :] + 2 * np.spacing(np.abs(end)), found.error[:, :, None] + 2 * np.spacing(np.abs(at))
    sums = _MotionSums(held, sides(base)[:, None, :] * share, slack, scale)
    turn = 0.0 if drift.reference is None else drift.reference[:, None, None]
    pull = drift.ends[:, None, :] + held.rest * turn
    doubt = drift.error[:, None, :] + TERM_ULPS * EPS * np.abs(pull) + (held.wobble * held.rest) * np.abs(turn)
    by_alpha = sums.solve(pull, doubt + np.abs(turn) * sums.loose, 0.0)
    ratio = np.where(moving, setting.eps / np.where(moving, setting.beta, 1.0), 0.0)[:, None]
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        certified = np.where(ratio > 0, ratio * np.exp(NOISE[setting.noise].log_pdf(ratio) - top[:, :, 0]), 0.0)
    far = np.abs(held.drag) * TERM_ULPS * EPS + (slack[0] + slack[1]) / scale
    far = far + (held.wobble * held.rest + sums.loose) * (1 + np.abs(held.drag))
    by_beta = sums.solve(-held.drag, far, certified, certified * TERM_ULPS * EPS * (1 + ratio**2))
    still = drift.ends.shape == found.ends.shape
    resting = Motion(drift.ends, drift.error) if still else Motion(*(np.full(found.ends.shape, np.nan),) * 2)
    zero = np.zeros(found.ends.shape)
    return _merged(moving, by_alpha, resting), _merged(moving, by_beta, Motion(zero, zero))


def _merged(where: Flags, first: Motion, second: Motion) -> Motion:
    at = where[:, None]
    return Motion(np.where(at, first.rate, second.rate), np.where(at, first.error, second.error))


@dataclass(frozen=True)
class _MotionSums:
    """sum_j weight_j ratio_j db = sum_j weight_j m_j + c, the weights being +-p_j with their uncertainties."""

    held: Kernel
    weight: Array
    slack: tuple[Array, Array]
    scale: Array

    @property
    def loose(self) -> Array:
        """What uncertain positions do to `ratio` and `rest`, whose derivative in y is at most 2 min(ratio, rest)/y."""
        if not self.held.wobble:
            return np.zeros_like(self.held.rest)
        near = 1 / np.maximum(self.held.reach, np.finfo(float).tiny)
        with np.errstate(over="ignore"):
            share = np.minimum((self.slack[0] + self.slack[1]) * near, 1.0)
        return 2 * np.minimum(self.held.ratio, self.held.rest) * share

    def solve(self, m: Array, doubt: Array, constant: Array | float, rounding: Array | float = 0.0) -> Motion:
        """db and its error: every weight's uncertainty counts by how far its own term is from balance."""
        size = np.abs(self.weight)
        held = size > 0
        logs = self.held.doubt + np.abs(self.held.by_end) * self.slack[0] + np.abs(self.held.by_center) * self.slack[1]
        near = held & (self.held.jump <= self.slack[0] + self.slack[1])
        ratio_doubt = self.loose + self.held.wobble * np.minimum(self.held.ratio, 1.0) + EPS * self.held.ratio
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            steep = (self.weight * self.held.ratio).sum(axis=2)
            unsure = np.where(held, size * (self.held.ratio * logs + ratio_doubt), 0.0).sum(axis=2)
            rate = (np.where(held, self.weight * m, 0.0).sum(axis=2) + constant) / steep
            off = np.abs(m - rate[:, :, None] * self.held.ratio)
            terms = off * logs + doubt + np.abs(rate)[:, :, None] * ratio_doubt
            error = (np.where(held, size * terms, 0.0).sum(axis=2) + rounding) / np.abs(steep)
            share = unsure / np.abs(steep)
            known = np.isfinite(rate) & (share < UNSURE) & ~near.any(axis=2)
        return Motion(np.where(known, rate, np.nan), np.where(known, error / (1 - np.minimum(share, UNSURE)), np.nan))


def flux(
    kernels: Kernels,
    pieces: tuple[Piece, ...],
    drift: Drift | None,
    region: Region,
    motion: Motion,
    label: int,
    relative: bool,
) -> tuple[Array, Array, Array]:
    """Derivative (R,) of the class-`label` mass outside the region that counts as right for it, and its error.

    drift: how the components move along the coordinate, None where they stay. relative: both by the largest density at
    a boundary, whose logarithm is the third result (else 0, or -inf where there is no density). NaN where a boundary
    has no derivative but density, lies at a point mass, or at a jump of a density.
    """
    real = np.isfinite(region.ends)
    at, error = np.where(real, region.ends, 0.0), region.error + 2 * np.spacing(np.where(real, region.ends, 0.0))
    error = np.abs(error)
    frame = None if region.reference is None else region.reference[:, None]
    total, doubt = np.zeros(len(region.first)), np.zeros(len(region.first))
    held, top = {}, np.full(len(region.first), -np.inf)
    for k, item in enumerate(pieces):
        center, scale = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale))
        if item.law == "point":
            struck = (real & (np.abs(at - center) <= error)).any(axis=1)
            total = np.where(struck, np.nan, total)
        elif item.label == label:
            held[k] = kernels(item.law, at, center, scale, frame)
            log = (
                held[k].log
                - np.log(scale)
                + (0.0 if item.law == "measure" else np.log(np.atleast_1d(item.weight)[:, None]))
            )
            top = np.maximum(top, np.where(real, log, -np.inf).max(axis=1, initial=-np.inf))
    taken = np.where(np.isfinite(top) & relative, top, 0.0)
    for k, kernel in held.items():
        center, scale = (np.atleast_1d(v)[:, None] for v in (pieces[k].center, pieces[k].scale))
        speed = np.zeros_like(at) if drift is None else _speed(kernel, drift, k, (at - center) / scale)
        weight = np.ones(()) if pieces[k].law == "measure" else np.atleast_1d(pieces[k].weight)[:, None]
        part, more = _carried(kernel, weight, scale, taken, (real, error), (motion, speed))
        total, doubt = total - np.where(part == 0, 0.0, sides(region) * part).sum(axis=1), doubt + more.sum(axis=1)
    return total, np.where(np.isfinite(total), doubt, np.nan), np.where(np.isfinite(top), taken, -np.inf)


def _carried(
    held: Kernel, weight: Array, scale: Array, log: Array, at: tuple[Flags, Array], moving: tuple[Motion, Array]
) -> tuple[Array, Array]:
    """What a component, relative to a density of logarithm `log`, loses across the boundaries, and the errors."""
    (real, error), (motion, speed) = at, moving
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        mass = weight * np.exp(held.log - log[:, None]) / scale
        lost = real & (mass < UNDERFLOW) & np.isfinite(held.log)
        mass = np.where(real & (held.jump <= error), np.nan, mass)
        moved, size = motion.rate + speed, motion.error + TERM_ULPS * EPS * (np.abs(motion.rate) + np.abs(speed))
        size = size + held.wobble * np.abs(speed)
        logs = held.doubt + TERM_ULPS * EPS + np.abs(held.by_end) * error
        live = real & (mass != 0)
        part = np.where(live, mass * moved, 0.0)
        doubt = np.where(live, mass * (size + np.abs(moved) * logs), 0.0)
        known = np.isfinite(moved) & np.isfinite(size)
        return part, doubt + np.where(lost & known, np.finfo(float).tiny * (np.abs(moved) + size), 0.0)


def _speed(held: Kernel, drift: Drift, k: int, z: Array) -> Array:
    """What the motion of a component and of the frame adds to that of a boundary relative to the component."""
    speed = np.zeros_like(z)
    if drift.centers is not None:
        speed = speed - held.ratio * drift.centers[k][:, None]
    if drift.scales is not None:
        speed = speed - z * drift.scales[k][:, None]
    return speed if drift.reference is None else speed + held.rest * drift.reference[:, None]
