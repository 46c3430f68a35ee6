"""Boundary data of the curvature-diffusion law on spheres: what `theory.small_noise` needs in radial problems.

On the sphere of radius r about c the point x is seen from the mean of a Gaussian component, at distance a from c on
the axis of the problem, at squared distance (r - a)^2 + 2 r a (1 - t), t the cosine of its angle to the axis. Of a
uniform point on the sphere t has density proportional to (1 - t^2)^((d - 3)/2): Gauss-Jacobi nodes in t integrate it.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaln, roots_jacobi

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.curvature import SmallNoise
from theory.geometry.piece import Piece
from theory.geometry.region import Region

# Cosines on a sphere whose centre is not that of every component. The integrands are like exp(-(r a/v)(1 - t)):
# so many nodes are good to 1e-12 up to r a/v = SHARPEST, and the routine for them to MOST_DIM dimensions.
NODES, SHARPEST, MOST_DIM = 128, 1000.0, 1000


def sphere_data(dim: int, pieces: tuple[Piece, ...], region: Region) -> SmallNoise:
    """Data at all boundary spheres of one region of shells; the weights of each sphere sum to 1.

    Areas of spheres of many dimensions and densities on them leave the range of a double: slope, laplacian, marginal
    and its slope are those times the area, divided by exp(`log_factor`).

    Raises:
        NoExactRoute: a component is not Gaussian, so that the density is not smooth, or components without a common
            centre are in too many dimensions, or nearly equal.
    """
    if any(item.law != "gaussian" for item in pieces):
        raise NoExactRoute("small-noise data need smooth densities: Gaussian components only")
    assert region.reference is not None
    reference = float(region.reference[0])
    centers = np.array([float(np.ravel(item.center)[0]) for item in pieces])
    ends = region.ends[0][np.isfinite(region.ends[0])]
    sharpest = (
        max(((reference + end) * (reference + centers) / _variances(pieces)).max() for end in ends)
        if len(ends)
        else 0.0
    )
    cosines, shares = _angles(dim, float(sharpest))
    areas = _log_areas(dim, reference + ends)
    logs = areas[:, None, None] + _log_densities(dim, pieces, centers, reference, ends, cosines)
    factor = float(logs.max(initial=-np.inf)) if len(ends) else 0.0
    top = logs.max(axis=-1, keepdims=True)
    slope, *others = _derivatives(dim, pieces, centers, reference, ends, cosines, np.exp(logs - top))
    height = np.exp(top[..., 0] - factor).ravel()
    laplacian, marginal, rise = (height * values.ravel() for values in others)
    width = np.divide(others[1], slope, out=np.full_like(slope, np.inf), where=slope > 0)
    # The set that contains the centre is convex at its first boundary; kinds alternate outwards.
    signs = np.where(bool(region.first[0]) == (np.arange(len(ends)) % 2 == 0), 1.0, -1.0)
    curvature = np.repeat(signs * (dim - 1) / (reference + ends), len(cosines))
    points = np.stack([np.repeat(reference + ends, len(cosines)), np.tile(cosines, len(ends))], axis=1)
    return SmallNoise(
        points,
        np.tile(shares, len(ends)),
        height * slope.ravel(),
        curvature,
        laplacian,
        marginal,
        rise,
        width.ravel(),
        np.repeat(areas, len(cosines)),
        factor,
    )


def _angles(dim: int, sharpest: float) -> tuple[Array, Array]:
    """Cosines and their shares of a sphere; one of them where nothing depends on it."""
    if sharpest == 0:
        return np.zeros(1), np.ones(1)
    if dim == 1:
        return np.array([-1.0, 1.0]), np.full(2, 0.5)
    if dim > MOST_DIM or sharpest > SHARPEST:
        raise NoExactRoute("small-noise data of Gaussians in so many dimensions, or so nearly equal, are not known")
    nodes, weights = roots_jacobi(NODES, (dim - 3) / 2, (dim - 3) / 2)
    return nodes, weights / weights.sum()


def _variances(pieces: tuple[Piece, ...]) -> Array:
    return np.array([float(np.ravel(item.scale)[0]) ** 2 for item in pieces])


def _squares(centers: Array, reference: float, ends: Array, cosines: Array) -> Array:
    """Squared distances (spheres, cosines, components)."""
    away, radius = reference + centers, reference + ends[:, None, None]
    return (ends[:, None, None] - centers) ** 2 + 2 * radius * away * (1 - cosines[:, None])


def _log_areas(dim: int, radii: Array) -> Array:
    """Logarithms of the areas of spheres."""
    return math.log(2) + 0.5 * dim * math.log(math.pi) - float(gammaln(0.5 * dim)) + (dim - 1) * np.log(radii)


def _log_densities(
    dim: int, pieces: tuple[Piece, ...], centers: Array, reference: float, ends: Array, cosines: Array
) -> Array:
    """Logarithms of the weighted densities (spheres, cosines, components)."""
    variances, weights = _variances(pieces), np.array([item.weight for item in pieces])
    logs = np.log(weights) - 0.5 * dim * np.log(2 * np.pi * variances)
    return logs - _squares(centers, reference, ends, cosines) / (2 * variances)


def _derivatives(
    dim: int,
    pieces: tuple[Piece, ...],
    centers: Array,
    reference: float,
    ends: Array,
    cosines: Array,
    shares: Array,
) -> tuple[Array, Array, Array, Array]:
    """|grad s|, the Laplacian of s, q, and its slope out of {s > 0} (spheres, cosines), for densities in place of
    `shares`."""
    sign = np.where([item.label for item in pieces], 1.0, -1.0)
    variances, away = _variances(pieces), reference + centers
    radius, cosine = reference + ends[:, None, None], cosines[:, None]
    along = shares * (radius - away * cosine) / variances
    across = shares * away * np.sqrt(1 - cosine**2) / variances
    squares = _squares(centers, reference, ends, cosines)
    laplacian = (shares * (squares / variances - dim) / variances) @ sign
    slope = np.hypot(along @ sign, across @ sign)
    product = (along @ sign) * along.sum(axis=-1) + (across @ sign) * across.sum(axis=-1)
    rise = -np.divide(product, slope, out=np.zeros_like(slope), where=slope > 0)
    return slope, laplacian, shares.sum(axis=-1), rise
