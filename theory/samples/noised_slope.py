r"""The slope of the logistic loss, averaged over noise: S(T) = E sigma(-v), v = r (T + alpha xi), xi ~ N(0, 1).

sigma is the logistic function; T is a margin in units of the length r of the weights. Wanted are log S, which is far
below the least float where a hard wall stands, S ~ exp(-T^2/(2 alpha^2)), and averages <.> over xi tilted by sigma(-v),

    -d log S/dT = r <sigma(v)>,   -d log S/d log r = <v sigma(v)>,   <v>,   <v^2 sigma(v)>,

all of which are free of cancellation. Both routes are trapezoid sums, which converge geometrically: sigma has its
nearest poles at v = +-i pi, so steps of v up to 1/2 have a relative error of exp(-4 pi^2) = 1e-17, and normal densities
allow steps of xi up to .6. Wide noise has a long tail of small v, for which v = 3 sinh(u) is stepped through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array

# Steps of v and of xi, and how far from its mean xi goes.
STEP, NORMAL_STEP, REACH = 0.5, 0.6, 8.6
# Up to this scale s = r alpha of the noise in v nodes go with xi; beyond they are v = UNIT sinh(u) between two ends.
WIDEST, UNIT, SINH_STEP, LOWEST, HIGHEST = 4.0, 3.0, 0.1, -480.0, 80.0
# Margins over alpha on the left of which S is 1, and the largest theta; both are beyond what counts.
LEFT, STEEPEST = 9.0, 5.0
# Numbers in one block, which fit into a core's own cache.
BLOCK = 1 << 17


@dataclass(frozen=True)
class Slope:
    """Averages at T = place + offset, arrays (n, q).

    log: log S, up to a constant of each row. fall, pull: <sigma(v)> and <v sigma(v)>. mean, bend: <v> and
    <v^2 sigma(v)>. lean: <v> - r T.
    """

    log: Array
    fall: Array
    pull: Array
    mean: Array
    bend: Array
    lean: Array


def noised_slope(size: Array, alpha: Array, place: Array, offset: Array, fine: float = 1.0) -> Slope:
    """The averages for rows (n,) of r = size, alpha and place, at offsets (n, q). fine: divides the steps."""
    found = np.empty((6, *offset.shape))
    scale = size * alpha
    # Half-octaves of the scale share their nodes.
    group = np.where(scale > WIDEST, np.inf, np.ceil(2 * np.log2(np.maximum(scale, 0.5))))
    for level in np.unique(group):
        rows = np.flatnonzero(group == level)
        top = min(2.0 ** (level / 2), WIDEST)
        count = 100 if np.isinf(level) else int((2 * REACH + top) / min(NORMAL_STEP, STEP / top))
        height = max(1, int(BLOCK / (count * fine * offset.shape[1])))
        for low in range(0, len(rows), height):
            part = rows[low : low + height]
            given = size[part], alpha[part], place[part], offset[part]
            found[:, part] = _far(*given, SINH_STEP / fine) if np.isinf(level) else _near(*given, top, fine)
    return Slope(*found)


def _near(size: Array, alpha: Array, place: Array, offset: Array, top: float, fine: float) -> Array:
    """With nodes of xi; sigma(-v) is divided by exp(-max(r T, 0)), so that nothing underflows."""
    step = min(NORMAL_STEP, STEP / top) / fine
    # The tilt moves the mean of xi by up to -s.
    xi = step * np.arange(-np.ceil((REACH + top) / step), np.ceil(REACH / step) + 1)
    density = step / np.sqrt(2 * np.pi) * np.exp(-0.5 * xi**2)
    scale = (size * alpha)[:, None]
    middle = size[:, None] * (place[:, None] + offset)
    down = np.maximum(middle, 0)
    with np.errstate(over="ignore", under="ignore"):
        # The exponential is split: no more than one is needed for each T and each node.
        rise = np.exp(middle - down)[:, :, None] * np.exp(scale * xi)[:, None, :]
        slope = 1 / (np.exp(-down)[:, :, None] + rise)
        rise *= slope
        rise *= slope
    powers = np.stack([density, density * xi, density * xi**2], axis=1)
    even, odd, _ = np.moveaxis(slope @ powers, 2, 0)
    fall, first, second = np.moveaxis(rise @ powers, 2, 0) / even
    lean = scale * odd / even
    pull = middle * fall + scale * first
    bend = middle**2 * fall + scale * (2 * middle * first + scale * second)
    return np.stack([np.log(even) - down, fall, pull, middle + lean, bend, lean])


def _far(size: Array, alpha: Array, place: Array, offset: Array, step: float) -> Array:
    """With nodes of v: S is exp(-T^2/(2 alpha^2)) times the mean of sigma(-v) exp(theta v - v^2/(2 s^2)).

    theta = T/(r alpha^2). Where T < -LEFT alpha S is 1 within rounding, and that of -LEFT alpha is taken.
    """
    scale, tilt = (size * alpha)[:, None], (size * alpha**2)[:, None]
    low, high = np.arcsinh(LOWEST / UNIT), np.arcsinh(HIGHEST / UNIT)
    u = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    v = UNIT * np.sinh(u)
    sigma = 1 / (1 + np.exp(-v))
    offset = np.maximum(offset, -LEFT * alpha[:, None] - place[:, None])
    base = np.log(np.cosh(u)) - np.logaddexp(0, v) - 0.5 * (v / scale) ** 2
    base += np.minimum(place[:, None] / tilt, STEEPEST) * v
    theta = np.minimum(offset / tilt, STEEPEST)
    kernel = theta[:, :, None] * v
    kernel += base[:, None, :]
    top = kernel.max(axis=2)
    kernel -= top[:, :, None]
    np.exp(kernel, out=kernel)
    table = np.stack([np.ones_like(v), sigma, v * sigma, v, v**2 * sigma], axis=1)
    sums = np.moveaxis(kernel @ table, 2, 0)
    fall, pull, mean, bend = sums[1:] / sums[0]
    log = np.log(sums[0]) + top - offset * (2 * place[:, None] + offset) / (2 * alpha[:, None] ** 2)
    return np.stack([log, fall, pull, mean, bend, mean - size[:, None] * (place[:, None] + offset)])
