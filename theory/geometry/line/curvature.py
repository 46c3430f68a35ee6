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
    slope, laplacian = np.zeros_like(x), np.zeros_like(x)
    for item in pieces:
        scale = float(np.ravel(item.scale)[0])
        z = (x - float(np.ravel(item.center)[0])) / scale
        share = (1 if item.label else -1) * item.weight * np.exp(-z * z / 2) / (scale * np.sqrt(2 * np.pi))
        slope -= share * z / scale
        laplacian += share * (z * z - 1) / scale**2
    return SmallNoise(x[:, None], np.ones_like(x), np.abs(slope), np.zeros_like(x), laplacian)
