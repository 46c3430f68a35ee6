"""Densities of a coordinate, and what moving a boundary, a centre or the frame does to the mass on one side of it.

For noise of some scale around a centre, P = P(coordinate <= end): per unit of the scale

    dP = p (d end + rest d frame - ratio d center - (end - center + (frame + center) rest) d scale/scale),

where on the line ratio = 1, rest = 0 and there is no frame; around a point at distance frame + center from the middle
of shells ratio is that of Bessel functions at (frame + center)(frame + end)/scale^2, and rest what it lacks to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from theory.arrays import Array
from theory.laws import NOISE
from theory.numerics.special.bessel_ratio import RATIO_ULPS, bessel_ratio
from theory.numerics.special.noncentral import ball_mass_derivatives, log_error

EPS = np.finfo(float).eps
# Rounding of a logarithmic density beyond that of its argument: of the constant, and relative to the logarithm.
LOG_ULPS = 8


@dataclass(frozen=True)
class Kernel:
    """All of one shape.

    log: of the density of the coordinate at the end, per unit of the scale, and doubt, its rounding. by_end, by_center:
    its derivatives. ratio, rest: as above, with their rounding. drag: end - center + (frame + center) rest, by scale.
    jump: distance from the end to the nearest jump of the density, inf where there is none. reach: the lesser of the
    distances from the middle of shells, inf on the line. wobble: relative rounding of ratio and rest.
    """

    log: Array
    doubt: Array
    by_end: Array
    by_center: Array
    ratio: Array
    rest: Array
    drag: Array
    jump: Array
    reach: Array
    wobble: float = 0.0


def line_kernel(law: str, end: Array, center: Array, scale: Array) -> Kernel:
    """For the laws of the line; all arguments broadcast, ends are finite."""
    end, center, scale = np.broadcast_arrays(end, center, scale)
    z = (end - center) / scale
    log, score = NOISE[law].log_pdf(z), NOISE[law].score(z) / scale
    zero = np.zeros_like(z)
    jump = np.abs(np.abs(z) - 1) * scale if law == "uniform" else np.full_like(z, np.inf)
    doubt = LOG_ULPS * EPS * (1 + np.where(np.isfinite(log), np.abs(log), 0.0))
    return Kernel(log, doubt, score, -score, zero + 1, zero, z, jump, zero + np.inf)


def radial_kernel(dim: int, frame: Array, end: Array, center: Array, scale: Array) -> Kernel:
    """For Gaussian noise around points at distances frame + center from the middle of shells.

    With ell and r the distances of the centre and of the end in units of the scale, log p = (d/2) log r -
    (d/2 - 1) log ell - (r^2 + ell^2)/2 + log I_(d/2-1)(r ell) + const.
    """
    frame, end, center, scale = np.broadcast_arrays(frame, end, center, scale)
    ell, r, delta = (frame + center) / scale, (frame + end) / scale, (end - center) / scale
    ell, r = np.maximum(ell, 0.0), np.maximum(r, np.finfo(float).tiny)
    ratio, rest = bessel_ratio(dim, ell * r)
    log, _ = ball_mass_derivatives(dim, ell, delta)
    drag = delta + ell * rest
    with np.errstate(over="ignore"):
        by_end = ((dim - 1) / r - drag) / scale
        by_center = (delta - r * rest) / scale
    doubt = np.where(np.isfinite(log), log_error(dim, ell, delta), 0.0) + LOG_ULPS * EPS
    none, reach = np.full_like(ell, np.inf), np.minimum(ell, r) * scale
    return Kernel(log, doubt, by_end, by_center, ratio, rest, drag, none, reach, RATIO_ULPS * EPS)


def shell_kernel(dim: int, radius: Array, inner: Array, outer: Array, *, share: bool) -> Kernel:
    """Of a uniform law between two radii (share), or of Lebesgue measure: per unit of the outer radius, not moving.

    Densities: d r^(d-1)/(b^d - a^d), or the area of the sphere.
    """
    radius, inner, outer = np.broadcast_arrays(radius, inner, outer)
    held = (radius > inner) & (radius < outer)
    safe = np.where(held, radius, outer)
    with np.errstate(divide="ignore"):
        if share:
            level = np.log(dim) - np.log(-np.expm1(dim * np.log(inner / outer))) - (dim - 1) * np.log(outer)
        else:
            level = np.log(dim) + 0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1) + np.log(outer)
    log = np.where(held, level + (dim - 1) * np.log(safe), -np.inf)
    zero = np.zeros_like(safe)
    edge = np.where(inner > 0, np.minimum(np.abs(radius - inner), np.abs(radius - outer)), np.abs(radius - outer))
    doubt = LOG_ULPS * EPS * (1 + np.abs(level) + dim * (1 + np.abs(np.log(safe))))
    return Kernel(log, doubt, (dim - 1) / safe, zero, zero + 1, zero, zero, edge, zero + np.inf)
