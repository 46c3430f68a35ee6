"""Masses of shells about a centre: the radial counterpart of interval masses, from noncentral chi-square tails.

The coordinate is t = distance from the centre - reference. A component is a `Piece` whose `center` is the same for its
own centre, so that everything depends on differences of coordinates and on the (possibly huge) distances themselves.
Laws: "gaussian" (standard deviation `scale`), "point", "shell" (uniform between radii `center` and `scale`; a ball has
inner radius 0), "measure" (the same set with Lebesgue measure, which is its weight already and may overflow).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from theory.arrays import Array, Index
from theory.geometry.line.masses import MASS_ULPS, SPREAD
from theory.geometry.piece import UNDERFLOW, Piece
from theory.geometry.region import Region
from theory.numerics.special.noncentral import ball_log_mass, ball_mass_derivatives, ball_tails, log_density_bound

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


def _volume_ulps(piece: Piece, dim: int, reference: Array, t: Array) -> Array:
    """Rounding of shares of volumes, and of volumes between radii whose logarithms are large, in other units (n,)."""
    center, scale = np.atleast_1d(piece.center)[:, None], np.atleast_1d(piece.scale)[:, None]
    radius = np.clip(reference[:, None] + t, center, scale)
    logs = np.abs(np.log(np.where(radius > 0, radius, 1.0))).max(axis=1)
    return np.asarray(dim * (8.0 + 2.0 * logs * (piece.law == "measure")))


def volume(dim: int, inner: float, outer: float) -> float:
    """Lebesgue measure of one shell; inf beyond floats."""
    with np.errstate(over="ignore"):
        return float(np.exp(log_volumes(dim, np.asarray(inner), np.asarray(outer))))


def between(low: tuple[Array, Array], high: tuple[Array, Array]) -> Array:
    """Mass between two coordinates from the tails at both, by the smaller pair."""
    with np.errstate(invalid="ignore"):
        return np.maximum(np.where(low[0] < low[1], high[0] - low[0], low[1] - high[1]), 0.0)


class Ends(NamedTuple):
    """Logarithms of both tails of a Gaussian component at the ends of shells (n, 2), and what rounding does to them.

    doubt: relative error of the smaller tail; the larger one has the same absolute. log_most, off: a bound of the log
    density of the coordinate by the scale, and how far the end may be off in units of the scale.
    """

    log_cdf: Array
    log_sf: Array
    doubt: Array
    log_most: Array
    off: Array

    def moved(self, log_mass: Array | float = 0.0) -> Array:
        """What the rounding of coordinates does to the tails at the ends, relative to a mass of that logarithm."""
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            moved = np.exp(self.log_most - log_mass) * self.off
        return np.where(np.isfinite(moved), moved, 0.0)


# A sphere near a component far from the common centre is a difference of large distances: so many roundings of them
# were seen to matter for its radius (some 250 at most, in 3600 random problems with enclosures).
CENTRE_ULPS = 512


def _ends(piece: Piece, dim: int, reference: Array, t: Array) -> Ends:
    """Both tails of a Gaussian component at coordinates t (n, 2), which are exact where infinite.

    The ends and the centre may be off in their difference and, as far as the sphere is curved on the component's
    scale, from the common centre.
    """
    row, column = np.nonzero(np.isfinite(t))
    center, scale = (np.broadcast_to(v, len(t))[row] for v in (piece.center, piece.scale))
    far, at = reference[row], t[row, column]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ell, delta = (far + center) / scale, (at - center) / scale
        found = ball_tails(dim, ell, delta)
        curved = np.minimum(1.0, (dim + 1 + delta**2) / ell**2)
        off = 2 * EPS * (np.abs(at) + np.abs(center) + curved * CENTRE_ULPS * (far + np.abs(center))) / scale
    ends = Ends(
        *(np.where(t == sign * np.inf, -np.inf, 0.0) for sign in (-1, 1)), *(np.zeros_like(t) for _ in range(3))
    )
    for whole, part in zip(ends, (*found, off), strict=True):
        whole[row, column] = part
    return ends


def _shells(region: Region, label: int) -> tuple[Index, Index, Array, Array]:
    """The shells that the region gives to the other class: row and column, reference distance (n,), and ends (n, 2)."""
    assert region.reference is not None
    low, high = region.pieces(not label)
    row, column = np.nonzero(low < high)
    return row, column, region.reference[row], np.stack([low[row, column], high[row, column]], axis=1)


def mass(pieces: tuple[Piece, ...], dim: int, region: Region, label: int) -> tuple[Array, Array]:
    """Mass of the class-`label` components where the region says the other class, and its rounding error (R,)."""
    rows, pieces = len(region.first), tuple(p for p in pieces if p.label == label)
    total, error = np.zeros(rows), np.zeros(rows)
    if not pieces:
        return total, error
    row, _column, reference, t = _shells(region, label)
    for piece in pieces:
        if piece.law == "point":
            wrong = region.contains(np.atleast_1d(piece.center)[:, None])[:, 0] != bool(label)
            total = total + piece.weight * wrong
            error = error + MASS_ULPS * EPS * piece.weight * wrong
            continue
        part = piece.at(row)
        factor = 1.0 if piece.law == "measure" else part.weight
        if piece.law == "gaussian":
            ends = _ends(part, dim, reference, t)
            below, above = np.exp(ends.log_cdf), np.exp(ends.log_sf)
            doubt = (ends.doubt * np.minimum(below, above) + ends.moved()).sum(axis=1)
        else:
            below, above = tails(part, dim, reference, t)
            doubt = np.zeros(len(row))
        masses = between((below[:, 0], above[:, 0]), (below[:, 1], above[:, 1]))
        doubt = doubt + EPS * (MASS_ULPS if piece.law == "gaussian" else _volume_ulps(part, dim, reference, t)) * masses
        total = total + np.bincount(row, factor * masses, rows)
        error = error + np.bincount(row, factor * doubt + np.finfo(float).tiny * (masses < UNDERFLOW), rows)
    return total, error


def log_masses(pieces: tuple[Piece, ...], dim: int, region: Region, label: int) -> tuple[Array, Array]:
    """Logarithms of the summands of `mass` and their errors, (R, k): what is left of masses that underflow."""
    row, column, reference, t = _shells(region, label)
    shape = (len(region.first), region.ends.shape[1] // 2 + 1)
    logs, errors = [np.full((shape[0], 1), -np.inf)], [np.zeros((shape[0], 1))]
    for piece in pieces:
        if piece.label != label or piece.law == "point":
            continue
        part = piece.at(row)
        ends = _ends(part, dim, reference, t) if piece.law == "gaussian" else None
        below, above = ends[:2] if ends is not None else log_tails(part, dim, reference, t)
        # The smaller tails, of which the one at the nearer end is the larger.
        upper = above[:, 0] < below[:, 0]
        near, far = np.where(upper, above[:, 0], below[:, 1]), np.where(upper, above[:, 1], below[:, 0])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log = np.where(near > far, near + np.log(-np.expm1(far - near)), -np.inf)
            used = np.isfinite(log)
            doubt = 2 * EPS * _volume_ulps(part, dim, reference, t) if ends is None else ends.doubt.sum(axis=1)
            error = np.exp(near - log) * doubt + MASS_ULPS * EPS
            if ends is not None:
                error = error + ends.moved(np.where(used, log, 0.0)[:, None]).sum(axis=1)
        logs.append(np.full(shape, -np.inf))
        errors.append(np.zeros(shape))
        logs[-1][row, column] = log + (0.0 if piece.law == "measure" else np.log(part.weight))
        errors[-1][row, column] = np.where(used, error, 0.0)
    return np.concatenate(logs, axis=1), np.concatenate(errors, axis=1)


def density(pieces: tuple[Piece, ...], dim: int, reference: Array, t: Array, *, most: bool = False) -> Array:
    """Sum of weight times density of the coordinate at t (R, n); 0 at infinite t; with `most` a bound."""
    row, column = np.nonzero(np.isfinite(t))
    far, at = reference[row], t[row, column]
    total = np.zeros(len(row))
    for piece in pieces:
        center, scale, weight = (np.broadcast_to(v, len(t))[row] for v in (piece.center, piece.scale, piece.weight))
        if piece.law == "gaussian":
            place = (dim, (far + center) / scale, (at - center) / scale)
            log_pdf = log_density_bound(*place) if most else ball_mass_derivatives(*place)[0]
            total = total + weight * np.exp(log_pdf) / scale
        elif piece.law in ("shell", "measure"):
            total = total + _shell_density(piece.law, dim, far + at, (center, scale, weight))
    result = np.zeros_like(t)
    result[row, column] = total
    return result


def _shell_density(law: str, dim: int, radius: Array, shell: tuple[Array, Array, Array]) -> Array:
    """Density of the radius: d r^(d-1)/(b^d - a^d) times the weight, or the surface area of the sphere."""
    center, scale, weight = shell
    inside = (radius >= center) & (radius <= scale) & (radius > 0)
    log_unit = 0.5 * dim * np.log(np.pi) - gammaln(0.5 * dim + 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        area = np.exp(log_unit + np.log(dim) + (dim - 1) * np.log(radius))
        share = np.exp((dim - 1) * np.log(radius / scale)) / -np.expm1(dim * np.log(center / scale))
    return np.where(inside, area if law == "measure" else weight * dim / scale * share, 0.0)


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
