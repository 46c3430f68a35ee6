"""Masses of shells about a centre: the radial counterpart of interval masses, from noncentral chi-square tails.

The coordinate is t = distance from the centre - reference. A component is a `Piece` whose `center` is the same for its
own centre, so that everything depends on differences of coordinates and on the (possibly huge) distances themselves.
Laws: "gaussian" (standard deviation `scale`), "point", "shell" (uniform between radii `center` and `scale`; a ball has
inner radius 0), "measure" (the same set with Lebesgue measure, which is its weight already and may overflow).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from theory.arrays import Array
from theory.geometry.line.line import MASS_ULPS, SPREAD
from theory.geometry.piece import UNDERFLOW, Piece
from theory.geometry.region import Region
from theory.numerics.special.noncentral import ball_log_mass, ball_mass_derivatives, log_error

EPS = np.finfo(float).eps


def tails(piece: Piece, dim: int, reference: Array, t: Array) -> tuple[Array, Array]:
    """P(coordinate <= t) and P(coordinate > t) of a component, (R, m); t may be infinite."""
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    if piece.law == "shell":
        return _shell_tails(dim, center, scale, reference[:, None] + t)
    log_cdf, log_sf = log_tails(piece, dim, reference, t)
    with np.errstate(over="ignore"):
        return np.exp(log_cdf), np.exp(log_sf)


def log_tails(piece: Piece, dim: int, reference: Array, t: Array) -> tuple[Array, Array]:
    """Logarithms of both tails."""
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    if piece.law == "gaussian":
        with np.errstate(invalid="ignore", over="ignore"):
            ell, delta = (reference[:, None] + center) / scale, (t - center) / scale
        return ball_log_mass(dim, ell, np.where(np.isneginf(delta), -ell, delta))
    inside = np.clip(reference[:, None] + t, center, scale)
    whole = log_volumes(dim, center, scale) if piece.law == "shell" else 0.0
    return log_volumes(dim, center, inside) - whole, log_volumes(dim, inside, scale) - whole


def _shell_tails(dim: int, inner: Array, outer: Array, radius: Array) -> tuple[Array, Array]:
    """(r^d - a^d)/(b^d - a^d) and (b^d - r^d)/(b^d - a^d), each without cancellation against 1."""
    inside = np.clip(radius, inner, outer)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = -np.expm1(dim * np.log(inner / outer))
        up = dim * np.log(inside / outer)
        lower = np.where(inside > 0, -np.expm1(dim * np.log(inner / np.where(inside > 0, inside, 1.0))), 0.0)
        return np.exp(up) * lower / whole, -np.expm1(up) / whole


def log_volumes(dim: int, inner: Array, outer: Array) -> Array:
    """Logarithm of the Lebesgue measure of the shells between two radii, pi^(d/2)/Gamma(d/2 + 1) (b^d - a^d)."""
    log_unit = 0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = log_unit + dim * np.log(outer) + np.log(-np.expm1(dim * np.log(inner / outer)))
    return np.where(outer > inner, size, -np.inf)


def volume(dim: int, inner: float, outer: float) -> float:
    """Lebesgue measure of one shell; inf beyond floats."""
    with np.errstate(over="ignore"):
        return float(np.exp(log_volumes(dim, np.asarray(inner), np.asarray(outer))))


def between(low: tuple[Array, Array], high: tuple[Array, Array]) -> Array:
    """Mass between two coordinates from the tails at both, by the smaller pair."""
    with np.errstate(invalid="ignore"):
        return np.maximum(np.where(low[0] < low[1], high[0] - low[0], low[1] - high[1]), 0.0)


def mass(pieces: tuple[Piece, ...], dim: int, region: Region, label: int) -> tuple[Array, Array]:
    """Mass of the class-`label` components where the region says the other class, and its rounding error (R,)."""
    assert region.reference is not None
    low, high = region.pieces(not label)
    total, error = np.zeros(len(region.first)), np.zeros(len(region.first))
    for piece in pieces:
        if piece.label != label:
            continue
        if piece.law == "point":
            wrong = region.contains(np.atleast_1d(piece.center)[:, None])[:, 0] != bool(label)
            total = total + piece.weight * wrong
            error = error + MASS_ULPS * EPS * piece.weight * wrong
            continue
        below, above = (tails(piece, dim, region.reference, t) for t in (low, high))
        real = low < high
        masses = np.where(real, between(below, above), 0.0)
        factor = 1.0 if piece.law == "measure" else piece.weight
        total = total + factor * masses.sum(axis=1)
        doubt = [_relative_error(piece, dim, region.reference, end) for end in (low, high)]
        sizes = [np.where(real, np.minimum(*pair), 0.0) for pair in (below, above)]
        error = error + np.finfo(float).tiny * (real & (masses < UNDERFLOW)).any(axis=1)
        if piece.law != "gaussian":
            error = error + factor * (8 * dim * EPS * masses).sum(axis=1)
            continue
        moved = sum(_moved(piece, dim, region.reference, end) for end in (low, high))
        own = doubt[0] * sizes[0] + doubt[1] * sizes[1] + MASS_ULPS * EPS * masses
        error = error + factor * (own + np.where(real, moved, 0.0)).sum(axis=1)
    return total, error


def log_masses(pieces: tuple[Piece, ...], dim: int, region: Region, label: int) -> tuple[Array, Array]:
    """Logarithms of the summands of `mass` and their errors, (R, k): what is left of masses that underflow."""
    assert region.reference is not None
    low, high = region.pieces(not label)
    logs, errors = [np.full((len(region.first), 1), -np.inf)], [np.zeros((len(region.first), 1))]
    for piece in pieces:
        if piece.label != label or piece.law == "point":
            continue
        below, above = (log_tails(piece, dim, region.reference, t) for t in (low, high))
        # The smaller tails, of which the one at the nearer end is the larger.
        upper = below[1] < below[0]
        near, far = np.where(upper, below[1], above[0]), np.where(upper, above[1], below[0])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log = np.where((low < high) & (near > far), near + np.log(-np.expm1(far - near)), -np.inf)
            used = np.isfinite(log)
            doubt = sum(_relative_error(piece, dim, region.reference, t) for t in (low, high))
            error = np.where(used, np.exp(near - log) * doubt + MASS_ULPS * EPS, 0.0)
            if piece.law == "gaussian":
                size = np.where(used, log, 0.0)
                error += np.where(used, sum(_moved(piece, dim, region.reference, t, size) for t in (low, high)), 0.0)
        logs.append((0.0 if piece.law == "measure" else np.log(piece.weight)) + log)
        errors.append(error)
    return np.concatenate(logs, axis=1), np.concatenate(errors, axis=1)


# A sphere near a component far from the common centre is a difference of large distances: so many roundings of them
# were seen to matter for its radius (some 250 at most, in 3600 random problems with enclosures).
CENTRE_ULPS = 512


def _moved(piece: Piece, dim: int, reference: Array, end: Array, log_mass: Array | float = 0.0) -> Array:
    """What the rounding of coordinates does to a tail: the density of the coordinate at `end`, times how far end and
    centre may be off in their difference and, as far as the sphere is curved on the component's scale, from the
    common centre; 0 at infinity. Relative to a mass of that logarithm."""
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    used = np.isfinite(end)
    at = np.where(used, end, 0.0)
    ell, delta = (reference[:, None] + center) / scale, (at - center) / scale
    log_pdf, _ = ball_mass_derivatives(dim, ell, delta)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        curved = np.minimum(1.0, (dim + 1 + delta**2) / ell**2)
        off = np.abs(at) + np.abs(center) + curved * CENTRE_ULPS * (reference[:, None] + np.abs(center))
        moved = np.exp(log_pdf - log_mass) * 2 * EPS * off / scale
    return np.where(used & np.isfinite(moved), moved, 0.0)


def _relative_error(piece: Piece, dim: int, reference: Array, end: Array) -> Array:
    """Relative error of the smaller tail at coordinates `end`, 0 at infinity; the larger one has the same absolute."""
    if piece.law != "gaussian":
        return np.full_like(end, 8 * dim * EPS)
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    ell = (reference[:, None] + center) / scale
    used = np.isfinite(end)
    bound = log_error(dim, ell, np.where(used, (np.where(used, end, 0.0) - center) / scale, -ell))
    return np.where(used, bound, 0.0)


def density(pieces: tuple[Piece, ...], dim: int, reference: Array, t: Array) -> Array:
    """Sum of weight times density of the coordinate at t (R, n); 0 at infinite t."""
    finite = np.isfinite(t)
    at = np.where(finite, t, 0.0)
    total = np.zeros_like(t)
    for piece in pieces:
        center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
        if piece.law == "gaussian":
            log_pdf, _ = ball_mass_derivatives(dim, (reference[:, None] + center) / scale, (at - center) / scale)
            total = total + piece.weight * np.exp(log_pdf) / scale
        elif piece.law in ("shell", "measure"):
            total = total + _shell_density(piece, dim, reference[:, None] + at)
    return np.where(finite, total, 0.0)


def _shell_density(piece: Piece, dim: int, radius: Array) -> Array:
    """Density of the radius: d r^(d-1)/(b^d - a^d) times the weight, or the surface area of the sphere."""
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    inside = (radius >= center) & (radius <= scale) & (radius > 0)
    log_unit = 0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        area = np.exp(log_unit + np.log(dim) + (dim - 1) * np.log(radius))
        share = np.exp((dim - 1) * np.log(radius / scale)) / -np.expm1(dim * np.log(center / scale))
    return np.where(inside, area if piece.law == "measure" else piece.weight * dim / scale * share, 0.0)


def marks(pieces: tuple[Piece, ...], dim: int, reference: Array) -> Array:
    """Coordinates (R, m) that cut the densities of the distance into smooth parts; points are apart."""
    columns = []
    for piece in pieces:
        center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
        if piece.law == "gaussian":
            far = reference[:, None] + center
            typical = center + scale**2 * (dim - 1) / (np.sqrt(far**2 + scale**2 * (dim - 1)) + far + scale)
            columns.append(np.maximum(typical + scale * SPREAD["gaussian"], -reference[:, None]))
        elif piece.law != "point":
            radii = np.concatenate([center, scale], axis=1)
            fractions = scale - (scale - center) * np.array([1.0, 0.3, 0.1, 0.03, 0.01, 0.001, 0.0])
            columns.append(np.concatenate([radii, fractions], axis=1) - reference[:, None])
    return np.concatenate(columns, axis=1) if columns else np.empty((len(reference), 0))
