"""What small noise sees of a problem on the line: slope and Laplacian of s at its zeros, which are flat."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.curvature import SmallNoise
from theory.geometry.piece import Piece


def on_line(pieces: tuple[Piece, ...], ends: Array) -> SmallNoise:
    """Boundary points of a line; directions across it integrate out of s and of its Laplacian.

    Raises:
        NoExactRoute: a component is not Gaussian, so that the density is not smooth.
    """
    if any(item.law != "gaussian" for item in pieces):
        raise NoExactRoute("small-noise data need smooth densities: Gaussian components only")
    x = ends[np.isfinite(ends)]
    scale, center, weight = (
        np.array([float(np.ravel(value)[0]) for value in column])
        for column in zip(*((item.scale, item.center, item.weight) for item in pieces), strict=True)
    )
    sign = np.where([item.label for item in pieces], 1.0, -1.0)
    z = (x[:, None] - center) / scale
    logs = np.log(weight / (scale * np.sqrt(2 * np.pi))) - z * z / 2
    top = logs.max(axis=1, keepdims=True)
    shares, height = np.exp(logs - top), np.exp(top[:, 0])
    slopes = -shares * z / scale
    slope, rise = slopes @ sign, slopes.sum(axis=1)
    laplacian = (shares * (z * z - 1) / scale**2) @ sign
    marginal = shares.sum(axis=1)
    steep = np.abs(slope)
    width = np.divide(marginal, steep, out=np.full_like(steep, np.inf), where=steep > 0)
    flat = np.zeros_like(x)
    return SmallNoise(
        x[:, None],
        np.ones_like(x),
        height * steep,
        flat,
        height * laplacian,
        height * marginal,
        -height * np.sign(slope) * rise,
        width,
        flat,
    )
